/** What the auditor has to find in the database: statements that break its laws, on what a healthy stack left behind. */

/** Id of the first document in a state. */
export const one = (status: string) => `(select id from signer.document where status = '${status}' order by id limit 1)`
/** A document of Cloud mode, or of External. */
const released = `(select document_id from signer.release order by document_id limit 1)`
const unreleased = `(select id from signer.document where status = 'SIGNED' and id not in (select document_id from signer.release) limit 1)`
export const aSession = `(select id from orchestrator.session where status = 'SIGNED' order by id limit 1)`
const anActivation = `(select activation_id from powerauth.signature_audit order by id limit 1)`

export interface Planted {
  readonly what: string
  /** What keeps the database from holding it is taken away first. */
  readonly first?: string
  readonly sql: string
  readonly found: readonly RegExp[]
}

/** Each law about rows, broken once. */
export const plantedRows: readonly Planted[] = [
  {
    what: 'a document is deleted',
    sql: `delete from signer.document where id in (select id from signer.document where status = 'SIGNED')`,
    found: [/accepted is there/, /blob is named/, /given out again/],
  },
  {
    what: 'SIGNED is taken back',
    sql: `update signer.document set status = 'WAITING', signature = null, signature_level = null where id = ${one('SIGNED')}`,
    found: [/two segments/, /given out again/],
  },
  {
    what: 'a document is marked SIGNED that nobody signed',
    sql: `update signer.document set status = 'SIGNED', signature = '\\x00', signature_level = 'PADES_B_B' where id = ${one('REJECTED')}`,
    found: [/two segments/, /by its signer/],
  },
  {
    what: 'a signature is used for two documents',
    sql: `update signer.document set signature = (select signature from signer.document where id = ${one('SIGNED')}) where status = 'SIGNED'`,
    found: [/two documents/, /by its signer/],
  },
  {
    what: 'a document comes from nowhere',
    sql: `update signer.document set external_id = 'nobody' where id = ${one('SIGNED')}`,
    found: [/of one upload/, /what was uploaded/],
  },
  {
    what: 'an upload makes two documents',
    sql: `update signer.document set external_id = (select external_id from signer.document d where d.external_id not in (select id::text from orchestrator.session) limit 1)
          where external_id not in (select id::text from orchestrator.session)`,
    found: [/of one upload/],
  },
  {
    what: 'other bytes were to be signed',
    sql: `update signer.document set signed_attributes = '\\x3100'`,
    found: [/accepted is there/, /is so at the signer/, /by its signer/],
  },
  {
    what: 'a segment that storage damaged',
    sql: `update signer.segment set intact = false where document_id = ${one('SIGNED')} and position = 0`,
    found: [/stored whole/],
  },
  {
    what: "a document's blob is about to be swept",
    sql: `insert into signer.stray_blob (name, since) select blob, now() from signer.segment limit 1`,
    found: [/blob is named/],
  },
  {
    what: "the bank's session is set back",
    sql: `update orchestrator.session set status = 'REJECTED', signature = null where id = ${aSession}`,
    found: [/the bank accepted/, /is so at the signer/],
  },
  {
    what: "the bank's session is gone",
    sql: `delete from orchestrator.session where id = ${aSession}`,
    found: [/the bank accepted/, /the bank's copies/],
  },
  {
    what: "another signer's certificate",
    sql: `update signer.document d set certificate_id = (select id from signer.certificate c where c.signer_id <> d.signer_id limit 1)`,
    found: [/validates/, /by its signer/],
  },
  {
    what: 'a signer is blocked',
    sql: `update signer.signer set status = 'BLOCKED'`,
    found: [/ACTIVE signer/],
  },
  {
    what: "a signer's certificate is for another key",
    sql: `update powerauth.activation set device_public_key = '\\x04'`,
    found: [/ACTIVE signer/],
  },
  {
    what: 'a certificate was revoked behind the back of its signer',
    sql: `update ca.certificate set revoked_at = now(), revocation_reason = 'KEY_COMPROMISE' where username is not null`,
    found: [/is the CA's/],
  },
  {
    what: 'a revocation list is older than the one before it',
    sql: `insert into ca.crl select issuer, number + 1, this_update - interval '1 hour', next_update, crl from ca.crl`,
    found: [/revocation lists/],
  },
  {
    what: 'a key that is kept signed without a release',
    sql: `delete from signer.release where document_id = ${released}`,
    found: [/used once for each release/],
  },
  {
    what: 'a document of a key on the device was released',
    sql: `update signer.release set document_id = ${unreleased} where document_id = ${released}`,
    found: [/used once for each release/, /of that very document/],
  },
  {
    what: 'an approval is used twice',
    sql: `insert into signer.release select approval_id, operation_id, ${unreleased}, signature, sealed_intent, signature_level, released_at, claim, claimed_until, signed_at
          from signer.release where document_id = ${released}`,
    first: 'alter table signer.release drop constraint release_pkey, drop constraint release_operation_id_key',
    found: [/no operation released twice/, /used once for each release/],
  },
  {
    what: 'an operation releases two approvals',
    sql: 'update signer.release set operation_id = (select min(operation_id) from signer.release)',
    first: 'alter table signer.release drop constraint release_operation_id_key',
    found: [/no operation released twice/, /used once for each release/],
  },
  {
    what: 'a release that no device signed',
    sql: `update signer.release set signature = (select signature from signer.release r where r.document_id <> ${released} limit 1) where document_id = ${released}`,
    found: [/of that very document/],
  },
  {
    what: 'an operation that was not approved',
    sql: `update powerauth.operation set status = 'REJECTED' where operation_id = (select operation_id from signer.release limit 1)`,
    found: [/no operation released twice/],
  },
  {
    what: 'an operation that another device approved',
    sql: `update powerauth.operation set additional_data = '{"activationId":"another"}'`,
    found: [/no operation released twice/],
  },
  {
    what: 'a key that is kept is gone',
    sql: 'update signer.credential set sealed_private_key = null',
    found: [/ACTIVE signer/],
  },
  {
    what: 'a callback was never written down',
    sql: `delete from powerauth.callback_event where type = 'OPERATION APPROVED'
          and subject = (select operation_id from signer.release limit 1)`,
    found: [/told once to each/, /same at each attempt/],
  },
  {
    what: 'the bank was never told of a signature',
    sql: `delete from signer.callback_event where subject = ${one('SIGNED')}::text`,
    found: [/told once to each/],
  },
  {
    what: 'the bank never took what it was told',
    sql: 'delete from orchestrator.received_callback',
    found: [/no callback is lost/],
  },
  {
    what: 'a callback was given up',
    sql: `update powerauth.callback_event set status = 'FAILED', last_error = 'x' where status = 'COMPLETED'`,
    found: [/no callback is lost/],
  },
  {
    what: 'a callback changed between attempts',
    sql: `update powerauth.callback_event set body = '{}'`,
    found: [/same at each attempt/],
  },
  {
    what: 'an activation is blocked',
    sql: `update powerauth.activation set activation_status = 'BLOCKED' where activation_id = ${anActivation}`,
    found: [/committed is ACTIVE/],
  },
  {
    what: 'a counter goes back',
    sql: `update powerauth.activation set counter = 1 where activation_id = ${anActivation}`,
    found: [/only goes up/],
  },
  {
    what: 'a code is accepted twice',
    sql: `insert into powerauth.signature_audit (activation_id, application_id, user_id, activation_counter, activation_status, additional_info, signature_type, signature, note, valid, version, timestamp_created)
          select activation_id, application_id, user_id, activation_counter, activation_status, additional_info, signature_type, signature, note, valid, version, timestamp_created
          from powerauth.signature_audit order by id limit 1`,
    found: [/only goes up/],
  },
  {
    what: 'records of codes are gone',
    sql: `delete from powerauth.signature_audit where activation_id = ${anActivation}`,
    found: [/left its record/],
  },
  {
    what: 'a job was given up',
    sql: `update signer.job set state = 'failed' where kind = 'sweep-stray-blobs'`,
    found: [/no job was given up/],
  },
]

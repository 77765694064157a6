import { Problem } from '../domain/problem.ts'
import { type Advance, advance, type SessionEvent, type SessionState } from '../domain/signing-session.ts'
import type { OrchestratorDatabase } from './tables.ts'

export interface Session {
  readonly id: string
  readonly userId: string
  readonly activationId: string
  readonly name: string
  readonly fileName: string
  readonly blob: string
  readonly size: number
  readonly createdAt: Date
  readonly state: SessionState
  readonly revision: number
}

export async function insertSession(db: OrchestratorDatabase, session: Session): Promise<void> {
  await db
    .insertInto('session')
    .values({
      id: session.id,
      user_id: session.userId,
      activation_id: session.activationId,
      name: session.name,
      file_name: session.fileName,
      blob: session.blob,
      size: session.size,
      created_at: session.createdAt,
      revision: session.revision,
      ...columnsOf(session.state),
    })
    .execute()
}

/** Once the whole PDF is stored; 0 before. */
export async function setSize(db: OrchestratorDatabase, id: string, size: number): Promise<void> {
  await db.updateTable('session').set({ size }).where('id', '=', id).execute()
}

const columns = [
  'id',
  'user_id',
  'activation_id',
  'name',
  'file_name',
  'blob',
  'size',
  'status',
  'signer_document_id',
  'hash',
  'waiting_until',
  'signature',
  'reason',
  'approval_id',
  'approval',
  'operation_id',
  'revision',
  'created_at',
] as const

/** The user's session; DOCUMENT_UNKNOWN for another user's too, so that ids tell nothing. */
export async function getSession(db: OrchestratorDatabase, userId: string, id: string): Promise<Session> {
  const row = /^[0-9a-f-]{36}$/.test(id)
    ? await db
        .selectFrom('session')
        .select(columns)
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw new Problem('DOCUMENT_UNKNOWN', 'The user has no such document')
  return asSession(row)
}

/** By what the upload to the signer was called, and what the signer calls it; null where either is not this bank's. */
export async function findSessionBySignerDocument(
  db: OrchestratorDatabase,
  { externalId, documentId }: { readonly externalId: string; readonly documentId: string },
): Promise<Session | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(externalId)) return null
  const row = await db
    .selectFrom('session')
    .select(columns)
    .where('id', '=', externalId)
    .where('signer_document_id', '=', documentId)
    .executeTakeFirst()
  return row === undefined ? null : asSession(row)
}

export async function findSessionByOperation(db: OrchestratorDatabase, operationId: string): Promise<Session | null> {
  const row = await db.selectFrom('session').select(columns).where('operation_id', '=', operationId).executeTakeFirst()
  return row === undefined ? null : asSession(row)
}

/** Newest first. */
export async function listSessions(
  db: OrchestratorDatabase,
  userId: string,
  limit: number,
): Promise<readonly Session[]> {
  const rows = await db
    .selectFrom('session')
    .select(columns)
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(asSession)
}

/** Sessions that a crash left before there was something to sign. */
export async function listUnfinished(db: OrchestratorDatabase, before: Date): Promise<readonly Session[]> {
  const rows = await db
    .selectFrom('session')
    .select(columns)
    .where('status', 'in', ['RECEIVED', 'PREPARED'])
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(100)
    .execute()
  return rows.map(asSession)
}

/**
 * Lets an event happen to a session, whatever else happens to it at the same time: the state is read, advanced and
 * written only where nobody wrote in between, else all of it again.
 */
export async function apply(
  db: OrchestratorDatabase,
  session: Pick<Session, 'id' | 'userId'>,
  event: SessionEvent,
): Promise<{ readonly session: Session; readonly advance: Advance }> {
  for (;;) {
    const current = await getSession(db, session.userId, session.id)
    const next = advance(current.state, event)
    if (next.outcome !== 'changed') return { session: current, advance: next }
    const result = await db
      .updateTable('session')
      .set({ ...columnsOf(next.state), revision: current.revision + 1 })
      .where('id', '=', current.id)
      .where('revision', '=', current.revision)
      .executeTakeFirst()
    if (result.numUpdatedRows === 1n) {
      return { session: { ...current, state: next.state, revision: current.revision + 1 }, advance: next }
    }
  }
}

interface StateColumns {
  status: SessionState['status']
  signer_document_id: string | null
  hash: string | null
  waiting_until: Date | null
  signature: string | null
  reason: string | null
  approval_id: string | null
  approval: string | null
  operation_id: string | null
}

function columnsOf(state: SessionState): StateColumns {
  const prepared = 'signerDocumentId' in state ? state : null
  const release = 'release' in state ? state.release : null
  const approval = state.status === 'PREPARED' ? state.approval : release
  return {
    status: state.status,
    signer_document_id: prepared?.signerDocumentId ?? null,
    hash: prepared?.hash ?? null,
    waiting_until: prepared?.waitingUntil ?? null,
    signature: state.status === 'SIGNED' ? state.signature : null,
    reason: state.status === 'REFUSED' ? state.reason : null,
    approval_id: approval?.approvalId ?? null,
    approval: approval?.toBeSigned ?? null,
    operation_id: release?.operationId ?? null,
  }
}

function stateOf(row: StateColumns): SessionState {
  if (row.status === 'RECEIVED') return { status: 'RECEIVED' }
  if (row.status === 'REFUSED') return { status: 'REFUSED', reason: row.reason ?? '' }
  if (row.signer_document_id === null || row.hash === null || row.waiting_until === null) {
    throw new Error(`a ${row.status} session lacks what the signer answered`)
  }
  const prepared = {
    signerDocumentId: row.signer_document_id,
    hash: row.hash,
    waitingUntil: row.waiting_until,
  }
  const approval =
    row.approval_id === null || row.approval === null ? null : { approvalId: row.approval_id, toBeSigned: row.approval }
  if (row.status === 'PREPARED') {
    if (approval === null) throw new Error('a PREPARED session lacks its approval')
    return { status: 'PREPARED', approval, ...prepared }
  }
  const release = approval && row.operation_id !== null ? { ...approval, operationId: row.operation_id } : null
  return row.status === 'SIGNED'
    ? { status: 'SIGNED', signature: row.signature ?? '', release, ...prepared }
    : { status: row.status, release, ...prepared }
}

function asSession(
  row: StateColumns & {
    id: string
    user_id: string
    activation_id: string
    name: string
    file_name: string
    blob: string
    size: number
    revision: number
    created_at: Date
  },
): Session {
  return {
    id: row.id,
    userId: row.user_id,
    activationId: row.activation_id,
    name: row.name,
    fileName: row.file_name,
    blob: row.blob,
    size: row.size,
    createdAt: row.created_at,
    state: stateOf(row),
    revision: row.revision,
  }
}

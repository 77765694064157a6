/** Where our verdict on a corpus file differs from a stranger's, with the clause that decides. */

export interface Disagreement {
  readonly file: string
  /** Field name; left out for all of the file. */
  readonly field?: string
  readonly judge: 'DSS' | 'pyHanko'
  readonly about: 'intact' | 'coverage' | 'found'
  readonly reason: string
}

const validation = 'dss/dss-pades__validation__'
const derAttributes =
  'the signed attributes are not in DER order; RFC 5652 §5.4 has their DER signed, and over that nothing verifies (DSS says so too)'
const twoPairs = 'ByteRange is not two pairs: ISO 32000-2, 12.8.1; EN 319 142-1 §4.1 leaves out Contents alone'
const outside = 'ByteRange reaches beyond the file (ISO 32000-2, table 255): the bytes that it names are not there'
const gap = 'ByteRange is judged under coverage, UNCLEAR and so FORMAT_FAILURE; the digest and the signature do agree'
const linearised =
  'the two sections of a linearised file are one revision (ISO 32000-2, Annex F), and the signed bytes end with it'

export const disagreements: readonly Disagreement[] = [
  {
    file: `${validation}AD-RB.pdf`,
    field: 'SignHere_827f69f3-6da4-46a7-b473-9ba175a32d41',
    judge: 'DSS',
    about: 'intact',
    reason: 'SubFilter PBAD.PAdES is of neither ISO 32000-2 table 260 nor EN 319 142-1: not judged',
  },
  {
    file: `${validation}AD-RB.pdf`,
    field: 'SignHere_827f69f3-6da4-46a7-b473-9ba175a32d41',
    judge: 'pyHanko',
    about: 'intact',
    reason: 'SubFilter PBAD.PAdES is of neither ISO 32000-2 table 260 nor EN 319 142-1: not judged',
  },
  {
    file: `${validation}AD-RB.pdf`,
    field: 'ENVELOPEID_04E32142CACE4C9DAB875C0FC264F2CF',
    judge: 'pyHanko',
    about: 'intact',
    reason: derAttributes,
  },
  ...['Signature1', 'Signature2', 'Signature3', 'Signature4', 'Signature5'].map(
    (field) =>
      ({
        file: `${validation}dss-818__Signature-P-SK-1 (HASH_FAILURE).pdf`,
        field,
        judge: 'pyHanko',
        about: 'intact',
        reason: derAttributes,
      }) as const,
  ),
  ...(['DSS', 'pyHanko'] as const).map(
    (judge) =>
      ({
        file: `${validation}DSS-2155.pdf`,
        judge,
        about: 'intact',
        reason: 'Contents goes on behind the CMS with other bytes than the zeros that pad it (ISO 32000-2, 12.8.3.3.1)',
      }) as const,
  ),
  {
    file: `${validation}dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf`,
    judge: 'DSS',
    about: 'intact',
    reason: 'SHA3-224 with RSA is not supported: not judged',
  },
  {
    file: `${validation}dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf`,
    judge: 'pyHanko',
    about: 'intact',
    reason: 'SHA3-224 with RSA is not supported: not judged',
  },
  ...(['DSS', 'pyHanko'] as const).map(
    (judge) =>
      ({
        file: `${validation}dss-PLAIN-ECDSA__TeleSec_PKS_eIDAS_QES_CA_1-baseline-b.pdf`,
        judge,
        about: 'intact',
        reason: 'plain ECDSA (BSI TR-03111 §5.2.1.1) is not supported: not judged',
      }) as const,
  ),
  ...(['DSS', 'pyHanko'] as const).map(
    (judge) =>
      ({
        file: 'pyhanko/ed448-disallowed-hash.pdf',
        judge,
        about: 'intact',
        reason: 'Ed448 is not supported: not judged',
      }) as const,
  ),
  {
    file: 'pyhanko/ed448-shake256-nolen.pdf',
    judge: 'pyHanko',
    about: 'intact',
    reason: 'Ed448 and SHAKE256 are not supported: not judged',
  },
  {
    file: `${validation}wrong-digest-algo.pdf`,
    field: 'Sig_12004651',
    judge: 'DSS',
    about: 'intact',
    reason: 'a signature algorithm stands where a digest algorithm belongs: not judged, and so not passed',
  },
  {
    file: `${validation}pades-enveloping-cms.pdf`,
    judge: 'DSS',
    about: 'intact',
    reason: 'a detached signature encloses content, which ISO 32000-2, 12.8.3.3.1 rules out (pyHanko refuses it too)',
  },
  {
    file: `${validation}pdf-double-signer-info.pdf`,
    judge: 'DSS',
    about: 'intact',
    reason: 'two SignerInfos, where EN 319 142-1 §4.1 allows one (pyHanko refuses it too)',
  },
  { file: `${validation}pdf-eof.pdf`, judge: 'pyHanko', about: 'intact', reason: outside },
  { file: `${validation}pdf-eof.pdf`, judge: 'pyHanko', about: 'coverage', reason: outside },
  { file: 'pyhanko/coverage-anomalies__one-byterange.pdf', judge: 'pyHanko', about: 'intact', reason: twoPairs },
  { file: `${validation}siwa.pdf`, judge: 'DSS', about: 'intact', reason: gap },
  {
    file: `${validation}siwa.pdf`,
    judge: 'DSS',
    about: 'coverage',
    reason: 'the range ends with the file, but its gap is not exactly Contents (ISO 32000-2, table 255)',
  },
  { file: 'pyhanko/coverage-anomalies__weird-byterange.pdf', judge: 'DSS', about: 'intact', reason: gap },
  {
    file: `${validation}pades-ocsp-archiveCutOff-invalid.pdf`,
    field: 'Signature2',
    judge: 'pyHanko',
    about: 'coverage',
    reason: linearised,
  },
  {
    file: `${validation}pades-spoofing-replaced-reason.pdf`,
    judge: 'pyHanko',
    about: 'coverage',
    reason:
      'the dictionary in force lies outside what was signed, and its Contents is not the gap (ISO 32000-2, table 255)',
  },
]

/** Files that are not validated, opened with the empty password, with the code. DSS and pyHanko too were given no other. */
export const refused: Readonly<Record<string, string>> = {
  'dss/dss-pades__EmptyPage-corrupted.pdf': 'truncated',
  'dss/dss-pades__protected__protected_two_empty_fields.pdf': 'password_wrong',
  'pyhanko/embedded-encrypted-nocf.pdf': 'password_wrong',
  'pyhanko/malformed-encrypt-dict1.pdf': 'password_wrong',
  'pyhanko/malformed-encrypt-dict2.pdf': 'encryption_invalid',
  'pyhanko/minimal-aes256-malformed-oe.pdf': 'encryption_invalid',
  'pyhanko/minimal-aes256-malformed-perms.pdf': 'encryption_invalid',
  'pyhanko/minimal-aes256.pdf': 'password_wrong',
  'pyhanko/minimal-pubkey-rc4-envelope.pdf': 'encryption_unsupported',
  'pyhanko/minimal-pubkey-rc4.pdf': 'encryption_unsupported',
  'pyhanko/minimal-rc4.pdf': 'password_wrong',
  'pyhanko/minimal-two-fields-aes256.pdf': 'password_wrong',
  'pyhanko/minimal-two-fields-pubkey-aes256.pdf': 'encryption_unsupported',
  'pyhanko/minimal-with-field-pubkey-aes256.pdf': 'encryption_unsupported',
  'pyhanko/pubkey-3des-test.pdf': 'encryption_unsupported',
  'pyhanko/pubkey-ecc-test.pdf': 'encryption_unsupported',
  'pyhanko/pubkey-rc2-test.pdf': 'encryption_unsupported',
}

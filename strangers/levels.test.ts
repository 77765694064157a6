/**
 * Every level × algorithm × kind of cross-references, signed by the library and judged by DSS, pyHanko, pdfsig, openssl and qpdf. What a
 * judge does not know is a row here; should it learn it, its row fails and goes. The table of who judged what is printed at the end.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PadesLevel } from '@cloudsigner/pades'
import { encryptedByQpdf } from '@cloudsigner/testing'
import { authorities } from './levels-authorities.ts'
import {
  type Algorithm,
  algorithms,
  levels,
  raiseFile,
  type SourceKind,
  signedFile,
  signFile,
  sources,
} from './levels-files.ts'
import { runWell } from './process.ts'
import { readSignedPdf } from './signed-pdf.ts'
import { strangerTest } from './stranger-test.ts'
import { repositoryRoot } from './tools.ts'
import { dss, pdfsig, pyhanko, qpdfCheck, veraPdf } from './validators.ts'

type Judge = 'DSS' | 'pyHanko' | 'pdfsig' | 'openssl'

/** What a judge says where it cannot say that all is well, and why that is so. */
interface Row {
  readonly says: RegExp
  readonly because: string
}

const nss = 'NSS, by which pdfsig verifies, does not know the algorithm'
const opensslOld = 'openssl knows ML-DSA from 3.5 on'
const brainpool: Partial<Record<Judge, Row>> = { pdfsig: { says: /Signature is Invalid/, because: nss } }
const mlDsa: Partial<Record<Judge, Row>> = {
  DSS: { says: /Unsupported algorithm: ML-DSA/, because: 'DSS 6.4 has no ML-DSA' },
  pdfsig: { says: /corrupted data/, because: nss },
  openssl: { says: /./, because: opensslOld },
}
const unknown: Partial<Record<Algorithm, Partial<Record<Judge, Row>>>> = {
  'ECDSA brainpoolP256r1': brainpool,
  'ECDSA brainpoolP384r1': brainpool,
  'ECDSA brainpoolP512r1': brainpool,
  Ed25519: {
    DSS: {
      says: /^INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE/,
      because: 'intact, but Ed25519 is not in the policy of DSS, which is of ETSI TS 119 312',
    },
    pdfsig: { says: /corrupted data/, because: nss },
    openssl: {
      says: /invalid digest/,
      because: 'the cms command of openssl 3.0 has a digest of its own for every signature',
    },
  },
  'ML-DSA-44': mlDsa,
  'ML-DSA-65': mlDsa,
  'ML-DSA-87': mlDsa,
}

/** By algorithm and judge, how many files it found well. */
const passed = new Map<string, number>()

/** `said`: 'well', or what the judge said. */
function count(algorithm: Algorithm, judge: Judge, level: PadesLevel, kind: SourceKind, said: string): void {
  const row = unknown[algorithm]?.[judge]
  const what = `${judge}, ${algorithm}, ${level}, ${kind}: ${said}`
  if (row) assert.match(said, row.says, `${what}; expected, because ${row.because}`)
  else assert.equal(said, 'well', what)
  const key = `${algorithm} ${judge}`
  if (said === 'well') passed.set(key, (passed.get(key) ?? 0) + 1)
}

const modifications = { 'B-B': 'NONE', 'B-T': 'NONE', 'B-LT': 'LTA_UPDATES', 'B-LTA': 'LTA_UPDATES' } as const
const kinds = Object.keys(sources) as SourceKind[]

for (const algorithm of Object.keys(algorithms) as Algorithm[])
  for (const kind of kinds) {
    const files = () => Promise.all(levels.map((level) => signedFile(algorithm, level, kind)))

    strangerTest(`pyHanko: ${algorithm}, ${kind}, at every level`, ['pyhanko'], async () => {
      // Of hybrid files pyHanko judges signatures in its lax mode alone.
      const mode = kind === 'hybrid' ? 'lax' : 'strict'
      const reports = await pyhanko((await authorities()).trust, await files(), mode)
      for (const [index, level] of levels.entries()) {
        const [signature] = reports[index]?.signatures ?? []
        const said = `${signature?.bottomLine} ${signature?.trusted} ${signature?.padesLevel} ${signature?.modificationLevel}`
        const expected = `true true ${level} ${modifications[level]}`
        const words = reports[index]?.error ?? signature?.error ?? said
        count(algorithm, 'pyHanko', level, kind, words === expected ? 'well' : words)
      }
    })

    strangerTest(`EU DSS: ${algorithm}, ${kind}, at every level`, ['java', 'dss'], async () => {
      const { trust } = await authorities()
      for (const [index, file] of (await files()).entries()) {
        const level = levels[index] ?? 'B-B'
        const { error, signatures } = await dss(trust, file)
        const [signature] = signatures
        const said = `${signature?.indication} ${signature?.subIndication ?? ''} ${signature?.level}`
        const expected = `TOTAL_PASSED  PAdES-BASELINE-${level.slice(2)}`
        // None of the certificates names where its issuer's is had: all of them are in the file.
        const told = signature?.warnings.filter(({ key }) => key !== 'BBB_XCV_AIA_PRES_ANS') ?? []
        const undefinedChanges = signature?.modifications?.undefined ?? []
        const isWell = said === expected && told.length + undefinedChanges.length === 0
        count(algorithm, 'DSS', level, kind, isWell ? 'well' : (error?.message ?? `${said} ${JSON.stringify(told)}`))
        if (signature) assert.ok(signature.cryptographicallyIntact && signature.referenceDataIntact)
      }
    })

    strangerTest(`pdfsig: ${algorithm}, ${kind}, at every level`, ['pdfsig', 'certutil'], async () => {
      const { trust } = await authorities()
      for (const [index, file] of (await files()).entries()) {
        const { signatureValid, certificateTrusted, said } = await pdfsig(file, trust)
        count(algorithm, 'pdfsig', levels[index] ?? 'B-B', kind, signatureValid && certificateTrusted ? 'well' : said)
      }
    })

    strangerTest(`openssl: ${algorithm}, ${kind}: the CMS over the signed bytes`, ['openssl'], async () => {
      const file = await signedFile(algorithm, 'B-B', kind)
      const { cms, covered } = readSignedPdf(await readFile(file))
      await writeFile(`${file}.cms`, cms)
      await writeFile(`${file}.covered`, covered)
      const trust = ['-CAfile', (await authorities()).trust, '-purpose', 'any']
      const verify = [
        'cms',
        '-verify',
        '-binary',
        '-inform',
        'DER',
        '-in',
        `${file}.cms`,
        '-content',
        `${file}.covered`,
      ]
      const said = await runWell('openssl', [...verify, ...trust, '-out', '/dev/null']).then(
        () => 'well',
        (error: unknown) => String(error),
      )
      count(algorithm, 'openssl', 'B-B', kind, said)
    })

    strangerTest(`qpdf: ${algorithm}, ${kind}: nothing is wrong with the syntax`, ['qpdf'], async () => {
      for (const file of await files()) {
        const { code, said } = await qpdfCheck(file)
        assert.equal(code, 0, said)
      }
    })
  }

for (const [kind, base64] of Object.entries(encryptedByQpdf))
  strangerTest(
    `encrypted, ${kind}: signed at B-LTA, DSS and pdfsig agree`,
    ['java', 'dss', 'pdfsig', 'certutil'],
    async () => {
      const { trust } = await authorities()
      const name = `encrypted-${kind.replace(/\W+/g, '_')}`
      const request = { algorithm: 'ECDSA P-256', level: 'B-LTA', password: 'o' } as const
      const file = await signFile(name, Uint8Array.fromBase64(base64), request)
      const { error, signatures } = await dss(trust, file, 'o')
      const [ofDss] = signatures
      assert.deepEqual(
        [ofDss?.indication, ofDss?.level],
        ['TOTAL_PASSED', 'PAdES-BASELINE-LTA'],
        JSON.stringify(error ?? ofDss),
      )
      const user = /object streams|open to all/.test(kind) ? '' : 'u'
      const ofPdfsig = await pdfsig(file, trust, user)
      assert.ok(ofPdfsig.signatureValid && ofPdfsig.certificateTrusted, ofPdfsig.said)
    },
  )

strangerTest(
  'a signature policy and a commitment type: DSS, pyHanko and pdfsig agree',
  ['pyhanko', 'java', 'dss', 'pdfsig', 'certutil'],
  async () => {
    const { trust } = await authorities()
    const signaturePolicy = { oid: '1.2.3.4.5', hashAlgorithm: 'SHA-256', hash: new Uint8Array(32).fill(7) } as const
    const more = { commitmentType: 'proofOfApproval', signaturePolicy } as const
    const file = await signFile('epes', await sources.table(), { algorithm: 'ECDSA P-256', level: 'B-LTA', more })
    const [ofDss] = (await dss(trust, file)).signatures
    assert.deepEqual([ofDss?.indication, ofDss?.level], ['TOTAL_PASSED', 'PAdES-BASELINE-LTA'], JSON.stringify(ofDss))
    assert.equal((await pyhanko(trust, [file]))[0]?.signatures?.[0]?.bottomLine, true)
    assert.equal((await pdfsig(file, trust)).signatureValid, true)
  },
)

for (const permission of [1, 2, 3] as const)
  strangerTest(
    `certified with P = ${permission}, then raised to B-LTA: DSS and pyHanko agree`,
    ['pyhanko', 'java', 'dss'],
    async () => {
      const { trust } = await authorities()
      const request = { algorithm: 'ECDSA P-256', level: 'B-B', more: { certify: permission } } as const
      const certified = await signFile(`certified-${permission}`, await sources.table(), request)
      const raised = await raiseFile(`certified-${permission}-raised`, await readFile(certified), 'B-LTA')
      const [report] = await pyhanko(trust, [raised])
      const [ofPyhanko] = report?.signatures ?? []
      assert.deepEqual(
        [ofPyhanko?.bottomLine, ofPyhanko?.padesLevel, ofPyhanko?.modificationLevel],
        [true, 'B-LTA', 'LTA_UPDATES'],
        JSON.stringify(report),
      )
      const [ofDss] = (await dss(trust, raised)).signatures
      assert.deepEqual([ofDss?.indication, ofDss?.level], ['TOTAL_PASSED', 'PAdES-BASELINE-LTA'], JSON.stringify(ofDss))
    },
  )

for (const level of levels)
  strangerTest(
    `veraPDF: a PDF/A-2b file, signed at ${level}, is PDF/A-2b before and after`,
    ['java', 'dss'],
    async () => {
      const original = join(repositoryRoot, 'examples', 'consumer-loan.pdf')
      const signed = await signFile(`pdfa-${level}`, await readFile(original), { algorithm: 'ECDSA P-256', level })
      for (const file of [original, signed]) {
        const { declared, compliant, results } = await veraPdf(file)
        assert.deepEqual([declared, compliant], [['2b'], true], JSON.stringify(results))
      }
    },
  )

test('every row says why', () => {
  for (const rows of Object.values(unknown))
    for (const { because } of Object.values(rows)) assert.ok(because.length > 10)
})

after(() => {
  const judges: readonly Judge[] = ['DSS', 'pyHanko', 'pdfsig', 'openssl']
  const cell = (algorithm: string, judge: Judge) => `${passed.get(`${algorithm} ${judge}`) ?? '–'}`.padStart(9)
  const rows = Object.keys(algorithms).map(
    (algorithm) => algorithm.padEnd(24) + judges.map((judge) => cell(algorithm, judge)).join(''),
  )
  const head = `files found well, of ${levels.length * kinds.length} (openssl: ${kinds.length})`
  process.stdout.write(
    `${head}\n${' '.repeat(24)}${judges.map((judge) => judge.padStart(9)).join('')}\n${rows.join('\n')}\n`,
  )
})

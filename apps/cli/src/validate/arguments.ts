import { parseArgs } from 'node:util'

export interface ValidateArguments {
  readonly files: readonly string[]
  /** PEM files, each with one certificate or more. */
  readonly trust: readonly string[]
  readonly revocation: 'require' | 'soft' | 'off'
  /** Revocation data may be fetched from the addresses in the certificates. */
  readonly online: boolean
  /** … from loopback and private networks too. */
  readonly allowPrivateAddresses: boolean
  /** Of encrypted files; the empty one where left out. */
  readonly password: string
  readonly json: boolean
}

export const validateUsage = `usage: cloudsigner validate [--trust PEM]… [--revocation require|soft|off] [--online]
                            [--allow-private-addresses] [--password TEXT] [--json] FILE…

  --trust PEM                 trust anchors: a file with one certificate or more; may be repeated
  --revocation require        (default) a certificate whose revocation is not known makes the signature INDETERMINATE
               soft|off       … is a warning; or is not looked at
  --online                    fetch CRLs and ask OCSP responders at the addresses that the certificates name
  --allow-private-addresses   … on this machine and in private networks too
  --password TEXT             opens encrypted files, as their user or as their owner
  --json                      one line of JSON a file

Exit status: 0 every file has signatures and each is TOTAL_PASSED, 1 otherwise, 2 wrong usage.
`

const modes = ['require', 'soft', 'off'] as const

/** Throws an Error whose message is for the user. */
export function parseValidateArguments(args: readonly string[]): ValidateArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      trust: { type: 'string', multiple: true, default: [] },
      revocation: { type: 'string', default: 'require' },
      online: { type: 'boolean', default: false },
      'allow-private-addresses': { type: 'boolean', default: false },
      password: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
    strict: true,
    allowPositionals: true,
  })
  const revocation = modes.find((mode) => mode === values.revocation)
  if (revocation === undefined) throw new Error(`--revocation is require, soft or off, not ${values.revocation}`)
  if (positionals.length === 0) throw new Error('no file to validate')
  return {
    files: positionals,
    trust: values.trust,
    revocation,
    online: values.online,
    allowPrivateAddresses: values['allow-private-addresses'],
    password: values.password,
    json: values.json,
  }
}

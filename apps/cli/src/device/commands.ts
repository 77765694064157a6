/** The commands, each on an open state. What they return is printed. */
import { createSignerClient, type SignerClient } from '@cloudsigner/clients/signer'
import { enrolmentOf, nameOfMode, signAtBank } from './bank-commands.ts'
import { type Command, type CommandContext, openPhone } from './command.ts'
import { CommandError } from './command-error.ts'
import type { DeviceOptions } from './options.ts'
import type { Phone } from './phone.ts'
import { inspectSignedAttributes } from './signed-attributes.ts'

const activate: Command = async ({ state, options }) => {
  if (state.hasActivation) throw new CommandError('This phone is activated already: remove comes first')
  options.requirePin()
  const address = { mobileSdkConfig: options.get('config'), url: options.get('url') }
  const phone = await openPhone(state, options, address)
  const otp = options.find('otp')
  const name = options.find('name')
  const { activationId, fingerprint } = await phone.activate(options.get('code'), {
    ...(name !== undefined && { name }),
    ...(otp !== undefined && { otp }),
    deviceInfo: `cloudsigner device on ${process.platform}`,
  })
  const text = `Activation ${activationId}\nFingerprint ${fingerprint}: compare it with the bank's before the bank commits.`
  return { text, json: { activationId, fingerprint } }
}

const status: Command = async ({ state, options }) => {
  const phone = await openPhone(state, options)
  const view = await phone.status()
  const { activationId } = phone
  const text = `Activation ${activationId}: ${view.state}, ${view.remainingAttempts} of ${view.maxFailedAttempts} attempts left`
  return { text, json: { activationId, ...view } }
}

const enrol: Command = async ({ state, options }) => {
  options.requirePin()
  const phone = await openPhone(state, options)
  const orchestrator = options.find('orchestrator')
  if (orchestrator !== undefined) {
    const signer = await phone.enrol(orchestrator, enrolmentOf(options))
    return { text: `Enrolled at the bank in ${nameOfMode(signer.mode)} mode.`, json: signer }
  }
  const csr = await phone.csr(options.get('subject'))
  if (options.find('signer') === undefined) return { text: csr.trimEnd(), json: { csr } }
  const signerId = phone.activationId ?? ''
  await signerClient(options).createSigner({ signerId, userId: options.get('user-id'), csr })
  return { text: `Enrolled as signer ${signerId}.`, json: { signerId, csr } }
}

const sign: Command = async (context) => {
  const { state, options } = context
  options.requirePin()
  const phone = await openPhone(state, options)
  if (options.find('orchestrator') !== undefined) return signAtBank(context)
  const [hash, ...more] = options.operands
  if (hash === undefined || more.length > 0) throw new CommandError('sign takes one HASH', 2)
  const signature = await signShown(context, phone, hash)
  if (options.find('signer') === undefined) return { text: signature, json: { signature } }
  const answer = await signerClient(options).signDocument(options.get('document'), { signature })
  return { text: `Document ${answer.documentId} signed: ${answer.uri}`, json: { ...answer, signature } }
}

const remove: Command = async ({ state, options }) => {
  if (!options.local) options.requirePin()
  const phone = await openPhone(state, options)
  const { activationId } = phone
  await (options.local ? phone.forget() : phone.remove())
  return { text: `Activation ${activationId} removed${options.local ? ' here' : ''}.`, json: { activationId } }
}

export const commands: Readonly<Record<string, Command>> = { activate, status, enrol, sign, remove }

/** Shows what is going to be signed, then signs it. */
async function signShown(context: CommandContext, phone: Phone, hash: string): Promise<string> {
  const bytes = Buffer.from(hash, 'base64')
  if (bytes.toString('base64') !== hash) throw new CommandError('The hash is not Base64')
  const { messageDigest, certificateHash } = inspectSignedAttributes(bytes)
  context.note(`Digest of the document   ${Buffer.from(messageDigest).toString('hex')}`)
  context.note(`Hash of the certificate  ${Buffer.from(certificateHash).toString('hex')}`)
  const signature = await phone.sign(new Uint8Array(bytes))
  return Buffer.from(signature).toString('base64')
}

function signerClient(options: DeviceOptions): SignerClient {
  const user = options.get('signer-user', 'CLOUDSIGNER_SIGNER_USER')
  const password = options.get('signer-password', 'CLOUDSIGNER_SIGNER_PASSWORD')
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return createSignerClient({ baseUrl: options.get('signer'), authorization: () => authorization })
}

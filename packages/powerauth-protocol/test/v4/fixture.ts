import { nodeCrypto } from '../../src/node.ts'
import { answerActivation, startActivation } from '../../src/v4/activation.ts'
import { type Algorithm, algorithms } from '../../src/v4/suites.ts'

export const application = {
  applicationKey: 'm/oA+8eJzr4Vm2GZ/IjaHw==',
  applicationSecret: 'xTepXBSIeNqHXkAFguxPXQ==',
}
export const activationId = '2dc1edb0-b240-4f92-b62c-141c1941d308'
export const temporaryKeyId = 'aaebf600-2ac4-4130-bf43-6c2cbdf69e5a'
export const nonce = 'bWgIejRrm+qR1P9j0L0JGQ=='
export const algorithmList: readonly Algorithm[] = algorithms

/** Both sides after an exchange by way of JSON. */
export async function agreed(algorithm: Algorithm) {
  const device = await startActivation(nodeCrypto, algorithm)
  const server = await answerActivation(nodeCrypto, wire(device.request))
  return { device, server, activation: await device.accept(wire(server.response)) }
}

export function wire(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value))
}

/** A Base64 text with its first character changed. */
export function flip(base64: string): string {
  return (base64.startsWith('A') ? 'B' : 'A') + base64.slice(1)
}

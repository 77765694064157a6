/**
 * Walks a trace with the recorded keys of the server. Everything deterministic is made again and compared to the byte,
 * everything randomised is verified or decrypted, and put together again from the same random values.
 */
import assert from 'node:assert/strict'
import type { CryptoProvider, P256KeyPair } from '../../src/crypto-provider.ts'
import { base64Decode, base64Encode, base64UrlDecode } from '../../src/encoding/base64.ts'
import { fold, utf8, utf8Decode } from '../../src/encoding/bytes.ts'
import { decryptBlocks } from '../../src/v3/aes-no-padding.ts'
import { authenticationCodeFormat, verifyAuthenticationCode } from '../../src/v3/authentication-code.ts'
import { signHs256 } from '../../src/v3/compact-jws.ts'
import { computeCounterHash } from '../../src/v3/counter-synchronization.ts'
import { associatedData, deriveEnvelopeKey, deriveSharedInfo2, type SharedInfo1 } from '../../src/v3/ecies-envelope.ts'
import { openMessage, sealMessage } from '../../src/v3/ecies-message.ts'
import { type EncryptedRequest, parseEncryptedRequest, parseEncryptedResponse } from '../../src/v3/ecies-objects.ts'
import {
  formatAuthorizationHeader,
  formatTokenHeader,
  parseAuthorizationHeader,
  parseTokenHeader,
} from '../../src/v3/headers.ts'
import { agreeActivationKeys } from '../../src/v3/keys.ts'
import { dataWithSecret, normalizeRequest, serverCanonicalQuery } from '../../src/v3/normalized-data.ts'
import { decodePrivateKey } from '../../src/v3/p256.ts'
import { activationStates, decryptStatusBlob, encryptStatusBlob, statusBlobIv } from '../../src/v3/status-blob.ts'
import { issueTemporaryKey, verifyTemporaryKeyRequest, verifyTemporaryKeyResponse } from '../../src/v3/temporary-key.ts'
import { computeTokenDigest } from '../../src/v3/token-digest.ts'
import { parseProtocolVersion, versionTraits } from '../../src/v3/version.ts'
import type { Exchange, RecordedActivation, Step, Trace } from './trace.ts'

export class Replay {
  readonly version
  readonly master: P256KeyPair
  readonly #crypto: CryptoProvider
  readonly #trace: Trace
  readonly #activations = new Map<string, RecordedActivation>()
  readonly #temporaryKeys = new Map<string, P256KeyPair>()
  readonly #tokenSecrets = new Map<string, Uint8Array>()
  /** How often each kind of check ran. */
  readonly counts: Record<string, number> = {}

  constructor(crypto: CryptoProvider, trace: Trace) {
    this.#crypto = crypto
    this.#trace = trace
    this.version = parseProtocolVersion(trace.protocol)
    this.master = keyPair(trace.application.masterPrivateKey, trace.application.masterPublicKey)
  }

  count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
  }

  /** Takes in what the step left behind. */
  learn(step: Step): void {
    for (const key of step.server.temporaryKeys) this.#temporaryKeys.set(key.id, keyPair(key.privateKey, key.publicKey))
  }

  /** The counter of the server moves after a step's exchanges were looked at. */
  finish(step: Step): void {
    const { activation } = step.server
    if (activation !== undefined) this.#activations.set(activation.activationId, activation)
  }

  activation(activationId: string): RecordedActivation {
    const activation = this.#activations.get(activationId)
    assert.ok(activation, `the activation ${activationId} is known`)
    return activation
  }

  async keys(activation: RecordedActivation) {
    return agreeActivationKeys(this.#crypto, serverPair(activation), decode(activation.devicePublicKey))
  }

  async temporaryKey(exchange: Exchange): Promise<void> {
    const crypto = this.#crypto
    const { application } = this.#trace
    const { jwt } = JSON.parse(exchange.request.body).requestObject
    const requested = JSON.parse(utf8Decode(base64UrlDecode(jwt.split('.')[1], 'payload'), 'payload'))
    const activation = requested.activationId === undefined ? undefined : this.activation(requested.activationId)
    const transportKey = activation && (await this.keys(activation)).transportKey
    const claims = await verifyTemporaryKeyRequest(crypto, jwt, { application, ...(transportKey && { transportKey }) })
    const hmacKey = transportKey
      ? fold(await crypto.hmacSha256(transportKey, decode(application.applicationSecret)))
      : decode(application.applicationSecret)
    assert.equal(await signHs256(crypto, hmacKey, { alg: 'HS256' }, requested), jwt)

    const answer = JSON.parse(exchange.response.body).responseObject.jwt
    const signer = activation ? serverPair(activation) : this.master
    const key = await verifyTemporaryKeyResponse(crypto, {
      jwt: answer,
      request: claims,
      signerPublicKey: signer.publicKey,
    })
    assert.deepEqual(key.publicKey, this.#temporaryKeys.get(key.id)?.publicKey)
    const again = await issueTemporaryKey(crypto, { ...key, request: claims, signer })
    assert.deepEqual(again.split('.').slice(0, 2), answer.split('.').slice(0, 2)) // ECDSA differs by its random number
    this.count('temporary key')
  }

  /** Decrypts an exchange and puts both directions together again; answers the plaintexts. */
  async encrypted(sharedInfo1: SharedInfo1, request: unknown, response: unknown, activationId?: string) {
    const crypto = this.#crypto
    const { version } = this
    const activation = activationId === undefined ? undefined : this.activation(activationId)
    const parameters = {
      version,
      sharedInfo1,
      application: this.#trace.application,
      ...(activation && {
        activation: {
          activationId: activation.activationId,
          transportKey: (await this.keys(activation)).transportKey,
        },
      }),
    }
    const parsed = parseEncryptedRequest(version, request)
    const ephemeral = decode(parsed.ephemeralPublicKey)
    const recipient = this.#recipient(parsed, activation)
    const envelope = {
      version,
      envelopeKey: await deriveEnvelopeKey(crypto, parameters, recipient, ephemeral, ephemeral),
      sharedInfo2: await deriveSharedInfo2(crypto, parameters),
      associatedData: associatedData(parameters, parsed.temporaryKeyId),
    }
    const nonce = optional(parsed.nonce)
    const requestContext = { nonce, timestamp: parsed.timestamp, ephemeralPublicKey: ephemeral }
    const plainRequest = await this.#message(envelope, requestContext, parsed)
    this.count('encrypted request')
    if (response === undefined) return { request: plainRequest, response: '' }
    const answer = parseEncryptedResponse(version, response)
    const responseContext = {
      nonce: optional(answer.nonce) ?? nonce,
      timestamp: answer.timestamp,
      ephemeralPublicKey: new Uint8Array(),
    }
    this.count('encrypted response')
    return { request: plainRequest, response: await this.#message(envelope, responseContext, answer) }
  }

  /**
   * Verifies the code of the header as the server did, and that it then stands where the record says. `signed` is the
   * body that the code covers.
   */
  async authorization(step: Step, exchange: Exchange, uriId: string, signed: string): Promise<void> {
    const text = exchange.request.headers['X-PowerAuth-Authorization'] ?? ''
    const header = parseAuthorizationHeader(text)
    assert.equal(formatAuthorizationHeader(header), text)
    const activation = this.activation(header.activationId)
    const { method, url } = exchange.request
    const query = url.split('?')[1] ?? ''
    const body = method === 'GET' ? serverCanonicalQuery(query) : utf8(signed)
    const normalized = normalizeRequest({ method, uriId, nonce: header.nonce, body })
    const verification = await verifyAuthenticationCode(this.#crypto, {
      type: header.type,
      keys: await this.keys(activation),
      ctrData: decode(activation.ctrData),
      data: dataWithSecret(normalized, this.#trace.application.applicationSecret),
      format: authenticationCodeFormat(header.version),
      code: header.code,
      lookAhead: 20,
    })
    const after = step.server.activation
    assert.equal(verification.valid, exchange.response.status !== 401, `${step.step}: the code`)
    if (verification.valid) {
      assert.equal(base64Encode(verification.nextCtrData), after?.ctrData)
      assert.equal(activation.counter + verification.step + 1, after?.counter)
      this.count('valid code')
    } else {
      assert.equal(after?.ctrData, activation.ctrData)
      this.count('invalid code')
    }
  }

  async token(exchange: Exchange): Promise<void> {
    const text = exchange.request.headers['X-PowerAuth-Token'] ?? ''
    const header = parseTokenHeader(text)
    assert.equal(formatTokenHeader(header), text)
    const tokenSecret = this.#tokenSecrets.get(header.tokenId)
    assert.ok(tokenSecret)
    assert.equal(await computeTokenDigest(this.#crypto, { ...header, tokenSecret }), header.tokenDigest)
    this.count('token digest')
  }

  learnToken(plaintext: string): void {
    const { tokenId, tokenSecret } = JSON.parse(plaintext)
    this.#tokenSecrets.set(tokenId, decode(tokenSecret))
  }

  /** Reads the blob and writes it again with the same five reserved bytes. */
  async statusBlob(exchange: Exchange) {
    const crypto = this.#crypto
    const { activationId, challenge } = JSON.parse(exchange.request.body).requestObject
    const answer = JSON.parse(exchange.response.body).responseObject
    const activation = this.activation(activationId)
    const context = {
      transportKey: (await this.keys(activation)).transportKey,
      challenge: decode(challenge),
      nonce: decode(answer.nonce),
    }
    const blob = decode(answer.encryptedStatusBlob)
    const status = await decryptStatusBlob(crypto, context, blob)
    assert.ok(status)
    const plain = await decryptBlocks(crypto, context.transportKey, await statusBlobIv(crypto, context), blob)
    const sameRandom: CryptoProvider = { ...crypto, random: () => plain.slice(7, 12) }
    assert.deepEqual(await encryptStatusBlob(sameRandom, context, status), blob)
    assert.equal(activationStates[status.activationStatus], activation.activationStatus)
    assert.equal(status.ctrByte, activation.counter & 0xff)
    assert.equal(status.failedAttempts, activation.failedAttempts)
    const hash = await computeCounterHash(crypto, context.transportKey, decode(activation.ctrData))
    assert.deepEqual(status.ctrDataHash, hash)
    return { status, transportKey: context.transportKey }
  }

  #recipient(request: EncryptedRequest, activation: RecordedActivation | undefined): P256KeyPair {
    if (!versionTraits[this.version].temporaryKey) return activation ? serverPair(activation) : this.master
    const key = this.#temporaryKeys.get(request.temporaryKeyId ?? '')
    assert.ok(key, 'the temporary key is recorded')
    return key
  }

  async #message(
    envelope: Parameters<typeof openMessage>[1],
    context: Parameters<typeof openMessage>[2],
    message: { readonly encryptedData: string; readonly mac: string },
  ): Promise<string> {
    const binary = { encryptedData: decode(message.encryptedData), mac: decode(message.mac) }
    const plaintext = await openMessage(this.#crypto, envelope, context, binary)
    assert.deepEqual(await sealMessage(this.#crypto, envelope, context, plaintext), binary)
    return utf8Decode(plaintext, 'plaintext')
  }
}

export function keyPair(privateKey: string, publicKey: string): P256KeyPair {
  return { privateKey: decodePrivateKey(decode(privateKey)), publicKey: decode(publicKey) }
}

export function serverPair(activation: RecordedActivation): P256KeyPair {
  return keyPair(activation.serverPrivateKey, activation.serverPublicKey)
}

export function decode(text: string): Uint8Array {
  return base64Decode(text, 'a recorded value')
}

function optional(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : decode(text)
}

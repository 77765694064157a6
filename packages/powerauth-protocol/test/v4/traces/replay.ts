/**
 * Walks a 4.0 trace with the recorded secrets. Everything deterministic is made again and compared to the byte,
 * everything randomised is verified or decrypted, and put together again from the same random values.
 */
import assert from 'node:assert/strict'
import { base64Encode, base64UrlDecode } from '../../../src/encoding/base64.ts'
import { concat, utf8, utf8Decode } from '../../../src/encoding/bytes.ts'
import { parseObject } from '../../../src/v3/compact-jws.ts'
import { dataWithSecret, normalizeRequest, serverCanonicalQuery } from '../../../src/v3/normalized-data.ts'
import { activationStates } from '../../../src/v3/status-blob.ts'
import { startActivation } from '../../../src/v4/activation.ts'
import {
  computeAuthenticationCode,
  type ServerFactorKeys,
  verifyAuthenticationCode,
} from '../../../src/v4/authentication-code.ts'
import type { CryptoProviderV4 } from '../../../src/v4/crypto-provider.ts'
import { decryptKey } from '../../../src/v4/device-storage.ts'
import { decryptRequest, encryptRequest, type SharedInfo1, sharedInfo1 } from '../../../src/v4/encryption.ts'
import { computeActivationFingerprint } from '../../../src/v4/fingerprint.ts'
import {
  formatAuthorizationHeader,
  formatEncryptionHeader,
  formatTokenHeader,
  parseAuthorizationHeader,
  parseEncryptionHeader,
  parseTokenHeader,
} from '../../../src/v4/headers.ts'
import { signHs384, verifyJws } from '../../../src/v4/json-web-signature.ts'
import { kdfPassword } from '../../../src/v4/kdf.ts'
import {
  deriveApplicationTemporaryKeyMacKey,
  deriveFactorKeys,
  deriveUtilityKeys,
  type UtilityKeys,
} from '../../../src/v4/key-tree.ts'
import { decodeSubjectPublicKey } from '../../../src/v4/post-quantum-keys.ts'
import { decapsulateSharedSecret } from '../../../src/v4/shared-secret.ts'
import { parsePublicKeys, type VerifyingKey, verifyingKeys } from '../../../src/v4/signature-keys.ts'
import { buildStatusBlob, computeCounterHash, readStatusBlob, synchronizeCounter } from '../../../src/v4/status-blob.ts'
import { type Algorithm, mlDsaOf } from '../../../src/v4/suites.ts'
import { issueTemporaryKey, verifyTemporaryKeyRequest } from '../../../src/v4/temporary-key.ts'
import { computeTokenDigest } from '../../../src/v4/token-digest.ts'
import type { Exchange } from '../../traces/trace.ts'
import { decapsulationKeys, decode, signingPairs } from './recorded-keys.ts'
import { type DeviceState, logged, type RecordedActivation, type Step, type Trace } from './trace.ts'

export class Replay {
  readonly crypto: CryptoProviderV4
  readonly trace: Trace
  readonly #activations = new Map<string, RecordedActivation>()
  readonly #temporaryKeys = new Map<string, Uint8Array>()
  readonly #tokenSecrets = new Map<string, Uint8Array>()
  /** How often each kind of check ran. */
  readonly counts: Record<string, number> = {}

  constructor(crypto: CryptoProviderV4, trace: Trace) {
    this.crypto = crypto
    this.trace = trace
  }

  count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
  }

  learn(step: Step): void {
    for (const key of step.server.temporaryKeys) this.#temporaryKeys.set(key.id, decode(key.secret))
    for (const token of step.server.tokens ?? []) this.#tokenSecrets.set(token.tokenId, decode(token.tokenSecret))
  }

  /** The counter of the server moves after a step's exchanges were looked at. */
  finish(step: Step): void {
    const { activation } = step.server
    if (activation) this.#activations.set(activation.activationId, activation)
  }

  activation(activationId: string): RecordedActivation & { readonly algorithm: Algorithm } {
    const activation = this.#activations.get(activationId)
    assert.ok(activation, `the activation ${activationId} is known`)
    return { ...activation, algorithm: activation.algorithm ?? this.trace.algorithm }
  }

  async utilityKeys(activationId: string): Promise<UtilityKeys> {
    return deriveUtilityKeys(this.crypto, decode(this.activation(activationId).activationSecret))
  }

  masterKeys(): readonly VerifyingKey[] {
    const { algorithm, application } = this.trace
    const set = mlDsaOf(algorithm)
    const ecdsa = decode(application.masterPublicKeys.ES384)
    const mlDsa = set && decodeSubjectPublicKey(set, decode(application.masterPublicKeys[set]))
    return verifyingKeys(algorithm, { ecdsa, ...(mlDsa && { mlDsa }) })
  }

  async temporaryKey(step: Step, exchange: Exchange): Promise<void> {
    const { crypto, trace } = this
    const { algorithm, application } = trace
    const [log] = logged(step, 'temporary-key')
    assert.ok(log)
    const { jwt } = JSON.parse(exchange.request.body).requestObject
    const claims = parseObject(jwt.split('.')[1])
    const { activationId } = claims
    const ofActivation = typeof activationId === 'string'
    const macKey = ofActivation
      ? (await this.utilityKeys(activationId)).temporaryKeyMacKey
      : await deriveApplicationTemporaryKeyMacKey(crypto, application)
    assert.equal(base64Encode(macKey), log.requestMacKey)
    const scope = { application, ...(ofActivation && { activation: { activationId, temporaryKeyMacKey: macKey } }) }
    const request = await verifyTemporaryKeyRequest(crypto, jwt, scope)
    assert.equal(await signHs384(crypto, macKey, { ...request }), jwt)

    const answer = JSON.parse(exchange.response.body).responseObject.jwt
    const signers = ofActivation ? this.#serverKeys(step, activationId) : this.masterKeys()
    const payload = parseObject(JSON.parse(answer).payload)
    assert.deepEqual(await verifyJws(crypto, signers, answer), base64UrlDecode(JSON.parse(answer).payload, 'payload'))
    const keys = decapsulationKeys(algorithm, log.decapsulationKeys)
    const secret = await decapsulateSharedSecret(crypto, algorithm, keys, payload.sharedSecretResponse)
    assert.equal(base64Encode(secret), log.secret)
    assert.deepEqual(secret, this.#temporaryKeys.get(String(payload.sub)))
    await this.#issuedAgain(request, payload, answer, activationId)
    this.count('temporary key')
  }

  /** Our own answer to the same request: the same members in the same order, and the same headers. */
  async #issuedAgain(
    request: Parameters<typeof issueTemporaryKey>[1]['request'],
    payload: Readonly<Record<string, unknown>>,
    answer: string,
    activationId: unknown,
  ): Promise<void> {
    const { algorithm, application } = this.trace
    const set = mlDsaOf(algorithm)
    const master = {
      ecdsa: application.masterPrivateKeys.ES384,
      ...(set && { mldsa: application.masterPrivateKeys[set] }),
    }
    const recorded = typeof activationId === 'string' ? this.activation(activationId).serverPrivateKeys : master
    assert.ok(recorded)
    const pairs = signingPairs(algorithm, recorded)
    const signers = [
      { algorithm: 'ES384' as const, pair: pairs.ecdsa },
      ...(set && pairs.mlDsa ? [{ algorithm: set, pair: pairs.mlDsa }] : []),
    ]
    const issued = await issueTemporaryKey(this.crypto, {
      request,
      id: String(payload.sub),
      issuedAt: Number(payload.iat_ms),
      expiresAt: Number(payload.exp_ms),
      signers,
    })
    const [ours, theirs] = [JSON.parse(issued.jws), JSON.parse(answer)]
    assert.deepEqual(Object.keys(parseObject(ours.payload)), Object.keys(payload))
    assert.deepEqual({ ...parseObject(ours.payload), sharedSecretResponse: payload.sharedSecretResponse }, payload)
    const headers = (jws: { signatures: { protected: string }[] }) => jws.signatures.map((part) => part.protected)
    assert.deepEqual(headers(ours), headers(theirs))
  }

  #serverKeys(step: Step, activationId: string): readonly VerifyingKey[] {
    const { algorithm } = this.activation(activationId)
    const state = step.client?.statusBefore
    return verifyingKeys(algorithm, parsePublicKeys(algorithm, state?.serverPublicKeys))
  }

  /** Opens both directions of an exchange and seals them again with the same nonces; answers the plaintexts. */
  async encrypted(constant: SharedInfo1, request: unknown, response: unknown, activationId?: string) {
    const { crypto } = this
    const parameters = { ...(await this.#parameters(constant, activationId)), secret: this.#secret(request) }
    const incoming = await decryptRequest(crypto, parameters, request)
    const { nonce, timestamp, temporaryKeyId } = members(request)
    const sameNonces: CryptoProviderV4 = { ...crypto, random: () => decode(nonce) }
    const outgoing = await encryptRequest(
      sameNonces,
      { ...parameters, temporaryKeyId: String(temporaryKeyId), timestamp: Number(timestamp) },
      incoming.plaintext,
    )
    assert.deepEqual(outgoing.request, request)
    this.count('encrypted request')
    const plain = utf8Decode(incoming.plaintext, 'plaintext')
    if (response === undefined) return { request: plain, response: '' }
    const answer = await outgoing.decryptResponse(response)
    assert.deepEqual(await incoming.encryptResponse(answer, Number(members(response).timestamp)), response)
    this.count('encrypted response')
    return { request: plain, response: utf8Decode(answer, 'plaintext') }
  }

  async #parameters(constant: SharedInfo1, activationId: string | undefined) {
    const { application } = this.trace
    if (sharedInfo1[constant] === 'application') return { sharedInfo1: constant, application }
    assert.ok(activationId)
    const { sharedInfo2Key } = await this.utilityKeys(activationId)
    return { sharedInfo1: constant, application, activation: { activationId, sharedInfo2Key } }
  }

  #secret(request: unknown): Uint8Array {
    const secret = this.#temporaryKeys.get(String(members(request).temporaryKeyId))
    assert.ok(secret, 'the temporary key is recorded')
    return secret
  }

  encryptionHeader(exchange: Exchange): void {
    const header = exchange.request.headers['X-PowerAuth-Encryption']
    if (header !== undefined) assert.equal(formatEncryptionHeader(parseEncryptionHeader(header)), header)
  }

  /** What `create` and `upgrade/start` agree on, from both sides. */
  async keyAgreement(step: Step, request: unknown, response: unknown): Promise<void> {
    const { crypto } = this
    const record = step.server.activation
    assert.ok(record?.algorithm && record.activationSecret)
    const { algorithm, activationId } = record
    const keys = decapsulationKeys(algorithm, step.client?.log.find(({ id }) => id === 'decapsulation-keys')?.object)
    const { sharedSecretResponse, serverPublicKeys, ctrData } = members(response)
    const secret = await decapsulateSharedSecret(crypto, algorithm, keys, sharedSecretResponse)
    assert.equal(base64Encode(secret), record.activationSecret)
    assert.equal(ctrData, record.ctrData)
    const factorKeys = await deriveFactorKeys(crypto, secret)
    assert.equal(base64Encode(factorKeys.knowledgeKey), record.knowledgeKey)
    assert.equal(base64Encode(factorKeys.biometryKey), record.biometryKey)
    const state = step.client?.statusAfter?.upgrade ?? step.client?.statusAfter
    assert.equal(base64Encode(factorKeys.possessionKey), state?.possessionKey)
    const fingerprint = await computeActivationFingerprint(crypto, {
      algorithm,
      activationId,
      devicePublicKeys: parsePublicKeys(algorithm, members(request).devicePublicKeys),
      serverPublicKeys: parsePublicKeys(algorithm, serverPublicKeys),
    })
    assert.equal(fingerprint, record.fingerprint)
    // A device of ours accepts the recorded answer's form; its secret would be another one, of its own keys.
    const ours = await startActivation(crypto, algorithm)
    assert.deepEqual(Object.keys(ours.request), Object.keys(members(request)).slice(0, 2))
    this.count('key agreement')
  }

  /** Verifies the code of the header as the server did, and that it then stands where the record says. */
  async authorization(step: Step, exchange: Exchange, uriId: string): Promise<void> {
    const text = exchange.request.headers['X-PowerAuth-Authorization'] ?? ''
    const header = parseAuthorizationHeader(text)
    assert.equal(formatAuthorizationHeader(header), text)
    const activation = this.activation(header.activationId)
    const { method, url } = exchange.request
    const body = method === 'GET' ? serverCanonicalQuery(url.split('?')[1] ?? '') : utf8(exchange.request.body)
    const normalized = normalizeRequest({ method, uriId, nonce: header.nonce, body })
    const data = dataWithSecret(normalized, this.trace.application.applicationSecret)
    await this.#computedByDevice(step, data, header.code)
    const verification = await verifyAuthenticationCode(this.crypto, {
      type: header.type,
      keys: await this.factorKeys(activation),
      ctrData: decode(activation.ctrData),
      data,
      format: 'base64',
      code: header.code,
      lookAhead: 20,
    })
    const after = step.server.activation
    assert.ok(after)
    assert.equal(verification.valid, exchange.response.status !== 401, `${step.step}: the code`)
    if (!verification.valid) {
      assert.equal(after.ctrData, activation.ctrData)
      assert.equal(after.failedAttempts, activation.failedAttempts + 1)
      return this.count('invalid code')
    }
    assert.equal(base64Encode(verification.nextCtrData), after.ctrData)
    assert.equal(activation.counter + verification.step + 1, after.counter)
    if (uriId !== '/pa/password/change' && uriId !== '/pa/biometry/add') this.#settled(verification.nextKeys, after)
    return this.count('valid code')
  }

  /** The device's side: its keys before the step give the very code. */
  async #computedByDevice(step: Step, data: Uint8Array, code: string): Promise<void> {
    const [log] = logged(step, 'authentication-code')
    const state = step.client?.statusBefore?.upgrade ?? step.client?.statusBefore
    assert.ok(log && state?.possessionKey)
    assert.equal(log.data, utf8Decode(data, 'data'))
    const keys = {
      possessionKey: decode(state.possessionKey),
      knowledgeKey: await this.knowledgeKey(state, step.client?.options.p ?? ''),
      ...(state.biometryKey && { biometryKey: decode(state.biometryKey) }),
    }
    const type = parseAuthorizationType(log.type)
    const ctrData = decode(log.ctrData)
    assert.equal(log.ctrData, state.ctrData)
    assert.equal(await computeAuthenticationCode(this.crypto, { type, keys, ctrData, data, format: 'base64' }), code)
  }

  async knowledgeKey(state: Partial<DeviceState>, pin: string): Promise<Uint8Array> {
    const key = await kdfPassword(this.crypto, pin || '1234', decode(state.knowledgeKeySalt))
    return decryptKey(this.crypto, key, concat(decode(state.knowledgeKeyIv), decode(state.knowledgeKeyEncrypted)))
  }

  async factorKeys(activation: RecordedActivation): Promise<ServerFactorKeys> {
    const { possessionKey } = await deriveFactorKeys(this.crypto, decode(activation.activationSecret))
    const { knowledgeKey, knowledgeKeyNext, biometryKey, biometryKeyNext, biometryEnabled } = activation
    return {
      possessionKey,
      ...(knowledgeKey && { knowledgeKey: dynamic(knowledgeKey, knowledgeKeyNext) }),
      ...(biometryKey && biometryEnabled && { biometryKey: dynamic(biometryKey, biometryKeyNext) }),
    }
  }

  #settled(keys: ServerFactorKeys, after: RecordedActivation): void {
    const text = (key: Uint8Array | undefined) => key && base64Encode(key)
    assert.equal(text(keys.knowledgeKey?.current), after.knowledgeKey)
    assert.equal(text(keys.knowledgeKey?.next), after.knowledgeKeyNext)
    if (keys.biometryKey) assert.equal(text(keys.biometryKey.current), after.biometryKey)
    if (keys.biometryKey) assert.equal(text(keys.biometryKey.next), after.biometryKeyNext)
  }

  async token(exchange: Exchange): Promise<void> {
    const text = exchange.request.headers['X-PowerAuth-Token'] ?? ''
    const header = parseTokenHeader(text)
    assert.equal(formatTokenHeader(header), text)
    const tokenSecret = this.#tokenSecrets.get(header.tokenId)
    assert.ok(tokenSecret)
    assert.equal(await computeTokenDigest(this.crypto, { ...header, tokenSecret }), header.tokenDigest)
    this.count('token digest')
  }

  /** Reads the blob and writes it again with the same four reserved bytes. */
  async statusBlob(step: Step, plaintext: string): Promise<void> {
    const { crypto } = this
    const blob = decode(JSON.parse(plaintext).activationStatus)
    const state = step.client?.statusBefore
    assert.ok(state?.activationId && state.ctrData !== undefined && state.counter !== undefined)
    const activation = this.activation(state.activationId)
    const keys = await this.utilityKeys(state.activationId)
    const status = await readStatusBlob(crypto, keys, blob)
    const sameRandom: CryptoProviderV4 = { ...crypto, random: () => blob.slice(8, 12) }
    assert.deepEqual(await buildStatusBlob(sameRandom, keys, status), blob)
    assert.equal(activationStates[status.activationStatus], activation.state)
    assert.equal(status.currentVersion, activation.version)
    assert.equal(status.ctrByte, activation.counter & 0xff)
    assert.equal(status.failedAttempts, activation.failedAttempts)
    assert.equal(status.activationConfirmationPending, activation.confirmationPending)
    assert.equal(status.upgradeConfirmationPending, activation.upgradePending)
    assert.equal(status.biometryEnabled, activation.biometryEnabled)
    assert.deepEqual(status.ctrDataHash, await computeCounterHash(crypto, keys, decode(activation.ctrData)))
    // After an upgrade the server counts on while the device starts anew: it adopts the server's byte.
    const upgraded = step.step === 'upgrade-status'
    const local = { ctrData: decode(state.ctrData), ...(!upgraded && { ctrByte: state.counter & 0xff }) }
    const result = await synchronizeCounter(crypto, keys, local, status)
    assert.equal(result.kind, upgraded ? 'server_ahead' : 'in_sync')
    this.count('status blob')
  }
}

function dynamic(current: string, next: string | undefined) {
  return { current: decode(current), ...(next !== undefined && { next: decode(next) }) }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === 'object' && value !== null)
  return { ...value }
}

function parseAuthorizationType(value: unknown) {
  assert.ok(
    value === 'possession' ||
      value === 'possession_knowledge' ||
      value === 'possession_biometry' ||
      value === 'possession_knowledge_biometry',
  )
  return value
}

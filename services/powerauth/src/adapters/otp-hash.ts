import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Random } from '@cloudsigner/service'

/** RFC 7914 §2 parameters: 16 MiB and some 40 ms a guess. */
const cost = { N: 16_384, r: 8, p: 1 }
const KEY_LENGTH = 32

/** An activation OTP as it is stored: `scrypt$N$r$p$salt$key`, Base64. */
export async function hashOtp(otp: string, random: Random): Promise<string> {
  const salt = random(16)
  const key = await derive(otp, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, Buffer.from(salt).toString('base64'), key.toString('base64')].join('$')
}

export async function matchesOtpHash(otp: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = stored.split('$')
  const expected = Buffer.from(key, 'base64')
  const derived = await derive(otp, Buffer.from(salt, 'base64'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(derived, expected)
}

function derive(otp: string, salt: Uint8Array, options: { N: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(otp.normalize('NFKC'), salt, KEY_LENGTH, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

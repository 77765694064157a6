import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress } from '../../src/validate/address-policy.ts'

const publicAddresses = ['8.8.8.8', '193.84.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1']
const otherAddresses = [
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '203.0.113.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:8.8.8.8',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  'localhost',
  '',
]

for (const address of publicAddresses) test(`${address} is public`, () => assert.ok(isPublicAddress(address)))
for (const address of otherAddresses) {
  test(`${address || 'nothing'} is not a public address (RFC 6890)`, () => assert.ok(!isPublicAddress(address)))
}

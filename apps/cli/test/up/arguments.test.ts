import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseUpArguments } from '../../src/up/arguments.ts'

test('without arguments all services run on ./data, on loopback, on ports of their own', () => {
  assert.deepEqual(parseUpArguments([], '/home/u'), {
    services: ['powerauth', 'ca', 'signer', 'orchestrator', 'app'],
    dataDirectory: '/home/u/data',
    portBase: 0,
    host: '127.0.0.1',
    publicHost: '127.0.0.1',
    openPrivateApi: false,
    logLevel: 'warn',
  })
})

test('one service, and every flag', () => {
  const args = ['ca', '--data', 'd', '--database', 'postgresql://u:p@h/db', '--port-base', '9000', '--host', '0.0.0.0']
  const more = ['--public-host', 'pki.example.com', '--ready-file', '/r.json', '--log-level', 'info']
  assert.deepEqual(parseUpArguments([...args, ...more], '/home/u'), {
    services: ['ca'],
    dataDirectory: '/home/u/d',
    databaseUrl: 'postgresql://u:p@h/db',
    portBase: 9000,
    host: '0.0.0.0',
    publicHost: 'pki.example.com',
    readyFile: '/r.json',
    openPrivateApi: false,
    logLevel: 'info',
  })
})

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['bank'], /There is no service "bank"/],
  [['ca', 'signer'], /Name one service/],
  [['--port-base', '-1'], /port-base/],
  [['--port-base', '65530'], /1 to 65529/],
  [['--port-base', '80x'], /port-base/],
  [['--database', 'mysql://h/db'], /--database is a URL/],
  [['--database', 'nonsense'], /--database is a URL/],
  [['--log-level', 'loud'], /--log-level is one of/],
  [['--open-private-api', '--host', '0.0.0.0'], /loopback/],
  [['--nonsense'], /nonsense/],
  [['--data'], /data/],
]
for (const [args, message] of refused)
  test(`arguments refused: ${args.join(' ')}`, () => {
    assert.throws(() => parseUpArguments(args, '/'), message)
  })

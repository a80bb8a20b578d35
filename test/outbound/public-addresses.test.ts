/** Which IP addresses a call to an address that somebody names may reach. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPublic } from '../../src/outbound/public-addresses.ts'

const reached = [
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '168.63.129.15',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '3ffe::1',
]

const refused = {
  'this machine': ['127.0.0.1', '127.255.255.255', '0.0.0.0', '0.1.2.3', '::1', '::'],
  'private networks': [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    'fc00::1',
    'fdff::1',
  ],
  'link-local addresses': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'],
  'metadata services': [
    '169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
  ],
  'carrier-grade NAT': ['100.64.0.0', '100.127.255.255'],
  'multicast, reserved and broadcast': [
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    'ff02::1',
  ],
  'documentation and benchmarks': [
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.1',
    '2001:db8::1',
    '3fff::1',
  ],
  'IPv4 inside IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:1.1.1.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '2002:7f00:1::',
    '2001::1',
  ],
  NAT64: ['64:ff9b::7f00:1', '64:ff9b::1.1.1.1', '64:ff9b:1::1'],
  'what is no IP address': [
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.1',
    '1.1.1',
    '1.1.1.1 ',
    '[2606:4700::1]',
  ],
}

test('public addresses may be reached', () => {
  for (const address of reached) assert.ok(isPublic(address), address)
})

for (const [what, addresses] of Object.entries(refused)) {
  test(`${what}: refused`, () => {
    for (const address of addresses) assert.equal(isPublic(address), false, address)
  })
}

test('no address of IPv4 becomes public by writing it inside IPv6', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  const address = fc.tuple(byte, byte, byte, byte).map(bytes => bytes.join('.'))
  fc.assert(
    fc.property(
      address,
      fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
      (text, before) => {
        assert.equal(isPublic(before + text), false)
      },
    ),
  )
})

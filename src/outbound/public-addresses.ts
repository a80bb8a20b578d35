/**
 * Which IP addresses are on the public Internet. Everything else is refused: this machine, the networks behind it, and
 * the services by which clouds give away the credentials of a machine.
 *
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

const special4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Carrier-grade NAT. Alibaba's metadata service is 100.100.100.200.
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local. The metadata service of most clouds is 169.254.169.254.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved and broadcast.
  ['224.0.0.0', 3],
  // Azure's host answers there, although the address is public.
  // https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['168.63.129.16', 32],
] as const

/**
 * Public addresses are in 2000::/3. Outside it are loopback, link-local, private and multicast addresses, IPv4 in IPv6
 * (::ffff:0:0/96) and NAT64 (64:ff9b::/96), which lead to an IPv4 address.
 */
const global6 = ['2000::', 3] as const

const special6 = [
  // Teredo and other protocols; an IPv4 address may be inside.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4, which leads to an IPv4 address.
  ['2002::', 16],
  ['3fff::', 20],
] as const

const refused = new BlockList()
for (const [network, prefix] of special4) refused.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of special6) refused.addSubnet(network, prefix, 'ipv6')
const globalUnicast = new BlockList()
globalUnicast.addSubnet(...global6, 'ipv6')

/** False for what is no IP address. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, 'ipv4')
  return isIPv6(address) && globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6')
}

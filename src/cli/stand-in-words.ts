/**
 * What `visage dev --as` prints: what it costs, how programs are led here and made to trust it, and how all of that is undone,
 * in the commands of one system. docs/clients.md has those of all. A line fits 60 columns, unless a folder has a long name.
 */

export type StandInPlace = Readonly<{
  hosts: readonly string[]
  /** Where they lead. */
  address: string
  port: number
  /** The certificate to trust: its path, and its name in lists. */
  certificate: string
  title: string
  platform: NodeJS.Platform
}>

type System = Readonly<{
  hostsFile: string
  trust: (place: StandInPlace) => readonly string[]
  undoHosts: readonly string[]
  undoTrust: (place: StandInPlace) => readonly string[]
}>

/** Every line that is to be removed again ends with it. */
const mark = '# visage dev'

const linuxFile = '/usr/local/share/ca-certificates/visage-dev.crt'

const linux: System = {
  hostsFile: '/etc/hosts',
  // Debian and Ubuntu.
  trust: ({ certificate }) => [
    `sudo cp ${certificate} \\`,
    `  ${linuxFile}`,
    'sudo update-ca-certificates',
  ],
  undoHosts: [`sudo sed -i '/${mark}$/d' /etc/hosts`],
  undoTrust: () => [`sudo rm ${linuxFile}`, 'sudo update-ca-certificates'],
}

const macos: System = {
  hostsFile: '/etc/hosts',
  trust: ({ certificate }) => ['security add-trusted-cert -r trustRoot \\', `  ${certificate}`],
  undoHosts: [`sudo sed -i '' '/${mark}$/d' /etc/hosts`],
  undoTrust: ({ title }) => ['security delete-certificate -t -c \\', `  '${title}'`],
}

const windows: System = {
  hostsFile: 'the hosts file',
  trust: ({ certificate }) => [`certutil -user -addstore Root ${certificate}`],
  undoHosts: [
    'cd C:\\Windows\\System32\\drivers\\etc',
    `(gc hosts) -notmatch '${mark}$' | Set-Content hosts`,
    'ipconfig /flushdns',
  ],
  undoTrust: ({ title }) => ['certutil -user -delstore Root `', `  "${title}"`],
}

function systemOf(platform: NodeJS.Platform): System {
  if (platform === 'win32') return windows
  return platform === 'darwin' ? macos : linux
}

export function writeStandIn(place: StandInPlace): readonly string[] {
  const { hosts, address, port, certificate, title, platform } = place
  const system = systemOf(platform)
  return [
    'It stands in for these hosts of Microsoft:',
    ...indent(hosts),
    'Programs of this machine that are led here send it real',
    'cookies, secrets and passwords. Whatever trusts its',
    'certificate believes the tokens that it invents.',
    `Its certificate: ${title}.`,
    '',
    `To lead programs here, add to ${system.hostsFile}`,
    ...indent(hosts.map(host => `${address} ${host} ${mark}`)),
    ...(port === 443 ? [] : explainPort(port)),
    'To let one program of Node.js trust it',
    ...indent([`NODE_EXTRA_CA_CERTS=${certificate}`]),
    'To let all programs of this user or machine trust it',
    ...indent(system.trust(place)),
    'Other programs, and Chromium without changing the machine:',
    'docs/clients.md.',
    '',
    ...writeUndo(place),
  ]
}

/** A hosts line maps a name only. */
function explainPort(port: number): readonly string[] {
  return [
    'A program asks these hosts at port 443, and this server is',
    `at ${port}. Lead the port here too: docs/clients.md.`,
  ]
}

/** Also printed at the end. */
export function writeUndo(place: StandInPlace): readonly string[] {
  const { undoHosts, undoTrust } = systemOf(place.platform)
  const asAdministrator = place.platform === 'win32' ? ', in PowerShell as administrator' : ''
  return [
    `To undo the hosts lines${asAdministrator}`,
    ...indent(undoHosts),
    'To undo the trust',
    ...indent(undoTrust(place)),
  ]
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map(line => `  ${line}`)
}

/** Why this user may not listen on port 443 of loopback, and what to do. */
export function explainPort443(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'win32':
      return `Port 443 is reserved or in use by Windows, as for IIS. See which ranges are reserved with
  netsh interface ipv4 show excludedportrange tcp
docs/clients.md says more.`
    case 'darwin':
      // https://zameermanji.com/blog/2024/1/5/binding-to-privileged-ports-without-root-on-macos/
      return `macOS gives port 443 to this user on all interfaces only, and \`visage dev\` listens on loopback only. Lead the port to another, and start with --port 8443:
  echo 'rdr pass on lo0 inet proto tcp from any to 127.0.0.1 port 443 -> 127.0.0.1 port 8443' | sudo pfctl -a com.apple/visage -Ef -
To undo it:
  sudo pfctl -a com.apple/visage -F all
docs/clients.md says more.`
    default:
      // https://docs.kernel.org/networking/ip-sysctl.html: ip_unprivileged_port_start
      return `Port 443 needs rights this user does not have. Give them to all users, until the machine starts again:
  sudo sysctl net.ipv4.ip_unprivileged_port_start=443
To undo it:
  sudo sysctl net.ipv4.ip_unprivileged_port_start=1024
Or lead the port to another, and start with --port 8443:
  sudo iptables -t nat -A OUTPUT -o lo -p tcp --dport 443 -j REDIRECT --to-ports 8443
To undo it:
  sudo iptables -t nat -D OUTPUT -o lo -p tcp --dport 443 -j REDIRECT --to-ports 8443
docs/clients.md says more.`
  }
}

/** What `visage dev --as` prints, on each system: it costs something, and it can be undone. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  explainPort443,
  type StandInPlace,
  writeStandIn,
  writeUndo,
} from '../../src/cli/stand-in-words.ts'
import { explainStart } from '../../src/serving/start-error.ts'

const place: StandInPlace = {
  hosts: ['microsoftgraph.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
  address: '127.0.0.1',
  port: 443,
  certificate: 'data/as-china.pem',
  title: 'Visage as china until 2026-12-07',
  platform: 'linux',
}

/** Each row: what trusts it, and what undoes that and the hosts lines. */
const systems: readonly (readonly [NodeJS.Platform, RegExp, RegExp, RegExp])[] = [
  [
    'linux',
    /cp data\/as-china\.pem \\\n {4}\/usr\/local\/share\/ca-certificates\/visage-dev\.crt\n/,
    /rm \/usr\/local\/share\/ca-certificates\/visage-dev\.crt\n {2}sudo update-ca-certificates/,
    /sudo sed -i '\/# visage dev\$\/d' \/etc\/hosts/,
  ],
  [
    'darwin',
    /security add-trusted-cert -r trustRoot \\\n {4}data\/as-china\.pem\n/,
    /security delete-certificate -t -c \\\n {4}'Visage as china until 2026-12-07'/,
    /sudo sed -i '' '\/# visage dev\$\/d' \/etc\/hosts/,
  ],
  [
    'win32',
    /certutil -user -addstore Root data\/as-china\.pem\n/,
    /certutil -user -delstore Root `\n {4}"Visage as china until 2026-12-07"/,
    /PowerShell as administrator[\s\S]*\(gc hosts\) -notmatch '# visage dev\$' \| Set-Content hosts/,
  ],
]

describe('the words of --as', () => {
  for (const [platform, trust, undoTrust, undoHosts] of systems) {
    test(`on ${platform} say what it costs and how to undo it, in 60 columns`, () => {
      const text = writeStandIn({ ...place, platform }).join('\n')
      assert.match(text, /real\ncookies, secrets and passwords/)
      assert.match(text, /believes the tokens that it invents/)
      assert.match(text, /^Its certificate: Visage as china until 2026-12-07\.$/m)
      for (const host of place.hosts) {
        assert.match(text, new RegExp(`^ {2}127\\.0\\.0\\.1 ${host} # visage dev$`, 'm'))
      }
      assert.match(text, trust)
      const undo = writeUndo({ ...place, platform }).join('\n')
      assert.ok(text.endsWith(undo))
      assert.match(undo, undoTrust)
      assert.match(undo, undoHosts)
      assert.deepEqual(
        text.split('\n').filter(line => line.length > 60),
        [],
      )
    })
  }

  test('say that the port has to lead here, where it is another', () => {
    assert.match(writeStandIn({ ...place, port: 8443 }).join('\n'), /at port 443.*\nat 8443\./)
    assert.doesNotMatch(writeStandIn(place).join('\n'), /at port 443/)
  })
})

describe('port 443 without rights', () => {
  const advice: readonly (readonly [NodeJS.Platform, readonly RegExp[]])[] = [
    [
      'linux',
      [/sysctl net\.ipv4\.ip_unprivileged_port_start=443$/m, /=1024$/m, /--to-ports 8443$/m],
    ],
    ['darwin', [/all interfaces only/, /--port 8443/, /pfctl -a com\.apple\/visage -F all/]],
    ['win32', [/excludedportrange/]],
  ]
  for (const [platform, patterns] of advice) {
    test(`is explained on ${platform}`, () => {
      const rights = explainPort443(platform)
      const denied = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'listen' })
      const said = explainStart(denied, 443, '--port', rights)
      for (const pattern of patterns) assert.match(String(said), pattern)
    })
  }

  test('is not confused with a folder without rights', () => {
    const denied = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' })
    assert.equal(explainStart(denied, 443, '--port', 'rights'), denied)
  })
})

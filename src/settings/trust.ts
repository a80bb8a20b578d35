/** Whose tokens are accepted: those of a Microsoft cloud's tenants, or of any OpenID Connect issuer. */

import { isGuid } from '../guid.ts'
import { isLoopback } from '../loopback.ts'
import { type CloudName, clouds } from '../tokens/clouds.ts'
import { presets } from '../tokens/presets.ts'
import type { B2cTenant, Trust } from '../tokens/trust.ts'
import { readClaims } from './claims.ts'
import {
  chosenOf,
  flagOf,
  keysOf,
  listOf,
  name,
  refuseWith,
  textOf,
  urlOf,
  wrong,
} from './reading.ts'
import { ConfigError } from './setting.ts'
import type { SettingName, Texts } from './table.ts'

export function readTrust(texts: Texts): Trust {
  if (texts.cloud !== undefined && texts.issuer !== undefined) {
    throw new ConfigError(`${name('cloud')} and ${name('issuer')}: set one of them, not both.`)
  }
  if (texts.issuer !== undefined) return readOidcTrust(texts, texts.issuer)
  if (texts.cloud !== undefined) return readEntraTrust(texts, texts.cloud)
  throw new ConfigError(
    `${name('cloud')} or ${name('issuer')} is missing: one of them says whose tokens are accepted. To try it without an identity provider, run \`visage dev\`.`,
  )
}

/**
 * The tenants that `visage serve` serves, as far as the settings name them; of incomplete settings too, because commands
 * on the store need no others. `areAll`: it serves no other.
 */
export function readTenants(texts: Texts): Readonly<{ tenants: string[]; areAll: boolean }> {
  if (texts.issuer !== undefined) {
    return { tenants: [textOf(texts, 'issuerTenant').toLowerCase()], areAll: false }
  }
  const tenants = texts.tenants === undefined ? 'any' : tenantsOf(texts)
  if (tenants === 'any') return { tenants: [], areAll: false }
  const b2c = b2cTenantsOf(texts).map(({ tenantId }) => tenantId)
  return { tenants: [...new Set([...tenants, ...b2c])], areAll: true }
}

function readOidcTrust(texts: Texts, issuer: string): Trust {
  refuseWith(texts, 'issuer', ['tenants', 'b2cTenants', 'personalAccounts'])
  const url = urlOf('issuer', issuer)
  // Keys could be replaced on the way over plain http. A loopback issuer is for trials.
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    throw wrong('issuer', issuer, 'an https url')
  return {
    kind: 'oidc',
    issuers: [{ issuer }],
    audiences: audiencesOf(texts),
    tenantId: textOf(texts, 'issuerTenant'),
    reading: readClaims(texts, chosenOf(texts, 'issuerPreset', keysOf(presets))),
  }
}

function readEntraTrust(texts: Texts, cloud: string): Trust {
  refuseWith(texts, 'cloud', ['issuerTenant', 'issuerPreset'])
  if (!Object.hasOwn(clouds, cloud))
    throw wrong('cloud', cloud, `one of ${Object.keys(clouds).join(', ')}`)
  const personal = flagOf(texts, 'personalAccounts')
  if (personal && cloud !== 'global') {
    throw new ConfigError(
      `${name('personalAccounts')}: personal accounts exist in the cloud global only, and ${name('cloud')} is ${cloud}.`,
    )
  }
  return {
    kind: 'entra',
    cloud: cloud as CloudName,
    tenants: tenantsOf(texts),
    b2cTenants: b2cTenantsOf(texts),
    audiences: audiencesOf(texts),
    personal,
    reading: readClaims(texts, 'entra'),
  }
}

function tenantsOf(texts: Texts): 'any' | readonly string[] {
  if (texts.tenants === undefined) {
    throw new ConfigError(
      `${name('tenants')} is missing: the ids of the tenants to accept, separated by commas, or any.`,
    )
  }
  if (texts.tenants.trim() === 'any') return 'any'
  return listOf(texts.tenants).map(tenant => tenantOf('tenants', tenant))
}

function tenantOf(setting: SettingName, text: string): string {
  if (!isGuid(text)) throw wrong(setting, text, 'tenant ids (GUIDs)')
  return text.toLowerCase()
}

const hostName = /^[a-z\d]([a-z\d.-]*[a-z\d])?(:\d{1,5})?$/i
/** https://learn.microsoft.com/en-us/azure/active-directory-b2c/user-flow-overview */
const b2cPolicy = /^b2c_1a?_[\w-]{1,120}$/i

function b2cTenantsOf(texts: Texts): B2cTenant[] {
  return listOf(texts.b2cTenants ?? '').map(b2cTenantOf)
}

/** Keys belong to a policy. A host without one would accept no token, so it is refused here. */
function b2cTenantOf(entry: string): B2cTenant {
  const [, tenant = '', place] = /^([^=]*)(?:=(.*))?$/.exec(entry) ?? []
  const tenantId = tenantOf('b2cTenants', tenant.trim())
  if (place === undefined) return { tenantId }
  const [host = '', ...policies] = place.trim().split('/')
  if (hostName.test(host) && policies.length > 0 && policies.every(name => b2cPolicy.test(name))) {
    return { tenantId, host: host.toLowerCase(), policies }
  }
  throw wrong(
    'b2cTenants',
    entry,
    'a tenant id, or one with its sign-in host and user flows, such as id=contoso.b2clogin.com/B2C_1_sign_in',
  )
}

function audiencesOf(texts: Texts): readonly string[] {
  const audiences = listOf(texts.audience ?? '')
  if (audiences.length > 0) return audiences
  throw new ConfigError(
    `${name('audience')} is missing: the client id or App ID URI of the app registration that tokens are issued for.`,
  )
}

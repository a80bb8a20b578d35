/**
 * photoUpdateSettings, and their effect on photos from the next request on. They apply to a whole
 * organisation, so a server must declare that they may be changed. @differs In Graph a change may
 * take 24 hours.
 */
import type { Exchange, Expected, Scenario, Wanted } from '../scenario.ts'
import * as steps from '../steps.ts'

const pages = 'https://learn.microsoft.com/en-us/graph'
const concept = `${pages}/profilephoto-configure-settings`
const getPage = `${pages}/api/photoupdatesettings-get?view=graph-rest-beta`
const updatePage = `${pages}/api/photoupdatesettings-update?view=graph-rest-beta`
const deletePage = `${pages}/api/peopleadminsettings-delete-photoupdatesettings?view=graph-rest-beta`
const resourcePage = `${pages}/api/resources/photoupdatesettings?view=graph-rest-beta`

const address = '/beta/admin/people/photoUpdateSettings'
const userAdministrator = 'fe930be7-5e62-47db-91af-98c3a49a38b1'
const onlyUserAdministrators = { source: 'cloud', allowedRoles: [userAdministrator] }
const onPremises = { source: 'onPremises', allowedRoles: null }

const keeper = steps.application('PeopleSettings.ReadWrite.All')
const reader = steps.application('PeopleSettings.Read.All')
const denied: Expected = { status: 403 }
const unknown: Expected = { status: 400 }

function settle(json: unknown, as: Wanted = keeper): Exchange {
  return { as, method: 'PATCH', path: address, body: { json } }
}

const forget: Exchange = { as: keeper, method: 'DELETE', path: address }

function tells(source: string | null, allowedRoles: readonly string[]): Expected {
  return {
    status: 200,
    headers: { 'content-type': /^application\/json/ },
    json: {
      '@odata.context': '{base}/beta/$metadata#admin/people/photoUpdateSettings/$entity',
      source,
      allowedRoles,
    },
    keys: ['@odata.context', 'source', 'allowedRoles'],
  }
}

function read(expected: Expected): Exchange {
  return { as: reader, method: 'GET', path: address, expected }
}

type Parts = Omit<Scenario, 'name' | 'source'>

/** Restores the defaults in any case. */
function scenario(name: string, source: string, parts: Parts): Scenario {
  const { given = [], afterwards = [] } = parts
  return {
    name,
    source,
    ...parts,
    traits: ['settings to play with'],
    given: [forget, ...given],
    afterwards: [forget, ...afterwards],
  }
}

const resource: readonly Scenario[] = [
  scenario('An organisation that has settled nothing has empty settings', resourcePage, {
    request: read(tells(null, [])),
  }),
  scenario(
    'A change of the settings answers with the object and is there for the next GET',
    updatePage,
    {
      request: { ...settle(onlyUserAdministrators), expected: tells('cloud', [userAdministrator]) },
      next: [read(tells('cloud', [userAdministrator]))],
    },
  ),
  scenario('What a change of the settings leaves out stays', updatePage, {
    given: [settle(onlyUserAdministrators)],
    request: { ...settle({ source: null }), expected: tells(null, [userAdministrator]) },
  }),
  scenario('A role with a space before it, as the page writes it, is that role', concept, {
    request: {
      ...settle({ source: 'cloud', allowedRoles: [` ${userAdministrator}`] }),
      expected: tells('cloud', [userAdministrator]),
    },
  }),
  scenario('The source onpremises, as the page writes it, is onPremises', concept, {
    request: {
      ...settle({ source: 'onpremises', allowedRoles: null }),
      expected: tells('onPremises', []),
    },
  }),
  scenario('Deleting the settings brings the empty ones back', deletePage, {
    given: [settle(onlyUserAdministrators)],
    request: { ...forget, expected: { status: 204, empty: true } },
    next: [read(tells(null, []))],
  }),
  scenario('The settings are deleted at $ref too', deletePage, {
    given: [settle(onlyUserAdministrators)],
    request: { ...forget, path: `${address}/$ref`, expected: { status: 204, empty: true } },
    next: [read(tells(null, []))],
  }),
  ...[
    ['the name of a role', { allowedRoles: ['User Administrator'] }],
    ['a custom role', { allowedRoles: ['{missing}'] }],
    ['an unknown source', { source: 'moon' }],
    ['the sentinel of an enumeration', { source: 'unknownFutureValue' }],
    ['a misspelt property', { allowedRole: [userAdministrator] }],
  ].map(([what, json]) =>
    scenario(`Settings with ${what} are refused and nothing changes`, updatePage, {
      given: [settle(onlyUserAdministrators)],
      request: { ...settle(json), expected: unknown },
      next: [read(tells('cloud', [userAdministrator]))],
    }),
  ),
  scenario('The settings are not known in v1.0', resourcePage, {
    request: { ...read(unknown), path: address.replace('/beta', '/v1.0') },
  }),
]

const permissions: readonly Scenario[] = [
  scenario('A person with PeopleSettings.Read.All reads the settings', getPage, {
    request: {
      ...read(tells(null, [])),
      as: steps.exactly('delegated', ['PeopleSettings.Read.All']),
    },
  }),
  scenario('A person with every other permission does not read the settings', getPage, {
    request: {
      ...read(denied),
      as: steps.exactly('delegated', ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All']),
    },
  }),
  scenario('Reading the settings does not let an application change them', updatePage, {
    request: {
      ...settle({}, steps.exactly('application', ['PeopleSettings.Read.All'])),
      expected: denied,
    },
  }),
  scenario('A person without a role does not change the settings', updatePage, {
    request: {
      ...settle({}, steps.exactly('delegated', ['PeopleSettings.ReadWrite.All'])),
      expected: { status: 403, error: { says: ['People Administrator'] } },
    },
  }),
  ...(['People Administrator', 'Global Administrator'] as const).map(role =>
    scenario(`A ${role} changes the settings`, updatePage, {
      request: {
        ...settle({}, steps.exactly('delegated', ['PeopleSettings.ReadWrite.All'], [role])),
        expected: tells(null, []),
      },
    }),
  ),
  scenario('A User Administrator does not change the settings', updatePage, {
    request: {
      ...settle(
        {},
        steps.exactly('delegated', ['PeopleSettings.ReadWrite.All'], ['User Administrator']),
      ),
      expected: denied,
    },
  }),
  scenario('A personal account does not read the settings', getPage, {
    request: {
      ...read(denied),
      as: steps.exactly('personal', ['PeopleSettings.Read.All', 'PeopleSettings.ReadWrite.All']),
    },
  }),
]

const mine = '/v1.0/me'
const holder: Wanted = steps.exactly(
  'delegated',
  ['User.ReadWrite', 'User.Read'],
  ['User Administrator'],
)

function refusedBy(setting: string, ...says: readonly string[]): Expected {
  return { status: 403, error: { says: ['photoUpdateSettings', setting, ...says] } }
}

const enforcement: readonly Scenario[] = [
  scenario('Who holds none of the allowed roles may not update their own photo', concept, {
    given: [steps.setPhoto(mine, 'a portrait'), settle(onlyUserAdministrators)],
    request: {
      ...steps.setPhoto(mine, 'another portrait'),
      expected: refusedBy('allowedRoles', 'User Administrator'),
    },
    next: [steps.readPhoto(mine, steps.shows('a portrait'))],
  }),
  scenario('Who holds none of the allowed roles may not delete their own photo', resourcePage, {
    given: [steps.setPhoto(mine, 'a portrait'), settle(onlyUserAdministrators)],
    request: {
      as: steps.me,
      method: 'DELETE',
      path: `${mine}/photo/$value`,
      expected: refusedBy('allowedRoles', 'User Administrator'),
    },
    next: [steps.readPhoto(mine, steps.shows('a portrait'))],
  }),
  scenario('Who holds an allowed role may update their own photo', concept, {
    given: [settle(onlyUserAdministrators)],
    request: { ...steps.setPhoto(mine, 'another portrait', holder), expected: steps.updated },
    next: [steps.readPhoto(mine, steps.shows('another portrait'))],
  }),
  scenario('An application updates photos whatever the allowed roles', concept, {
    given: [settle(onlyUserAdministrators)],
    request: {
      ...steps.setPhoto('/v1.0/users/{other}', 'a portrait', steps.photographer),
      expected: steps.updated,
    },
  }),
  scenario('Photos of groups are updated whatever the settings for users', concept, {
    given: [settle(onPremises)],
    request: {
      ...steps.setPhoto('/v1.0/groups/{ownGroup}', 'a portrait', steps.owner),
      expected: steps.updated,
    },
  }),
  scenario('Where photos come from on-premises nobody may update their own', concept, {
    given: [steps.setPhoto(mine, 'a portrait'), settle(onPremises)],
    request: { ...steps.setPhoto(mine, 'another portrait'), expected: refusedBy('onPremises') },
    next: [steps.readPhoto(mine, steps.shows('a portrait'))],
  }),
  scenario('Where photos come from on-premises no administrator may update one', concept, {
    given: [settle(onPremises)],
    request: {
      ...steps.setPhoto(
        '/v1.0/users/{other}',
        'another portrait',
        steps.exactly('delegated', ['User.ReadWrite.All'], ['Global Administrator']),
      ),
      expected: refusedBy('onPremises'),
    },
  }),
  scenario('Where photos come from on-premises no application may update one', concept, {
    given: [settle(onPremises)],
    request: {
      ...steps.setPhoto('/v1.0/users/{other}', 'another portrait', steps.photographer),
      expected: refusedBy('onPremises'),
    },
  }),
  scenario('Once the settings are gone everyone may update their own photo again', concept, {
    given: [settle(onPremises), forget],
    request: { ...steps.setPhoto(mine, 'a portrait'), expected: steps.updated },
  }),
]

export const settings: readonly Scenario[] = [...resource, ...permissions, ...enforcement]

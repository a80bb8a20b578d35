/** Table: the views of the page, in the order of the navigation. To add one, write its row and its file. */
import { type ComponentType, lazy } from 'react'
import { PartGone } from '../ui/boundary.tsx'
import type { Words } from '../words/en.ts'
import { View as MyPhoto } from './my-photo.tsx'
import type { ViewProps } from './view-props.ts'

export type ViewRow = Readonly<{
  /** Below the base address; `{id}` stands for one segment. */
  path: string
  title: (words: Words) => string
  component: ComponentType<ViewProps>
  /** Asked for at the issuer when the view is first opened. */
  permissions: readonly string[]
  /** `dev`: only in a development server. */
  mode: 'any' | 'dev'
  /** Where a link to it is. */
  link: 'navigation' | 'account' | 'elsewhere'
}>

export const views: readonly ViewRow[] = [
  {
    path: '/',
    title: words => words.photo.title,
    component: MyPhoto,
    permissions: ['User.ReadWrite'],
    mode: 'any',
    link: 'navigation',
  },
  {
    path: '/people',
    title: words => words.people.title,
    component: load(() => import('./people.tsx')),
    permissions: ['User.ReadBasic.All'],
    mode: 'any',
    link: 'navigation',
  },
  // Before any view of a person: no id of a person is `many` or `new`.
  {
    path: '/people/many',
    title: words => words.many.title,
    component: load(() => import('./many-photos.tsx')),
    permissions: ['User.ReadBasic.All', 'ProfilePhoto.ReadWrite.All'],
    mode: 'any',
    link: 'elsewhere',
  },
  {
    path: '/people/new',
    title: words => words.account.addTitle,
    component: load(() => import('./new-person.tsx')),
    permissions: ['User.ReadBasic.All', 'User.ReadWrite.All'],
    mode: 'any',
    link: 'elsewhere',
  },
  {
    path: '/people/{id}',
    title: words => words.person.title,
    component: load(() => import('./person.tsx')),
    permissions: ['User.ReadBasic.All'],
    mode: 'any',
    link: 'elsewhere',
  },
  {
    path: '/groups',
    title: words => words.groups.title,
    component: load(() => import('./groups.tsx')),
    permissions: ['User.Read', 'User.ReadBasic.All', 'Group.ReadWrite.All'],
    mode: 'any',
    link: 'navigation',
  },
  {
    path: '/contacts',
    title: words => words.contacts.title,
    component: load(() => import('./contacts.tsx')),
    permissions: ['Contacts.ReadWrite'],
    mode: 'any',
    link: 'navigation',
  },
  {
    path: '/requests',
    title: words => words.requests.title,
    component: load(() => import('./requests.tsx')),
    permissions: [],
    mode: 'dev',
    link: 'navigation',
  },
  {
    path: '/tokens',
    title: words => words.tokens.title,
    component: load(() => import('./tokens.tsx')),
    permissions: [],
    mode: 'dev',
    link: 'navigation',
  },
  {
    path: '/settings',
    title: words => words.settings.title,
    component: load(() => import('./settings.tsx')),
    permissions: [],
    mode: 'any',
    link: 'account',
  },
]

/** A part of the page that comes when it is needed. It is not there any more after Visage was updated. */
function load(part: () => Promise<{ View: ComponentType<ViewProps> }>) {
  return lazy(async () => {
    try {
      return { default: (await part()).View }
    } catch (error) {
      throw new PartGone('A part of the page cannot be loaded.', { cause: error })
    }
  })
}

/**
 * Table: the attributes of a user that are kept. `/Schemas` offers exactly these.
 *
 * https://www.rfc-editor.org/rfc/rfc7643#section-4.1
 */
import type { Attribute, Schema } from './schema.ts'

/** Beside the id of a user: its address. */
export const toUser: Attribute = {
  name: '$ref',
  type: 'reference',
  referenceTypes: ['User'],
  caseExact: true,
  limit: 2048,
  description: 'The address of the user; it stands for the value where that is missing',
}

export const user: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A person',
  attributes: [
    {
      name: 'userName',
      type: 'string',
      isName: true,
      required: true,
      uniqueness: 'server',
      property: 'userPrincipalName',
      description: 'The name under which the person signs in; no two people have the same',
    },
    {
      name: 'displayName',
      type: 'string',
      isName: true,
      required: true,
      property: 'displayName',
      description: 'The name to show; without it, the given and family name, or the userName',
    },
    {
      name: 'name',
      type: 'complex',
      description: 'The parts of the name',
      subAttributes: [
        {
          name: 'givenName',
          type: 'string',
          isName: true,
          property: 'givenName',
          description: 'The given name',
        },
        {
          name: 'familyName',
          type: 'string',
          isName: true,
          property: 'surname',
          description: 'The family name',
        },
      ],
    },
    {
      name: 'nickName',
      type: 'string',
      isName: true,
      property: 'mailNickname',
      description: 'The alias, mailNickname in Microsoft Graph',
    },
    { name: 'title', type: 'string', property: 'jobTitle', description: 'The job title' },
    {
      name: 'userType',
      type: 'string',
      required: true,
      canonicalValues: ['Member', 'Guest'],
      otherwise: 'Member',
      initial: 'Member',
      property: 'userType',
      description: 'Member, or Guest; another value counts as Member',
    },
    {
      name: 'active',
      type: 'boolean',
      required: true,
      initial: true,
      property: 'isActive',
      description: 'Whether the person may sign in; without it, true',
    },
    {
      name: 'emails',
      type: 'complex',
      multiValued: true,
      limit: 30,
      description: 'One address is kept: the primary one, else that of type work, else the first',
      subAttributes: [
        { name: 'value', type: 'string', property: 'mail', description: 'The address' },
        {
          name: 'type',
          type: 'string',
          always: 'work',
          description: 'work; what a sender says decides which address is kept',
        },
        {
          name: 'primary',
          type: 'boolean',
          always: true,
          description: 'true; what a sender says decides which address is kept',
        },
      ],
    },
    {
      name: 'photos',
      type: 'complex',
      multiValued: true,
      mutability: 'writeOnly',
      limit: 30,
      description: 'The photo is taken from the first; read it through Microsoft Graph',
      subAttributes: [
        {
          name: 'value',
          type: 'reference',
          referenceTypes: ['external'],
          caseExact: true,
          mutability: 'writeOnly',
          limit: 6 * 1024 * 1024,
          description: 'A data URL, or an https address on a host that this server may call',
        },
        {
          name: 'type',
          type: 'string',
          mutability: 'writeOnly',
          description: 'photo or thumbnail; photo is preferred',
        },
        {
          name: 'primary',
          type: 'boolean',
          mutability: 'writeOnly',
          description: 'The primary photo is preferred',
        },
      ],
    },
  ],
}

/** https://www.rfc-editor.org/rfc/rfc7643#section-4.3 */
export const enterpriseUser: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'A person of an organisation',
  attributes: [
    {
      name: 'employeeNumber',
      type: 'string',
      property: 'employeeId',
      description: 'The number of the employee',
    },
    {
      name: 'department',
      type: 'string',
      property: 'department',
      description: 'The department',
    },
    {
      name: 'manager',
      type: 'complex',
      description: 'The manager',
      subAttributes: [
        {
          name: 'value',
          type: 'string',
          caseExact: true,
          property: 'managerId',
          description: 'The id of another user',
        },
        toUser,
      ],
    },
  ],
}

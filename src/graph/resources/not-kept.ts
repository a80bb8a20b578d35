/**
 * Table: properties that Graph has and Visage does not keep. A client may select them, and gets null
 * or an empty list, as in a tenant where nobody has set them.
 *
 * https://learn.microsoft.com/en-us/graph/api/resources/user#properties
 * https://learn.microsoft.com/en-us/graph/api/resources/group#properties
 * https://learn.microsoft.com/en-us/graph/api/resources/contact#properties
 */

type Names = Readonly<{ single: readonly string[]; lists: readonly string[] }>

const user: Names = {
  single: [
    'aboutMe',
    'ageGroup',
    'authorizationInfo',
    'birthday',
    'city',
    'companyName',
    'consentProvidedForMinor',
    'country',
    'createdDateTime',
    'creationType',
    'employeeHireDate',
    'employeeLeaveDateTime',
    'employeeOrgData',
    'employeeType',
    'externalUserState',
    'externalUserStateChangeDateTime',
    'faxNumber',
    'hireDate',
    'isResourceAccount',
    'lastPasswordChangeDateTime',
    'legalAgeGroupClassification',
    'mailboxSettings',
    'mySite',
    'onPremisesDistinguishedName',
    'onPremisesDomainName',
    'onPremisesExtensionAttributes',
    'onPremisesImmutableId',
    'onPremisesLastSyncDateTime',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'onPremisesUserPrincipalName',
    'passwordPolicies',
    'passwordProfile',
    'postalCode',
    'preferredDataLocation',
    'preferredName',
    'securityIdentifier',
    'showInAddressList',
    'signInActivity',
    'signInSessionsValidFromDateTime',
    'state',
    'streetAddress',
    'usageLocation',
  ],
  lists: [
    'assignedLicenses',
    'assignedPlans',
    'identities',
    'imAddresses',
    'interests',
    'licenseAssignmentStates',
    'onPremisesProvisioningErrors',
    'otherMails',
    'pastProjects',
    'provisionedPlans',
    'proxyAddresses',
    'responsibilities',
    'schools',
    'serviceProvisioningErrors',
    'skills',
  ],
}

const group: Names = {
  single: [
    'allowExternalSenders',
    'autoSubscribeNewMembers',
    'classification',
    'createdDateTime',
    'expirationDateTime',
    'hideFromAddressLists',
    'hideFromOutlookClients',
    'isAssignableToRole',
    'isSubscribedByMail',
    'licenseProcessingState',
    'membershipRule',
    'membershipRuleProcessingState',
    'onPremisesDomainName',
    'onPremisesLastSyncDateTime',
    'onPremisesNetBiosName',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'preferredDataLocation',
    'preferredLanguage',
    'renewedDateTime',
    'securityIdentifier',
    'theme',
    'uniqueName',
    'unseenCount',
  ],
  lists: [
    'assignedLabels',
    'assignedLicenses',
    'creationOptions',
    'onPremisesProvisioningErrors',
    'proxyAddresses',
    'resourceBehaviorOptions',
    'serviceProvisioningErrors',
  ],
}

const contact: Names = {
  single: [
    'assistantName',
    'birthday',
    'businessAddress',
    'businessHomePage',
    'changeKey',
    'createdDateTime',
    'fileAs',
    'generation',
    'homeAddress',
    'initials',
    'lastModifiedDateTime',
    'manager',
    'middleName',
    'nickName',
    'officeLocation',
    'otherAddress',
    'personalNotes',
    'profession',
    'spouseName',
    'title',
    'yomiCompanyName',
    'yomiGivenName',
    'yomiSurname',
  ],
  lists: ['categories', 'children', 'homePhones', 'imAddresses'],
}

const person: Names = {
  single: ['birthday', 'isFavorite', 'personNotes', 'profession', 'yomiCompany'],
  lists: ['phones', 'postalAddresses', 'websites'],
}

const team: Names = {
  single: [
    'classification',
    'createdDateTime',
    'firstChannelName',
    'funSettings',
    'guestSettings',
    'internalId',
    'memberSettings',
    'messagingSettings',
    'specialization',
    'summary',
    'tenantId',
    'webUrl',
  ],
  lists: [],
}

const names: Readonly<Record<string, Names>> = { user, group, contact, person, team }

type Values = Readonly<Record<string, null | readonly never[]>>

/** The values to show, by name of the property. */
export function notKept(type: string): Values {
  return values.get(type) ?? {}
}

const values: ReadonlyMap<string, Values> = new Map(
  Object.entries(names).map(([type, { single, lists }]) => [
    type,
    Object.fromEntries([
      ...single.map(name => [name, null] as const),
      ...lists.map(name => [name, []] as const),
    ]),
  ]),
)

/**
 * What the programs that people already have need of a server for photos, point by point, seen on the
 * wire or read in their sources. Scenarios say which of these they show; docs/conformance.md tells both.
 */

export type Need = Readonly<{
  needed: string
  /** Who breaks without it. */
  clients: string
  source: string
}>

const graphClient = 'https://github.com/microsoftgraph/msgraph-sdk-javascript/blob/HEAD/src'
const kiota = 'https://github.com/microsoft/kiota-typescript/blob/HEAD/packages/http/fetch/src'
const pnp = 'https://github.com/pnp/pnpjs/blob/HEAD/packages'
const toolkit = 'https://github.com/microsoftgraph/microsoft-graph-toolkit/blob/HEAD/packages'
const pages = 'https://learn.microsoft.com/en-us/graph'

export const points = {
  '1': {
    needed: 'At `photo/$value` Content-Type is ignored; the bytes say what they are.',
    clients:
      'Kiota SDKs (`application/octet-stream`), PnPjs and graph-client (`application/json`), CLI',
    source: `${pnp}/graph/photos/types.ts`,
  },
  '2': {
    needed: 'PUT and PATCH mean the same for users, groups and contacts.',
    clients: 'PnPjs knows only PATCH, all others PUT',
    source: `${pnp}/graph/photos/types.ts`,
  },
  '3': {
    needed: 'DELETE at `photo/$value` and at `photo`.',
    clients: 'Kiota SDKs have both; users of PnPjs write the second',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-typescript',
  },
  '4': {
    needed: 'GET and DELETE may carry a Content-Type and no body.',
    clients: 'PnPjs, ms-365-mcp-server, public scripts',
    source: `${pnp}/graph/behaviors/defaults.ts`,
  },
  '5': {
    needed: 'Accept never leads to a 406; for JSON it may choose how much metadata comes along.',
    clients: 'Kiota SDKs, CLI for Microsoft 365',
    source:
      'https://github.com/pnp/cli-microsoft365/blob/HEAD/src/m365/entra/commands/m365group/m365group-set.ts',
  },
  '6': {
    needed:
      'Paths in every spelling: encoded once or twice, bare, any letter case, keys in parentheses.',
    clients: 'Graph Toolkit (`%2523`), Kiota SDKs (`%3D`), PHP programs (`%24value`)',
    source: `${toolkit}/mgt-components/src/graph/graph.photos.ts`,
  },
  '7': {
    needed: 'Both versions, `/v1.0` and `/beta`.',
    clients: 'all',
    source: `${pages}/versioning-and-support`,
  },
  '8': {
    needed: 'Uploads in chunks without Content-Length, and `Expect: 100-continue`.',
    clients: 'Java and .NET SDKs, `curl -T`',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-java',
  },
  '9': {
    needed: '`Content-Encoding: gzip` on a request is unpacked, within the limit, or answered 415.',
    clients: 'the Go SDK packs every body',
    source: 'https://github.com/microsoft/kiota-http-go/blob/HEAD/compression_handler.go',
  },
  '10': {
    needed: '`GET /me`, `/users/{id}` and `/groups/{id}` with `$select`.',
    clients: 'Graph Toolkit asks for the person beside the picture, CLI for `groupTypes`',
    source: `${toolkit}/mgt-components/src/graph/graph.userWithPhoto.ts`,
  },
  '11': {
    needed: '`POST /$batch`.',
    clients: 'Graph Toolkit, PnPjs, graph-client, Kiota SDKs',
    source: `${pages}/json-batching`,
  },
  '11.1': {
    needed: 'Headers of a part are an object, with `Content-Type` and `ETag` spelled exactly so.',
    clients: 'Graph Toolkit and PnPjs look them up as they are spelled',
    source: `${toolkit}/mgt-element/src/utils/Batch.ts`,
  },
  '11.2': {
    needed: 'A picture is one line of plain base64, JSON an object, a missing photo a 404 part.',
    clients: 'Graph Toolkit puts the text into a `data:` url',
    source: `${toolkit}/mgt-element/src/utils/Batch.ts`,
  },
  '11.3': {
    needed: 'Headers of a part come in any letter case.',
    clients: 'graph-client writes `content-type`',
    source: `${graphClient}/content/BatchRequestContent.ts`,
  },
  '11.4': {
    needed: 'Urls of parts with and without a slash, with a version, with escaped names.',
    clients: 'PnPjs (`me/photo`), graph-client (`/v1.0/me/photo`)',
    source: `${pnp}/graph/batching.ts`,
  },
  '11.5': {
    needed: 'The id of a part is a text and comes back; a GET part may say Content-Type.',
    clients: 'PnPjs',
    source: `${pnp}/graph/batching.ts`,
  },
  '11.6': {
    needed: 'Uploads in a batch are base64, and may come without any header.',
    clients: 'Kiota for TypeScript drops the headers of parts',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-typescript',
  },
  '12': {
    needed: 'Every error is JSON in Graph’s envelope, whatever the status.',
    clients: 'Kiota SDKs hide the status of anything else, graph-client loses the code',
    source: `${kiota}/fetchRequestAdapter.ts`,
  },
  '13': {
    needed: 'An empty answer has no Content-Type.',
    clients: 'graph-client: SyntaxError',
    source: `${graphClient}/GraphResponseHandler.ts`,
  },
  '14': {
    needed: '404 where there is no photo, for metadata and for bytes, with a code that is known.',
    clients: 'Graph Toolkit knows `ErrorItemNotFound` and `ImageNotFound`',
    source: `${toolkit}/mgt-components/src/graph/graph.photos.ts`,
  },
  '15': {
    needed: 'A picture says `Content-Type: image/…`.',
    clients: 'graph-client makes a Blob of it, Graph Toolkit takes nothing else',
    source: `${graphClient}/GraphResponseHandler.ts`,
  },
  '16': {
    needed:
      'The ETag header is `@odata.mediaEtag`, character for character, and changes with the photo.',
    clients: 'the cache of Graph Toolkit',
    source: `${toolkit}/mgt-components/src/graph/graph.photos.ts`,
  },
  '17': {
    needed: '401 with `WWW-Authenticate: Bearer`, and no `claims` in it.',
    clients: 'Kiota SDKs repeat the request for `claims`',
    source: `${kiota}/fetchRequestAdapter.ts`,
  },
  '18': {
    needed: '429 and 503 with `Retry-After` in whole seconds.',
    clients: 'all; Evolution reads seconds only',
    source: `${graphClient}/middleware/RetryHandler.ts`,
  },
  '19': {
    needed: 'CORS: preflight, headers by name, on refusals too; ETag and Retry-After exposed.',
    clients: 'Graph Toolkit and graph-client in browsers',
    source: 'https://fetch.spec.whatwg.org/#http-cors-protocol',
  },
  '20': {
    needed: '`request-id` on each answer, `client-request-id` comes back.',
    clients: 'graph-client and every SDK’s log',
    source: `${pages}/best-practices-concept#reliability-and-support`,
  },
  '21': {
    needed: 'Uploads are never redirected.',
    clients: 'the token is lost on the way; graph-client does not resolve a relative Location',
    source: `${graphClient}/middleware/RedirectHandler.ts`,
  },
  '22': {
    needed:
      'What SDKs have beyond the pages: `TokenToReplace`, `joinedTeams`, `groups/{id}/team`, nested ' +
      '`childFolders`, the empty PUT that removes, `$top` and `$select` on photos.',
    clients: 'Kiota SDKs, Evolution',
    source: 'https://gitlab.gnome.org/GNOME/evolution-ews',
  },
} as const satisfies Readonly<Record<string, Need>>

export type Point = keyof typeof points

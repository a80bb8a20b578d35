/**
 * Table: inputs that were too expensive in an earlier version, their bound now, and the test that proves it. It becomes
 * "What one request may cost" in docs/reliability.md.
 */

export type Cost = Readonly<{
  input: string
  /** The result, and the bound. */
  now: string
  /** From the root of the repository. */
  test: string
}>

export const requestCosts: readonly Cost[] = [
  {
    input:
      'A batch of 8 MB with 2,000,000 ids in `dependsOn`, 600,000 headers or 3.9 million brackets',
    now: '400 before anything is parsed: at most 64 deep, 30,000 values and names, 500,000 escapes, counted in slices of 1 MB',
    test: 'test/json.test.ts',
  },
  {
    input: 'A part of a batch with 51 headers, 32 KB of headers, or 20 dependencies',
    now: '400 for the whole batch',
    test: 'test/graph/batch.test.ts',
  },
  {
    input: 'A batch of 20 parts, or one with a photo of 4 MB',
    now: 'at most four parts between two turns of the event loop; text, values and photos count against `VISAGE_UPLOAD_MEMORY` before they are created',
    test: 'test/graph/batch.test.ts',
  },
  {
    input: 'One token in 6,000 spellings (25 kinds of white space), or 6,000 tokens of one person',
    now: 'all spellings are one entry of the cache, which is limited to 32 MB; one person or application has at most a 64th of it',
    test: 'test/properties/token-cache.test.ts',
  },
  {
    input: 'A JPEG of 3.6 MB with thousands of scans after a comment that contains an end marker',
    now: '400 before it is decoded: at most 200 scans, over 40 million blocks together',
    test: 'test/renditions/inspect.test.ts',
  },
  {
    input: 'Three pictures whose decoding does not end, and a normal one after them',
    now: 'each is refused after `VISAGE_RENDER_TIMEOUT` and its renderer killed; the normal one waits for one of them',
    test: 'test/renditions/renderer-pool.test.ts',
  },
  {
    input: 'A decoder that crashes, or takes more memory than the header of its picture declares',
    now: '400 for this picture; its renderer is replaced, and other pictures are not affected',
    test: 'test/renditions/renderer-pool.test.ts',
  },
  {
    input: 'SIGTERM while three such pictures are under way',
    now: 'the server ends within one `VISAGE_RENDER_TIMEOUT`, and answers all of them',
    test: 'test/serving/renderers.test.ts',
  },
  {
    input: 'Three interlaced 16-bit PNGs of 250 KB with 5,700 x 5,700 pixels at once',
    now: 'decoded one after the other within `VISAGE_DECODE_MEMORY`; smaller pictures do not wait for them',
    test: 'test/renditions/queue.test.ts',
  },
  {
    input: 'A search of `/users` for a word that no person, or one of a million, has',
    now: 'the same statements as with a thousand people, by an index: at most five',
    test: 'test/suites/search.ts',
  },
  {
    input: 'A search that very many entries match, also twenty of them at once',
    now: 'slices of 400 words or 500 rows, one slice of all searches between two turns of the event loop; 503 after 5 seconds',
    test: 'test/directory/holds.test.ts',
  },
  {
    input: '`$search` with many words, `$filter` with 100 `eq`',
    now: '400: at most 20 words in all clauses together',
    test: 'test/conformance/scenarios/directory.ts',
  },
  {
    input: 'A search of 300 contacts with long texts',
    now: 'slices of 4 MB of compared text; a mailbox has at most 25,000 contacts and 20 MB of text, more is 507',
    test: 'test/suites/search.ts',
  },
  {
    input: '`$skip=1000000` in a list of contacts or folders',
    now: 'skipped by an index, 10,000 rows between two turns of the event loop',
    test: 'test/suites/search.ts',
  },
  {
    input: 'A page of 999 contacts with 30 long addresses each',
    now: 'the page ends after 1 MB of texts, with an `@odata.nextLink` to the rest',
    test: 'test/suites/mailboxes.ts',
  },
  {
    input: 'A path of 530 contact folders',
    now: '404 without a query; the maximum of 300 takes two statements',
    test: 'test/graph/folder-paths.test.ts',
  },
  {
    input: 'Deleting a contact folder with 10,000 contacts',
    now: 'invisible at once; its rows are deleted in transactions of 250, one per turn',
    test: 'test/directory/holds.test.ts',
  },
  {
    input: '2 MB of small requests sent at once on one connection',
    now: 'the event loop runs between two answers; a connection with 32 waiting requests is paused. Node parses what was read before at once: 64 KB, at most about 3,600 requests',
    test: 'test/http/server.test.ts',
  },
]

export function renderRequestCosts(): string {
  const rows = requestCosts.map(
    ({ input, now, test }) => `| ${input} | ${now} | [${test.split('/').at(-1)}](../${test}) |`,
  )
  return ['| Input | What it costs now | Shown by |', '| --- | --- | --- |', ...rows].join('\n')
}

/**
 * Table: inputs that once cost too much, what they cost now, and the test that counts it. A line here is
 * a row of "What one request may cost" in docs/reliability.md.
 */

export type Cost = Readonly<{
  input: string
  /** What happens, and the bound that holds. */
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
    input: 'A part of a batch with 51 headers, 32 KB of them, or 20 dependences',
    now: '400 for the whole batch',
    test: 'test/graph/batch.test.ts',
  },
  {
    input: 'A batch of 20 parts, or one with a photo of 4 MB',
    now: 'at most four parts between two turns of the event loop; text, values and photos count against `VISAGE_UPLOAD_MEMORY` before they are made',
    test: 'test/graph/batch.test.ts',
  },
  {
    input: 'One token in 6,000 spellings (25 kinds of white space), or 6,000 tokens of one person',
    now: 'one spelling, with spaces and tabs around it; 32 MB for all tokens, of which one person or application has at most a 64th',
    test: 'test/properties/token-cache.test.ts',
  },
  {
    input:
      'A JPEG of 3.6 MB whose thousands of scans stand behind a comment that holds an end marker',
    now: '400 before it is decoded: at most 200 scans, over 40 million blocks together',
    test: 'test/renditions/inspect.test.ts',
  },
  {
    input: 'Three pictures whose decoding does not end, and an honest one behind them',
    now: 'each is refused after `VISAGE_RENDER_TIMEOUT` and its renderer killed; the honest one waits for one of them',
    test: 'test/renditions/renderer-pool.test.ts',
  },
  {
    input: 'A decoder that crashes, or takes more memory than the header of its picture said',
    now: '400 for this picture; its renderer is replaced, and no other picture is touched',
    test: 'test/renditions/renderer-pool.test.ts',
  },
  {
    input: 'SIGTERM while three such pictures are under way',
    now: 'the server ends within one `VISAGE_RENDER_TIMEOUT`, and answers all of them',
    test: 'test/serving/renderers.test.ts',
  },
  {
    input: 'Three interlaced 16-bit PNGs of 250 KB with 5,700 x 5,700 pixels at once',
    now: 'decoded one after the other within `VISAGE_DECODE_MEMORY`; smaller pictures pass them',
    test: 'test/renditions/queue.test.ts',
  },
  {
    input: 'A search of `/users` with a word that nobody, or one person of a million, has',
    now: 'the same statements as among a thousand people, out of an index: five at most',
    test: 'test/suites/search.ts',
  },
  {
    input: 'A search that very many meet, also twenty of them at once',
    now: 'slices of 400 words or 500 rows, one of all searches between two turns of the event loop; 503 after 5 seconds',
    test: 'test/directory/holds.test.ts',
  },
  {
    input: '`$search` with many words, `$filter` with 100 `eq`',
    now: '400: at most 20 words in all clauses together',
    test: 'test/conformance/scenarios/directory.ts',
  },
  {
    input: 'A search of 300 contacts with long texts',
    now: 'slices of 4 MB of compared text; a mailbox holds 25,000 contacts and 20 MB of text, more is 507',
    test: 'test/suites/search.ts',
  },
  {
    input: '`$skip=1000000` in a list of contacts or folders',
    now: 'passed over in an index, 10,000 rows between two turns of the event loop',
    test: 'test/suites/search.ts',
  },
  {
    input: 'A page of 999 contacts with 30 long addresses each',
    now: 'the page ends after 1 MB of texts, with an `@odata.nextLink` to the rest',
    test: 'test/suites/mailboxes.ts',
  },
  {
    input: 'A path of 530 contact folders',
    now: '404 without a query; 300, as many as there may be, are two statements',
    test: 'test/graph/folder-paths.test.ts',
  },
  {
    input: 'Deleting a contact folder with 10,000 contacts',
    now: 'gone at once for everybody; its rows go in transactions of 250, each in a turn of its own',
    test: 'test/directory/holds.test.ts',
  },
  {
    input: '2 MB of small requests sent at once on one connection',
    now: 'the event loop turns between two answers; a connection on which 32 wait is not read on. Node parses what has been read in one go: 64 KB, at most some 3,600 requests',
    test: 'test/http/server.test.ts',
  },
]

export function renderRequestCosts(): string {
  const rows = requestCosts.map(
    ({ input, now, test }) => `| ${input} | ${now} | [${test.split('/').at(-1)}](../${test}) |`,
  )
  return ['| Input | What it costs now | Shown by |', '| --- | --- | --- |', ...rows].join('\n')
}

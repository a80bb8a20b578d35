/** The commands of docs/first-day.md, in their order. Each step is one block of the page. */
export type Step = Readonly<{
  /** Of its block in the page. */
  name: string
  commands: readonly string[]
}>

/** A `#` in the name of a guest would begin the fragment of an address. */
const listRequests = `for file in photos/*.jpg; do
  name=\${file##*/} name=\${name%.jpg}
  echo "url = http://127.0.0.1:8080/v1.0/users/\${name//#/%23}/photo/\\$value"
  echo "upload-file = $file"
  echo 'output = /dev/null'
done >photos.curl`

export const steps: readonly Step[] = [
  { name: 'store', commands: ['visage migrate --data data'] },
  {
    name: 'plan',
    commands: [
      'head -n 3 staff.csv',
      'visage import staff.csv --data data --tenant default --dry-run',
    ],
  },
  {
    name: 'import',
    commands: ['visage import staff.csv --data data --tenant default --yes 2>import.log'],
  },
  {
    name: 'serve',
    commands: [
      `visage serve --data data --issuer https://login.example.org --audience api://visage \\
  --metrics 127.0.0.1:9464 2>visage.log &`,
      "curl -s --retry 60 --retry-delay 1 --retry-connrefused -w '\\n' http://127.0.0.1:8080/readyz",
    ],
  },
  {
    name: 'token',
    commands: [
      `export TOKEN=$(curl -sS https://login.example.org/token -d grant_type=client_credentials \\
  -d client_id=photos -d "client_secret=$secret" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    ],
  },
  {
    name: 'photos',
    commands: [
      'ls photos | head -n 2',
      listRequests,
      `curl -sS --globoff --parallel --parallel-max 4 --retry 5 --config photos.curl -X PUT \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: image/jpeg' \\
  -w '%{http_code} %{url_effective}\\n' >photos.log 2>curl.log`,
      'cut -d " " -f 1 photos.log | sort | uniq -c',
      'visage people list --data data --without-photo',
    ],
  },
  {
    name: 'leaver',
    commands: [
      'sed -i /person.11@/d staff.csv',
      'visage import staff.csv --data data --yes --prune 2>>import.log',
      'visage people list --data data --deleted',
      `curl -sS -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $TOKEN" \\
  'http://127.0.0.1:8080/v1.0/users/person.11@example.org/photo/$value'`,
    ],
  },
  { name: 'backup', commands: ['visage backup --data data --to backup'] },
  {
    name: 'alerts',
    commands: [
      "curl -sS http://127.0.0.1:9464/metrics | grep -E '^visage_(source_|removals_|processes)'",
    ],
  },
]

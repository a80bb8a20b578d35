/** The examples at the end of `visage serve --help`. */

/** For Entra ID, for any other issuer, and for several nodes with shared stores. */
export function writeServeExamples(program: string): string {
  return `
Every setting can be given by its variable instead of its flag.

Examples:
  ${program} serve \\
    --cloud global --tenants TENANT-ID --audience CLIENT-ID

  ${program} serve \\
    --issuer https://id.example.org --audience visage \\
    --host 0.0.0.0 --base-url https://photos.example.org

  VISAGE_CLOUD=global VISAGE_TENANTS=TENANT-ID \\
  VISAGE_AUDIENCE=CLIENT-ID \\
  VISAGE_DATABASE=postgres://visage:PASSWORD@db/visage \\
  VISAGE_PACKS=s3://photos/visage \\
    ${program} serve`
}

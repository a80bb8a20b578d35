/**
 * The address of a path of the page. It never leads elsewhere, whatever the path is: `/https://other.example` is a path
 * of this page, too.
 */

/** `base` ends with a slash. */
export const addressBelow = (base: string, path: string): string =>
  new URL(`./${path.replace(/^[\\/]+/, '')}`, base).href

import { FormatError } from '../errors.ts'

/** The version of sops whose files bulla writes: recorded in each of them, because sops refuses a file without one. */
export const SOPS_VERSION = '3.13.3'

/**
 * Check the version in a file as sops does before it opens one: three numbers, a `v` may stand before them, and anything
 * that starts with `1.` is from the time before. Empty is let through: rops writes such files.
 *
 * @throws FormatError `ERR_VERSION`
 */
export function checkVersion(version: string): void {
  if (version === '' || version.startsWith('1.')) return
  const number = '(?:0|[1-9][0-9]*)'
  const semver = new RegExp(`^v?${number}\\.${number}\\.${number}(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?$`)
  if (semver.test(version)) return
  throw new FormatError('ERR_VERSION', 'sops.version is not a version number of three parts', {
    hint: `it was changed by hand or by a merge; restore it from git, or write ${SOPS_VERSION}`,
  })
}

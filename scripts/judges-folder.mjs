/** Where scripts/judges.mjs installs the real programs, and where tests and other scripts look for them. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Outside the repository, so that a fresh clone finds what an earlier one built. */
export function judgesFolder() {
  const { BULLA_JUDGES_DIR, XDG_CACHE_HOME } = process.env
  return BULLA_JUDGES_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'bulla-judges')
}

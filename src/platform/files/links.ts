import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, parse, relative, sep } from 'node:path'
import { FileError } from '../../errors.ts'
import { fileError, systemCode } from './file-errors.ts'

/** As many as Linux follows. */
const MAX_LINKS = 40
const GIT = '.git'
/** What may be that folder where names have no case, and under the short name that Windows gives it. */
const ALSO_GIT = /^(?:\.git|git~1)$/i
const POLICY = '.sops.yaml'

/**
 * Where a write to `path`, absolute, ends up. Links are followed, also those to what does not exist yet; but one that lies
 * in a repository is a stranger's, and leads neither out of that repository nor into its `.git`.
 *
 * @throws FileError `ERR_WRITE`
 * @see SECURITY.md
 */
export function writePlace(path: string): string {
  if (hasNoLinks(path)) return path
  const { place, folders } = follow(path)
  for (const folder of folders) checkStays(path, place, folder)
  return place
}

/** What nearly every path is: nothing more has to be looked at. */
function hasNoLinks(path: string): boolean {
  try {
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
    const there = isThere ? path : dirname(path)
    return realpathSync.native(there) === there
  } catch {
    return false
  }
}

/** @returns also the real folders in which the links on the way stand */
function follow(path: string): { place: string; folders: ReadonlySet<string> } {
  const folders = new Set<string>()
  let place = parse(path).root
  let waiting = namesOf(path.slice(place.length))
  for (let links = 0; ; ) {
    const [name, ...rest] = waiting
    if (name === undefined) return { place, folders }
    const next = name === '..' ? dirname(place) : join(place, name)
    const link = name === '..' ? undefined : linkAt(next)
    waiting = link === undefined ? rest : [...namesOf(link), ...rest]
    if (link === undefined) {
      place = next
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw cannotBeWritten(path, 'its links lead in a circle', 'correct the links')
    folders.add(place)
    if (isAbsolute(link)) place = parse(link).root
  }
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep === '/' ? '/' : /[\\/]/)
    .filter((name) => name !== '' && name !== '.')
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (['EINVAL', 'ENOENT', 'ENOTDIR', 'UNKNOWN'].includes(systemCode(error))) return undefined
    throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
}

function checkStays(path: string, place: string, folder: string): void {
  const root = repositoryOf(folder)
  if (root === undefined) return
  const inside = relative(root, place)
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  if (!isOutside && !inside.split(sep).some((name) => ALSO_GIT.test(name))) return
  const where = isOutside ? `leads out of it, to ${place}` : `leads into its ${GIT} folder`
  const hint = 'remove the link if you do not know it; to write there nevertheless name the file itself'
  throw cannotBeWritten(path, `a link in the repository ${where}`, hint)
}

/** The repository a folder is in; without git, everything that a policy speaks about counts as one. */
function repositoryOf(folder: string): string | undefined {
  let withPolicy: string | undefined
  for (let place = folder; ; place = dirname(place)) {
    if (has(place, GIT)) return place
    if (has(place, POLICY)) withPolicy = place
    if (dirname(place) === place) return withPolicy
  }
}

function has(folder: string, name: string): boolean {
  return lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined
}

function cannotBeWritten(path: string, reason: string, hint: string): FileError {
  return new FileError('ERR_WRITE', `cannot be written: ${reason}`, { where: { file: path }, hint })
}

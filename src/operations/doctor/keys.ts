import { pathBelow } from '../../config/path-below.ts'
import { displayName } from '../../keys/key-name.ts'
import type { KeyPlace } from '../../keys/master-key.ts'
import { type Check, fine, note, problem } from './check.ts'
import type { Machine } from './machine.ts'
import type { UsableIdentity } from './recipients.ts'

/** More keys than this in one place are counted. */
const MAX_LISTED = 4

/** Where keys are, whose, and who else may read them. @param wrapped - identities that services would unwrap */
export async function keyChecks(
  places: readonly KeyPlace[],
  wrapped: readonly UsableIdentity[],
  repository: string | undefined,
  machine: Machine,
): Promise<Check[]> {
  const present = places.filter(({ isAbsent }) => !isAbsent)
  const hasAny = present.some(({ names, needs }) => names.length > 0 || needs !== undefined) || wrapped.length > 0
  const checks = await Promise.all(
    present.map(async (place) => [placeCheck(place, hasAny), ...(await fileChecks(place, repository, machine))]),
  )
  const all = [...checks.flat(), ...wrapped.map(wrappedCheck)]
  return hasAny ? all : [...all, nothingFound(places)]
}

/** Whether the service will do it is known when it is asked. */
function wrappedCheck({ name, by }: UsableIdentity): Check {
  return fine('keys', `the identity of ${name}: wrapped by ${by}, one call unwraps it`)
}

function nothingFound(places: readonly KeyPlace[]): Check {
  const looked = places.map(({ place }) => place).join(', ')
  const file = places.find(({ place }) => place.endsWith('keys.txt'))?.place ?? 'keys.txt'
  return problem(
    'keys',
    `no key was found; looked in ${looked}`,
    `make one with "bulla init" in a repository, or "age-keygen -o ${file}", or set SOPS_AGE_KEY_FILE; to encrypt, no key is needed`,
  )
}

/** Where somebody meant a key to be. */
const MEANT = ['SOPS_AGE_KEY', 'SOPS_AGE_KEY_FILE']

/** @param hasAny - whether there are keys somewhere: then a place that cannot be used is no fault */
function placeCheck(place: KeyPlace, hasAny: boolean): Check {
  const { file } = place
  const name = file === undefined || file === place.place ? place.place : `${place.place} (${file})`
  const found = `${name}: ${contentOf(place)}`
  if (place.problem === undefined) return fine('keys', found)
  const todo =
    file === undefined
      ? `correct ${place.place}, or do without it`
      : 'an identity file has one AGE-SECRET-KEY-1… a line, as age-keygen writes it'
  return hasAny && file === undefined && !MEANT.includes(place.place)
    ? note('keys', found, todo)
    : problem('keys', found, todo)
}

async function fileChecks({ file }: KeyPlace, repository: string | undefined, machine: Machine): Promise<Check[]> {
  if (file === undefined) return []
  const checks: Check[] = []
  const mode = (await machine.access(file))?.mode
  if (mode !== undefined && (mode & 0o077) !== 0) {
    const bits = (mode & 0o777).toString(8).padStart(3, '0')
    checks.push(problem('keys', `${file}: others may use it (${bits})`, `run "chmod 600 ${file}"`))
  }
  if (repository !== undefined && pathBelow(repository, file) !== undefined) {
    const todo = 'move it out of the repository, so that it cannot be committed'
    checks.push(note('keys', `${file}: lies in the repository`, todo))
  }
  return checks
}

function contentOf({ type, names, needs, problem: reason }: KeyPlace): string {
  const [first, ...others] = names
  const parts = [
    ...(first === undefined ? [] : others.length >= MAX_LISTED ? [`${names.length} keys`] : shown(type, names)),
    ...(needs === undefined ? [] : [NEEDS[needs]]),
    ...(reason === undefined ? [] : [reason]),
  ]
  return parts.length === 0 ? 'no key in it' : parts.join(', ')
}

function shown(type: KeyPlace['type'], names: readonly string[]): string[] {
  return [
    `${names.length === 1 ? 'one key' : `${names.length} keys`}, ${names.map((name) => displayName(type, name)).join(', ')}`,
  ]
}

const NEEDS = { passphrase: 'behind a passphrase', command: 'a command that is run when a key is needed' } as const

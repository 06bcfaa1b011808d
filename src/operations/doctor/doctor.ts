import type { KeyPlace } from '../../keys/master-key.ts'
import type { StashedFile } from '../check/stashes.ts'
import type { World } from '../ports.ts'
import { type Check, failed, fine, note, problem } from './check.ts'
import { setupChecks, stashChecks } from './git-setup.ts'
import { keyChecks } from './keys.ts'
import type { GitFacts, Machine } from './machine.ts'
import { policyChecks } from './policy.ts'
import { recipientChecks, usableIdentities } from './recipients.ts'

export interface DoctorOptions {
  /** Of this package. */
  readonly version: string
  /** Variables that are set and that take the place of the readers in rules. */
  readonly overrides: readonly string[]
  /** Remove plaintext that killed processes left. Default: say that it is there. */
  readonly clean?: boolean
  /** What stashes hold in clear. */
  readonly stashed?: readonly StashedFile[]
}

/** Oldest version of Node that this package runs on; a test holds it to `package.json`. */
export const OLDEST_NODE = '20.19'

/** Clocks of machines that share a repository differ a little. */
const CLOCK_SLACK_SECONDS = 300

/**
 * Look at everything that has to be right for bulla to work. Starts nothing but git, opens nothing, asks nobody, and changes
 * nothing but what `clean` is about.
 */
export async function doctor(options: DoctorOptions, world: World, machine: Machine): Promise<readonly Check[]> {
  const [git, places, scratch, cache, hasTerminal] = await Promise.all([
    machine.git(),
    world.keyring.survey(),
    machine.scratch(),
    machine.codeCache(),
    machine.hasTerminal(),
  ])
  return [
    nodeCheck(machine.nodeVersion),
    fine('bulla', options.version),
    ...gitChecks(git),
    ...(git.root === undefined && git.bare === undefined ? [] : setupChecks(await machine.setup())),
    ...stashChecks(options.stashed ?? []),
    clockCheck(world.now(), git),
    ...(await keyChecks(places, await usableIdentities(world), git.root, machine)),
    // of what is pushed to a bare one its own tree has the policy
    ...(git.bare === undefined ? await policyChecks(world) : []),
    ...(await recipientChecks(world)),
    ...overrideChecks(options.overrides),
    scratchCheck(scratch),
    ...(await leftChecks(options.clean === true, git.root, world, machine)),
    cacheCheck(cache),
    terminalCheck(hasTerminal, places),
  ]
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number)
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
  return isOld ? problem('node', version, `install Node ${OLDEST_NODE} or newer`) : fine('node', version)
}

function gitChecks({ version, root, bare, problem: reason }: GitFacts): Check[] {
  if (version === undefined)
    return [problem('git', 'not found', 'install git; without it nothing is known about committed versions')]
  if (reason !== undefined)
    return [
      fine('git', version),
      problem(
        'repository',
        reason,
        'run "git status" here: it says why, and what to do (safe.directory, for instance)',
      ),
    ]
  if (bare !== undefined) return [fine('git', version), fine('repository', `${bare}: bare, it is only pushed to`)]
  return [
    fine('git', version),
    root === undefined
      ? note('repository', 'none here', 'go to the folder of a repository, or make one with "git init"')
      : fine('repository', root),
  ]
}

function clockCheck(now: string, { lastCommitSeconds }: GitFacts): Check {
  const ahead = lastCommitSeconds === undefined ? 0 : lastCommitSeconds - Date.parse(now) / 1000
  if (ahead <= CLOCK_SLACK_SECONDS) return fine('clock', now)
  return problem(
    'clock',
    `${now}, but the last commit is from ${Math.ceil(ahead / 60)} minutes later`,
    'set the clock of this machine (or find out who committed with a wrong one): sealed files carry the time',
  )
}

function overrideChecks(overrides: readonly string[]): Check[] {
  if (overrides.length === 0) return []
  const todo = 'unset them to seal for the readers that the rules name'
  return [note('environment', `${overrides.join(', ')} set: encrypt takes readers from there, not from rules`, todo)]
}

function scratchCheck({ folder, isInMemory }: Awaited<ReturnType<Machine['scratch']>>): Check {
  if (isInMemory) return fine('memory', `${folder}: plaintext that is edited stays in memory`)
  return note(
    'memory',
    `none: plaintext that is edited stands in ${folder}, on a disk, and is removed afterwards`,
    'mount a tmpfs at /dev/shm or set XDG_RUNTIME_DIR to one, or encrypt the disk',
  )
}

/** Never removed unasked: it may be the only copy of an edit, and its editor may still be open. */
async function leftChecks(
  clean: boolean,
  root: string | undefined,
  { cwd }: World,
  machine: Machine,
): Promise<Check[]> {
  // outside of a repository nobody knows how much is below
  const writes = await machine.leftWrites(root ?? cwd, root !== undefined)
  const scratch = await machine.leftScratch()
  const left = [
    ...scratch.map((path) => ({ name: 'memory', path, what: 'holds plaintext that a killed edit or exec-file left' })),
    ...writes.map((path) => ({
      name: 'leftover',
      path,
      what: 'a write that was killed left it, maybe with plaintext',
    })),
  ]
  const checks: Check[] = []
  for (const { name, path, what } of left) {
    try {
      if (clean) await machine.removeLeft(path)
      const todo = 'save what you need of it, then run "bulla doctor --clean"'
      checks.push(clean ? fine(name, `${path}: removed`) : note(name, `${path}: ${what}`, todo))
    } catch (error) {
      checks.push(failed(name, error, 'remove it by hand'))
    }
  }
  return checks
}

function cacheCheck(cache: Awaited<ReturnType<Machine['codeCache']>>): Check {
  if ('file' in cache) return fine('code cache', cache.file)
  return note('code cache', `off: ${cache.off}`, 'nothing has to be done: commands start a little slower')
}

function terminalCheck(hasTerminal: boolean, places: readonly KeyPlace[]): Check {
  if (hasTerminal) return fine('terminal', 'questions can be asked')
  const isLocked = places.some(({ needs }) => needs === 'passphrase')
  const todo = isLocked
    ? 'an identity file has a passphrase: run on a terminal, or let gpg-agent keep it'
    : 'nothing has to be done where nobody sits: commands that ask need a flag there'
  return note('terminal', 'none: nobody can be asked', todo)
}

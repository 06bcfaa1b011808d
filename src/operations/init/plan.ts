import { join } from 'node:path'
import { parseConfig } from '../../config/config.ts'
import { GitError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import type { Repository } from '../git-port.ts'
import type { World } from '../ports.ts'
import { newOwnKey } from '../recipients/own-key.ts'
import { attributesStep, driverPatterns, ownDrivers, type PlacedPolicy, placedPolicies } from './attributes.ts'
import { hooksPlan } from './hooks-plan.ts'
import type { ManagerName } from './managers/manager.ts'
import { nativeHooks } from './native-hooks.ts'
import { lockedRules, newPolicy } from './policy-step.ts'
import { driverSettings } from './settings.ts'
import type { GitSetup } from './setup-port.ts'
import type { FileStep, IdentityStep, Plan, Step } from './step.ts'

export interface InitOptions {
  /** Default: all of these. */
  readonly withIdentity: boolean
  readonly withDrivers: boolean
  readonly withHooks: boolean
  /** What runs hooks. Default: what the repository uses. */
  readonly hooks?: ManagerName
}

/** What the plan is made from. */
export interface InitPlace {
  readonly repository: Repository
  readonly git: GitSetup
  readonly world: World
}

/**
 * All that is missing for bulla to work in a repository. Nothing is written.
 *
 * @throws ConfigError `ERR_CONFIG` for a policy that is broken; FileError; GitError `ERR_GIT`
 */
export async function planInit(options: InitOptions, place: InitPlace): Promise<Plan> {
  const { repository, git, world } = place
  const { root } = await repository.folders()
  if (root === undefined && !(await git.isBare())) {
    throw new GitError('ERR_GIT', "this is git's own folder, not the files of a repository", {
      hint: 'go to the folder with the files, then run "bulla init"',
    })
  }
  if (root === undefined) return options.withHooks ? serverPlan(git, world) : joined([])
  const identity = options.withIdentity ? await identityPlan(world) : joined([])
  const policy = await policyPlan(root, identity.steps, place)
  const hooks = options.withHooks
    ? await hooksPlan(options.hooks, { root, folder: await git.hooksFolder(), git, world })
    : joined([])
  const drivers = options.withDrivers ? await driversPlan(root, policy.steps, place) : joined([])
  return withoutBrokenLinks(joined([identity, policy, drivers, hooks]), git)
}

/** A bare repository is only pushed to. */
async function serverPlan(git: GitSetup, world: World): Promise<Plan> {
  return withoutBrokenLinks(await nativeHooks(['pre-receive'], (await git.hooksFolder()).path, world), git)
}

/** What would be written through a link to where nothing is: nobody knows whose place that is. */
async function withoutBrokenLinks({ steps, problems, notes }: Plan, git: GitSetup): Promise<Plan> {
  const left: Step[] = []
  const broken: string[] = []
  for (const step of steps) {
    const isNew = step.kind === 'file' && step.before === undefined
    if (!isNew || !(await git.leadsNowhere(step.path))) left.push(step)
    else broken.push(`${step.path} is a link that leads nowhere: mend or remove it, then run this again`)
  }
  return { steps: left, problems: [...problems, ...broken], notes }
}

async function identityPlan(world: World): Promise<Plan> {
  const places = await world.keyring.survey()
  if (places.some(({ names, needs }) => names.length > 0 || needs !== undefined)) return joined([])
  const { path, recipient, keep } = await newOwnKey(world)
  return joined([{ steps: [{ kind: 'identity', path, recipient, keep }], problems: [], notes: [] }])
}

async function policyPlan(root: string, identities: readonly Step[], { repository, world }: InitPlace): Promise<Plan> {
  const path = join(root, '.sops.yaml')
  const newRecipient = identities.find((step): step is IdentityStep => step.kind === 'identity')?.recipient
  const isThere = (await world.files.kind(path)) === 'file'
  const below = await policyPaths(repository)
  if (isThere || below.length > 0) {
    if (identities.length === 0)
      return { steps: [], problems: [], notes: isThere ? await lockedRules(path, world) : [] }
    return { steps: [], problems: [], notes: [unknownKey([...(isThere ? [path] : []), ...below], newRecipient)] }
  }
  const own = newRecipient ?? (await ownRecipient(world))
  if (own !== undefined) return { steps: [newPolicy(root, own)], problems: [], notes: [] }
  return joined([
    { steps: [], problems: [`${path} is missing, and there is no age recipient to write into it`], notes: [] },
  ])
}

function unknownKey(policies: readonly string[], recipient = ''): string {
  const first = `commit it as "bulla recipient add YOUR-NAME ${recipient}"`
  const then = `who reads the files gives them to you: "bulla recipient grant YOUR-NAME 'rule 1' --apply"`
  return `${policies.join(', ')}: nothing is sealed for your new key yet: ${first}; ${then}`
}

/** The first age key of this machine. */
async function ownRecipient({ keyring }: World): Promise<string | undefined> {
  const places = await keyring.survey()
  return places.filter(({ type }) => type === 'age').flatMap(({ names }) => names)[0]
}

async function driversPlan(root: string, planned: readonly Step[], place: InitPlace): Promise<Plan> {
  const { repository, git, world } = place
  const tracked = (await repository.files('')).map(({ path }) => path)
  const policies = [
    ...(await placedPolicies(root, ['.sops.yaml', ...(await policyPaths(repository))], world)),
    ...planned.flatMap((step) => (step.kind === 'file' ? [plannedPolicy(step)] : [])),
  ]
  const attributes = await attributesStep(root, await driverPatterns(policies, tracked), world)
  const steps = [...(attributes === undefined ? [] : [attributes]), ...(await driverSettings(git))]
  return { steps, problems: [], notes: attributes === undefined ? [] : overruled(attributes) }
}

/** What a user may have set for the same files. */
function overruled({ path, before }: FileStep): string[] {
  const lines = before === undefined ? [] : ownDrivers(decodeText(before.bytes))
  if (lines.length === 0) return []
  const which = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`
  return [
    `${path}: ${which} set diff or merge too; where patterns meet, the last line wins: move yours to the end to keep them`,
  ]
}

function plannedPolicy({ path, after }: FileStep): PlacedPolicy {
  return { folder: '', config: parseConfig(after, path) }
}

/** Policies below the root. */
async function policyPaths(repository: Repository): Promise<string[]> {
  return (await repository.files('')).map(({ path }) => path).filter((path) => path.endsWith('/.sops.yaml'))
}

function joined(plans: readonly Plan[]): Plan {
  return {
    steps: plans.flatMap(({ steps }) => steps),
    problems: plans.flatMap(({ problems }) => problems),
    notes: plans.flatMap(({ notes }) => notes),
  }
}

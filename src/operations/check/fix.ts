import { join } from 'node:path'
import { isBullaError } from '../../errors.ts'
import type { Repository } from '../git-port.ts'
import { attributesStep, driverPatterns, placedPolicies } from '../init/attributes.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { policyPaths } from '../judge/surroundings/policies.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import type { World } from '../ports.ts'
import { updateKeys } from '../readers/update-keys.ts'
import { followRule } from './follow-rule.ts'
import { isWithCrlf, withoutCrlf } from './line-ends.ts'
import { ATTRIBUTES } from './missing-drivers.ts'

/** What is done about a finding, in this order: a file is sealed well before its readers change. */
const ACTIONS = {
  'selector-drift': 'sealed again as its rule says',
  'plain-comment': 'comments sealed',
  'stale-version': 'written again as sops 3.13 does',
  'readers-drift': 'readers as its rule says',
  'drivers-missing': 'the missing patterns added',
} as const
type Fixable = keyof typeof ACTIONS

/** Something that was done, or is left although it looked as if it could be done. */
export interface FixReport {
  readonly file: string
  readonly rules: readonly string[]
  /** What was done, or would be; a text for the user. */
  readonly done?: string
  /** Why nothing was. */
  readonly refused?: string
  /** What comes next; texts for the user. */
  readonly notes?: readonly string[]
}

export interface FixResult {
  readonly reports: readonly FixReport[]
  /** Of files that were repaired, by path: as they would be staged. */
  readonly contents: ReadonlyMap<string, Uint8Array>
}

type Outcome = Pick<FixReport, 'refused' | 'notes'>

export interface FixRequest {
  readonly findings: readonly Finding[]
  /** Of the index. */
  readonly files: readonly JudgedFile[]
  /** Of the work tree, absolute. */
  readonly root: string
  readonly dryRun: boolean
}

/**
 * Repair what needs no decision, file by file, in the work tree; nothing is staged. Only files that lie there as they were
 * judged, with the policy they were judged by, and in which everything verifies.
 *
 * @returns what was done and what was refused; no report of findings that nobody but a person can judge
 */
export async function fixFindings(
  { findings, files, root, dryRun }: FixRequest,
  repository: Repository,
  world: World,
): Promise<FixResult> {
  const byFile = new Map<string, Set<Fixable>>()
  for (const { file, rule } of findings) {
    if (isFixable(rule)) byFile.set(file, (byFile.get(file) ?? new Set()).add(rule))
  }
  // what is broken otherwise is nothing that anybody but a person looks into
  const broken = new Set(
    findings.filter(({ rule, level }) => level === 'block' && !isFixable(rule)).map(({ file }) => file),
  )
  // nobody is asked: who would lock himself out has to do that by hand
  const quiet: World = { ...world, configPath: undefined, confirm: async () => undefined }
  const fixer = new Fixer(files, root, repository, quiet)
  const reports: FixReport[] = []
  for (const [file, rules] of byFile) {
    const ordered = (Object.keys(ACTIONS) as Fixable[]).filter((rule) => rules.has(rule)) // keys of that very object
    const done = ordered.map((rule) => ACTIONS[rule]).join(', ')
    const outcome = broken.has(file) ? FAULTY : await fixer.fix(file, ordered, dryRun)
    reports.push({ file, rules: ordered, ...(outcome.refused === undefined ? { done, ...outcome } : outcome) })
  }
  return { reports, contents: dryRun ? new Map() : await fixer.contents(reports) }
}

const FAULTY: Outcome = { refused: 'it has other faults, which come first' }

function isFixable(rule: string): rule is Fixable {
  return Object.hasOwn(ACTIONS, rule)
}

class Fixer {
  private readonly ids: ReadonlyMap<string, string>
  private readonly root: string
  private readonly repository: Repository
  private readonly world: World
  /** Files of the work tree, absolute, in which git wrote CRLF. */
  private readonly withCrlf = new Set<string>()
  private changed: Promise<readonly string[]> | undefined

  constructor(files: readonly JudgedFile[], root: string, repository: Repository, world: World) {
    this.ids = new Map(files.map(({ path, id }) => [path, id]))
    this.root = root
    this.repository = repository
    this.world = { ...world, files: withoutCrlf(world.files, this.withCrlf) }
  }

  async contents(reports: readonly FixReport[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const done = reports.filter((report) => report.done !== undefined)
    const open = async ({ file }: FixReport) => (await this.world.files.open(join(this.root, file))).bytes
    return new Map(await Promise.all(done.map(async (report) => [report.file, await open(report)] as const)))
  }

  async fix(file: string, rules: readonly Fixable[], dryRun: boolean): Promise<Outcome> {
    try {
      if (!(await this.isAsJudged(file))) return { refused: 'it differs from what is staged: stage it first' }
      for (const policy of file === ATTRIBUTES ? [] : policyPaths(file)) {
        if (!(await this.isAsJudged(policy)))
          return { refused: `${policy} differs from what is staged: stage it first` }
      }
      if (file !== ATTRIBUTES) return await this.repair(file, rules, dryRun)
      if (!dryRun) await this.addPatterns()
      return {}
    } catch (error) {
      if (isBullaError(error)) return { refused: error.message.split('\n')[0] ?? '' }
      throw error
    }
  }

  /** Whether a file lies there as it stands in the index, or is in neither. */
  private async isAsJudged(file: string): Promise<boolean> {
    const path = join(this.root, file)
    const id = this.ids.get(file)
    const there = (await this.world.files.kind(path)) === 'file' ? (await this.world.files.open(path)).bytes : undefined
    const staged = id === undefined ? undefined : await this.repository.blob(id)
    if (there === undefined || staged === undefined) return there === staged
    if (Buffer.compare(there, staged) === 0) return true
    // that it looks so is not enough: git may be about to store it so
    this.changed ??= this.repository.changedInWorkTree('')
    if (!isWithCrlf(there, staged) || (await this.changed).includes(file)) return false
    this.withCrlf.add(path)
    return true
  }

  /** A plan opens the file too: what cannot be opened cannot be repaired. */
  private async repair(file: string, rules: readonly Fixable[], dryRun: boolean): Promise<Outcome> {
    const path = join(this.root, file)
    // that of the folder we are in may be another one than the file was judged by, with other readers
    const policy = policyPaths(file).find((candidate) => this.ids.has(candidate))
    const world = policy === undefined ? this.world : { ...this.world, configPath: join(this.root, policy) }
    const { files } = world
    const version = await files.open(path)
    const bytes = await followRule(
      version,
      rules.some((rule) => rule !== 'readers-drift'),
      world,
    )
    if (dryRun) return {}
    if (bytes !== undefined) {
      await files.checkPlace(path)
      await files.write({ path, bytes, expected: version })
    }
    if (!rules.includes('readers-drift')) return {}
    const { failures, reports } = await updateKeys({ paths: [path], approve: async () => true }, world)
    if (failures.length > 0) throw failures[0]
    const notes = reports.flatMap((report) => report.notes)
    return notes.length === 0 ? {} : { notes }
  }

  private async addPatterns(): Promise<void> {
    const tracked = [...this.ids.keys()]
    const policies = tracked.filter((path) => path === '.sops.yaml' || path.endsWith('/.sops.yaml'))
    const placed = await placedPolicies(this.root, policies, this.world)
    const step = await attributesStep(this.root, await driverPatterns(placed, tracked), this.world)
    if (step === undefined) return
    const expected = step.before ?? 'nothing'
    await this.world.files.write({ path: step.path, bytes: step.after, expected })
  }
}

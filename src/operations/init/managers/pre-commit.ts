import { join } from 'node:path'
import { decodeText, encodeText } from '../../../format/text.ts'
import { guardLine, runsHook } from '../hook-text.ts'
import { nativeHooks } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import { type HooksPlace, PRE_COMMIT_FILE } from './manager.ts'
import { nodeIn, settingsChange } from './set-in-text.ts'

const STAGES = ['pre-commit', 'pre-merge-commit', 'prepare-commit-msg'] as const
/** It knows no stage for patches, and of several branches that are pushed it tells one. */
const BESIDE = ['pre-applypatch', 'pre-push'] as const

/** Local hooks of pre-commit, and git's own for what it does not do. */
export async function preCommitHooks(place: HooksPlace): Promise<Plan> {
  const step = await settingsStep(place)
  const types = STAGES.map((stage) => `--hook-type ${stage}`).join(' ')
  const problems = await notInstalled(STAGES, () => 'pre-commit', `pre-commit install ${types}`, place)
  const native = await nativeHooks(BESIDE, place.folder.path, place.world)
  return {
    steps: [...(step === undefined ? [] : [step]), ...native.steps],
    problems: [...native.problems, ...problems],
    notes: native.notes,
  }
}

async function settingsStep({ root, world }: HooksPlace): Promise<FileStep | undefined> {
  const path = join(root, PRE_COMMIT_FILE)
  const about = 'runs "bulla hook run" in stages of pre-commit'
  if ((await world.files.kind(path)) !== 'file') {
    return { kind: 'file', path, about, before: undefined, after: encodeText(newSettings(STAGES)) }
  }
  const before = await world.files.open(path)
  const text = decodeText(before.bytes)
  // the second is what the package offers to pre-commit
  const missing = STAGES.filter(
    (stage) => !runsHook(text, stage) && !new RegExp(`^[^#]*\\bid: bulla-${stage}\\b`, 'm').test(text),
  )
  const repos = await nodeIn(before.bytes, ['repos'], path)
  const count = repos?.kind === 'list' ? repos.items.filter(({ kind }) => kind !== 'comment').length : 0
  const setting = { steps: ['repos', count], value: { repo: 'local', hooks: missing.map(hookOf) } }
  const settings = missing.length === 0 ? [] : [setting]
  return settingsChange({ path, about, before }, { settings, whole: newSettings(missing) }, world)
}

function newSettings(stages: readonly string[]): string {
  return `repos:\n  - repo: local\n    hooks:\n${stages.map(newHook).join('')}`
}

function hookOf(stage: string): object {
  const id = `bulla-${stage}`
  const entry = `sh -c '${guardLine(`SKIP=${id} git ...`)}; bulla hook run ${stage}'`
  return { id, name: id, entry, language: 'system', always_run: true, pass_filenames: false, stages: [stage] }
}

function newHook(stage: string): string {
  const [first, ...others] = Object.entries(hookOf(stage)).map(
    ([key, value]) => `${key}: ${Array.isArray(value) ? `[${value}]` : JSON.stringify(value)}\n`,
  )
  return `      - ${first}${others.map((line) => `        ${line}`).join('')}`
}

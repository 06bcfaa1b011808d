import type { Outcome, Sandbox } from '../sandbox.ts'
import type { Variant } from './variant.ts'

/** A repository in which a scenario is staged. */
export class ScenarioRepository {
  readonly box: Sandbox
  readonly variant: Variant

  constructor(box: Sandbox, variant: Variant) {
    this.box = box
    this.variant = variant
  }

  async start(): Promise<void> {
    await this.box.git('init', '-q', '-b', 'main')
    this.box.write('notes.txt', 'nothing of interest\n')
    await this.commit('notes.txt')
  }

  /**
   * A policy for the files of the variant's folder: one rule with this expression below it.
   *
   * @param pattern - RE2, relative to the folder
   */
  async policy(pattern: string, ...fields: readonly string[]): Promise<void> {
    const { folder, isNested, hasCatchAll, shape } = this.variant
    const place = isNested ? `^${pattern}` : `^${quoted(folder)}/${pattern}`
    const regex = shape === 'any case' ? `(?i)${place}` : place
    const readers =
      shape === 'groups' ? `key_groups:\n    - age: [${this.box.recipient}]` : `age: ${this.box.recipient}`
    const rule = (...lines: readonly string[]) => `  - ${[...lines, readers].join('\n    ')}\n`
    const rules = shape === 'second' ? [rule('path_regex: ^elsewhere/')] : []
    rules.push(rule(`path_regex: '${regex.replaceAll("'", "''")}'`, ...fields))
    if (hasCatchAll) rules.push(rule("encrypted_regex: '^(data|stringData)$'"))
    const path = isNested ? `${folder}/.sops.yaml` : '.sops.yaml'
    this.box.write(path, `creation_rules:\n${rules.join('')}`)
    await this.commit(path)
  }

  /** Write a file and seal it in place. @returns its sealed text */
  async seal(path: string, text: string): Promise<string> {
    this.box.write(path, text)
    const { code, err } = await this.box.bulla(['encrypt', '--in-place', path])
    if (code !== 0) throw new Error(`${path} could not be sealed: ${err}`)
    return this.box.read(path)
  }

  async add(path: string, text?: string | Uint8Array): Promise<void> {
    if (text !== undefined) this.box.write(path, text)
    await this.box.git('add', '-A', '--', path)
  }

  /** Commit what stands in a file, without any hook. */
  async commit(...paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.box.git('add', '-A', '--', ...paths)
    await this.box.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'test')
  }

  hook(name = 'pre-commit'): Promise<Outcome> {
    return this.box.bulla(['hook', 'run', name])
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A situation that a hook has to judge. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly verdict: 'block' | 'warn' | 'pass'
  /** The rules that may say so; of a control: none. */
  readonly rules: readonly string[]
  /** Stage it. @returns texts that no output may hold */
  stage(repository: ScenarioRepository): Promise<readonly string[]>
}

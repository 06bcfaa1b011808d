import { posix } from 'node:path'
import { type CreationRule, parseConfig, type SopsConfig } from '../../../config/config.ts'
import { findRule } from '../../../config/match.ts'
import { fileWord } from '../../shell-word.ts'

/** The name that the policy has in every folder. */
const POLICY = '.sops.yaml'
/** Expressions are matched below the folder of the policy; where the repository lies does not matter to them. */
const ROOT = '/repository'

/** A rule, and where it stands. */
export interface PlacedRule {
  readonly rule: CreationRule
  /** Whether its policy is the one at the root of the repository. */
  readonly isAtRoot: boolean
  /** For commands at the root, where there is another policy: they take the one they stand in. Empty where they need none. */
  readonly configOption: string
}

/** The policies of one tree: of the index, or of a commit, never of the working copy. */
export class Policies {
  private readonly contents: ReadonlyMap<string, Uint8Array>
  private readonly parsed = new Map<string, SopsConfig>()

  /** @param contents - by path, all that {@link policyPaths} names and that are there */
  constructor(contents: ReadonlyMap<string, Uint8Array>) {
    this.contents = contents
  }

  /**
   * The first rule that matches `file` in the nearest policy upwards, as sops finds it when it is run beside the file.
   *
   * @throws ConfigError with the path of the policy in the tree
   */
  async rule(file: string): Promise<PlacedRule | undefined> {
    const path = this.pathFor(file)
    if (path === undefined) return undefined
    const config = this.config(path)
    if (config.rules === undefined) return undefined
    const { rule } = await findRule(config, `${ROOT}/${file}`, posix)
    if (rule === undefined) return undefined
    const isAtRoot = path === POLICY
    return { rule, isAtRoot, configOption: isAtRoot || !this.contents.has(POLICY) ? '' : `--config ${fileWord(path)} ` }
  }

  /** The nearest policy upwards from a file. */
  pathFor(file: string): string | undefined {
    return policyPaths(file).find((candidate) => this.contents.has(candidate))
  }

  /** Whether it is what git records of a symbolic link: a path, and no end of line. No mapping looks so. */
  isLink(path: string): boolean {
    return /^[^\n:]+$/.test(Buffer.from(this.contents.get(path) ?? new Uint8Array()).toString('utf8'))
  }

  /** @throws ConfigError */
  config(path: string): SopsConfig {
    const known = this.parsed.get(path)
    if (known !== undefined) return known
    const config = parseConfig(this.contents.get(path) ?? new Uint8Array(), `${ROOT}/${path}`)
    this.parsed.set(path, config)
    return config
  }
}

/** Where the policy of a file can be, nearest first. */
export function policyPaths(file: string): string[] {
  const folders = file.split('/').slice(0, -1)
  return folders.map((_, index) => [...folders.slice(0, folders.length - index), POLICY].join('/')).concat(POLICY)
}

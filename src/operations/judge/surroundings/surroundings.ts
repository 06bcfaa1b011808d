import type { JudgeSettings } from './judge-settings.ts'
import { Policies } from './policies.ts'
import { ReaderNames } from './reader-names.ts'

interface Tree {
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  filesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
}

/** Files that say how others are judged: policies, settings, recipients. */
const SURROUNDING = /(?:^|\/)(?:\.sops\.yaml$|\.bulla\/)|^\.gitleaks\.toml$/

/** Whether a file belongs to what {@link Surroundings} reads. @param path - from the root, with slashes */
export function isSurrounding(path: string): boolean {
  return SURROUNDING.test(path)
}

/** What a tree says about how its files are judged. Trees in which all of that is the same can share one. */
export class Surroundings {
  /** By path, of those that were asked for and are there. */
  readonly contents = new Map<string, Uint8Array>()
  readonly policies: Policies
  readonly names: ReaderNames
  /** Once they are read. */
  settings: JudgeSettings | undefined
  private readonly asked = new Set<string>()

  constructor(tree: Tree) {
    this.policies = new Policies(this.contents)
    this.names = new ReaderNames(tree)
  }

  /** Read what was not read before, from any tree that shares this. */
  async read(paths: readonly string[], tree: Tree): Promise<void> {
    const missing = new Set(paths.filter((path) => !this.asked.has(path)))
    if (missing.size === 0) return
    for (const [path, bytes] of await tree.read([...missing])) this.contents.set(path, bytes)
    for (const path of missing) this.asked.add(path)
  }
}

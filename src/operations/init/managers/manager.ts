import { basename, dirname, join } from 'node:path'
import type { World } from '../../ports.ts'
import type { GitSetup, HooksFolder } from '../setup-port.ts'

/** What may run hooks in a repository. */
export const MANAGERS = ['native', 'husky', 'lefthook', 'pre-commit', 'simple-git-hooks', 'config'] as const
export type ManagerName = (typeof MANAGERS)[number]

/** What plans for hooks are made from. */
export interface HooksPlace {
  /** Of the work tree, absolute. */
  readonly root: string
  readonly folder: HooksFolder
  readonly git: GitSetup
  readonly world: World
}

export const LEFTHOOK_FILES = [
  'lefthook.yml',
  '.lefthook.yml',
  '.config/lefthook.yml',
  'lefthook.yaml',
  '.lefthook.yaml',
  '.config/lefthook.yaml',
]
/** What lefthook reads too, and is not edited here. */
export const LEFTHOOK_OTHERS = ['toml', 'json', 'jsonc'].flatMap((type) =>
  ['lefthook', '.lefthook', '.config/lefthook'].map((name) => `${name}.${type}`),
)
export const PRE_COMMIT_FILE = '.pre-commit-config.yaml'

/** Where husky's files are, absolute: it may have any name, in any folder. Undefined where husky is not switched on. */
export function huskyFolder(folder: HooksFolder): string | undefined {
  if (isWrittenByHusky(folder)) return dirname(folder.path)
  return folder.setting !== undefined && basename(folder.path) === '.husky' ? folder.path : undefined
}

/** Whether the folder of hooks is the one that husky makes anew whenever it is run. */
export function isWrittenByHusky({ path, setting }: HooksFolder): boolean {
  return setting !== undefined && basename(path) === '_'
}

/** What the repository uses, by the files it has. */
export async function detectManager({ root, folder, world }: HooksPlace): Promise<ManagerName> {
  const { files } = world
  const has = async (name: string) => (await files.kind(join(root, name))) !== undefined
  if (huskyFolder(folder) !== undefined) return 'husky'
  const packageJson = await packageOf(root, files)
  if ((await has('.husky')) && /"husky"\s*:/.test(packageJson)) return 'husky'
  for (const name of [...LEFTHOOK_FILES, ...LEFTHOOK_OTHERS]) {
    if (await has(name)) return 'lefthook'
  }
  if (await has(PRE_COMMIT_FILE)) return 'pre-commit'
  return /"simple-git-hooks"\s*:\s*\{/.test(packageJson) ? 'simple-git-hooks' : 'native'
}

async function packageOf(root: string, files: World['files']): Promise<string> {
  const bytes = await files.read(join(root, 'package.json'))
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8')
}

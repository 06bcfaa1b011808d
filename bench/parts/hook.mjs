/** What a commit waits for: the hook, over a bare start of Node, and beside the hook of gitleaks. */

import {
  code,
  makeRepository,
  manifest,
  manifests,
  manyKeys,
  POLICY,
  sealedFiles,
  sixteenHundredLines,
  stage,
} from '../git-data.mjs'
import { measure, median } from '../measure.mjs'
import { BARE, BULLA, env, gitleaks } from '../place.mjs'
import { check, describe, ms, row, title } from '../report.mjs'

const ROUNDS = 25

/** The two sizes that have a target of their own. */
export function hook() {
  title('hook: 5 files of 1,600 lines together, and 100 manifests')
  const lines = withStaged('hook-lines', sixteenHundredLines())
  over('5 files, 1,600 lines', lines, 65)
  const keys = withStaged('hook-keys', { ...sixteenHundredLines(), 'config/values.yml': manyKeys() })
  over('the same, 320 of them keys and values', keys, 65)
  const sealed = Object.entries(sealedFiles(110)).slice(100)
  const renamed = Object.fromEntries(sealed.map(([path, text]) => [path.replace('file', 'new'), text]))
  over('100 manifests, 10 of them sealed', withStaged('hook-100', { ...manifests(90, 'new'), ...renamed }), 400)
}

/** More files, at HEAD and staged. */
export function hookSizes() {
  title('hook-sizes: what a commit of some size costs, beside the hook of gitleaks')
  for (const count of [1, 10, 100]) {
    const files = Array.from({ length: count }, (_, index) => [`src/file-${index}.js`, code(10 * index, 40)])
    beside(`${count} files of 40 lines`, withStaged(`hook-${count}-files`, Object.fromEntries(files)))
  }
  beside('5 files, 1,600 lines', withStaged('hook-beside', sixteenHundredLines()))
  const few = withStaged('hook-few', { 'apps/0/app-0.yaml': manifest(1) }, 100)
  const many = withStaged('hook-many', { 'apps/0/app-0.yaml': manifest(1) }, 10_000)
  const [of100 = [], of10000 = []] = measure([hookIn(few), hookIn(many)], ROUNDS)
  row('one file, repository of 100', describe(of100))
  row('one file, repository of 10,000', describe(of10000))
  const more = median(of10000.map(({ wallMs }, index) => wallMs - (of100[index]?.wallMs ?? 0)))
  check('ms more for 10,000 files', more, { most: 5 })
}

/** A repository with a history, sealed files and something staged. @param {string} name @param {import('../git-data.mjs').Files} files @param {number} count */
function withStaged(name, files, count = 200) {
  const cwd = makeRepository(name, [{ '.sops.yaml': POLICY, ...sealedFiles(20), ...manifests(count - 21) }])
  stage(cwd, files)
  return cwd
}

/** @param {string} cwd @returns {import('../measure.mjs').Command} */
function hookIn(cwd) {
  return { name: 'hook', argv: [...BULLA, 'hook', 'run', 'pre-commit'], cwd, env }
}

/** @param {string} name @param {string} cwd @param {number} most - milliseconds more than a bare start */
function over(name, cwd, most) {
  const [bare = [], runs = []] = measure([BARE, hookIn(cwd)], ROUNDS)
  row(name, `${describe(runs)}; ${BARE.name}: ${describe(bare)}`)
  const more = (/** @type {'wallMs' | 'cpuMs'} */ what) =>
    median(runs.map((run, index) => (run[what] ?? Number.NaN) - (bare[index]?.[what] ?? Number.NaN)))
  check('ms over a bare start', more('wallMs'), { most })
  if (!Number.isNaN(more('cpuMs'))) row('', `of CPU time ${ms(more('cpuMs'))}, of all processes`)
}

/** @param {string} name @param {string} cwd */
function beside(name, cwd) {
  const ours = hookIn(cwd)
  if (gitleaks === undefined) return row(name, describe(measure([ours], ROUNDS)[0] ?? []))
  const argv = [gitleaks, 'git', '--pre-commit', '--staged', '--no-banner', '--log-level', 'error', '--exit-code', '0']
  const [first = [], second = []] = measure([ours, { name: 'gitleaks', argv, cwd, env }], ROUNDS)
  row(name, `${describe(first)}; gitleaks: ${describe(second)}`)
  const ratio = median(first.map(({ wallMs }, index) => (second[index]?.wallMs ?? 0) / wallMs))
  check('times faster', ratio, { least: 1 })
}

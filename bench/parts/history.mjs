/** Whole repositories: all their files, and all their commits. */
import { byNumber, code, makeRepository, manifest, manifests, POLICY, sealedFiles } from '../git-data.mjs'
import { measure, median } from '../measure.mjs'
import { BULLA, env, gitleaks } from '../place.mjs'
import { check, compare, describe, row, title } from '../report.mjs'

/** @typedef {import('../git-data.mjs').Files} Files */

/** All files as they stand in the index, each of them sealed. */
export function checkFiles() {
  title('check: 10,000 sealed files')
  const cwd = makeRepository('check', [{ '.sops.yaml': POLICY, ...sealedFiles(10_000) }])
  const command = { name: 'check', argv: [...BULLA, 'check', '--quiet'], cwd, env }
  const cold = { ...command, argv: [...command.argv, '--no-cache'] }
  const [usual = [], alone = [], threads = []] = measure(
    [cold, ...['0', '2'].map((count) => ({ ...cold, env: { ...env, BULLA_THREADS: count } }))],
    5,
  )
  row('without what is remembered', describe(usual))
  row('on one thread', describe(alone))
  row('with two beside it', describe(threads))
  // the warm-up remembers
  row('the same files again', describe(measure([command], 5)[0] ?? []))
}

/** All files as they lie there: more than one thread is worth. */
export function treeOfScan() {
  title('tree: scan of 10,000 files')
  const files = byNumber(10_000, (index) => [
    `src/part-${index % 100}/file-${index}.js`,
    `${code((index * 13) % 1500, 250 + (index % 200))}// ${index}\n`,
  ])
  const cwd = makeRepository('tree', [files])
  const argv = [...BULLA, 'scan', '--no-cache', '--quiet']
  const alone = { name: 'one thread', argv, cwd, env: { ...env, BULLA_THREADS: '0' } }
  compare('as many threads as processors', { name: 'scan', argv, cwd, env }, alone, {}, 5)
}

/** Every commit judged by the policy that it had. */
export function historyOfPolicy() {
  title('policy-history: 50,000 commits')
  const cwd = makeRepository('policy-history', policyCommits(50_000))
  const first = { name: 'check', argv: [...BULLA, 'check', '--no-cache', '--quiet', 'first..HEAD'], cwd, env }
  const [runs = []] = measure([first], 1)
  row('check first..HEAD', describe(runs))
  check('seconds', median(runs.map(({ wallMs }) => wallMs)) / 1000, { most: 10 })
}

/** Everything that was ever committed, scanned: whole files by us, added lines by gitleaks, so what commits do matters. */
export function historyOfScan() {
  title('history: scan of 5,000 commits')
  for (const [name, bringsFiles] of /** @type {const} */ ([
    ['edits, and new files', true],
    ['edits only', false],
  ])) {
    const cwd = makeRepository(`history-${bringsFiles}`, codeCommits(5000, bringsFiles))
    const ours = { name: 'scan --history', argv: [...BULLA, 'scan', '--history', '--no-cache', '--quiet'], cwd, env }
    if (gitleaks === undefined) row(name, describe(measure([ours], 5)[0] ?? []))
    else {
      const argv = [gitleaks, 'git', '--no-banner', '--log-level', 'error', '--exit-code', '0']
      compare(name, ours, { name: 'gitleaks', argv, cwd, env }, { faster: 1 }, 5)
    }
  }
}

/** What a GitOps repository goes through: images that move on, a secret now and then, seldom the policy. @param {number} count @returns {Generator<Files>} */
function* policyCommits(count) {
  const sealed = Object.entries(sealedFiles(100))
  yield { '.sops.yaml': POLICY, ...Object.fromEntries(sealed), ...manifests(500) }
  for (let index = 1; index < count; index += 1) {
    if (index % 1000 === 0) yield { '.sops.yaml': `${POLICY}# ${index}\n` }
    else if (index % 10 === 0) {
      const [path = '', text = ''] = sealed[index % sealed.length] ?? []
      yield { [path]: resealed(text, index) }
    } else {
      const app = index % 500
      const text = manifest(app).replace(/:1\.[0-9.]+/, `:2.${index}`)
      yield { [`apps/${app % 50}/app-${app}.yaml`]: text }
    }
  }
}

/** Another value in the same place. Without a key nobody sees that it is none. @param {string} text @param {number} seed */
function resealed(text, seed) {
  const value = Buffer.from(String(seed).padStart(9, '0')).toString('base64')
  return text.replace(/data:[^,]*/, `data:${value}`)
}

/** Every commit edits a file, and every second one brings a new one, or none does. @param {number} count @param {boolean} bringsFiles @returns {Generator<Files>} */
function* codeCommits(count, bringsFiles) {
  const texts = Array.from({ length: 100 }, (_, index) => code(20 * index, 120))
  yield Object.fromEntries(texts.map((text, index) => [pathOf(index), text]))
  for (let index = 1; index < count; index += 1) {
    const at = (index * 37) % texts.length
    const lines = (texts[at] ?? '').split('\n')
    const drawn = code((index * 7) % 2600, 5 + (index % 3))
    lines.splice((index * 13) % 100, 5, ...drawn.trimEnd().split('\n'))
    texts[at] = lines.join('\n')
    const added =
      bringsFiles && index % 2 === 0 ? { [pathOf(texts.length)]: code((index * 11) % 2600, 60 + (index % 120)) } : {}
    texts.push(...Object.values(added))
    yield { [pathOf(at)]: texts[at] ?? '', ...added }
  }
}

/** @param {number} index */
function pathOf(index) {
  return `src/module-${index % 60}/part-${index}.js`
}

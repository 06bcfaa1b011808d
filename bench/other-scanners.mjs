/** Other scanners over the same files: what is on PATH, and what npm can put into the cache beside the other judges. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { judgesFolder } from '../scripts/judges-folder.mjs'

/** The last that runs on Node 20. */
const SECRETLINT = '11.7.1'

/** @typedef {{ path: string, text: string }} File */

/** @param {string} folder - to write the files to @param {readonly File[]} files @returns {Set<string> | undefined} the files with findings */
export function runGitleaks(folder, files) {
  if (spawnSync('gitleaks', ['version']).status !== 0) return undefined
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const out = join(dirname(folder), 'gitleaks.json')
  const options = ['--exit-code', '0', '--max-decode-depth', '3', '--no-banner', '--log-level', 'error']
  execFileSync('gitleaks', ['dir', '.', ...options, '--report-format', 'json', '--report-path', out], { cwd: folder })
  return new Set(JSON.parse(readFileSync(out, 'utf8')).map((/** @type {any} */ one) => one.File))
}

/** The recommended rules. @param {readonly File[]} files @returns {Promise<Set<string> | undefined>} */
export async function runSecretlint(files) {
  const modules = installSecretlint()
  if (modules === undefined) return undefined
  const { lintSource } = await import(pathToFileURL(join(modules, '@secretlint/core/module/index.js')).href)
  const id = '@secretlint/secretlint-rule-preset-recommend'
  const { creator } = await import(pathToFileURL(join(modules, id, 'module/index.js')).href)
  const found = new Set()
  for (const { path, text } of files) {
    const source = { filePath: `/${path}`, content: text, ext: extname(path), contentType: 'text' }
    const { messages } = await lintSource({
      source,
      options: { config: { rules: [{ id, rule: creator, options: {} }] } },
    })
    if (messages.length > 0) found.add(path)
  }
  return found
}

/** Outside of the repository: it is no dependency. @returns {string | undefined} the folder of its packages */
function installSecretlint() {
  const folder = join(judgesFolder(), `secretlint-${SECRETLINT}`)
  const modules = join(folder, 'node_modules')
  if (existsSync(join(modules, '@secretlint/core'))) return modules
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n')
  const names = ['core', 'secretlint-rule-preset-recommend'].map((name) => `@secretlint/${name}@${SECRETLINT}`)
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...names], {
    cwd: folder,
    timeout: 60_000,
  })
  return status === 0 ? modules : undefined
}

/** The licences of bundled third-party code, from what esbuild says it bundled. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Licences that ask for no more than keeping their text. Another one is a decision for people, so the build stops. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'])
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i

/**
 * @param {string} root
 * @param {readonly import('esbuild').Metafile[]} metafiles
 */
export function noticesFor(root, metafiles) {
  const folders = new Set(metafiles.flatMap((metafile) => bundledFolders(metafile)))
  const sections = [...folders].sort().map((folder) => section(join(root, folder), folder))
  return `bulla contains code of the packages below, under their own licences.\n${sections.join('')}`
}

/** @param {import('esbuild').Metafile} metafile */
function bundledFolders(metafile) {
  const files = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  )
  return files.flatMap((file) => {
    // validators are ajv's code, written into ours
    if (file.startsWith('schema-validator:')) return ['node_modules/ajv']
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)
    return match === null ? [] : [match[0]]
  })
}

/** @param {string} path @param {string} folder */
function section(path, folder) {
  const { name, version, license, repository } = readPackage(path)
  if (!ALLOWED.has(license))
    throw new Error(`${folder}: licence ${license} is not one we may bundle without a decision`)
  const texts = licenceTexts(path) ?? sharedTexts(path)
  if (texts === undefined) throw new Error(`${folder}: no licence text to pass on`)
  const url = urlOf(repository)
  const source = url === undefined ? '' : `\n${url.replace(/^git\+/, '')}`
  return `\n${'-'.repeat(78)}\n${name} ${version} (${license})${source}\n\n${texts.join('\n\n')}\n`
}

/** @param {string} path */
function licenceTexts(path) {
  const files = readdirSync(path).filter((file) => LICENCE_FILE.test(file))
  return files.length === 0 ? undefined : files.sort().map((file) => readFileSync(join(path, file), 'utf8').trim())
}

/**
 * Some packages of a scope come without the text that the others from the same repository, under the same licence, have.
 *
 * @param {string} path
 */
function sharedTexts(path) {
  const { license, repository } = readPackage(path)
  const scope = dirname(path)
  if (!basename(scope).startsWith('@') || urlOf(repository) === undefined) return undefined
  const others = readdirSync(scope).map((name) => join(scope, name))
  const twin = others.sort().find((other) => {
    const found = readPackage(other)
    return found.license === license && urlOf(found.repository) === urlOf(repository) && licenceTexts(other)
  })
  return twin === undefined ? undefined : licenceTexts(twin)
}

/** @param {string} path */
function readPackage(path) {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
}

/** @param {string | { url?: string } | undefined} repository */
function urlOf(repository) {
  return typeof repository === 'string' ? repository : repository?.url
}

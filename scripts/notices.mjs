/** The licences of bundled third-party code, from what esbuild says it bundled. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

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
  const { name, version, license, repository } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  if (!ALLOWED.has(license))
    throw new Error(`${folder}: licence ${license} is not one we may bundle without a decision`)
  const texts = readdirSync(path)
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(path, file), 'utf8').trim())
  if (texts.length === 0) throw new Error(`${folder}: no licence text to pass on`)
  const url = typeof repository === 'string' ? repository : repository?.url
  const source = url === undefined ? '' : `\n${url.replace(/^git\+/, '')}`
  return `\n${'-'.repeat(78)}\n${name} ${version} (${license})${source}\n\n${texts.join('\n\n')}\n`
}

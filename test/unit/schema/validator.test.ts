import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileSchema, schemaValidatorsForEsbuild } from '../../../scripts/schema-validators.mjs'
import { validate as fromVite } from './toy/toy.schema.json?validator'

type Validate = typeof fromVite

let folder: string
let fromEsbuild: Validate

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulla-validator-'))
  const outfile = join(folder, 'toy.mjs')
  await build({
    stdin: { contents: `export { validate } from './toy/toy.schema.json?validator'`, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    plugins: [schemaValidatorsForEsbuild()],
  })
  fromEsbuild = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)).validate
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a schema imported with ?validator', () => {
  const validators: [string, () => Validate][] = [
    ['vitest', () => fromVite],
    ['esbuild', () => fromEsbuild],
  ]

  it.each(validators)('accepts valid data (%s)', (_name, get) => {
    const validate = get()
    expect(validate({ name: 'ok', shape: { sides: 3 }, sizes: [{ a: 1 }, { a: 2 }] })).toBe(true)
    expect(validate.errors).toBeNull()
  })

  it.each(validators)('reports every fault at once, with its place (%s)', (_name, get) => {
    const validate = get()
    expect(validate({ name: '😀', shape: 'square', sizes: [{ a: 1 }, { a: 1 }], extra: 1 })).toBe(false)
    expect(validate.errors?.map(({ keyword, instancePath }) => [keyword, instancePath]).sort()).toEqual([
      ['additionalProperties', ''],
      ['enum', '/shape'],
      ['minLength', '/name'],
      ['uniqueItems', '/sizes'],
    ])
  })

  it('needs no part of the compiler at run time', () => {
    const code = compileSchema(join(import.meta.dirname, 'toy/toy.schema.json'))
    const imported = [...code.matchAll(/^import \w+ from "([^"]+)"$/gm)].map((match) => match[1])
    expect(imported.sort()).toEqual(['ajv/dist/runtime/equal.js', 'ajv/dist/runtime/ucs2length.js'])
    expect(code).not.toContain('require(')
  })

  it('is refused at build time when a keyword is misspelt', async () => {
    const file = join(folder, 'wrong.schema.json')
    await writeFile(file, JSON.stringify({ type: 'object', propertys: {} }))
    expect(() => compileSchema(file)).toThrow(/unknown keyword: "propertys"/)
  })
})

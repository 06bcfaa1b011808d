import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { PACKAGE_FOLDERS } from './helpers/architecture/layers.ts'
import { findBreaches } from './helpers/architecture/rules.ts'

const ROOT = resolve(import.meta.dirname, '..')

describe('the layers of src', () => {
  it('hold: imports, access to the world, packages, no circles', async () => {
    expect(await findBreaches(readSources())).toEqual([])
  })

  it('name only packages that are here', () => {
    expect(Object.keys(packageJson.devDependencies)).toEqual(expect.arrayContaining(Object.keys(PACKAGE_FOLDERS)))
  })
})

describe('the check of the layers', () => {
  const errors = { 'src/errors.ts': 'export class E extends Error {}' }
  const tree = { 'src/format/tree.ts': 'export interface Tree { a: 1 }\nexport const tree = 1' }

  const allowed: [string, Record<string, string>][] = [
    ['a lower layer', { ...errors, 'src/format/a.ts': `import { E } from '../errors.ts'\nexport const e = new E()` }],
    ['its own layer', { ...tree, 'src/format/a.ts': `export { tree } from './tree.ts'` }],
    [
      'types where the table says so',
      { ...tree, 'src/cli/a.ts': `import type { Tree } from '../format/tree.ts'\nexport type A = Tree` },
    ],
    ['a pure part of Node', { 'src/crypto/a.ts': `import { createHash } from 'node:crypto'\ncreateHash('sha512')` }],
    [
      'a package in its folder',
      { 'src/keys/age/a.ts': `export async function f() { return import('age-encryption') }` },
    ],
    [
      'a validator in schema',
      { 'src/schema/a.ts': `export { validate } from '../../schemas/a.schema.json?validator'` },
    ],
    [
      'the network in a client',
      { 'src/keys/aws-kms/client.ts': `import 'node:https'\nexport const f = () => fetch('https://a')` },
    ],
    [
      'dates that compute',
      { 'src/format/a.ts': `export const f = (a: string) => [new Date(a), Date.parse(a), new Date(a).toISOString()]` },
    ],
    [
      'what only looks like a breach',
      {
        'src/format/a.ts': [
          `// import fs from 'node:fs'; process.exit(); Date.now()`,
          `/** {@link console.log} */`,
          `export const text = 'process.env console.log(Math.random())'`,
          `export const pattern = /\\/\\*process/`,
          `export function f(process: { fetch(): void }, console: number) { process.fetch(); return console }`,
          `export interface A { process: string; fetch(): void }`,
        ].join('\n'),
      },
    ],
    [
      'everything in wire',
      {
        ...tree,
        'src/git/a.ts': 'export const git = 1',
        'src/cli/wire.ts': `export { git } from '../git/a.ts'\nexport { tree } from '../format/tree.ts'\nimport 'node:fs'`,
      },
    ],
  ]

  it.each(allowed)('lets pass: %s', async (_name, sources) => {
    expect(await findBreaches(new Map(Object.entries(sources)))).toEqual([])
  })

  const refused: [string, Record<string, string>, string][] = [
    [
      'a higher layer',
      { ...tree, 'src/errors.ts': `import { tree } from './format/tree.ts'\nexport const e = tree` },
      'src/errors.ts (errors) imports src/format/tree.ts (format)',
    ],
    [
      'a higher layer, in a dynamic import',
      { 'src/cli/a.ts': 'export const a = 1', 'src/operations/b.ts': `export const f = () => import('../cli/a.ts')` },
      'src/operations/b.ts (operations) imports src/cli/a.ts (cli)',
    ],
    [
      'a higher layer, types only',
      {
        'src/keys/k.ts': 'export type K = 1',
        'src/format/b.ts': `import type { K } from '../keys/k.ts'\nexport type B = K`,
      },
      'src/format/b.ts (format) imports types of src/keys/k.ts (keys)',
    ],
    [
      'a higher layer, over several lines',
      {
        'src/keys/k.ts': 'export type K = 1',
        'src/format/b.ts': `import type {\n  K,\n} from '../keys/k.ts'\nexport type B = K`,
      },
      'src/format/b.ts (format) imports types of src/keys/k.ts (keys)',
    ],
    [
      'a higher layer, re-exported types',
      { 'src/keys/k.ts': 'export type K = 1', 'src/format/b.ts': `export type { K } from '../keys/k.ts'` },
      'src/format/b.ts (format) imports types of src/keys/k.ts (keys)',
    ],
    [
      'a higher layer, named in a type',
      { 'src/keys/k.ts': 'export type K = 1', 'src/format/b.ts': `export type B = import('../keys/k.ts').K` },
      'src/format/b.ts (format) imports types of src/keys/k.ts (keys)',
    ],
    [
      'values where only types may',
      { ...tree, 'src/cli/a.ts': `import { tree } from '../format/tree.ts'\nexport const a = tree` },
      'src/cli/a.ts (cli) imports src/format/tree.ts (format)',
    ],
    [
      'inline types, whose import stays at run time',
      { ...tree, 'src/cli/a.ts': `import { type Tree } from '../format/tree.ts'\nexport type A = Tree` },
      'src/cli/a.ts (cli) imports src/format/tree.ts (format)',
    ],
    [
      'wire in a command',
      {
        'src/cli/wire.ts': 'export const wire = 1',
        'src/cli/a.ts': `import { wire } from './wire.ts'\nexport const a = wire`,
      },
      'src/cli/a.ts (cli) imports src/cli/wire.ts (wire)',
    ],
    [
      'platform in an operation',
      {
        'src/platform/p.ts': 'export const p = 1',
        'src/operations/o.ts': `import { p } from '../platform/p.ts'\nexport const o = p`,
      },
      'src/operations/o.ts (operations) imports src/platform/p.ts (platform)',
    ],
    [
      'the file system',
      { 'src/format/a.ts': `import { readFileSync } from 'node:fs'\nreadFileSync('a')` },
      'src/format/a.ts (format) imports node:fs',
    ],
    [
      'the file system without its prefix',
      { 'src/config/a.ts': `import { readFile } from 'fs/promises'\nreadFile('a')` },
      'src/config/a.ts (config) imports node:fs/promises',
    ],
    [
      'the file system in a command',
      { 'src/cli/a.ts': `import { readFileSync } from 'node:fs'\nreadFileSync('a')` },
      'src/cli/a.ts (cli) imports node:fs',
    ],
    [
      'the network outside a client',
      { 'src/keys/aws-kms/keys.ts': `import 'node:https'` },
      'src/keys/aws-kms/keys.ts (keys) imports node:https',
    ],
    [
      'a package outside its folder',
      { 'src/keys/a.ts': `import * as age from 'age-encryption'\nexport const a = age` },
      'src/keys/a.ts imports age-encryption; only src/keys/age/ may',
    ],
    [
      'a package nobody placed',
      { 'src/format/a.ts': `import left from '@left/pad/sub'\nexport const a = left` },
      'src/format/a.ts imports @left/pad, which has no folder in the table',
    ],
    [
      'a validator elsewhere',
      { 'src/config/a.ts': `export { validate } from '../../schemas/a.schema.json?validator'` },
      'src/config/a.ts imports a validator; only src/schema/ may',
    ],
    [
      'a file outside src',
      { 'src/format/a.ts': `import p from '../../package.json'\nexport const a = p` },
      'src/format/a.ts imports ../../package.json, which is not in src',
    ],
    ['a file in no layer', { 'src/utils/a.ts': 'export const a = 1' }, 'src/utils/a.ts belongs to no layer'],
    ['a file beside the layers', { 'src/helpers.ts': 'export const a = 1' }, 'src/helpers.ts belongs to no layer'],
    [
      'a computed import',
      { 'src/format/a.ts': 'export const f = (a: string) => import(a)' },
      'src/format/a.ts computes what it imports',
    ],
    [
      'the environment',
      { 'src/format/a.ts': `export const a = process.env['A']` },
      'src/format/a.ts (format) uses process',
    ],
    ['the console', { 'src/operations/a.ts': `console.log('a')` }, 'src/operations/a.ts (operations) uses console'],
    ['the clock', { 'src/crypto/a.ts': 'export const a = Date.now()' }, 'src/crypto/a.ts (crypto) uses Date'],
    [
      'the clock as a new date',
      { 'src/crypto/a.ts': 'export const a = new Date()' },
      'src/crypto/a.ts (crypto) uses Date',
    ],
    [
      'the clock as a new date without brackets',
      { 'src/crypto/a.ts': 'export const a = new Date' },
      'src/crypto/a.ts (crypto) uses Date',
    ],
    ['the clock as a text', { 'src/crypto/a.ts': 'export const a = Date()' }, 'src/crypto/a.ts (crypto) uses Date'],
    [
      'the clock by a detour',
      { 'src/crypto/a.ts': 'export const a = globalThis.performance.now()' },
      'src/crypto/a.ts (crypto) uses globalThis',
    ],
    ['randomness', { 'src/keys/a.ts': 'export const a = Math.random()' }, 'src/keys/a.ts (keys) uses Math.random'],
    ['fetch', { 'src/keys/a.ts': `export const a = fetch('https://a')` }, 'src/keys/a.ts (keys) uses fetch'],
    [
      'a circle',
      {
        'src/format/a.ts': `import './b.ts'`,
        'src/format/b.ts': `import './c.ts'`,
        'src/format/c.ts': `import './b.ts'`,
      },
      'circle: src/format/b.ts -> src/format/c.ts -> src/format/b.ts',
    ],
    [
      'a circle of types',
      {
        'src/format/a.ts': `import type { B } from './b.ts'\nexport type A = B`,
        'src/format/b.ts': `import type { A } from './a.ts'\nexport type B = A | 1`,
      },
      'circle: src/format/a.ts -> src/format/b.ts -> src/format/a.ts',
    ],
  ]

  it.each(refused)('refuses: %s', async (_name, sources, breach) => {
    expect(await findBreaches(new Map(Object.entries(sources)))).toEqual([breach])
  })
})

function readSources(): Map<string, string> {
  const names = readdirSync(join(ROOT, 'src'), { encoding: 'utf8', recursive: true })
  const files = names.map((name) => `src/${name.replaceAll('\\', '/')}`)
  const modules = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  return new Map(modules.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
}

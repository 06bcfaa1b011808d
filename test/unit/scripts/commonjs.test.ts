import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packCommonJs } from '../../../scripts/commonjs.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-pack-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function pack(
  sources: Record<string, string>,
  together = /^(?!cold)/,
  {
    entries = { main: 'main.ts' },
    alone = {},
  }: Partial<Pick<Parameters<typeof packCommonJs>[0], 'entries' | 'alone'>> = {},
) {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text)
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: Object.values(entries),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    metafile: true,
    write: false,
  })
  return packCommonJs({ files: outputFiles, metafile, entries, together, alone })
}

/** What the packed program prints. @param start - gets what program.cjs evaluates to as `program` */
function run(
  { program, chunks }: Pick<Awaited<ReturnType<typeof pack>>, 'program' | 'chunks'>,
  call = 'program(require, __filename)',
): string {
  const files = chunks.map(({ name, contents }) => [`chunks/${name}`, contents] as const)
  const start = `const program = require('node:vm').runInThisContext(require('node:fs').readFileSync(__dirname + '/program.cjs', 'latin1'));${call}`
  for (const [name, contents] of [['program.cjs', program], ['main.cjs', start], ...files] as const) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), contents)
  }
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'main.cjs')], { encoding: 'utf8' })
  return stdout + stderr
}

describe('the program of CommonJS chunks', () => {
  it('runs chunks on demand, once, whether packed or in files of their own', async () => {
    const packed = await pack({
      'main.ts': `import { shared } from './shared.ts'
        async function main() {
          const [hot, cold] = [await import('./hot.ts'), await import('./cold.ts')]
          console.log(shared.count, hot.run(), cold.run(), cold.default, shared.count)
        }
        void main()`,
      'shared.ts': `console.log('shared'); export const shared = { count: 0 }`,
      'hot.ts': `import { shared } from './shared.ts'; export { shared }; export const run = () => 'hot' + ++shared.count`,
      'cold.ts': `import { shared } from './shared.ts'; export function run() { return 'cold' + ++shared.count }; export default 'größe'`,
    })
    expect(run(packed)).toBe('shared\n0 hot1 cold2 größe 2\n')
    expect(packed.chunks.map(({ name }) => name.replace(/-.*/, ''))).toEqual(['cold'])
    expect(Buffer.from(packed.program, 'utf8').equals(Buffer.from(packed.program, 'latin1'))).toBe(true)
  })

  it('leaves what cannot do without other sources in a file of its own', async () => {
    const packed = await pack({
      'main.ts': `import('./other.ts').then((other) => console.log(other.run()))`,
      'other.ts': `import { cold } from './cold.ts'; export const run = () => cold`,
      'cold.ts': `export const cold = 'cold'`,
    })
    expect(run(packed)).toBe('cold\n')
    expect(packed.chunks.map(({ name }) => name.replace(/-.*/, ''))).toEqual(['other'])
  })

  it('keeps bindings live that change after their declaration', async () => {
    const packed = await pack({
      'main.ts': `import('./counter.ts').then((counter) => { counter.add(); import('./other.ts').then((other) => console.log(counter.total, counter.later(), other.seen())) })`,
      'counter.ts': `export let total = 1; export function add() { total += 1 }; export let later: () => string; later = () => 'set'`,
      'other.ts': `import { total } from './counter.ts'; export const seen = () => total`,
    })
    expect(run(packed)).toBe('2 set 2\n')
  })

  it('sets exports as plain values, so that calls between chunks cost nothing', async () => {
    const { program } = await pack({
      'main.ts': `import('./hot.ts')`,
      'hot.ts': `export class Stays {}; export const run = () => 1; export function also() {}`,
    })
    expect(program).toMatch(/module\.exports=\{__esModule:!0,Stays:\w+,also:\w+,run:\w+\}/)
  })

  it('has a program of its own for a start, which takes the rest from the other one', async () => {
    const sources = {
      'main.ts': `import('./shared.ts').then(({ shared }) => console.log('main', shared.count))`,
      'quick.ts': `import { shared } from './shared.ts'
        async function quick() {
          const { near } = await import('./near.ts')
          const { cold } = await import('./cold.ts')
          console.log('quick', shared.count, near(), cold)
          const { far } = await import('./far.ts')
          console.log(far(), shared.count)
        }
        void quick()`,
      'near.ts': `import { shared } from './shared.ts'; export const near = () => ++shared.count`,
      'far.ts': `import { shared } from './shared.ts'; export const far = () => ++shared.count + 'far'`,
      'cold.ts': `export const cold = 'cold'`,
      'shared.ts': `export const shared = { count: 0 }`,
    }
    const entries = { main: 'main.ts', quick: 'quick.ts' }
    const packed = await pack(sources, /^(?!cold)/, { entries, alone: { quick: ['near.ts'] } })
    expect(run(packed)).toBe('main 0\n')
    const { quick = '' } = packed.alone
    expect([quick.includes('near'), quick.includes("'far'")]).toEqual([true, false])
    const others = `const others = () => (console.log('others'), program(require, __filename, null))`
    const start = `require('node:vm').runInThisContext(${JSON.stringify(quick)})(require, __filename, 'quick', others)`
    expect(run(packed, `${others};${start}`)).toBe('quick 0 1 cold\nothers\n2far 2\n')
  })

  it('loads node:crypto when it is used, and not before', async () => {
    const packed = await pack({
      'main.ts': `import { createHash, randomBytes } from 'node:crypto'
        const isLoaded = () => process.moduleLoadList.includes('NativeModule crypto')
        const before = isLoaded()
        console.log(before, createHash('sha256').update('').digest('hex').slice(0, 4), randomBytes(2).length, isLoaded())`,
    })
    expect(run(packed)).toBe('false e3b0 2 true\n')
  })

  it('tells a bundled package where it is', async () => {
    const packed = await pack({ 'main.ts': `console.log(import.meta.url.startsWith('file://'))` })
    expect(run(packed)).toBe('true\n')
  })
})

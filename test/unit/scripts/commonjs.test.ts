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

async function pack(sources: Record<string, string>, together = /^(?!cold)/) {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text)
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['main.ts'],
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
  return packCommonJs({ files: outputFiles, metafile, entries: { main: 'main.ts' }, together })
}

/** What the packed program prints. */
function run({ program, chunks }: Awaited<ReturnType<typeof pack>>): string {
  const files = chunks.map(({ name, contents }) => [`chunks/${name}`, contents] as const)
  const start = `require('node:vm').runInThisContext(require('node:fs').readFileSync(__dirname + '/program.cjs', 'latin1'))(require, __filename)`
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

  it('tells a bundled package where it is', async () => {
    const packed = await pack({ 'main.ts': `console.log(import.meta.url.startsWith('file://'))` })
    expect(run(packed)).toBe('true\n')
  })
})

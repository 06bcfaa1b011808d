import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FileError } from '../../../../src/errors.ts'
import { CleanBlobs } from '../../../../src/operations/cache/clean-blobs.ts'
import { judgeTree } from '../../../../src/operations/judge/judge-files.ts'
import type { JudgedFile, JudgedTree } from '../../../../src/operations/judge/tree-port.ts'
import type { FileSystem } from '../../../../src/operations/ports.ts'
import { treeScanner } from '../../../../src/operations/scan/scan-file.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

const PLACE = '/repo/.git/bulla/clean-blobs'

/** Keeps bytes as they are. */
function disk(): { readonly files: FileSystem; readonly contents: Map<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>()
  const files: FileSystem = {
    ...memoryFiles({}),
    read: async (path) => contents.get(path),
    write: async ({ path, bytes }) => {
      contents.set(path, bytes)
    },
  }
  return { files, contents }
}

const load = (files: FileSystem, tool = '1') => CleanBlobs.load('/repo/.git', files, tool)

async function withOne(tool = '1') {
  const { files, contents } = disk()
  const clean = await load(files, tool)
  clean.under('scan', 'rules').add('blob', 'a.env', 'id')
  await clean.settle()
  return { files, contents }
}

describe('what was found clean', () => {
  it('is known again, for the same build, rules, path and content alone', async () => {
    const { files } = await withOne()
    const again = await load(files)
    expect(again.under('scan', 'rules').has('blob', 'a.env', 'id')).toBe(true)
    expect(again.under('scan', 'rules').has('blob', 'b.env', 'id')).toBe(false)
    expect(again.under('scan', 'rules').has('blob', 'a.env', 'other')).toBe(false)
    expect(again.under('scan', 'other').has('blob', 'a.env', 'id')).toBe(false)
    // where one part ends is a part of it
    expect(again.under('scanrules', '').has('blob', 'a.env', 'id')).toBe(false)
    expect(again.under('scan', 'rules').has('bloba', '.env', 'id')).toBe(false)
    expect((await load(files, '2')).under('scan', 'rules').has('blob', 'a.env', 'id')).toBe(false)
  })

  it('is not believed after any change of its file', async () => {
    const { files, contents } = await withOne()
    const good = contents.get(PLACE) ?? new Uint8Array()
    for (let index = 0; index < good.length; index += 1) {
      const bad = Uint8Array.from(good)
      bad[index] = (bad[index] ?? 0) ^ 1
      contents.set(PLACE, bad)
      expect((await load(files)).under('scan', 'rules').has('blob', 'a.env', 'id')).toBe(false)
      contents.set(PLACE, good.subarray(0, index))
      expect((await load(files)).under('scan', 'rules').has('blob', 'a.env', 'id')).toBe(false)
    }
  })

  it('stays small: what was asked for last is kept', async () => {
    const { files, contents } = disk()
    const body = Buffer.alloc(200_000 * 15, 7)
    for (let index = 0; index < 200_000; index += 1) body.writeUInt32BE(index, index * 15)
    const sum = createHash('sha256').update(body).digest()
    contents.set(PLACE, Buffer.concat([Buffer.from('bulla clean blobs 1\n'), sum, body]))
    const clean = await load(files)
    clean.under('scan').add('blob', 'a.env', 'id')
    await clean.settle()
    expect(contents.get(PLACE)?.length).toBe(20 + 32 + body.length)
    expect((await load(files)).under('scan').has('blob', 'a.env', 'id')).toBe(true)
  })

  it('is not written when nothing is new, and a folder that cannot be written to is no error', async () => {
    const { files, contents } = disk()
    const clean = await load(files)
    clean.under('scan').has('blob', 'a.env', 'id')
    await clean.settle()
    expect(contents.size).toBe(0)
    const refuse = async () => {
      throw new FileError('ERR_WRITE', 'no')
    }
    const readOnly = await load({ ...files, write: refuse, read: refuse })
    readOnly.under('scan').add('blob', 'a.env', 'id')
    await expect(readOnly.settle()).resolves.toBeUndefined()
  })
})

describe('judging files that were clean', () => {
  const RULE =
    'creation_rules:\n  - path_regex: ^secrets/\n    age: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n'

  /** A tree that tells which contents were asked for. */
  function treeOf(texts: Readonly<Record<string, string>>) {
    const asked: string[] = []
    const bytesOf = (path: string) => (texts[path] === undefined ? undefined : Buffer.from(texts[path]))
    const tree: JudgedTree = {
      read: async (paths) =>
        new Map(paths.flatMap((path) => (bytesOf(path) ? [[path, bytesOf(path) ?? Buffer.alloc(0)]] : []))),
      filesIn: async () => new Map(),
      async *contents(files) {
        for (const file of files) {
          asked.push(file.path)
          yield { file, bytes: bytesOf(file.path) }
        }
      },
    }
    const files: JudgedFile[] = Object.entries(texts).map(([path, text]) => ({ path, mode: '100644', id: text }))
    return { tree, files, asked }
  }

  async function judge(files: FileSystem, texts: Readonly<Record<string, string>>) {
    const { tree, files: all, asked } = treeOf(texts)
    const clean = await load(files)
    const options = { isStrict: false, today: () => '2026-11-23', scanner: treeScanner(), clean }
    const { findings } = await judgeTree(all, tree, options)
    await clean.settle()
    return { asked, rules: findings.map(({ rule, file }) => `${rule} ${file}`) }
  }

  it('reads only what is new, and what something was told of', async () => {
    const { files } = disk()
    const texts = {
      'a.txt': 'a\n',
      'b.txt': '-----BEGIN AGE ENCRYPTED',
      'secrets/x.yaml': 'a: b\n',
      '.sops.yaml': RULE,
    }
    const first = await judge(files, texts)
    expect(first).toEqual({ asked: Object.keys(texts), rules: ['unsealed-file secrets/x.yaml'] })
    expect(await judge(files, texts)).toEqual({ asked: ['secrets/x.yaml'], rules: first.rules })
    expect((await judge(files, { ...texts, 'a.txt': 'changed\n' })).asked).toEqual(['a.txt', 'secrets/x.yaml'])
  })

  it('tells of a policy that cannot be read each time', async () => {
    const { files } = disk()
    const texts = { 'a.txt': 'a\n', 'sub/b.txt': 'b\n', 'sub/.sops.yaml': 'creation_rules: [\n' }
    const first = await judge(files, texts)
    expect(first.rules).toEqual(['policy-broken sub/.sops.yaml'])
    expect(await judge(files, texts)).toEqual({ asked: ['sub/b.txt', 'sub/.sops.yaml'], rules: first.rules })
  })

  it('judges again under another policy, other rules, and beside another file', async () => {
    const { files } = disk()
    const texts = { 'other/x.yaml': 'a: b\n', 'x.dec.yaml': 'a: b\n', '.sops.yaml': RULE }
    expect((await judge(files, texts)).rules).toEqual([])
    expect((await judge(files, texts)).asked).toEqual([])
    const wider = { ...texts, '.sops.yaml': RULE.replace('secrets', 'other') }
    expect((await judge(files, wider)).rules).toEqual(['unsealed-file other/x.yaml'])
    const nearer = { ...texts, 'other/.sops.yaml': RULE.replace('^secrets/', '.') }
    expect((await judge(files, nearer)).rules).toEqual(['unsealed-file other/x.yaml'])
    const more = { ...texts, '.gitleaks.toml': "[[rules]]\nid = 'x'\nregex = '''a: b'''\n" }
    expect((await judge(files, more)).rules.sort()).toEqual(['gitleaks-x other/x.yaml', 'gitleaks-x x.dec.yaml'])
    const sealed = 'a: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\nsops:\n    lastmodified: x\n'
    expect((await judge(files, { ...texts, 'x.yaml': sealed })).rules).toContain('decrypted-leftover x.dec.yaml')
  })
})

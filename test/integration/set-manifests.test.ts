import { beforeAll, describe, expect, it } from 'vitest'
import { isBullaError } from '../../src/errors.ts'
import { decodeText } from '../../src/format/text.ts'
import type { Node } from '../../src/format/tree.ts'
import type { World } from '../../src/operations/ports.ts'
import type { SealKey } from '../../src/operations/seal.ts'
import { parseJsonValue } from '../../src/operations/values/json-value.ts'
import { setValue, unsetValue } from '../../src/operations/values/set.ts'
import { nodeAt } from '../../src/operations/values/tree-change.ts'
import { showPath } from '../../src/operations/values/tree-path.ts'
import { manifests } from '../helpers/corpora.ts'
import { lineChanges } from '../helpers/line-changes.ts'
import { memoryFiles } from '../helpers/memory-files.ts'
import { memoryRecipients } from '../helpers/memory-recipients.ts'
import { random } from '../helpers/random.ts'
import { open, sealKey, sealWith, sharedKeyring, storeOf } from '../helpers/sealing.ts'

/** Path of the first text of a document. */
function firstText(node: Node, steps: readonly (string | number)[] = []): readonly (string | number)[] | undefined {
  if (node.kind === 'scalar') return node.type === 'str' && node.value !== '' ? steps : undefined
  if (node.kind === 'null') return undefined
  let position = 0
  for (const item of node.items) {
    if (item.kind === 'comment') continue
    const found =
      item.kind === 'entry' ? firstText(item.value, [...steps, item.key]) : firstText(item, [...steps, position++])
    if (found !== undefined) return found
  }
  return undefined
}

/** On how many lines the value at `steps` stands. */
function linesOf(root: Node | undefined, steps: readonly (string | number)[], text: string): number {
  const node = root === undefined ? undefined : nodeAt(root, { steps, countsComments: false })
  const place = node?.kind === 'scalar' ? node.place : undefined
  return place === undefined ? 0 : text.slice(place.start, place.end).split('\n').length
}

describe('set on real files', () => {
  const key: Partial<Record<string, SealKey>> = {}
  beforeAll(async () => {
    for (const name of ['yaml', 'json', 'dotenv', 'ini'] as const) key[name] = await sealKey(name)
  })

  it.each(manifests().map((file) => [file.name, file] as const))('%s', async (_name, { name, store: type, bytes }) => {
    const store = await storeOf(type)
    const used = key[type]
    if (used === undefined) throw new Error('no key for this format')
    const sealed = decodeText((await sealWith(used, bytes, type)).bytes)
    const plain = (await open(sealed, type)).text
    const steps = store.parse(plain).documents.map((root) => firstText(root))[0]
    if (steps === undefined) return
    const files = memoryFiles({ [`/${name}`]: sealed })
    const world: World = {
      ...{ files, random, keyring: sharedKeyring(['alice']), configPath: undefined, cwd: '/' },
      recipients: async () => memoryRecipients({}),
      ...{
        git: { committedVersions: async () => new Map() },
        progress: { update: () => undefined, finish: () => undefined },
      },
      ...{ now: () => '2026-02-03T04:05:06Z', confirm: async () => undefined },
    }
    const options = { file: `/${name}`, inputType: type }
    const now = () => files.contents.get(`/${name}`) ?? ''
    try {
      await setValue({ ...options, path: showPath(steps), value: async () => parseJsonValue('"another one"') }, world)
    } catch (error) {
      // what an alias repeats is not changed in two places
      expect(isBullaError(error) && error.message).toContain('alias')
      return
    }
    expect(files.written.length).toBe(1)
    const opened = (await open(now(), type)).text
    expect(opened).toContain('another one')
    // every line that differs, in the sealed text as in the plain one, is of the value or of the metadata
    expect(lineChanges(plain, opened).gone.length).toBeLessThanOrEqual(
      linesOf(store.parse(plain).documents[0], steps, plain),
    )
    const metadata = type === 'yaml' || type === 'json' ? 2 * store.parse(plain).documents.length : 2
    expect(lineChanges(sealed, now()).gone.length).toBeLessThanOrEqual(
      metadata + linesOf(store.parse(sealed).documents[0], steps, sealed),
    )
    // a new key comes and goes without a trace
    const added = type === 'ini' ? [steps[0] ?? '', 'zz_new'] : ['zz_new']
    await setValue({ ...options, path: showPath(added), value: async () => parseJsonValue('"v"') }, world)
    await unsetValue({ ...options, path: showPath(added) }, world)
    expect((await open(now(), type)).text).toBe(opened)
  })
})

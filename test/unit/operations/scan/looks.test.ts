import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { look } from '../../../../src/operations/scan/look.ts'
import { looksOf } from '../../../../src/operations/scan/looks.ts'
import type { Spotted } from '../../../../src/operations/scan/scan-file.ts'
import type { NamedText, TextPool } from '../../../../src/operations/texts/text-pool.ts'
import { dice } from '../../../helpers/credentials/draw.ts'
import { withChecksum } from '../../../helpers/credentials/kinds.ts'

type Found = readonly Spotted[]

const TOOLS = { known: undefined, settings: { rules: [], rulesId: '' } }
const TOKEN = withChecksum('ghp_', dice(31))
/** No text, and enough to begin with threads. */
const MUCH: NamedText = { path: 'much', bytes: new Uint8Array(2 * 1024 * 1024) }
/** More than what threads get at once, so that each text behind it is handed over alone. */
const BULK = 300 * 1024

function textOf(index: number, tokenCount: number): NamedText {
  const bytes = Buffer.alloc(BULK, 'x\n')
  bytes.write(Array.from({ length: tokenCount }, (_, at) => `TOKEN_${at}=${TOKEN}\n`).join(''))
  return { path: `file-${index}.env`, bytes }
}

type Way = 'now' | 'later' | 'no room'

/** Threads that answer at once, or when the test says so. */
function poolOf(ways: readonly Way[]): TextPool<Found> & { readonly closed: () => boolean } {
  let [index, isClosed] = [0, false]
  let late: Promise<unknown> = Promise.resolve()
  return {
    offer: async (texts) => {
      const way = ways[index++ % Math.max(ways.length, 1)] ?? 'now'
      if (way === 'no room') return undefined
      const all = (): Promise<readonly Found[]> => Promise.all(texts.map((text) => look(text, TOOLS)))
      if (way === 'now') return { found: all() }
      late = late.then(() => new Promise((resolve) => setImmediate(resolve)))
      return { found: late.then(all) }
    },
    close: () => {
      isClosed = true
    },
    closed: () => isClosed,
  }
}

async function tellAll(texts: readonly NamedText[], pool?: TextPool<Found>): Promise<string[]> {
  const looks = looksOf({ ...TOOLS, ...(pool === undefined ? {} : { threads: { start: async () => pool } }) }, 1)
  const told: string[] = []
  try {
    for (const text of [MUCH, ...texts]) {
      await looks.add(text, 0.01, async (found) => {
        told.push(`${text.path} ${found.map(({ finding }) => finding.line).join()}`)
      })
    }
    await looks.finish()
  } finally {
    looks.close()
  }
  return told
}

/** The first answer is of this kind, all texts are clean. */
function answering(found: () => Promise<readonly Found[]>): TextPool<Found> {
  return { offer: async () => ({ found: found() }), close: () => undefined }
}

describe('looks into many texts', () => {
  it('tell the same in the same order, whoever looks and however late', async () => {
    const ways = fc.array(fc.constantFrom<Way>('now', 'later', 'no room'), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 12 }), ways, async (counts, given) => {
        const texts = counts.map((count, index) => textOf(index, count))
        const pool = poolOf(given)
        expect(await tellAll(texts, pool)).toEqual(await tellAll(texts))
        expect(pool.closed()).toBe(true)
      }),
      { numRuns: process.env['SLOW'] === undefined ? 15 : 500 },
    )
  })

  it('begin with threads only for what repays their start', async () => {
    let count = 0
    const start = async () => {
      count += 1
      return undefined
    }
    const looks = looksOf({ ...TOOLS, threads: { start } }, 1)
    await looks.add(textOf(0, 0), 0.001, async () => undefined)
    await looks.add(MUCH, 0.5, async () => undefined)
    expect(count).toBe(0)
    await looks.add(MUCH, 0.1, async () => undefined)
    await looks.finish()
    expect(count).toBe(1)
  })

  it('fail when a thread ends, and tell nothing of what it was given', async () => {
    const gone = new Error('gone')
    await expect(
      tellAll(
        [textOf(0, 0)],
        answering(() => Promise.reject(gone)),
      ),
    ).rejects.toBe(gone)
  })

  it('fail when a thread tells of fewer texts than it was given', async () => {
    await expect(
      tellAll(
        [textOf(0, 0)],
        answering(async () => []),
      ),
    ).rejects.toThrow('other texts')
  })
})

import { describe, expect, it } from 'vitest'
import type { CleanKind } from '../../../../../src/operations/judge/clean-files.ts'
import { Sieve } from '../../../../../src/operations/judge/sieve/sieve.ts'
import { SievedTexts } from '../../../../../src/operations/judge/sieve/sieved-texts.ts'
import { readSettings } from '../../../../../src/operations/judge/surroundings/judge-settings.ts'
import type { JudgedFile } from '../../../../../src/operations/judge/tree-port.ts'
import { treeScanner } from '../../../../../src/operations/scan/scan-file.ts'
import type { NamedText } from '../../../../../src/operations/texts/text-pool.ts'
import { dice } from '../../../../helpers/credentials/draw.ts'
import { withChecksum } from '../../../../helpers/credentials/kinds.ts'

const TOKEN = withChecksum('ghp_', dice(77))
const [CLEAN, FOUND] = ['a: b\n'.repeat(2000), `token: ${TOKEN}\n`.padEnd(10_000, '#\n')]
/** So much that threads are worth it, before they were asked for anything. */
const MUCH = 'x\n'.repeat(512 * 1024)
const HARDLY = 0.01

interface Added extends Partial<Pick<JudgedFile, 'mode' | 'path'>> {
  readonly text: string | undefined
}

/** What is told of files, and which of them threads were given. */
async function sieved(files: readonly Added[], siblings: readonly string[] = []) {
  const scanner = treeScanner()
  const settings = await readSettings({ contents: new Map(), scope: 'tree', today: () => '2026-01-02' })
  const given: string[] = []
  const told: string[] = []
  let isClosed = false
  const sieve = new Sieve({ policies: new Map(), rules: [], minVersion: undefined, scanner })
  const kinds = async (texts: readonly NamedText[]) => {
    const found: (CleanKind | undefined)[] = []
    for (const text of texts) found.push(await sieve.kindOf(text))
    return found
  }
  const pool = {
    offer: async (texts: readonly NamedText[]) => {
      given.push(...texts.map(({ path }) => path))
      return { found: kinds(texts) }
    },
    close: () => {
      isClosed = true
    },
  }
  const texts = new SievedTexts({
    ...{ scanner, settings, policies: new Map() },
    threads: { start: async () => pool },
    siblings: new Map(siblings.map((path) => [path, new Uint8Array()])),
  })
  for (const [index, { text, mode = '100644', path = `f/${index}.txt` }] of [{ text: MUCH }, ...files].entries()) {
    const bytes = text === undefined ? undefined : Buffer.from(text)
    await texts.add({ file: { path, mode, id: '' }, bytes }, HARDLY, async (kind) => {
      told.push(`${path} ${kind}`)
    })
  }
  await texts.finish()
  return { given, told, isClosed }
}

describe('texts that threads sieve', () => {
  it('are told in their order, those that are not clean as to be judged', async () => {
    const { told } = await sieved([{ text: CLEAN }, { text: FOUND }, { text: undefined }, { text: CLEAN }])
    expect(told).toEqual([
      'f/0.txt undefined',
      'f/1.txt plain',
      'f/2.txt undefined',
      'f/3.txt undefined',
      'f/4.txt plain',
    ])
  })

  it('are no links, and nothing about which other files decide', async () => {
    const { given, told } = await sieved(
      [
        { text: CLEAN },
        { text: CLEAN, mode: '120000' },
        { text: CLEAN, path: 'f/a.dec.yaml' },
        { text: CLEAN, path: 'f/b.dec.yaml' },
      ],
      ['f/a.yaml'],
    )
    expect(given).toEqual(['f/1.txt', 'f/b.dec.yaml'])
    expect(told.slice(1)).toEqual([
      'f/1.txt plain',
      'f/2.txt undefined',
      'f/a.dec.yaml undefined',
      'f/b.dec.yaml plain',
    ])
  })

  it('go to no thread any more when most of them have to be judged anyway', async () => {
    const { given, told, isClosed } = await sieved(Array.from({ length: 600 }, () => ({ text: FOUND })))
    expect(isClosed).toBe(true)
    expect(given.length).toBeLessThan(400)
    expect(told.map((line) => line.split(' ')[0])).toEqual(Array.from({ length: 601 }, (_, index) => `f/${index}.txt`))
  })

  it('go on when most are clean', async () => {
    const { given, isClosed } = await sieved(
      Array.from({ length: 600 }, (_, index) => ({ text: index % 3 === 0 ? FOUND : CLEAN })),
    )
    expect(isClosed).toBe(false)
    expect(given).toHaveLength(600)
  })
})

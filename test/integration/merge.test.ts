import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { looksSealed } from '../../src/format/enc.ts'
import type { SelectorSpec } from '../../src/format/metadata.ts'
import type { Node } from '../../src/format/tree.ts'
import { type MergeOutcome, mergeVersions } from '../../src/operations/merge/driver.ts'
import { isSetting } from '../../src/operations/merge/merge-policy.ts'
import { reseal } from '../../src/operations/merge/reseal.ts'
import { MARKER } from '../helpers/canary.ts'
import { rejection } from '../helpers/failure.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { Draw, edited, editedDocuments, type Format, headed, newDocument } from '../helpers/merging/edits.ts'
import { type Mapping, type Model, mergeDocuments, mergeModels, nameOf, type Side } from '../helpers/merging/model.ts'
import { plainOfModels, plainOfTrees, textOf } from '../helpers/merging/texts.ts'
import { dataKeyOf, mergeWorld, type Sealing, sealVersion } from '../helpers/merging/versions.ts'
import type { Person } from '../helpers/people.ts'
import { open, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'

/** The same cases every day; others with SLOW, where there is time to look at what they find. */
const SEED = process.env['SLOW'] === undefined ? { seed: 20_261_122 } : {}
const RUNS =
  process.env['SLOW'] === undefined ? 60 : Number(process.env['SLOW']) > 1 ? Number(process.env['SLOW']) : 3000
const MARKING = { labels: { ours: 'HEAD', theirs: 'branch' }, markerSize: 7 }
const sops = new Sops()
afterAll(() => sops.dispose())

interface Version {
  readonly documents: readonly Mapping[]
  readonly sealing: Sealing
  readonly bytes: Uint8Array
}

interface Scene {
  readonly format: Format
  readonly path: string
  /** How documents are told apart: there is one, they have names, or only what is in them. */
  readonly documents: 'one' | 'named' | 'alike'
  /** Undefined when both sides added the file. */
  readonly base: Version | undefined
  readonly ours: Version
  readonly theirs: Version
}

/** Comments are matched by the digit behind the marker. */
const SELECTORS: readonly [SelectorSpec, ...SelectorSpec[]] = [
  { field: 'encrypted_regex', pattern: '^(alpha|gamma|omega)$' },
  { field: 'unencrypted_regex', pattern: '^(beta|delta)$' },
  { field: 'encrypted_suffix', pattern: 'a' },
  { field: 'encrypted_comment_regex', pattern: `${MARKER}[0-6]x` },
  { field: 'unencrypted_comment_regex', pattern: `${MARKER}[0-3]x` },
]

/** What tells documents apart can be read without a key. */
const CLEAR_HEADS: SelectorSpec = { field: 'unencrypted_regex', pattern: '^(kind|metadata)$' }

/** A file, and what two people made of it. */
async function scene(draw: Draw): Promise<Scene> {
  const format = draw.pick<Format>(['yaml', 'yaml', 'yaml', 'json', 'dotenv', 'ini'])
  const documents = format === 'yaml' ? draw.pick<Scene['documents']>(['one', 'named', 'alike']) : 'one'
  const count = documents === 'one' ? 1 : 1 + draw.number(3)
  const isCompact = format === 'json' && draw.oneIn(3)
  const start = Array.from({ length: count }, () => {
    const document = newDocument(draw, format)
    return documents === 'named' ? headed(document, draw.word()) : document
  })
  const seal = async (documents: readonly Mapping[], sealing: Sealing, before?: Uint8Array): Promise<Version> => {
    const bytes = await sealVersion(textOf(documents, format, isCompact), format, sealing, before)
    return { documents, sealing, bytes }
  }
  const selector = documents === 'named' && draw.oneIn(2) ? { selector: CLEAR_HEADS } : {}
  const base = await seal(start, { readers: draw.oneIn(2) ? ['alice', 'bob'] : ['alice'], ...selector })
  const change = (version: Version) => {
    const changed =
      documents === 'one'
        ? version.documents.map((document) => edited(document, draw, format))
        : editedDocuments(version.documents, draw, documents === 'named')
    const readers = changedReaders(version.sealing.readers, draw)
    const isGone = version.sealing.readers.some((person) => !readers.includes(person))
    const another = draw.oneIn(8) ? { selector: draw.pick(SELECTORS) } : {}
    const sealing = { readers, isRotated: isGone || draw.oneIn(10), ...selector, ...another }
    return seal(changed, sealing, version.bytes)
  }
  const [ours, theirs] = [await change(base), await change(base)]
  return {
    format,
    documents,
    path: `/repository/file.${format === 'dotenv' ? 'env' : format}`,
    base: draw.oneIn(12) ? undefined : base,
    ours,
    theirs,
  }
}

function changedReaders(readers: readonly Person[], draw: Draw): readonly Person[] {
  const more: Person[] = draw.oneIn(6) ? ['carol'] : []
  return [...readers.filter((person) => person === 'alice' || !draw.oneIn(6)), ...more]
}

/** Undefined where something would become readable, or no document be left: such a merge is refused. */
async function mergeOrRefusal(scene: Scene): Promise<MergeOutcome | undefined> {
  try {
    return await mergeScene(scene)
  } catch (error) {
    const message = expect.stringMatching(/would become readable|each document was taken away/)
    expect(error).toMatchObject({ code: 'ERR_MERGE', message })
    return undefined
  }
}

/** Where both sides chose what is sealed, that of ours. */
async function mergeScene(
  { path, base, ours, theirs }: Scene,
  people: readonly Person[] = ['alice'],
): Promise<MergeOutcome> {
  const request = { base: base?.bytes, ours: ours.bytes, theirs: theirs.bytes, path, marking: MARKING }
  const outcome = await mergeVersions(request, mergeWorld(people))
  if (outcome.kind !== 'conflict' || !outcome.conflicts.some(({ steps }) => isSetting(steps))) return outcome
  expect(outcome.conflicts).toMatchObject([{ path: 'sops.selector' }])
  expect([withoutMarks(outcome.bytes, 'ours'), withoutMarks(outcome.bytes, 'theirs')]).toEqual([
    Buffer.from(ours.bytes).toString(),
    Buffer.from(theirs.bytes).toString(),
  ])
  const choices = [{ document: 0, path: ['sops', 'selector'], take: 'ours' as const }]
  return mergeVersions({ ...request, choices }, mergeWorld(people))
}

function expected({ documents, base, ours, theirs }: Scene, side: Side) {
  if (documents === 'named') {
    const merged = mergeDocuments(base?.documents, ours.documents, theirs.documents, side)
    return { documents: plainOfModels(merged.documents), conflicts: merged.conflicts }
  }
  const merged = mergeModels(base?.documents[0], ours.documents[0], theirs.documents[0], side)
  return { documents: plainOfModels([merged.value]), conflicts: merged.conflicts }
}

/** The documents of a merged file: where they have names, in the order of these. */
function inOrder(scene: Scene, documents: readonly unknown[]): unknown[] {
  if (scene.documents !== 'named') return [...documents]
  const name = (document: unknown) => nameIn(document)
  return [...documents].sort((a, b) => (name(a) < name(b) ? -1 : 1))
}

function nameIn(document: unknown): string {
  const { metadata } = document as { metadata: { name: string } } // every one of these has a head
  return metadata.name
}

/** Where theirs left the documents in the order that they had, those of ours stand as they do there. */
function expectOrder({ base, ours, theirs }: Scene, merged: readonly unknown[]): void {
  const names = merged.map(nameIn)
  const [was, own, other] = [base ?? ours, ours, theirs].map(({ documents }) => documents.map(nameOf))
  const both = (list: readonly string[] = []) =>
    list.filter((name) => [was, own, other].every((all) => all?.includes(name)))
  if (both(was).join() === both(other).join()) expect(both(names)).toEqual(both(own))
  else if (both(was).join() === both(own).join()) expect(both(names)).toEqual(both(other))
}

/** Every text of these documents; no two that somebody wrote are the same. */
function textsIn(documents: readonly Model[]): Set<string> {
  const found = new Set<string>()
  const visit = (model: Model): void => {
    if (model.kind === 'scalar') {
      if (typeof model.value === 'string' && model.value.includes(MARKER)) found.add(model.value)
    } else if (model.kind === 'list') for (const item of model.items) found.add(item)
    else if (model.kind === 'map') for (const { value } of model.items.values()) visit(value)
    else {
      for (const [name, value] of model.items) {
        found.add(name)
        visit(value)
      }
    }
  }
  for (const document of documents) visit(document)
  return found
}

/** However documents were matched: what both have stays, what one added is there, and nothing else came from anywhere. */
function expectTexts({ base, ours, theirs }: Scene, documents: readonly unknown[]): void {
  const [was, own, other] = [base?.documents ?? [], ours.documents, theirs.documents].map(textsIn)
  const known = [...new Set([...(own ?? []), ...(other ?? [])])]
  const found = new Set<string>()
  JSON.stringify(documents, (key, value) => {
    for (const text of [key, value]) if (typeof text === 'string' && text.includes(MARKER)) found.add(text)
    return value
  })
  const isWanted = (text: string) => (own?.has(text) && other?.has(text)) || was?.has(text) !== true
  expect(known.filter((text) => isWanted(text) && !found.has(text))).toEqual([])
  expect([...found].filter((text) => !known.includes(text))).toEqual([])
}

/** What git's marks leave of a text. */
function withoutMarks(bytes: Uint8Array, side: 'ours' | 'theirs'): string {
  const text = Buffer.from(bytes).toString()
  return text.replaceAll(
    /^<{7} HEAD\r?\n([\s\S]*?)^={7}\r?\n([\s\S]*?)^>{7} branch\r?\n/gm,
    side === 'ours' ? '$1' : '$2',
  )
}

/** Ciphertexts of single values by path; elements of a list share one. */
async function ciphertexts(bytes: Uint8Array, format: Format): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  const visit = (node: Node, path: string): void => {
    if (node.kind === 'scalar' && looksSealed(node.value)) {
      // in a block, it ends with a line break
      found.set(path, (found.get(path) ?? new Set()).add(node.value.trimEnd()))
    } else if (node.kind === 'list' || node.kind === 'branch') {
      for (const item of node.items) {
        if (item.kind === 'entry') visit(item.value, `${path}/${item.key}`)
        else if (item.kind !== 'comment') visit(item, `${path}/*`)
      }
    }
  }
  const { documents } = (await storeOf(format)).parse(Buffer.from(bytes).toString())
  for (const root of documents) visit(root, '')
  return found
}

/** What is readable was so on a side. */
function expectNothingClear({ ours, theirs }: Scene, bytes: Uint8Array): void {
  const wordsOf = (text: Uint8Array) =>
    Buffer.from(text)
      .toString()
      .match(new RegExp(`${MARKER}[-0-9x]+`, 'g')) ?? []
  const known = new Set([...wordsOf(ours.bytes), ...wordsOf(theirs.bytes)])
  expect(wordsOf(bytes).filter((word) => !known.has(word))).toEqual([])
}

async function plainOf(bytes: Uint8Array | string, format: Format, ignoreMac = false) {
  return plainOfTrees((await open(bytes, format, { ignoreMac })).documents)
}

async function expectKeptCiphertexts(scene: Scene, bytes: Uint8Array): Promise<void> {
  const { format, ours, theirs } = scene
  const keys = await Promise.all([bytes, ours.bytes, theirs.bytes].map((one) => dataKeyOf(one, format, 'alice')))
  const [merged, own, other] = await Promise.all(
    [bytes, ours.bytes, theirs.bytes].map((one) => ciphertexts(one, format)),
  )
  const known = new Set(
    [own, other].flatMap((side, index) =>
      keys[index + 1] === keys[0]
        ? [...(side ?? [])].flatMap(([path, texts]) => [...texts].map((text) => path + text))
        : [],
    ),
  )
  // under the data key and the selector of both sides, nothing is sealed anew: every value comes from one of them
  if (ours.sealing.selector !== undefined || theirs.sealing.selector !== undefined) return
  if (keys[0] !== keys[1] || keys[0] !== keys[2]) return
  for (const [path, texts] of merged ?? []) {
    for (const text of texts) if (!known.has(path + text)) throw new Error(`another ciphertext at ${path}`)
  }
}

async function expectReaders({ format, base, ours, theirs }: Scene, bytes: Uint8Array | string): Promise<void> {
  const { metadata } = await open(bytes, format, { ignoreMac: true })
  const [was, own, other] = [base, ours, theirs].map((version) => new Set(version?.sealing.readers ?? []))
  const stays = (person: Person) =>
    was?.has(person) === true ? own?.has(person) && other?.has(person) : own?.has(person) || other?.has(person)
  const wanted = (['alice', 'bob', 'carol'] as const).filter(stays)
  const text = Buffer.from(bytes)
  for (const person of ['alice', 'bob', 'carol'] as const) {
    const key = await dataKeyOf(text, format, person)
    expect(key !== undefined, person).toBe(wanted.includes(person))
    if (key !== undefined) continue
    // nor from an earlier version
    const merged = await dataKeyOf(text, format, 'alice')
    for (const { bytes: version } of [ours, theirs]) expect(await dataKeyOf(version, format, person)).not.toBe(merged)
  }
  expect(metadata.groups.flat().length).toBe(wanted.length)
}

/** Comments above keys. */
function commentsOf(documents: readonly Mapping[]): Set<string> {
  const found = new Set<string>()
  const visit = (map: Mapping): void => {
    for (const { value, comment } of map.items.values()) {
      if (comment !== undefined) found.add(comment)
      if (value.kind === 'map') visit(value)
    }
  }
  for (const document of documents) visit(document)
  return found
}

describe('merging random versions of a file', () => {
  it(`${withJudge('gives what merging the plain texts gives, sops opens it, and conflicts hold nothing else', 'sops')}`, async () => {
    const counts = { clean: 0, conflicts: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const one = await scene(new Draw(g))
        const { format } = one
        const outcome = await mergeOrRefusal(one)
        if (outcome === undefined) {
          counts.refused += 1
          return
        }
        if (outcome.kind === 'not-sealed') throw new Error('all of it is sealed')
        expectNothingClear(one, outcome.bytes)
        const [asOurs, asTheirs] = [expected(one, 'ours'), expected(one, 'theirs')]
        if (outcome.kind === 'merged') {
          counts.clean += 1
          const documents = await plainOf(outcome.bytes, format)
          if (one.documents === 'alike') expectTexts(one, documents)
          else {
            expect(asOurs.conflicts).toEqual([])
            expect(inOrder(one, documents)).toEqual(asOurs.documents)
          }
          if (one.documents === 'named') expectOrder(one, documents)
          await expectKeptCiphertexts(one, outcome.bytes)
          await expectReaders(one, outcome.bytes)
          if (format !== 'json' && one.documents !== 'alike') {
            const { text } = await open(outcome.bytes, format)
            const [was, own, other] = [one.base ?? one.ours, one.ours, one.theirs].map(({ documents }) =>
              commentsOf(documents),
            )
            for (const comment of was ?? []) {
              if (own?.has(comment) && other?.has(comment)) {
                const found = text.split('\n').filter((line) => line.endsWith(comment)).length
                // one of a document that both renamed stands in two of them
                expect(Math.min(found, one.documents === 'named' ? 1 : found)).toBe(1)
              }
            }
          }
          if (findJudge('sops') !== undefined) {
            const { status, stderr } = await sops.decrypt(outcome.bytes, format)
            expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
          }
          return
        }
        counts.conflicts += 1
        expect(outcome.needsReseal).toBe(false)
        const [own, other] = [withoutMarks(outcome.bytes, 'ours'), withoutMarks(outcome.bytes, 'theirs')]
        const [plainOurs, plainTheirs] = [await plainOf(own, format), await plainOf(other, format, true)]
        if (one.documents !== 'alike') {
          expect(outcome.conflicts.length).toBe(asOurs.conflicts.length)
          expect(inOrder(one, plainOurs)).toEqual(asOurs.documents)
          expect(inOrder(one, plainTheirs)).toEqual(asTheirs.documents)
        }
        await expectKeptCiphertexts(one, Buffer.from(own))
        await expectReaders(one, own)
      }),
      { numRuns: RUNS, ...SEED, endOnFailure: true },
    )
    expect(counts.clean).toBeGreaterThan(RUNS / 10)
    expect(counts.conflicts).toBeGreaterThan(RUNS / 20)
    expect(counts.refused).toBeLessThan(RUNS / 4)
  }, 3_600_000)

  it('changes nothing where one side changed nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const { path, base, ours, theirs } = await scene(new Draw(g))
        const merge = async (b: Uint8Array | undefined, o: Uint8Array, t: Uint8Array) => {
          const outcome = await mergeVersions(
            { base: b, ours: o, theirs: t, path, marking: MARKING },
            mergeWorld(['alice']),
          )
          return outcome.kind === 'merged' ? Buffer.from(outcome.bytes).toString() : outcome.kind
        }
        const before = base?.bytes ?? ours.bytes
        expect(await merge(before, ours.bytes, before)).toBe(Buffer.from(ours.bytes).toString())
        expect(await merge(before, before, theirs.bytes)).toBe(Buffer.from(theirs.bytes).toString())
        expect(await merge(before, theirs.bytes, theirs.bytes)).toBe(Buffer.from(theirs.bytes).toString())
      }),
      { numRuns: Math.ceil(RUNS / 3), ...SEED },
    )
  }, 3_600_000)

  it('without a key gives the same, to be sealed again by somebody who has one', async () => {
    let resealed = 0
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const one = await scene(new Draw(g))
        let outcome: MergeOutcome
        try {
          outcome = await mergeScene(one, ['mallory'])
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_MERGE' })
          return
        }
        if (outcome.kind === 'not-sealed') throw new Error('all of it is sealed')
        expectNothingClear(one, outcome.bytes)
        const withKey = await mergeOrRefusal(one)
        if (withKey === undefined) return
        // without a key, the same change on both sides is two ciphertexts, and so a conflict
        if (outcome.kind === 'conflict' && outcome.conflicts.length > 0) {
          await expect(reseal(one.path, outcome.bytes, mergeWorld(['alice']))).rejects.toMatchObject({
            code: 'ERR_MERGE',
          })
          return
        }
        // documents that only sealed values tell apart are told apart better with a key
        const isClear = one.documents === 'one' || one.ours.sealing.selector === CLEAR_HEADS
        if (withKey.kind !== 'merged' && !isClear) return
        if (withKey.kind !== 'merged') throw new Error('a conflict that is none without a key')
        const wanted = await plainOf(withKey.bytes, one.format)
        if (outcome.kind === 'merged') {
          expect(await plainOf(outcome.bytes, one.format)).toEqual(wanted)
          return
        }
        resealed += 1
        // marks stand around the MAC: some formats read them as text
        await expect(open(outcome.bytes, one.format)).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_(SYNTAX|METADATA)$/),
        })
        const bytes = await reseal(one.path, outcome.bytes, mergeWorld(['alice']))
        expect(await plainOf(bytes, one.format)).toEqual(wanted)
        await expectReaders(one, bytes)
      }),
      { numRuns: RUNS, ...SEED, endOnFailure: true },
    )
    expect(resealed).toBeGreaterThan(0)
  }, 3_600_000)
})

describe('a ciphertext without the comment that has it sealed', () => {
  const selector: SelectorSpec = { field: 'encrypted_comment_regex', pattern: 'secret' }
  const readers: readonly Person[] = ['alice']
  const seal = (plain: string, before?: Uint8Array) => sealVersion(plain, 'yaml', { readers, selector }, before)
  const text = (comment: string) => `${comment}\na: ${MARKER}-1\n`

  it('is never taken for a value where somebody merged without a key', async () => {
    const base = await seal(text('# about a'))
    const [ours, theirs] = [await seal(text('# of ours'), base), await seal(text('# secret'), base)]
    const request = { base, ours, theirs, path: '/repository/f.yaml', marking: MARKING }
    await expect(mergeVersions(request, mergeWorld(['mallory']))).rejects.toMatchObject({ code: 'ERR_MERGE' })
  })

  it('is not sealed again as a value', async () => {
    const sealed = Buffer.from(await seal(text('# secret'))).toString()
    const resealing = reseal('/repository/f.yaml', Buffer.from(sealed.replace('# secret\n', '')), mergeWorld(['alice']))
    const error = await rejection(resealing)
    expect(error).toMatchObject({ code: 'ERR_MERGE', where: { file: '/repository/f.yaml', path: ['a'] } })
  })
})

describe('a change of what is sealed', () => {
  const merge = async (ours: string, selector: SelectorSpec) => {
    const text = `a: ${MARKER}-1\nb: ${MARKER}-2\n`
    const readers: readonly Person[] = ['alice']
    const base = await sealVersion(text, 'yaml', { readers })
    const versions = {
      base,
      ours: await sealVersion(ours, 'yaml', { readers }, base),
      theirs: await sealVersion(text, 'yaml', { readers, selector }, base),
    }
    return mergeVersions({ ...versions, path: '/repository/f.yaml', marking: MARKING }, mergeWorld(['alice']))
  }
  const ONLY_A = { field: 'encrypted_regex', pattern: '^a$' } as const

  it('counts for the values that the side which made it knew', async () => {
    const outcome = await merge(`a: ${MARKER}-3\nb: ${MARKER}-2\n`, ONLY_A)
    expect(outcome).toMatchObject({ kind: 'merged' })
    if (outcome.kind !== 'merged') return
    const text = Buffer.from(outcome.bytes).toString()
    expect(text).toMatch(/^a: ENC\[.*\nb: .*-2\n/)
    expect((await open(text, 'yaml')).text).toBe(`a: ${MARKER}-3\nb: ${MARKER}-2\n`)
  })

  it('never makes a comment readable whose neighbour is taken out', async () => {
    const readers: readonly Person[] = ['alice']
    const text = (value: number, comment: string) =>
      `${comment}[alpha]\na = ${MARKER}-${value}\n[open_unencrypted]\nb = 2\n`
    const base = await sealVersion(text(1, ''), 'ini', { readers })
    const seal = (plain: string) => sealVersion(plain, 'ini', { readers }, base)
    const versions = {
      base,
      ours: await seal(text(1, `; ${MARKER}-3\n\n`)),
      theirs: await seal('[open_unencrypted]\nb = 2\n'),
    }
    const merging = mergeVersions({ ...versions, path: '/repository/f.ini', marking: MARKING }, mergeWorld(['alice']))
    const error = await rejection(merging)
    expect(error).toMatchObject({ code: 'ERR_MERGE', message: expect.stringContaining('a comment that is sealed') })
  })

  it('never makes a comment readable that comes to stand above another one', async () => {
    const readers: readonly Person[] = ['alice']
    const text = (ours: string) => `[alpha]\na = 1\n${ours}[open_unencrypted]\nc = 3\n`
    const base = await sealVersion(text('b = 2\n'), 'ini', { readers })
    const seal = (plain: string) => sealVersion(plain, 'ini', { readers }, base)
    const versions = { base, ours: await seal(text(`; ${MARKER}-3\nb = 2\n; open\n`)), theirs: await seal(text('')) }
    const merging = mergeVersions({ ...versions, path: '/repository/f.ini', marking: MARKING }, mergeWorld(['alice']))
    const error = await rejection(merging)
    expect(error).toMatchObject({ code: 'ERR_MERGE', message: expect.stringContaining('a comment that is sealed') })
  })

  it('never makes readable what the other side sealed anew', async () => {
    const error = await rejection(merge(`a: ${MARKER}-1\nb: ${MARKER}-2\ntoken: ${MARKER}-3\n`, ONLY_A))
    expect(error).toMatchObject({ code: 'ERR_MERGE', where: { path: ['token'] } })
    await expect(merge(`a: ${MARKER}-1\nb: ${MARKER}-4\n`, ONLY_A)).rejects.toMatchObject({ code: 'ERR_MERGE' })
  })
})

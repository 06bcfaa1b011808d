import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Source } from '../../src/format/store.ts'
import { decodeText, encodeText } from '../../src/format/text.ts'
import { cases, sealUnless, show } from '../helpers/documents/cases.ts'
import { dotenvAsSops, dotenvTexts } from '../helpers/documents/dotenv.ts'
import { iniTexts } from '../helpers/documents/ini.ts'
import { iniWriterLimits } from '../helpers/documents/ini-writer.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { checkInLanes } from '../helpers/lanes.ts'
import { runs } from '../helpers/runs.ts'
import { open, seal, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { commentsOf, expectSameValues, valuesOf } from '../helpers/trees.ts'

describe.skipIf(findJudge('sops') === undefined)(withJudge('generated flat files', 'sops'), () => {
  const sops = new Sops()
  afterAll(() => sops.dispose())

  // everything is text and stays where it is: the whole file can be compared
  it('of dotenv are opened by sops as bulla sealed them', async () => {
    await checkInLanes(
      cases(dotenvTexts()),
      runs(10),
      async (given) => {
        const sealed = await sealUnless(undefined, given, 'dotenv')
        const { status, stdout, stderr } = await sops.decrypt(sealed?.bytes ?? Buffer.of(), 'dotenv')
        expect(status, stderr).toBe(0)
        expect(decodeText(stdout)).toBe(dotenvAsSops(given.text))
      },
      show,
    )
  })

  it('of dotenv are opened by bulla as sops sealed them', async () => {
    await checkInLanes(
      cases(dotenvTexts()),
      runs(10),
      async ({ text, ...rule }) => {
        const sealed = await sops.encrypt(encodeText(text), 'dotenv', rule)
        expect(sealed.status, sealed.stderr).toBe(0)
        expect((await open(sealed.stdout, 'dotenv')).text).toBe(dotenvAsSops(text))
      },
      show,
    )
  })

  it('of INI are opened by sops as bulla sealed them', async () => {
    const store = await storeOf('ini')
    await checkInLanes(
      cases(iniTexts()),
      runs(15),
      async (given) => {
        const plain = store.parse(given.text)
        const { crashes, writable } = iniWriterLimits(plain.documents)
        fc.pre(!crashes)
        const sealed = await sealUnless(undefined, given, 'ini')
        const { status, stdout, stderr } = await sops.decrypt(sealed?.bytes ?? Buffer.of(), 'ini')
        expect(status, stderr).toBe(0)
        if (!writable) return
        const written = store.parse(decodeText(stdout))
        expectSameValues(valuesOf(written.documents, 'ini'), valuesOf(plain.documents, 'ini'))
        expect(iniComments(written)).toEqual(iniComments(plain))
      },
      show,
    )
  })

  it('of INI are opened by bulla as sops sealed them', async () => {
    const store = await storeOf('ini')
    await checkInLanes(
      cases(iniTexts()),
      runs(15),
      async ({ text, ...rule }) => {
        const plain = store.parse(text)
        const { crashes, writable } = iniWriterLimits(plain.documents)
        fc.pre(!crashes && writable)
        const sealed = await sops.encrypt(encodeText(text), 'ini', rule)
        expect(sealed.status, sealed.stderr).toBe(0)
        const opened = await open(sealed.stdout, 'ini')
        expectSameValues(valuesOf(opened.documents, 'ini'), valuesOf(plain.documents, 'ini'))
        const written = store.parse(opened.text)
        expectSameValues(valuesOf(written.documents, 'ini'), valuesOf(plain.documents, 'ini'))
        expect(iniComments(written)).toEqual(iniComments(plain))
      },
      show,
    )
  })

  it('of any bytes are exchanged as binary', async () => {
    await checkInLanes(
      fc.uint8Array({ maxLength: 64 }),
      runs(3),
      async (bytes) => {
        const [ours, theirs] = await Promise.all([seal(bytes, 'binary'), sops.encrypt(bytes, 'binary')])
        const read = await sops.decrypt(ours.bytes, 'binary')
        expect(read.status, read.stderr).toBe(0)
        expect(read.stdout).toEqual(Buffer.from(bytes))
        expect(theirs.status, theirs.stderr).toBe(0)
        expect(Buffer.from((await open(theirs.stdout, 'binary')).bytes)).toEqual(Buffer.from(bytes))
      },
      (bytes) => Buffer.from(bytes).toString('hex'),
    )
  })
})

/** Comments without what sops writes anew: the signs of their lines, blanks, and lines with nothing else. */
function iniComments({ documents }: Source): string[] {
  return commentsOf(documents)
    .flatMap((comment) => {
      const [, path = '', text = ''] = /^(.*?) #(.*)$/s.exec(comment) ?? []
      const lines = text.split('\n').map((line) => line.replace(/^[#;\s]+/, '').trim())
      const kept = lines.filter((line) => line !== '')
      return kept.length === 0 ? [] : [[path, ...kept].join('\n')]
    })
    .sort()
}

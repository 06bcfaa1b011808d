import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Source } from '../../src/format/store.ts'
import { decodeText, encodeText } from '../../src/format/text.ts'
import { type Case, cases, sealUnless, show } from '../helpers/documents/cases.ts'
import { yamlTexts } from '../helpers/documents/yaml.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { checkInLanes } from '../helpers/lanes.ts'
import { runs } from '../helpers/runs.ts'
import { open, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { commentDifferences, sopsWriterLimits } from '../helpers/sops-yaml-writer.ts'
import { commentsOf, expectSameValues, valuesOf } from '../helpers/trees.ts'

const textsOfComments = (source: Source): string[] => [
  ...commentsOf(source.documents).map((line) => line.replace(/^.*? #/s, '')),
  ...source.lostComments.map(({ comment }) => comment.text),
]

/** An alias that would have to be written out between comments that select is refused. */
const refusal = ({ selector, text }: Case) =>
  selector.field.includes('comment') && /\*a[0-9]/.test(text) ? 'ERR_UNSUPPORTED_VALUE' : undefined

describe.skipIf(findJudge('sops') === undefined)(withJudge('generated YAML files', 'sops'), () => {
  const sops = new Sops()
  afterAll(() => sops.dispose())

  it('are opened by sops as bulla sealed them', async () => {
    const store = await storeOf('yaml')
    await checkInLanes(
      cases(yamlTexts()),
      runs(30),
      async (given) => {
        const plain = store.parse(given.text)
        const sealed = await sealUnless(refusal(given), given, 'yaml')
        if (sealed === undefined) return
        const { status, stdout, stderr } = await sops.decrypt(sealed.bytes, 'yaml')
        expect(status, stderr).toBe(0)
        if (!sopsWriterLimits(plain.documents).writable) return
        const written = store.parse(decodeText(stdout))
        expectSameValues(valuesOf(written.documents, 'yaml'), valuesOf(plain.documents, 'yaml'))
        const { documents } = await open(sealed.bytes, 'yaml')
        expect(commentDifferences(documents, textsOfComments(plain), textsOfComments(written))).toBe('')
      },
      show,
    )
  })

  it('are opened by bulla as sops sealed them', async () => {
    const store = await storeOf('yaml')
    await checkInLanes(
      cases(yamlTexts()),
      runs(30),
      async ({ text, ...rule }) => {
        const plain = store.parse(text)
        const { writable, growsLists } = sopsWriterLimits(plain.documents)
        fc.pre(writable && !growsLists)
        const sealed = await sops.encrypt(encodeText(text), 'yaml', rule)
        expect(sealed.status, sealed.stderr).toBe(0)
        const opened = await open(sealed.stdout, 'yaml').catch(async (error) => {
          // with comment selectors sops cannot always open what it sealed: it moves comments when it writes
          if ((await sops.decrypt(sealed.stdout, 'yaml')).status === 0) throw error
        })
        if (opened === undefined) return
        expectSameValues(valuesOf(opened.documents, 'yaml'), valuesOf(plain.documents, 'yaml'))
        const written = store.parse(opened.text)
        expect(commentDifferences(plain.documents, textsOfComments(plain), textsOfComments(written))).toBe('')
      },
      show,
    )
  })
})

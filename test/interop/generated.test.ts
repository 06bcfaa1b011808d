import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { isBullaError } from '../../src/errors.ts'
import type { SelectorSpec } from '../../src/format/metadata.ts'
import type { Source } from '../../src/format/store.ts'
import { decodeText, encodeText } from '../../src/format/text.ts'
import type { SealedFile } from '../../src/operations/seal.ts'
import { yamlTexts } from '../helpers/documents/yaml.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { checkInLanes } from '../helpers/lanes.ts'
import { runs } from '../helpers/runs.ts'
import { open, seal, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { commentDifferences, sopsWriterLimits } from '../helpers/sops-yaml-writer.ts'
import { commentsOf, expectSameValues, valuesOf } from '../helpers/trees.ts'

/** A generated file and how it is sealed. */
interface Case {
  readonly text: string
  readonly selector: SelectorSpec
  readonly macOnlyEncrypted: boolean
}

const SELECTORS: readonly SelectorSpec[] = [
  { field: 'unencrypted_suffix', pattern: '_unencrypted' },
  { field: 'encrypted_suffix', pattern: '_enc' },
  { field: 'unencrypted_regex', pattern: '^(k|a)' },
  { field: 'encrypted_regex', pattern: '^(data|q|é)' },
  { field: 'encrypted_comment_regex', pattern: 'seal' },
  { field: 'unencrypted_comment_regex', pattern: 'clear' },
]

const cases = (texts: fc.Arbitrary<string>): fc.Arbitrary<Case> =>
  fc.record({ text: texts, selector: fc.constantFrom(...SELECTORS), macOnlyEncrypted: fc.boolean() })

const show = ({ text, selector, macOnlyEncrypted }: Case): string =>
  `${selector.field}: ${selector.pattern}, mac_only_encrypted: ${macOnlyEncrypted}\n${text}\n--- as JSON: ${JSON.stringify(text)}`

const textsOfComments = (source: Source): string[] => [
  ...commentsOf(source.documents).map((line) => line.replace(/^.*? #/s, '')),
  ...source.lostComments.map(({ comment }) => comment.text),
]

/** Undefined when the file is refused because an alias would have to be written out between comments that select. */
async function sealUnlessAliases(text: string, settings: Omit<Case, 'text'>): Promise<SealedFile | undefined> {
  try {
    return await seal(text, 'yaml', settings)
  } catch (error) {
    const isExpected = settings.selector.field.includes('comment') && /\*a[0-9]/.test(text)
    if (isExpected && isBullaError(error) && error.code === 'ERR_UNSUPPORTED_VALUE') return undefined
    throw error
  }
}

describe.skipIf(findJudge('sops') === undefined)(withJudge('generated files', 'sops'), () => {
  const sops = new Sops()
  afterAll(() => sops.dispose())

  it('yaml: what bulla seals, sops opens', async () => {
    const store = await storeOf('yaml')
    await checkInLanes(
      cases(yamlTexts()),
      runs(40),
      async ({ text, ...settings }) => {
        const plain = store.parse(text)
        const sealed = await sealUnlessAliases(text, settings)
        if (sealed === undefined) return
        const values = valuesOf(plain.documents, 'yaml')
        const { writable } = sopsWriterLimits(plain.documents)
        if (!writable) return
        const { status, stdout, stderr } = await sops.decrypt(sealed.bytes, 'yaml')
        expect(status, stderr).toBe(0)
        const written = store.parse(decodeText(stdout))
        expectSameValues(valuesOf(written.documents, 'yaml'), values)
        const { documents } = await open(sealed.bytes, 'yaml')
        expect(commentDifferences(documents, textsOfComments(plain), textsOfComments(written))).toBe('')
      },
      show,
    )
  })

  it('yaml: what sops seals, bulla opens', async () => {
    const store = await storeOf('yaml')
    await checkInLanes(
      cases(yamlTexts()),
      runs(40),
      async ({ text, ...settings }) => {
        const plain = store.parse(text)
        const { writable, growsLists } = sopsWriterLimits(plain.documents)
        fc.pre(writable && !growsLists)
        const sealed = await sops.encrypt(encodeText(text), 'yaml', settings)
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

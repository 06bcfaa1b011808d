import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../src/format/metadata.ts'
import type { Source } from '../../src/format/store.ts'
import { decodeText } from '../../src/format/text.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import type { Person } from '../helpers/people.ts'
import { open, type SealSettings, seal, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { readFixture, type SopsFixture, sopsFixtures } from '../helpers/sops-fixtures.ts'
import { commentDifferences } from '../helpers/sops-yaml-writer.ts'
import { commentsOf, expectSameValues, valuesOf } from '../helpers/trees.ts'

const PEOPLE: readonly Person[] = ['alice', 'bob', 'carol']

/** Sealed under an expression that does not compile: sops opens that, bulla does not. */
const REFUSED = 'odd/bad-regex.yaml'

/** These bulla opens and sops does not; sealed again, sops does. */
const REPAIRED = ['odd/no-version.yaml', 'odd/two-list-comments.yaml', 'odd/clear-negative-zero.yaml']

/** As the sealed file says it was sealed. */
function settingsOf(
  { keys, identities }: SopsFixture,
  selector: SelectorSpec | undefined,
  macOnlyEncrypted: boolean,
): SealSettings {
  const groups = { one: [identities], several: [PEOPLE], shamir: PEOPLE.map((person) => [person]) }[keys]
  return {
    selector: selector ?? DEFAULT_SELECTOR,
    macOnlyEncrypted,
    groups,
    shamirThreshold: keys === 'shamir' ? 2 : 0,
  }
}

const textsOfComments = ({ documents, lostComments }: Source): string[] => [
  ...commentsOf(documents).map((line) => line.replace(/^.*? #/s, '')),
  ...lostComments.map(({ comment }) => comment.text),
]

describe.skipIf(findJudge('sops') === undefined)(
  withJudge('a file of sops, opened and sealed again by bulla, opens in sops', 'sops'),
  () => {
    const sops = new Sops()
    afterAll(() => sops.dispose())

    const rows = sopsFixtures().filter(
      ({ file, expect: outcome }) => (outcome.startsWith('opens') && file !== REFUSED) || REPAIRED.includes(file),
    )

    it.concurrent.each(rows.map((row) => [row.file, row] as const))('%s', async (_file, row) => {
      const { store: name, identities, plainAs } = row
      const opened = await open(readFixture(row.file), name, { identities })
      const { selector, macOnlyEncrypted } = opened.metadata
      const sealed = await seal(opened.bytes, name, settingsOf(row, selector, macOnlyEncrypted))
      expect(sealed.bytes).not.toEqual(opened.bytes)

      const args = plainAs === undefined ? [] : ['--output-type', plainAs]
      const { status, stdout, stderr } = await sops.decrypt(sealed.bytes, name, { identities, args })
      expect(status, stderr).toBe(0)
      if (name === 'binary') {
        expect(Buffer.compare(stdout, opened.bytes)).toBe(0)
        return
      }
      const written = (await storeOf(plainAs ?? name)).parse(decodeText(stdout))
      expectSameValues(valuesOf(written.documents, plainAs ?? name), valuesOf(opened.documents, name))
      if (plainAs !== undefined) return
      const plain = (await storeOf(name)).parse(opened.text)
      if (name === 'yaml') {
        expect(commentDifferences(opened.documents, textsOfComments(plain), textsOfComments(written))).toBe('')
      } else {
        expect(commentsOf(written.documents)).toEqual(commentsOf(opened.documents))
      }
    })
  },
)

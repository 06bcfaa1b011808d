import { afterAll, describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/format/text.ts'
import { type Case, cases, sealUnless, show } from '../helpers/documents/cases.ts'
import { hasIntegerBeyond64Bits, jsonTexts } from '../helpers/documents/json.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { checkInLanes } from '../helpers/lanes.ts'
import { runs } from '../helpers/runs.ts'
import { open, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { expectSameValues, valuesOf } from '../helpers/trees.ts'

/** sops would change such an integer. */
const refusal = ({ text }: Case) => (hasIntegerBeyond64Bits(text) ? 'ERR_UNSUPPORTED_VALUE' : undefined)

describe.skipIf(findJudge('sops') === undefined)(withJudge('generated JSON files', 'sops'), () => {
  const sops = new Sops()
  afterAll(() => sops.dispose())

  it('are opened by sops as bulla sealed them', async () => {
    const store = await storeOf('json')
    await checkInLanes(
      cases(jsonTexts()),
      runs(15),
      async (given) => {
        const sealed = await sealUnless(refusal(given), given, 'json')
        if (sealed === undefined) return
        const { status, stdout, stderr } = await sops.decrypt(sealed.bytes, 'json')
        expect(status, stderr).toBe(0)
        const [written, plain] = [store.parse(decodeText(stdout)), store.parse(given.text)]
        expectSameValues(valuesOf(written.documents, 'json'), valuesOf(plain.documents, 'json'))
      },
      show,
    )
  })

  it('are opened by bulla as sops sealed them', async () => {
    const store = await storeOf('json')
    await checkInLanes(
      cases(jsonTexts()),
      runs(15),
      async ({ text, ...rule }) => {
        const sealed = await sops.encrypt(encodeText(text), 'json', rule)
        expect(sealed.status, sealed.stderr).toBe(0)
        const opened = await open(sealed.stdout, 'json')
        expectSameValues(valuesOf(opened.documents, 'json'), valuesOf(store.parse(text).documents, 'json'))
        expectSameValues(
          valuesOf(store.parse(opened.text).documents, 'json'),
          valuesOf(store.parse(text).documents, 'json'),
        )
      },
      show,
    )
  })
})

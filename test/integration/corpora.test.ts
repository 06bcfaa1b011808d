import { describe, expect, it } from 'vitest'
import { seal, open, storeOf } from '../helpers/sealing.ts'
import { yamlSuite, jsonSuite, manifests, type CorpusFile, refusedManifests } from '../helpers/corpora.ts'
import { commentsOf, valuesOf } from '../helpers/trees.ts'
import { decodeText } from '../../src/format/text.ts'
async function go(title: string, files: CorpusFile[], settings: any) {
  let eq = 0, n = 0; const out: string[] = []
  for (const f of files) {
    n++
    try {
      const s = await seal(f.bytes, f.store, settings)
      const o = await open(s.bytes, f.store)
      if (Buffer.compare(o.bytes, f.bytes) === 0) { eq++; continue }
      const st = await storeOf(f.store); const a = st.parse(decodeText(f.bytes)).documents
      const sameV = JSON.stringify(valuesOf(a, f.store)) === JSON.stringify(valuesOf(o.documents, f.store))
      const sameC = JSON.stringify(commentsOf(a)) === JSON.stringify(commentsOf(o.documents))
      const al = decodeText(f.bytes).split('\n'), bl = o.text.split('\n')
      const i = al.findIndex((l, i) => l !== bl[i])
      out.push(`${f.name}: ${sameV ? '' : 'VALUES DIFFER '}${sameC ? '' : 'COMMENTS DIFFER '}line ${i}: ${JSON.stringify(al.slice(i, i+4).join('\n'))} -> ${JSON.stringify(bl.slice(i, i+4).join('\n'))}`)
    } catch (e: any) { out.push(`${f.name}: ${e.code} ${e.message} ${JSON.stringify(e.where)} ${e.code===undefined?e.stack:''} ${f.bytes.length < 300 ? JSON.stringify(decodeText(f.bytes)):''}`) }
  }
  console.log(`${title} ${eq}/${n}\n${out.join('\n')}`)
}
describe('x', () => {
  for (const [t, s] of [['all', {}], ['few', { selector: { field: 'encrypted_regex', pattern: '^(data|password|a|key|b|foo)$' } }], ['never', {selector: { field: 'encrypted_regex', pattern: '^never$' }}]] as const) {
  it('yaml '+t, () => go('yaml '+t, yamlSuite(), s))
  it('json '+t, () => go('json '+t, jsonSuite(), s))
  it('manifests '+t, () => go('manifests '+t, manifests(), s))
  }
  it('refused', () => go('refused', refusedManifests(), {}))
})

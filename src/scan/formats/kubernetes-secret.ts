import type { Detector, Draft, Page } from '../page.ts'
import { decodeBase64 } from '../text/base64.ts'
import { jsonScalars } from '../text/json-scalars.ts'
import { isCiphertext, isMadeUp, isReference } from '../text/value-kinds.ts'
import { Words } from '../text/words.ts'
import type { SecretLeaf } from './flow-leaves.ts'
import { yamlSecretLeaves } from './secret-leaves.ts'

const KIND = /kind["']?[ \t]{0,8}:[ \t]{0,8}["']?Secret["']?(?=[\s,}#]|$)/y

/** Nobody has more values in one file; without an end such a file could hold up a commit. */
const MOST_LOOKS = 2000

/** What Secrets hold beside their secrets: of repositories and clusters for Argo CD, of certificates. */
const CLEAR_KEYS = new Words(
  'type url username user name server project namespace host hostname port ca.crt tls.crt ca.pem cert.pem enablelfs enableoci insecure forcehttpbasicauth githubappid githubappinstallationid tenantid clientid region',
)

/** `kind: Secret` with values in it: they are to be sealed, whatever they look like. What is base64 is looked into. */
export const KUBERNETES_DETECTOR: Detector = {
  keywords: ['kind'],
  detect(page, start) {
    KIND.lastIndex = start
    page.steps += 8
    // what stands beside translations may be the manifest of a service of that name
    const isManifest = page.kind !== 'generated' || /\.ya?ml$/.test(page.baseName)
    if (!isManifest || !KIND.test(page.text)) return
    const isJson =
      page.kind === 'json' || (page.text.charAt(start - 1) === '"' && /^\s*[[{]/.test(page.text.slice(0, 200)))
    const leaves = isJson ? jsonSecretLeaves(page, start) : yamlSecretLeaves(page, start)
    for (const leaf of leaves) judgeLeaf(page, leaf)
  },
}

function judgeLeaf(page: Page, leaf: SecretLeaf): void {
  const { start, end, key, value } = leaf
  if (isEmpty(value) || isReference(value) || isCiphertext(value)) return
  const plain = leaf.isBase64 ? decodeBase64(value) : value
  if (plain !== undefined && (isEmpty(plain) || isReference(plain) || isCiphertext(plain))) return
  page.steps += end - start
  const certain = plain === undefined || !leaf.isBase64 ? undefined : findInside(page, key, plain)
  const isExample =
    page.kind === 'prose' || page.kind === 'code' || page.kind === 'shell' || (plain !== undefined && isMadeUp(plain))
  if (certain !== undefined) {
    page.report({ ...certain, start, end, message: `${certain.message}, in a Kubernetes Secret`, weight: 'form' })
  } else if (!CLEAR_KEYS.has(key.toLowerCase())) {
    const message = 'value of a Kubernetes Secret'
    page.report({
      rule: 'kubernetes-secret',
      level: isExample ? 'warn' : 'block',
      start,
      end,
      message,
      weight: 'place',
    })
  }
}

/** A credential that tells itself in what a value encodes. Values in clear are seen where they stand. */
function findInside(page: Page, key: string, plain: string): Draft | undefined {
  page.looks += 1
  if (page.looks > MOST_LOOKS) return undefined
  const drafts = plain.includes('\n') ? page.lookInside(plain, key) : page.lookInside(`${key}=${plain}`, 'inside.env')
  return drafts.find(({ level }) => level === 'block')
}

function isEmpty(value: string): boolean {
  return /^(?:\s*|null|~|true|false|""|'')$/i.test(value)
}

function jsonSecretLeaves(page: Page, start: number): SecretLeaf[] {
  if (page.isDone('secret', start, page.text.length)) return []
  page.steps += page.text.length
  const secrets = new Set<number>()
  const leaves: (SecretLeaf & { readonly outer: number })[] = []
  for (const { start: from, end, key, holder, holderKey, outer } of jsonScalars(page.text)) {
    const isData = holderKey === 'data' || holderKey === 'stringData'
    if (!isData && key !== 'kind') continue
    const value = page.text.slice(from, end)
    if (key === 'kind' && value === 'Secret') secrets.add(holder)
    if (isData) leaves.push({ start: from, end, key, value, isBase64: holderKey === 'data', outer })
  }
  return leaves.filter(({ outer }) => secrets.has(outer))
}

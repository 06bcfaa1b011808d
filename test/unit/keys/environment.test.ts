import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const KEYS = join(ROOT, 'src/keys')
/** What looks like a variable and is none: codes in replies of services, names of algorithms, marks of the SDK. */
const OTHERS = new Set([
  'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  'DESTROY_SCHEDULED',
  'FAILED_PRECONDITION',
  'RSAES_OAEP_SHA_256',
  'SERVICE_DISABLED',
  'WEB_ID',
])

/** Names of variables in a file: what is asked of the environment, and what else is written like one. */
function variablesIn(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const asked = [...text.matchAll(/\bvariable\('(\w+)'\)/g)]
  const alike = [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)]
  return [...asked, ...alike].flatMap(([, name = '']) => (name.startsWith('ERR_') || OTHERS.has(name) ? [] : [name]))
}

describe('docs/environment.md', () => {
  it('lists every variable that keys are found by', () => {
    const files = readdirSync(KEYS, { recursive: true, encoding: 'utf8' })
    const ours = files.filter((path) => path.endsWith('.ts') && !path.startsWith('_template'))
    const variables = new Set(ours.flatMap((path) => variablesIn(join(KEYS, path))))
    expect([...variables]).toEqual(expect.arrayContaining(['SOPS_AGE_KEY', 'VAULT_TOKEN', 'AWS_CA_BUNDLE']))
    // on Windows, where some of them are, names are the same in any case
    const listed = new Set(readFileSync(join(ROOT, 'docs/environment.md'), 'utf8').toLowerCase().match(/\w+/g))
    expect([...variables].filter((name) => !listed.has(name.toLowerCase()))).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { changeRecipient } from '../../../src/recipients/change-file.ts'
import { parseRecipientFile, type Recipient } from '../../../src/recipients/recipient-file.ts'
import { newIdentity } from '../../helpers/age.ts'

const [NEW, NOW, OLD, OLDEST] = Array.from({ length: 4 }, () => newIdentity().recipient)
const wrapping = (name: string, payload = 'AAAA') => ({
  key: { type: 'local' as const, fields: { name } },
  ciphertext: 'local:v1:AAAA',
  payload,
  createdAt: '2026-01-01T00:00:00Z',
})
const read = (text: string): Recipient => parseRecipientFile(Buffer.from(text), 'prod', '/w/prod.yaml')

const wrapped = (indent: string, name: string, payload = 'AAAA') =>
  `${indent}- local:\n${indent}    name: ${name}\n${indent}  ciphertext: local:v1:AAAA\n${indent}  payload: ${payload}\n${indent}  created_at: "2026-01-01T00:00:00Z"\n`

const FILE = `# owner: platform team
recipient: ${NOW} # since January

description: 'deploys'   # to production
identity:
  # Ireland
${wrapped('  ', 'a')}  # Virginia
${wrapped('  ', 'b')}
# kept for old releases
previous:
  # laptop was lost
  - recipient: ${OLDEST}
    identity:
${wrapped('      ', 'a')}`

/** Line breaks are those of the file. */
const LAYOUTS = [
  ['with line feeds', '\n'],
  ['with carriage returns', '\r\n'],
] as const

describe.each(LAYOUTS)('the file of a recipient, changed in place, %s', (_, lineBreak) => {
  const inLayout = (text: string) => text.replaceAll('\n', lineBreak)
  const change = (text: string, make: (before: Recipient) => Recipient) => {
    const before = read(inLayout(text))
    const after = make(before)
    const changed = changeRecipient(inLayout(text), before, after)
    expect(read(changed)).toEqual(after)
    return changed
  }

  it('keeps comments and layout when it gets a new key pair', () => {
    const earlier = {
      recipient: NOW ?? '',
      wrappings: [wrapping('a'), wrapping('b')],
      retiredAt: '2026-02-02T00:00:00Z',
    }
    const changed = change(FILE, (before) => ({
      ...before,
      recipient: NEW ?? '',
      wrappings: [wrapping('a', 'BBBB'), wrapping('b', 'BBBB')],
      previous: [earlier, ...before.previous],
    }))
    const item = `  - recipient: ${NOW}\n    retired_at: "2026-02-02T00:00:00Z"\n    identity:\n${wrapped('      ', 'a')}${wrapped('      ', 'b')}`
    const expected = FILE.replace(`recipient: ${NOW}`, `recipient: ${NEW}`)
      .replace(wrapped('  ', 'a'), wrapped('  ', 'a', 'BBBB'))
      .replace(wrapped('  ', 'b'), wrapped('  ', 'b', 'BBBB'))
      .replace(`  - recipient: ${OLDEST}`, `${item}  - recipient: ${OLDEST}`)
    expect(changed).toBe(inLayout(expected))
  })

  it('keeps them when a person gets a first earlier key', () => {
    const text = `# alice\nrecipient: ${NOW}   # laptop\ndescription: "on call"\n`
    const changed = change(text, (before) => ({
      ...before,
      recipient: NEW ?? '',
      previous: [{ recipient: NOW ?? '', wrappings: [], retiredAt: '2026-02-02T00:00:00Z' }],
    }))
    expect(changed).toBe(
      inLayout(
        `${text.replace(NOW ?? '', NEW ?? '')}previous:\n  - recipient: ${NOW}\n    retired_at: "2026-02-02T00:00:00Z"\n`,
      ),
    )
  })

  it('keeps them when wrappings are added, and when earlier identities go', () => {
    expect(change(FILE, (before) => ({ ...before, wrappings: [...before.wrappings, wrapping('c')] }))).toContain(
      inLayout(`  # Virginia\n${wrapped('  ', 'b')}${wrapped('  ', 'c')}\n# kept for old releases\n`),
    )
    const dropped = change(FILE, (before) => ({
      ...before,
      previous: before.previous.map((key) => ({ ...key, wrappings: [] })),
    }))
    expect(dropped).toBe(inLayout(FILE.replace(`    identity:\n${wrapped('      ', 'a')}`, '')))
  })

  it('is written anew where it is in one line', () => {
    const text = `{recipient: ${NOW}, previous: [{recipient: ${OLD}}]} # one\n`
    const changed = change(text, (before) => ({
      ...before,
      recipient: NEW ?? '',
      previous: [{ recipient: NOW ?? '', wrappings: [] }, ...before.previous],
    }))
    expect(changed).toBe(`recipient: ${NEW}\nprevious:\n  - recipient: ${NOW}\n  - recipient: ${OLD}\n`)
  })
})

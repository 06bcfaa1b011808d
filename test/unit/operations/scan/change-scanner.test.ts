import { describe, expect, it } from 'vitest'
import type { Repository } from '../../../../src/operations/git-port.ts'
import { changeScanner } from '../../../../src/operations/scan/scan-file.ts'
import { dice, fill } from '../../../helpers/credentials/draw.ts'
import { withChecksum } from '../../../helpers/credentials/kinds.ts'

const [FIRST, SECOND] = [withChecksum('ghp_', dice(1)), withChecksum('ghp_', dice(2))]

/** In the format of OpenSSH all keys of one kind begin so. */
const SAME_ROW = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW'

/** Rules and keys of what a change brings to a file. */
async function broughtBy(path: string, before: string, after: string): Promise<string[]> {
  const repository = { blob: async () => Buffer.from(before) } as unknown as Repository // nothing else is asked
  const found = await changeScanner(repository, undefined, async () => []).find(
    { path, mode: '100644', id: 'b', before: 'a' },
    after,
    [],
  )
  return found.filter(({ wasThere }) => wasThere !== true).map(({ rule, keyPath }) => `${rule} ${keyPath ?? ''}`)
}

describe('a change', () => {
  it('does not bring what stands on a line of which another value is changed', async () => {
    const line = (other: string) => `{"token":"${FIRST}","other":"${other}"}`
    expect(await broughtBy('a.json', line('1'), line('2'))).toEqual([])
    expect(await broughtBy('a.yaml', `list: [{t: ${FIRST}}]`, `list: [x, {t: ${FIRST}}]`)).toEqual([])
  })

  it('does not bring what stood beside a ciphertext that is another one now', async () => {
    const sealed = (data: string) =>
      `{"password":"ENC[AES256_GCM,data:${data},iv:${'A'.repeat(43)}=,tag:${'B'.repeat(22)}==,type:str]","token":"${FIRST}","sops":{"mac":"ENC[AES256_GCM,data:${data},iv:${'A'.repeat(43)}=,tag:${'B'.repeat(22)}==,type:str]","lastmodified":"2026-01-01T00:00:00Z","encrypted_regex":"^password$","age":[{"recipient":"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p","enc":"x"}],"version":"3.9.0"}}`
    expect(await broughtBy('a.json', sealed('AAAA'), sealed('BBBBBBBB'))).toEqual([])
  })

  it('brings a private key in the place of another one, or of a placeholder, which begins with the same line', async () => {
    const key = (seed: number, indent = '') => {
      const rows = Array.from({ length: 4 }, (_, row) => fill('{b70}', dice(seed + row)))
      const lines = ['-----BEGIN OPENSSH PRIVATE KEY-----', SAME_ROW, ...rows, '-----END OPENSSH PRIVATE KEY-----', '']
      return lines.map((line) => indent + line).join('\n')
    }
    const placeholder = '-----BEGIN OPENSSH PRIVATE KEY-----\n...\n-----END OPENSSH PRIVATE KEY-----\n'
    expect(await broughtBy('a.md', placeholder, key(1))).toEqual(['private-key '])
    expect(await broughtBy('a.md', key(1), key(11))).toEqual(['private-key '])
    expect(await broughtBy('a.md', key(1), `a line before\n${key(1)}`)).toEqual([])
    expect(await broughtBy('a.md', key(1), key(1, '  '))).toEqual([])
  })

  it('brings what stands behind a CR alone, where the lines of LF are others', async () => {
    expect(await broughtBy('a.txt', 'a\rb\nend\n', `a\rb\n${FIRST}\nend\n`)).toEqual(['github-token '])
    expect(await broughtBy('a.txt', `a\rb\n${FIRST}\nend\n`, `x\rb\n${FIRST}\nend\n`)).toEqual([])
  })

  it('brings another value in the place of one, the same once more, and the same under another key', async () => {
    const line = (token: string, more = '') => `{"token":"${token}","other":"1"${more}}`
    expect(await broughtBy('a.json', line(FIRST), line(SECOND))).toEqual(['github-token token'])
    expect(await broughtBy('a.json', line(FIRST), line(FIRST, `,"more":"${FIRST}"`))).toEqual(['github-token more'])
    expect(await broughtBy('a.json', line(FIRST), line(FIRST).replace('"token"', '"key"'))).toEqual([
      'github-token key',
    ])
    expect(await broughtBy('a.txt', `${FIRST} one`, `${FIRST} one ${FIRST}`)).toEqual(['github-token '])
  })
})

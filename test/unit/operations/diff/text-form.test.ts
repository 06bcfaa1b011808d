import { describe, expect, it } from 'vitest'
import { textForm } from '../../../../src/operations/diff/text-form.ts'
import type { World } from '../../../../src/operations/ports.ts'

/** Nothing is asked of the machine for what is too large. */
const NO_WORLD = {} as World
const LIMIT = 32 * 1024 * 1024
const MARKER = 'sealed-canary'

/** @param more - bytes more than are shown */
function large(text: string, more: number): Uint8Array {
  const bytes = Buffer.alloc(LIMIT + more, 'x')
  bytes.write(text)
  return bytes
}

async function shown(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await textForm(bytes, '/repository/a.yaml', NO_WORLD)).toString('utf8')
}

describe('a file of more than 32 MiB', () => {
  it('is one line with size and digest when something in it is sealed, which changes with it', async () => {
    const text = `a: ENC[AES256_GCM,${MARKER}`
    const [one, other] = [await shown(large(text, 1)), await shown(large(`${text}2`, 1))]
    expect(one).toMatch(/^sealed file, 33554433 bytes, [\da-f]{12}: too large to be shown\n$/)
    expect(other).toMatch(/^sealed file, 33554433 bytes, /)
    expect(other).not.toBe(one)
  })

  it('is shown as it is when nothing in it is sealed', async () => {
    const bytes = large('a: b\n', 1)
    expect(Buffer.compare(await textForm(bytes, '/repository/a.yaml', NO_WORLD), bytes)).toBe(0)
  })
})

describe('a file of 32 MiB', () => {
  it('is read: what is no sealed file after all is shown as it is', async () => {
    const bytes = large('a: b\n', 0)
    expect(Buffer.compare(await textForm(bytes, '/repository/a.yaml', NO_WORLD), bytes)).toBe(0)
  })
})

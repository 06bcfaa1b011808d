import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isTemporary, temporaryBeside } from '../../../../src/platform/files/temporary.ts'

describe('a temporary name', () => {
  const paths = [
    '/a/b.yaml',
    '/a/.hidden',
    '/b',
    `/a/${'x'.repeat(255)}`,
    `/a/${'ä'.repeat(127)}`,
    `/a/${'𝄞'.repeat(63)}`,
  ]

  it.each(paths)('is hidden, beside the file, new each time, and never too long: %s', (path) => {
    const name = temporaryBeside(path)
    expect(dirname(name)).toBe(dirname(path))
    const base = name.slice(dirname(name).length).replace(/^\//, '')
    expect(base).toMatch(/^\.[^.]/)
    expect(Buffer.byteLength(base)).toBeLessThanOrEqual(255)
    expect(temporaryBeside(path)).not.toBe(name)
    expect(isTemporary(name)).toBe(true)
  })

  it.each(['/a/b.tmp', '/a/b.123.tmp', '/a/b.123-0123456789ab.tmp.yaml', '/a/b.x-0123456789ab.tmp'])(
    'is not %s',
    (path) => {
      expect(isTemporary(path)).toBe(false)
    },
  )
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ageEnvironment } from '../../../src/platform/age-environment.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-environment-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a file that a variable names', () => {
  it('is read as a whole, and is nothing when it is not there', async () => {
    const path = join(folder, 'token')
    writeFileSync(path, 'abc')
    expect(Buffer.from((await ageEnvironment.readFile(path)) ?? []).toString()).toBe('abc')
    expect(await ageEnvironment.readFile(join(folder, 'none'))).toBeUndefined()
  })

  it.skipIf(process.platform === 'win32')('may be a device, of which no more is read than may be there', async () => {
    expect(await ageEnvironment.readFile('/dev/null')).toHaveLength(0)
    await expect(ageEnvironment.readFile('/dev/zero')).rejects.toMatchObject({ code: 'EFBIG' })
  })
})

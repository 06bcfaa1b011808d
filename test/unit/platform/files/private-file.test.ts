import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPrivateFile } from '../../../../src/platform/files/private-file.ts'
import { rejection } from '../../../helpers/failure.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-private-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a private file', () => {
  it('is created with its folders, and only its owner may read it', async () => {
    const path = join(folder, 'a/b/key')
    await createPrivateFile(path, Buffer.from('secret'))
    expect(readFileSync(path, 'utf8')).toBe('secret')
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['key'])
    if (process.platform === 'win32') return
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  })

  it('never replaces one, and leaves nothing behind', async () => {
    const path = join(folder, 'key')
    const outcomes = await Promise.allSettled(['1', '2', '3'].map((text) => createPrivateFile(path, Buffer.from(text))))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const kept = readFileSync(path, 'utf8')
    expect(await rejection(createPrivateFile(path, Buffer.from('4')))).toMatchObject({ code: 'ERR_WRITE' })
    expect(readFileSync(path, 'utf8')).toBe(kept)
    expect(readdirSync(folder)).toEqual(['key'])
  })
})

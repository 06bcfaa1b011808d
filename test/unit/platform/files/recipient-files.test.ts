import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeRecipientFiles } from '../../../../src/platform/files/recipient-files.ts'
import { rejection } from '../../../helpers/failure.ts'

const folder = mkdtempSync(join(tmpdir(), 'bulla-recipients-'))
writeFileSync(join(folder, 'plain.yaml'), 'content')
mkdirSync(join(folder, 'folder'))
const canLink = process.platform !== 'win32'
if (canLink) symlinkSync('plain.yaml', join(folder, 'link.yaml'))
afterAll(() => rmSync(folder, { recursive: true }))

describe("files of recipients on this machine's disk", () => {
  it('are what they are themselves, and not what links lead to', async () => {
    expect(await nodeRecipientFiles.kindAt(join(folder, 'plain.yaml'))).toBe('file')
    expect(await nodeRecipientFiles.kindAt(join(folder, 'folder'))).toBe('folder')
    expect(await nodeRecipientFiles.kindAt(join(folder, 'nothing'))).toBeUndefined()
    expect(await nodeRecipientFiles.kindAt(join(folder, 'plain.yaml', 'below'))).toBeUndefined()
    const kinds = new Map((await nodeRecipientFiles.entriesOf(folder)).map(({ name, kind }) => [name, kind]))
    expect(kinds.get('plain.yaml')).toBe('file')
    expect(kinds.get('link.yaml')).toBe(canLink ? 'link' : undefined)
  })

  it('are read, but not behind a link, in a folder or beyond their limit', async () => {
    const path = join(folder, 'plain.yaml')
    expect(Buffer.from(await nodeRecipientFiles.readPlain(path, 7)).toString()).toBe('content')
    const refused = [nodeRecipientFiles.readPlain(path, 6), nodeRecipientFiles.readPlain(join(folder, 'folder'), 100)]
    if (canLink) refused.push(nodeRecipientFiles.readPlain(join(folder, 'link.yaml'), 100))
    for (const reading of refused) expect((await rejection(reading)).code).toBe('ERR_READ')
  })
})

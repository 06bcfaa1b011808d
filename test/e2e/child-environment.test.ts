import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { it } from '../helpers/sandbox.ts'

describe.skipIf(process.platform === 'win32')('programs that bulla starts for itself', () => {
  it.for([
    ['git', ['doctor']],
    ['mkfifo', ['exec-file', 'f.yaml', 'true']],
  ] as const)('do not get identities from its environment: %s', async ([name, args], { box }) => {
    box.policy()
    box.write('f.yaml', 'a: x\n')
    expect(await box.bulla(['encrypt', '-i', 'f.yaml'])).toMatchObject({ code: 0 })
    box.write(`bin/${name}`, `#!/bin/sh\nenv > '${join(box.folder, 'seen')}'\nexit 1\n`)
    chmodSync(join(box.folder, 'bin', name), 0o755)
    const PATH = `${join(box.folder, 'bin')}:${box.env['PATH']}`
    await box.bulla([...args], { env: { PATH, SOPS_AGE_KEY: box.identity, SOPS_AGE_KEY_FILE: undefined } })
    const seen = box.read('seen')
    expect(seen).toContain('PATH=')
    expect(seen).not.toContain('AGE-SECRET-KEY')
  })
})

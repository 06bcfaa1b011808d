import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

describe('package.json', () => {
  it('has no script that npm would run, or warn of, where the package is installed', () => {
    const names = Object.keys(scripts)
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(names).not.toContain(name)
  })

  it('sets up the hooks of this repository on npm ci, with the last of its scripts', () => {
    expect(scripts.postprepare).toBe('node .husky/install.mjs')
  })
})

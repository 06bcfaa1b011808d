import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HOOK_NAMES } from '../../../../src/operations/hooks/hook-names.ts'
import { hookText } from '../../../../src/operations/init/hook-text.ts'

describe('the hooks that the package ships', () => {
  it.each(HOOK_NAMES)('%s is the one that init writes', (name) => {
    expect(readFileSync(resolve(import.meta.dirname, '../../../../hooks', name), 'utf8')).toBe(hookText(name))
  })
})

import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { it } from '../helpers/sandbox.ts'

const MUCH = Array.from({ length: 3000 }, (_, index) => `key_${index}: value ${index}\n`).join('')

describe('what V8 compiled', () => {
  it.for([
    ['little', 'a: b\n'],
    ['much', MUCH],
  ] as const)('is used again by commands that read %s', async ([name, text], { box }) => {
    const cache = box.path('cache')
    mkdirSync(cache)
    chmodSync(cache, 0o700)
    box.policy()
    box.write(`${name}.yaml`, text)
    const written = async () => {
      const { code } = await box.bulla(['encrypt', '--fresh', `${name}.yaml`], {
        env: { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache },
      })
      expect(code).toBe(0)
      const folder = join(cache, 'bulla')
      return readdirSync(folder).map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`)
    }
    const first = await written()
    expect(first).toHaveLength(1)
    expect(await written()).toEqual(first)
  })

  it.skipIf(process.platform !== 'linux').for(['/proc/nowhere', '/proc/self/fd', '/dev/null', '/dev/null/x'])(
    'is not kept with %s for a home, where nothing can be made',
    async (home, { box }) => {
      const { code, out, err } = await box.bulla(['--version'], { env: { HOME: home, XDG_CACHE_HOME: undefined } })
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain('bulla ')
    },
  )
})

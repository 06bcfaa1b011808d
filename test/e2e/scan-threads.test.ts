import { describe, expect } from 'vitest'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const RULES = '[[rules]]\nid = "house"\nregex = \'house-[0-9]{6}\'\nkeywords = ["house-"]\n'
const LINES = 'const total = prices.reduce((sum, price) => sum + price, 0)\n'.repeat(4000)

/** Twenty megabytes of code, with a token and a finding of an own rule in every tenth file. */
async function largeRepository(box: Sandbox): Promise<HookedRepository> {
  const repository = await HookedRepository.create(box)
  await repository.must('config', 'core.hooksPath', '/dev/null')
  await repository.commit({ '.gitleaks.toml': RULES })
  const files = Array.from({ length: 85 }, (_, index) => {
    const found = index % 10 === 9 ? `t = "${withChecksum('ghp_', dice(index))}"\nh = "house-${100_000 + index}"\n` : ''
    return [`src/${index}.js`, `${LINES}// ${index}\n${found}`] as const
  })
  await repository.commit(Object.fromEntries(files))
  return repository
}

/** Loaded in each thread too: those end with the first text that they get. The main one gives them time to start. */
const ENDS_THREADS = `const { isMainThread, parentPort } = require('node:worker_threads')
if (isMainThread) globalThis.setImmediate = (then) => setTimeout(then, 20)
else parentPort.on('message', () => process.exit(0))
`

describe('scan with threads', () => {
  it('writes the same bytes as without, and fails when one of them ends', async ({ box }) => {
    await largeRepository(box)
    box.write('ends.cjs', ENDS_THREADS)
    for (const way of [['scan'], ['scan', '--history', '--format', 'json']]) {
      const run = (count: number, env: Readonly<Record<string, string>> = {}) =>
        box.bulla([...way, '--no-cache'], { cwd: 'repo', env: { BULLA_THREADS: `${count}`, ...env } })
      const alone = await run(0)
      expect(alone).toMatchObject({ code: 1 })
      expect(alone.out.match(/github-token/g)).toHaveLength(8)
      expect(alone.out).toContain('house')
      expect(await run(1)).toEqual(alone)
      expect(await run(3)).toEqual(alone)
      const failed = await run(2, { NODE_OPTIONS: `--require ${box.path('ends.cjs')}` })
      expect(failed).toMatchObject({ code: 70, out: '' })
      expect(failed.err).toContain('a thread of this program ended')
    }
  })
})

import { describe, expect, it } from 'vitest'
import { VERB_HELP } from '../../../src/cli/recipient/help.ts'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../../helpers/fake-io.ts'

describe('the help of recipient', () => {
  it.each(Object.keys(VERB_HELP))('%s has two examples and exit codes, and fits into 100 columns', async (verb) => {
    const io = fakeIo()
    expect(await run(['recipient', verb, '--help'], io)).toBe(0)
    expect(io.out().match(new RegExp(`^ {2}\\$ bulla recipient ${verb}\\b`, 'gm'))).toHaveLength(2)
    expect(io.out()).toMatch(/^Exit codes: 0 /m)
    expect(
      io
        .out()
        .split('\n')
        .filter((line) => line.length > 100),
    ).toEqual([])
  })
})

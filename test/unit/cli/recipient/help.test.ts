import { describe, expect, it } from 'vitest'
import { VERB_HELP } from '../../../../src/cli/recipient/help.ts'
import { run } from '../../../../src/cli/run.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

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

  it('shows the options of the verb that is asked about, and no others', async () => {
    const io = fakeIo()
    await run(['recipient', 'rotate', '--help'], io)
    expect(io.out()).toMatch(/^Usage: bulla recipient rotate NAME /)
    expect([...io.out().matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option)).toEqual([
      ...['--file', '--new-key', '--drop-previous', '--dry-run', '--yes', '--json', '--verbose', '--allow-lockout'],
      ...['--config', '--quiet', '--help'],
    ])
    expect(io.out()).toMatch(/^ {2}--new-key +make a key/m)
  })

  it('names every verb with what it does', async () => {
    const io = fakeIo()
    await run(['recipient', '--help'], io)
    for (const verb of Object.keys(VERB_HELP)) expect(io.out()).toMatch(new RegExp(`^ {2}${verb} +[A-Z]`, 'm'))
  })
})

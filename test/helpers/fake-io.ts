import type { Io } from '../../src/cli/io.ts'

export interface FakeIo extends Io {
  /** Everything that was written, as text. */
  readonly out: () => string
  readonly err: () => string
}

/** A terminal without a machine behind it: what is written is kept, and there are no files. */
export function fakeIo(settings: Partial<Pick<Io, 'program' | 'cwd' | 'env'>> = {}): FakeIo {
  const written = { out: '', err: '' }
  return {
    program: 'bulla',
    cwd: '/repo',
    env: {},
    ...settings,
    writeOut: (data) => {
      written.out += typeof data === 'string' ? data : Buffer.from(data).toString()
    },
    writeErr: (text) => {
      written.err += text
    },
    stdin: async () => new Uint8Array(),
    isOneStream: () => false,
    isStdinTerminal: () => false,
    askValue: async () => undefined,
    choose: async () => undefined,
    isFile: () => false,
    machine: () => {
      throw new Error('this test has no machine')
    },
    desk: () => {
      throw new Error('this test has no desk')
    },
    programs: () => {
      throw new Error('this test starts no programs')
    },
    repository: () => {
      throw new Error('this test has no repository')
    },
    gitSetup: () => {
      throw new Error('this test has no git')
    },
    knownValues: async () => undefined,
    cleanBlobs: async () => undefined,
    expectWork: () => undefined,
    sieveThreads: { start: async () => undefined },
    lookThreads: { start: async () => undefined },
    settle: async () => undefined,
    mergeFile: () => {
      throw new Error('this test has no git')
    },
    mergeLabels: async () => undefined,
    isForMessage: async () => false,
    mergeFavour: async () => undefined,
    world: () => {
      throw new Error('this test has no world')
    },
    out: () => written.out,
    err: () => written.err,
  }
}

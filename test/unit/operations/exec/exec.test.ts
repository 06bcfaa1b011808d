import { describe, expect, it } from 'vitest'
import type { DataKey } from '../../../../src/crypto/data-key.ts'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { Keyring } from '../../../../src/keys/keyring.ts'
import type { UnwrapRequest } from '../../../../src/keys/unwrap-data-key.ts'
import { type ExecOptions, exec } from '../../../../src/operations/exec/exec.ts'
import { execFile } from '../../../../src/operations/exec/exec-file.ts'
import type { Program, Programs, World } from '../../../../src/operations/ports.ts'
import { fakeEnvironment } from '../../../helpers/age.ts'
import { rejection } from '../../../helpers/failure.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'
import { identityOf } from '../../../helpers/people.ts'
import { random } from '../../../helpers/random.ts'
import { seal } from '../../../helpers/sealing.ts'

/** Remembers what it gave away, and whether it was told to forget. */
class WatchedKeyring extends Keyring {
  readonly dataKeys: DataKey[] = []
  isDisposed = false

  constructor() {
    super([new AgeProvider(fakeEnvironment({ variables: { SOPS_AGE_KEY: identityOf('alice') } }), random)], random)
  }

  override async unwrap(request: UnwrapRequest): Promise<DataKey> {
    const dataKey = await super.unwrap(request)
    this.dataKeys.push(dataKey)
    return dataKey
  }

  override dispose(): void {
    this.isDisposed = true
    super.dispose()
  }
}

interface Started extends Program {
  /** Whether every key was gone by then. */
  readonly keysGone: boolean
  readonly file?: string
}

async function machine(plain: Readonly<Record<string, string>>, { ignoresCase = false } = {}) {
  const sealed: Record<string, string> = {}
  for (const [path, text] of Object.entries(plain))
    sealed[path] = Buffer.from((await seal(text, 'yaml')).bytes).toString()
  const keyring = new WatchedKeyring()
  const started: Started[] = []
  const keysGone = () => keyring.isDisposed && keyring.dataKeys.every((key) => key.every((byte) => byte === 0))
  const ending = { code: 0, signal: undefined }
  const programs: Programs = {
    ignoresCase,
    becomeUser: async (name) => ({ HOME: `/home/${name}`, USER: name, LOGNAME: name }),
    run: async (program) => {
      started.push({ ...program, keysGone: keysGone() })
      return ending
    },
    runWithFile: async ({ bytes }, program) => {
      started.push({ ...program('/mem/$&'), keysGone: keysGone(), file: Buffer.from(bytes).toString() })
      return ending
    },
  }
  const unused = () => {
    throw new Error('not needed to run a program')
  }
  const world: World = {
    files: memoryFiles(sealed),
    git: { committedVersions: unused },
    keyring,
    recipients: unused,
    random,
    progress: { update: unused, finish: unused },
    confirm: unused,
    now: unused,
    cwd: '/w',
    configPath: undefined,
  }
  return { world, programs, started, keyring }
}

const notes: string[] = []
const options = (changes: Partial<ExecOptions> = {}): ExecOptions => ({
  paths: ['a.yaml'],
  command: ['program'],
  inherited: {},
  flatten: false,
  allowed: new Set(),
  note: (text) => notes.push(text),
  ...changes,
})

describe('a program', () => {
  it('starts when all keys are wiped', async () => {
    const { world, programs, started, keyring } = await machine({ '/w/a.yaml': 'a: x\n', '/w/b.yaml': 'b: y\n' })
    await exec(options({ paths: ['a.yaml', 'b.yaml'] }), world, programs)
    expect(keyring.dataKeys).toHaveLength(2)
    expect(started).toEqual([{ command: ['program'], env: { a: 'x', b: 'y' }, keysGone: true }])
  })

  it('that reads a file starts when all keys are wiped, and its command has the path as it is', async () => {
    const { world, programs, started } = await machine({ '/w/a.yaml': 'a: x\n' })
    const request = { path: 'a.yaml', command: 'cat {} {}', inherited: { A: 'b', C: undefined }, fifo: true }
    await execFile({ ...request, note: () => undefined }, world, programs)
    expect(started).toEqual([{ command: 'cat /mem/$& /mem/$&', env: { A: 'b' }, keysGone: true, file: 'a: x\n' }])
  })

  it('has what was there before, then what its user is, then the values', async () => {
    const { world, programs, started } = await machine({ '/w/a.yaml': 'b: value\nUSER: value\nnone: null\n' })
    const inherited = { a: 'before', b: 'before', HOME: '/root', USER: 'root', none: 'before', gone: undefined }
    await exec(options({ inherited, user: 'deploy' }), world, programs)
    expect(started[0]?.env).toEqual({ a: 'before', b: 'value', HOME: '/home/deploy', USER: 'value', LOGNAME: 'deploy' })
  })

  it('has one variable where the system sees no difference', async () => {
    const { world, programs, started } = await machine({ '/w/a.yaml': 'token: value\n' }, { ignoresCase: true })
    await exec(options({ inherited: { Token: 'before', Other: 'x' } }), world, programs)
    expect(started[0]?.env).toEqual({ token: 'value', Other: 'x' })
  })

  it('is not started for a value that cannot be a variable, and the keys are wiped nevertheless', async () => {
    const { world, programs, started, keyring } = await machine({ '/w/a.yaml': 'a: {b: s3cret}\n' })
    const error = await rejection(exec(options(), world, programs))
    expect(error).toMatchObject({ code: 'ERR_VARIABLE', where: { file: '/w/a.yaml' } })
    expect(JSON.stringify(error)).not.toContain('s3cret')
    expect(started).toEqual([])
    expect(keyring.dataKeys.map((key) => key.some((byte) => byte !== 0))).toEqual([false])
  })
})

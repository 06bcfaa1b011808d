import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { it as plainIt } from 'vitest'
import { newIdentity } from './age.ts'
import { findJudge, gitFolders } from './judges.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** The built command; `BULLA_TEST_DIST` names another build. */
export const COMMAND = join(process.env['BULLA_TEST_DIST'] ?? join(ROOT, 'dist'), 'cli/main.cjs')

/**
 * What V8 compiled, shared by all tests as it is by all runs of a user: without it, a quarter of their time goes into compiling.
 * Outside of sandboxes, as tests compare what is in these.
 */
const CODE_CACHE = join(ROOT, 'node_modules/.cache/bulla-tests')
mkdirSync(CODE_CACHE, { recursive: true, mode: 0o700 })

const NOBODY = 65534

export interface RunOptions {
  /** Text or bytes; `closed`; `empty` is the null device. Default: empty. */
  readonly stdin?: string | Uint8Array
  readonly stdinIs?: 'closed' | 'empty'
  /** Added to the environment of the sandbox; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where to run, below the sandbox. */
  readonly cwd?: string
}

export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  /** Standard output as text. */
  readonly out: string
  readonly err: string
}

/**
 * A temporary folder with an age identity, in which the built command runs as a real process with nothing else around it:
 * no home directory, no configuration of git, no variables but the ones given here.
 */
export class Sandbox {
  readonly folder: string
  readonly recipient: string
  readonly identity: string
  /** Outside of {@link folder}, as an identity should be. */
  readonly keyFile: string
  readonly env: Readonly<Record<string, string>>
  private readonly outside: string
  private readonly running = new Set<ChildProcess>()

  constructor() {
    if (!existsSync(COMMAND)) throw new Error(`there is no ${COMMAND}: run "node scripts/build.mjs" first`)
    this.outside = realpathSync(mkdtempSync(join(tmpdir(), 'bulla-test-')))
    if (isWithin(process.cwd(), this.outside)) throw new Error('a sandbox would be made in the working directory')
    this.folder = join(this.outside, 'work')
    mkdirSync(this.folder)
    const { identity, recipient } = newIdentity()
    this.identity = identity
    this.recipient = recipient
    this.keyFile = join(this.outside, 'keys.txt')
    writeFileSync(this.keyFile, `# created: 2026-01-02T03:04:05Z\n${identity}\n`, { mode: 0o600 })
    this.env = {
      PATH: [...gitFolders(), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      ...(process.env['SYSTEMROOT'] === undefined ? {} : { SYSTEMROOT: process.env['SYSTEMROOT'] }),
      SOPS_AGE_KEY_FILE: this.keyFile,
      LC_ALL: 'C.UTF-8',
      TMPDIR: this.outside,
      XDG_CONFIG_HOME: join(this.outside, 'config'),
      XDG_CACHE_HOME: CODE_CACHE,
      // the one of pre-commit is no part of that: it locks its own, and says so
      PRE_COMMIT_HOME: join(this.outside, 'pre-commit'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CEILING_DIRECTORIES: this.outside,
      GIT_AUTHOR_NAME: 'test',
      GIT_AUTHOR_EMAIL: 'test@example.com',
      GIT_COMMITTER_NAME: 'test',
      GIT_COMMITTER_EMAIL: 'test@example.com',
    }
  }

  dispose(): void {
    for (const child of this.running) killAll(child)
    makeRemovable(this.outside)
    rmSync(this.outside, { recursive: true, force: true })
  }

  /** Run the built command. */
  bulla(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.run(process.execPath, [COMMAND, ...args], options)
  }

  /** Run the built command as somebody who is not root, who then owns everything here: permissions mean nothing to root. */
  bullaUnprivileged(args: readonly string[], { env = {}, ...options }: RunOptions = {}): Promise<Outcome> {
    if (process.getuid?.() !== 0) return this.bulla(args, { env, ...options })
    // the command may lie in the home of root
    const copy = join(this.outside, 'cli')
    cpSync(dirname(COMMAND), copy, { recursive: true })
    giveTo(NOBODY, this.outside)
    const asNobody = { ...env, ...preload('drop.cjs'), BULLA_TEST_USER: `${NOBODY}` }
    return this.run(process.execPath, [join(copy, 'main.cjs'), ...args], { ...options, env: asNobody })
  }

  /** Run the real sops; for tests that are skipped without it. */
  sops(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.run(findJudge('sops') ?? 'sops', args, options)
  }

  /** Run a shell script; `$BULLA` is the command. */
  sh(script: string, options: RunOptions = {}): Promise<Outcome> {
    const env = { ...options.env, BULLA: COMMAND, NODE: process.execPath }
    return this.run('/bin/sh', ['-c', `bulla() { "$NODE" "$BULLA" "$@"; }\n${script}`], { ...options, env })
  }

  /** Run git, which must succeed. @returns what it prints */
  async git(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.run('git', args, {})
    if (code !== 0) throw new Error(`git ${args[0]} failed: ${err}`)
    return out
  }

  async run(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
    return this.start(program, args, options).outcome
  }

  /** Start a program and hand it out while it runs. */
  start(
    program: string,
    args: readonly string[],
    { stdin, stdinIs = 'empty', env = {}, cwd = '.' }: RunOptions,
  ): { child: ChildProcess; outcome: Promise<Outcome> } {
    const folder = resolve(this.folder, cwd)
    if (!isWithin(this.folder, folder)) throw new Error('a command may only run in its sandbox')
    // only a shell can start a program without standard input
    const [file, words] =
      stdinIs === 'closed' ? ['/bin/sh', ['-c', 'exec "$0" "$@" <&-', program, ...args]] : [program, args]
    const child = spawn(file, words, {
      cwd: folder,
      env: { ...this.env, ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // a session of its own: it has no terminal, not even that of whoever runs the tests
      detached: process.platform !== 'win32',
    })
    this.running.add(child)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin?.on('error', () => undefined) // it did not want to read all of it
    child.stdin?.end(stdin)
    const outcome = new Promise<Outcome>((done, failed) => {
      child.on('error', failed)
      child.on('close', (code, signal) => {
        this.running.delete(child)
        const bytes = Buffer.concat(stdout)
        done({ code, signal, stdout: bytes, out: bytes.toString(), err: Buffer.concat(stderr).toString() })
      })
    })
    return { child, outcome }
  }

  /** What {@link observe} and {@link hang} noted: hosts called, programs started, that the disk hangs. */
  observed(): string[] {
    const file = join(this.outside, 'observed')
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  }

  /** Variables that make a Node program note every host it calls and every program it starts. */
  observe(): Record<string, string> {
    return { ...preload('observe.cjs'), BULLA_TEST_OBSERVED: join(this.outside, 'observed') }
  }

  /** Variables that make the disk of a Node program answer that often, and then no more, when files have to last. */
  hang(syncs: number): Record<string, string> {
    return { ...preload('hang.cjs'), BULLA_TEST_OBSERVED: join(this.outside, 'observed'), BULLA_TEST_SYNCS: `${syncs}` }
  }

  /** Variables that have a Node program killed as soon as it has started that many others. */
  die(programs: number): Record<string, string> {
    return { ...preload('die.cjs'), BULLA_TEST_PROGRAMS: `${programs}` }
  }

  /** Variables that make the clock of a Node program go on by so much each time it looks: 0 stops it. */
  clock(stepMs: number): Record<string, string> {
    return { ...preload('clock.cjs'), BULLA_TEST_CLOCK_STEP_MS: `${stepMs}` }
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array, mode?: number): string {
    const path = this.path(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    if (mode !== undefined) chmodSync(path, mode)
    return path
  }

  /** A policy with one rule for all files, with these fields beside the recipient. */
  policy(...fields: readonly string[]): void {
    const lines = [`age: ${this.recipient}`, ...fields].map((line) => `    ${line}\n`)
    this.write('.sops.yaml', `creation_rules:\n  -\n${lines.join('')}`)
  }

  /** Write files and seal them in place, for the own recipient. @returns the first one, sealed */
  async seal(files: Readonly<Record<string, string>>): Promise<string> {
    this.policy()
    const names = Object.keys(files)
    for (const name of names) this.write(name, files[name] ?? '')
    const { code, err } = await this.bulla(['encrypt', '--in-place', ...names])
    if (code !== 0) throw new Error(`the files could not be sealed: ${err}`)
    return this.read(names[0] ?? '')
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  mode(name: string): string {
    return (lstatSync(this.path(name)).mode & 0o7777).toString(8)
  }

  /** Every file and link below the sandbox but those of git: kind, permissions, content. */
  snapshot(): Record<string, string> {
    const found: Record<string, string> = {}
    const visit = (folder: string) => {
      for (const name of readdirSync(folder).sort()) {
        const path = join(folder, name)
        const stats = lstatSync(path)
        const key = relative(this.folder, path)
        if (stats.isDirectory()) {
          found[key] = `folder ${stats.mode}`
          if (name !== '.git') visit(path)
        } else if (stats.isSymbolicLink()) found[key] = `link ${readlinkSync(path)}`
        else found[key] = `${stats.mode} ${readFileSync(path).toString('latin1')}`
      }
    }
    visit(this.folder)
    return found
  }
}

/** A test with a sandbox of its own. */
export const it = plainIt.extend<{ box: Sandbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads what is asked for from here
  box: async ({}, use) => {
    const box = new Sandbox()
    try {
      await use(box)
    } finally {
      box.dispose()
    }
  },
})

/** With everything it started: that is in the session of its own. */
function killAll(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended in the meantime
  }
}

/** Have a Node program load one of the files beside this one before it starts. */
function preload(name: string): Record<string, string> {
  return { NODE_OPTIONS: `--require=${JSON.stringify(join(import.meta.dirname, name))}` }
}

function isWithin(folder: string, path: string): boolean {
  const below = relative(folder, path)
  return below === '' || !below.startsWith('..')
}

function giveTo(owner: number, path: string): void {
  lchownSync(path, owner, owner)
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) giveTo(owner, join(path, name))
}

/** Tests take permissions away. */
function makeRemovable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    chmodSync(join(folder, entry.name), 0o700)
    makeRemovable(join(folder, entry.name))
  }
}

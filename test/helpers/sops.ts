import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SelectorSpec } from '../../src/format/metadata.ts'
import type { StoreName } from '../../src/format/tree.ts'
import { findJudge } from './judges.ts'
import { identityOf, type Person, recipientOf } from './people.ts'

export interface SopsResult {
  readonly status: number | null
  readonly stdout: Buffer
  /** Only for messages of failing tests. */
  readonly stderr: string
}

/** What stands in a creation rule. */
export interface SopsRule {
  readonly selector?: SelectorSpec
  readonly macOnlyEncrypted?: boolean
  /** Default: alice alone. */
  readonly groups?: readonly (readonly Person[])[]
  readonly shamirThreshold?: number
}

export interface SopsRun {
  /** Files that stand in the working directory, by name. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>
  /** Default: alice. */
  readonly identities?: readonly Person[]
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** A file name by which sops knows the store. */
const NAME_OF: Readonly<Record<StoreName, string>> = {
  yaml: 'file.yaml',
  json: 'file.json',
  dotenv: 'file.env',
  ini: 'file.ini',
  binary: 'file.bin',
}

/** Runs the real sops in folders of its own, with the given identities and nothing of the user's. */
export class Sops {
  private readonly program: string
  private readonly home: Promise<string>
  private count = 0
  private readonly queue = new Queue(availableParallelism() + 1)

  constructor() {
    this.program = findJudge('sops') ?? ''
    this.home = mkdtemp(join(tmpdir(), 'bulla-sops-'))
  }

  async dispose(): Promise<void> {
    await rm(await this.home, { recursive: true, force: true })
  }

  run(args: readonly string[], run: SopsRun = {}): Promise<SopsResult> {
    return this.runAndRead(args, run, [])
  }

  /** As {@link run}; then also the named files, as they stand in the working directory afterwards. */
  runAndRead(
    args: readonly string[],
    { files = {}, identities = ['alice'], environment = {}, stdin }: SopsRun,
    wanted: readonly string[],
  ): Promise<SopsResult & { readonly files: readonly Buffer[] }> {
    return this.queue.run(async () => {
      this.count += 1
      const name = String(this.count)
      const folder = join(await this.home, name)
      await mkdir(folder)
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
      const env = {
        HOME: folder,
        PATH: process.env['PATH'] ?? '',
        SOPS_DISABLE_VERSION_CHECK: '1',
        SOPS_AGE_KEY: identities.map(identityOf).join('\n'),
        ...environment,
      }
      const result = await start(this.program, args, folder, env, stdin)
      const contents = await Promise.all(wanted.map((name) => readFile(join(folder, name))))
      await rm(folder, { recursive: true, force: true })
      return { ...result, files: contents }
    })
  }

  decrypt(sealed: Uint8Array, store: StoreName, run: SopsRun & { args?: readonly string[] } = {}): Promise<SopsResult> {
    const name = NAME_OF[store]
    return this.run(['decrypt', ...(run.args ?? []), name], { ...run, files: { ...run.files, [name]: sealed } })
  }

  encrypt(plain: Uint8Array, store: StoreName, rule: SopsRule = {}, args: readonly string[] = []): Promise<SopsResult> {
    const name = NAME_OF[store]
    const files = { [name]: plain, 'rules.yaml': rulesFile(rule) }
    return this.run(['--config', 'rules.yaml', 'encrypt', ...args, name], { files })
  }
}

/** A `.sops.yaml` with one rule for everything. JSON is YAML. */
function rulesFile({ selector, macOnlyEncrypted, groups = [['alice']], shamirThreshold = 0 }: SopsRule): string {
  const rule = {
    ...(groups.length === 1
      ? { age: groups.flat().map(recipientOf).join(',') }
      : { key_groups: groups.map((group) => ({ age: group.map(recipientOf) })) }),
    ...(shamirThreshold === 0 ? {} : { shamir_threshold: shamirThreshold }),
    ...(selector === undefined ? {} : { [selector.field]: selector.pattern }),
    ...(macOnlyEncrypted === true ? { mac_only_encrypted: true } : {}),
  }
  return JSON.stringify({ creation_rules: [rule] })
}

function start(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  stdin = '',
): Promise<SopsResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'pipe' })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() })
    })
    child.stdin.on('error', () => undefined) // a program that reads nothing closes it
    child.stdin.end(stdin)
  })
}

/** Lets so many jobs run at a time, and starts the others in order. */
class Queue {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(limit: number) {
    this.free = limit
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await job()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.free += 1
      else next()
    }
  }
}

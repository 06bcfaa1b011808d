import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findJudge } from '../../helpers/judges.ts'
import { COMMAND, type Outcome, type RunOptions, type Sandbox } from '../../helpers/sandbox.ts'

export type Program = 'sops' | 'bulla'

/** One row of docs/compat.md: the same is done with both programs, and this is what each makes of it. */
export interface Row {
  /** As in the document, where `| id | what |` starts the row. */
  readonly id: string
  readonly what: string
  readonly see: (player: Player) => Promise<unknown>
  readonly sops: unknown
  readonly bulla: unknown
}

type Content = string | Uint8Array

/** Runs one of the programs in a folder of its own, for the recipient of the sandbox. */
export class Player {
  readonly program: Program
  readonly recipient: string
  readonly identity: string
  private readonly box: Sandbox

  constructor(program: Program, box: Sandbox) {
    this.program = program
    this.recipient = box.recipient
    this.identity = box.identity
    this.box = box
    mkdirSync(box.path(program), { recursive: true })
  }

  write(name: string, content: Content): void {
    this.box.write(join(this.program, name), content)
  }

  read(name: string): string {
    return this.box.read(join(this.program, name))
  }

  path(name: string): string {
    return this.box.path(join(this.program, name))
  }

  has(name: string): boolean {
    return this.box.has(join(this.program, name))
  }

  /** A `.sops.yaml` with these rules after `creation_rules:`, indented. */
  rules(...lines: readonly string[]): void {
    this.write('.sops.yaml', `creation_rules:\n${lines.map((line) => `  ${line}\n`).join('')}`)
  }

  run(args: readonly string[], options: RunOptions = {}, program = this.program): Promise<Outcome> {
    const env = { SOPS_AGE_RECIPIENTS: this.recipient, SOPS_DISABLE_VERSION_CHECK: '1', ...options.env }
    const cwd = join(this.program, options.cwd ?? '.')
    return this.box[program](args, { ...options, cwd, env })
  }

  /** @returns what is printed; the exit code when it is not 0 */
  async prints(args: readonly string[], options: RunOptions = {}, program = this.program): Promise<string | number> {
    const { code, out } = await this.run(args, options, program)
    return code === 0 ? out : (code ?? -1)
  }

  /** @returns the exit code */
  async exits(args: readonly string[], options: RunOptions = {}): Promise<number | null> {
    return (await this.run(args, options)).code
  }

  /** The exit code where no file may become longer than 2 KiB. */
  async exitsInLittleRoom(args: readonly string[]): Promise<number | null> {
    const words = this.program === 'sops' ? [findJudge('sops') ?? ''] : [process.execPath, COMMAND]
    const script = 'trap "" XFSZ; ulimit -f 2; exec "$@"'
    const env = { SOPS_AGE_RECIPIENTS: this.recipient }
    return (await this.box.run('/bin/sh', ['-c', script, 'sh', ...words, ...args], { cwd: this.program, env })).code
  }

  seal(name: string, plain: Content, ...args: readonly string[]): Promise<string | number> {
    this.write(name, plain)
    return this.prints(['encrypt', ...args, name])
  }

  /** Open with one of the programs; this one if none is named. */
  open(name: string, sealed: Content, args: readonly string[] = [], program = this.program): Promise<string | number> {
    this.write(name, sealed)
    return this.prints(['decrypt', ...args, name], {}, program)
  }

  /** A file that sops sealed, whoever plays. */
  async sealedBySops(name: string, plain: Content, ...args: readonly string[]): Promise<string> {
    this.write(name, plain)
    const { code, out, err } = await this.run(['encrypt', ...args, name], {}, 'sops')
    if (code !== 0) throw new Error(`sops does not seal it: ${err}`)
    return out
  }

  /** Open a file that sops sealed. */
  async opens(name: string, plain: Content, ...args: readonly string[]): Promise<string | number> {
    return await this.open(name, await this.sealedBySops(name, plain), args)
  }

  /** Seal, and open again with this program. @returns the text, or the exit code with the step that failed */
  async roundTrip(name: string, plain: Content, ...args: readonly string[]): Promise<string> {
    return await this.openedBy(this.program, name, plain, ...args)
  }

  /** Seal with this program and open with another. */
  async openedBy(program: Program, name: string, plain: Content, ...args: readonly string[]): Promise<string> {
    const sealed = await this.seal(name, plain, ...args)
    if (typeof sealed === 'number') return `sealing: ${sealed}`
    const opened = await this.open(outputName(name, args), sealed, [], program)
    return typeof opened === 'number' ? `opening: ${opened}` : opened
  }
}

/** A name for what was sealed with `--output-type`. */
function outputName(name: string, args: readonly string[]): string {
  const type = args[args.indexOf('--output-type') + 1]
  return args.includes('--output-type') ? `sealed.${type === 'dotenv' ? 'env' : type}` : name
}

/** A sealed text with every sealed value as `ENC[type]`, without metadata. */
export function shape(sealed: string | number): string | number {
  if (typeof sealed === 'number') return sealed
  const values = sealed.replace(/ENC\[AES256_GCM,[^\]]*,type:([a-z]+)\]/g, 'ENC[$1]')
  return values.replace(/(,\s*"sops"|^sops:|^\[sops\]|^sops_)[\s\S]*/m, '')
}

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { MARKER } from '../canary.ts'
import { COMMAND, type Outcome, type Sandbox } from '../sandbox.ts'

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
const BULLA = `${quoted(process.execPath)} ${quoted(COMMAND)}`

/** A repository in which git merges and shows sealed files with the built command. */
export class MergeRepository {
  readonly box: Sandbox

  private constructor(box: Sandbox) {
    this.box = box
  }

  /** With one commit on `main` that holds these files, sealed for the person of the sandbox. */
  static async create(box: Sandbox, files: Readonly<Record<string, string>>): Promise<MergeRepository> {
    const repository = new MergeRepository(box)
    await box.git('init', '-q', '-b', 'main')
    await box.git('config', 'merge.bulla.driver', `${BULLA} merge --driver --marker-size %L --path %P %O %A %B`)
    await box.git('config', 'merge.bulla.recursive', 'binary')
    await box.git('config', 'diff.bulla.textconv', `${BULLA} diff --textconv`)
    box.write(
      '.gitattributes',
      Object.keys(files)
        .map((name) => `*.${name.split('.').at(-1)} merge=bulla diff=bulla\n`)
        .join(''),
    )
    await box.seal(files)
    await repository.commit('start')
    return repository
  }

  async commit(message = 'change'): Promise<void> {
    await this.box.git('add', '-A')
    await this.box.git('commit', '-q', '--no-verify', '-m', message)
  }

  /** Run the command, which must succeed. */
  async bulla(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.box.bulla(args)
    if (code !== 0) throw new Error(`bulla ${args[0]} failed: ${err}`)
    return out
  }

  set(file: string, path: string, value: unknown): Promise<string> {
    return this.bulla('set', file, path, JSON.stringify(value))
  }

  /** Make these, beside the person of the sandbox, the readers of a file: with the data key that it has. */
  async readers(file: string, ...recipients: readonly string[]): Promise<void> {
    const list = [this.box.recipient, ...recipients].join(',')
    this.box.write('.sops.yaml', `creation_rules:\n  - age: ${list}\n`)
    await this.bulla('updatekeys', '--yes', file)
  }

  /** Make a branch off the current one, and a commit on it; then go back to where it was. */
  async branch(name: string, change: () => Promise<unknown>): Promise<void> {
    await this.box.git('checkout', '-q', '-b', name)
    await change()
    await this.commit(name)
    await this.box.git('checkout', '-q', '-')
  }

  /** A commit where we are. */
  async change(change: () => Promise<unknown>): Promise<void> {
    await change()
    await this.commit()
  }

  /** Run git, whatever comes of it; nothing sealed may be readable anywhere afterwards. */
  async run(...args: readonly string[]): Promise<Outcome> {
    const outcome = await this.box.run('git', args, {})
    await this.expectNothingReadable()
    return outcome
  }

  decrypt(file: string): Promise<string> {
    return this.bulla('decrypt', file)
  }

  /** @throws when a marked value is in the work tree, in git's folder or objects, or in the folder for temporary files */
  async expectNothingReadable(): Promise<void> {
    const visit = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) visit(path)
        else if (entry.isFile() && readFileSync(path).includes(MARKER)) throw new Error(`readable: ${path}`)
      }
    }
    visit(dirname(this.box.folder))
    const objects = await this.box.run('git', ['cat-file', '--batch-all-objects', '--unordered', '--batch'], {})
    if (objects.code !== 0) throw new Error('the objects cannot be read')
    if (objects.stdout.includes(MARKER)) throw new Error('readable: an object of git')
  }
}

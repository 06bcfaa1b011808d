import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseMetadata } from '../../src/format/metadata.ts'
import { decodeText } from '../../src/format/text.ts'
import type { StoreName } from '../../src/format/tree.ts'
import { findJudge } from './judges.ts'
import { identityOf, type Person } from './people.ts'
import { type Answer, RecordedAnswers } from './recorded-answers.ts'
import type { Outcome, RunOptions, Sandbox } from './sandbox.ts'
import { storeOf } from './sealing.ts'
import { valuesOf } from './trees.ts'

type Content = string | Uint8Array

/** What a command is given. In its folder there is also a folder named `folder`. */
export interface Scene {
  readonly args: readonly string[]
  readonly files?: Readonly<Record<string, Content>>
  readonly stdin?: Content
  /** Whose identities there are. Default: alice. */
  readonly identities?: readonly Person[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Play extends Outcome {
  /** A file as it stands afterwards; undefined when there is none. */
  readonly file: (name: string) => Buffer | undefined
  /** Names of files that are not as they were. */
  readonly changed: () => string[]
}

/**
 * Runs the built command and the real sops with the same words, each in a folder of its own with the same files. Without
 * sops, its recorded answers stand in for it.
 */
export class Stage {
  readonly hasSops = findJudge('sops') !== undefined
  private readonly box: Sandbox
  private readonly recording = this.hasSops && process.env['BULLA_RECORD_STORIES'] !== undefined
  private readonly recorded = this.hasSops ? RecordedAnswers.empty() : RecordedAnswers.load()
  private count = 0

  constructor(box: Sandbox) {
    this.box = box
  }

  /** Keep what was recorded. */
  dispose(): void {
    if (this.recording) this.recorded.save()
  }

  bulla(scene: Scene): Promise<Play> {
    return this.play(scene, (options) => this.box.bulla(scene.args, options))
  }

  async sops(scene: Scene): Promise<Play> {
    const question = { ...scene, files: asText(scene.files ?? {}), stdin: asText({ stdin: scene.stdin ?? '' }) }
    if (!this.hasSops) return replayed(this.recorded.find(question), scene)
    const play = await this.sopsItself(scene)
    if (this.recording) {
      const files = play.changed().flatMap((name) => {
        const bytes = play.file(name)
        return bytes === undefined ? [] : [[name, bytes.toString('base64')] as const]
      })
      const { code, stdout } = play
      this.recorded.add(question, { code, out: stdout.toString('base64'), files: Object.fromEntries(files) })
    }
    return play
  }

  /** The real one, for what is different each time. */
  sopsItself(scene: Scene): Promise<Play> {
    return this.play(scene, (options) => this.box.sops(scene.args, options))
  }

  private async play(
    { files = {}, stdin, identities = ['alice'], env = {} }: Scene,
    run: (options: RunOptions) => Promise<Outcome>,
  ): Promise<Play> {
    this.count += 1
    const cwd = String(this.count)
    const before = new Map(Object.entries({ ...files, 'folder/x.yaml': '' }))
    for (const [name, content] of before) this.box.write(join(cwd, name), content)
    const outcome = await run({
      cwd,
      env: {
        SOPS_AGE_KEY_FILE: undefined,
        SOPS_AGE_KEY: identities.map(identityOf).join('\n'),
        SOPS_DISABLE_VERSION_CHECK: '1',
        ...env,
      },
      ...(stdin === undefined ? {} : { stdin }),
    })
    const folder = this.box.path(cwd)
    const file = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined)
    const changed = () => {
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      const names = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      const isSame = (name: string) =>
        before.has(name) && file(name)?.equals(Buffer.from(before.get(name) ?? '')) === true
      return [...new Set([...names, ...before.keys()])].filter((name) => !isSame(name))
    }
    return { ...outcome, file, changed }
  }
}

function asText(contents: Readonly<Record<string, Content>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [name, Buffer.from(content).toString('base64')]),
  )
}

/** What a recorded answer does not have, a story does not ask for. */
function replayed({ code, out, files }: Answer, { files: given = {} }: Scene): Play {
  const stdout = Buffer.from(out, 'base64')
  const file = (name: string) => {
    const changed = files[name]
    const content = given[name]
    if (changed !== undefined) return Buffer.from(changed, 'base64')
    return content === undefined ? undefined : Buffer.from(content)
  }
  return {
    code,
    signal: null,
    stdout,
    out: stdout.toString(),
    err: 'recorded',
    file,
    changed: () => Object.keys(files),
  }
}

/** In JSON; a block scalar keeps its line break. */
const SEALED = /ENC\[AES256_GCM,data:[^\]]*,type:(\w+)\](\\n)?/g

/**
 * A sealed file with everything that differs each time it is sealed taken out: ciphertexts, keys, time.
 *
 * @param typed - whether the types of sealed values stay
 */
export async function sealedShape(bytes: Uint8Array, storeName: StoreName, typed: boolean) {
  const store = await storeOf(storeName)
  const { documents, metadata } = store.parse(decodeText(bytes))
  if (metadata === undefined) throw new Error('not sealed')
  const { groups, mac, lastModified, version, ...kept } = parseMetadata(metadata)
  const readers = groups.map((group) => group.map(({ type, fields }) => ({ type, fields })))
  const values = JSON.stringify(valuesOf(documents, storeName)).replace(SEALED, typed ? 'sealed $1' : 'sealed')
  return { ...kept, readers, values, hasMac: mac.startsWith('ENC[') }
}

/** The values of a plain file; bytes that are of no known format as text. */
export async function plainShape(bytes: Uint8Array, storeName: StoreName): Promise<unknown> {
  if (storeName === 'binary') return decodeText(bytes)
  return valuesOf((await storeOf(storeName)).parse(decodeText(bytes)).documents, storeName)
}

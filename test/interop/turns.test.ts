import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { storeNameFor } from '../../src/operations/stores.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { FIXTURES, recipientOf } from '../helpers/people.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { plainShape } from '../helpers/side-by-side.ts'

const ROOT = join(FIXTURES, 'manifests')
const FEW = ['kubernetes/all-in-one.yaml', 'json/appsettings.json', 'ini/my.cnf.ini', 'dotenv/quoting.env']

function allManifests(): string[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'))
  return files.filter(
    (file) => ['.yaml', '.yml', '.json', '.env', '.ini'].includes(extname(file)) && !file.startsWith('refused/'),
  )
}

/** One file that two programs work on. */
class Shared {
  readonly name: string
  private readonly box: Sandbox

  constructor(box: Sandbox, manifest: string) {
    this.box = box
    this.name = `shared${extname(manifest)}`
    box.write(this.name, readFileSync(join(ROOT, manifest)))
    this.readers([])
  }

  readers(others: readonly string[]): void {
    this.box.write('.sops.yaml', `creation_rules:\n  - age: '${[this.box.recipient, ...others].join(',')}'\n`)
  }

  async does(
    program: 'bulla' | 'sops',
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { code, out, err } = await this.box[program](args, { env })
    expect(code, `${program} ${args.join(' ')}: ${err}`).toBe(0)
    return out
  }

  /** What both programs read. */
  async values(): Promise<unknown> {
    const read = async (program: 'bulla' | 'sops') => {
      const out = await this.does(program, ['decrypt', this.name])
      return plainShape(Buffer.from(out), storeNameFor(this.name))
    }
    const [ours, theirs] = await Promise.all([read('bulla'), read('sops')])
    expect(ours).toEqual(theirs)
    return ours
  }
}

/** sops does not open what it makes of comments in a list of merge keys: finding F16. */
const MERGES = /<<: *\[/

describe.skipIf(findJudge('sops') === undefined)(withJudge('one file in turns', 'sops'), () => {
  const manifests = process.env['SLOW'] === undefined ? FEW : allManifests()
  it.concurrent.for(manifests.map((file, index) => [file, index % 2] as const))(
    'by bulla and sops: %s',
    async ([manifest, first], { box }) => {
      const shared = new Shared(box, manifest)
      if (MERGES.test(box.read(shared.name))) return
      const { name } = shared
      const path = name.endsWith('.ini') ? '["in_turns"]["key"]' : '["in_turns"]'
      let turn = first
      const next = (args: readonly string[], env?: Readonly<Record<string, string>>) => {
        turn += 1
        return shared.does(turn % 2 === 0 ? 'bulla' : 'sops', args, env)
      }
      await next(['encrypt', '--in-place', name])
      const before = await shared.values()

      for (const value of ['first value', 'second value']) {
        await next(['set', name, path, JSON.stringify(value)])
        await next(['edit', name], { EDITOR: `sed -i 's/${value}/changed value/'` })
        expect(await next(['decrypt', '--extract', path, name])).toBe('changed value')
        shared.readers([recipientOf('bob')])
        await next(['updatekeys', '--yes', name])
        await next(['rotate', '--in-place', name])
        expect(JSON.stringify(await shared.values())).toContain('changed value')
        shared.readers([])
        await next(['updatekeys', '--yes', name])
        expect(box.read(name)).not.toContain(recipientOf('bob'))
        await next(['unset', name, name.endsWith('.ini') ? '["in_turns"]' : path])
        expect(await shared.values()).toEqual(before)
      }
    },
  )
})

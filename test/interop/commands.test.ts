import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoreName } from '../../src/format/tree.ts'
import { storeNameFor } from '../../src/operations/stores.ts'
import { findJudge } from '../helpers/judges.ts'
import { Sandbox } from '../helpers/sandbox.ts'
import { type Play, plainShape, type Scene, Stage, sealedShape } from '../helpers/side-by-side.ts'
import { DECRYPT, DECRYPT_INTO, FILESTATUS } from '../helpers/stories/decrypt.ts'
import { EDIT } from '../helpers/stories/edit.ts'
import { ENCRYPT, ENCRYPT_INTO } from '../helpers/stories/encrypt.ts'
import { EXEC_ENV, EXEC_FILE, type ExecStory, VALUES } from '../helpers/stories/exec.ts'
import { KEY_STORIES } from '../helpers/stories/keys.ts'
import { SET, UNSET } from '../helpers/stories/set.ts'
import { ALICE, BOB, GROUPS, PLAIN, RULE, type Sealed, type Story } from '../helpers/stories/story.ts'

const answers = findJudge('sops') === undefined ? 'its recorded answers: it is not here' : 'itself'

// stories start programs that Windows does not have
describe.skipIf(process.platform === 'win32')(`bulla and sops (${answers}), given the same words`, () => {
  let box: Sandbox
  let stage: Stage
  let sealed: Sealed

  beforeAll(async () => {
    box = new Sandbox()
    stage = new Stage(box)
    sealed = await sealAll(stage)
  })
  afterAll(() => {
    stage.dispose()
    box.dispose()
  })

  const play = async (story: Story, given: Readonly<Record<string, string>>) => {
    const scene = sceneOf(story, given, sealed)
    const [ours, theirs] = await Promise.all([stage.bulla(scene), stage.sops(scene)])
    expect(theirs.code, theirs.err).toBe(story.code)
    expect(ours.code, ours.err).toBe(story.differs?.code ?? story.code)
    // what goes wrong leaves everything as it was
    if (ours.code !== 0) expect([ours.out, ours.changed()]).toEqual(['', []])
    return { ours, theirs }
  }

  /** Each opens what the other made. */
  const expectMutualReading = async (own: Buffer, other: Buffer, store: StoreName, story: Story) => {
    const name = `x.${store}`
    const types = ['--input-type', store, '--output-type', store]
    const reading = (bytes: Buffer): Scene => ({
      args: ['decrypt', ...types, name],
      files: { [name]: bytes },
      ...(story.identities === undefined ? {} : { identities: story.identities }),
    })
    const byBulla = await stage.bulla(reading(other))
    expect(byBulla.code, byBulla.err).toBe(0)
    if (!stage.hasSops) return
    const bySops = await stage.sopsItself(reading(own))
    expect(bySops.code, bySops.err).toBe(0)
    expect(await plainShape(bySops.stdout, store)).toEqual(await plainShape(byBulla.stdout, store))
  }

  describe('encrypt', () => {
    it.concurrent.for(named([...ENCRYPT, ...ENCRYPT_INTO]))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, PLAIN)
      if (ours.code !== 0 || theirs.code !== 0) return
      const store = resultStore(story)
      const [own, other] = [resultOf(ours, story), resultOf(theirs, story)]
      const typed = story.converts !== true
      expect(await sealedShape(own, store, typed)).toEqual(await sealedShape(other, store, typed))
      await expectMutualReading(own, other, store, story)
    })
  })

  describe('decrypt', () => {
    it.concurrent.for(named([...DECRYPT, ...DECRYPT_INTO]))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, sealed)
      if (ours.code !== 0 || theirs.code !== 0) return
      const [own, other] = [resultOf(ours, story), resultOf(theirs, story)]
      if (story.ownLayout !== true) expect(own.toString('latin1')).toBe(other.toString('latin1'))
      else expect(await plainShape(own, resultStore(story))).toEqual(await plainShape(other, resultStore(story)))
    })
  })

  describe.each<[string, readonly ExecStory[]]>([
    ['exec-env', EXEC_ENV],
    ['exec-file', EXEC_FILE],
  ])('%s', (_, stories) => {
    it.concurrent.for(named(stories))('%s', async ([, story]) => {
      const scene = sceneOf(story, sealed, sealed)
      const [ours, theirs] = await Promise.all([stage.bulla(scene), withoutRace(() => stage.sops(scene))])
      expect(theirs.code, theirs.err).toBe(story.code)
      expect(ours.code, ours.err).toBe(story.differs?.code ?? story.code)
      expect(ours.changed()).toEqual([])
      if (story.differs === undefined) expect(ours.out).toBe(theirs.out)
    })
  })

  describe.each(Object.entries(KEY_STORIES))('%s', (_, stories) => {
    it.concurrent.for(named(stories))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, sealed)
      if (ours.code !== 0 || theirs.code !== 0 || story.differs !== undefined || story.args.length === 1) return
      const store = resultStore(story)
      const isBinary = story.args.includes('f.bin')
      // sops shows its plan on standard output
      const resultIn = (of: Play) => (story.result === undefined ? of.stdout : (of.file(story.result) ?? Buffer.of()))
      const [own, other] = [resultIn(ours), resultIn(theirs)]
      const shapes = [own, other].map(async (bytes) => {
        const shape = await sealedShape(bytes, store, story.converts !== true)
        // sops records a threshold for a single group, and a selector for a file without parts
        return {
          ...shape,
          ...(shape.readers.length === 1 ? { shamirThreshold: 0 } : {}),
          ...(isBinary ? { selector: 0 } : {}),
        }
      })
      expect(await shapes[0]).toEqual(await shapes[1])
      await expectMutualReading(own, other, store, story)
    })
  })

  describe('edit', () => {
    it.concurrent.for(named(EDIT))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, sealed)
      if (ours.code !== 0 || theirs.code !== 0 || story.differs !== undefined) return
      const [own, other] = [resultOf(ours, story), resultOf(theirs, story)]
      const store = resultStore(story)
      const shapeOf = async (bytes: Buffer) => {
        const shape = await sealedShape(bytes, store, true)
        // sops records a selector for a file without parts, once it is opened and sealed again
        return store === 'binary' ? { ...shape, selector: 0 } : shape
      }
      expect(await shapeOf(own)).toEqual(await shapeOf(other))
      await expectMutualReading(own, other, store, story)
    })
  })

  describe('set and unset', () => {
    it.concurrent.for(named([...SET, ...UNSET]))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, sealed)
      const [name = ''] = story.args.filter((word) => /^\w+\.(?:yaml|json|env|ini|bin)$/.test(word))
      if (ours.code !== 0 || theirs.code !== 0) return
      expect([ours.out, theirs.out]).toEqual(['', ''])
      const [own, other] = [ours.file(name), theirs.file(name)]
      if (own === undefined || other === undefined) throw new Error('the file is gone')
      const store = storeNameFor(name)
      const typed = story.converts !== true
      expect(await sealedShape(own, store, typed)).toEqual(await sealedShape(other, store, typed))
      await expectMutualReading(own, other, store, story)
    })
  })

  describe('filestatus', () => {
    it.concurrent.for(named(FILESTATUS))('%s', async ([, story]) => {
      const { ours, theirs } = await play(story, sealed)
      if (story.differs === undefined) expect(ours.out).toBe(theirs.out)
    })
  })
})

/** sops fails now and then when the command ends before sops has opened the pipe for it: it has removed the pipe by then. */
async function withoutRace(run: () => Promise<Play>): Promise<Play> {
  for (let again = 0; again < 5; again += 1) {
    const play = await run()
    if (!/\.sops\d+\/[^/]*: no such file or directory/.test(play.err)) return play
  }
  return run()
}

/** The words are the title, with what is special about the story. */
function named(stories: readonly Story[]): [string, Story][] {
  return stories.map((story) => {
    const words = story.args.map((word) => (word.length > 60 ? `${word.slice(0, 12)}…` : word)).join(' ')
    const extras = [
      story.files === undefined ? '' : 'other files',
      story.config === undefined ? '' : `policy ${JSON.stringify(story.config)?.replace(/age1\w+/g, 'age1…')}`,
      story.differs === undefined ? '' : `bulla differs: ${story.differs.because}`,
    ]
    return [[words, ...extras.filter((extra) => extra !== '')].join('; '), story]
  })
}

function sceneOf(story: Story, given: Readonly<Record<string, string>>, sealed: Sealed): Scene {
  const { args, files = given, config = RULE, stdin, identities, env } = story
  const made = (content: string | ((from: Sealed) => string)) =>
    typeof content === 'string' ? content : content(sealed)
  const contents = Object.entries(files).map(([name, content]) => [name, made(content)] as const)
  return {
    args,
    files: Object.fromEntries([...contents, ...(config === null ? [] : [['.sops.yaml', config] as const])]),
    ...(stdin === undefined ? {} : { stdin: made(stdin) }),
    ...(identities === undefined ? {} : { identities }),
    ...(env === undefined ? {} : { env }),
  }
}

function resultOf(play: Play, { result }: Story): Buffer {
  if (result === undefined) return play.stdout
  const bytes = play.file(result)
  if (bytes === undefined) throw new Error(`there is no ${result}`)
  expect(play.out).toBe('')
  return bytes
}

function resultStore({ store, result, args }: Story): StoreName {
  return store ?? storeNameFor(result ?? args.findLast((word) => /^\w+\.\w+$/.test(word)) ?? '')
}

/** What sops makes of the plain files, and one for two of three key groups. */
async function sealAll(stage: Stage): Promise<Sealed> {
  const sealOne = async (name: string, plain: string, config: string, args: readonly string[]) => {
    const files = { [name]: plain, '.sops.yaml': config }
    const { code, out, err } = await stage.sops({ args: ['encrypt', ...args, name], files })
    if (code !== 0) throw new Error(err)
    return [name, out] as const
  }
  const threshold = ['--shamir-secret-sharing-threshold', '2']
  const made = await Promise.all([
    ...Object.entries({ ...PLAIN, ...VALUES }).map(([name, text]) => sealOne(name, text, RULE, [])),
    sealOne('groups.yaml', 'a: 1\n', GROUPS, threshold),
    sealOne('both.yaml', 'a: 1\n', `creation_rules: [{age: '${ALICE},${BOB}'}]\n`, []),
  ])
  return Object.fromEntries(made)
}

import { describe, expect } from 'vitest'
import { MARKER } from '../helpers/canary.ts'
import { editor } from '../helpers/editors.ts'
import { findJudge } from '../helpers/judges.ts'
import { MergeRepository } from '../helpers/merging/repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const [one, two, three] = [1, 2, 3].map((number) => `${MARKER}-${number}`)

/** A change as somebody makes it in an editor. */
async function edit(box: Sandbox, file: string, changes: Readonly<Record<string, string>>): Promise<void> {
  const script = Object.entries(changes).map(([old, next]) => `.replace('${MARKER}-${old}', '${MARKER}-${next}')`)
  const { code, err } = await box.bulla(['edit', file], { env: editor(box, `save(text${script.join('')})`) })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  box.write('../editor.cjs', '')
}

/** Of both sides between marks, as often as they stand there. */
function marked(text: string): string[] {
  return [...text.matchAll(/^<{7} [\s\S]*?^>{7} .*\r?\n/gm)].map(([block]) => block)
}

const CASES: readonly (readonly [name: string, file: string, text: string, hasLine: boolean])[] = [
  ['anchors and aliases', 'f.yaml', `base: &b\n  x: ${one}\nuse: *b\nz: ${two}\nlist: [&i ${three}, *i]\n`, true],
  ['a merge key', 'f.yaml', `base: &b\n  x: ${two}\nuse:\n  <<: *b\n  z: ${one}\ny1: ${three}\n`, true],
  ['flow style', 'f.yaml', `a: {x: ${two}, l: [0, ${one}], z: ${three}}\nb: 1\n`, false],
  ['several documents', 'f.yaml', `---\na: ${three}\nb: ${two}\n---\na: 1\n...\n---\nc: ${one}\n`, true],
  [
    'block scalars',
    'f.yaml',
    `k: |\n  first\n  ${one}\nf: >-\n  ${two}\n  more\n\nkeep: |+\n  ${three}\n\nend: 1\n`,
    true,
  ],
  ['lines that end with CRLF', 'f.yaml', `a: ${one}\r\nb: ${two}\r\n# c\r\nd: ${three}\r\n`, true],
  ['no line break at the end', 'f.yaml', `a: ${one}\nb: ${two}\nc: ${three}`, true],
  ['compact JSON', 'f.json', `{"a":"${one}","b":{"c":"${two}","d":["${three}",1]}}\n`, false],
  ['indented JSON', 'f.json', `{\n\t"a": "${one}",\n\t"b": {"c": "${two}"},\n\t"l": [\n\t\t"${three}"\n\t]\n}\n`, true],
  ['INI', 'f.ini', `; c\n[one]\na = ${one}\nb = ${two}\n\n[two]\na = ${three}\n`, true],
  ['dotenv', 'f.env', `# c\nA=${one}\nB="${two}"\n\nC=${three}\n`, true],
]

describe('a conflict, and a change beside it on each side', () => {
  it.for(CASES)('in a file with %s', async ([, file, text, hasLine], { box }) => {
    const repo = await MergeRepository.create(box, { [file]: text })
    const plain = await repo.decrypt(file)
    await repo.branch('topic', () => edit(box, file, { '1': 'theirs', '2': 'changed' }))
    await repo.change(() => edit(box, file, { '1': 'ours', '3': 'changed' }))
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^bulla: \S+: both sides changed \S+(?: of document 2)?\n/),
    })
    expect(err.match(/both sides changed/g)).toHaveLength(1)
    const [block = '', ...others] = marked(box.read(file))
    expect(others).toEqual([])
    // one ciphertext each, where it has a line of its own
    if (hasLine) expect(block.match(/ENC\[/g)).toHaveLength(2)
    await repo.bulla('resolve', file, '--theirs', '.')
    const wanted = plain.replace('-1', '-theirs').replace('-2', '-changed').replace('-3', '-changed')
    // a last line can only be followed by a mark when it ends
    expect((await repo.decrypt(file)).trimEnd()).toBe(wanted.trimEnd())
    if (findJudge('sops') !== undefined) {
      const { code: status, err: message } = await box.sops(['decrypt', file])
      expect({ status, message }).toEqual({ status: 0, message: '' })
    }
    await repo.expectNothingReadable()
  })
})

describe('documents of a YAML file', () => {
  const object = (name: string, value: string) => `---
apiVersion: v1
kind: Secret
metadata_unencrypted: # ${name}
  name: ${name}
metadata:
  name: ${MARKER}-${name}
data:
  password: ${MARKER}-${value}
  user: ${MARKER}-${name}-user
`
  const before = [object('one', '1'), object('two', '2'), object('three', '3')].join('')
  const save = async (box: Sandbox, text: string) => {
    box.write('../next.yaml', text)
    const copy = editor(box, `save(fs.readFileSync(${JSON.stringify(box.path('../next.yaml'))}, 'utf8'))`)
    const { code, err } = await box.bulla(['edit', 'f.yaml'], { env: copy })
    for (const file of ['../next.yaml', '../editor.cjs']) box.write(file, '')
    expect({ code, err }).toEqual({ code: 0, err: '' })
  }
  const opensForSops = async (box: Sandbox) => {
    if (findJudge('sops') === undefined) return
    const { code, err } = await box.sops(['decrypt', 'f.yaml'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  }

  it('may be added on both sides, moved, and taken out, while others change', async ({ box }) => {
    const repo = await MergeRepository.create(box, { 'f.yaml': before })
    await repo.branch('topic', () =>
      save(box, [object('three', '9'), object('one', '1'), object('four', '4')].join('')),
    )
    await repo.change(() =>
      save(box, [object('five', '5'), object('one', '8'), object('two', '2'), object('three', '3')].join('')),
    )
    expect(await repo.run('merge', '-m', 'merge', 'topic')).toMatchObject({ code: 0, err: '' })
    const wanted = [object('five', '5'), object('three', '9'), object('one', '8'), object('four', '4')]
    expect(await repo.decrypt('f.yaml')).toBe(wanted.join(''))
    await opensForSops(box)
    const { out } = await box.bulla(['diff', 'HEAD~1', 'HEAD', '--summary'])
    expect(out).toBe('f.yaml: 1 changed, 6 added, 6 removed\n')
  })

  it('are a conflict of the whole document when one side took away what the other changed', async ({ box }) => {
    const repo = await MergeRepository.create(box, { 'f.yaml': before })
    await repo.branch('topic', () => repo.bulla('set', '--document', '1', 'f.yaml', 'data.password', `"${MARKER}-7"`))
    await repo.change(() => save(box, object('one', '1') + object('three', '3')))
    const { code, err } = await repo.run('merge', '-m', 'merge', 'topic')
    expect(code).toBe(1)
    expect(err).toContain('bulla: f.yaml: one side took document 1 away, the other changed it\n')
    expect(marked(box.read('f.yaml'))).toHaveLength(1)
    const listed = await box.bulla(['resolve', 'f.yaml'])
    expect(listed).toMatchObject({ code: 1, err: expect.stringContaining('  document 1\n') })
    const another = await box.bulla(['resolve', 'f.yaml', '--value', 'document 1'], { stdin: 'x' })
    expect(another).toMatchObject({ code: 1, err: expect.stringContaining('can only be kept or taken away') })
    const conflicted = box.read('f.yaml')
    await repo.bulla('resolve', 'f.yaml', '--ours', '.')
    expect(await repo.decrypt('f.yaml')).toBe(object('one', '1') + object('three', '3'))
    await opensForSops(box)
    box.write('f.yaml', conflicted)
    await repo.bulla('resolve', 'f.yaml', '--theirs', 'document 1')
    expect(await repo.decrypt('f.yaml')).toBe(before.replace('-2', '-7'))
    await opensForSops(box)
    await repo.expectNothingReadable()
  })

  it('with the same path in conflict are decided one by one', async ({ box }) => {
    const repo = await MergeRepository.create(box, { 'f.yaml': before })
    const set = async (value: string) => {
      for (const document of ['1', '2']) {
        await repo.bulla('set', '--document', document, 'f.yaml', 'data.password', `"${MARKER}-${value}${document}"`)
      }
    }
    await repo.branch('topic', () => set('theirs'))
    await repo.change(() => set('ours'))
    expect((await repo.run('merge', 'topic')).code).toBe(1)
    const { code, err } = await box.bulla([
      'resolve',
      'f.yaml',
      '--theirs',
      'data.password of document 7',
      '--ours',
      '.',
    ])
    const hint = 'in conflict are data.password of document 1, data.password of document 2'
    expect({ code, err }).toEqual({ code: 91, err: expect.stringContaining(hint) })
    const both = await box.bulla(['resolve', 'f.yaml', '--ours', 'data.password'])
    expect(both).toMatchObject({ code: 91, err: expect.stringContaining('in conflict in several documents') })
    const theirs = ['--theirs', 'data.password of document 2']
    await repo.bulla('resolve', 'f.yaml', '--ours', 'data.password of document 1', ...theirs)
    expect(await repo.decrypt('f.yaml')).toBe(before.replace('-2', '-ours1').replace('-3', '-theirs2'))
  })
})

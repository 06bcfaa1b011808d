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
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^bulla: \S+: both sides changed \S+\n/) })
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

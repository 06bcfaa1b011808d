import { beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../../src/format/store.ts'
import type { StoreName } from '../../../../src/format/tree.ts'
import { loadStore, STORE_NAMES } from '../../../../src/operations/stores.ts'
import { extract } from '../../../../src/operations/values/extract.ts'
import { parseTreePath } from '../../../../src/operations/values/tree-path.ts'
import { failure } from '../../../helpers/failure.ts'

describe('what is taken out', () => {
  const stores = new Map<StoreName, Store>()
  beforeAll(async () => {
    for (const name of STORE_NAMES) stores.set(name, await loadStore(name))
  })
  const store = (name: StoreName): Store => stores.get(name) ?? failNoStore()
  const YAML =
    '# top\na: text\nb:\n  # above\n  - 1\n  - [x, {y: z}]\nc: {d: 1.50, e: null, f: true, g: "", h: 2024-01-02}\nm: |\n  two\n  lines\n---\nother: 1\n'

  function taken(path: string, output: StoreName = 'yaml', input: StoreName = 'yaml', text = YAML): string {
    const { documents } = store(input).parse(text)
    return Buffer.from(extract(documents, parseTreePath(path), store(output), {})).toString()
  }

  it.each([
    ['["a"]', 'text'],
    ['["m"]', 'two\nlines\n'],
    ['["c"]["g"]', ''],
    ['["b"][1]', '1\n'],
    ['["b"][2][0]', 'x'],
    ['["b"][2][1]', '"y": z\n'],
    ['["b"][2]', '- x\n- "y": z\n'],
    ['["c"]["d"]', '1.5\n'],
    ['["c"]["e"]', 'null\n'],
    ['["c"]["f"]', 'true\n'],
    ['["c"]["h"]', '2024-01-02T00:00:00Z\n'],
  ])('is printed as sops prints it, from %s', (path, expected) => {
    expect(taken(path)).toBe(expected)
  })

  it.each<[string, StoreName, string]>([
    ['["a"]', 'json', 'text'],
    ['["b"][1]', 'json', '1'],
    ['["c"]["f"]', 'json', 'true'],
    ['["b"][2]', 'json', '[\n\t"x",\n\t{\n\t\t"y": "z"\n\t}\n]'],
    ['["b"][2][1]', 'json', '{\n\t"y": "z"\n}\n'],
    ['["b"][2][1]', 'dotenv', 'y=z\n'],
    ['["a"]', 'binary', 'text'],
    ['["a"]', 'ini', 'text'],
  ])('is printed in other formats, from %s as %s', (path, output, expected) => {
    expect(taken(path, output)).toBe(expected)
  })

  it('is the bytes of a text, not its characters', () => {
    const { documents } = store('dotenv').parse('A=\udcff\n')
    expect([...extract(documents, ['A'], store('dotenv'), {})]).toEqual([0xff])
  })

  it.each<[string, StoreName]>([
    ['["b"][1]', 'dotenv'],
    ['["b"]', 'dotenv'],
    ['["b"][1]', 'binary'],
  ])('must be possible in the format: %s as %s', (path, output) => {
    expect(failure(() => taken(path, output)).code).toBe('ERR_EMIT')
  })

  it.each([
    ['["x"]', ['x'], /exactly as in the file/],
    ['["aa"]', ['aa'], /did you mean \["a"\]/],
    ['["other"]', ['other'], /exactly/],
    ['["a"]["b"]["c"]', ['a', 'b'], /single value/],
    ['["c"]["e"]["x"]', ['c', 'e', 'x'], /single value/],
    ['["b"]["0"]', ['b', '0'], /position/],
    ['["b"][0]', ['b', '0'], /comments count too/],
    ['["b"][9]', ['b', '9'], /count from 0/],
    ['["c"][0]', ['c', '0'], /write a key/],
    ['["__proto__"]', ['__proto__'], /./],
    ['["constructor"]["name"]', ['constructor'], /./],
  ])('must be there: %s', (path, where, hint) => {
    const error = failure(() => taken(path))
    expect(error).toMatchObject({ code: 'ERR_PATH_NOT_FOUND', where: { path: where } })
    expect(error.hint).toMatch(hint)
  })

  it('comes from the first document only', () => {
    expect(taken('["other"]', 'yaml', 'yaml', 'other: 1\n---\nother: 2\n')).toBe('1\n')
  })

  it('is the first of keys that stand twice', () => {
    expect(taken('["a"]', 'json', 'json', '{"a": "1", "a": "2"}')).toBe('1')
  })
})

function failNoStore(): never {
  throw new Error('the store was not loaded')
}

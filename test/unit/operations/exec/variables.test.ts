import { describe, expect, it } from 'vitest'
import type { Branch, Node } from '../../../../src/format/tree.ts'
import { specialReason } from '../../../../src/operations/exec/special-variables.ts'
import { type VariableRules, variablesOf } from '../../../../src/operations/exec/variables.ts'
import { failure } from '../../../helpers/failure.ts'

const text = (value: string): Node => ({ kind: 'scalar', type: 'str', value })
const branch = (entries: Readonly<Record<string, Node>>): Branch => ({
  kind: 'branch',
  items: Object.entries(entries).map(([key, value]) => ({ kind: 'entry', key, value })),
})
const list = (...items: Node[]): Node => ({
  kind: 'list',
  items: [{ kind: 'comment', text: ' c', inline: false }, ...items],
})
const rules = (changes: Partial<VariableRules> = {}): VariableRules => ({
  flatten: false,
  allowed: new Set(),
  ignoresCase: false,
  ...changes,
})

describe('the variables of a document', () => {
  it('are its top-level values, as sops writes them', () => {
    const document = branch({
      text: text('a b\n'),
      int: { kind: 'scalar', type: 'int', value: '42' },
      float: { kind: 'scalar', type: 'float', value: '100000000000000000000' },
      whole: { kind: 'scalar', type: 'float', value: '2' },
      bool: { kind: 'scalar', type: 'bool', value: 'True' },
      time: { kind: 'scalar', type: 'time', value: '2024-01-02T03:04:05.5Z' },
      none: { kind: 'null' },
    })
    expect(variablesOf(document, rules()).map(({ name, value }) => [name, value])).toEqual([
      ['text', 'a b\n'],
      ['int', '42'],
      ['float', '1E+20'],
      ['whole', '2.0'],
      ['bool', 'true'],
      ['time', '2024-01-02T03:04:05Z'],
      ['none', undefined],
    ])
  })

  const names: [string, Branch, string[]][] = [
    ['nested keys', branch({ db: branch({ password: text('x') }) }), ['DB_PASSWORD']],
    ['lists, comments not counted', branch({ h: list(text('x'), text('y')) }), ['H_0', 'H_1']],
    ['what no name can hold', branch({ 'a-b.c d': text('x'), é: text('y') }), ['A_B_C_D', '_']],
    ['a number in front', branch({ '1st': text('x') }), ['_1ST']],
    ['empty collections', branch({ a: branch({}), b: { kind: 'list', items: [] } }), []],
  ]
  it.each(names)('are flattened: %s', (_what, document, expected) => {
    expect(variablesOf(document, rules({ flatten: true })).map(({ name }) => name)).toEqual(expected)
  })

  it('are refused when two of them would have one name', () => {
    const document = branch({ a: branch({ b: text('s3cret') }), a_b: text('s3cret') })
    const error = failure(() => variablesOf(document, rules({ flatten: true })))
    expect(error).toMatchObject({ code: 'ERR_VARIABLE', message: 'a.b and a_b would both be A_B' })
  })

  it('are refused with a text that is not UTF-8, which an environment of ours cannot carry', () => {
    const error = failure(() => variablesOf(branch({ a: text('\udcff') }), rules()))
    expect(error).toMatchObject({ code: 'ERR_VARIABLE', where: { path: ['a'] } })
  })

  it('are one word where an error says what to type', () => {
    const { hint } = failure(() => variablesOf(branch({ "x'; touch evil; '": text('y') }), rules()))
    expect(hint).toContain(`--allow-env 'x'\\''; touch evil; '\\'''`)
  })

  it('are listed in an error up to a dozen', () => {
    const many = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`k${index}`, branch({ a: text('x') })]))
    const { hint } = failure(() => variablesOf(branch(many), rules()))
    expect(hint).toMatch(/K11_A \(k11\.a\) and 3 more$/)
  })
})

describe('names that programs treat specially', () => {
  it.each([
    ...['PATH', 'LD_PRELOAD', 'LD_ANYTHING', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'BASH_ENV', 'ENV', 'IFS'],
    ...['PYTHONPATH', 'PERL5OPT', 'RUBYOPT', 'GIT_SSH_COMMAND', 'GIT_CONFIG_COUNT', 'BASH_FUNC_ls%%', 'HOME'],
    ...['OPENSSL_CONF', 'OPENSSL_ENGINES', 'VIMINIT', 'LESS', 'GIT_DIR'],
  ])('are known: %s', (name) => {
    expect(specialReason(name, false)).toMatch(/^\w+/)
  })

  it.each(['PASSWORD', 'env', 'PATHS', 'MY_PATH', 'GIT_TOKEN', 'NPM_TOKEN', 'HTTPS_PROXY', 'LESSON'])(
    'are no others: %s',
    (name) => {
      expect(specialReason(name, false)).toBeUndefined()
    },
  )

  it('are the same in any case where the system says so', () => {
    expect(specialReason('Path', false)).toBeUndefined()
    expect(specialReason('Path', true)).toBe(specialReason('PATH', true))
  })
})

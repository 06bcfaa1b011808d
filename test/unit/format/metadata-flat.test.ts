import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flattenMetadata, unflattenMetadata } from '../../../src/format/metadata-flat.ts'
import type { Branch, Node } from '../../../src/format/tree.ts'
import { failure } from '../../helpers/failure.ts'
import { branch, list, plainTree, str } from '../../helpers/fake-seal.ts'
import { runs } from '../../helpers/runs.ts'

const lines = (metadata: Branch): string[] => flattenMetadata(metadata).map(({ key, value }) => `${key}=${value}`)
const unflatten = (...names: string[]): unknown =>
  plainTree(unflattenMetadata(names.map((key, index) => ({ key, value: String(index) }))))

describe('flattened metadata', () => {
  it('has a name for every value, depth first', () => {
    const context = branch({ env: str('prod'), 'a:b': str('') })
    const metadata = branch({
      key_groups: list([
        branch({ kms: list([branch({ arn: str('x'), context })]), age: list([]) }),
        branch({ age: list([str('y')]) }),
      ]),
      shamir_threshold: { kind: 'scalar', type: 'int', value: '2' },
      mac_only_encrypted: { kind: 'scalar', type: 'bool', value: 'True' },
    })
    expect(lines(metadata)).toEqual([
      'key_groups__list_0__map_kms__list_0__map_arn=x',
      'key_groups__list_0__map_kms__list_0__map_context__map_env=prod',
      'key_groups__list_0__map_kms__list_0__map_context__map_a:b=',
      'key_groups__list_1__map_age__list_0=y',
      'shamir_threshold=2',
      'mac_only_encrypted=true',
    ])
  })

  it('keeps the order of lists beyond ten', () => {
    const names = flattenMetadata(branch({ a: list(Array.from({ length: 12 }, () => str('x'))) })).map(({ key }) => key)
    expect(names.slice(8)).toEqual(['a__list_8', 'a__list_9', 'a__list_10', 'a__list_11'])
  })

  it.each<[string, Branch, string]>([
    ['a null', branch({ a: { kind: 'null' } }), 'ERR_EMIT'],
    ['a name that collides', branch({ a: branch({ b: str('1') }), a__map_b: str('2') }), 'ERR_METADATA'],
  ])('is refused for %s', (_, metadata, code) => {
    expect(failure(() => flattenMetadata(metadata)).code).toBe(code)
  })

  it('is put together again in any order', () => {
    expect(unflatten('l__list_1__map_b', 'v', 'l__list_0__map_a', 'l__list_1__map_a')).toEqual([
      [
        'l',
        [
          [['a', '2']],
          [
            ['b', '0'],
            ['a', '3'],
          ],
        ],
      ],
      ['v', '1'],
    ])
    expect(unflatten('__map_a', 'b__list_0__list_0')).toEqual([
      ['', [['a', '0']]],
      ['b', [['1']]],
    ])
  })

  it.each([
    ['a name twice', ['a', 'a']],
    ['a list that does not start at 0', ['a__list_1']],
    ['a list with a gap', ['a__list_0', 'a__list_2']],
    ['a list with a huge index', ['a__list_999999999999']],
    ['a list index that is no number', ['a__list_x']],
    ['a value that is a container too', ['a', 'a__map_b']],
    ['a list that is a mapping too', ['a__list_0', 'a__map_b']],
  ])('is refused with %s', (_, names) => {
    expect(failure(() => unflatten(...names)).code).toBe('ERR_METADATA')
  })

  it('does not reach a prototype', () => {
    expect(unflatten('__proto____map_polluted', 'constructor__map_prototype')).toEqual([
      ['__proto__', [['polluted', '0']]],
      ['constructor', [['prototype', '1']]],
    ])
    expect('polluted' in {}).toBe(false)
  })

  it('comes back whole', () => {
    const key = fc.constantFrom('age', 'enc', '__proto__', 'a_b', 'é', 'a.b:c')
    const { node } = fc.letrec<{ node: Node }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.string().map(str),
        fc.uniqueArray(fc.tuple(key, tie('node')), { minLength: 1, maxLength: 3, selector: ([name]) => name }).map(
          (entries): Node => ({
            kind: 'branch',
            items: entries.map(([name, value]) => ({ kind: 'entry', key: name, value })),
          }),
        ),
        fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(list),
      ),
    }))
    fc.assert(
      fc.property(node, (value) => {
        const metadata: Branch = { kind: 'branch', items: [{ kind: 'entry', key: 'root', value }] }
        expect(plainTree(unflattenMetadata(flattenMetadata(metadata)))).toEqual(plainTree(metadata))
      }),
      runs(200),
    )
  })
})

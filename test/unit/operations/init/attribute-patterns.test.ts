import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attributePatterns, exactPattern } from '../../../../src/operations/init/attribute-patterns.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-attributes-'))
  execFileSync('git', ['init', '-q', folder], { env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: devNull } })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Which of these paths git gives the driver to. */
function covered(patterns: readonly string[], paths: readonly string[]): string[] {
  writeFileSync(join(folder, '.gitattributes'), patterns.map((pattern) => `${pattern} merge=bulla\n`).join(''))
  const args = ['check-attr', '-z', '--stdin', 'merge']
  const output = execFileSync('git', args, { cwd: folder, input: paths.join('\0'), encoding: 'utf8' })
  const fields = output.split('\0')
  return paths.filter((_, index) => fields[index * 3 + 2] === 'bulla')
}

const PATHS = [
  ...['secrets/a.yaml', 'secrets/x/y.json', 'a/secrets/b', 'mysecrets/c.yaml', 'a/b/c/secrets.yaml', 'secret'],
  ...[
    'x.enc.yaml',
    'a/x.enc.yaml',
    'a/x.enc.yaml.bak',
    'enc.yaml',
    'a/.enc.yaml',
    '.sops.yaml',
    'app.sops.yml',
    'a/.env',
  ],
  ...[
    'clusters/a/k.yaml',
    'clusters/b/k/l.yml',
    'deploy/db-secret.yaml',
    'deploy/a/secret/b.yaml',
    'a*b.yaml',
    'a b.yaml',
  ],
  ...[
    'apps/one/secret.yaml',
    'apps/one/two/secret.yaml',
    'README.md',
    'src/main.ts',
    'prod.yaml',
    'prodXyaml',
    'a-1.json',
  ],
]

const REGEXES = [
  ...[
    '(^|/)secrets/',
    'secrets/.*\\.yaml$',
    '\\.enc\\.yaml$',
    '[^/]\\.(enc|sops)\\.[^/]+$',
    '^deploy/.*secret.*\\.yaml$',
  ],
  ...[
    '.*\\.sops\\.(ya?ml|json)$',
    '^apps/[^/]+/secret\\.yaml$',
    'clusters/(?:a|b)/.*',
    '^a\\*b\\.yaml$',
    '^prod.yaml$',
  ],
  ...[
    'secret',
    '^a.*\\.json$',
    'a-\\d+\\.json',
    '(^|/)\\.env$',
    '^secrets/|\\.enc\\.',
    '(^|/)secrets/|app',
    'x+\\.enc',
    'a b',
  ],
  ...['^(secrets|deploy)/.+\\.ya?ml$', '(a|b/c)+/secrets'],
]

describe('patterns of an expression', () => {
  it.each(REGEXES)('cover every file that %s matches', (regex) => {
    const patterns = attributePatterns(regex, '')
    expect(patterns).toBeDefined()
    const matched = PATHS.filter((path) => new RegExp(regex).test(path))
    expect(covered(patterns ?? [], PATHS)).toEqual(expect.arrayContaining(matched))
  })

  it('cover every file of generated expressions and paths', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '/',
      '\\.',
      '.',
      '.*',
      '[^/]+',
      '[^/]*',
      '(a|/b)',
      'a?',
      '(?:b/)?',
      '.+',
      'a|b',
      '^',
      '$',
    )
    const regexes = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
    const name = fc.constantFrom('a', 'b', 'ab', 'a.b', 'ba', '.a')
    const paths = fc.array(
      fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
      { minLength: 8, maxLength: 8 },
    )
    fc.assert(
      fc.property(regexes, paths, (regex, all) => {
        const patterns = attributePatterns(regex, '')
        if (patterns === undefined) return
        const matched = all.filter((path) => new RegExp(regex).test(path))
        expect(covered(patterns, all)).toEqual(expect.arrayContaining(matched))
      }),
      { numRuns: process.env['SLOW'] === undefined ? 60 : 3000 },
    )
  })

  it('leave files alone that common expressions do not mean', () => {
    expect(covered(attributePatterns('(^|/)secrets/', '') ?? [], PATHS)).toEqual([
      'secrets/a.yaml',
      'secrets/x/y.json',
      'a/secrets/b',
    ])
    expect(attributePatterns('[^/]\\.(enc|sops)\\.[^/]+$', '')).toEqual(['*?.enc.*', '*?.sops.*'])
    expect(attributePatterns('(^|/)secrets/|[^/]\\.(enc|sops)\\.[^/]+$', '')).toEqual([
      ...['**/secrets/**/*', '*?.enc.*', '*?.sops.*'],
    ])
  })

  it('stand below the folder of their policy', () => {
    const patterns = attributePatterns('\\.enc\\.yaml$', 'my deploy') ?? []
    const paths = ['my deploy/x.enc.yaml', 'my deploy/a/x.enc.yaml', 'x.enc.yaml', 'a/my deploy/x.enc.yaml']
    expect(covered(patterns, paths)).toEqual(['my deploy/x.enc.yaml', 'my deploy/a/x.enc.yaml'])
  })

  it.each(['(?i)secret', '.*', '^[^.]*$', '^(clusters/[a-z]/)?k?.*', '', '\\bsecret', '[[:alpha:]]', 'a{2', 'x\\pL'])(
    'are not made of %s',
    (regex) => {
      expect(attributePatterns(regex, '')).toBeUndefined()
    },
  )

  it('name one file, however it is called', () => {
    const odd = ['a*b.yaml', 'a b.yaml', '!x', '#x', 'q"uote', 'back\\slash', 'ta\tb', 'br[a]cket', 'é']
    for (const path of odd) expect(covered([exactPattern(path)], odd)).toEqual([path])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBullaError } from '../../../../src/errors.ts'
import { Composer } from '../../../../src/format/yaml/compose.ts'
import { parseSealedYaml } from '../../../../src/format/yaml/parse-sealed.ts'
import { type ParsedYaml, parseYaml } from '../../../../src/format/yaml/read/parser.ts'
import { UsualBlock } from '../../../../src/format/yaml/usual-block.ts'
import { readFixture, sopsFixtures } from '../../../helpers/sops-fixtures.ts'

const SEALED = sopsFixtures()
  .filter(({ store }) => store === 'yaml')
  .map(({ file }) => Buffer.from(readFixture(file)).toString('utf8'))
const USUAL = SEALED.filter((text) => attempt(() => takesBlock(parseSealedYaml(text))) === true)

const SMALL = `a: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]
sops:
    age:
        - recipient: age1x
          enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdl
            -----END AGE ENCRYPTED FILE-----
    lastmodified: "2026-01-02T03:04:05Z"
    mac: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]
    version: 3.13.3
`

function takesBlock({ documents: [first] }: ParsedYaml): boolean {
  return first?.root.kind === 'mapping' && first.root.pairs.at(-1) instanceof UsualBlock
}

/** What is read, with all places but those of values in the metadata. */
function read(text: string, parse: (text: string) => ParsedYaml): unknown {
  try {
    const parsed = parse(text)
    const layout = { text, lineBreak: '\n', indent: 4 }
    const composer = new Composer(parsed, layout)
    const documents = parsed.documents.map((document, index) => {
      const { root, ...around } = document
      const items = composer.document(document, index).items.map((item) => {
        const isMetadata = item.kind === 'entry' && item.key === 'sops'
        return isMetadata ? { ...item, value: withoutPlaces(item.value) } : item
      })
      const last = root.kind === 'mapping' ? root.pairs.at(-1) : undefined
      const { key, value } = last ?? {}
      const block = key?.kind === 'scalar' && key.value === 'sops' && value?.kind === 'mapping'
      const ends = { ...value, ...(block ? { pairs: [] } : {}) }
      return { ...around, start: root.start, end: root.end, items, key, value: block ? ends : undefined }
    })
    return { documents, comments: parsed.comments, lost: composer.lostComments(), hasAliases: parsed.hasAliases }
  } catch (error) {
    if (!isBullaError(error)) throw error
    return { code: error.code, message: error.message, where: error.where }
  }
}

function withoutPlaces(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node, (key, value) => (key === 'place' ? undefined : value)))
}

/** Layouts and nodes of places hold each other: what they say is compared. */
function asText(value: unknown): string {
  return JSON.stringify(value, (key, part) => (key === 'layout' ? undefined : part))
}

describe('a sealed text', () => {
  it('is read as the whole of it is, whoever wrote it', () => {
    expect(USUAL.length).toBeGreaterThan(50)
    for (const text of SEALED) expect(asText(read(text, parseSealedYaml))).toBe(asText(read(text, parseYaml)))
  })

  it('is read as the whole of it is, whatever was changed in it', () => {
    const places = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12) })
    const texts = fc.constantFrom(
      '',
      '\n',
      ' ',
      '#',
      ' # x',
      '\t',
      ':',
      '- ',
      'sops:\n',
      '---\n',
      '"',
      '|',
      'é',
      '\r\n',
      '    ',
      'a: b\n',
    )
    const change = fc.record({ place: places, text: texts })
    fc.assert(
      fc.property(
        fc.constantFrom(...USUAL, SMALL),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (sealed, changes) => {
          let text = sealed
          for (const { place, text: put } of changes) {
            const at = Math.floor(place.from * text.length)
            text = text.slice(0, at) + put + text.slice(at + place.length)
          }
          expect(asText(read(text, parseSealedYaml))).toBe(asText(read(text, parseYaml)))
        },
      ),
      { numRuns: process.env['SLOW'] === undefined ? 300 : 20_000 },
    )
  })

  it.each([
    ['as it is', (text: string) => text],
    [
      'with groups, and a key of PGP in one',
      (text: string) =>
        text.replace(
          / {4}age:\n[\s\S]*?(?= {4}lastmodified)/,
          `    key_groups:
        - hc_vault: []
          age: []
          pgp:
            - created_at: "2026-01-02T03:04:05Z"
              enc: |
                -----BEGIN PGP MESSAGE-----

                aGk=
                -----END PGP MESSAGE-----
              fp: AB12
        - age:
            - recipient: age1x
    shamir_threshold: 2
`,
        ),
    ],
    ['behind a list', (text: string) => text.replace('a:', 'a:\n    -')],
    ['behind a mark', (text: string) => `---\n${text}`],
    ['behind a comment that belongs to another value', (text: string) => `# x\nb: c\n${text}`],
  ])('takes the short way %s', (_, change) => {
    expect(takesBlock(parseSealedYaml(change(SMALL)))).toBe(true)
  })

  it.each([
    ['a comment in the block', (text: string) => text.replace('    mac', '    # x\n    mac')],
    ['a comment behind the last value', (text: string) => text.replace('str]\nsops', 'str] # x\nsops')],
    ['a comment above the block', (text: string) => text.replace('\nsops', '\n# x\nsops')],
    ['an empty line above the block', (text: string) => text.replace('\nsops', '\n\nsops')],
    ['an empty line at the end', (text: string) => `${text}\n`],
    ['no line break at the end', (text: string) => text.trimEnd()],
    ['line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a second document', (text: string) => `a: 1\n---\n${text}`],
    ['something behind the block', (text: string) => `${text}b: c\n`],
    ['the block twice', (text: string) => text + text.slice(text.indexOf('sops:'))],
    ['the same name twice', (text: string) => text.replace('    version', '    mac: x\n    version')],
    ['keys that are indented', (text: string) => text.replaceAll(/^(?=.)/gm, ' ')],
    ['nothing but the block', (text: string) => text.slice(text.indexOf('sops:'))],
    ['a value that goes on in the next line', (text: string) => text.replace('3.13.3', '3.13.3\n        and more')],
    [
      'more names than there are',
      (text: string) => text + Array.from({ length: 70 }, (_, at) => `    ${'x'.repeat(at + 1)}: y\n`).join(''),
    ],
  ])('leaves %s to the reader of all YAML', (_, change) => {
    const text = change(SMALL)
    expect(text).not.toBe(SMALL)
    expect(attempt(() => takesBlock(parseSealedYaml(text)))).not.toBe(true)
    expect(asText(read(text, parseSealedYaml))).toBe(asText(read(text, parseYaml)))
  })
})

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

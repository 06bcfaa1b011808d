import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KNOWN_FILES } from '../../../src/scan/formats/known-files.ts'
import { TOKEN_RULES } from '../../../src/scan/rules/index.ts'
import { namedRules } from '../../../src/scan/rules/named.ts'

const FOLDER = resolve(import.meta.dirname, '../../../src/scan')

/** Every regular expression that a source of the scanner writes down. */
function literalsOf(source: string): { source: string; flags: string }[] {
  const code = source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '').replace(/ \/\/ .*$/gm, '')
  // one that begins where a division cannot stand
  const literal = /(?<=[=(,:[!&|?{};>]\s*|return )\/((?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([a-z]*)/g
  return [...code.matchAll(literal)].map(([, expression = '', flags = '']) => ({ source: expression, flags }))
}

const LITERALS = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => literalsOf(readFileSync(join(FOLDER, file), 'utf8')).map((one) => ({ file, ...one })))

/** Without what is escaped, and with one letter for each class: what is left of signs means something. */
function bare(source: string): string {
  return source.replace(/\\(?:u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|.)/g, 'x').replace(/\[[^\]]*\]/g, 'x')
}

const ENDLESS = /[*+](?!\))|[*+]\)|\{\d+,\}/
/** A group that holds a repetition and is repeated itself. */
const NESTED = /\([^()]*(?:[*+]|\{\d+,\d*\})[^()]*\)(?:[*+]|\{)/

describe('the expressions of the scanner', () => {
  it('are all seen by this test', () => {
    const written = LITERALS.map(({ source }) => source)
    for (const { value, key } of namedRules()) {
      if (!key.source.includes('(?:^|_)(?:')) expect(written).toContain(key.source)
      expect(written).toContain(value.source)
    }
    for (const { entry, name } of KNOWN_FILES) {
      expect(written).toContain(entry.source)
      expect(written).toContain(name.source)
    }
    expect(LITERALS.length).toBeGreaterThan(150)
  })

  it('that run over a text have an end to every repetition, and repeat no repetition', () => {
    const overTexts = [
      ...LITERALS.filter(({ flags }) => /[yg]/.test(flags)).filter(({ source }) => !isOneCharacter(source)),
      ...TOKEN_RULES.map(({ id, pattern }) => ({ file: id, source: pattern })),
    ]
    expect(overTexts.length).toBeGreaterThan(150)
    const odd = overTexts.filter(({ source }) => ENDLESS.test(bare(source)) || NESTED.test(bare(source)))
    expect(odd.map(({ file, source }) => `${file}: ${source}`)).toEqual(EXCEPTIONS)
  })

  it('that run over one value, which has an end, repeat only what can end in one place', () => {
    const odd = LITERALS.filter(({ flags }) => !/[yg]/.test(flags)).filter(({ source }) => NESTED.test(bare(source)))
    const [known, unknown] = [odd.filter(({ source }) => isKnown(source)), odd.filter(({ source }) => !isKnown(source))]
    expect(unknown.map(({ file, source }) => `${file}: ${source}`)).toEqual([])
    expect(known.length).toBe(UNAMBIGUOUS.length)
  })
})

/** `[a-z]+`: one class, whatever is repeated there is passed over once. */
function isOneCharacter(source: string): boolean {
  return /^(?:x|x[+*]|x\{\d+,\d*\})\$?$/.test(bare(source))
}

/** What repeats a repetition, and why that cannot be tried in many ways. */
const EXCEPTIONS = [
  // four times, each ends at a colon that it cannot hold
  'formats/known-files.ts: ^(?!#)(?:[^:\\n]{1,200}:){4}([^\\n]{1,400})$',
  // three times, each ends at a space that it cannot hold
  'formats/pem.ts: -{4,5} ?BEGIN ([A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}',
  // all it can pass over it passes over once: what comes behind cannot fail
  'known/encoded-runs.ts: [A-Za-z0-9+/_-]+={0,2}',
  // each round is three characters that begin with a sign
  'known/encoded-runs.ts: (?:%[\\dA-Fa-f]{2})+',
]

/** How those begin that run over values and lines of a few hundred characters, where each round begins with a sign. */
const UNAMBIGUOUS = [
  '^[A-Za-z]+(?:[-_.][A-Za-z]+)+$',
  '^[a-z]+(?:[A-Z][a-z]+)+$',
  '^([ ]{0,200})((?:- {1,8}){0,4})',
  '^\\s*(?:[&!]\\S{1,100}\\s+){0,2}',
  '^(?:!!?[\\w/]{1,30}[ \\t]{1,8}|&[\\w-]{1,60}[ \\t]{1,8}){0,2}',
  '^(?:- {1,8}){0,4}',
  '^[A-Za-z][A-Za-z]*(?:[-_./:][A-Za-z]+)*\\d{0,2}$',
  // rounds end at a dot that they cannot hold
  '^(?:[\\w-]+@)?(?:[a-z0-9-]+\\.)+[a-z]{2,}(?::\\d+)?$',
]

function isKnown(source: string): boolean {
  return UNAMBIGUOUS.some((start) => source.startsWith(start))
}

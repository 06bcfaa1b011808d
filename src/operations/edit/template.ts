import type { SelectorSpec } from '../../format/metadata.ts'
import { compileSelector, type Selector } from '../../format/selector.ts'
import type { StoreName } from '../../format/tree.ts'

const KEY = 'example_key'
const VALUE = 'example_value'
/** Tried when no word of an expression fits it. */
const USUAL_KEYS = [KEY, 'password', 'secret', 'token', 'key', 'data', 'value', 'x', 'EXAMPLE_KEY', 'X']
const USUAL_SECTIONS = ['example', 'section', 's']

/**
 * What a new file starts with: an example of its format, with a value that the selector seals.
 *
 * @param selector - undefined for binary files
 * @throws ConfigError `ERR_SELECTOR`
 */
export async function templateFor(store: StoreName, selector: SelectorSpec | undefined): Promise<string> {
  const { key, section, comment } = selector === undefined ? PLAIN : await exampleFor(selector)
  const about = comment ?? 'Replace this example; comments are sealed too.'
  switch (store) {
    case 'yaml':
      return `# ${about}\n${key}: ${VALUE}\n`
    case 'json':
      return `{\n    ${JSON.stringify(key)}: ${JSON.stringify(VALUE)}\n}\n`
    case 'dotenv':
      return `# ${about}\n${key}=${VALUE}\n`
    case 'ini':
      return `[${section}]\n; ${about}\n${key} = ${VALUE}\n`
    case 'binary':
      return 'Replace this text: the whole file is sealed as it is.\n'
  }
}

interface Example {
  readonly key: string
  readonly section: string
  /** For what looks at comments; else what a selector says about keys. */
  readonly comment: string | undefined
}

const PLAIN: Example = { key: KEY, section: 'example', comment: undefined }

async function exampleFor(spec: SelectorSpec): Promise<Example> {
  const { field, pattern } = spec
  const selector = await compileSelector(spec)
  const isSealed = (text: string) => selector.matches(text) === selector.matchSeals
  const words = wordsOf(pattern)
  if (selector.subject === 'comment') {
    const comments = selector.matchSeals ? [...words, ...USUAL_KEYS] : ['Replace this example.']
    return { ...PLAIN, comment: comments.find(isSealed) ?? clean(pattern) }
  }
  const keys =
    field === 'encrypted_suffix' ? [`${KEY}${pattern}`] : [...(selector.matchSeals ? words : []), ...USUAL_KEYS]
  return {
    key: keys.find((key) => isKey(key) && isSealed(key)) ?? KEY,
    // where one key that matches leaves everything below it clear, the section must not
    section: (selector.matchSeals ? undefined : USUAL_SECTIONS.find(isSealed)) ?? PLAIN.section,
    comment: aboutKeys(spec, selector),
  }
}

/** A rule that seals only some keys is told: what does not fit it would stay readable. */
function aboutKeys({ field, pattern }: SelectorSpec, { matchSeals }: Selector): string | undefined {
  if (!matchSeals) return undefined
  return `Sealed are only keys that ${field === 'encrypted_suffix' ? 'end in' : 'match'} ${clean(pattern)}`
}

/** Words that an expression is made of: most are lists of names. */
function wordsOf(pattern: string): string[] {
  const words = pattern.match(/[\w-]+/g) ?? []
  return [...new Set([...words, ...words.map((word) => word.toUpperCase())])].filter((word) => isKey(word)).slice(0, 50)
}

/** What every format can have as a key without quotes. */
function isKey(text: string): boolean {
  return /^[A-Za-z_][\w-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n|sops.*)$/i.test(text)
}

function clean(pattern: string): string {
  return pattern.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, ' ').slice(0, 200)
}

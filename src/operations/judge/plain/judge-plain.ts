import type { CreationRule } from '../../../config/config.ts'
import { isBullaError } from '../../../errors.ts'
import { DEFAULT_SELECTOR } from '../../../format/metadata.ts'
import { compileSelector } from '../../../format/selector.ts'
import type { Store } from '../../../format/store.ts'
import type { Branch, Scalar } from '../../../format/tree.ts'
import { walk } from '../../../format/walk.ts'
import { fileWord } from '../../shell-word.ts'
import { showPath } from '../../values/tree-path.ts'
import type { Finding, Level } from '../findings/finding.ts'
import { LineFinder } from '../findings/line-finder.ts'
import { toldPath } from '../findings/told-path.ts'
import { valueName } from '../findings/value-name.ts'
import { isBroad } from './broad-rule.ts'

/** A file without sops metadata, and the rule that matches it. */
export interface PlainText {
  readonly file: string
  readonly store: Store
  readonly text: string
  readonly rule: CreationRule
  /** Whether the rule is one of the policy at the root of the repository. */
  readonly isAtRoot: boolean
  /** See `PlacedRule`. Default: empty. */
  readonly configOption?: string
}

/** What stands for a value and is none: templates, and references that other programs resolve. */
const STANDS_FOR =
  /^\s*(?:\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_][A-Z0-9_]*|\{\{.*\}\}|\{%.*%\}|<[^<>]+>|%\([^)]*\)s|(?:ref\+|op:\/\/|vault:|sops:\/\/|secret:\/\/|arn:aws:secretsmanager:).*)\s*$/s
/** Names that say that a file is to be sealed. */
const MARKED = /(?:^|[./])(?:enc|encrypted|sops)\./i

/**
 * Whether a plain file should have been sealed: a rule names it, and holds values that the rule would seal. It blocks only
 * where the rule, the name or the content leaves no doubt; a rule for everything must not stop every commit.
 */
export async function judgePlain({
  file,
  store,
  text,
  rule,
  isAtRoot,
  configOption = '',
}: PlainText): Promise<Finding[]> {
  const repair = `bulla encrypt --in-place ${configOption}${fileWord(file)}`
  const isMarked = MARKED.test(file.slice(file.lastIndexOf('/') + 1))
  const broad = await isBroad(rule)
  const finding = (id: string, level: Level, message: string, rest: Partial<Finding> = {}): Finding => ({
    ...{ rule: id, level, file, message, repair },
    ...rest,
  })
  if (store.name === 'binary') {
    // nothing is in what only keeps a folder, or makes a package of it
    if ((broad && !isMarked) || text.trim() === '') return []
    return [finding('unsealed-file', 'block', `rule ${rule.index + 1} wants this file sealed as a whole`)]
  }
  // nothing that it could find would stop or warn
  if (broad && !isMarked && !mayHold(text, rule)) return []
  let documents: readonly Branch[]
  try {
    // JSON has no mark of the order of bytes; whoever wrote one there wrote a secret all the same
    documents = store.parse(store.name === 'json' ? text.replace(/^\ufeff/, '') : text).documents
  } catch (error) {
    if (!isBullaError(error)) throw error
    // templates and such are no YAML; nobody can tell what the rule would seal in them, unless it is everything
    if (broad && !isMarked && (isAtRoot || rule.selector !== undefined)) return []
    const { line } = error.where ?? {}
    const at = line === undefined ? {} : { line }
    const message = `rule ${rule.index + 1} wants this file sealed, and it cannot be read as ${store.name}`
    return [
      { ...finding('unreadable', 'block', message, at), repair: `bulla encrypt ${configOption}${fileWord(file)}` },
    ]
  }
  const values = await valuesToSeal(documents, rule)
  const [first] = values
  if (first === undefined) return []
  const isSecret = documents.some((document) => /^Secret(?:List)?$/.test(textAt(document, 'kind')))
  // a policy in a folder of its own says what the folder is for, whatever its rule matches there
  const isForAll = broad && isAtRoot
  const isCertain = isMarked || isSecret || (rule.selector === undefined && !isForAll)
  if (!isCertain && isForAll && rule.selector === undefined) return []
  // `data` of a ConfigMap or an ExternalSecret has the name that a rule for all Secrets is after
  if (!isCertain && broad && documents.every(isOtherKind)) return []
  const count = values.length === 1 ? 'a value' : `${values.length} values`
  return [
    finding(
      isCertain ? 'unsealed-file' : 'maybe-unsealed',
      isCertain ? 'block' : 'warn',
      `${count} in clear that rule ${rule.index + 1} wants sealed`,
      {
        ...(first.scalar.place === undefined ? {} : new LineFinder(text).at(first.scalar.place.start)),
        keyPath: toldPath(first.path),
        values: values.map(({ scalar, path }) => valueName(showPath(path), scalar.value)),
      },
    ),
  ]
}

async function valuesToSeal(
  documents: readonly Branch[],
  rule: CreationRule,
): Promise<{ scalar: Scalar; path: readonly string[] }[]> {
  const found: { scalar: Scalar; path: readonly string[] }[] = []
  const selector = await compileSelector(rule.selector ?? DEFAULT_SELECTOR)
  walk(documents, selector, (leaf, { selected, path }) => {
    if (selected && leaf.kind === 'scalar' && isValue(leaf)) found.push({ scalar: leaf, path: [...path] })
    return false
  })
  return found
}

/** An expression that wants a key to be one of some words. */
const OF_WORDS = /^\^\(?([\w|-]+)\)?\$$/
const keyWords = new WeakMap<CreationRule, RegExp | 'other'>()

/**
 * False when no key of a text can be one that the rule is after: its words stand nowhere in it, and nothing is written with
 * escapes. Most manifests are told by that, without being read.
 */
function mayHold(text: string, rule: CreationRule): boolean {
  const { selector } = rule
  if (selector?.field !== 'encrypted_regex' || text.includes('\\')) return true
  const words = OF_WORDS.exec(selector.pattern)?.[1]
  const known = keyWords.get(rule) ?? (words === undefined ? 'other' : new RegExp(`(?<![\\w-])(?:${words})(?![\\w-])`))
  keyWords.set(rule, known)
  return known === 'other' || known.test(text)
}

/** Whether it could be secret at all. */
function isValue({ type, value }: Scalar): boolean {
  if (type === 'bool') return false
  return value.trim() !== '' && !STANDS_FOR.test(value)
}

/** Whether a document is a manifest of Kubernetes, and no Secret. */
function isOtherKind(document: Branch): boolean {
  return textAt(document, 'apiVersion') !== '' && textAt(document, 'kind') !== ''
}

function textAt(document: Branch, key: string): string {
  for (const item of document.items) {
    if (item.kind === 'entry' && item.key === key && item.value.kind === 'scalar') return item.value.value
  }
  return ''
}

import { isDeepStrictEqual } from 'node:util'
import { BullaError, ConfigError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { readPlainYaml } from '../../format/yaml/plain.ts'
import { parseConfig } from '../config.ts'
import { bareRecipient } from '../key-text.ts'
import { keysOf } from './key-texts.ts'

/** A policy after an edit. */
export interface PolicyEdit {
  readonly bytes: Uint8Array
  readonly isChanged: boolean
  /** 1-based numbers of rules that were not meant and changed too: they repeat the keys by an alias. */
  readonly alsoRules: readonly number[]
}

interface Checked {
  readonly change: {
    readonly bytes: Uint8Array
    readonly path: string
    readonly key: string
    readonly old?: string
    /** 0-based, the one that is meant; undefined: all. */
    readonly rule?: number
    readonly isSharedAllowed?: boolean
  }
  /** Afterwards. */
  readonly bytes: Uint8Array
}

/**
 * Read a policy again after an edit: nothing but the key may differ, and only in the rule that was meant.
 *
 * @throws ConfigError `ERR_CONFIG`
 */
export function checkEdit({ change, bytes }: Checked): PolicyEdit {
  const { path, key, old } = change
  const keys = (old === undefined ? [key] : [key, old]).map(bareRecipient)
  const [before, after] = [plain(change.bytes), readBack(bytes, path)]
  if (!isDeepStrictEqual(without(before, keys), without(after, keys))) throw unusual(path)
  const [rulesBefore, rulesAfter] = [change.bytes, bytes].map((text) => readers(text, path))
  const changed = (rulesBefore ?? []).flatMap((rule, index) => (rule === rulesAfter?.[index] ? [] : [index]))
  if (change.rule !== undefined && !changed.includes(change.rule)) throw unusual(path)
  const alsoRules = change.rule === undefined ? [] : changed.filter((index) => index !== change.rule)
  const numbers = alsoRules.map((index) => index + 1)
  if (numbers.length > 0 && change.isSharedAllowed !== true) throw shared(path, numbers)
  return { bytes, isChanged: true, alsoRules: numbers }
}

/** Who reads what is sealed by each rule. */
function readers(bytes: Uint8Array, path: string): string[] {
  return (parseConfig(bytes, path).rules ?? []).map(({ groups }) => JSON.stringify(groups))
}

function plain(bytes: Uint8Array): unknown {
  return readPlainYaml(decodeText(bytes), () => true).value
}

function readBack(bytes: Uint8Array, path: string): unknown {
  try {
    parseConfig(bytes, path)
    return plain(bytes)
  } catch (error) {
    throw error instanceof BullaError ? unusual(path) : error
  }
}

/** Blanks between keys mean nothing. */
const KEY_LIST = /^\s*(?:age1|ssh-)/

/** What is left of a policy when these keys are taken out, and whatever is empty then. */
function without(value: unknown, keys: readonly string[]): unknown {
  if (typeof value === 'string') {
    const left = keysOf(value).filter((key) => !keys.includes(bareRecipient(key)))
    if (left.length === 0 && value.trim() !== '') return undefined
    return KEY_LIST.test(value) ? left.join() : value
  }
  if (Array.isArray(value)) {
    const left = value.map((item) => without(item, keys)).filter((item) => item !== undefined)
    return left.length === 0 && value.length > 0 ? undefined : left
  }
  if (typeof value !== 'object' || value === null) return value
  const left = Object.entries(value).map(([name, field]) => [name, without(field, keys)] as const)
  return Object.fromEntries(left.filter(([name, field]) => field !== undefined && !(name === 'age' && isEmpty(field))))
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function unusual(path: string): ConfigError {
  return new ConfigError('ERR_CONFIG', 'the policy is written in a way that cannot be changed safely', {
    where: { file: path },
    hint: 'change it by hand',
  })
}

function shared(path: string, rules: readonly number[]): ConfigError {
  const which = rules.length === 1 ? `rule ${rules[0]} has` : `rules ${rules.join(', ')} have`
  return new ConfigError('ERR_CONFIG', `${which} the same keys by an alias, and would change too`, {
    where: { file: path },
    hint: 'change all of them with --shared, or write the alias out in the rule first',
  })
}

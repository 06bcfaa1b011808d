import type { CommandName } from '../commands.ts'
import { WITH_VALUE } from './option-names.ts'

const READERS = ['age', 'a', 'kms', 'k', 'gcp-kms', 'hckms', 'azure-kv', 'hc-vault-transit', 'pgp', 'p', 'aws-profile']
const SELECTORS = ['encrypted', 'unencrypted'].flatMap((what) =>
  ['suffix', 'regex', 'comment-regex'].map((how) => `${what}-${how}`),
)
const SEALING = [
  ...READERS,
  ...SELECTORS,
  'encryption-context',
  'shamir-secret-sharing-threshold',
  'mac-only-encrypted',
]
const IN_PLACE = ['in-place', 'i']
const CHANGING = [...IN_PLACE, 'aws-profile']

/**
 * Options of sops's program itself that say nothing to a command: who reads a file and what of it is sealed, where it is
 * only opened; `--in-place`, where nothing else is possible. Others are not passed over: `--age` beside `--rotate` looks like
 * a new reader, and would be none.
 */
const IDLE: { readonly [Name in CommandName]?: readonly string[] } = {
  decrypt: SEALING,
  encrypt: ['ignore-mac', 'decryption-order'],
  edit: IN_PLACE,
  set: CHANGING,
  unset: CHANGING,
  updatekeys: CHANGING,
  'exec-env': [...SEALING, 'indent'],
  'exec-file': SEALING,
  filestatus: [...SEALING, 'output-type', 'indent', 'ignore-mac', 'verbose'],
}

/**
 * Leave out what stands before a command, or beside an old form, and has nothing to do there. Scripts have one list of
 * options for all that they ask of sops: `sops --aws-profile p -d FILE`, `sops --age age1… -d FILE`.
 *
 * @param args - options spelled in full, each value in a word of its own or behind `=`
 * @param end - how many of them stand before the command
 */
export function withoutIdle(command: CommandName | undefined, args: readonly string[], end: number): string[] {
  const idle = command === undefined ? undefined : IDLE[command]
  if (idle === undefined) return [...args]
  const kept: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    if (word === '--') return [...kept, ...args.slice(index)]
    const name = word.startsWith('-') ? word.replace(/^--?/, '').replace(/=.*$/s, '') : ''
    const hasNext = WITH_VALUE.has(name) && !word.includes('=')
    if (index >= end || !idle.includes(name)) kept.push(...args.slice(index, index + (hasNext ? 2 : 1)))
    if (hasNext) index += 1
  }
  return kept
}

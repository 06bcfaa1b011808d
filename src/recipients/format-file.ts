import { isBullaError } from '../errors.ts'
import { applyEdits } from '../format/edits.ts'
import type { Branch, Entry, List, Node } from '../format/tree.ts'
import { changeYaml } from '../format/yaml/change.ts'
import { emitYaml } from '../format/yaml/emit.ts'
import type { YamlNode } from '../format/yaml/nodes.ts'
import { parseYaml } from '../format/yaml/parser.ts'
import type { Wrapping } from '../keys/wrapped/wrapping.ts'
import { keysOf, parseRecipientFile, type Recipient, type RecipientKey } from './recipient-file.ts'
import { kindOf } from './wrapping-kinds.ts'

const INDENT = 2

/** The text of a new file. */
export function formatRecipient({ recipient, description, wrappings, previous }: Recipient): string {
  const root = branch({
    recipient: text(recipient),
    ...(description === undefined ? {} : { description: text(description) }),
    ...identity(wrappings),
    ...(previous.length === 0
      ? {}
      : {
          previous: list(
            previous.map((key) =>
              branch({
                recipient: text(key.recipient),
                ...(key.retiredAt === undefined ? {} : { retired_at: text(key.retiredAt) }),
                ...identity(key.wrappings),
              }),
            ),
          ),
        }),
  })
  return emitYaml([root], INDENT)
}

/**
 * The text of a file whose wrappings are other ones now. Everything else of it stays, comments too, as far as they do not
 * stand inside of what changes; a layout in which that cannot be is written anew.
 *
 * @param before - what `current` holds
 * @param after - the same with other wrappings, not fewer of any key
 */
export function changeWrappings(current: string, before: Recipient, after: Recipient): string {
  try {
    let changed = current
    for (const [index, key] of keysOf(after).entries()) {
      changed = changeKey(changed, index, keysOf(before)[index], key)
    }
    const read = parseRecipientFile(Buffer.from(changed), after.name, '')
    if (
      JSON.stringify(read) === JSON.stringify(parseRecipientFile(Buffer.from(formatRecipient(after)), after.name, ''))
    )
      return changed
  } catch (error) {
    if (!isBullaError(error)) throw error
  }
  return formatRecipient(after)
}

function changeKey(current: string, index: number, before: RecipientKey | undefined, after: RecipientKey): string {
  let changed = current
  for (const [at, wrapping] of after.wrappings.entries()) {
    const old = before?.wrappings[at]
    if (old === wrapping) continue
    const place = placeOf(changed, index)
    if (place === undefined) return changed
    const value = wrappingNode(wrapping)
    const change =
      old === undefined
        ? ({ kind: 'add', at: place, key: undefined, value } as const)
        : ({ kind: 'replace', at: [...place, at], value } as const)
    changed = applyEdits(changed, changeYaml({ text: changed, document: 0, change, layout: { indent: INDENT } }))
  }
  return changed
}

/** Where the wrappings of a key stand: 0 is that of today. */
function placeOf(current: string, index: number): number[] | undefined {
  const root = parseYaml(current).documents[0]?.root
  if (index === 0) return entryOf(root, 'identity')?.place
  const previous = entryOf(root, 'previous')
  const key = previous?.value.kind === 'sequence' ? previous.value.items[index - 1]?.value : undefined
  const wrappings = entryOf(key, 'identity')
  return previous === undefined || wrappings === undefined
    ? undefined
    : [...previous.place, index - 1, ...wrappings.place]
}

function entryOf(node: YamlNode | undefined, name: string): { place: number[]; value: YamlNode } | undefined {
  if (node?.kind !== 'mapping') return undefined
  const position = node.pairs.findIndex(({ key }) => key.kind === 'scalar' && key.value === name)
  const value = node.pairs[position]?.value
  return value === undefined ? undefined : { place: [position], value }
}

function identity(wrappings: readonly Wrapping[]): { identity?: List } {
  return wrappings.length === 0 ? {} : { identity: list(wrappings.map(wrappingNode)) }
}

function wrappingNode({ key, ciphertext, payload, createdAt }: Wrapping): Branch {
  const fields = Object.fromEntries(
    Object.entries(key.fields).flatMap(([name, value]) => (value === '' ? [] : [[name, text(value)]])),
  )
  const context = Object.entries(key.context ?? {}).map(([name, value]) => [name, text(value ?? '')])
  return branch({
    [kindOf(key.type)]: branch({
      ...fields,
      ...(context.length === 0 ? {} : { context: branch(Object.fromEntries(context)) }),
    }),
    ciphertext: text(ciphertext),
    payload: text(payload),
    ...(createdAt === undefined ? {} : { created_at: text(createdAt) }),
  })
}

function branch(fields: Readonly<Record<string, Node>>): Branch {
  const items = Object.entries(fields).map(([key, value]): Entry => ({ kind: 'entry', key, value }))
  return { kind: 'branch', items }
}

function list(items: readonly Node[]): List {
  return { kind: 'list', items }
}

function text(value: string): Node {
  return { kind: 'scalar', type: 'str', value }
}

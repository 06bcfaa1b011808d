import type { Branch, Entry, List, Node } from '../format/tree.ts'
import { emitYaml } from '../format/yaml/emit.ts'
import type { Wrapping } from '../keys/wrapped/wrapping.ts'
import type { PreviousKey, Recipient } from './recipient-file.ts'
import { kindOf } from './wrapping-kinds.ts'

/** Of files that are written here. */
export const INDENT = 2

/** The text of a new file. */
export function formatRecipient({ recipient, description, wrappings, previous }: Recipient): string {
  const root = branch({
    recipient: text(recipient),
    ...(description === undefined ? {} : { description: text(description) }),
    ...identity(wrappings),
    ...(previous.length === 0 ? {} : { previous: previousNode(previous) }),
  })
  return emitYaml([root], INDENT)
}

function identity(wrappings: readonly Wrapping[]): { identity?: List } {
  return wrappings.length === 0 ? {} : { identity: identityNode(wrappings) }
}

export function identityNode(wrappings: readonly Wrapping[]): List {
  return list(wrappings.map(wrappingNode))
}

export function previousNode(keys: readonly PreviousKey[]): List {
  return list(
    keys.map(({ recipient, retiredAt, wrappings }) =>
      branch({
        recipient: text(recipient),
        ...(retiredAt === undefined ? {} : { retired_at: text(retiredAt) }),
        ...identity(wrappings),
      }),
    ),
  )
}

export function wrappingNode({ key, ciphertext, payload, createdAt }: Wrapping): Branch {
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

export function branch(fields: Readonly<Record<string, Node>>): Branch {
  const items = Object.entries(fields).map(([key, value]): Entry => ({ kind: 'entry', key, value }))
  return { kind: 'branch', items }
}

function list(items: readonly Node[]): List {
  return { kind: 'list', items }
}

export function text(value: string): Node {
  return { kind: 'scalar', type: 'str', value }
}

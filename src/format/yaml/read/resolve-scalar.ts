import { decodeBase64 } from '../../enc.ts'
import { decodeText } from '../../text.ts'
import type { Scalar } from '../../tree.ts'
import type { YamlScalar } from './nodes.ts'
import { type Resolved, resolvePlain, resolveTagged } from './resolve.ts'

/** Where the tags of the YAML core live; `!!int` is short for this and `int`. */
export const CORE_TAG_PREFIX = 'tag:yaml.org,2002:'

/** The value of a scalar node with its style and tag; undefined when it does not fit the tag. */
export function resolveScalar(node: YamlScalar): Resolved | undefined {
  const tag = node.tag?.name ?? '!'
  if (tag === '!') return node.style === 'plain' ? resolvePlain(node.value) : text(node.value)
  const core = coreTag(tag)
  switch (core) {
    case 'bool':
    case 'int':
    case 'float':
    case 'null':
    case 'timestamp':
      return resolveTagged(node.value, core)
    case 'binary': {
      const bytes = decodeBase64(node.value.replace(/[\r\n]/g, ''))
      return bytes === undefined ? undefined : text(decodeText(bytes))
    }
    default:
      return text(node.value)
  }
}

/** The short name of a tag of the YAML core, `int`; undefined for any other tag. */
export function coreTag(name: string): string | undefined {
  return name.startsWith(CORE_TAG_PREFIX) ? name.slice(CORE_TAG_PREFIX.length) : undefined
}

function text(value: string): Scalar {
  return { kind: 'scalar', type: 'str', value }
}

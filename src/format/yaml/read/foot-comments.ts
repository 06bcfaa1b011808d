import { NO_TEXT, type YamlMapping, type YamlNode, type YamlPair } from './nodes.ts'

/** Found while a key was read, but dedented: such a comment stands below the pair before. */
export function moveFootUp(node: YamlMapping, key: YamlNode): void {
  const previous = node.pairs.at(-1)
  if (key.foot.length === 0 || previous === undefined) return
  previous.key.foot = key.foot
  key.foot = NO_TEXT
}

/** A comment below a value stands below its pair. */
export function liftFoot({ key, value }: YamlPair): void {
  if (key.foot.length > 0 || value.foot.length === 0) return
  key.foot = value.foot
  value.foot = NO_TEXT
}

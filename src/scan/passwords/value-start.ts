/** `<Password value="…"`, `<Password><Value>…`, `<key>password</key> <string>…`, `<name>password</name> <value>…`. */
const IN_XML =
  /[ \t]{1,8}[Vv]alue=(?=["'])|>\s{0,80}<[Vv]alue>(?=\S)|<\/(?:key|name|Key|Name)>\s{0,80}<(?:string|value|Value)>/y
/** Attributes of an element, and what it holds: `<Pass encoding="base64">…`. */
const IN_ELEMENT = /[ \t]{1,8}[^<>\n]{1,160}["']>(?=[^\s<])/y
/** Of C#. */
const PROPERTIES = ['{ get; set; }', '{ get; init; }', '{ get; private set; }', '{ get; }']
/** A type that is longer is none. */
const LONGEST_TYPE = 40
const TYPE = /[\w.<>[\]|?& ]/

/** Where the value of an element begins whose name ends at `keyEnd`, or which names another. */
export function xmlValueStart(text: string, keyStart: number, keyEnd: number): number | undefined {
  IN_XML.lastIndex = keyEnd
  if (IN_XML.test(text)) return IN_XML.lastIndex
  IN_ELEMENT.lastIndex = keyEnd
  return text.charAt(keyStart - 1) === '<' && IN_ELEMENT.test(text) ? IN_ELEMENT.lastIndex : undefined
}

/** Behind `{ get; set; } =`. @param at - where the name ends */
export function propertyValueStart(text: string, at: number): number | undefined {
  if (!text.startsWith(' { get', at)) return undefined
  const property = PROPERTIES.find((one) => text.startsWith(one, at + 1))
  return property !== undefined && text.startsWith(' = ', at + 1 + property.length)
    ? at + property.length + 4
    : undefined
}

/** Behind any type and the ` = `: `SECRET: Final[str] = "x"`. @param at - behind the colon */
export function typedValueStart(text: string, at: number): number | undefined {
  let end = at
  while (end - at < LONGEST_TYPE && TYPE.test(text.charAt(end))) end += 1
  // who writes types puts blanks around the sign
  return end > at && text.startsWith(' = ', end - 1) ? end + 2 : undefined
}

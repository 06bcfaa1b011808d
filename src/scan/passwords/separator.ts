const [TAB, SPACE, EXCLAMATION, DOUBLE, SINGLE, COMMA, DASH] = [9, 32, 33, 34, 39, 44, 45]
const [COLON, EQUALS, GREATER, QUESTION, BACKSLASH, CLOSING, BACKTICK] = [58, 61, 62, 63, 92, 93, 96]
const [END_OF_CALL, PIPE, LETTER_O, BRACE] = [41, 124, 111, 123]
const MOST_BLANKS = 40
/** Between a type and the name or the sign beside it. */
const FEW_BLANKS = 4
const MOST_ESCAPES = 3
/** What a name may be declared as, before it is given a value. */
const TYPES = ['string', 'String', 'str', '&str', "&'static str", '[]byte', 'std::string']

/**
 * Where the value begins whose name ends at `at`: behind `=`, `:`, `:=`, `=>`, `->`, `,` or `>` and the blanks around it. The name may
 * be quoted or in brackets, and be declared: `secret: string =`.
 *
 * By hand, as nearly every text needs it, and V8 would take longer to compile an expression than a hook for all of a small file.
 *
 * @returns undefined when there is none
 */
export function separatorEnd(text: string, at: number): number | undefined {
  let start = skipBlanks(text, closingEnd(text, at), MOST_BLANKS)
  const sign = text.charCodeAt(start)
  // optional, and not null: `key?:`, `key!:`
  if (sign === QUESTION || sign === EXCLAMATION) start += 1
  const end = signEnd(text, start)
  return end === undefined ? undefined : skipBlanks(text, end, MOST_BLANKS)
}

/**
 * Where the text begins that stands for a value which is not set: `process.env.SECRET || 'x'`, `ENV['SECRET'] ?? 'x'`,
 * `os.environ.get('SECRET') or 'x'`, `ENV.fetch('SECRET') { 'x' }`.
 *
 * @param at - where the name ends
 * @returns undefined when there is none; only quotes or a line break can begin it
 */
export function fallbackStart(text: string, at: number): number | undefined {
  const closing = closingEnd(text, at)
  const isCall = closing > at && text.charCodeAt(closing) === END_OF_CALL
  const start = skipBlanks(text, isCall ? closing + 1 : closing, MOST_BLANKS)
  const unit = text.charCodeAt(start)
  if (isCall && unit === BRACE) return skipBlanks(text, start + 1, MOST_BLANKS)
  const isDouble = (unit === PIPE || unit === QUESTION) && text.charCodeAt(start + 1) === unit
  if (!isDouble && !(unit === LETTER_O && start > closing && text.startsWith('or ', start))) return undefined
  return skipBlanks(text, start + 2, MOST_BLANKS)
}

/** Behind a quote that may be escaped, a bracket, or both. */
function closingEnd(text: string, at: number): number {
  let quote = at
  while (quote - at < MOST_ESCAPES && text.charCodeAt(quote) === BACKSLASH) quote += 1
  const unit = text.charCodeAt(quote)
  const behind = unit === DOUBLE || unit === SINGLE || unit === BACKTICK ? quote + 1 : at
  return text.charCodeAt(behind) === CLOSING ? behind + 1 : behind
}

function signEnd(text: string, at: number): number | undefined {
  const next = text.charCodeAt(at + 1)
  switch (text.charCodeAt(at)) {
    case COLON:
      return declaredEnd(text, at + 1) ?? (next === COLON ? undefined : at + 1)
    case EQUALS:
      if (next === GREATER) return at + 2
      return next !== EQUALS ? at + 1 : text.charCodeAt(at + 2) === EQUALS ? at + 3 : at + 2
    case DASH:
      return next === GREATER ? at + 2 : undefined
    case COMMA:
    case GREATER:
      return at + 1
    default:
      return undefined
  }
}

/** Behind the `=` of `: string =` or `:=`. */
function declaredEnd(text: string, at: number): number | undefined {
  const plain = equalsEnd(text, at)
  if (plain !== undefined) return plain
  let start = at
  while (start - at < FEW_BLANKS && text.charCodeAt(start) === SPACE) start += 1
  for (const type of TYPES) {
    const end = text.startsWith(type, start) ? equalsEnd(text, start + type.length) : undefined
    if (end !== undefined) return end
  }
  return undefined
}

function equalsEnd(text: string, at: number): number | undefined {
  const equals = skipBlanks(text, at, FEW_BLANKS)
  return text.charCodeAt(equals) === EQUALS ? equals + 1 : undefined
}

function skipBlanks(text: string, at: number, most: number): number {
  let end = at
  for (let unit = text.charCodeAt(end); end - at < most && (unit === SPACE || unit === TAB); ) {
    end += 1
    unit = text.charCodeAt(end)
  }
  return end
}

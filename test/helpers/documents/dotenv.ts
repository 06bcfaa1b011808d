import fc from 'fast-check'

/** Keys as sops reads them, where nothing is trimmed or unquoted. They may come twice; `sops_` is reserved. */
const KEYS = [
  ...['K1', 'k2', 'a', 'data', 'data_enc', 'K_unencrypted', 'X_enc', 'B', 'C', 'é', 'ключ', '🔐', 'sops', 'SOPS_X'],
  ...['', ' ', 'export A', ' B', 'B ', '"q"', "'q'", 'a.b', 'a:b', 'a#b', '\t', '[s]', '\\n', 'x\udcff'],
  ...['__proto__', 'constructor', 'toString', '0', 'true', '- a', '\ufeff', '\u2028', 'a\rb'],
] as const

const VALUES = [
  ...['', 'x', ' x ', '"two words"', "'q'", '`x`', 'a=b', '=', 'x # no comment', '#', '$A', '$(c)', 'é 🔐', 'ключ'],
  ...[
    '5',
    '-0',
    '1.50',
    '9223372036854775808',
    'true',
    'null',
    '2024-01-02',
    '[]',
    '{}',
    '\t',
    '\u2028',
    '\0',
    '\x1b[0m',
  ],
  ...['one\\ntwo\\n', '\\n', '\\\\n', 'C:\\new', '\\', '\\t', '\\"', 'x\udcff\udcfe', '\udc80', '\ufeff', '\ufffd'],
  ...['ENC[AES256_GCM,data:,iv:,tag:,type:str]', 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]'],
] as const

const COMMENTS = [
  ...['', ' c', 'no space', '# two', ' seal', ' clear', ' A=1', ' größe 🔐', ' \udcff', '!', '\t', '; x', ' \\n'],
] as const

const any = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => (text.isWellFormed() ? text.replace(/[\n\r]/g, ' ') : 'x'))
const pair = fc
  .tuple(fc.constantFrom(...KEYS), fc.oneof({ weight: 4, arbitrary: fc.constantFrom<string>(...VALUES) }, any))
  .map(([key, value]) => `${key}=${value}`)
const comment = fc.constantFrom(...COMMENTS).map((text) => `#${text}`)

/** A line that is empty is dropped; one with only a CR is refused. */
const line = fc.oneof(
  { weight: 6, arbitrary: pair },
  { weight: 3, arbitrary: comment },
  { weight: 1, arbitrary: fc.constant('') },
)

/** dotenv texts that sops can read: any bytes, comments and empty lines at every place. */
export function dotenvTexts(): fc.Arbitrary<string> {
  return fc
    .record({ lines: fc.array(line, { maxLength: 12 }), crlf: seldomTrue, bom: seldomTrue, ended: fc.boolean() })
    .map(({ lines, crlf, bom, ended }) => {
      const own = crlf ? lines.filter((text) => text !== '') : lines
      const text = own.join(crlf ? '\r\n' : '\n')
      const end = own.length === 0 || !ended ? '' : crlf ? '\r\n' : '\n'
      return `${bom && own.at(0)?.includes('=') === true ? '\ufeff' : ''}${text}${end}`
    })
}

const seldomTrue = fc.constantFrom(false, false, false, false, false, true)

/** The text as sops gives it back: its lines, but no empty ones, each ended. */
export function dotenvAsSops(text: string): string {
  return text
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => `${each}\n`)
    .join('')
}

import { isRandom } from './randomness.ts'

/** Values that stand for others: templates, references to secret stores, variables, calls, markup. */
const REFERENCE =
  /^(?:\$|%[({A-Za-z_]|<|\{\{|\[\[|#\{|@[A-Za-z_(]|&[A-Za-z]|\*[A-Za-z]+$|!|op:\/\/|vault:|ref\+|secret:\/\/|secrets?manager:|ssm:|awssm:|gcpsm:|azurekv:|akv:|env[:.(]|file:|keyring:|arn:|projects\/|kms:|bao:|doppler:|infisical:)|\$\{|\{\{|<%|%>|\$\(|\$\[\[|\{%|process\.env|os\.environ|getenv|secretKeyRef|valueFrom/i

/** What is sealed or encrypted already. */
const CIPHERTEXT =
  /^(?:ENC\[|encrypted:|-----BEGIN (?:AGE ENCRYPTED|PGP MESSAGE|CERTIFICATE|PUBLIC)|\$ANSIBLE_VAULT|Ag[A-D][A-Za-z0-9+/]{80}|AQICAH|age1|age-encryption\.org|vault:v\d+:|ssh-(?:rsa|ed25519) |\{cipher\}|enc:|kms:|CRYPT|0x[\da-f]{40}$|\$2[aby]\$|\$argon2|\$[156]\$|\$pbkdf2|pbkdf2_|scrypt:|sha(?:1|256|384|512)[:$-]|md5[:$-]|\{(?:SSHA|SHA|CRYPT))/i

/** Words of values that somebody is to replace; in names only where such a word is the whole or begins it. */
const MADE_UP =
  /x{4,}|X{4,}|\*{3,}|\.{3}|…|example|placeholder|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|your[-_ ]|insert[-_ ]|todo|fixme|dummy|sample|redacted|masked|hidden|removed|fake|lorem|foobar|to[-_]be[-_]|goes[-_ ]?here|my[-_ ]?(?:secret|password|token|key)|not[-_ ]?(?:a[-_ ]?)?(?:real|secret|set|used|needed)|test[-_ ]?(?:secret|password|token|key)|some[-_ ]/i

const RUNS = ['0123456789', '9876543210', 'abcdefghij', 'ABCDEFGHIJ', 'qwertyuiop', 'deadbeef', 'cafebabe'] as const

/** Whether a value stands for another that is not here. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value)
}

/** Whether a value is sealed, encrypted, a hash made for passwords, or public by its form. */
export function isCiphertext(value: string): boolean {
  return CIPHERTEXT.test(value)
}

/** Whether a value was typed to be replaced, or to show a form: `xxxx`, `changeme`, `1234567890`. */
export function isMadeUp(value: string): boolean {
  if (value === '' || MADE_UP.test(value)) return true
  if (RUNS.some((run) => value.includes(run))) return true
  return hasLongRun(value) || isRepeated(value)
}

/** What stands where a secret would, and is none in any configuration. */
const PLAIN_WORDS =
  /^(?:true|false|yes|no|on|off|null|nil|none|undefined|nan|~|empty|default|disabled?|enabled?|required|optional|auto|unset|n\/a|tbd|string|str|text|password|passwd|secret|token|bytes?|bool(?:ean)?|int(?:eger)?|number|object|array|any|char|varchar|function|class|self|this|base64|hex|plain|basic|bearer|oauth2?|jwt|opaque|env|stdin|prompt|ask|file|\d{1,3}|[-_.=:,;/\\|\s]*)$/i

/** Whether a value is a word of the configuration itself, a type, a switch, an expression of code. */
export function isPlainWord(value: string): boolean {
  return PLAIN_WORDS.test(value) || /[\w\])]\(|=>|&&|\|\||::|\bnew \w|^\(|^\[|^\{/.test(value)
}

/** Paths, addresses without credentials, dates, versions, names of files. */
export function isPlace(value: string): boolean {
  return (
    (/^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)[\w.@~ /\\-]*$/.test(value) && !isRandom(value.replaceAll('/', ''))) ||
    /^[a-z][a-z+.-]{1,20}:\/\/[^@]*$/i.test(value) ||
    /\.(?:ya?ml|json|pem|crt|key|txt|env|toml|ini|conf|md|tsx?|jsx?|py|go|sh|p12|jks)$/i.test(value)
  )
}

/** Sentences: three words and more, or letters of other scripts. */
export function isProse(value: string): boolean {
  return /\s\S+\s/.test(value) || /[^\x20-\x7e]/.test(value) || /^[A-Z][a-z]+ [a-z]+$/.test(value)
}

/** Identifiers of code and configuration: `db-credentials`, `authToken`, `app.kubernetes.io/name`. */
export function isName(value: string): boolean {
  return /^[A-Za-z][A-Za-z]*(?:[-_./:][A-Za-z]+)*\d{0,2}$/.test(value) && !isRandom(value)
}

/** Names of other things: `db-credentials`, `app.password`. */
export function isManyWords(value: string): boolean {
  return /^[A-Za-z]+(?:[-_.][A-Za-z]+)+$/.test(value) || /^[a-z]+(?:[A-Z][a-z]+)+$/.test(value)
}

/** What people choose where a password is asked for: letters in both cases or a sign, and digits. */
export function looksChosen(value: string): boolean {
  if (value.length < 8 || /\s/.test(value) || isName(value)) return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d_.:/-]/].filter((kind) => kind.test(value)).length
  return kinds >= 3
}

export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)
}

/** Six times the same, or one character for nearly all. */
function hasLongRun(value: string): boolean {
  let run = 1
  for (let index = 1; index < value.length; index += 1) {
    run = value.charCodeAt(index) === value.charCodeAt(index - 1) ? run + 1 : 1
    if (run >= 6) return true
  }
  return false
}

/** `abcabcabc`: as text of more than twice its shortest period. */
function isRepeated(value: string): boolean {
  const period = (value + value).indexOf(value, 1)
  return period > 0 && period <= value.length / 2
}

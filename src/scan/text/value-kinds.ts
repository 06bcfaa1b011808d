import { isRandom } from './randomness.ts'
import { Words } from './words.ts'

// Most of these are asked for a few values, in a hook that has no time: an expression that looks at both cases of each letter takes
// V8 three times as long to compile as one that is given small letters, and a set of words takes nothing.

/** Values that stand for others: templates, references to secret stores, variables, calls, markup. */
const REFERENCE =
  /^(?:\$|%[({a-z_]|<|\{\{|\[\[|#\{|@[a-z_(]|&[a-z]|\*[a-z]+$|!|op:\/\/|vault:|ref\+|secret:\/\/|secrets?manager:|ssm:|awssm:|gcpsm:|azurekv:|akv:|env[:.(]|file:|keyring:|arn:|projects\/|kms:|bao:|doppler:|infisical:)|\$\{|\{\{|<%|%>|\$\(|\$\[\[|\{%|process\.env|os\.environ|getenv|secretkeyref|valuefrom/

/** What is sealed or encrypted already. */
const CIPHERTEXT =
  /^(?:enc\[|encrypted:|-----begin (?:age encrypted|pgp message|certificate|public)|\$ansible_vault|ag[a-d][a-z0-9+/]{80}|aqicah|age1|age-encryption\.org|vault:v\d+:|ssh-(?:rsa|ed25519) |\{cipher\}|enc:|kms:|crypt|0x[\da-f]{40}$|\$2[aby]\$|\$argon2|\$[156]\$|\$pbkdf2|pbkdf2_|scrypt:|sha(?:1|256|384|512)[:$-]|md5[:$-]|\{(?:ssha|sha|crypt))/

/** Words of values that somebody is to replace; in names only where such a word is the whole or begins it. */
const MADE_UP =
  /x{4,}|\*{3,}|\.{3}|…|example|placeholder|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|your[-_ ]|insert[-_ ]|todo|fixme|dummy|sample|redacted|masked|hidden|removed|fake|lorem|foobar|to[-_]be[-_]|goes[-_ ]?here|my[-_ ]?(?:secret|password|token|key)|not[-_ ]?(?:a[-_ ]?)?(?:real|secret|set|used|needed)|test[-_ ]?(?:secret|password|token|key)|some[-_ ]/

const RUNS = ['0123456789', '9876543210', 'abcdefghij', 'ABCDEFGHIJ', 'qwertyuiop', 'deadbeef', 'cafebabe'] as const

/** Whether a value stands for another that is not here. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value.toLowerCase())
}

/** Whether a value is sealed, encrypted, a hash made for passwords, or public by its form. */
export function isCiphertext(value: string): boolean {
  return CIPHERTEXT.test(value.toLowerCase())
}

/** Whether a value was typed to be replaced, or to show a form: `xxxx`, `changeme`, `1234567890`. */
export function isMadeUp(value: string): boolean {
  if (value === '' || MADE_UP.test(value.toLowerCase())) return true
  if (RUNS.some((run) => value.includes(run))) return true
  return hasLongRun(value) || isRepeated(value)
}

/** What stands where a secret would, and is none in any configuration. */
const PLAIN_WORDS = new Words(
  'true false yes no on off null nil none undefined nan ~ empty default disable disabled enable enabled required optional auto unset n/a tbd string str text password passwd secret token byte bytes bool boolean int integer number object array any char varchar function class self this base64 hex plain basic bearer oauth oauth2 jwt opaque env stdin prompt ask file',
)
const FEW_DIGITS_OR_SIGNS = /^(?:\d{1,3}|[-_.=:,;/\\|\s]*)$/

/** Whether a value is a word of the configuration itself, a type, a switch, an expression of code. */
export function isPlainWord(value: string): boolean {
  if (PLAIN_WORDS.has(value.toLowerCase()) || FEW_DIGITS_OR_SIGNS.test(value)) return true
  return /[\w\])]\(|=>|&&|\|\||::|\bnew \w|^\(|^\[|^\{/.test(value)
}

const FILE_EXTENSIONS = new Words('yaml yml json pem crt key txt env toml ini conf md ts tsx js jsx py go sh p12 jks')

/** Paths, addresses without credentials, dates, versions, names of files. */
export function isPlace(value: string): boolean {
  if (FILE_EXTENSIONS.has(value.slice(value.lastIndexOf('.') + 1).toLowerCase()) && value.includes('.')) return true
  if (!value.includes('/') && !value.includes('\\')) return false
  if (/^[a-z][a-z+.-]{1,20}:\/\/[^@]*$/i.test(value)) return true
  return /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)[\w.@~ /\\-]*$/.test(value) && !isRandom(value.replaceAll('/', ''))
}

/** Sentences: three words and more, or letters of other scripts. */
export function isProse(value: string): boolean {
  return /\s\S+\s|[^\x20-\x7e]|^[A-Z][a-z]+ [a-z]+$/.test(value)
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

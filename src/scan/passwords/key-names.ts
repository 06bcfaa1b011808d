import { Words } from '../text/words.ts'

/** What the name of a key says about its value. */
export type NamedAs = 'password' | 'secret'

/** Words that say when or where a value counts, behind the word that says what it is. */
const TRAILING = new Words(
  'value values val prod production dev development stage staging stg test testing local default base64 b64 hex base old new current previous prev next env string plain plaintext text raw data encoded main root admin user primary secondary backup master global live sandbox eu us 0 1 2 3 4 5 6 7 8 9',
)

const PASSWORDS = new Words(
  'password passwd pwd passphrase passcode pass userpassword dbpassword pswd passwort kennwort motdepasse contrasena pgpassword requirepass masterauth userpass dbpass rootpass adminpass smtppass mailpass ftppass pw psk',
)

const SECRETS = new Words(
  'secret secrets token tokens apikey apitoken apisecret authtoken accesstoken secretkey accesskey privatekey authkey clientsecret appsecret credential credentials creds bearer seed mnemonic salt pepper authorization secretaccesskey signingkey encryptionkey masterkey sessionkey jwt pat webhook',
)

/** `api_key`, `access_key`: what stands before `key` says whether it is secret. */
const SECRET_KEYS = new Words(
  'api access secret private auth encryption signing master shared session app application client service account admin jwt hmac aes cookie license licence deploy registration webhook storage data rsa ssh tls fernet crypto cipher decryption personal developer license unseal recovery integration ingest write read consumer encrypt routing stripe openai anthropic gemini sendgrid mailgun mailchimp mandrill twilio algolia azure aws datadog rollbar honeybadger',
)

/** Anywhere in a name: the value is no secret, whatever else it says. */
const NEVER = new Words(
  'public pub primary foreign sort partition cache idempotency csrf xsrf dummy mock fake placeholder sample keyword keywords keyboard keys keyof primarykey publickey cursor continuation pagination page nextpage sync resume hashed checksum digest fingerprint thumbprint field column label title description hint message error invalid missing forgot reset confirm strength regex pattern schema validator tokenizer lexer syntax operator translation i18n bypass author passed passing passes bypassed compass passive passenger passport',
)

/** The words of a name, in lower case: `dbPassword_v2` gives db, password, v2. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])(?=[A-Z][a-z])/g, '$1_')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
}

/**
 * What the name of a key says: the last word that means something decides, so that `passwordField`, `tokenUrl`,
 * `secretName` and `secretKeyRef` are names of other things.
 */
export function readName(name: string): NamedAs | undefined {
  const words = wordsOf(name)
  if (words.length === 0 || words.some((word) => NEVER.has(word))) return undefined
  let end = words.length
  while (end > 1 && isTrailing(words[end - 1] ?? '')) end -= 1
  const last = (words[end - 1] ?? '').replace(/\d+$/, '')
  if (PASSWORDS.has(last)) return 'password'
  if (SECRETS.has(last)) return 'secret'
  if (last === 'key' && SECRET_KEYS.has(words[end - 2] ?? '')) return 'secret'
  return /(?:password|passwd|passphrase)$/.test(last) ? 'password' : undefined
}

function isTrailing(word: string): boolean {
  return TRAILING.has(word) || /^v?\d{1,4}$/.test(word)
}

import type { Level } from '../finding.ts'
import type { Page } from '../page.ts'
import { isCiphertext, isMadeUp, isPlainWord, isReference } from '../text/value-kinds.ts'

/** A file that exists to hold credentials. */
interface KnownFile {
  readonly rule: string
  readonly message: string
  /** One of them is in the name. Most paths are told by that, without an expression that V8 would have to compile. */
  readonly words?: readonly string[]
  /** The path of the file, in lower case. */
  readonly name: RegExp
  /** Group 1 is the credential. Bounded; run over the whole file. */
  readonly entry: RegExp
  readonly level?: Level
  /** What the text must hold too. */
  readonly marker?: string
}

export const KNOWN_FILES: readonly KnownFile[] = [
  {
    rule: 'netrc-password',
    message: 'password of .netrc',
    words: ['netrc'],
    name: /(?:^|\/)[._]netrc$/,
    entry: /\b(?:password|passwd)[ \t\r\n]{1,80}"?([^\s"]{1,400})/g,
  },
  {
    rule: 'pgpass-password',
    message: 'password of .pgpass',
    words: ['pgpass'],
    name: /(?:^|\/)\.?pgpass(?:\.conf)?$/,
    entry: /^(?!#)(?:[^:\n]{1,200}:){4}([^\n]{1,400})$/gm,
  },
  {
    rule: 'git-credentials',
    message: 'password of .git-credentials',
    words: ['git-credentials'],
    name: /(?:^|\/)\.?git-credentials$/,
    entry: /^https?:\/\/[^:@\s]{0,200}:([^@\s]{1,400})@/gm,
  },
  {
    rule: 'npmrc-auth',
    message: 'credential of .npmrc',
    words: ['npmrc'],
    name: /(?:^|\/)\.?npmrc$/,
    entry: /_(?:authToken|auth|password)[ \t]{0,8}=[ \t]{0,8}"?([^\s"]{1,2000})/g,
  },
  {
    rule: 'yarnrc-auth',
    message: 'credential of .yarnrc.yml',
    words: ['.yarnrc.'],
    name: /(?:^|\/)\.yarnrc\.ya?ml$/,
    entry: /npmAuth(?:Token|Ident):[ \t]{1,8}["']?([^\s"']{1,2000})/g,
  },
  {
    rule: 'pypirc-password',
    message: 'password of .pypirc',
    words: ['pypirc'],
    name: /(?:^|\/)\.?pypirc$/,
    entry: /^[ \t]{0,8}password[ \t]{0,8}[=:][ \t]{0,8}(\S{1,2000})/gm,
  },
  {
    rule: 'mysql-password',
    message: 'password of .my.cnf',
    words: ['my.cnf'],
    name: /(?:^|\/)\.?my\.cnf$/,
    entry: /^[ \t]{0,8}password[ \t]{0,8}=[ \t]{0,8}["']?([^\s"']{1,400})/gm,
  },
  {
    rule: 'htpasswd-hash',
    message: 'password hash of htpasswd',
    words: ['htpasswd'],
    name: /(?:^|\/|\.)\.?htpasswd$/,
    entry: /^[^:\n#]{1,200}:(\$apr1\$[^\s:]{8,60}|\$2[aby]\$[^\s:]{20,80}|\{SHA\}\S{20,40}|\$[156]\$[^\s:]{8,200})/gm,
  },
  {
    rule: 'shadow-hash',
    message: 'password hash of a shadow file',
    words: ['shadow'],
    name: /(?:^|\/)g?shadow-?$/,
    entry: /^[^:\n#]{1,64}:(\$[0-9a-z]{1,6}\$[^\s:]{8,300}):/gm,
  },
  {
    rule: 'rclone-secret',
    message: 'credential of rclone.conf',
    words: ['rclone.conf'],
    name: /(?:^|\/)rclone\.conf$/,
    entry:
      /^[ \t]{0,8}(?:pass|password|password2|token|client_secret|secret_access_key)[ \t]{0,8}=[ \t]{0,8}([^\n]{4,4000})/gm,
  },
  {
    rule: 's3cfg-secret',
    message: 'credential of .s3cfg',
    words: '.s3cfg .boto .passwd-s3fs'.split(' '),
    name: /(?:^|\/)\.(?:s3cfg|boto|passwd-s3fs)$/,
    entry: /^[ \t]{0,8}(?:secret_key|gs_secret_access_key|aws_secret_access_key)[ \t]{0,8}=[ \t]{0,8}(\S{8,400})/gm,
  },
  {
    rule: 'cargo-token',
    message: 'token of cargo',
    words: ['.cargo/credentials'],
    name: /(?:^|\/)\.cargo\/credentials(?:\.toml)?$/,
    entry: /^[ \t]{0,8}token[ \t]{0,8}=[ \t]{0,8}"([^"\n]{8,400})"/gm,
  },
  {
    rule: 'terraform-credentials',
    message: 'token of Terraform',
    words: 'terraform tfrc'.split(' '),
    name: /(?:^|\/)(?:credentials\.tfrc\.json|\.terraformrc|terraform\.rc)$/,
    entry: /"?token"?[ \t]{0,8}[:=][ \t]{0,8}"([^"\n]{8,400})"/g,
  },
  {
    rule: 'github-cli-token',
    message: 'token of a command line',
    words: 'gh/hosts.yml hub glab-cli'.split(' '),
    name: /(?:^|\/)(?:gh\/hosts\.yml|hub|glab-cli\/config\.yml)$/,
    entry: /(?:oauth_token|token):[ \t]{1,8}(\S{8,400})/g,
  },
  {
    rule: 'rails-key',
    message: 'key of the credentials of Rails',
    words: ['master.key', 'credentials', 'secrets.yml.key'],
    name: /(?:^|\/)(?:config\/(?:master|secrets\.yml)|credentials\/[\w-]{1,40})\.key$|(?:^|\/)secrets\.yml\.key$/,
    entry: /^([\da-f]{32})\s{0,8}$/g,
  },
  {
    rule: 'vault-token-file',
    message: 'token of Vault',
    words: ['.vault-token'],
    name: /(?:^|\/)\.vault-token$/,
    entry: /^(\S{8,400})\s{0,8}$/g,
  },
  {
    rule: 'ansible-vault-password',
    message: 'password of Ansible Vault',
    words: ['.vault'],
    name: /(?:^|\/)\.vault[-_]pass(?:word)?(?:\.txt)?$/,
    entry: /^(?!#!)([^\n]{4,400})/g,
  },
  {
    rule: 'kubeconfig-token',
    message: 'token of a kubeconfig',
    name: /\.ya?ml$|\.conf$|config$/,
    marker: 'kind: Config',
    entry: /^[ ]{2,40}(?:token|password):[ \t]{1,8}["']?([^\s"'#]{4,4000})/gm,
  },
]

/** Whole files that are known by their name. */
export function scanKnownFile(page: Page): void {
  // no source of a program has such a name, and most commits are of these
  if (page.kind === 'code') return
  const name = page.fileName.toLowerCase()
  for (const file of KNOWN_FILES) {
    if (file.marker !== undefined && !page.text.includes(file.marker)) continue
    if (file.words?.every((word) => !name.includes(word)) || !file.name.test(name)) continue
    page.steps += page.text.length
    for (const match of page.text.matchAll(file.entry)) {
      const value = match[1] ?? ''
      const isHash = file.rule.endsWith('-hash')
      if (isReference(value) && !isHash) continue
      if (isMadeUp(value) || (!isHash && (isCiphertext(value) || isPlainWord(value)))) continue
      const start = match.index + match[0].lastIndexOf(value)
      page.report({
        rule: file.rule,
        level: file.level ?? 'block',
        start,
        end: start + value.length,
        message: file.message,
        weight: 'place',
      })
    }
  }
}

import type { Example } from './contexts.ts'
import { type Dice, dice, fill } from './draw.ts'
import { bech32, withChecksum } from './kinds.ts'

/** A file that holds no secret, though it looks so. */
export interface Negative extends Example {
  readonly name: string
}

/** Credentials cut, grown, or with a character that their alphabet does not have. */
const WRONG_FORMS: Readonly<Record<string, readonly string[]>> = {
  'wrong length': [
    'AKIA{u12}',
    'AKIA{u24}',
    'ghp_{a20}',
    'ghp_{a50}',
    'github_pat_{a22}_{a40}',
    'glpat-{a12}',
    'sk_live_{a5}',
    'AIza{a20}',
    'AIza{a50}',
    'SG.{a10}.{a43}',
    'npm_{a20}',
    'xoxb-{d4}-{a8}',
    'hf_{L20}',
    'dop_v1_{h40}',
    'sk-ant-api03-{a30}',
    'shpat_{h20}',
    'dckr_pat_{a12}',
    'hvs.{a20}',
    'lin_api_{a20}',
    'figd_{a20}',
    'nfp_{a20}',
    'sbp_{h20}',
    'glsa_{a20}_{h8}',
    'pul-{h20}',
    'PMAK-{h24}-{h10}',
    'rubygems_{h20}',
    'dapi{h16}',
    'gsk_{a20}',
    'tskey-auth-{a5}',
    'key-{h16}',
    'GOCSPX-{a10}',
    'NRAK-{U10}',
    'LTAI{a8}',
    'pypi-AgEIcHlwaS5vcmc{a10}',
    'rnd_{a12}',
    'squ_{h20}',
    'CCIPAT_{a22}_{h10}',
    'AGE-SECRET-KEY-1{u20}',
  ],
  'wrong alphabet': [
    'AKIA{h16}',
    'dop_v1_{h20}Z{h43}',
    'shpat_{h10}G{h21}',
    'rubygems_{h20}Q{h27}',
    'pul-{h20}X{h19}',
    'sk-or-v1-{h30}Y{h33}',
    'sntryu_{h30}Z{h33}',
    'hf_{L20}1{L13}',
    'key-{h10}G{h21}',
    'dapi{h10}Z{h21}',
  ],
}

/** What is random and public. */
const PUBLIC: Readonly<Record<string, readonly [fileName: string, ...texts: string[]]>> = {
  'public keys': [
    'keys.yaml',
    'recipients:\n  - {recipient}\n',
    'ssh_authorized_keys:\n  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} ops@acme\n',
    'public_key: |\n  -----BEGIN PUBLIC KEY-----\n  {b64}\n  {b24}==\n  -----END PUBLIC KEY-----\n',
    'tls.crt: |\n  -----BEGIN CERTIFICATE-----\n  {b64}\n  {b64}\n  -----END CERTIFICATE-----\n',
    'stripePublishableKey: pk_live_{a24}\n',
    'publicKey: {b43}=\n',
    'wireguard:\n  peerPublicKey: {b43}=\n',
    'hostKeyFingerprint: SHA256:{b43}\n',
  ],
  hashes: [
    'digests.yaml',
    'image: ghcr.io/acme/api@sha256:{h64}\n',
    'commit: {h40}\n',
    'checksum: sha512-{b86}==\n',
    'etag: "{h32}"\n',
    'gitRevision: {h40}\nmd5: {h32}\n',
    'integrity: sha384-{b64}\n',
    'key_id: {H40}\n',
    'cacheKey: {h64}\n',
  ],
  identifiers: [
    'ids.yaml',
    'tenantId: {h8}-{h4}-4{h3}-a{h3}-{h12}\n',
    'clientId: {h8}-{h4}-4{h3}-a{h3}-{h12}\n',
    'uid: {h8}-{h4}-4{h3}-a{h3}-{h12}\nresourceVersion: "{d8}"\n',
    'accountId: "{d12}"\ntraceId: {h32}\n',
    'kmsKey: arn:aws:kms:eu-west-1:{d12}:key/{h8}-{h4}-4{h3}-a{h3}-{h12}\n',
    'secretName: app-{l5}\nsecretKeyRef:\n  name: db-{l5}\n  key: password\n',
    'tokenUrl: https://login.acme.io/{h8}-{h4}-4{h3}-a{h3}-{h12}/oauth2/token\n',
    'idempotencyKey: {a32}\n',
  ],
  'lock files': [
    'package-lock.json',
    '{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-{b86}==","token":"{a40}"}}}\n',
    '{"packages":{"node_modules/b":{"resolved":"https://registry.npmjs.org/b/-/b-{d2}.tgz","integrity":"sha512-{b86}=="}}}\n',
  ],
  sums: ['go.sum', 'github.com/acme/lib v1.2.3 h1:{b43}=\ngithub.com/acme/lib v1.2.3/go.mod h1:{b43}=\n'],
  placeholders: [
    '.env.example',
    'API_KEY=your-api-key-{d2}\n',
    'DATABASE_URL=postgres://user:password@localhost:5432/app{d2}\n',
    'DATABASE_URL=postgres://user:\x24{DB_PASSWORD}@db/app{d2}\n',
    'SECRET_KEY=changeme{d1}\n',
    'GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{d4}\n',
    'AWS_ACCESS_KEY_ID=AKIA{L0}IOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    'STRIPE_KEY=sk_test_xxxxxxxxxxxxxxxx{d2}\n',
    'TOKEN=<your token {d2}>\n',
    'PASSWORD=\x24{VAULT_PASSWORD_{d2}}\n',
    'TOKEN=op://prod/api-{d2}/token\n',
    'TOKEN=vault:secret/data/app{d2}#token\n',
    'PASSWORD=ref+awsssm://prod/app{d2}/password\n',
    'REDIS_URL=redis://:password@localhost:6379/{d1}\n',
    'DSN=user:password@tcp(127.0.0.1:3306)/app{d2}\n',
    'DSN=root:\x24{MYSQL_PASSWORD}@tcp(db:3306)/app{d2}\n',
    'DSN=app:{{ .Values.password }}@tcp(db.acme.io:3306)/app{d2}\n',
    'SLACK_TOKEN=xoxb-your-token-{d3}\n',
    'OPENAI_API_KEY=sk-proj-{d0}...\n',
  ],
  templates: [
    'templates/secret.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app{d2}\ndata:\n  password: {{ .Values.password | b64enc }}\n',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: app{d2}\nstringData:\n  password: \x24{PASSWORD}\n',
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  data:\n    - secretKey: password\n      remoteRef: { key: prod/app{d2} }\n',
    'env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef: { name: db{d2}, key: password }\n',
    'apiVersion: v1\nkind: ServiceAccount\nsecrets:\n  - name: registry-{l5}\n',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n  - resources: [secrets]\n    resourceNames: [app-{l5}]\n',
  ],
  translations: [
    'src/locales/de.json',
    '{"password":"Passwort {d2}","token":"Zugangsschlüssel","secret":"Geheim{d2}halten","resetPassword":"Neues Passwort setzen"}\n',
    '{"auth":{"password":"Kennwort{d3}","passwordHint":"Mindestens {d1} Zeichen","apiKey":"API-Schlüssel eingeben"}}\n',
  ],
  ciphertext: [
    'secrets.enc.yaml',
    'password: ENC[AES256_GCM,data:{b24},iv:{b43}=,tag:{b22}==,type:str]\n',
    'apiVersion: v1\nkind: Secret\ndata:\n  password: ENC[AES256_GCM,data:{b40},iv:{b43}=,tag:{b22}==,type:str]\n',
    'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: AgA{b200}\n',
    'age:\n  - enc: |\n      -----BEGIN AGE ENCRYPTED FILE-----\n      {b64}\n      {b64}\n      -----END AGE ENCRYPTED FILE-----\n',
    'message: |\n  -----BEGIN PGP MESSAGE-----\n\n  {b64}\n  {b64}\n  -----END PGP MESSAGE-----\n',
    'vault_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  {h80}\n  {h80}\n',
    'transit_key: vault:v1:{b60}\n',
    'kms: AQICAH{b180}\n',
    'dotenvx: encrypted:{b120}\n',
    'passwordHash: $2b$12\x24{a53}\n',
  ],
  code: [
    'src/form.ts',
    `const passwordField = document.querySelector('#password{d3}')\n`,
    `const token = await client.getToken('session{d3}')\nif (token === undefined) throw new Error('token missing')\n`,
    `export interface Options { password: string; apiKey?: string; secret{d2}: string | undefined }\n`,
    `const schema = { password: 'string', token: 'required', key{d2}: 'number' }\n`,
    `const TOKEN_HEADER = 'x-auth-token-{d2}'\nconst SECRET_NAME = 'database-credentials'\n`,
    `const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'\nconst key = \`row-\${index}-{d2}\`\n`,
    `const sri = 'sha512-{b86}=='\nconst commit = '{h40}'\n`,
    `const keyFor = (id: string) => \`cache:{d2}:\${id}\`\nconst cacheKey = 'users:list:{d3}'\n`,
    `const icon = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA{b120}'\n`,
    `const dsn{d2} = \`\${user}:\${password}@tcp(\${host}:3306)/\${name}\`\n`,
    `dsn := fmt.Sprintf("%s:%s@tcp(%s:%d)/app{d2}", user, pass, host, port)\n`,
    `const listen{d2} = 'listener:{a12}@tcp(handler)'\nserve('unix:{a10}@unix(socket)')\n`,
    `const begin = '-----BEGIN PRIVATE KEY-----'\nconst width{d2} = 64\n`,
    `const pattern = /ghp_[A-Za-z0-9]{36}/\nconst prefix{d2} = 'AGE-SECRET-KEY-1'\n`,
  ],
  prose: [
    'docs/guide.md',
    'Write `username:password@tcp(host:port)/name{d2}?param=value`, or `user@tcp(localhost:3306)/{l8}`.\n',
    'Set `password` to something long. The token {d2} expires after an hour.\n',
    'Run `curl -H "Authorization: Bearer $TOKEN" https://api.acme.io/v{d1}`.\n',
    'Clone `https://user:token@github.com/acme/app{d2}.git` with your own token.\n',
    'The key `-----BEGIN PRIVATE KEY-----` marks a key, revision {h40}.\n',
    'Recipients look like `{recipient}`; identities begin with `AGE-SECRET-KEY-1`.\n',
  ],
}

const ROUNDS = 4

/** More than three hundred files, the same each time. */
export function makeNegatives(): Negative[] {
  const random = dice(20_261_122)
  const wrong = Object.entries(WRONG_FORMS).flatMap(([name, forms]) =>
    forms.flatMap((form) => [0, 1].map((which) => asVariable(name, fill(form, random), which))),
  )
  const checksums = Array.from({ length: 20 }, (_, index) =>
    asVariable('wrong checksum', wrongChecksum(index, random), index % 2),
  )
  const made = Object.entries(PUBLIC).flatMap(([name, [fileName, ...texts]]) =>
    texts.flatMap((text) =>
      Array.from({ length: ROUNDS }, () => ({ name, fileName, text: fill(special(text, random), random) })),
    ),
  )
  return [...wrong, ...checksums, ...made]
}

function asVariable(name: string, value: string, which: number): Negative {
  return which === 0
    ? { name, fileName: 'deploy/.env', text: `APP_SETTING=${value}\n` }
    : { name, fileName: 'src/setting.ts', text: `export const setting = '${value}'\n` }
}

function wrongChecksum(index: number, random: Dice): string {
  if (index % 5 === 4) return spoil(bech32('age-secret-key-', random.bytes(32)), 'QPZRY')
  return spoil(withChecksum(random.pick(['ghp_', 'gho_', 'npm_', 'ghs_']), random), 'abcde')
}

/** Another last character. */
function spoil(token: string, others: string): string {
  const last = token.slice(-1)
  return token.slice(0, -1) + ([...others].find((other) => other !== last) ?? '')
}

function special(text: string, random: Dice): string {
  return text.replaceAll('{recipient}', () => bech32('age', random.bytes(32)).toLowerCase())
}

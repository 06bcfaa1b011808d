import { createHash } from 'node:crypto'
import type { Example } from '../contexts.ts'
import { dice, fill } from '../draw.ts'
import { CARRIERS } from './carriers.ts'

/** A file that holds no secret. */
export interface HeldOutNegative extends Example {
  readonly name: string
}

/** What stands where a secret would, and is none: variable, then values. */
const VALUES: Readonly<Record<string, readonly [variable: string, ...values: string[]]>> = {
  placeholder: [
    'DB_PASSWORD',
    'changeme',
    '<your-password>',
    'REPLACE_ME',
    'xxxxxxxx',
    'TODO',
    'your-password-here',
    '********',
  ],
  'placeholder of a token': [
    'API_TOKEN',
    `ghp_${'x'.repeat(36)}`,
    'sk_live_your_key_here',
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'glpat-xxxxxxxxxxxxxxxxxxxx',
    'xoxb-your-token',
    'sk-ant-api03-...',
    'insert-token-here',
  ],
  template: [
    'API_SECRET',
    '$'.concat('{API_SECRET}'),
    '{{ .Values.apiSecret }}',
    '$'.concat('{{ secrets.API_SECRET }}'),
    '%(api_secret)s',
    '#{ENV["API_SECRET"]}',
    '@@API_SECRET@@',
    '{{ lookup("env", "API_SECRET") }}',
  ],
  reference: [
    'DB_SECRET',
    'vault:secret/data/app#password',
    'op://prod/db/password',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf',
    'projects/acme/secrets/db-password/versions/latest',
    'ref+awsssm://prod/db/password',
    '/run/secrets/db_password',
    'https://acme.vault.azure.net/secrets/db/0123456789abcdef0123456789abcdef',
    'keyring:app/db',
  ],
  'name of another': ['SECRET_NAME', 'db-credentials-prod-eu-west-1', 'acme/prod/api', 'api-tls-2024-11'],
  'file of one': ['PASSWORD_FILE', '/etc/acme/db.pass', 'C:\\acme\\secrets\\db.txt', './secrets/db'],
  'where to get one': [
    'TOKEN_URL',
    'https://login.acme.io/oauth2/v2/token',
    'https://acme.eu.auth0.com/oauth/token?audience=api',
  ],
  'how they are': ['PASSWORD_POLICY', 'minLength=12,upper,lower,digit', 'strict'],
  'lives how long': ['TOKEN_TTL', '3600', '15m', 'PT30M'],
  'kind of token': ['TOKEN_TYPE', 'bearer', 'Bearer', 'urn:ietf:params:oauth:token-type:jwt'],
  'publishable key': ['STRIPE_PUBLISHABLE_KEY', 'pk_live_{a24}', 'pk_test_51{a97}'],
  'public id': ['CLIENT_ID', '{d12}-{l32}.apps.googleusercontent.com', '{h8}-{h4}-4{h3}-a{h3}-{h12}', 'Iv1.{h16}'],
  'public key': ['SSH_PUBLIC_KEY', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} ci@acme', 'age1{v58}'],
  'public key of WireGuard': ['PEER_PUBLIC_KEY', '{b42}A='],
  'error monitor address': ['SENTRY_DSN', 'https://{h32}@o{d6}.ingest.sentry.io/{d7}'],
  measurement: ['GA_ID', 'G-{U10}', 'UA-{d8}-1', 'GTM-{U7}'],
  digest: ['IMAGE', 'registry.acme.io/api@sha256:{h64}', 'sha512-{b86}=='],
  commit: ['GIT_COMMIT', '{h40}', '{h7}'],
  'public UUID': ['TENANT_ID', '{h8}-{h4}-4{h3}-a{h3}-{h12}'],
  'URL without a password': [
    'DATABASE_URL',
    'postgres://app@db.acme.io:5432/app',
    'postgres://localhost/app_test',
    'redis://cache:6379/0',
  ],
  'URL with an example': [
    'DATABASE_URL',
    'postgres://user:password@localhost:5432/app',
    'mysql://root:root@127.0.0.1/test',
    'amqp://guest:guest@rabbit:5672',
  ],
  'key of a cache': ['CACHE_KEY', 'user:profile:{d8}', 'v2/build-{h40}', 'npm-{h64}'],
  sealed: ['DB_PASSWORD', 'ENC[AES256_GCM,data:{b24},iv:{b43}=,tag:{b22}==,type:str]', 'encrypted:{b120}', 'AgB{b300}'],
  'hash of a password': ['ADMIN_PASSWORD_HASH', '$2b$12\x24{a53}', '$argon2id$v=19$m=65536,t=3,p=4\x24{b22}\x24{b43}'],
  switch: ['PASSWORD_ENABLED', 'true', 'false', 'yes', '1'],
  'words of a form': ['PASSWORD_LABEL', 'Enter your password', 'Passwort', 'Forgot your password?'],
  'name of a variable': ['TOKEN_ENV', 'GITHUB_TOKEN', 'NPM_TOKEN', 'process.env.TOKEN'],
  'name of a header': ['TOKEN_HEADER', 'X-Auth-Token', 'Authorization'],
}

/** Texts of files whose whole point is random, and public. */
const TEXTS: readonly (readonly [name: string, fileName: string, line: string])[] = [
  ['go.sum', 'go.sum', 'github.com/acme/lib v1.{d2}.0 h1:{b43}=\n'],
  [
    'yarn.lock',
    'yarn.lock',
    '"a@^1":\n  resolved "https://registry.yarnpkg.com/a/-/a-1.{d2}.tgz#{h40}"\n  integrity sha512-{b86}==\n',
  ],
  ['yarn berry', 'yarn.lock', '"a@npm:^1":\n  checksum: 10c0/{h128}\n'],
  ['Cargo.lock', 'Cargo.lock', '[[package]]\nname = "token-cell"\nchecksum = "{h64}"\n'],
  ['poetry.lock', 'poetry.lock', '    {file = "secretstorage-3.3.tar.gz", hash = "sha256:{h64}"},\n'],
  ['pnpm-lock', 'pnpm-lock.yaml', '  /jsonwebtoken@9.{d1}:\n    resolution: {integrity: sha512-{b86}==}\n'],
  ['flake.lock', 'flake.lock', '"narHash": "sha256-{b43}=", "rev": "{h40}",\n'],
  ['terraform lock', '.terraform.lock.hcl', '    "zh:{h64}",\n    "h1:{b43}=",\n'],
  ['checksums', 'SHA256SUMS', '{h64}  acme_{d2}_linux_amd64.tar.gz\n'],
  ['known hosts', 'known_hosts', '|1|{b27}=|{b27}= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43}\n'],
  ['certificate', 'ca.pem', '-----BEGIN CERTIFICATE-----\n{b64}\n{b64}\n{b64}\n-----END CERTIFICATE-----\n'],
  ['public PEM', 'key.pub', '-----BEGIN PUBLIC KEY-----\n{b64}\n{b64}\n-----END PUBLIC KEY-----\n'],
  ['public JWK', 'jwks.json', '{"keys":[{"kty":"RSA","kid":"{h40}","e":"AQAB","n":"{w342}"}]}\n'],
  ['source map', 'app.js.map', '{"version":3,"mappings":"{b400}","names":["token","password"]}\n'],
  ['inline image', 'style.css', '.a{background:url(data:image/png;base64,iVBORw0KGgo{b400}==)}\n'],
  ['addresses of chains', 'tokens.json', '{"token":"0x{h40}","tx":"0x{h64}","btc":"bc1q{v38}"}\n'],
  ['trace', 'app.log', 'INFO trace_id={h32} span_id={h16} request_id={h8}-{h4}-4{h3}-a{h3}-{h12} token accepted\n'],
  ['log of lines', 'access.log', '10.0.0.1 - - "GET /login?next=/a HTTP/1.1" 200 {d5} "{h32}"\n'],
  [
    'snapshot',
    'a.snap',
    'exports[`renders password 1`] = `<input class="css-{l12}" type="password" name="password">`;\n',
  ],
  [
    'TypeScript types',
    'types.ts',
    'export interface Login { password: string; token?: string | undefined; apiKey: ApiKey<{ a: 1 }> }\n',
  ],
  ['TypeScript of a form', 'form.tsx', 'const password = useField("password", { label: t("login.password") })\n'],
  [
    'TypeScript calls',
    'auth.ts',
    'const token = await getToken(request.headers.authorization ?? "")\nconst apiKey = config.get("apiKey")\n',
  ],
  [
    'schema',
    'schema.ts',
    'export const user = z.object({ password: z.string().min(12), accessToken: z.string().uuid() })\n',
  ],
  ['GraphQL', 'schema.graphql', 'type Mutation { login(password: String!, token: ID): Session }\n'],
  [
    'Python calls',
    'auth.py',
    'password = os.environ["DB_PASSWORD"]\nself.api_key = api_key or settings.API_KEY\ntoken = secrets.token_urlsafe(32)\n',
  ],
  [
    'Go calls',
    'auth.go',
    'password := os.Getenv("DB_PASSWORD")\ntoken, err := jwt.Parse(raw, keyFunc)\nSecretKey string `json:"secretKey,omitempty"`\n',
  ],
  [
    'Java calls',
    'Auth.java',
    'String password = request.getParameter("password");\nprivate static final String TOKEN_HEADER = "X-Auth-Token";\n',
  ],
  [
    'SQL',
    'schema.sql',
    'CREATE TABLE users (password_hash varchar(60) NOT NULL, api_token uuid DEFAULT gen_random_uuid());\n',
  ],
  [
    'translations',
    'locales/de.json',
    '{"password":"Kennwort","passwordHint":"Mindestens 12 Zeichen","apiKey":"API-Schlüssel"}\n',
  ],
  [
    'HTML',
    'login.html',
    '<input type="password" name="password" id="current-password" autocomplete="current-password">\n',
  ],
  [
    'OpenAPI',
    'openapi.yaml',
    'securitySchemes:\n  oauth:\n    flows:\n      password:\n        tokenUrl: https://acme.io/token\n        scopes: {read: Read}\n',
  ],
  [
    'secret reference',
    'deploy.yaml',
    'env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n',
  ],
  [
    'ExternalSecret',
    'es.yaml',
    'kind: ExternalSecret\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: prod/db\n        property: password\n',
  ],
  ['SealedSecret', 'ss.yaml', 'kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgA{b300}\n'],
  ['empty Secret', 'secret.yaml', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata: {}\n'],
  [
    'RBAC',
    'role.yaml',
    'kind: Role\nrules:\n  - apiGroups: [""]\n    resources: ["secrets"]\n    resourceNames: ["db-password"]\n    verbs: ["get"]\n',
  ],
  [
    'prose',
    'README.md',
    'Set `STRIPE_SECRET_KEY` to your key (it starts with `sk_live_`) and `GITHUB_TOKEN` to a token `ghp_…`.\n',
  ],
  [
    'prose of a password',
    'README.md',
    'The default password: none. Ask your administrator for a token: they keep it.\n',
  ],
  [
    'command',
    'README.md',
    'curl -H "Authorization: Bearer $TOKEN" https://acme.io/api && docker login -u bob -p "$PASSWORD"\n',
  ],
  ['vault of Ansible', 'vault.yml', '$ANSIBLE_VAULT;1.1;AES256\n{d80}\n{d80}\n'],
  ['CSS names', 'app.css', '.sk-{l20}{color:#{h6}}.key-{h32}{top:0}\n'],
  [
    'bundle',
    'app.min.js',
    'e.exports={id:"{a20}",hash:"{h20}",token:function(e){return e.token},password:n.password||""};\n',
  ],
  ['email ids', 'mail.eml', 'Message-ID: <{a40}@mail.acme.io>\nDKIM-Signature: v=1; bh={b43}=; b={b171}=\n'],
  ['zone', 'zone.db', 'sel._domainkey TXT "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB{b180}"\n'],
]

/** More than three hundred, the same each time. */
export function heldOutNegatives(): HeldOutNegative[] {
  const carriers = Object.entries(CARRIERS)
  let turn = 0
  const values = Object.entries(VALUES).flatMap(([name, [variable, ...forms]]) =>
    forms.flatMap((form) =>
      Array.from({ length: 3 }, () => {
        turn += 1
        const [, carrier] = carriers[turn % carriers.length] ?? []
        if (carrier === undefined) throw new RangeError('no carrier')
        return { name, ...carrier(variable, fill(form, dice(turn))) }
      }),
    ),
  )
  const texts = TEXTS.flatMap(([name, fileName, line]) =>
    Array.from({ length: 3 }, (_, round) => {
      const random = dice(seedOf(name) + round)
      const text = Array.from({ length: 1 + round * 4 }, () => fill(line, random)).join('')
      return { name, fileName, text }
    }),
  )
  return [...values, ...texts]
}

function seedOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt16BE(0)
}

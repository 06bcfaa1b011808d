import { createHash, generateKeyPairSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { AZURE_KEYS, azureKey } from './azure.ts'
import { type Dice, fill } from './draw.ts'

/** A kind of credential, as its provider makes it. Written down on its own, not from the rules that are to find it. */
export interface Kind {
  readonly name: string
  /** What its variable is called. */
  readonly variable: string
  readonly make: (random: Dice) => string
}

const UUID = '{h8}-{h4}-4{h3}-a{h3}-{h12}'

/** Variable and form; several forms of one kind take turns. */
const FORMS: Readonly<Record<string, readonly [variable: string, ...forms: string[]]>> = {
  'AWS access key id': ['AWS_ACCESS_KEY_ID', 'AKIA{u16}', 'ASIA{u16}'],
  'AWS secret access key': ['AWS_SECRET_ACCESS_KEY', '{b40}'],
  'AWS Bedrock key': ['BEDROCK_API_KEY', 'ABSK{b110-132}='],
  'Google API key': ['GOOGLE_API_KEY', 'AIza{w35}'],
  'Google OAuth secret': ['OAUTH_CLIENT_SECRET', 'GOCSPX-{w28}'],
  'Google OAuth token': ['OAUTH_ACCESS_TOKEN', 'ya29.{w60-120}'],
  'Gemini key': ['GEMINI_API_KEY', 'AQ.Ab8RN6{w44}'],
  'Azure client secret': ['ARM_CLIENT_SECRET', '{a3}{d1}Q~{a31-34}'],
  'Azure storage connection': [
    'STORAGE_CONNECTION',
    'DefaultEndpointsProtocol=https;AccountName=prodstore;AccountKey={b86}==;EndpointSuffix=core.windows.net',
  ],
  'Azure Service Bus connection': [
    'SERVICE_BUS',
    'Endpoint=sb://prod.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={b43}=',
  ],
  'Azure App Configuration': ['APP_CONFIG', 'Endpoint=https://prod.azconfig.io;Id=aB1c;Secret={b43}='],
  'Azure DevOps token': ['AZURE_DEVOPS_PAT', '{a76}AZDO{a4}', '{v52}'],
  'GitHub fine-grained': ['GITHUB_TOKEN', 'github_pat_{a22}_{a59}'],
  'GitLab access token': ['GITLAB_TOKEN', 'glpat-{w20}', 'glpat-{w27}.01.{l9}'],
  'GitLab deploy token': ['DEPLOY_TOKEN', 'gldt-{w20}'],
  'GitLab runner token': ['RUNNER_TOKEN', 'glrt-{w20}', 'GR1348941{w20}'],
  'GitLab trigger token': ['TRIGGER_TOKEN', 'glptt-{h40}'],
  'GitLab feed token': ['FEED_TOKEN', 'glft-{w20}'],
  'GitLab agent token': ['AGENT_TOKEN', 'glagent-{w50}'],
  'GitLab SCIM token': ['SCIM_TOKEN', 'glsoat-{w20}'],
  'Atlassian token': ['ATLASSIAN_TOKEN', 'ATATT3{w178}={H8}'],
  'Bitbucket app password': ['BITBUCKET_PASSWORD', 'ATBB{a24}{H8}'],
  'Slack bot token': ['SLACK_BOT_TOKEN', 'xoxb-{d12}-{d13}-{a24}'],
  'Slack user token': ['SLACK_USER_TOKEN', 'xoxp-{d12}-{d12}-{d13}-{h32}'],
  'Slack app token': ['SLACK_APP_TOKEN', 'xapp-1-A{U10}-{d13}-{h64}'],
  'Slack webhook': ['SLACK_WEBHOOK', 'https://hooks.slack.com/services/T{U10}/B{U10}/{a24}'],
  'Discord bot token': ['DISCORD_BOT_TOKEN', '{discord}.{w6}.{w38}'],
  'Discord webhook': ['DISCORD_WEBHOOK', 'https://discord.com/api/webhooks/1{d18}/{w68}'],
  'Telegram bot token': ['TELEGRAM_BOT_TOKEN', '{d9}:A{w34}'],
  'Stripe live key': ['STRIPE_SECRET_KEY', 'sk_live_{a24}', 'sk_live_{a99}'],
  'Stripe restricted key': ['STRIPE_RESTRICTED_KEY', 'rk_live_{a24}'],
  'Stripe test key': ['STRIPE_TEST_KEY', 'sk_test_{a24}'],
  'Stripe webhook secret': ['STRIPE_WEBHOOK_SECRET', 'whsec_{a32}'],
  'Twilio API key': ['TWILIO_API_KEY', 'SK{h32}'],
  'Twilio auth token': ['TWILIO_AUTH_TOKEN', '{h32}'],
  'SendGrid key': ['SENDGRID_API_KEY', 'SG.{w22}.{w43}'],
  'Mailgun key': ['MAILGUN_API_KEY', 'key-{h32}'],
  'Mailchimp key': ['MAILCHIMP_API_KEY', '{h32}-us{d1}'],
  'Brevo key': ['BREVO_API_KEY', 'xkeysib-{h64}-{a16}'],
  'PyPI token': ['PYPI_TOKEN', 'pypi-AgEIcHlwaS5vcmc{w120-160}'],
  'RubyGems key': ['GEM_HOST_API_KEY', 'rubygems_{h48}'],
  'crates.io token': ['CARGO_REGISTRY_TOKEN', 'cio{a32}'],
  'NuGet key': ['NUGET_API_KEY', 'oy2{v43}'],
  'Docker Hub token': ['DOCKER_TOKEN', 'dckr_pat_{w27}', 'dckr_oat_{w32}'],
  'Docker Swarm join token': ['SWARM_TOKEN', 'SWMTKN-1-{l50}-{l25}'],
  'JFrog key': ['ARTIFACTORY_API_KEY', 'AKCp{a69}'],
  'JFrog reference token': ['ARTIFACTORY_TOKEN', 'cmVmd{a59}'],
  'Vault service token': ['VAULT_TOKEN', 'hvs.{w95}'],
  'Vault batch token': ['VAULT_TOKEN', 'hvb.{w150}'],
  'Vault old token': ['VAULT_TOKEN', 's.{a24}'],
  'Terraform Cloud token': ['TF_API_TOKEN', '{a14}.atlasv1.{a67}'],
  'Kubernetes bootstrap token': ['BOOTSTRAP_TOKEN', '{l6}.{l16}'],
  'WireGuard key': ['WG_PRIVATE_KEY', '{wireguard}'],
  'TOTP seed': ['TOTP_URL', 'otpauth://totp/Prod:ops?secret={u32}&issuer=Prod'],
  'NATS seed': ['NATS_SEED', 'SUA{nats}{u54}'],
  'OpenAI project key': ['OPENAI_API_KEY', 'sk-proj-{w74}T3BlbkFJ{w74}'],
  'OpenAI old key': ['OPENAI_API_KEY', 'sk-{a20}T3BlbkFJ{a20}'],
  'OpenAI service key': ['OPENAI_API_KEY', 'sk-svcacct-{w60}T3BlbkFJ{w60}'],
  'Anthropic key': ['ANTHROPIC_API_KEY', 'sk-ant-api03-{w93}AA'],
  'Anthropic admin key': ['ANTHROPIC_ADMIN_KEY', 'sk-ant-admin01-{w93}AA'],
  'Hugging Face token': ['HF_TOKEN', 'hf_{L34}'],
  'Groq key': ['GROQ_API_KEY', 'gsk_{a52}'],
  'xAI key': ['XAI_API_KEY', 'xai-{a80}'],
  'Perplexity key': ['PERPLEXITY_API_KEY', 'pplx-{a48}'],
  'Replicate token': ['REPLICATE_API_TOKEN', 'r8_{a37}'],
  'OpenRouter key': ['OPENROUTER_API_KEY', 'sk-or-v1-{h64}'],
  'DigitalOcean token': ['DIGITALOCEAN_TOKEN', 'dop_v1_{h64}', 'doo_v1_{h64}', 'dor_v1_{h64}'],
  'Cloudflare API token': ['CLOUDFLARE_API_TOKEN', '{w40}'],
  'Cloudflare global key': ['CLOUDFLARE_API_KEY', '{h37}'],
  'Cloudflare origin key': ['ORIGIN_CA_KEY', 'v1.0-{h24}-{h146}'],
  'Heroku key': ['HEROKU_API_KEY', 'HRKU-AA{w58}', UUID],
  'Netlify token': ['NETLIFY_AUTH_TOKEN', 'nfp_{a36}'],
  'Vercel token': ['VERCEL_TOKEN', 'vcp_{a56}', 'vck_{a56}'],
  'Render key': ['RENDER_API_KEY', 'rnd_{a28}'],
  'Fly.io token': ['FLY_API_TOKEN', 'FlyV1 fm2_{b300}'],
  'Supabase token': ['SUPABASE_ACCESS_TOKEN', 'sbp_{h40}'],
  'Supabase secret key': ['SUPABASE_SECRET_KEY', 'sb_secret_{w31}'],
  'Neon key': ['NEON_API_KEY', 'napi_{l64}'],
  'PlanetScale token': ['PLANETSCALE_TOKEN', 'pscale_tkn_{w43}', 'pscale_pw_{w43}'],
  'Databricks token': ['DATABRICKS_TOKEN', 'dapi{h32}', 'dapi{h32}-2'],
  'MongoDB Atlas secret': ['ATLAS_CLIENT_SECRET', 'mdb_sa_sk_{w40}'],
  'Datadog API key': ['DD_API_KEY', '{h32}'],
  'Datadog application key': ['DATADOG_APP_KEY', '{h40}'],
  'New Relic user key': ['NEW_RELIC_API_KEY', 'NRAK-{U27}'],
  'Grafana service token': ['GRAFANA_TOKEN', 'glsa_{a32}_{h8}'],
  'Grafana Cloud token': ['GRAFANA_CLOUD_TOKEN', 'glc_{b80-120}'],
  'Sentry user token': ['SENTRY_AUTH_TOKEN', 'sntryu_{h64}'],
  'PagerDuty token': ['PAGERDUTY_TOKEN', '{w20}'],
  'Okta token': ['OKTA_API_TOKEN', '00{w40}'],
  'Linear key': ['LINEAR_API_KEY', 'lin_api_{a40}'],
  'Notion token': ['NOTION_TOKEN', 'ntn_{d11}{a35}'],
  'Airtable token': ['AIRTABLE_TOKEN', 'pat{a14}.{h64}'],
  'Figma token': ['FIGMA_TOKEN', 'figd_{w40}'],
  'Shopify token': ['SHOPIFY_TOKEN', 'shpat_{h32}', 'shpss_{h32}'],
  'Square token': ['SQUARE_TOKEN', 'sq0atp-{w22}', 'EAAA{w60}'],
  'Tailscale auth key': ['TS_AUTHKEY', 'tskey-auth-{a12}CNTRL-{a32}'],
  'Tailscale API key': ['TS_API_KEY', 'tskey-api-{a12}CNTRL-{a32}'],
  'Doppler token': ['DOPPLER_TOKEN', 'dp.pt.{a43}', 'dp.st.prod.{a43}'],
  '1Password service account': ['OP_SERVICE_ACCOUNT_TOKEN', 'ops_eyJ{w400}'],
  'dotenvx key': ['DOTENV_PRIVATE_KEY_PRODUCTION', '{h64}'],
  'Pulumi token': ['PULUMI_ACCESS_TOKEN', 'pul-{h40}'],
  'CircleCI token': ['CIRCLE_TOKEN', 'CCIPAT_{a22}_{h40}'],
  'Buildkite token': ['BUILDKITE_TOKEN', 'bkua_{h40}'],
  'Sonar token': ['SONAR_TOKEN', 'squ_{h40}', 'sqp_{h40}'],
  'Sourcegraph token': ['SRC_ACCESS_TOKEN', 'sgp_{h40}'],
  'Postman key': ['POSTMAN_API_KEY', 'PMAK-{h24}-{h34}'],
  'Prefect key': ['PREFECT_API_KEY', 'pnu_{a36}'],
  'LangSmith key': ['LANGSMITH_API_KEY', 'lsv2_pt_{h32}_{h10}'],
  'Alibaba access key id': ['ALIBABA_ACCESS_KEY_ID', 'LTAI{a20}'],
  'Tencent secret id': ['TENCENT_SECRET_ID', 'AKID{a32}'],
  'Yandex API key': ['YANDEX_API_KEY', 'AQVN{w36}'],
  'ClickHouse key': ['CLICKHOUSE_KEY', '4b1d{a38}'],
  'Facebook token': ['FACEBOOK_TOKEN', 'EAAC{a160}'],
  'Dropbox token': ['DROPBOX_TOKEN', 'sl.{w136}'],
  'Postgres address': ['DATABASE_URL', 'postgres://app:{a20}@db.prod.internal.acme.io:5432/app'],
  'MySQL DSN': [
    'DSN',
    'app:{a20}@tcp(mysql.prod.acme.io:3306)/app?parseTime=true',
    'svc-orders:{a8}!{a6}@tcp(10.20.{d2}.7:3306)/orders',
  ],
  'MongoDB address': ['MONGO_URL', 'mongodb+srv://app:{a18}@cluster0.ab1cd.mongodb.net/app'],
  'Redis address': ['REDIS_URL', 'redis://:{a24}@cache.acme.io:6379/0'],
  'HTTP bearer': ['AUTHORIZATION', 'Bearer {w48}'],
}

const MADE: readonly Kind[] = [
  ...['ghp_', 'gho_', 'ghu_', 'ghs_'].map((prefix) => ({
    name: `GitHub ${prefix}`,
    variable: 'GITHUB_TOKEN',
    make: (random: Dice) => withChecksum(prefix, random),
  })),
  { name: 'npm token', variable: 'NPM_TOKEN', make: (random) => withChecksum('npm_', random) },
  { name: 'age identity', variable: 'SOPS_AGE_KEY', make: (random) => bech32('age-secret-key-', random.bytes(32)) },
  {
    name: 'age identity (hybrid)',
    variable: 'SOPS_AGE_KEY',
    make: (random) => bech32('age-secret-key-pq-', random.bytes(32)),
  },
  { name: 'private key (PKCS 8)', variable: 'TLS_KEY', make: () => makePem('pkcs8') },
  { name: 'private key (EC)', variable: 'SIGNING_KEY', make: () => makePem('sec1') },
  { name: 'OpenSSH key', variable: 'DEPLOY_KEY', make: (random) => makeOpenSsh(random) },
  {
    name: 'private key in base64',
    variable: 'TLS_KEY_B64',
    make: () => Buffer.from(makePem('pkcs8')).toString('base64'),
  },
  {
    name: 'Google service account',
    variable: 'GOOGLE_CREDENTIALS',
    make: (random) =>
      JSON.stringify({
        type: 'service_account',
        project_id: 'prod-1',
        private_key_id: fill('{h40}', random),
        private_key: makePem('pkcs8'),
        client_email: 'app@prod-1.iam.gserviceaccount.com',
      }),
  },
  {
    name: 'registry credentials',
    variable: 'DOCKER_CONFIG_JSON',
    make: (random) =>
      JSON.stringify({
        auths: { 'ghcr.io': { auth: Buffer.from(`bot:${fill('{a24}', random)}`).toString('base64') } },
      }),
  },
  {
    name: 'HTTP basic',
    variable: 'AUTHORIZATION',
    make: (random) => `Basic ${Buffer.from(`ops:${fill('{a20}', random)}`).toString('base64')}`,
  },
  {
    name: 'service account token',
    variable: 'KUBE_TOKEN',
    make: (random) => jwt({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:prod:deployer' }, random),
  },
  {
    name: 'signed token',
    variable: 'SERVICE_JWT',
    make: (random) => jwt({ sub: fill('{d8}', random), iat: 1_700_000_000 }, random),
  },
  ...AZURE_KEYS.map((name) => ({ name, variable: 'PRIMARY', make: (random: Dice) => azureKey(name, random) })),
  {
    name: 'Azure Cache for Redis key',
    variable: 'CACHE_ACCESS',
    make: (random) => fill('{a33}AzCa', random) + random.pick([...'ABCDEFGHIJKLMNOP']) + fill('{a5}=', random),
  },
  {
    name: 'Azure AI services key',
    variable: 'SPEECH',
    make: (random) =>
      fill('{a52}JQQJ99{a1}', random) + random.pick([...'ABCDEFGHIJKL']) + fill('{a12}AAAACOG{a5}', random),
  },
]

/** All kinds, each under one name. */
export const KINDS: readonly Kind[] = [
  ...Object.entries(FORMS).map(([name, [variable, ...forms]]) => ({
    name,
    variable,
    make: (random: Dice) => fill(special(random.pick(forms), random), random),
  })),
  ...MADE,
]

/** Parts of forms that are no plain alphabets. */
function special(form: string, random: Dice): string {
  return form
    .replace('{discord}', () => Buffer.from(fill('1{d17}', random)).toString('base64'))
    .replace('{wireguard}', () => random.bytes(32).toString('base64'))
    .replace('{nats}', () => random.pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']))
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Thirty characters and their checksum, as GitHub and npm make them. */
export function withChecksum(prefix: string, random: Dice): string {
  const body = fill('{a30}', random)
  const zipped = gzipSync(body)
  // the CRC-32 of what was zipped stands near its end (RFC 1952)
  let rest = BigInt(zipped.readUInt32LE(zipped.length - 8))
  let digits = ''
  while (digits.length < 6) {
    digits = BASE62.charAt(Number(rest % 62n)) + digits
    rest /= 62n
  }
  return prefix + body + digits
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** BIP 173, in capitals. */
export function bech32(prefix: string, bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const words = (bits.match(/.{1,5}/g) ?? []).map((five) => Number.parseInt(five.padEnd(5, '0'), 2))
  const codes = [...prefix].map((character) => character.charCodeAt(0))
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
  const sum = polymod([...expanded, ...words, 0, 0, 0, 0, 0, 0]) ^ 1
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >> shift) & 31)
  return `${prefix}1${[...words, ...check].map((word) => BECH32.charAt(word)).join('')}`.toUpperCase()
}

function polymod(words: readonly number[]): number {
  return words.reduce((sum, word) => {
    const top = sum >> 25
    const turned = ((sum & 0x1ffffff) << 5) ^ word
    return [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].reduce(
      (value, generator, bit) => ((top >> bit) & 1 ? value ^ generator : value),
      turned,
    )
  }, 1)
}

function makePem(type: 'pkcs8' | 'sec1'): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type, format: 'pem' }).toString()
}

/** As `ssh-keygen -t ed25519` writes it, with bytes that are no key of the curve: what counts is how it looks. */
/** @param cipher - `none`, or that of a key with a passphrase */
export function makeOpenSsh(random: Dice, cipher = 'none'): string {
  const field = (...parts: readonly (string | Buffer)[]) => {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)))
    return Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  }
  const [check, point] = [random.bytes(4), random.bytes(32)]
  const halves = [field('ssh-ed25519'), field(point)]
  const secret = field(check, check, ...halves, field(random.bytes(32), point), field('me@here'), '\x01\x02')
  const frame = Buffer.from('openssh-key-v1\0')
  const bytes = Buffer.concat([
    frame,
    field(cipher),
    field(cipher === 'none' ? 'none' : 'bcrypt'),
    cipher === 'none' ? field() : field(field(random.bytes(16)), Buffer.from([0, 0, 0, 16])),
    Buffer.from([0, 0, 0, 1]),
    field(...halves),
    secret,
  ])
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? []
  return [
    '-----BEGIN OPENSSH',
    ' PRIVATE KEY-----\n',
    ...lines.map((line) => `${line}\n`),
    '-----END OPENSSH',
    ' PRIVATE KEY-----\n',
  ].join('')
}

function jwt(claims: object, random: Dice): string {
  const part = (data: object) => Buffer.from(JSON.stringify(data)).toString('base64url')
  const signature = createHash('sha256').update(random.bytes(32)).digest('base64url')
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${signature}`
}

import { generateKeyPairSync } from 'node:crypto'
import { type Dice, dice, fill } from '../draw.ts'
import { bech32, type Kind, withChecksum } from '../kinds.ts'
import { HELD_OUT_FORMS } from './forms.ts'

/** What a form does not say: checksums, keys, containers. */
const MADE: readonly Kind[] = [
  made('GitHub personal', 'GH_TOKEN', (random) => withChecksum('ghp_', random)),
  made('GitHub app', 'GH_APP', (random) => withChecksum('ghs_', random)),
  made('GitHub fine-grained', 'GH_PAT', (random) => fill('github_pat_11{U20}_{a59}', random)),
  made('npm', 'NPM', (random) => withChecksum('npm_', random)),
  made('age identity', 'AGE_KEY', (random) => bech32('age-secret-key-', random.bytes(32)).toUpperCase()),
  made('RSA key', 'TLS_KEY', (random) => pem('RSA PRIVATE KEY', random, 1190)),
  made('EC key', 'SIGNING_KEY', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return privateKey.export({ type: 'sec1', format: 'pem' }).toString()
  }),
  made('OpenSSH key', 'DEPLOY_KEY', (random) => pem('OPENSSH PRIVATE KEY', random, 300, 'b3BlbnNzaC1rZXktdjEA')),
  made('encoded key', 'TLS_KEY_B64', (random) => Buffer.from(pem('PRIVATE KEY', random, 1200)).toString('base64')),
  made('PGP key', 'GPG_KEY', (random) => pem('PGP PRIVATE KEY BLOCK', random, 900)),
  made('JWT', 'SERVICE_JWT', (random) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { sub: 'svc-prod', role: 'service', iat: 1_700_000_000 + random.below(1e6) }
    return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${fill('{w43}', random)}`
  }),
  made('basic header', 'HEADER', (random) => {
    return `Authorization: Basic ${Buffer.from(fill('deploy:{a20}', random)).toString('base64')}`
  }),
  made('registry auth', 'DOCKER_AUTH_CONFIG', (random) => {
    const auth = Buffer.from(fill('robot:{a28}', random)).toString('base64')
    return JSON.stringify({ auths: { 'registry.acme.io': { auth } } })
  }),
  made('service account', 'GOOGLE_CREDENTIALS', (random) => {
    return JSON.stringify({
      type: 'service_account',
      project_id: 'acme',
      private_key_id: fill('{h40}', random),
      private_key: pem('PRIVATE KEY', random, 1200),
      client_email: 'ci@acme.iam.gserviceaccount.com',
    })
  }),
  made('1Password service account', 'OP', (random) => {
    const content = {
      signInAddress: 'acme.1password.com',
      userAuth: { method: 'SRPg-4096' },
      secretKey: fill('{a230}', random),
    }
    return `ops_${Buffer.from(JSON.stringify(content)).toString('base64url')}`
  }),
  made('Discord bot', 'BOT', (random) => {
    return `${Buffer.from(fill('1{d18}', random)).toString('base64').replace(/=+$/, '')}${fill('.G{w5}.{w38}', random)}`
  }),
  made('NATS seed', 'NATS_SEED', (random) => fill(`SUA${random.pick([...'ABCDEFGHIJKLMNOP'])}{u54}`, random)),
]

/** Kinds of credentials for measuring what was not tuned on. */
export const HELD_OUT_KINDS: readonly Kind[] = [
  ...Object.entries(HELD_OUT_FORMS).map(([name, [variable, ...forms]]) =>
    made(name, variable, (random) => fill(random.pick(forms), random)),
  ),
  ...MADE,
]

function made(name: string, variable: string, make: (random: Dice) => string): Kind {
  return { name, variable, make }
}

function pem(label: string, random: Dice, bytes: number, start = ''): string {
  const body = `${start}${random.bytes(bytes).toString('base64')}`.match(/.{1,64}/g)?.join('\n') ?? ''
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}

/** One example of each kind, the same each time. @param round - any number: other values */
export function heldOutValues(round: number): { readonly kind: Kind; readonly value: string }[] {
  return HELD_OUT_KINDS.map((kind, index) => ({ kind, value: kind.make(dice(7919 * (round + 1) + index)) }))
}

import { judgeBech32 } from '../checksums.ts'
import { isRandom } from '../randomness.ts'
import type { TokenRule } from '../token-rule.ts'
import { token } from './token.ts'

/** Secrets, databases, networks, watching. */
export const PLATFORM_RULES: readonly TokenRule[] = [
  token('age-identity', 'age identity', 'AGE-SECRET-KEY-1', 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}', {
    caseless: true,
    judge: judgeBech32,
  }),
  token(
    'age-identity',
    'age identity (post-quantum)',
    'AGE-SECRET-KEY-PQ-1',
    'AGE-SECRET-KEY-PQ-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,200}',
    { caseless: true, judge: judgeBech32 },
  ),
  token(
    'age-plugin-identity',
    'age identity of a plug-in',
    'AGE-PLUGIN-',
    'AGE-PLUGIN-[A-Z0-9]{1,30}-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{20,300}',
    { level: 'warn' },
  ),
  token(
    'vault-token',
    'Vault token',
    ['hvs.', 'hvb.', 'hvr.'],
    String.raw`hv(?:s\.[\w-]{90,120}|b\.[\w-]{138,300}|r\.[\w-]{90,300})`,
  ),
  token(
    'tailscale-key',
    'Tailscale key',
    ['tskey-auth-', 'tskey-api-', 'tskey-client-', 'tskey-scim-', 'tskey-webhook-'],
    'tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{10,20}-[A-Za-z0-9]{20,50}',
  ),
  token(
    'doppler-token',
    'Doppler token',
    ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'],
    String.raw`dp\.(?:pt|ct|sa|scim|audit|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}`,
  ),
  token(
    'infisical-token',
    'Infisical service token',
    'st.',
    String.raw`st\.[a-f0-9-]{24,36}\.[a-f0-9]{32,64}\.[a-f0-9]{32}`,
  ),
  token(
    '1password-service-token',
    '1Password service account token',
    'ops_eyJ',
    String.raw`ops_eyJ[\w-]{250,3000}={0,3}`,
  ),
  token(
    '1password-secret-key',
    '1Password secret key',
    'A3-',
    'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}',
  ),
  token(
    'dotenvx-private-key',
    'dotenvx private key',
    'DOTENV_PRIVATE_KEY',
    String.raw`DOTENV_PRIVATE_KEY[A-Z0-9_]{0,40}["']?[ \t]{0,4}[=:][ \t]{0,4}["']?([a-f0-9]{64})`,
  ),
  token('dotenv-vault-key', 'dotenv vault key', 'dotenv://:key_', 'dotenv://:key_([a-f0-9]{64})'),
  token('supabase-token', 'Supabase token', 'sbp_', 'sbp_(?:v0_)?[a-f0-9]{40}'),
  token('supabase-secret-key', 'Supabase secret key', 'sb_secret_', String.raw`sb_secret_[\w-]{31}`),
  token('neon-key', 'Neon key', 'napi_', 'napi_[a-z0-9]{64}'),
  token(
    'planetscale-token',
    'PlanetScale token',
    ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'],
    String.raw`pscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}(?![\w=-])`,
  ),
  token('databricks-token', 'Databricks token', 'dapi', String.raw`dapi[a-f0-9]{32}(?:-\d{1,2})?`),
  token('databricks-secret', 'Databricks OAuth secret', 'dose', 'dose[a-f0-9]{32}'),
  token('mongodb-atlas-secret', 'MongoDB Atlas service account secret', 'mdb_sa_sk_', String.raw`mdb_sa_sk_[\w-]{40}`),
  token('clickhouse-key', 'ClickHouse Cloud key', '4b1d', '4b1d[A-Za-z0-9]{38}'),
  token('elastic-key', 'Elastic Cloud key', 'essu_', 'essu_[A-Za-z0-9+/_-]{40,200}={0,2}'),
  token('aiven-token', 'Aiven token', 'AVNS_', String.raw`AVNS_[\w-]{19}`),
  token('fauna-key', 'Fauna key', 'fn', String.raw`fnA[A-Z][\w-]{36}`, { keywords: ['fnA'] }),
  token(
    'new-relic-key',
    'New Relic key',
    ['NRAK-', 'NRII-', 'NRJS-'],
    String.raw`NR(?:AK-[A-Z0-9]{27}|II-[\w-]{32}|JS-[a-f0-9]{19})`,
  ),
  token('grafana-service-token', 'Grafana service account token', 'glsa_', 'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'),
  token('grafana-cloud-token', 'Grafana Cloud token', 'glc_', 'glc_[A-Za-z0-9+/]{40,400}={0,3}(?![A-Za-z0-9+/])'),
  token('grafana-key', 'Grafana API key', 'eyJrIjoi', 'eyJrIjoi[A-Za-z0-9]{70,400}={0,3}'),
  token(
    'sentry-token',
    'Sentry token',
    'sntrys_eyJ',
    `sntrys_eyJ[A-Za-z0-9+/=_-]{20,500}_[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])`,
  ),
  token('sentry-token', 'Sentry token', 'sntryu_', 'sntryu_[a-f0-9]{64}'),
  token('dynatrace-token', 'Dynatrace token', 'dt0', String.raw`dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}`, {
    keywords: ['dt0c', 'dt0s'],
  }),
  token('honeycomb-key', 'Honeycomb key', ['hcaik_', 'hcxik_', 'hcamk_'], 'hc(?:aik|xik|amk)_[a-z0-9]{58,64}'),
  token('posthog-key', 'PostHog personal key', 'phx_', 'phx_[A-Za-z0-9]{40,50}'),
  token(
    'launchdarkly-key',
    'LaunchDarkly key',
    ['sdk-', 'api-'],
    '(?:sdk|api)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}',
  ),
  token('pagerduty-token', 'PagerDuty token', 'u+', String.raw`u\+[\w-]{18}`, { level: 'warn' }),
  token('okta-token', 'Okta token', 'SSWS 00', String.raw`SSWS (00[\w-]{40})`),
  token('nats-seed', 'NATS seed', ['SUA', 'SAA', 'SOA', 'SCA', 'SNA', 'SXA'], 'S[ACNOUX]A[A-P][A-Z2-7]{54}'),
  token(
    'totp-seed',
    'TOTP seed',
    'otpauth://',
    String.raw`otpauth://[th]otp/[^\s"'<>?]{0,200}\?(?:[^\s"'<>]{1,200}&)?secret=([A-Z2-7]{16,128})`,
    { caseless: true },
  ),
  token('oculus-token', 'Oculus token', 'OC|', String.raw`OC\|\d{10,20}\|[a-f0-9]{32}`),
  token(
    'mysql-dsn',
    'password of a MySQL data source',
    '@tcp(',
    String.raw`[\w.-]{1,60}:([^\s@"'\`:]{4,100})@tcp\((?!\))`,
    {
      reach: { most: 161, of: /[^\s@"'`=]/ },
      judge: (password, level) => (isRandom(password) ? level : undefined),
    },
  ),
  token(
    'cloudinary-url',
    'Cloudinary URL',
    'cloudinary://',
    String.raw`cloudinary://\d{10,20}:([\w-]{20,40})@[\w-]{1,60}`,
  ),
]

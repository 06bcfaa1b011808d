import type { Level } from '../finding.ts'
import { isRandom } from '../text/randomness.ts'
import { judgeDiscordBot } from './checksums.ts'
import type { NamedRule } from './token-rule.ts'

function random(value: string, level: Level): Level | undefined {
  return isRandom(value) ? level : undefined
}

/** A rule for a service whose credentials have no form of their own. @param service - what the key is called, or says nearby */
function named(id: string, name: string, service: string, value: RegExp, more: Partial<NamedRule> = {}): NamedRule {
  const key = new RegExp(`(?:^|_)(?:${service})(?:_|$)`)
  return {
    id,
    name,
    level: 'block',
    key,
    nearby: new RegExp(`(?:^|[^a-z])(?:${service.replaceAll('_', '[_.-]?')})`, 'i'),
    value,
    judge: random,
    ...more,
  }
}

const HEX32 = /^[a-f0-9]{32}$/
const HEX40 = /^[a-f0-9]{40}$/
const HEX64 = /^[a-f0-9]{64}$/
const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i
const KEY_OF_32_BYTES = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/

/** Credentials that are known by the name of their key and their form together. The first that fits counts. */
export function namedRules(): readonly NamedRule[] {
  rules ??= makeRules()
  return rules
}

let rules: readonly NamedRule[] | undefined

/** With all their expressions, which most commits have no value for. */
const makeRules = (): readonly NamedRule[] => [
  {
    id: 'aws-secret-access-key',
    name: 'AWS secret access key',
    level: 'block',
    key: /(?:^|_)aws_.*(?:secret|key)|secret_access_key|(?:^|_)aws_secret/,
    nearby: /aws|access.?key.?id|AKIA|s3/i,
    value: /^[A-Za-z0-9/+]{40}$/,
    judge: random,
  },
  {
    id: 'aws-session-token',
    name: 'AWS session token',
    level: 'block',
    key: /(?:^|_)(?:aws_)?(?:session|security)_token$/,
    value: /^(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=]{100,2000}$/,
    judge: random,
  },
  {
    id: 'discord-bot-token',
    name: 'Discord bot token',
    level: 'block',
    key: /./,
    value: /^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}$/,
    judge: judgeDiscordBot,
  },
  {
    id: 'wireguard-key',
    name: 'WireGuard key',
    level: 'block',
    key: /(?:private|preshared|pre_shared)_?key$/,
    value: KEY_OF_32_BYTES,
    judge: random,
  },
  {
    id: 'vault-token',
    name: 'Vault token',
    level: 'block',
    key: /vault/,
    nearby: /vault/i,
    value: /^[sbr]\.[A-Za-z0-9]{24}$/,
    judge: random,
  },
  {
    id: 'kubernetes-bootstrap-token',
    name: 'Kubernetes bootstrap token',
    level: 'block',
    key: /(?:bootstrap|join|kubeadm|tls_bootstrap|discovery|node|cluster|machine|^)_?token$/,
    nearby: /kubeadm|bootstrap|talos|discovery|trustd/i,
    value: /^[a-z0-9]{6}\.[a-z0-9]{16}$/,
    judge: random,
  },
  {
    id: 'dotenvx-private-key',
    name: 'dotenvx private key',
    level: 'block',
    key: /dotenv_private_key/,
    value: HEX64,
    judge: random,
  },
  named('azure-devops-token', 'Azure DevOps token', 'azure|ado|vsts|devops|system_access', /^[a-z2-7]{52}$/),
  named('azure-openai-key', 'Azure API key', 'azure|cognitive|openai', /^(?:[a-f0-9]{32}|[A-Za-z0-9]{84})$/),
  named(
    'azure-storage-key',
    'Azure storage account key',
    'azure|storage|account|cosmos|cosmosdb',
    /^[A-Za-z0-9+/]{86}==$/,
  ),
  named(
    'azure-shared-access-key',
    'Azure Service Bus or Event Hubs key',
    'azure|service_bus|servicebus|event_hubs?|eventhubs?|iot',
    KEY_OF_32_BYTES,
  ),
  named('twilio-key', 'Twilio key', 'twilio', /^(?:SK)?[a-f0-9]{32}$/),
  named('cloudflare-token', 'Cloudflare token', 'cloudflare|cf', /^(?:[\w-]{40}|[a-f0-9]{37})$/),
  named('heroku-key', 'Heroku key', 'heroku', UUID, { judge: (_value, level) => level }),
  named('datadog-key', 'Datadog key', 'datadog|dd', /^(?:[a-f0-9]{32}|[a-f0-9]{40})$/),
  named('new-relic-key', 'New Relic key', 'new_?relic|nr', /^(?:[a-f0-9]{36}NRAL|[a-f0-9]{40})$/),
  named('snowflake-token', 'Snowflake token', 'snowflake', /^[\w.-]{40,1500}$/),
  named('pagerduty-token', 'PagerDuty token', 'pagerduty|pager_duty|pd', /^(?:[\w+-]{20}|[a-f0-9]{32})$/),
  named('okta-token', 'Okta token', 'okta', /^00[\w-]{40}$/),
  named('auth0-secret', 'Auth0 client secret', 'auth0', /^[\w-]{64}$/),
  named('twitch-token', 'Twitch token', 'twitch', /^[a-z0-9]{30}$/),
  named(
    'confluent-secret',
    'Confluent secret',
    'confluent|kafka|schema_registry|ccloud',
    /^(?:cflt)?[A-Za-z0-9+/]{60,64}$/,
  ),
  named('influx-token', 'InfluxDB token', 'influx|influxdb', /^[\w-]{86}==$/),
  named('elastic-key', 'Elastic key', 'elastic|elasticsearch|es|kibana|elasticcloud', /^[A-Za-z0-9+/_-]{58,80}={0,2}$/),
  named('algolia-key', 'Algolia key', 'algolia', HEX32),
  named('fastly-token', 'Fastly token', 'fastly', /^[\w-]{32}$/),
  named('discord-client-secret', 'Discord client secret', 'discord', /^[\w-]{32}$/),
  named('spotify-secret', 'Spotify secret', 'spotify', HEX32),
  named('bitbucket-secret', 'Bitbucket secret', 'bitbucket', /^[\w=-]{32,64}$/),
  named('jira-token', 'Atlassian token', 'jira|atlassian|confluence', /^[A-Za-z0-9]{24}$/),
  named('asana-token', 'Asana token', 'asana', /^(?:[a-f0-9]{32}|\d\/\d{16}(?:\/\d{16})?:[a-f0-9]{32})$/),
  named('zendesk-token', 'Zendesk token', 'zendesk', /^[A-Za-z0-9]{40}$/),
  named('codecov-token', 'Codecov token', 'codecov', UUID, { judge: (_value, level) => level }),
  named('rollbar-token', 'Rollbar token', 'rollbar', HEX32),
  named('linode-token', 'Linode token', 'linode', HEX64),
  named('hetzner-token', 'Hetzner token', 'hcloud|hetzner', /^[A-Za-z0-9]{64}$/),
  named('scaleway-secret-key', 'Scaleway secret key', 'scw|scaleway', UUID, { judge: (_value, level) => level }),
  named('ovh-secret', 'OVH secret', 'ovh', /^[A-Za-z0-9]{32}$/),
  named('alibaba-secret', 'Alibaba access key secret', 'alibaba|aliyun|alicloud|oss', /^[A-Za-z0-9]{30}$/),
  named('tencent-secret-key', 'Tencent secret key', 'tencent|tencentcloud|cos', /^[A-Za-z0-9]{32}$/),
  named('mongodb-atlas-key', 'MongoDB Atlas key', 'atlas|mongodb|mongodb_atlas|mongo', UUID, {
    judge: (_value, level) => level,
  }),
  named('sentry-token', 'Sentry token', 'sentry', HEX64),
  named('coinbase-secret', 'Coinbase secret', 'coinbase', /^[\w+/=-]{32,88}$/),
  named('binance-secret', 'Binance key', 'binance', /^[A-Za-z0-9]{64}$/),
  named('dropbox-secret', 'Dropbox secret', 'dropbox', /^[a-z0-9]{15}$/),
  named('facebook-secret', 'Facebook app secret', 'facebook|fb|meta|instagram|whatsapp', HEX32),
  named(
    'twitter-secret',
    'Twitter secret',
    // x-api-key is a header of anybody
    'twitter|x_api_secret|x_api_key_secret',
    /^(?:[A-Za-z0-9]{35,50}|\d{15,20}-[A-Za-z0-9]{40}|A{20,22}[A-Za-z0-9%]{80,100})$/,
  ),
  named('linkedin-secret', 'LinkedIn secret', 'linkedin', /^[A-Za-z0-9]{16}$/),
  named('mailjet-secret', 'Mailjet key', 'mailjet|mj', HEX32),
  named('mailgun-key', 'Mailgun key', 'mailgun|mg', /^(?:key-[a-f0-9]{32}|[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8})$/),
  named('opsgenie-key', 'Opsgenie key', 'opsgenie|genie', UUID, { judge: (_value, level) => level }),
  named('splunk-token', 'Splunk token', 'splunk|hec', UUID, { judge: (_value, level) => level }),
  named('snyk-token', 'Snyk token', 'snyk', UUID, { judge: (_value, level) => level }),
  named('railway-token', 'Railway token', 'railway', UUID, { judge: (_value, level) => level }),
  named('wandb-key', 'Weights & Biases key', 'wandb|weights_biases', HEX40),
  named('trello-token', 'Trello token', 'trello', /^(?:ATTA)?[a-f0-9]{64}(?:[A-F0-9]{8})?$/),
  named('mollie-key', 'Mollie key', 'mollie', /^(?:live|test)_[A-Za-z0-9]{30}$/),
  named('postmark-token', 'Postmark token', 'postmark', UUID, { judge: (_value, level) => level }),
  named('plaid-secret', 'Plaid secret', 'plaid', /^[a-f0-9]{30}$/),
  named('paypal-secret', 'PayPal secret', 'paypal|braintree', /^(?:E[\w-]{79}|[a-f0-9]{32})$/),
  named('razorpay-secret', 'Razorpay secret', 'razorpay|rzp', /^[A-Za-z0-9]{24}$/),
  named('travis-token', 'Travis CI token', 'travis', /^[\w-]{22}$/),
  named('drone-token', 'Drone token', 'drone', /^[A-Za-z0-9]{32}$/),
  named('consul-token', 'Consul or Nomad token', 'consul|nomad', UUID, { judge: (_value, level) => level }),
  named(
    'mistral-key',
    'model API key',
    'mistral|cohere|together|togetherai|ai21|deepgram|assemblyai|deepl|stability',
    /^(?:[A-Za-z0-9]{32}|[A-Za-z0-9]{40}|[a-f0-9]{64})$/,
  ),
  named('codeberg-token', 'Gitea or Forgejo token', 'gitea|forgejo|codeberg', HEX40),
  named('sops-key', 'key of SOPS', 'sops', /^[A-Za-z0-9+/=_-]{40,400}$/),
]

import { judgeDiscordBot } from './checksums.ts'
import { token } from './token.ts'
import type { TokenRule } from './token-rule.ts'

/** Messages, mail, payments, work. */
export const SERVICE_RULES: readonly TokenRule[] = [
  token(
    'slack-token',
    'Slack token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxc-'],
    String.raw`xox[bparsoc]-(?:\d{1,2}-)?\d{8,14}-[A-Za-z0-9-]{20,160}`,
  ),
  // the cookie of a session
  token('slack-token', 'Slack token', 'xoxd-', String.raw`xoxd-[A-Za-z0-9%+/=_.-]{60,400}(?![\w%+/=-])`),
  token('slack-token', 'Slack token', 'xoxe', String.raw`xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{140,200}`),
  token('slack-app-token', 'Slack app token', 'xapp-', String.raw`xapp-\d-[A-Z0-9]{9,12}-\d{10,14}-[a-z0-9]{64}`),
  token(
    'slack-webhook',
    'Slack webhook',
    'hooks.slack.com/',
    String.raw`hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{43,56})(?![\w+/])`,
  ),
  token(
    'discord-webhook',
    'Discord webhook',
    ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    String.raw`discord(?:app)?\.com/api/webhooks/(\d{17,20}/[\w-]{60,72})`,
  ),
  token('telegram-bot-token', 'Telegram bot token', ':A', String.raw`\d{8,10}:A[\w-]{34}`, {
    reach: { most: 10, of: /\d/ },
  }),
  token(
    'teams-webhook',
    'Microsoft Teams webhook',
    '.webhook.office.com/webhookb2/',
    String.raw`[\w-]{1,60}\.webhook\.office\.com/webhookb2/([\w-]{36}@[\w-]{36}/IncomingWebhook/[a-f0-9]{32}/[\w-]{36}(?:/[\w-]{20,60})?)`,
    { reach: { most: 60, of: /[\w-]/ } },
  ),
  token('discord-bot-token', 'Discord bot token', '.G', String.raw`[MNO][\w-]{23,27}\.G[\w-]{5}\.[\w-]{27,38}`, {
    reach: { most: 28, of: /[\w-]/ },
    judge: judgeDiscordBot,
  }),
  token(
    'stripe-key',
    'Stripe key',
    [...['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'sk_prod_', 'rk_prod_'], ...['sk_org_live_', 'sk_org_test_']],
    '(?:[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,99}|sk_org_(?:live|test)_[A-Za-z0-9]{40,300})',
  ),
  token('stripe-webhook-secret', 'webhook signing secret', 'whsec_', 'whsec_[A-Za-z0-9+/]{32}(?![A-Za-z0-9+/])={0,2}'),
  token('sendgrid-key', 'SendGrid key', 'SG.', String.raw`SG\.[\w-]{22}\.[\w-]{43}`),
  // alone it may be a key of anything, such as of a list in a page
  token('mailgun-key', 'Mailgun key', 'key-', 'key-[a-f0-9]{32}', { level: 'warn' }),
  token('clickup-token', 'ClickUp token', 'pk_', String.raw`pk_\d{6,9}_[A-Z0-9]{32}`),
  token('asana-token', 'Asana token', '2/1', String.raw`2/1\d{15}/1\d{15}:[a-f0-9]{32}`),
  token(
    'plaid-token',
    'Plaid access token',
    ['access-production-', 'access-development-', 'access-sandbox-'],
    'access-(?:production|development|sandbox)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}',
  ),
  token('mailchimp-key', 'Mailchimp key', '-us', String.raw`[a-f0-9]{32}-us\d{1,2}`, {
    reach: { most: 32, of: /[a-f0-9]/ },
  }),
  token('brevo-key', 'Brevo key', ['xkeysib-', 'xsmtpsib-'], 'x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  token('resend-key', 'Resend key', 're_', 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}'),
  token('mapbox-token', 'Mapbox secret token', 'sk.eyJ', String.raw`sk\.eyJ[\w-]{60,300}\.[\w-]{20,40}`),
  token('square-token', 'Square token', ['sq0atp-', 'sq0csp-'], String.raw`sq0(?:atp|csp)-[\w-]{22,60}`),
  token('square-token', 'Square token', 'EAAA', String.raw`EAAA[\w-]{60}`),
  token('facebook-token', 'Facebook token', ['EAAM', 'EAAC'], 'EAA[MC][A-Za-z0-9]{100,300}'),
  token(
    'shopify-token',
    'Shopify token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
  ),
  token(
    'adyen-key',
    'Adyen key',
    'AQE',
    String.raw`AQE[a-z]hm[A-Za-z0-9+/=]{60,200}-[A-Za-z0-9+/=]{43,46}-[\w+/=^(){}<>[\]:;,.!?@#$%&*|~-]{10,20}`,
  ),
  token(
    'braintree-token',
    'Braintree token',
    'access_token$',
    String.raw`access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}`,
  ),
  token('linear-key', 'Linear key', ['lin_api_', 'lin_oauth_'], 'lin_(?:api_[A-Za-z0-9]{40}|oauth_[a-f0-9]{64})'),
  token('notion-token', 'Notion token', 'ntn_', String.raw`ntn_\d{11}[A-Za-z0-9]{35}`),
  token('notion-token', 'Notion token', 'secret_', 'secret_[A-Za-z0-9]{43}'),
  token('airtable-token', 'Airtable token', 'pat', String.raw`pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`, { shortest: 82 }),
  token('figma-token', 'Figma token', 'figd_', String.raw`figd_[\w-]{38,42}`),
  token('typeform-token', 'Typeform token', 'tfp_', String.raw`tfp_[\w-]{40,62}`),
  token(
    'hubspot-token',
    'HubSpot token',
    'pat-',
    'pat-(?:na|eu|ap)[1-9]-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}',
  ),
  token('dropbox-token', 'Dropbox token', 'sl.', String.raw`sl\.(?:u\.)?[\w-]{130,1500}`),
  token('frameio-token', 'Frame.io token', 'fio-u-', String.raw`fio-u-[\w=-]{64}`),
  token('shippo-token', 'Shippo token', ['shippo_live_', 'shippo_test_'], 'shippo_(?:live|test)_[a-f0-9]{40}'),
  token(
    'paddle-key',
    'Paddle key',
    ['pdl_live_apikey_', 'pdl_sdbx_apikey_'],
    'pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}',
  ),
  token('maxmind-key', 'MaxMind licence key', '_mmk', '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk', {
    reach: { most: 36, of: /\w/ },
  }),
  token('easypost-key', 'EasyPost key', ['EZAK', 'EZTK'], 'EZ[AT]K[A-Za-z0-9]{54}'),
  token('duffel-token', 'Duffel token', ['duffel_test_', 'duffel_live_'], String.raw`duffel_(?:test|live)_[\w=-]{43}`),
  token('lob-key', 'Lob key', ['live_', 'test_'], '(?:live|test)_[a-f0-9]{35}'),
  token('intercom-token', 'Intercom token', 'dG9r', '(?:dG9rOj[A-Za-z0-9+/]{54}=)'),
  token('contentful-token', 'Contentful token', 'CFPAT-', String.raw`CFPAT-[\w-]{43}`),
  token('defined-token', 'Defined Networking token', 'dnkey-', String.raw`dnkey-[\w=-]{26}-[\w=-]{52}`),
  token(
    'zapier-webhook',
    'Zapier webhook',
    'hooks.zapier.com/hooks/catch/',
    String.raw`hooks\.zapier\.com/hooks/catch/(\d{4,10}/[a-z0-9]{6,20})`,
    { level: 'warn' },
  ),
]

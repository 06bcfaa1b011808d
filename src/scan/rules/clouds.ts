import type { Level } from '../finding.ts'
import { token } from './token.ts'
import type { TokenRule } from './token-rule.ts'

/** AWS documents its examples with this ending. Letters and the digits 2–7 carry an account; others are never made. */
function judgeAwsId(id: string, level: Level): Level | undefined {
  if (id.endsWith('EXAMPLE')) return undefined
  return /^.{4}[A-Z2-7]+$/.test(id) ? level : 'warn'
}

const BASE64_END = String.raw`(?![\w+/=])`

export const CLOUD_RULES: readonly TokenRule[] = [
  token(
    'aws-access-key-id',
    'AWS access key id',
    ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'],
    '(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}',
    { judge: judgeAwsId },
  ),
  token('aws-bedrock-key', 'AWS Bedrock key', 'ABSK', `ABSK[A-Za-z0-9+/]{109,269}={0,2}${BASE64_END}`),
  token(
    'aws-bedrock-key',
    'AWS Bedrock key',
    'bedrock-api-key-',
    `bedrock-api-key-[A-Za-z0-9+/=_-]{40,2000}${BASE64_END}`,
  ),
  token('google-api-key', 'Google API key', 'AIza', String.raw`AIza[\w-]{35}`),
  token('google-oauth-secret', 'Google OAuth client secret', 'GOCSPX-', String.raw`GOCSPX-[\w-]{28}`),
  token('google-oauth-token', 'Google OAuth access token', 'ya29.', String.raw`ya29\.[\w-]{20,2000}`),
  token('google-refresh-token', 'Google OAuth refresh token', '1//0', String.raw`1//0[\w-]{40,200}`),
  token('gemini-key', 'Gemini key', 'AQ.Ab8RN6', String.raw`AQ\.Ab8RN6[\w-]{44}`),
  token('azure-client-secret', 'Azure AD client secret', 'Q~', String.raw`[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])`, {
    reach: { most: 4, of: /[\w~.-]/ },
  }),
  token(
    'azure-storage-key',
    'Azure storage account key',
    'AccountKey=',
    `AccountKey=([A-Za-z0-9+/]{86}==)${BASE64_END}`,
    { caseless: true },
  ),
  token(
    'azure-shared-access-key',
    'Azure Service Bus or Event Hubs key',
    'SharedAccessKey=',
    `SharedAccessKey=([A-Za-z0-9+/]{43}=)${BASE64_END}`,
    { caseless: true },
  ),
  token(
    'azure-app-config',
    'Azure App Configuration connection',
    'Endpoint=https://',
    String.raw`Endpoint=https://[\w.-]{1,100};Id=[^;\s]{1,60};Secret=([A-Za-z0-9+/=]{40,100})`,
    { caseless: true },
  ),
  token('azure-devops-token', 'Azure DevOps token', 'AZDO', '[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}', {
    reach: { most: 76, of: /[A-Za-z0-9]/ },
  }),
  token('azure-function-key', 'Azure Functions key', 'AzFu', String.raw`[\w-]{44}AzFu[\w-]{6}==`, {
    reach: { most: 44, of: /[\w-]/ },
  }),
  token('azure-sas', 'Azure shared access signature', 'sig=', '[?&;]sig=([A-Za-z0-9%]{43,63}(?:%3[dD]|=))', {
    reach: { most: 1, of: /[?&;]/ },
  }),
  token('azure-acr-key', 'Azure container registry key', '+ACR', `[A-Za-z0-9/+]{42}\\+ACR[A-Za-z0-9]{6}${BASE64_END}`, {
    reach: { most: 42, of: /[A-Za-z0-9/+]/ },
  }),
  token('alibaba-access-key-id', 'Alibaba access key id', 'LTAI', 'LTAI[A-Za-z0-9]{17,21}'),
  token('tencent-secret-id', 'Tencent secret id', 'AKID', 'AKID[A-Za-z0-9]{32,36}'),
  token('yandex-access-key', 'Yandex access key', ['YCAJ', 'YCM', 'YCN', 'YCO', 'YCP'], String.raw`YC[\w-]{38,40}`),
  token('yandex-api-key', 'Yandex API key', 'AQVN', String.raw`AQVN[\w-]{35,38}`),
  token('digitalocean-token', 'DigitalOcean token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], 'do[opr]_v1_[a-f0-9]{64}'),
  token('cloudflare-origin-key', 'Cloudflare origin CA key', 'v1.0-', String.raw`v1\.0-[a-f0-9]{24}-[a-f0-9]{146}`),
  token('cloudflare-token', 'Cloudflare token', ['cfk_', 'cfut_', 'cfat_'], 'cf(?:k|ut|at)_[A-Za-z0-9]{40}[a-f0-9]{8}'),
  token('openshift-token', 'OpenShift token', 'sha256~', String.raw`sha256~[\w-]{43}`),
  token('heroku-key', 'Heroku key', 'HRKU-AA', String.raw`HRKU-AA[\w-]{58}`),
  token('netlify-token', 'Netlify token', 'nfp_', 'nfp_[A-Za-z0-9]{36}'),
  token('vercel-token', 'Vercel token', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'], 'vc[piark]_[A-Za-z0-9]{56}'),
  token('render-key', 'Render API key', 'rnd_', 'rnd_[A-Za-z0-9]{28}'),
  token('fly-token', 'Fly.io token', 'FlyV1 ', `FlyV1 (?:fm\\d_)?[A-Za-z0-9+/=,_-]{100,2000}${BASE64_END}`),
  token(
    'fly-token',
    'Fly.io token',
    ['fm1_', 'fm2_', 'fm1r_', 'fm1a_'],
    `fm\\d[ra]?_[A-Za-z0-9+/=]{100,2000}${BASE64_END}`,
  ),
  token('flutterwave-key', 'Flutterwave key', 'FLWSECK', '(?:FLWSECK_TEST|FLWSECK)-[a-hA-H0-9]{12,32}(?:-X)?'),
  token('scaleway-access-key', 'Scaleway access key', 'SCW', 'SCW[A-Z0-9]{17}', { level: 'warn' }),
]

import { judgeMarvin } from './marvin.ts'
import { token } from './token.ts'
import type { TokenRule } from './token-rule.ts'

const BASE64_END = String.raw`(?![\w+/=])`

/** How the checksums of keys for messages are made. */
const OF_MESSAGES = ['Send0000', 'Listen00', 'Manage00', 'System00', 'Unknown0']
const OF_COSMOS = ['MastRW00', 'MastRO00', 'SystRW00', 'SystRO00', 'SysAll00', 'Resour00', 'Encryp00']

/** Of 64 bytes: rule, name, what stands in it, and how its checksums are made. */
const LONG: readonly (readonly [id: string, name: string, signature: string, seeds: readonly string[]])[] = [
  ['azure-storage-key', 'Azure storage account key', '+ASt', ['Default0']],
  ['azure-cosmos-key', 'Azure Cosmos DB key', 'ACDb', OF_COSMOS],
  ['azure-batch-key', 'Azure Batch key', '+ABa', ['AbAcct00']],
  ['azure-ml-key', 'Azure Machine Learning key', '+AMC', ['Classic0']],
  ['azure-apim-key', 'Azure API Management key', 'APIM', ['Tenant00', 'IoTHub00', 'Gatewy00', 'GitKey00']],
]

/** Of 32 bytes. */
const SHORT: typeof LONG = [
  ['azure-shared-access-key', 'Azure Service Bus or Event Hubs key', '+ASb', OF_MESSAGES],
  ['azure-shared-access-key', 'Azure Service Bus or Event Hubs key', '+AEh', OF_MESSAGES],
  ['azure-relay-key', 'Azure Relay key', '+ARm', OF_MESSAGES],
  ['azure-iot-key', 'Azure IoT key', 'AIoT', ['IoTHub00', 'DpsKey00', 'Device00']],
  ['azure-event-grid-key', 'Azure Event Grid key', 'AZEG', ['Default0']],
]

/**
 * Keys of Azure that tell themselves, wherever they stand: four letters near the end say of which service they are, and a
 * checksum follows.
 *
 * @see github.com/microsoft/security-utilities
 */
export const AZURE_RULES: readonly TokenRule[] = [
  ...LONG.map(([id, name, signature, seeds]) =>
    token(id, name, signature, `[A-Za-z0-9+/]{76}${literal(signature)}[A-Za-z0-9+/]{5}[AQgw]==${BASE64_END}`, {
      reach: { most: 76, of: /[A-Za-z0-9+/]/ },
      judge: judgeMarvin(seeds),
    }),
  ),
  ...SHORT.map(([id, name, signature, seeds]) =>
    token(id, name, signature, `[A-Za-z0-9+/]{33}${literal(signature)}[A-P][A-Za-z0-9+/]{5}=${BASE64_END}`, {
      reach: { most: 33, of: /[A-Za-z0-9+/]/ },
      judge: judgeMarvin(seeds),
    }),
  ),
  // its checksum is of what the key was before + and / were replaced
  token(
    'azure-redis-key',
    'Azure Cache for Redis key',
    'AzCa',
    `[A-Za-z0-9]{33}AzCa[A-P][A-Za-z0-9]{5}=${BASE64_END}`,
    {
      reach: { most: 33, of: /[A-Za-z0-9]/ },
    },
  ),
  token('azure-search-key', 'Azure AI Search key', 'AzSe', `[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}${BASE64_END}`, {
    reach: { most: 42, of: /[A-Za-z0-9]/ },
    judge: judgeMarvin(['Query000', 'PAdmin00']),
  }),
  // what newer services have; those of Azure DevOps have a rule of their own
  token(
    'azure-key',
    'Azure key',
    ['JQQJ99', 'JQQJ9D', 'JQQJ9H'],
    `[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{16}(?!AZDO)[A-Za-z][A-Za-z0-9]{7}(?:[A-Za-z0-9]{2}==)?${BASE64_END}`,
    { reach: { most: 52, of: /[A-Za-z0-9]/ } },
  ),
]

function literal(signature: string): string {
  return signature.replace('+', '\\+')
}

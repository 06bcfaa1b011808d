import { devNull } from 'node:os'
import { vi } from 'vitest'
import type { RandomSource } from '../../src/crypto/random.ts'
import { AwsKmsService } from '../../src/keys/aws-kms/service.ts'
import { CallPolicy, type CallSettings } from '../../src/keys/services/call-policy.ts'
import type { Binding, ServiceCall, ServiceKey } from '../../src/keys/services/key-service.ts'
import { type FakeEnvironment, fakeServiceEnvironment } from './servers/fake-environment.ts'

/** Keep the SDK, which reads the environment of the process itself, away from the one who runs the tests. */
export function isolateSdk(variables: Readonly<Record<string, string>> = {}): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  const quiet = {
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  for (const [name, value] of Object.entries({ ...quiet, ...variables })) vi.stubEnv(name, value)
}

export interface AwsSetup {
  readonly service: AwsKmsService
  readonly environment: FakeEnvironment
}

/** The service on a machine with these variables, which allows the addresses in them. */
export function awsService(
  variables: Readonly<Record<string, string>>,
  {
    files = {},
    settings = {},
    random,
  }: { files?: Record<string, string>; settings?: Partial<CallSettings>; random?: RandomSource } = {},
): AwsSetup {
  const environment = fakeServiceEnvironment({ variables, files, ...(random === undefined ? {} : { random }) })
  const named = [variables['AWS_ENDPOINT_URL'], variables['AWS_ENDPOINT_URL_STS']].flatMap((url) => url ?? [])
  const hosts = named.map((url) => new URL(url).host).flatMap((host) => [host, `http://${host}`])
  const policy = new CallPolicy({ hosts, accounts: undefined, ...settings })
  return { environment, service: new AwsKmsService(environment, policy) }
}

export function kmsKey(
  arn: string,
  { role = '', profile = '', context }: { role?: string; profile?: string; context?: ServiceKey['context'] } = {},
): ServiceKey {
  const fields = { arn, aws_profile: profile, ...(role === '' ? {} : { role }) }
  return { type: 'kms', fields, ...(context === undefined ? {} : { context }) }
}

/** With all the time of the world. */
export function patiently(binding?: Binding): ServiceCall {
  return { signal: new AbortController().signal, ...(binding === undefined ? {} : { binding }) }
}

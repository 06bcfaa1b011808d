/**
 * Variables of the clouds' own tools, and of sops, that say where a service is. They are the user's word for that host.
 *
 * @see sops `gcpkms/keysource.go` for the name of Google's
 */
const ENDPOINT_VARIABLES = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_KMS',
  'AWS_ENDPOINT_URL_STS',
  'AZURE_AUTHORITY_HOST',
  'SOPS_GCP_KMS_ENDPOINT',
  'VAULT_ADDR',
] as const

/**
 * One host as `CallSettings` has it: `host`, `host:port`, or with `http://` before it. A whole address is taken for the
 * host and the port in it.
 *
 * @returns undefined when the text names no host
 */
export function normalHost(text: string): string | undefined {
  const [, scheme, rest = ''] = /^(https?:\/\/)?(.*)$/i.exec(text.trim()) ?? []
  const isPlain = scheme?.toLowerCase() === 'http://'
  if (scheme === undefined && /[/?#]/.test(rest)) return undefined
  const url = parseUrl(`https://${rest}`)
  if (url === undefined || url.username !== '' || url.password !== '' || !isHostName(url.hostname)) return undefined
  // of a whole address only what stands there is meant: with its port, also where that is the usual one
  const port = portOf(rest) ?? (scheme === undefined ? '' : isPlain ? ':80' : ':443')
  return `${isPlain ? 'http://' : ''}${url.hostname}${port}`
}

/** Hosts that the variables of other tools name. What they do not understand either is left to them. */
export function hostsOfTools(variable: (name: string) => string | undefined): string[] {
  return ENDPOINT_VARIABLES.flatMap((name) => {
    const text = variable(name) ?? ''
    return text === '' ? [] : (normalHost(text) ?? [])
  })
}

function portOf(rest: string): string | undefined {
  const digits = /^(?:\[[^\]]*\]|[^:/?#]*):([0-9]+)(?:[/?#]|$)/.exec(rest)?.[1]
  return digits === undefined ? undefined : `:${Number(digits)}`
}

/** Nothing that stands for several hosts. */
function isHostName(host: string): boolean {
  return /^[a-z0-9._-]+$/.test(host) || host.startsWith('[')
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

import { BlockList, isIP } from 'node:net'
import { TransportError } from './transport-error.ts'

type Variable = (name: string) => string | undefined

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * The proxy that the environment names for an address, read as Go's programs read it, and so sops. What this machine asks of
 * itself never goes through one: it may be in clear, with a token, because it does not leave the machine.
 *
 * @param variable - in small letters, else in capitals
 * @returns undefined when there is none
 * @throws TransportError `ERR_PROXY_ADDRESS`, `ERR_PROXY_KIND`
 * @see `golang.org/x/net/http/httpproxy`
 */
export function proxyFor(url: URL, variable: Variable = environmentVariable): URL | undefined {
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const address = variable(`${scheme}_proxy`) || variable('all_proxy') || ''
  if (address === '' || isPassedBy(url, variable('no_proxy') ?? '')) return undefined
  const text = address.includes('://') ? address : `http://${address}`
  if (!URL.canParse(text)) throw new TransportError('ERR_PROXY_ADDRESS')
  const proxy = new URL(text)
  if (!['http:', 'https:'].includes(proxy.protocol)) throw new TransportError('ERR_PROXY_KIND')
  return proxy
}

/** User and password of the address of a proxy, as it wants them. @throws TransportError `ERR_PROXY_ADDRESS` */
export function proxyHeaders({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  return {
    'proxy-authorization': `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // a percent sign that stands for itself: which bytes were meant is a guess
    throw new TransportError('ERR_PROXY_ADDRESS')
  }
}

function environmentVariable(name: string): string | undefined {
  return process.env[name] || process.env[name.toUpperCase()]
}

function isPassedBy({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replaceAll(/[[\]]/g, '')
  if (host === 'localhost' || isIn(LOOPBACK, host)) return true
  const target = { host, port: port === '' ? (protocol === 'https:' ? '443' : '80') : port }
  return list
    .toLowerCase()
    .split(/[,\s]+/)
    .some((entry) => entry === '*' || matches(entry, target))
}

/** `10.0.0.0/8`, an address or a name, both with or without a port; a name stands for what is below it too. */
function matches(entry: string, { host, port }: { readonly host: string; readonly port: string }): boolean {
  const [, address = '', prefix] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? []
  if (prefix !== undefined) return isIn(listOf(address, Number(prefix)), host)
  const [, bracketed, plain = '', wanted] = /^(?:\[([0-9a-f:.]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? []
  const name = bracketed ?? (isIP(entry) === 0 ? plain : entry)
  if (name === '' || (wanted !== undefined && wanted !== port)) return false
  if (isIP(name) !== 0) return isIn(listOf(name), host)
  if (name.startsWith('*')) return host.endsWith(name.slice(1))
  return host.endsWith(name.startsWith('.') ? name : `.${name}`) || host === name
}

/** Empty for what is no address or no network: it stands for nothing. */
function listOf(address: string, prefix?: number): BlockList {
  const list = new BlockList()
  const [family, bits] = isIP(address) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const)
  if (isIP(address) !== 0 && (prefix ?? bits) <= bits) list.addSubnet(address, prefix ?? bits, family)
  return list
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/** Which layer may import which, and what it may ask of Node: the table that test/architecture.test.ts holds. */
export interface Layer {
  /** Layers it may import, beside itself. */
  readonly imports: readonly LayerName[]
  /** Layers of which it may import types, beside those. */
  readonly types?: readonly LayerName[]
  /** `pure`: no I/O, no clock, no randomness, no globals of the process. `terminal`: also streams and exit codes. */
  readonly access: 'pure' | 'terminal' | 'all'
}

export type LayerName = (typeof LAYER_NAMES)[number]

const LAYER_NAMES = [
  'errors',
  'schema',
  'format',
  'crypto',
  'keys',
  'config',
  'merge',
  'recipients',
  'scan',
  'targets',
  'git',
  'platform',
  'operations',
  'cli',
  'wire-keyring',
  'wire',
  'main',
  'thread',
  'library',
  'index',
] as const

const ALL_BELOW_OPERATIONS = [
  'errors',
  'schema',
  'format',
  'crypto',
  'keys',
  'config',
  'merge',
  'recipients',
  'scan',
  'targets',
] as const

export const LAYERS: Readonly<Record<LayerName, Layer>> = {
  errors: { imports: [], access: 'pure' },
  schema: { imports: ['errors'], access: 'pure' },
  format: { imports: ['errors', 'schema'], access: 'pure' },
  crypto: { imports: ['errors', 'format'], access: 'pure' },
  keys: { imports: ['errors', 'format', 'crypto'], access: 'pure' },
  config: { imports: ['errors', 'schema', 'format'], types: ['keys'], access: 'pure' },
  merge: { imports: ['errors', 'format'], access: 'pure' },
  recipients: { imports: ['errors', 'schema', 'format'], types: ['keys'], access: 'pure' },
  scan: { imports: ['errors', 'schema', 'format'], access: 'pure' },
  targets: { imports: ['errors', 'format'], access: 'pure' },
  git: { imports: ['errors'], access: 'all' },
  // what it implements for keys is described there
  platform: { imports: ['errors'], types: ['keys'], access: 'all' },
  // git and platform arrive as interfaces, defined here or lower
  operations: { imports: ALL_BELOW_OPERATIONS, access: 'pure' },
  cli: { imports: ['errors', 'operations'], types: ALL_BELOW_OPERATIONS, access: 'terminal' },
  // the keys of the machine, for both of the following
  'wire-keyring': { imports: [...ALL_BELOW_OPERATIONS, 'platform'], access: 'all' },
  // puts the real git and platform into the operations, for the command (where only main.ts may ask for it) ...
  wire: { imports: [...ALL_BELOW_OPERATIONS, 'git', 'platform', 'operations', 'cli', 'wire-keyring'], access: 'all' },
  main: { imports: ['errors', 'operations', 'cli', 'wire'], access: 'terminal' },
  // what a thread of the command runs
  thread: { imports: ['errors', 'platform', 'operations'], access: 'all' },
  // ... and for the library
  library: { imports: [...ALL_BELOW_OPERATIONS, 'git', 'platform', 'operations', 'wire-keyring'], access: 'all' },
  index: { imports: ['errors', 'operations', 'library'], types: ALL_BELOW_OPERATIONS, access: 'pure' },
}

/** Files that are a layer of their own; every other file belongs to the folder it is in. */
const SINGLE_FILES: Readonly<Record<string, LayerName>> = {
  'src/errors.ts': 'errors',
  'src/index.ts': 'index',
  'src/library.ts': 'library',
  'src/cli/main.ts': 'main',
  'src/cli/hook-main.ts': 'main',
  'src/cli/look-thread.ts': 'thread',
  'src/cli/sieve-thread.ts': 'thread',
  'src/cli/wire.ts': 'wire',
  'src/cli/wire-hook.ts': 'wire',
  'src/wire-keyring.ts': 'wire-keyring',
}

/** Provider clients: the only files below operations that may reach the network. */
const CLIENT = /^src\/(?:keys|targets)\/[^/]+\/client\.ts$/

/** One third-party package, one folder: there its errors are cleaned, and there a major version lands. */
export const PACKAGE_FOLDERS: Readonly<Record<string, string>> = {
  '@aws-sdk/client-kms': 'src/keys/aws-kms/',
  '@aws-sdk/credential-provider-node': 'src/keys/aws-kms/',
  '@azure/identity': 'src/keys/azure-kv/',
  'age-encryption': 'src/keys/age/',
  commander: 'src/cli/',
  'node-diff3': 'src/merge/',
  'google-auth-library': 'src/keys/gcp-kms/',
  re2js: 'src/format/',
  'smol-toml': 'src/scan/',
  tinyglobby: 'src/platform/',
}

/** Schemas, and the validators that ajv wrote of them at build time; ajv itself is nowhere in src. */
export const VALIDATOR_IMPORT = { pattern: /^schemas\/[^/]+\.schema\.json(?:\?validator)?$/, folder: 'src/schema/' }

/** WebAssembly text, which scripts/wat.mjs makes a module of. */
export const WAT_IMPORT = { pattern: /\.wat$/, folders: ['src/crypto/', 'src/scan/', 'src/git/direct/'] }

const PURE_BUILTINS: readonly string[] = ['node:buffer', 'node:crypto', 'node:path', 'node:path/posix', 'node:util']
const TERMINAL_BUILTINS: readonly string[] = [
  ...PURE_BUILTINS,
  'node:process',
  'node:readline',
  'node:readline/promises',
  'node:tty',
]
const NETWORK_BUILTINS: readonly string[] = ['node:http', 'node:https', 'node:net', 'node:tls']

/** Globals that read or change the world; `Date` counts only where it reads the clock. */
export const WORLD_GLOBALS = [
  'process',
  'console',
  'globalThis',
  'performance',
  'Date',
  'Math.random',
  'fetch',
] as const
const TERMINAL_GLOBALS: readonly string[] = ['process', 'console']

export function layerOf(file: string): LayerName | undefined {
  const single = SINGLE_FILES[file]
  if (single !== undefined) return single
  const folder = /^src\/([^/]+)\//.exec(file)?.[1]
  return LAYER_NAMES.find((name) => name === folder && !Object.values(SINGLE_FILES).includes(name))
}

export function mayUseBuiltin(file: string, layer: LayerName, builtin: string): boolean {
  const { access } = LAYERS[layer]
  if (access === 'all' || (CLIENT.test(file) && NETWORK_BUILTINS.includes(builtin))) return true
  return (access === 'terminal' ? TERMINAL_BUILTINS : PURE_BUILTINS).includes(builtin)
}

export function mayUseGlobal(file: string, layer: LayerName, name: string): boolean {
  const { access } = LAYERS[layer]
  if (access === 'all' || (CLIENT.test(file) && name === 'fetch')) return true
  return access === 'terminal' && TERMINAL_GLOBALS.includes(name)
}

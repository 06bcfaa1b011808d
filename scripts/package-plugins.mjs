/** What is changed in third-party packages while they are bundled: what they would start, print or load. */
import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'

/**
 * commander starts other programs only for commands that are programs of their own. bulla has none, and loading what
 * could start them takes a tenth of the time that a small file takes.
 *
 * @type {import('esbuild').Plugin}
 */
const COMMANDER_STARTS_NOTHING = {
  name: 'commander-starts-nothing',
  setup({ onResolve, onLoad }) {
    const namespace = 'nothing'
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace } : undefined,
    )
    onLoad({ filter: /./, namespace }, () => ({ contents: '' }))
  },
}

/**
 * What a CommonJS package asks of Node. In an ES module there is no `require`, and what esbuild puts in its place throws.
 *
 * @type {import('esbuild').Plugin}
 */
const BUILT_INS_OF_COMMONJS = {
  name: 'built-ins-of-commonjs',
  setup({ onResolve, onLoad }) {
    const namespace = 'built-in'
    const filter = new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`)
    onResolve({ filter }, ({ path, kind }) => (kind === 'require-call' ? { path, namespace } : undefined))
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }))
  },
}

/**
 * Libraries for credentials write requests, replies and tokens to standard error when a variable asks for it, such as
 * `DEBUG=*`, which many a CI sets: their loggers are left out. So is a client for HTTP in whose place they get ours.
 *
 * @type {Readonly<Record<string, string>>}
 */
const IN_PLACE_OF = {
  debug: 'module.exports = () => () => {}',
  'google-logging-utils':
    'const log = () => {}; for (const level of ["debug", "info", "warn", "error"]) log[level] = log; exports.log = () => log',
  'node-fetch': 'module.exports = { default: () => { throw new Error("only our own client sends requests") } }',
  '@typespec/ts-http-runtime/dist/esm/logger/log.js': 'export const log = () => {}',
}

/** @type {import('esbuild').Plugin} */
const LIBRARIES_KEEP_QUIET = {
  name: 'libraries-keep-quiet',
  setup({ onResolve, onLoad }) {
    const namespace = 'in-place-of'
    onResolve({ filter: /^(?:debug|google-logging-utils|node-fetch)$/ }, ({ path }) => ({ path, namespace }))
    onLoad({ filter: /./, namespace }, ({ path }) => ({ contents: IN_PLACE_OF[path] ?? '' }))
    onLoad({ filter: /[\\/]ts-http-runtime[\\/]dist[\\/]esm[\\/]logger[\\/]log\.js$/ }, () => ({
      contents: IN_PLACE_OF['@typespec/ts-http-runtime/dist/esm/logger/log.js'] ?? '',
    }))
  },
}

const NO_CONSOLE =
  'const console = Object.fromEntries(Object.keys(globalThis.console).map((key) => [key, () => {}]));\n'

/**
 * The SDK of AWS tells whoever starts bulla on Node 20 that later versions of the SDK will not run there. The version
 * that is bundled does: see docs/decisions/0011-sdks-and-node-versions.md. Where it takes no logger, it prints to the console,
 * such as that a container is slow to give credentials: it gets a console that prints nothing.
 *
 * @type {import('esbuild').Plugin}
 */
const AWS_KEEPS_QUIET = {
  name: 'aws-keeps-quiet',
  setup({ onLoad }) {
    const filter = /[\\/]@(?:aws-sdk|smithy)[\\/]core[\\/].*[\\/]emitWarningIfUnsupportedVersion\.js$/
    onLoad({ filter }, () => ({
      contents:
        'export const state = { warningEmitted: true }\nexport const emitWarningIfUnsupportedVersion = () => {}',
    }))
    onLoad({ filter: /[\\/]node_modules[\\/]@(?:aws-sdk|smithy)[\\/].*\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8')
      return /\bconsole\b/.test(contents) ? { contents: NO_CONSOLE + contents } : undefined
    })
  },
}

/** What a package asks of Node, and what it gets. */
const LIMITED = [
  {
    from: /[\\/]@smithy[\\/](?:node-http-handler|credential-provider-imds)[\\/]/,
    asks: 'node:http',
    gets: 'limited-http.mjs',
  },
  { from: /[\\/]@smithy[\\/]node-http-handler[\\/]/, asks: 'node:https', gets: 'limited-https.mjs' },
  {
    from: /[\\/](?:@aws-sdk[\\/]credential-provider-process|@azure[\\/]identity)[\\/]/,
    asks: 'node:child_process',
    gets: 'ending-programs.mjs',
  },
]

/**
 * Whoever gives credentials to a container or an instance is asked by the SDK of AWS itself, which reads whatever comes. That of
 * Azure, too, waits for programs without an end.
 *
 * @type {import('esbuild').Plugin}
 */
const CREDENTIALS_HAVE_LIMITS = {
  name: 'credentials-have-limits',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:node:)?(?:https?|child_process)$/ }, ({ path, importer }) => {
      const found = LIMITED.find(({ from, asks }) => asks.endsWith(path) && from.test(importer))
      return found && { path: join(import.meta.dirname, 'in-place-of', found.gets) }
    })
  },
}

/** @type {import('esbuild').Plugin[]} */
export const PACKAGE_PLUGINS = [
  COMMANDER_STARTS_NOTHING,
  CREDENTIALS_HAVE_LIMITS,
  BUILT_INS_OF_COMMONJS,
  LIBRARIES_KEEP_QUIET,
  AWS_KEEPS_QUIET,
]

/**
 * `npm run demo`: the main job of bulla on a small example, in a scratch repository, with the built command. Every command
 * is shown before it runs.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const COMMAND = join(ROOT, 'dist/cli/main.cjs')

const EXAMPLE = `# credentials of the shop
database:
  host: db.internal     # reached through the VPN
  port: 5432
  password: "correct horse battery staple"

tls:
  certificate: |
    -----BEGIN CERTIFICATE-----
    MIIBszCCAVmgAwIBAgIUQ2Fu
    -----END CERTIFICATE-----
features: [search, 'checkout', "reviews"]
`

execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--if-stale'], { stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'bulla-demo-'))
try {
  demo()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function demo() {
  say(
    'A scratch repository, and a machine that deploys. Its secret key exists nowhere but wrapped; a cloud KMS would do that.',
  )
  const repository = join(folder, 'repository')
  mkdirSync(repository)
  // a home of its own: the local provider keeps its key in the configuration folder
  const home = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), APPDATA: join(folder, 'config') }
  const shell = shellIn(repository, home)

  shell('git init --quiet')
  shell('bulla recipient create prod-deploy --local --quiet')
  shell('cut -c 1-90 .bulla/recipients/prod-deploy.yaml')
  const shown = execFileSync(process.execPath, [COMMAND, 'recipient', 'show', 'prod-deploy', '--json'], {
    cwd: repository,
  })
  const recipient = JSON.parse(shown.toString()).keys[0].recipient
  write(repository, '.sops.yaml', `creation_rules:\n  - path_regex: secrets/\n    age: ${recipient}\n`)
  shell('cat .sops.yaml')
  mkdirSync(join(repository, 'secrets'))
  write(repository, 'secrets/app.yaml', EXAMPLE)
  shell('cat secrets/app.yaml')

  say('Sealed in place, offline: the public key is enough. Keys and layout stay readable, values and comments do not.')
  shell('bulla encrypt --in-place secrets/app.yaml')
  shell('cut -c 1-90 secrets/app.yaml')
  shell('git add . && git -c user.name=demo -c user.email=demo@example.com commit --quiet -m "sealed secrets"')

  say('One value changes. Everything else keeps its ciphertext, so the diff shows what changed.')
  shell('bulla set secrets/app.yaml database.port 6432')
  shell('git diff --unified=0 | cut -c 1-90')

  say('Opened: byte for byte the file that was sealed, with the new value. One unwrap, whatever the number of files.')
  shell('bulla decrypt secrets/app.yaml')
  shell(`bulla decrypt --extract '["database"]["password"]' secrets/app.yaml && echo`)
}

/** @param {string} text */
function say(text) {
  console.log(process.stdout.isTTY ? `\n\x1b[1m# ${text}\x1b[0m` : `\n# ${text}`)
}

/**
 * Show a command, then run it.
 *
 * @param {string} cwd
 * @param {Record<string, string>} variables
 */
function shellIn(cwd, variables) {
  const script = `bulla() { "${process.execPath}" "${COMMAND}" "$@"; }\n`
  return (/** @type {string} */ command) => {
    console.log(`\n$ ${command}`)
    execFileSync('sh', ['-e', '-c', script + command], {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...variables, GIT_CONFIG_GLOBAL: '/dev/null', GIT_PAGER: 'cat' },
    })
  }
}

/** @param {string} repository @param {string} name @param {string} text */
function write(repository, name, text) {
  writeFileSync(join(repository, name), text)
}

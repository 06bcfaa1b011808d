/** Repositories to work in, made by `git fast-import`: fifty thousand commits take a second or two. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { smallYaml, writeSmallFiles } from './data.mjs'
import { env, folder, ROOT, recipient, runBulla } from './place.mjs'

/** Of a GitOps repository: secrets as whole files, and the `data` of every manifest. */
export const POLICY = `creation_rules:
  - path_regex: ^secrets/.*\\.yaml$
    age: ${recipient}
  - path_regex: \\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: ${recipient}
`
const SERVICES = ['api', 'billing', 'cart', 'gateway', 'mailer', 'search', 'users', 'worker']

/** @typedef {Readonly<Record<string, string>>} Files contents by path */

/** A new repository with these commits, each a set of files. @param {string} name @param {Iterable<Files>} commits @returns {string} its folder */
export function makeRepository(name, commits) {
  const cwd = join(folder, name)
  mkdirSync(cwd)
  git(cwd, 'init', '--quiet', '--initial-branch=main')
  const input = streamOf(commits)
  execFileSync('git', ['fast-import', '--quiet'], { cwd, env: { ...process.env, ...env }, input })
  git(cwd, 'reset', '--quiet', '--hard')
  return cwd
}

/** Write files, and stage them. @param {string} cwd @param {Files} files */
export function stage(cwd, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true })
    writeFileSync(join(cwd, path), text)
  }
  git(cwd, 'add', '--', ...Object.keys(files))
}

/** @param {string} cwd @param {...string} args */
export function git(cwd, ...args) {
  execFileSync('git', args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** @param {Iterable<Files>} commits */
function streamOf(commits) {
  const parts = []
  let count = 0
  for (const files of commits) {
    const time = 1_600_000_000 + 60 * count
    parts.push(
      `commit refs/heads/main\nmark :${count + 1}\ncommitter A <a@example.com> ${time} +0000\n${data('change')}`,
    )
    for (const [path, text] of Object.entries(files)) parts.push(`M 100644 inline ${path}\n${data(text)}`)
    count += 1
  }
  return `${parts.join('')}reset refs/tags/first\nfrom :1\n`
}

/** @param {string} text */
function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

/** Sealed files of ten values each, by path. @param {number} count @returns {Files} */
export function sealedFiles(count) {
  const name = `sealed-${count}`
  writeSmallFiles(join(folder, name), count)
  runBulla(folder, 'encrypt', '--quiet', '--in-place', name)
  return byNumber(count, (index) => [
    `secrets/file-${index}.yaml`,
    readFileSync(join(folder, name, `file-${index}.yaml`), 'utf8'),
  ])
}

/** A Deployment and its Service: what most of a GitOps repository is. @param {number} index */
export function manifest(index) {
  const name = `${SERVICES[index % SERVICES.length]}-${index}`
  const image = `registry.example.com/team/${name}:1.${index % 40}.${(index * 7) % 10}`
  const variables = SERVICES.map(
    (other) =>
      `            - name: ${other.toUpperCase()}_URL\n              value: http://${other}.default.svc:8080/v1\n`,
  ).join('')
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  replicas: ${1 + (index % 4)}
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: main
          image: ${image}
          env:
            - name: PASSWORD
              valueFrom:
                secretKeyRef: { name: ${name}, key: password }
${variables}          resources:
            requests: { cpu: 100m, memory: 128Mi }
            limits: { memory: 256Mi }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports:
    - { port: 8080, name: http }
`
}

/** Manifests by path. @param {number} count @param {string} [under] @returns {Files} */
export function manifests(count, under = 'apps') {
  return byNumber(count, (index) => [`${under}/${index % 50}/app-${index}.yaml`, manifest(index)])
}

/** JavaScript that people wrote: lines of a library of ours, from `from` on. @param {number} from @param {number} count */
export function code(from, count) {
  const lines = readFileSync(join(ROOT, 'node_modules/commander/lib/command.js'), 'utf8').split('\n')
  return `${lines.slice(from, from + count).join('\n')}\n`
}

/** Five files, 1,600 lines together. @returns {Files} */
export function sixteenHundredLines() {
  return {
    'src/parse.js': code(0, 320),
    'src/options.js': code(640, 320),
    'src/help.js': code(1280, 320),
    'apps/list.yaml': `${Array.from({ length: 7 }, (_, index) => manifest(index))
      .join('---\n')
      .split('\n')
      .slice(0, 320)
      .join('\n')}\n`,
    'config/values.yml': Array.from({ length: 32 }, (_, index) => settings(index)).join(''),
  }
}

/** Ten lines of what a chart is given. @param {number} index */
function settings(index) {
  const name = `${SERVICES[index % SERVICES.length]}${index}`
  return `${name}:
  replicas: ${1 + (index % 3)}
  image:
    repository: registry.example.com/team/${name}
    tag: "1.${index}.0"
  logLevel: info
  host: ${name}.internal.example.com
  passwordSecret: ${name}-credentials
  timeout: 30s
  features: [search, export, audit]
`
}

/** 320 lines, each a key and a value that looks drawn: every one of them is looked at closely. */
export function manyKeys() {
  return Array.from({ length: 32 }, (_, index) => smallYaml(1_000_000 + index).replaceAll('key', `key_${index}`)).join(
    '',
  )
}

/** @param {number} count @param {(index: number) => readonly [string, string]} make @returns {Files} */
export function byNumber(count, make) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)))
}

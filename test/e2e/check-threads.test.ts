import { rmSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { stopWhen } from '../helpers/stopping.ts'

const RULES = '[[rules]]\nid = "house"\nregex = \'house-[0-9]{6}\'\nkeywords = ["house-"]\n'
const LINES = 'const total = prices.reduce((sum, price) => sum + price, 0)\n'.repeat(4000)
const BULK_COUNT = 44
const ALLOW = 'allow:\n  - rule: github-token\n    path: kept/**\n    reason: of a test\n'
const TOKEN = withChecksum('ghp_', dice(8))
const VALUE = 'correct-horse-battery-staple'

/** Loaded in each thread: the main one gives the others time to start, and those note that they have work. */
const NOTES = (then: string) => `const { isMainThread, parentPort } = require('node:worker_threads')
const { appendFileSync } = require('node:fs')
let left = 40
const immediate = globalThis.setImmediate
if (isMainThread) globalThis.setImmediate = (next) => (left-- > 0 ? setTimeout(next, 10) : immediate(next))
else parentPort.on('message', () => {
  appendFileSync(process.env.BULLA_TEST_NOTES, 'x')
  ${then}
})
`

/** Ten megabytes of code, and between them a file for whatever check has to say. */
async function oddRepository(box: Sandbox, ...options: readonly string[]): Promise<HookedRepository> {
  const repository = await HookedRepository.create(box, 'repo', ...options)
  const sealed = await sealedFiles(box)
  const { recipient } = newIdentity()
  const policy = (reader: string, more = '') =>
    `creation_rules:\n  - path_regex: (^|/)s/.*\\.(yaml|json|env|ini|txt)$\n    age: ${reader}\n${more}`
  await repository.commit({
    '.sops.yaml': policy(box.recipient),
    '.bulla/allow.yaml': ALLOW,
    '.gitleaks.toml': RULES,
    'a/x.js': `t = "${TOKEN}"\n`,
    'a/y.js': `t = "${TOKEN}"\n`,
  })
  await box.bulla(['scan', '--write-baseline'], { cwd: 'repo' })
  const yaml = sealed['a.yaml'] ?? ''
  await repository.commit({
    ...Object.fromEntries(Array.from({ length: BULK_COUNT }, (_, at) => [`${'abcdef'[at % 6]}/${at}.js`, bulk(at)])),
    ...Object.fromEntries(Object.entries(sealed).map(([name, text]) => [`b/s/${name}`, text])),
    'b/s/a.dec.yaml': 'password: opened\n',
    'b/s/plain.yaml': 'password: in clear\n',
    'b/s/lfs.yaml': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    'c/s/conflict.yaml': yaml.replace(/^(user: .*)$/m, '<<<<<<< ours\n$1\n=======\n$1 \n>>>>>>> theirs'),
    'c/s/damaged.yaml': yaml.replace(',tag:', ',tag:!'),
    'c/s/no-block.yaml': yaml.slice(0, yaml.indexOf('sops:')),
    'c/s/no-mac.yaml': yaml.replace(/^ +mac: .*\n/m, ''),
    'c/s/old.yaml': yaml.replace(/^( +version): .*$/m, '$1: ""'),
    'c/s/in-clear.yaml': yaml.replace(/^user: .*$/m, 'user: ann # bulla:allow plain-value -- no'),
    'd/.sops.yaml': policy(recipient),
    'd/s/drift.yaml': yaml,
    'e/.sops.yaml': 'creation_rules: [\n',
    'e/s/unclear.yaml': yaml,
    'e/s/unclear-too.yaml': 'a: b\n',
    'f/copy.txt': `password is ${VALUE}, ${Buffer.from(VALUE).toString('base64')}\n`,
    'f/key.txt': newIdentity().identity,
    'f/other.txt': `t = "${TOKEN}" # bulla:allow github-token -- of a test\nu = "${TOKEN}" # bulla:allow github-token\n`,
    'kept/token.txt': TOKEN,
    'kept/.a.yaml.1-0123456789ab.tmp': 'a: b\n',
  })
  symlinkSync(`/home/${TOKEN}`, box.path('repo/f/link'))
  box.write('repo/f/wide.txt', Buffer.from(`\ufefft = "${TOKEN}"\n`, 'utf16le'))
  await repository.must('add', '-A')
  await repository.must('commit', '-q', '-m', 'more')
  // values are known of files that were opened
  await box.bulla(['decrypt', 'b/s/a.yaml'], { cwd: 'repo' })
  return repository
}

function bulk(index: number): string {
  const found = index % 5 === 4 ? `t = "${TOKEN}"\nh = "house-${100_000 + index}"\n` : ''
  return `${LINES}// ${index}\n${found}`
}

async function sealedFiles(box: Sandbox): Promise<Record<string, string>> {
  const files = {
    'a.yaml': `user: ann\npassword: ${VALUE}\n# said in public\nlist: [1, 2.5, true]\n`,
    'b.json': '{ "user": "ann", "deep": { "er": ["x"] } }\n',
    'c.env': 'USER=ann\n# of nobody\nPASSWORD=secret\n',
    'd.ini': '[one]\nuser = ann\n',
    'e.txt': 'all of it\n',
  }
  await box.seal(files)
  return Object.fromEntries(Object.keys(files).map((name) => [name, box.read(name)]))
}

function threads(box: Sandbox, count: number, then = ''): Record<string, string> {
  box.write('notes.cjs', NOTES(then))
  const noted = { BULLA_TEST_NOTES: box.path('notes'), NODE_OPTIONS: `--require ${box.path('notes.cjs')}` }
  return { BULLA_THREADS: `${count}`, ...noted }
}

/** All that a range tells too. */
const TOLD = [
  ...['age-identity', 'allow-malformed', 'broken-ciphertext', 'conflict-markers', 'decrypted-leftover'],
  ...['gitleaks-house', 'known-value', 'lfs-under-rule', 'mac-missing', 'metadata-missing', 'plain-value'],
  ...['policy-broken', 'readers-drift', 'stale-version', 'unsealed-file'],
]

describe('check with threads', () => {
  it.for([
    ['SHA-1', [], [['--strict'], ['HEAD~2..HEAD', '--format', 'json']]],
    ['SHA-256', ['--object-format=sha256'], [['HEAD', '--format', 'json']]],
  ] as const)('writes the same bytes as without, in a repository of %s', async ([, options, ways], { box }) => {
    await oddRepository(box, ...options)
    for (const way of ways) {
      const run = (count: number, ...more: readonly string[]) =>
        box.bulla(['check', ...way, ...more], { cwd: 'repo', env: threads(box, count) })
      rmSync(box.path('notes'), { force: true })
      const alone = await run(0, '--no-cache')
      expect(alone.code, alone.err).toBe(2)
      expect(box.has('notes')).toBe(false)
      for (const rule of TOLD) expect(alone.out).toContain(rule)
      expect(await run(4, '--no-cache')).toEqual(alone)
      // of a range, each commit is judged by itself
      if (way[0].includes('..')) continue
      expect(await run(1, '--no-cache')).toEqual(alone)
      expect(box.read('notes').length).toBeGreaterThan(10)
      rmSync(box.path('repo/.git/bulla/clean-blobs'), { force: true })
      // what is remembered is right, whoever found it out
      expect([await run(2), await run(0)]).toEqual([alone, alone])
    }
  })

  it('fails when one of them ends', async ({ box }) => {
    await oddRepository(box)
    const failed = await box.bulla(['check'], { cwd: 'repo', env: threads(box, 2, 'process.exit(0)') })
    expect(failed).toMatchObject({ code: 70, out: '' })
    expect(failed.err).toContain('a thread of this program ended')
  })

  it.skipIf(process.platform === 'win32')('ends by Ctrl-C, whatever they do', async ({ box }) => {
    await oddRepository(box)
    const before = box.read('repo/.git/bulla/clean-blobs')
    const env = threads(box, 2, 'for (;;);')
    const started = box.start(process.execPath, [COMMAND, 'check'], { cwd: 'repo', env })
    const stopped = await stopWhen(started, { signal: 'SIGINT', reached: () => box.has('notes') })
    expect(stopped).toMatchObject({ code: null, signal: 'SIGINT', out: '' })
    expect(box.read('repo/.git/bulla/clean-blobs')).toBe(before)
  })
})

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const LAUNCHER = readFileSync(resolve(import.meta.dirname, '../../scripts/cli-launcher.cjs'), 'utf8')
const isWindows = process.platform === 'win32'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-launcher-'))
  mkdirSync(join(folder, 'cache'))
  chmodSync(join(folder, 'cache'), 0o700)
  install('first build')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that says who it is; every build has the same length, which is all that V8 would compare. */
function install(build: string): void {
  writeFileSync(
    join(folder, 'main.cjs'),
    LAUNCHER.replace('__BUILD_ID__', build.replace(' ', '-'))
      .replace('__VERBS__', 'encrypt decrypt scan hook -d')
      .replace('__VALUE_VERBS__', 'encrypt decrypt -d')
      .replace('__HOOKS__', 'pre-commit pre-push'),
  )
  const program = `(function(require){function say(){console.log('${build}')}\nsay();process.exitCode=Number(process.env.FAIL??0)})\n`
  for (const name of ['program.cjs', 'values.cjs']) writeFileSync(join(folder, name), program)
}

function launch(environment: Record<string, string> = {}, ...args: string[]): string {
  const base = isWindows ? { LOCALAPPDATA: join(folder, 'cache') } : { XDG_CACHE_HOME: join(folder, 'cache') }
  const env = { ...base, SystemRoot: process.env['SystemRoot'] ?? '', ...environment }
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'main.cjs'), ...args], { env, encoding: 'utf8' })
  return stdout + stderr
}

/** The only one. */
function cacheFile(): string {
  const [name = 'none', ...more] = cacheFiles()
  expect(more).toEqual([])
  return join(folder, 'cache/bulla', name)
}

function cacheFiles(): string[] {
  return readdirSync(join(folder, 'cache/bulla')).toSorted()
}

function isOf(names: readonly string[]): boolean {
  const start = `${process.version}-${process.arch}-`
  return cacheFiles().join() === names.map((name) => `${start}${name}.v8`).join()
}

/** Whether the launcher was content with the cache it found: it writes a new one otherwise. */
function isKept(action: () => void): boolean {
  const before = statSync(cacheFile()).ino
  action()
  return statSync(cacheFile()).ino === before
}

describe('the launcher of the command', () => {
  it('keeps what V8 compiled, for its user only, and uses it again', () => {
    expect(launch()).toBe('first build\n')
    if (!isWindows) expect(statSync(cacheFile()).mode & 0o777).toBe(0o600)
    expect(isKept(() => expect(launch()).toBe('first build\n'))).toBe(true)
  })

  it('has a file for each verb and format', () => {
    launch({}, 'decrypt', 'a.yaml')
    expect(isKept(() => launch({}, '--verbose', 'decrypt', 'other.yaml'))).toBe(true)
    for (const words of [
      'decrypt a.json',
      'encrypt a.yaml',
      'encrypt folder',
      '-d a.json',
      'unknown',
      'decrypt --help',
    ])
      launch({}, ...words.split(' '))
    const names = cacheFiles().map((name) => name.slice(`${process.version}-${process.arch}-`.length))
    expect(names).toEqual(
      ['d.json', 'decrypt.json', 'decrypt.yaml', 'encrypt', 'encrypt.yaml', 'help', 'other'].map(
        (name) => `${name}.v8`,
      ),
    )
  })

  it('runs a hook without options as a program of its own, which gets the rest where it needs it', () => {
    const file = (text: string) => `(function(require,__filename,start,others){${text}})\n`
    writeFileSync(join(folder, 'hook.cjs'), file(`console.log(start,process.argv[4]==='pre-push'?others().rest():'')`))
    writeFileSync(
      join(folder, 'program.cjs'),
      file(`if(start===null)return{rest:()=>'rest'};console.log('program',start)`),
    )
    expect(launch({}, 'hook', 'run', 'pre-commit')).toBe('hook \n')
    expect(launch({}, 'hook', 'run', 'pre-push', 'origin', 'url')).toBe('hook rest\n')
    expect(isOf(['hook-pre-commit', 'hook-pre-push-more', 'hook-pre-push'])).toBe(true)
    for (const words of ['hook', 'hook run', 'hook run other', 'hook run pre-commit --quiet', '-q hook run pre-commit'])
      expect(launch({}, ...words.split(' '))).toBe('program undefined\n')
  })

  it('runs commands on values, and --version, as a program of their own', () => {
    const file = (name: string) => `(function(require,__filename,start){console.log('${name}',start)})\n`
    for (const name of ['program', 'values']) writeFileSync(join(folder, `${name}.cjs`), file(name))
    for (const words of ['decrypt a.yaml', '--verbose encrypt', '-d a.json', '--version'])
      expect(launch({}, ...words.split(' '))).toBe('values values\n')
    for (const words of ['scan', '--help', 'decrypt --help', 'unknown', 'hook --version'])
      expect(launch({}, ...words.split(' '))).toBe('program undefined\n')
  })

  it('writes once more what a run that failed has left', () => {
    launch({ FAIL: '3' }, 'decrypt')
    expect(isKept(() => launch({ FAIL: '3' }, 'decrypt'))).toBe(true)
    expect(isKept(() => launch({}, 'decrypt'))).toBe(false)
    expect(isKept(() => launch({}, 'decrypt'))).toBe(true)
    expect(isKept(() => launch({ FAIL: '3' }, 'decrypt'))).toBe(true)
  })

  it('writes again, now and then, what a run that used little has left', () => {
    const more = Array.from({ length: 40 }, (_, index) => `function f${index}(){return ${index}+Math.random()};`)
    const calls = more.map((_, index) => `f${index}()`).join('+')
    writeFileSync(
      join(folder, 'program.cjs'),
      `(function(require){${more.join('')}console.log(process.env.MORE?${calls}>0:'little')})\n`,
    )
    writeFileSync(join(folder, 'clock.cjs'), 'Date.now=()=>Number(process.env.NOW)')
    const at = (now: number, MORE = '') =>
      launch({ NODE_OPTIONS: `--require ${join(folder, 'clock.cjs')}`, NOW: String(now), MORE }, 'other')
    const now = 16 * Math.ceil(Date.now() / 16)
    expect(at(now)).toBe('little\n')
    const small = statSync(cacheFile()).size
    expect(isKept(() => at(now))).toBe(true)
    expect(isKept(() => expect(at(now + 1, '1')).toBe('true\n'))).toBe(true)
    expect(isKept(() => at(now + 16 * 7 * 24 * 3600 * 1000, '1'))).toBe(true)
    expect(isKept(() => at(now, '1'))).toBe(false)
    expect(statSync(cacheFile()).size).toBeGreaterThan(small)
    expect(isKept(() => at(now, '1'))).toBe(true)
  })

  it('never runs the code of another build', () => {
    launch()
    install('other build')
    expect(isKept(() => expect(launch()).toBe('other build\n'))).toBe(false)
  })

  it('notices every flipped bit', () => {
    launch()
    const bytes = readFileSync(cacheFile())
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 20)) {
      const broken = Buffer.from(bytes)
      broken.writeUInt8(broken.readUInt8(at) ^ 1, at)
      writeFileSync(cacheFile(), broken)
      expect(isKept(() => expect(launch()).toBe('first build\n'))).toBe(false)
    }
  })

  it.skipIf(isWindows)('does not trust a file or folder that others may write to', () => {
    launch()
    chmodSync(cacheFile(), 0o666)
    expect(isKept(() => expect(launch()).toBe('first build\n'))).toBe(false)
    chmodSync(join(folder, 'cache'), 0o777)
    rmSync(cacheFile())
    expect(launch()).toBe('first build\n')
    expect(readdirSync(join(folder, 'cache/bulla'))).toEqual([])
  })

  it.each([{ CI: 'true' }, { NODE_DISABLE_COMPILE_CACHE: '1' }])('writes nothing with %o', (environment) => {
    expect(launch(environment)).toBe('first build\n')
    expect(existsSync(join(folder, 'cache/bulla'))).toBe(false)
  })

  it('runs without a home', () => {
    const none = join(folder, 'none')
    expect(launch({ XDG_CACHE_HOME: none, LOCALAPPDATA: none })).toBe('first build\n')
    expect(existsSync(none)).toBe(false)
  })
})

import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBlobs } from '../../src/git/blobs.ts'
import { changesBetween, filesOfIndex, stagedChanges } from '../../src/git/changes.ts'
import { DirectRepository } from '../../src/git/direct/direct-repository.ts'
import { GitRepository } from '../../src/git/repository.ts'
import { GIT_ENVIRONMENT } from '../helpers/git-environment.ts'

const MOST = 1024 * 1024
const isWindows = process.platform === 'win32'
const STEPS = process.env['SLOW'] === undefined ? 12 : 200

let folder: string
const at = (cwd: string, ...args: string[]) =>
  execFileSync('git', args, { cwd, env: GIT_ENVIRONMENT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const git = (...args: string[]) => at(folder, ...args)
const write = (name: string, text: string | Buffer) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}
const direct = (cwd = folder, variables = {}) => new DirectRepository({ cwd }, variables, MOST)
const isUnsure = (variables = {}) => {
  try {
    direct(folder, variables).staged()
    return false
  } catch {
    return true
  }
}

/** That what is read without git is what git says: what is staged, HEAD, and every file of the index. */
async function expectTheSame(cwd = folder): Promise<number> {
  const found = direct(cwd)
  try {
    const staged = found.staged()
    expect(staged).toEqual(await stagedChanges({ cwd }))
    expect(found.head).toBe(at(cwd, 'rev-parse', 'HEAD'))
    const files = (await filesOfIndex({ cwd })).filter(({ mode }) => mode !== '160000')
    let index = 0
    for await (const { bytes } of readBlobs(
      files.map(({ id }) => id),
      { cwd },
    )) {
      const { path, id } = files[index] ?? { path: '', id: '' }
      expect(found.blob(id)?.equals(bytes ?? Buffer.alloc(0))).toBe(true)
      expect(found.files([path]).get(path)).toEqual(bytes)
      index += 1
    }
    expect(found.files(['none', '', 'zzz/none']).size).toBe(0)
    return staged.length
  } finally {
    found.close()
  }
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulla-direct-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['sha1', 'sha256'])('what is staged, read without git, in a repository of %s objects', (format) => {
  beforeEach(() => git('init', '-q', '-b', 'main', `--object-format=${format}`))

  it('is what git says, however files come and go', { timeout: 120_000 }, async () => {
    let state = format.length
    const numbers = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
    const pick = (count: number) => Math.floor(numbers() * count)
    const names = ['a', 'b.yaml', 'é\n"', 'dir', 'dir.txt', 'dir-', 'x'.repeat(200)]
    const path = () => Array.from({ length: 1 + pick(3) }, () => names[pick(names.length)]).join('/')
    const text = () => `${'some line of a file that changes little\n'.repeat(50)}${numbers()}\n`
    write('first', 'first\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'first')
    let changes = 0
    for (let step = 0; step < STEPS; step += 1) {
      for (let index = 0; index < 6; index += 1) {
        const name = path()
        // a file may take the place of a folder, and a folder that of a file
        const parts = name.split('/')
        for (let count = 1; count < parts.length; count += 1) {
          const above = join(folder, ...parts.slice(0, count))
          if (lstatSync(above, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(above)
        }
        rmSync(join(folder, ...parts.slice(0, 1 + pick(3))), { recursive: true, force: true })
        write(name, text())
        if (!isWindows && pick(4) === 0) chmodSync(join(folder, name), 0o755)
        if (!isWindows && pick(5) === 0) {
          rmSync(join(folder, name))
          symlinkSync(`target ${pick(9)}`, join(folder, name))
        }
      }
      git('add', '-A')
      changes += await expectTheSame()
      if (pick(2) === 0) git('commit', '-q', '--allow-empty', '-m', `step ${step}`)
      if (pick(4) === 0) git('gc', '-q', '--prune=now')
      if (pick(3) === 0) git('read-tree', 'HEAD') // an index without what git noted of trees
      await expectTheSame()
      const commits = git('rev-list', 'HEAD').split('\n')
      const [from = '', to = ''] = [commits[pick(commits.length)], commits[pick(commits.length)]]
      expect(direct().between(from, to)).toEqual(await changesBetween(from, to, { cwd: folder }))
    }
    expect(() => direct().between('HEAD', 'HEAD')).toThrow()
    expect(changes).toBeGreaterThan(STEPS)
  })

  it('is what git says in packs, with differences of differences, and packed branches', async () => {
    for (let version = 0; version < 12; version += 1) {
      for (let file = 0; file < 30; file += 1) {
        write(`dir/sub/file-${file}`, `${'a line that stays\n'.repeat(300)}${version > file ? version : 0}\n`)
      }
      git('add', '-A')
      git('commit', '-q', '-m', `version ${version}`)
    }
    git('gc', '-q', '--aggressive', '--prune=now')
    expect(git('verify-pack', '-v', packIndex())).toMatch(/chain length = [2-9]/)
    expect(existsSync(join(folder, '.git/refs/heads/main'))).toBe(false)
    write('dir/sub/file-7', 'other\n')
    write('dir/new', '')
    git('add', '-A')
    git('rm', '-q', '--cached', 'dir/sub/file-9')
    expect(await expectTheSame()).toBe(2)
    git('checkout', '-q', '--detach')
    expect(await expectTheSame()).toBe(2)
  })

  it('is what git says of submodules, files not checked out, and in a linked work tree', async () => {
    write('a/b', 'text\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    const id = git('rev-parse', 'HEAD')
    git('update-index', '--add', '--cacheinfo', `160000,${id},a/module`)
    git('update-index', '--skip-worktree', 'a/b')
    expect(await expectTheSame()).toBe(1)
    git('config', 'extensions.worktreeConfig', 'true')
    const linked = join(folder, 'linked')
    git('worktree', 'add', '-q', linked, '-b', 'other')
    writeFileSync(join(linked, 'c'), 'c\n')
    at(linked, 'add', '-A')
    expect(await expectTheSame(linked)).toBe(1)
    const own = at(linked, 'rev-parse', '--absolute-git-dir')
    expect(direct(linked, { GIT_DIR: own, GIT_INDEX_FILE: join(own, 'index') }).staged()).toHaveLength(1)
  })

  it('is what git says of paths that are no UTF-8', async () => {
    write('a', 'one\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    const from = git('rev-parse', 'HEAD')
    const names = [
      [0xff],
      [0xfe],
      [0x64, 0xff, 0x2f, 0x61],
      [0xc3, 0xa9],
      [0xc3],
      [0xef, 0xbf, 0xbd],
      [0xed, 0xa0, 0x80, 0x2f, 0x61],
    ]
    const lines = names.map((name, index) => {
      write('text', `text ${index}\n`)
      return Buffer.concat([
        Buffer.from(`100644 ${git('hash-object', '-w', 'text')}\t`),
        Buffer.from(name),
        Buffer.of(0),
      ])
    })
    const input = Buffer.concat(lines)
    execFileSync('git', ['update-index', '-z', '--index-info'], { cwd: folder, env: GIT_ENVIRONMENT, input })
    expect(await expectTheSame()).toBe(names.length)
    const paths = direct()
      .staged()
      .map(({ path }) => path)
    const repository = new GitRepository({ cwd: folder })
    const contents = await repository.tree('').read(paths)
    repository.close()
    expect(paths.map((path) => contents.get(path)).sort()).toEqual(
      names.map((_, index) => Buffer.from(`text ${index}\n`)),
    )
    git('commit', '-q', '-m', 'two')
    expect(direct().between(from, git('rev-parse', 'HEAD'))).toEqual(
      await changesBetween(from, 'HEAD', { cwd: folder }),
    )
  })

  it('is what is stored, whatever git shows in its place', async () => {
    write('a', 'one\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    write('a', 'two\n')
    git('add', '-A')
    git('replace', git('rev-parse', ':a'), git('rev-parse', 'HEAD:a'))
    git('replace', git('rev-parse', 'HEAD'), git('commit-tree', '-m', 'x', git('write-tree')))
    expect(await expectTheSame()).toBe(1)
    git('pack-refs', '--all')
    expect(await expectTheSame()).toBe(1)
    expect(direct().files(['a']).get('a')?.toString()).toBe('two\n')
  })

  it('is of the index that a hook is told of', () => {
    write('a', 'one\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    execFileSync('git', ['read-tree', 'HEAD'], {
      cwd: folder,
      env: { ...GIT_ENVIRONMENT, GIT_INDEX_FILE: '.git/other' },
    })
    write('a', 'two\n')
    git('add', '-A')
    expect(direct().staged()).toHaveLength(1)
    for (const index of ['.git/other', join(folder, '.git/other')]) {
      expect(direct(folder, { GIT_INDEX_FILE: index }).staged()).toEqual([])
    }
    mkdirSync(join(folder, 'below'))
    expect(() => direct(join(folder, 'below'), { GIT_INDEX_FILE: '.git/other' })).toThrow()
  })

  function packIndex(): string {
    const folderOfPacks = join(folder, '.git/objects/pack')
    return join(folderOfPacks, readdirSync(folderOfPacks).find((name) => name.endsWith('.idx')) ?? '')
  }
})

describe('git is asked instead', () => {
  beforeEach(() => {
    git('init', '-q', '-b', 'main')
    write('a', 'one\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    write('a', 'two\n')
    git('add', '-A')
    expect(isUnsure()).toBe(false)
  })

  it.each<[string, () => unknown]>([
    ['without a commit', () => git('checkout', '-q', '--orphan', 'other')],
    ['for a split index', () => git('update-index', '--split-index')],
    ['for an index with shortened paths', () => git('update-index', '--index-version', '4')],
    [
      'for a file that is only intended to be added',
      () => {
        write('b', '')
        git('add', '-N', 'b')
      },
    ],
    [
      'for a conflict',
      () => {
        git('commit', '-q', '-m', 'two')
        git('checkout', '-q', '-b', 'other', 'HEAD~1')
        write('a', 'three\n')
        git('commit', '-q', '-a', '-m', 'three')
        expect(() => git('merge', '-q', 'main')).toThrow()
      },
    ],
    ['where objects are borrowed', () => write('.git/objects/info/alternates', `${folder}\n`)],
    ['for extensions that are not known', () => git('config', 'extensions.partialClone', 'origin')],
    ['for a later format', () => git('config', 'core.repositoryformatversion', '2')],
    [
      'for settings that are written in another way',
      () => appendFileSync(join(folder, '.git/config'), '[Extensions] x'),
    ],
    ['for a branch that leads to another', () => git('symbolic-ref', 'refs/heads/main', 'refs/heads/other')],
    ['for an index that is cut', () => write('.git/index', readFileSync(join(folder, '.git/index')).subarray(0, 90))],
    ['for an object that is damaged', () => damage(git('rev-parse', 'HEAD^{tree}'))],
    [
      'for an index that must not be read by who does not know all of it',
      () => write('.git/index', withExtension(readFileSync(join(folder, '.git/index')), 'sdir')),
    ],
  ])('%s', (_, change) => {
    change()
    expect(isUnsure()).toBe(true)
  })

  it.each([
    ...['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_COMMON_DIR', 'GIT_WORK_TREE'],
    'GIT_REFERENCE_BACKEND',
  ])('where %s is set', (name) => expect(isUnsure({ [name]: folder })).toBe(true))

  it('and says the same, through the one that asks', async () => {
    const answers = async (repository: GitRepository) => {
      const staged = await repository.staged()
      const contents: string[] = []
      for await (const { file, bytes } of repository.tree('').contents(staged)) {
        contents.push(`${file.path} ${Buffer.from(bytes ?? []).toString('latin1')}`)
      }
      const read = await repository.tree('').read(['a', 'big', 'none'])
      const sizes = [...read].map(([path, bytes]) => [path, bytes.length])
      return [await repository.head(), staged, contents.toSorted(), sizes, await repository.blob(staged[0]?.id ?? '')]
    }
    write('big', Buffer.alloc(100_000, 'x'))
    git('add', '-A')
    const [plain, quick] = [0, 1].map(() => new GitRepository({ cwd: folder, asGit: true }))
    await quick?.prepareStaged()
    const expected = plain && (await answers(plain))
    expect(quick && (await answers(quick))).toEqual(expected)
    git('update-index', '--split-index')
    const unsure = new GitRepository({ cwd: folder, asGit: true })
    await unsure.prepareStaged()
    expect(await answers(unsure)).toEqual(expected)
    for (const repository of [plain, quick, unsure]) repository?.close()
  })

  function damage(id: string): void {
    const path = join(folder, '.git/objects', id.slice(0, 2), id.slice(2))
    const bytes = readFileSync(path)
    chmodSync(path, 0o644)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 4, bytes.length - 8)
    writeFileSync(path, bytes)
  }

  function withExtension(index: Buffer, name: string): Buffer {
    return Buffer.concat([index.subarray(0, -20), Buffer.from(`${name}\0\0\0\0`), index.subarray(-20)])
  }
})

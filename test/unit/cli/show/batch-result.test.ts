import { describe, expect, it } from 'vitest'
import { codeOf, finish } from '../../../../src/cli/show/batch-result.ts'
import { FileError, FormatError, IntegrityError, KeyError, UsageError } from '../../../../src/errors.ts'
import type { BatchResult, FileReport } from '../../../../src/operations/batch.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

const report = (name: string, outcome: string, ...notes: string[]): FileReport => ({
  path: `/repo/${name}`,
  outcome,
  notes,
})

function result(reports: readonly FileReport[], more: Partial<BatchResult<FileReport>> = {}): BatchResult<FileReport> {
  return { bytes: undefined, reports, failures: [], fileCount: reports.length, writtenCount: reports.length, ...more }
}

function finished(
  given: BatchResult<FileReport>,
  settings: { quiet?: boolean; verbose?: boolean; dryRun?: boolean } = {},
) {
  const io = fakeIo()
  const verbs = { written: 'sealed', unchanged: 'unchanged', skipped: 'left alone' }
  const code = finish(given, {
    command: 'encrypt',
    verbs,
    none: 'no files',
    quiet: false,
    verbose: false,
    dryRun: false,
    io,
    ...settings,
  })
  return { code, out: io.out(), err: io.err() }
}

describe('the end of a command over files', () => {
  it('is the payload and nothing else for one file', () => {
    const bytes = Buffer.from('payload')
    expect(finished(result([report('a', 'written')], { bytes }))).toEqual({ code: 0, out: 'payload', err: '' })
  })

  it('is silence for one file that was written', () => {
    expect(finished(result([report('a', 'written')]))).toEqual({ code: 0, out: '', err: '' })
  })

  it('is one line for several, unless it shall be quiet', () => {
    const several = result([report('a', 'written'), report('b', 'skipped'), report('c', 'written')])
    expect(finished(several)).toEqual({ code: 0, out: '', err: 'bulla: 3 files: 2 sealed, 1 left alone\n' })
    expect(finished(several, { quiet: true })).toEqual({ code: 0, out: '', err: '' })
  })

  it('says so when there was nothing to do, in a dry run too', () => {
    expect(finished(result([]))).toEqual({ code: 0, out: '', err: 'bulla: no files\n' })
    expect(finished(result([]), { dryRun: true })).toEqual({ code: 0, out: '', err: 'bulla: no files\n' })
    expect(finished(result([report('a', 'skipped')])).err).toBe('bulla: 1 file: 1 left alone\n')
    expect(finished(result([report('a', 'skipped')]), { quiet: true }).err).toBe('')
  })

  it('says the same thing about many files once', () => {
    const notes = result([report('a', 'written', 'x', 'y'), report('b', 'written', 'x'), report('c', 'written', 'x')])
    expect(finished(notes).err).toBe(
      'bulla: note: a and 2 more files: x\nbulla: note: a: y\nbulla: 3 files: 3 sealed\n',
    )
    expect(finished(notes, { quiet: true }).err).toBe('')
  })

  it('is the plan of a dry run, on standard output', () => {
    const plan = result([report('a', 'written'), report('sub/b\x1b', 'unchanged')])
    expect(finished(plan, { dryRun: true })).toEqual({ code: 0, out: 'sealed\ta\nunchanged\tsub/b?\n', err: '' })
  })

  it('has the code of the worst failure, and says that nothing was written', () => {
    const failures = [new FileError('ERR_READ', 'r'), new FormatError('ERR_ALREADY_SEALED', 's')]
    const failed = result([report('a', 'written')], { failures, fileCount: 3, writtenCount: 0 })
    expect(finished(failed)).toEqual({
      code: 203,
      out: '',
      err: 'bulla: error: r\nbulla: error: s\nbulla: 2 of 3 files failed; nothing was written\n',
    })
  })

  it('explains a failure of many files once', () => {
    const noKey = (name: string) =>
      new KeyError('ERR_NO_DATA_KEY', 'no key\n  looked in HOME', { where: { file: `/repo/${name}` }, hint: 'get one' })
    const failures = [noKey('a'), new FileError('ERR_READ', 'r', { where: { file: '/repo/b' } }), noKey('c')]
    expect(finished(result([], { failures, fileCount: 3, writtenCount: 0 })).err).toBe(
      [
        'bulla: error: a: no key\n  looked in HOME\nbulla: hint: get one\n',
        'bulla: error: c: no key (as above)\n',
        'bulla: error: b: r\n',
        'bulla: 3 of 3 files failed; nothing was written\n',
      ].join(''),
    )
  })

  it('names a few of the files that fail for one reason, unless all are asked for', () => {
    const failures = Array.from(
      { length: 1000 },
      (_, index) => new FileError('ERR_READ', 'r', { where: { file: `/repo/${index}` } }),
    )
    const failed = result([], { failures, fileCount: 1000, writtenCount: 0 })
    const few = finished(failed).err.split('\n')
    expect([few.length, few[9], few[10]]).toEqual([
      13,
      'bulla: error: 9: r',
      'bulla: error: ... and 990 more files (--verbose names them)',
    ])
    expect(finished(failed, { verbose: true }).err.split('\n')).toHaveLength(1002)
    const eleven = { ...failed, failures: failures.slice(0, 11) }
    expect(finished(eleven).err).toContain('bulla: error: 10: r\n')
  })

  it('tells of each bug', () => {
    const failed = result([], { failures: [new TypeError('x'), new TypeError('x')], fileCount: 2, writtenCount: 0 })
    expect(finished(failed).err.match(/internal error/g)).toHaveLength(2)
  })

  it('says how many were written before a write failed', () => {
    const failed = result([report('a', 'written'), report('b', 'written')], {
      failures: [new FileError('ERR_WRITE', 'full')],
      writtenCount: 1,
    })
    expect(finished(failed).err).toContain('1 of 2 files failed; 1 was written, the others are as they were\n')
  })
})

describe('exit codes', () => {
  const at = { where: { file: '/repo/a' } }

  it.each([
    [new UsageError('ERR_USAGE', 'x'), 'encrypt', 1],
    [new UsageError('ERR_USAGE', 'x'), 'help', 3],
    [new UsageError('ERR_CONFLICT', 'x'), 'decrypt', 8],
    [new FormatError('ERR_SYNTAX', 'x'), 'encrypt', 2],
    [new FormatError('ERR_SYNTAX', 'x'), 'decrypt', 1],
    [new FormatError('ERR_UNSUPPORTED_VALUE', 'x'), 'encrypt', 23],
    [new FormatError('ERR_UNSUPPORTED_VALUE', 'x'), 'decrypt', 25],
    [new FormatError('ERR_NOT_SEALED', 'x'), 'decrypt', 1],
    [new IntegrityError('ERR_MAC_MISMATCH', 'x'), 'decrypt', 51],
    [new FileError('ERR_NO_FILE', 'x', at), 'decrypt', 100],
    [new FileError('ERR_NO_FILE', 'x', at), 'filestatus', 1],
    [new UsageError('ERR_NO_FILE', 'x'), 'filestatus', 100],
    [new FileError('ERR_READ', 'x', at), 'decrypt', 2],
    [new FileError('ERR_READ', 'x', at), 'filestatus', 1],
    [new Error('x'), 'decrypt', 70],
    ['x', 'decrypt', 70],
  ])('are those of sops: %s in %s', (error, command, code) => {
    expect(codeOf(error, command)).toBe(code)
  })
})

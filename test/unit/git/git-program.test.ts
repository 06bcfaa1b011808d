import { describe, expect, it } from 'vitest'
import { gitProgram } from '../../../src/git/git-program.ts'

const FILES = ['C:\\Git\\cmd\\git.exe', 'C:\\repo\\git.exe']
const onWindows = (path: string) => gitProgram('win32', path, (file) => FILES.includes(file))

describe('git', () => {
  it('is left to the system to find', () => {
    expect(gitProgram('linux', '/usr/bin', () => true)).toBe('git')
  })

  it('is that of PATH on Windows, never one of the working directory', () => {
    expect(onWindows('.;;C:\\other;C:\\Git\\cmd')).toBe('C:\\Git\\cmd\\git.exe')
    // nothing that could be started
    expect(onWindows('.;C:\\other')).toMatch(/node[^\\]*\\git\.exe$/)
  })
})

import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { leftWrites } from './files/left-writes.ts'
import { statsOf } from './files/stats.ts'
import { leftScratchFolders, removeLeft } from './scratch/left-scratch.ts'
import { scratchPlace } from './scratch/scratch.ts'
import { hasTerminal } from './terminal/has-terminal.ts'

/** See `Machine` in `operations/doctor/machine.ts`. */
export const nodeMachine = {
  nodeVersion: process.versions.node,

  async access(path: string): Promise<{ mode: number | undefined } | undefined> {
    const stats = statsOf(path)
    if (stats === undefined) return undefined
    return { mode: process.platform === 'win32' || !stats.isFile() ? undefined : stats.mode & 0o7777 }
  },

  async scratch(): Promise<{ folder: string; isInMemory: boolean }> {
    return scratchPlace()
  },

  async leftScratch(): Promise<readonly string[]> {
    return leftScratchFolders()
  },

  async leftWrites(folder: string, isDeep: boolean): Promise<readonly string[]> {
    return leftWrites(folder, isDeep)
  },

  async removeLeft(path: string): Promise<void> {
    removeLeft(path)
  },

  async codeCache(): Promise<{ file: string } | { off: string }> {
    return codeCache(process.env)
  },

  async hasTerminal(): Promise<boolean> {
    return hasTerminal()
  },
}

/** The rules are those of scripts/cli-launcher.cjs; a test holds them together. */
function codeCache(env: Readonly<Record<string, string | undefined>>): { file: string } | { off: string } {
  if (env['NODE_DISABLE_COMPILE_CACHE']) return { off: 'NODE_DISABLE_COMPILE_CACHE is set' }
  if (env['CI']) return { off: 'CI is set' }
  const isWindows = process.platform === 'win32'
  const base = isWindows ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'] || env['HOME']
  if (!base) return { off: isWindows ? 'LOCALAPPDATA is not set' : 'neither XDG_CACHE_HOME nor HOME is set' }
  const stats = statsOf(base)
  if (stats === undefined) return { off: `${base} does not exist` }
  if (process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o022) !== 0)) {
    return { off: `${base} can be written by somebody else` }
  }
  const file = `${base}${base === env['HOME'] ? '/.cache' : ''}/bulla/${process.version}-${process.arch}-doctor.v8`
  return canBeWritten(dirname(file)) ? { file } : { off: `${dirname(file)} cannot be written` }
}

/** Itself, or else the nearest folder around it in which it can be made. */
function canBeWritten(folder: string): boolean {
  const isThere = statsOf(folder) !== undefined
  if (!isThere) return dirname(folder) !== folder && canBeWritten(dirname(folder))
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

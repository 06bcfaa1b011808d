import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** GNU time says what a child used; without it only wall time is known. */
const GNU_TIME = ['/usr/bin/time', '/usr/local/bin/gtime', '/opt/homebrew/bin/gtime'].find((path) => existsSync(path))

/**
 * @typedef {{ wallMs: number, cpuMs: number | undefined, peakMiB: number | undefined }} Run
 * @typedef {{ name: string, argv: readonly string[], cwd?: string, env?: Record<string, string>, before?: () => void }} Command
 */

/**
 * Run commands in turn, A B A B …, so that a machine whose speed drifts treats them alike.
 *
 * @param {readonly Command[]} commands
 * @param {number} rounds
 * @returns {Run[][]} the runs of each command, a warm-up left out
 */
export function measure(commands, rounds) {
  const runs = commands.map(() => /** @type {Run[]} */ ([]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, command] of commands.entries()) {
      const run = runOnce(command)
      if (round >= 0) runs[index]?.push(run)
    }
  }
  return runs
}

/** @param {Command} command @returns {Run} */
function runOnce({ name, argv, cwd, env, before }) {
  before?.()
  const [program = '', ...args] = GNU_TIME === undefined ? argv : [GNU_TIME, '-f', '%U %S %M', ...argv]
  // the certificates alone double the start of Node 20
  const { NODE_EXTRA_CA_CERTS: _certificates, ...inherited } = process.env
  const started = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const wallMs = Number(process.hrtime.bigint() - started) / 1e6
  if (status !== 0) throw new Error(`${name} failed with exit code ${status}:\n${stderr}`)
  const [user, system, peakKiB] = (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number)
  const known = GNU_TIME !== undefined && user !== undefined && system !== undefined && peakKiB !== undefined
  return { wallMs, cpuMs: known ? (user + system) * 1000 : undefined, peakMiB: known ? peakKiB / 1024 : undefined }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/**
 * Median of the ratios of runs that followed each other.
 *
 * @param {readonly Run[]} a
 * @param {readonly Run[]} b
 * @param {'wallMs' | 'cpuMs'} what
 * @returns {number} NaN when it is not known
 */
export function ratioOf(a, b, what = 'wallMs') {
  return median(a.map((run, index) => (run[what] ?? Number.NaN) / (b[index]?.[what] ?? Number.NaN)))
}

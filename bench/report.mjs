/** What a run of `npm run bench` prints, and how many targets it missed. */
import { measure, median, ratioOf } from './measure.mjs'
import { env, folder, sops } from './place.mjs'

let missed = 0

/** How many targets were not reached so far. */
export function missedTargets() {
  return missed
}

/** A part that is a program of its own missed some. */
export function missOne() {
  missed += 1
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} ours
 * @param {readonly string[]} args
 * @param {number | undefined} least
 * @param {number} rounds
 */
export function againstSops(name, ours, args, least, rounds) {
  if (sops === undefined) return
  compare(
    `${name} against sops`,
    ours,
    { name: 'sops', argv: [sops, ...args], cwd: folder, env },
    least === undefined ? {} : { faster: least },
    rounds,
  )
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} ours
 * @param {string} script
 * @param {() => void} before
 * @param {number} least
 */
export function againstLoop(name, ours, script, before, least = 50) {
  if (sops === undefined) return
  const loop = { name: 'a loop of sops', argv: ['sh', '-c', script], cwd: folder, env, before }
  compare(`${name} against a loop of sops`, ours, loop, { faster: least }, 3)
}

/**
 * @param {string} name
 * @param {import('./measure.mjs').Command} a
 * @param {import('./measure.mjs').Command} b
 * @param {{ most?: number, faster?: number }} target
 * @param {number} rounds
 */
export function compare(name, a, b, target, rounds) {
  const [first = [], second = []] = measure([a, b], rounds)
  const ratio = ratioOf(first, second)
  row(name, `${describe(first)}; ${b.name}: ${describe(second)}`)
  if (target.most !== undefined) check('ratio', ratio, { most: target.most })
  else if (target.faster !== undefined) check('times faster', 1 / ratio, { least: target.faster })
  else row('', `ratio ${ratio.toFixed(2)}`)
  const cpuRatio = ratioOf(first, second, 'cpuMs')
  if (!Number.isNaN(cpuRatio))
    row('', `ratio of CPU time ${cpuRatio.toFixed(2)}, ${(1 / cpuRatio).toFixed(2)} times less`)
}

/**
 * How much of a target is taken by what no script can leave out.
 *
 * @param {string} name
 * @param {readonly import('./measure.mjs').Run[][]} runs - of the least, of bulla, of sops
 * @param {number} target - times faster than sops
 */
export function besideLeast(name, [least = [], ours = [], theirs = []], target) {
  row(name, `the least: ${describe(least)}; bulla: ${describe(ours)}; sops: ${describe(theirs)}`)
  const faster = (/** @type {readonly import('./measure.mjs').Run[]} */ runs) => (1 / ratioOf(runs, theirs)).toFixed(1)
  row('', `times faster than sops: ${faster(least)}, bulla ${faster(ours)}; target ${target}`)
  const left = median(theirs.map(({ wallMs }, index) => wallMs / target - (least[index]?.wallMs ?? 0)))
  row('', `the target leaves ${ms(left)} for all else`)
}

/** @param {readonly import('./measure.mjs').Run[]} runs */
export function describe(runs) {
  const cpu = runs.flatMap(({ cpuMs }) => cpuMs ?? [])
  const peak = runs.flatMap(({ peakMiB }) => peakMiB ?? [])
  const more = cpu.length === 0 ? '' : ` (CPU ${ms(median(cpu))}, peak ${median(peak).toFixed(0)} MiB)`
  return `${ms(median(runs.map(({ wallMs }) => wallMs)))}${more}`
}

/** @param {string} name @param {number} value @param {{ most?: number, least?: number }} target */
export function check(name, value, { most, least }) {
  const met = most === undefined ? value >= (least ?? 0) : value <= most
  if (!met) missed += 1
  row(
    '',
    `${name} ${value.toFixed(2)}, target ${most === undefined ? `at least ${least}` : `at most ${most}`}: ${met ? 'met' : 'MISSED'}`,
  )
}

/** @param {string} name @param {string} text */
export function row(name, text) {
  console.log(`  ${name.padEnd(38)} ${text}`)
}

/** @param {string} text */
export function title(text) {
  console.log(`\n${text}`)
}

/** @param {number | undefined} value */
export function ms(value) {
  return `${(value ?? 0).toFixed(1)} ms`
}

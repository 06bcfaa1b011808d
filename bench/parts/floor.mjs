/** How far the targets are from the least that a script for Node has to do (bench/least.cjs): what is left for bulla's own work. */

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { sections, smallYaml, toYaml } from '../data.mjs'
import { measure, median, ratioOf } from '../measure.mjs'
import { BARE, bulla, env, folder, ROOT, seal, sops, write } from '../place.mjs'
import { describe, ms, row, title } from '../report.mjs'
import { smallFiles } from './many.mjs'

export function floor() {
  title('floor: the least that a script has to do, without YAML, tags, MAC, policy and errors')
  floorOfStart()
  if (sops === undefined) return
  floorOfLarge()
  floorOfMany()
}

function floorOfStart() {
  write('small.yaml', smallYaml(1))
  seal('small.yaml', 'small.enc.yaml')
  const [bare = [], least = [], ours = []] = measure(
    [BARE, script('one', 'small.enc.yaml'), bulla('decrypt', 'small.enc.yaml')],
    21,
  )
  row('one small file', `${describe(least)}; ${BARE.name}: ${describe(bare)}; bulla: ${describe(ours)}`)
  row('', `over a bare start ${ratioOf(least, bare).toFixed(2)}, bulla ${ratioOf(ours, bare).toFixed(2)}, target 1.35`)
}

function floorOfLarge() {
  write('large.yaml', toYaml(sections(10_000)))
  seal('large.yaml', 'large.enc.yaml')
  const least = script('large', 'large.enc.yaml', 'large.out')
  beside(least, bulla('decrypt', 'large.enc.yaml'), ['decrypt', 'large.enc.yaml'], 'decrypt 10,000 values', 2.5)
  const path = '["section_0"]["key_0"]'
  const before = () => cpSync(join(folder, 'large.enc.yaml'), join(folder, 'set.enc.yaml'))
  const ours = { ...bulla('set', 'set.enc.yaml', path, '"x"'), before }
  beside(least, ours, ['set', 'set.enc.yaml', path, '"x"'], 'set one of 10,000 values', 5)
}

function floorOfMany() {
  const { away, fresh, loop } = smallFiles()
  const least = (/** @type {string} */ what, /** @type {string} */ from) => ({
    ...script(what, from, 'opened'),
    before: () => away('opened'),
  })
  const sopsLoop = (/** @type {string} */ command, /** @type {() => void} */ before) => ({
    name: 'a loop of sops',
    argv: ['sh', '-c', loop(`"${sops}" ${command}`)],
    cwd: folder,
    env,
    before,
  })
  const opening = { ...bulla('decrypt', 'sealed', '--output-dir', 'opened', '--quiet'), before: () => away('opened') }
  const sopsOpens = sopsLoop('decrypt --output work/file-$i.yaml sealed/file-$i.yaml', fresh(''))
  print('decrypt 1,000 files', measure([least('open', 'sealed'), opening, sopsOpens], 3), 50)
  const sealing = { ...bulla('encrypt', '--in-place', 'work', '--quiet'), before: fresh('plain') }
  const sopsSeals = sopsLoop('encrypt --in-place work/file-$i.yaml', fresh('plain'))
  print('encrypt 1,000 files', measure([least('seal', 'plain'), sealing, sopsSeals], 3), 50)
}

/** @param {import('../measure.mjs').Command} least @param {import('../measure.mjs').Command} ours @param {readonly string[]} args @param {string} name @param {number} target */
function beside(least, ours, args, name, target) {
  const theirs = { name: 'sops', argv: [sops ?? '', ...args], cwd: folder, env }
  print(name, measure([least, ours, theirs], 7), target)
}

/** @param {string} name @param {readonly import('../measure.mjs').Run[][]} runs @param {number} target - times faster than sops */
function print(name, [least = [], ours = [], theirs = []], target) {
  row(name, `${describe(least)}; bulla: ${describe(ours)}; sops: ${describe(theirs)}`)
  const faster = (/** @type {readonly import('../measure.mjs').Run[]} */ runs) => (1 / ratioOf(runs, theirs)).toFixed(1)
  row('', `times faster than sops ${faster(least)}, bulla ${faster(ours)}, target ${target}`)
  const left = median(theirs.map(({ wallMs }, index) => wallMs / target - (least[index]?.wallMs ?? 0)))
  row('', `the target leaves ${ms(left)} for all else`)
}

/** @param {...string} args */
function script(...args) {
  return { name: 'the least', argv: [process.execPath, join(ROOT, 'bench/least.cjs'), ...args], cwd: folder, env }
}

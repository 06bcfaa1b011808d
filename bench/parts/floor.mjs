/** How far the targets are from the least that a script for Node has to do (bench/least.cjs): what is left for bulla's own work. */

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { sections, smallYaml, toYaml } from '../data.mjs'
import { measure, ratioOf } from '../measure.mjs'
import { BARE, bulla, env, folder, seal, sops, theLeast, write } from '../place.mjs'
import { besideLeast, describe, row, title } from '../report.mjs'
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
    [BARE, theLeast('one', 'small.enc.yaml'), bulla('decrypt', 'small.enc.yaml')],
    21,
  )
  row('one small file', `${describe(least)}; ${BARE.name}: ${describe(bare)}; bulla: ${describe(ours)}`)
  row('', `over a bare start ${ratioOf(least, bare).toFixed(2)}, bulla ${ratioOf(ours, bare).toFixed(2)}, target 1.35`)
}

function floorOfLarge() {
  write('large.yaml', toYaml(sections(10_000)))
  seal('large.yaml', 'large.enc.yaml')
  const least = theLeast('large', 'large.enc.yaml', 'large.out')
  beside(least, bulla('decrypt', 'large.enc.yaml'), ['decrypt', 'large.enc.yaml'], 'decrypt 10,000 values', 2.5)
  const path = '["section_0"]["key_0"]'
  const before = () => cpSync(join(folder, 'large.enc.yaml'), join(folder, 'set.enc.yaml'))
  const ours = { ...bulla('set', 'set.enc.yaml', path, '"x"'), before }
  beside(least, ours, ['set', 'set.enc.yaml', path, '"x"'], 'set one of 10,000 values', 5)
}

function floorOfMany() {
  const { away, fresh, loop } = smallFiles()
  const least = (/** @type {string} */ what, /** @type {string} */ from) => ({
    ...theLeast(what, from, 'opened'),
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
  besideLeast('decrypt 1,000 files', measure([least('open', 'sealed'), opening, sopsOpens], 3), 50)
  const sealing = { ...bulla('encrypt', '--in-place', 'work', '--quiet'), before: fresh('plain') }
  const sopsSeals = sopsLoop('encrypt --in-place work/file-$i.yaml', fresh('plain'))
  besideLeast('encrypt 1,000 files', measure([least('seal', 'plain'), sealing, sopsSeals], 3), 50)
  const rotating = { ...bulla('rotate', '--in-place', 'work', '--quiet'), before: fresh('sealed') }
  const sopsRotates = sopsLoop('rotate --in-place work/file-$i.yaml', fresh('sealed'))
  besideLeast('rotate 1,000 files', measure([least('rotate', 'sealed'), rotating, sopsRotates], 3), 30)
}

/** @param {import('../measure.mjs').Command} least @param {import('../measure.mjs').Command} ours @param {readonly string[]} args @param {string} name @param {number} target */
function beside(least, ours, args, name, target) {
  const theirs = { name: 'sops', argv: [sops ?? '', ...args], cwd: folder, env }
  besideLeast(name, measure([least, ours, theirs], 7), target)
}

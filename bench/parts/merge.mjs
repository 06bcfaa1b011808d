/** What git runs when two branches changed a file: each a fifth of its values, next to each other. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { flatYaml } from '../data.mjs'
import { measure, ratioOf } from '../measure.mjs'
import { BARE, BULLA, bulla, env, folder, seal, write } from '../place.mjs'
import { check, describe, row, title } from '../report.mjs'

export function merge() {
  title('merge: three versions of a file of 1,000 values, 400 of them changed')
  write('flat.yaml', flatYaml(1000))
  seal('flat.yaml', 'base.yaml')
  for (const [name, digit] of /** @type {const} */ ([
    ['ours.yaml', '[05]'],
    ['theirs.yaml', '[16]'],
  ])) {
    cpSync(join(folder, 'base.yaml'), join(folder, name))
    const editor = `sed -i 's/^\\([a-z_]*[0-9]*${digit}\\): .*/\\1: ${name}/'`
    execFileSync(BULLA[0] ?? '', [BULLA[1] ?? '', 'edit', name], {
      cwd: folder,
      env: { ...process.env, ...env, EDITOR: editor },
      stdio: 'ignore',
    })
  }
  const words = ['merge', '--path', 'flat.enc.yaml', 'base.yaml', 'ours.yaml', 'theirs.yaml']
  const commands = [BARE, { ...bulla(...words), name: 'merge', env }]
  const [bareRuns = [], runs = []] = measure(commands, 25)
  row('merge', describe(runs))
  check('ratio', ratioOf(runs, bareRuns), { most: 12 })
}

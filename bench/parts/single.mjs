/** Single files: each command on a small one, a large one, and how the cost of a value grows. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { flatYaml, sections, smallYaml, toYaml } from '../data.mjs'
import { measure, median, ratioOf } from '../measure.mjs'
import { BARE, bulla, env, folder, recipient, seal, write } from '../place.mjs'
import { againstSops, check, describe, ms, row, title } from '../report.mjs'

/** Each command on a small file, over a bare start of Node. */
export function start() {
  title('start: one file of 10 values')
  write('small.yaml', smallYaml(1))
  seal('small.yaml', 'small.enc.yaml')
  const commands = startCommands()
  const [bareRuns = [], ...runs] = measure([BARE, ...commands], 21)
  row(BARE.name, describe(bareRuns))
  for (const [index, { name }] of commands.entries()) {
    row(name, describe(runs[index] ?? []))
    check('ratio', ratioOf(runs[index] ?? [], bareRuns), { most: 1.35 })
  }
  againstSops('decrypt', bulla('decrypt', 'small.enc.yaml'), ['decrypt', 'small.enc.yaml'], undefined, 21)
}

/** What writes gets a fresh file, or it would find nothing to do the second time. */
function startCommands() {
  const sealed = 'small.enc.yaml'
  const before = () => cpSync(join(folder, sealed), join(folder, 'work.yaml'))
  /** @param {string} name @param {readonly string[]} args @param {Record<string, string>} more */
  const command = (name, args, more = {}) => ({ ...bulla(...args), name, env: { ...env, ...more }, before })
  return [
    command('--version', ['--version']),
    command('--help', ['--help']),
    command('encrypt', ['encrypt', 'small.yaml']),
    command('decrypt', ['decrypt', sealed]),
    command('edit, and its editor', ['edit', 'work.yaml'], { EDITOR: `sh -c 'echo added: x >> "$0"'` }),
    command('set', ['set', 'work.yaml', 'key_0', '"x"']),
    command('set of a new key', ['set', 'work.yaml', 'added', '"x"']),
    command('unset', ['unset', 'work.yaml', 'key_0']),
    command('get', ['get', sealed, 'key_0']),
    command('ls', ['ls', sealed]),
    command('rotate', ['rotate', '--dry-run', sealed]),
    command('updatekeys', ['updatekeys', '--dry-run', sealed]),
    command('groups add', ['groups', 'add', '--file', 'work.yaml', '--age', recipient]),
    command('exec, and its program', ['exec', sealed, '--', 'true']),
    command('exec-env, and its shell', ['exec-env', sealed, 'true']),
    command('exec-file, and its shell', ['exec-file', '--no-fifo', sealed, 'true {}']),
    command('filestatus', ['filestatus', sealed]),
    command('explain', ['explain', sealed]),
    command('doctor', ['doctor']),
    command('completion', ['completion', 'bash']),
  ]
}

export function large() {
  title('large: one file of 10,000 values')
  const data = sections(10_000)
  for (const [name, text, least] of /** @type {const} */ ([
    ['large.yaml', toYaml(data), 2.5],
    ['large.json', `${JSON.stringify(data, null, 2)}\n`, 1.3],
  ])) {
    write(name, text)
    const sealed = name.replace('.', '.enc.')
    seal(name, sealed)
    againstSops(`decrypt ${name}`, bulla('decrypt', sealed), ['decrypt', sealed], least, 7)
    againstSops(`encrypt ${name}`, bulla('encrypt', name), ['encrypt', name], least, 7)
  }
  // another value each time: what stands there already is not written
  const path = '["section_0"]["key_0"]'
  cpSync(join(folder, 'large.enc.yaml'), join(folder, 'set.enc.yaml'))
  const ours = bulla('set', '--value-file', 'set.enc.yaml', path, 'value.json')
  const before = () => write('value.json', JSON.stringify(`value ${Math.random()}`))
  againstSops('set one of 10,000 values', { ...ours, before }, ['set', 'set.enc.yaml', path, '"x"'], 5, 7)
}

export function growth() {
  title('growth: flat YAML of 1,000 to 16,000 values')
  const sizes = [1000, 2000, 4000, 8000, 16_000]
  for (const size of sizes) {
    write(`flat-${size}.yaml`, flatYaml(size))
    seal(`flat-${size}.yaml`, `flat-${size}.enc.yaml`)
  }
  const runs = measure([BARE, ...sizes.map((size) => bulla('decrypt', `flat-${size}.enc.yaml`))], 5)
  const times = runs.map((list) => median(list.map((run) => run.wallMs)))
  const base = times[0] ?? 0
  for (const [index, size] of sizes.entries())
    row(
      `decrypt ${size}`,
      `${ms(times[index + 1])}, ${((((times[index + 1] ?? 0) - base) / size) * 1000).toFixed(1)} µs a value`,
    )
  const perValue = ((times.at(-1) ?? 0) - base) / 16_000 / (((times[1] ?? 0) - base) / 1000)
  check('cost of a value at 16,000 over that at 1,000', perValue, { most: 1.2 })
}

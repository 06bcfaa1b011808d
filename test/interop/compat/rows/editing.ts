import { chmodSync } from 'node:fs'
import { RIGHT_AT_LAST } from '../../../helpers/editors.ts'
import type { Player, Row } from '../player.ts'

/** Editors that are programs of every system. */
const REPLACE = 'sed -i "s/^a: x/a: y/"'
const MEANWHILE = `sh -c 'echo "theirs: 1" > f.yaml; echo "a: mine" > "$0"'`

/** Edits `f.yaml`, which sops sealed. */
async function edit(player: Player, editor: string, ...args: readonly string[]) {
  player.write('f.yaml', await player.sealedBySops('f.yaml', 'a: x\n'))
  const code = await player.exits([...args, 'f.yaml'], { env: { EDITOR: editor } })
  return { code, text: player.read('f.yaml') }
}

async function editAndOpen(player: Player, editor: string, ...args: readonly string[]) {
  const { code, text } = await edit(player, editor, ...args)
  return { code, opened: await player.open('f.yaml', text) }
}

/** @returns the exit code, and whether an editor was started */
async function editNew(player: Player, name: string) {
  player.write('plain.yaml', 'b: x\n')
  const env = { EDITOR: `sh -c 'touch started; cp plain.yaml "$0"'` }
  const code = await player.exits(['edit', name], { env })
  return { code, started: player.has('started') }
}

export const EDITING: readonly Row[] = [
  {
    id: 'E1',
    what: 'what is changed under `edit -s`',
    see: (player) => editAndOpen(player, REPLACE, 'edit', '-s'),
    sops: { code: 0, opened: 'a: x\n' },
    bulla: { code: 0, opened: 'a: y\n' },
  },
  {
    id: 'E2',
    what: 'somebody else changes the file while it is edited',
    see: async (player) => {
      const { code, text } = await edit(player, MEANWHILE, 'edit')
      return { code, theirs: text === 'theirs: 1\n' }
    },
    sops: { code: 0, theirs: false },
    bulla: { code: 3, theirs: true },
  },
  {
    id: 'E3',
    what: 'a text that cannot be sealed, from an editor without a terminal',
    see: (player) => editAndOpen(player, RIGHT_AT_LAST, 'edit'),
    sops: { code: 0, opened: 'a: 2\n' },
    bulla: { code: 1, opened: 'a: x\n' },
  },
  {
    id: 'E4',
    what: '`edit --output-type` with another type',
    see: async (player) => {
      const { code, text } = await edit(player, 'sed -i s/x/y/', 'edit', '--output-type', 'json')
      return { code, json: text.startsWith('{') }
    },
    sops: { code: 0, json: true },
    bulla: { code: 8, json: false },
  },
  {
    id: 'E5',
    what: 'a sealed file alone (`sops FILE`) for which there is no rule',
    see: async (player) => {
      player.rules('- path_regex: ^other', `  age: ${player.recipient}`)
      player.write('g.yaml', 'a: x\n')
      player.write('f.yaml', await sealedElsewhere(player))
      return await player.exits(['f.yaml'], { env: { EDITOR: REPLACE } })
    },
    sops: 1,
    bulla: 0,
  },
  {
    id: 'E6',
    what: 'a new file in which its rule seals nothing',
    see: async (player) => {
      player.rules(`- age: ${player.recipient}`, '  encrypted_regex: ^a$')
      return (await editNew(player, 'n.yaml')).code
    },
    sops: 0,
    bulla: 1,
  },
  {
    id: 'E7',
    what: 'a new file in a folder that does not exist',
    see: (player) => editNew(player, 'none/n.yaml'),
    sops: { code: 3, started: true },
    bulla: { code: 3, started: false },
  },
  {
    id: 'E8',
    what: 'an editor with a window that comes back at once (`EDITOR=code`)',
    see: async (player) => {
      const code = player.path('code')
      player.write('code', '#!/bin/sh\n')
      chmodSync(code, 0o755)
      return (await edit(player, code, 'edit')).code
    },
    sops: 200,
    bulla: 201,
  },
  {
    id: 'E9',
    what: '`edit` of several files',
    see: async (player) => {
      const sealed = await player.sealedBySops('f.yaml', 'a: x\n')
      for (const name of ['f.yaml', 'g.yaml']) player.write(name, sealed)
      const code = await player.exits(['edit', 'f.yaml', 'g.yaml'], { env: { EDITOR: REPLACE } })
      return { code, changed: ['f.yaml', 'g.yaml'].filter((name) => player.read(name) !== sealed) }
    },
    sops: { code: 0, changed: ['f.yaml'] },
    bulla: { code: 0, changed: ['f.yaml', 'g.yaml'] },
  },
]

/** Sealed without the rules of this folder. */
async function sealedElsewhere(player: Player): Promise<string> {
  const { code, out, err } = await player.run(
    ['--config', '/dev/null', 'encrypt', '--age', player.recipient, 'g.yaml'],
    {},
    'sops',
  )
  if (code !== 0) throw new Error(err)
  return out
}

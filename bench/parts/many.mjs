/** Many files: one process of bulla against one of sops for each. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { writeSmallFiles } from '../data.mjs'
import { bulla, folder, runBulla, sops } from '../place.mjs'
import { againstLoop, title } from '../report.mjs'

const FILES = 1000

export function many() {
  title(`many: ${FILES} files of 10 values`)
  const { away, fresh, loop } = smallFiles()
  againstLoop(
    'decrypt',
    { ...bulla('decrypt', 'sealed', '--output-dir', 'opened', '--quiet'), before: () => away('opened') },
    loop(`"${sops}" decrypt --output work/file-$i.yaml sealed/file-$i.yaml`),
    fresh(''),
  )
  againstLoop(
    'encrypt',
    { ...bulla('encrypt', '--in-place', 'work', '--quiet'), before: fresh('plain') },
    loop(`"${sops}" encrypt --in-place work/file-$i.yaml`),
    fresh('plain'),
  )
}

export function rotate() {
  title(`rotate: ${FILES} files of 10 values`)
  const { fresh, loop } = smallFiles()
  againstLoop(
    'rotate',
    { ...bulla('rotate', '--in-place', 'work', '--quiet'), before: fresh('sealed') },
    loop(`"${sops}" rotate --in-place work/file-$i.yaml`),
    fresh('sealed'),
    30,
  )
}

/** Many small files, plain and sealed, and what makes a folder of them for each run. */
export function smallFiles() {
  if (!existsSync(join(folder, 'plain'))) {
    writeSmallFiles(join(folder, 'plain'), FILES)
    cpSync(join(folder, 'plain'), join(folder, 'sealed'), { recursive: true })
    runBulla(folder, 'encrypt', '--quiet', '--in-place', 'sealed')
  }
  // moved, not removed: for a while ext4 makes files slowly where many were removed
  const away = (/** @type {string} */ name) => {
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(mkdtempSync(join(folder, 'old-')), name))
  }
  const fresh = (/** @type {string} */ from) => () => {
    away('work')
    if (from === '') mkdirSync(join(folder, 'work'))
    else cpSync(join(folder, from), join(folder, 'work'), { recursive: true })
    // or the first who waits for the disk waits for this copy too
    spawnSync('sync')
  }
  const loop = (/** @type {string} */ command) => `for i in $(seq 0 ${FILES - 1}); do ${command} || exit; done`
  return { away, fresh, loop }
}

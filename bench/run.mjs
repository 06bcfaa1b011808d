/**
 * `npm run bench [PART]`: whole processes of the built command against the real sops and gitleaks, in turn, on this
 * machine. What counts are the ratios; single times say more about the machine. Parts are the names in PARTS.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { floor } from './parts/floor.mjs'
import { checkFiles, historyOfPolicy, historyOfScan, treeOfScan } from './parts/history.mjs'
import { hook, hookSizes } from './parts/hook.mjs'
import { kms } from './parts/kms.mjs'
import { many, rotate } from './parts/many.mjs'
import { merge } from './parts/merge.mjs'
import { growth, large, start } from './parts/single.mjs'
import { folder, gitleaks, ROOT, sops } from './place.mjs'
import { missedTargets, missOne, title } from './report.mjs'

const PARTS = {
  ...{ start, large, many, rotate, growth, kms, merge },
  ...{ hook, 'hook-sizes': hookSizes, check: checkFiles, 'policy-history': historyOfPolicy, history: historyOfScan },
  tree: treeOfScan,
  ...{ scan, known, floor },
}

const only = process.argv[2]
try {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--if-stale'], { stdio: 'inherit' })
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, sops: ${sops ?? 'not installed (npm run judges)'}, gitleaks: ${gitleaks ?? 'not on PATH'}`,
  )
  for (const [name, part] of Object.entries(PARTS)) if (only === undefined || only === name) part()
  const missed = missedTargets()
  console.log(missed === 0 ? '\nno target missed' : `\n${missed} targets missed`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What the scanner finds, beside others: a program of its own. */
function scan() {
  title('scan: credentials and false alarms by place and kind')
  if (spawnSync(process.execPath, [join(ROOT, 'bench/scan.mjs')], { stdio: 'inherit' }).status !== 0) missOne()
}

/** What copies of sealed values cost, and how many are found: a program of its own. */
function known() {
  title('known: copies of sealed values')
  if (spawnSync(process.execPath, [join(ROOT, 'bench/known.mjs')], { stdio: 'inherit' }).status !== 0) missOne()
}

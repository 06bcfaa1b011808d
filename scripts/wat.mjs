/**
 * Build-time assembler for WebAssembly text (`.wat`): an import such as
 *
 *     import { bytes } from './gcm-kernel.wat'
 *
 * becomes the bytes of the module. The type of such an import is in src/crypto/wat.d.ts.
 */
import { readFileSync } from 'node:fs'
import wabt from 'wabt'

const WAT = /\.wat$/

/**
 * @param {string} file
 * @returns {Promise<string>} an ES module that exports `bytes`
 */
async function assemble(file) {
  const { parseWat } = await wabt()
  const module = parseWat(file, readFileSync(file, 'utf8'), { simd: true, bulk_memory: true })
  try {
    const { buffer } = module.toBinary({})
    return `export const bytes = Buffer.from('${Buffer.from(buffer).toString('base64')}', 'base64')`
  } finally {
    module.destroy()
  }
}

/** For vite and vitest. @returns {import('vitest/config').Plugin} */
export function watModules() {
  return {
    name: 'wat-modules',
    enforce: 'pre',
    async load(id) {
      return WAT.test(id) ? { code: await assemble(id), map: null } : undefined
    },
  }
}

/** For esbuild. @returns {import('esbuild').Plugin} */
export function watModulesForEsbuild() {
  return {
    name: 'wat-modules',
    setup(build) {
      build.onLoad({ filter: WAT }, async ({ path }) => ({ contents: await assemble(path), watchFiles: [path] }))
    },
  }
}

import { bytes as MODULE } from './scan-kernel.wat'

let compiled: object | undefined

/** A new instance of the module, with a memory of its own. @throws Error where there is no WebAssembly */
export function newScanKernel(): unknown {
  compiled ??= new WebAssembly.Module(MODULE)
  return new WebAssembly.Instance(compiled).exports
}

/** What `scripts/wat.mjs` makes of an import of WebAssembly text. */
declare module '*.wat' {
  /** The module, to be compiled. */
  export const bytes: Uint8Array
}

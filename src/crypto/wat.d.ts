/** What `scripts/wat.mjs` makes of an import of WebAssembly text. */
declare module '*.wat' {
  /** The module, to be compiled. */
  export const bytes: Uint8Array
}

/** The types of Node leave out what makes such a module run. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: object }
}

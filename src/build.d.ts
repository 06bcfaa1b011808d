/** The version in package.json, put in by scripts/build.mjs (and, in tests, by vitest.config.ts). */
declare const BULLA_VERSION: string

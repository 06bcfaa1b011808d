import { delimiter } from 'node:path'
import { defineConfig } from 'vitest/config'
import { schemaValidators } from './scripts/schema-validators.mjs'
import { watModules } from './scripts/wat.mjs'
import { describeJudges, gitFolders } from './test/helpers/judges.ts'

// for tests that ask git outside of a sandbox
process.env['PATH'] = [...gitFolders(), process.env['PATH']].join(delimiter)

// One project per kind of test, each with its own time limit: a unit test that needs seconds is in the wrong folder.
const project = (name: string, testTimeout: number, include = [`test/${name}/**/*.test.ts`]) => ({
  extends: true as const,
  test: { name, include, testTimeout, hookTimeout: 120_000 },
})

export default defineConfig({
  plugins: [schemaValidators(), watModules()],
  test: {
    // tests mostly wait for the processes that they start
    maxWorkers: '100%',
    reporters: [
      'default',
      ...(process.env['GITHUB_ACTIONS'] === 'true' ? ['github-actions'] : []),
      { onInit: () => console.log(describeJudges()) },
    ],
    projects: [
      project('unit', 20_000, ['test/unit/**/*.test.ts', 'test/architecture.test.ts']),
      project('integration', 60_000),
      project('e2e', 120_000),
      project('interop', 600_000),
    ],
  },
})

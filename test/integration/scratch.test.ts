import { it } from 'vitest'
import { seal } from '../helpers/sealing.ts'
import { writeFileSync, readFileSync } from 'node:fs'
it('x', async () => {
  const s = await seal(readFileSync('/tmp/x/in.yaml'), 'yaml', process.env['SEL'] ? { selector: JSON.parse(process.env['SEL']) } : {}); writeFileSync('/tmp/x/sealed.yaml', s.bytes)
})

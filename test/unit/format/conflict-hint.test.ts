import { describe, expect, it } from 'vitest'
import { loadStore } from '../../../src/operations/stores.ts'

const MARKED = { yaml: 'a: 1', json: '{"a": 1}', dotenv: 'a=1', ini: 'a=1' } as const

describe('a file with the marks of a merge', () => {
  it.each(Object.entries(MARKED))('cannot be read as %s, and the error says what to do', async (name, line) => {
    const store = await loadStore(name as keyof typeof MARKED) // they are its keys
    for (const end of ['\n', '\r\n']) {
      const text = ['<<<<<<< HEAD', line, '=======', line, '>>>>>>> topic', ''].join(end)
      const hint = 'a merge left conflict marks in this file: bulla resolve FILE'
      expect(() => store.parse(text)).toThrow(expect.objectContaining({ code: 'ERR_SYNTAX', hint }))
      expect(() => store.parse(text.replace(/>{7}.*/, ''))).not.toThrow(expect.objectContaining({ hint }))
    }
  })
})

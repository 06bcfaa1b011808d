import { expect, it } from 'vitest'
import { WRAPPED } from '../../../../src/scan/formats/pem.ts'

/** What all texts with this one in it have in common within base64, wherever it begins. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('\0'.repeat(shift) + text, 'latin1').toString('base64')
    const bits = (shift + text.length) * 8
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6))
  })
}

it('knows how the beginnings of keys look within base64', () => {
  for (const [text, forms] of Object.entries(WRAPPED)) expect(base64Forms(text)).toEqual(forms)
})

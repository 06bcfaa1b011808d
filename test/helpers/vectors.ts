import { readFileSync } from 'node:fs'

/** Rows of a recorded table in `fixtures/vectors`; the README beside it says what they are. */
export function readVectors<Row>(path: string): readonly Row[] {
  const rows: unknown = JSON.parse(readFileSync(new URL(`../../fixtures/vectors/${path}`, import.meta.url), 'utf8'))
  if (!Array.isArray(rows) || rows.length === 0) throw new Error(`${path} holds no rows`)
  return rows // the shape is what the README of the table says
}

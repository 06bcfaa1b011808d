import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel']

/** @param {number} index */
function sampleValue(index) {
  return `${WORDS[index % WORDS.length]}-${index}-${(index * 2654435761) % 1_000_000}`
}

/** Sections of ten values each. @param {number} values */
export function sections(values) {
  return Object.fromEntries(
    Array.from({ length: values / 10 }, (_, section) => [
      `section_${section}`,
      Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`key_${key}`, sampleValue(section * 10 + key)])),
    ]),
  )
}

/** @param {Record<string, Record<string, string>>} data */
export function toYaml(data) {
  return Object.entries(data)
    .map(
      ([section, values]) =>
        `${section}:\n${Object.entries(values)
          .map(([key, value]) => `    ${key}: ${value}\n`)
          .join('')}`,
    )
    .join('')
}

/** One level of keys. @param {number} values */
export function flatYaml(values) {
  return Array.from({ length: values }, (_, index) => `key_${index}: ${sampleValue(index)}\n`).join('')
}

/** Ten values. @param {number} seed */
export function smallYaml(seed) {
  return Array.from({ length: 10 }, (_, key) => `key_${key}: ${sampleValue(seed * 10 + key)}\n`).join('')
}

/** A folder of small files. @param {string} folder @param {number} count */
export function writeSmallFiles(folder, count) {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < count; index += 1) writeFileSync(join(folder, `file-${index}.yaml`), smallYaml(index))
}

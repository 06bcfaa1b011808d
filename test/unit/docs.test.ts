import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS, isCommand } from '../../src/cli/commands.ts'
import { RECIPIENT_VERBS } from '../../src/cli/recipient/verb-names.ts'
import { run } from '../../src/cli/run.ts'
import { fakeIo } from '../helpers/fake-io.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGES = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

const BLOCK = /^```(\w*)\n([\s\S]*?)^```/gm

/** A page, and its text outside of blocks of code. */
function page(path: string) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return { text, prose: text.replace(BLOCK, '') }
}

function anchorsOf(path: string): string[] {
  const heads = [...page(path).prose.matchAll(/^#+ (.*)$/gm)].map(([, head = '']) => head.trim().toLowerCase())
  return heads.map((head) => head.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'))
}

/** `bulla …` as it stands in shell blocks, in scripts of CI and between backticks, up to a pipe or a comment. */
function commandsOf(path: string): string[] {
  const { text, prose } = page(path)
  const blocks = [...text.matchAll(BLOCK)].filter(([, language = '']) => ['sh', 'yaml'].includes(language))
  const code = blocks.map(([, , content = '']) => content).join('\n')
  const quoted = [...prose.matchAll(/`([^`]+)`/g)].map(([, content = '']) => content).join('\n')
  const found = `${code}\n${quoted}`.matchAll(/(?:^|[|&] |- |run: )bulla ([^\n|#&]+)/gm)
  return [...found].map(([, words = '']) => words.trim())
}

const known = new Map<string, Promise<string[]>>()

/** The options that help shows for a command, or for a verb of one. */
function optionsOf(command: string, verb: string | undefined): Promise<string[]> {
  const words = RECIPIENT_VERBS.some((other) => other === verb) ? [command, verb ?? ''] : [command]
  const found = known.get(words.join(' ')) ?? readOptions(words)
  known.set(words.join(' '), found)
  return found
}

async function readOptions(words: readonly string[]): Promise<string[]> {
  const io = fakeIo()
  await run([...words, '--help'], io)
  return [...io.out().matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)].flatMap(([, short, long = '']) =>
    short === undefined ? [long] : [short, long],
  )
}

describe('the documents', () => {
  it('link to files and headings that are there', () => {
    const broken = PAGES.flatMap((path) =>
      [...page(path).prose.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, file = '', anchor]) => {
        const target = file === '' ? path : join(dirname(path), file)
        const isThere = existsSync(join(ROOT, target)) && (anchor === undefined || anchorsOf(target).includes(anchor))
        return isThere ? [] : [`${path}: ${link}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('show commands that there are, with options that they have', async () => {
    const wrong: string[] = []
    let count = 0
    for (const path of PAGES) {
      for (const line of commandsOf(path)) {
        const [command = '', verb, ...others] = line
          .replace(/ -- .*/, '')
          .replaceAll(/'[^']*'/g, "'…'")
          .split(/\s+/)
        // a file alone, an old form of sops, or a word that stands for a command
        if (/^(?:[A-Z]|-[div]\b|--version)/.test(command)) continue
        count += 1
        const options = isCommand(command) ? await optionsOf(command, verb) : []
        const given = [verb, ...others].filter((word): word is string => /^--?[a-z]/.test(word ?? ''))
        const strange = given.map((word) => word.replace(/=.*/, '')).filter((option) => !options.includes(option))
        if (!isCommand(command) || strange.length > 0) wrong.push(`${path}: bulla ${line}`)
      }
    }
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(Object.keys(COMMANDS).length)
  })
})

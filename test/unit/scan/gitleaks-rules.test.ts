import { describe, expect, it } from 'vitest'
import { scanText } from '../../../src/scan/engine.ts'
import { readGitleaksRules } from '../../../src/scan/gitleaks-rules.ts'
import { dice } from '../../helpers/credentials/draw.ts'
import { withChecksum } from '../../helpers/credentials/kinds.ts'
import { rejection } from '../../helpers/failure.ts'

const CONFIG = `
title = "ours"

[extend]
useDefault = true

[allowlist]
regexes = ['''.*''']
paths = ['''vendor/''']

[[rules]]
id = "Acme Key"
description = "key of our own"
regex = '''(?i)acme_key\\s*=\\s*"([a-z0-9]{12})"'''
keywords = ["acme_key"]
`

const RULES = CONFIG.replace(`regexes = ['''.*''']`, `stopwords = ["sample"]`)

async function rulesIn(toml: string, text: string, fileName = 'a.txt'): Promise<string[]> {
  const rules = await readGitleaksRules(Buffer.from(toml), '.gitleaks.toml')
  return scanText(text, { fileName, rules }).map(({ rule, level, span }) => {
    return `${level} ${rule} ${text.slice(span.start, span.end)}`
  })
}

describe('the rules of a .gitleaks.toml', () => {
  it('are looked for beside our own', async () => {
    expect(await rulesIn(RULES, 'ACME_KEY = "abc123def456"')).toEqual(['block gitleaks-acme-key abc123def456'])
  })

  it('never switch ours off, whatever is allowed', async () => {
    const token = withChecksum('ghp_', dice(3))
    expect(await rulesIn(CONFIG, `token: ${token}\nacme_key = "abc123def456"`, 'vendor/a.yaml')).toEqual([
      `block github-token ${token}`,
    ])
  })

  it('leave out what they allow themselves', async () => {
    expect(await rulesIn(RULES, 'acme_key = "sample123456"')).toEqual([])
    expect(await rulesIn(RULES, 'acme_key = "abc123def456"', 'vendor/a.txt')).toEqual([])
  })

  it('ask for randomness and for files', async () => {
    expect(await rulesIn(`${RULES}entropy = 3.5\n`, 'acme_key = "aaaaaaaaaaab"')).toEqual([])
    expect(await rulesIn(`${RULES}path = '''\\.tf$'''\n`, 'acme_key = "abc123def456"')).toEqual([])
    expect(await rulesIn(`${RULES}path = '''\\.tf$'''\n`, 'acme_key = "abc123def456"', 'a.tf')).toHaveLength(1)
  })

  it('work without keywords, and far apart', async () => {
    const text = `${'x'.repeat(9000)} acme_key = "abc123def456"`.repeat(3)
    expect(await rulesIn(RULES.replace('keywords = ["acme_key"]', ''), text)).toHaveLength(3)
    expect(await rulesIn(RULES, text)).toHaveLength(3)
  })

  it.each([
    ['not TOML', '[[rules]\nid = "hunter2"'],
    ['an expression that is none', `[[rules]]\nid = "a"\nregex = '''(hunter2'''`],
    ['an expression of another dialect', `[[rules]]\nid = "a"\nregex = '''(?=hunter2)'''`],
  ])('are refused with %s, without an excerpt: ERR_CONFIG', async (_name, toml) => {
    const error = await rejection(readGitleaksRules(Buffer.from(toml), '.gitleaks.toml'))
    expect(error).toMatchObject({ code: 'ERR_CONFIG', where: { file: '.gitleaks.toml' } })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

import { sure } from './unsure.ts'

/** What git writes itself for these; they leave everything else as it is. */
const KNOWN = /^\[extensions\]\n(?:\tworktreeconfig = true\n|\tobjectformat = (?:sha1|sha256)\n)*$/i
const SECTION = /^\[extensions\]\n(?:\t.*\n)*/gim

/**
 * How long ids are, by the settings of a repository. Later versions of its format, and all extensions that are not known here,
 * are git's to read. @param config - its file; undefined: there is none @throws Unsure
 */
export function hashBytesOf(config: string | undefined): number {
  sure(config !== undefined)
  const versions = [...config.matchAll(/repositoryformatversion/gi)]
  sure(versions.length === 1 && /^\trepositoryformatversion = [01]\n/m.test(config))
  const sections = config.match(SECTION) ?? []
  const words = config.match(/extensions/gi) ?? []
  sure(words.length === sections.length && sections.every((section) => KNOWN.test(section)))
  return sections.some((section) => section.includes('sha256')) ? 32 : 20
}

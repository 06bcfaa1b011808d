import { sure } from './unsure.ts'

/** What git writes itself for these; they leave everything else as it is. */
const KNOWN = /^\[extensions\]\n(?:\tworktreeconfig = true\n|\tobjectformat = (?:sha1|sha256)\n)*$/i
const VERSION = 'repositoryformatversion'
const SECTION = /^\[extensions\]\n(?:\t.*\n)*/gim

/**
 * How long ids are, by the settings of a repository. Later versions of its format, and all extensions that are not known here,
 * are git's to read. @param config - its file; undefined: there is none @throws Unsure
 */
export function hashBytesOf(config: string | undefined): number {
  sure(config !== undefined)
  const lower = config.toLowerCase()
  const at = lower.indexOf(VERSION)
  sure(at !== -1 && at === lower.lastIndexOf(VERSION))
  sure(['0', '1'].some((version) => config.includes(`\n\t${VERSION} = ${version}\n`)))
  if (!lower.includes('extensions')) return 20
  const sections = config.match(SECTION) ?? []
  const words = config.match(/extensions/gi) ?? []
  sure(words.length === sections.length && sections.every((section) => KNOWN.test(section)))
  return sections.some((section) => section.includes('sha256')) ? 32 : 20
}

import type { StoreName } from '../../../src/format/tree.ts'
import { type Person, recipientOf } from '../people.ts'

/** What both programs do with the same words. */
export interface Story {
  readonly args: readonly string[]
  /** Instead of {@link PLAIN}, or of what sops made of it. */
  readonly files?: Files
  /** `.sops.yaml`; null: none. Default: {@link RULE}. */
  readonly config?: string | null
  readonly stdin?: string | ((sealed: Sealed) => string)
  readonly env?: Readonly<Record<string, string>>
  /** Whose identities there are. Default: alice. */
  readonly identities?: readonly Person[]
  /** The number that sops has for it. */
  readonly code: number
  /** The file that holds the result. Default: standard output. */
  readonly result?: string
  /** Format of the result. Default: by the name of the result, else of the last word that is a file. */
  readonly store?: StoreName
  /** Whether the file is sealed in another format than it has, which may not know its types. */
  readonly converts?: boolean
  /** Whether bulla keeps a layout that sops writes anew, so that only the values agree. */
  readonly ownLayout?: boolean
  /** Where bulla differs on purpose: its exit code, and why. */
  readonly differs?: { readonly code: number; readonly because: string }
}

export type Files = Readonly<Record<string, string | ((sealed: Sealed) => string)>>

/** What sops made of {@link PLAIN}, by the same names. */
export type Sealed = Readonly<Record<string, string>>

/** `f.yaml` as sops sealed it, with a change. */
export const sealedYaml = (change: (sealed: string) => string): Files => ({
  'f.yaml': (sealed) => change(sealed['f.yaml'] ?? ''),
})

export const [ALICE, BOB, CAROL] = [recipientOf('alice'), recipientOf('bob'), recipientOf('carol')]

/** A rule for all files, with these fields beside the recipient. */
export function ruleWith(...fields: readonly string[]): string {
  return `creation_rules:\n  - age: ${ALICE}\n${fields.map((field) => `    ${field}\n`).join('')}`
}

export const RULE = ruleWith()
/** Three key groups; a file needs all of them, unless a threshold says how many. */
export const GROUPS = `creation_rules:
  - key_groups:
      - age: [${ALICE}]
      - age: [${BOB}]
      - age: [${CAROL}]
`

export const YAML = `# top
a: hello
n: 42
b_unencrypted: clear
m:
    x: 1.5
    t: true
    z: null
    l:
        - one
        - two
        - 3
    # seal
    d: 2024-01-02T00:00:00Z
`

/** Plain files in sops's own layout. */
export const PLAIN: Readonly<Record<string, string>> = {
  'f.yaml': YAML,
  'f.json':
    '{\n\t"a": "x",\n\t"n": 42,\n\t"l": [\n\t\t1,\n\t\t2.5,\n\t\t"t"\n\t],\n\t"m": {\n\t\t"b": true,\n\t\t"z": null\n\t}\n}\n',
  'f.env': '# c\nA=x\nB=two words\n',
  'f.ini': '; c\n[s]\nk = v\n',
  'f.bin': 'raw bytes\n',
  // these fit into dotenv and INI
  'flat.yaml': 'a: x\nb: two words\n',
  'sections.json': '{\n\t"s": {\n\t\t"a": "x",\n\t\t"b": "two words"\n\t}\n}\n',
  'two.yaml': 'a: 1\n---\nb: 2\n',
}

/** Formats that can hold these files, beside YAML and JSON. */
const FITS: Readonly<Record<string, readonly StoreName[]>> = {
  'f.env': ['dotenv'],
  'f.ini': ['ini'],
  'f.bin': ['dotenv', 'binary'],
  'flat.yaml': ['dotenv'],
  'sections.json': ['ini'],
}

/** `command` for every file to every format; 4 where the format cannot hold it. */
export function conversions(command: string): (Story & { readonly store: StoreName; readonly name: string })[] {
  const stores: readonly StoreName[] = ['yaml', 'json', 'dotenv', 'ini', 'binary']
  return Object.keys(PLAIN).flatMap((name) =>
    stores.map((store) => {
      const fits = store === 'yaml' || store === 'json' || FITS[name]?.includes(store) === true
      return { name, args: [command, '--output-type', store, name], code: fits ? 0 : 4, store, converts: true }
    }),
  )
}

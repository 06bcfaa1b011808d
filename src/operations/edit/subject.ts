import { dirname, relative } from 'node:path'
import { wipeDataKey } from '../../crypto/data-key.ts'
import { FileError, FormatError, isBullaError } from '../../errors.ts'
import type { EmitOptions, Store } from '../../format/store.ts'
import { encodeText } from '../../format/text.ts'
import type { StoreName } from '../../format/tree.ts'
import { type ChangingFile, openToChange } from '../change.ts'
import { inFile } from '../in-file.ts'
import { layoutOf } from '../layout.ts'
import { atItsSource, type FoundPolicy, PolicyFinder, type PolicyOptions } from '../policy.ts'
import type { FileVersion, World } from '../ports.ts'
import { chooseKey } from '../previous.ts'
import { resolveNames } from '../recipients/named-keys.ts'
import { checkSealed, newSealKey, readPlain, type SealKey, sealFile } from '../seal.ts'
import { fileWord } from '../shell-word.ts'
import { loadStore } from '../stores.ts'
import { showMasterKeys, splitMasterKeys } from './master-keys.ts'
import { templateFor } from './template.ts'

export interface SubjectOptions extends PolicyOptions {
  /** Decides the rule of a new file; absolute. */
  readonly name: string
  readonly inputType: StoreName
  readonly ignoreMac?: boolean
  readonly order?: readonly string[]
  readonly indent?: number
  readonly allowPlaintext?: boolean
  /** Edit the metadata too. */
  readonly showMasterKeys?: boolean
}

/** What is edited: a sealed file, or one that is to be made. */
export interface Subject {
  readonly store: Store
  /** What the editor starts with. */
  readonly text: Uint8Array
  /** What must still stand there when it is written. */
  readonly expected: FileVersion | 'nothing'
  /** Texts for the user. */
  readonly notes: readonly string[]
  /** Seal what came back. @throws FormatError, ConfigError: the text cannot be sealed */
  seal(text: Uint8Array): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] }>
  /** Wipe the data key. */
  dispose(): void
}

/** @param path - absolute @throws what opening a file, or finding the policy for a new one, throws */
export async function openSubject(path: string, options: SubjectOptions, world: World): Promise<Subject> {
  try {
    // not only when the work is done
    await world.files.checkPlace(path)
    return (await world.files.kind(path)) === undefined
      ? await newSubject(path, options, world)
      : await sealedSubject(path, options, world)
  } catch (error) {
    throw inFile(notSealed(error, relative(world.cwd, path)), path, options.inputType)
  }
}

/** @param file - as the person names it */
function notSealed(error: unknown, file: string): unknown {
  if (!isBullaError(error) || error.code !== 'ERR_NOT_SEALED') return error
  return new FormatError('ERR_NOT_SEALED', error.message, {
    hint: `to seal it: bulla encrypt --in-place ${fileWord(file)}; if it has another format, name that with --input-type`,
  })
}

async function sealedSubject(path: string, options: SubjectOptions, world: World): Promise<Subject> {
  const file = await openToChange(path, options, world)
  try {
    if (options.showMasterKeys !== true) return plainSubject(file, world)
    return masterKeysSubject(file, world)
  } catch (error) {
    file.dispose()
    throw error
  }
}

function plainSubject(file: ChangingFile, world: World): Subject {
  return {
    store: file.store,
    text: file.plain(),
    expected: file.version,
    notes: [],
    seal: (text) => file.seal(text, world),
    dispose: () => file.dispose(),
  }
}

/** Readers, threshold and selector are then those of the text. */
function masterKeysSubject(file: ChangingFile, world: World): Subject {
  const { store, layout, version } = file
  return {
    store,
    text: showMasterKeys(file),
    expected: version,
    notes: [],
    seal: async (text) => {
      const { plain, policy } = splitMasterKeys(text, store, layout)
      const read = readPlain(plain, store, store, layout)
      const { key, note } = await chooseKey(read, policy, [version.bytes], world.keyring, world)
      try {
        const { bytes } = await sealFile(read, policy, key, world)
        return { bytes, notes: note === undefined ? [] : [note] }
      } finally {
        wipeDataKey(key.dataKey)
      }
    },
    dispose: () => file.dispose(),
  }
}

async function newSubject(path: string, options: SubjectOptions, world: World): Promise<Subject> {
  if ((await world.files.kind(dirname(path))) !== 'folder') {
    throw new FileError('ERR_WRITE', 'cannot be written: its folder does not exist', { hint: 'make the folder first' })
  }
  const finder = new PolicyFinder(world.files, world.cwd, world.configPath)
  const keys = await resolveNames(options.keys ?? [], world, options.name)
  const found = await finder.policy(options.name, options.inputType, { ...options, keys })
  try {
    return await subjectByRule(found, options, world)
  } catch (error) {
    throw atItsSource(error, found)
  }
}

async function subjectByRule(found: FoundPolicy, options: SubjectOptions, world: World): Promise<Subject> {
  const { policy, config, notes } = found
  const layout = layoutOf(options.inputType, options.indent, config?.indent)
  const [store, template] = await Promise.all([
    loadStore(options.inputType),
    templateFor(options.inputType, policy.selector),
  ])
  const key = await newSealKey(policy, world.keyring, world)
  return {
    store,
    text: encodeText(template),
    expected: 'nothing',
    notes,
    seal: async (text) => {
      const sealed = await sealNew(text, store, layout, found, key, world)
      if (options.allowPlaintext !== true) checkSealed(sealed)
      return { bytes: sealed.bytes, notes: [] }
    },
    dispose: () => wipeDataKey(key.dataKey),
  }
}

function sealNew(
  text: Uint8Array,
  store: Store,
  layout: EmitOptions,
  { policy }: FoundPolicy,
  key: SealKey,
  world: World,
) {
  return sealFile(readPlain(text, store, store, layout), policy, key, world)
}

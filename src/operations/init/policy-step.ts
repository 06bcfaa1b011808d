import { join } from 'node:path'
import { parseConfig } from '../../config/config.ts'
import { encodeText } from '../../format/text.ts'
import type { World } from '../ports.ts'
import type { FileStep } from './step.ts'

const ABOUT = 'seals what stands in a folder "secrets", and *.enc.* and *.sops.*, for you'

/** A first policy. @param root - of the work tree, absolute */
export function newPolicy(root: string, recipient: string): FileStep {
  const text = [
    '# Who reads what is sealed: the first rule whose path_regex matches a path counts. More readers: separate them by',
    '# commas, then run "bulla updatekeys". In a clone "bulla init" switches hooks and drivers on.',
    'creation_rules:',
    String.raw`  - path_regex: (^|/)secrets/|[^/]\.(enc|sops)\.[^/]+$`,
    `    age: ${recipient}`,
    '',
  ].join('\n')
  const after = encodeText(text)
  return { kind: 'file', path: join(root, '.sops.yaml'), about: ABOUT, before: undefined, after, isHandedOver: true }
}

/** Rules of a policy whose files none of our identities opens. @throws ConfigError `ERR_CONFIG` for a broken policy */
export async function lockedRules(path: string, { files, keyring }: World): Promise<string[]> {
  const config = parseConfig((await files.open(path)).bytes, path)
  const places = await keyring.survey()
  // behind a passphrase, or a command, there may be any identity
  if (!places.some(({ names }) => names.length > 0) || places.some(({ needs }) => needs !== undefined)) return []
  const found: string[] = []
  for (const { index, groups, shamirThreshold, place } of config.rules ?? []) {
    // whether a service would give the key is not known before it is asked
    if (groups.length === 0 || groups.flat().some(({ type }) => type !== 'age')) continue
    const entries = groups.map((group) => group.map((key) => ({ ...key, enc: '' })))
    if (await keyring.holds({ groups: entries, shamirThreshold, file: path })) continue
    found.push(`${path}:${place('').line}: rule ${index + 1} does not name you: you cannot open what it seals`)
  }
  return found
}

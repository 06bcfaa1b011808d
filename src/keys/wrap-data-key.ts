import type { DataKey } from '../crypto/data-key.ts'
import type { RandomSource } from '../crypto/random.ts'
import { MAX_SHARES, splitSecret } from '../crypto/shamir.ts'
import { KeyError } from '../errors.ts'
import type { KeyEntry, KeyGroup } from '../format/metadata.ts'
import { displayName } from './key-name.ts'
import type { MasterKey } from './master-key.ts'
import { reasonOf } from './reason.ts'

export interface WrapRequest {
  /** Stays with the caller, who wipes it. */
  readonly dataKey: DataKey
  /** One group: each of its keys opens the file. Several: each opens one share. */
  readonly groups: readonly (readonly MasterKey[])[]
  /** How many groups open the file; 0 means all. Kept but without effect when there is one group, as in sops. */
  readonly shamirThreshold: number
  readonly random: RandomSource
}

export interface WrappedDataKey {
  /** In the order of the request. */
  readonly groups: readonly KeyGroup[]
  /** To be recorded in the file. */
  readonly shamirThreshold: number
}

/**
 * Wrap a data key for every master key of every group, all at the same time. One that fails fails all: a file that some
 * of its readers cannot open is worse than no file.
 *
 * @throws {@link KeyError} `ERR_NO_RECIPIENT` for no group or an empty one; `ERR_KEY_GROUPS` for a threshold that does
 *   not fit; `ERR_WRAP` with every failure and its reason
 */
export async function wrapDataKey(request: WrapRequest): Promise<WrappedDataKey> {
  const { dataKey, groups, random } = request
  checkGroups(groups)
  const single = groups.length === 1
  const threshold = request.shamirThreshold === 0 && !single ? groups.length : request.shamirThreshold
  const shares = single ? [dataKey] : splitSecret(dataKey, { shares: groups.length, threshold, random })
  try {
    const wraps = groups.map((group, index) => wrapGroup(group, shares[index] ?? dataKey))
    const results = await Promise.all(wraps)
    const failures = results.flatMap((result) => result.failures)
    if (failures.length > 0) throw wrapError(failures)
    return { groups: results.map((result) => result.entries), shamirThreshold: threshold }
  } finally {
    // wiped: enough shares are the data key, and the caller only knows about the data key
    if (!single) for (const share of shares) share.fill(0)
  }
}

function checkGroups(groups: WrapRequest['groups']): void {
  if (groups.flat().length === 0) throw noRecipient('no master key was given: nobody could open the file')
  const empty = groups.findIndex((group) => group.length === 0)
  if (empty >= 0) throw noRecipient(`key group ${empty} is empty: nobody could open its share`)
  if (groups.length > MAX_SHARES) {
    throw new KeyError('ERR_KEY_GROUPS', `a file has at most ${MAX_SHARES} key groups`, {
      hint: 'merge some of the groups',
    })
  }
}

interface GroupResult {
  readonly entries: KeyEntry[]
  readonly failures: string[]
}

async function wrapGroup(group: readonly MasterKey[], share: Uint8Array): Promise<GroupResult> {
  const settled = await Promise.allSettled(group.map(async (key) => await key.wrap(share)))
  const result: GroupResult = { entries: [], failures: [] }
  for (const [index, outcome] of settled.entries()) {
    const key = group[index]
    if (outcome.status === 'fulfilled') result.entries.push(outcome.value)
    else if (key !== undefined)
      result.failures.push(`  ${displayName(key.type, key.name)}: ${reasonOf(outcome.reason)}`)
  }
  return result
}

function wrapError(failures: readonly string[]): KeyError {
  return new KeyError('ERR_WRAP', ['the data key could not be wrapped for every master key:', ...failures].join('\n'), {
    hint: 'nothing was written; repair or remove these keys, then try again',
  })
}

function noRecipient(message: string): KeyError {
  return new KeyError('ERR_NO_RECIPIENT', message, {
    hint: 'name one with --age, --kms, --pgp …, or in a creation rule of .sops.yaml',
  })
}

import { asDataKey, DATA_KEY_BYTES, type DataKey, wipeDataKey } from '../crypto/data-key.ts'
import { combineShares } from '../crypto/shamir.ts'
import { isBullaError, KeyError } from '../errors.ts'
import type { KeyEntry, KeyGroup, KeyType } from '../format/metadata.ts'
import { DEFAULT_DECRYPTION_ORDER, sortByDecryptionOrder } from './decryption-order.ts'
import { displayName, keyName } from './key-name.ts'
import type { KeyProvider, UnwrapContext } from './master-key.ts'
import { reasonOf } from './reason.ts'
import { unsupported } from './unsupported.ts'

export interface UnwrapRequest extends UnwrapContext {
  /** As the metadata has them. */
  readonly groups: readonly KeyGroup[]
  /** As the metadata has it: 0 with several groups means all of them; without effect with one. */
  readonly shamirThreshold: number
  /** From `parseDecryptionOrder`; default: age, then pgp, then the rest. */
  readonly order?: readonly string[]
}

export type Providers = ReadonlyMap<KeyType, KeyProvider>

interface GroupReport {
  readonly share?: Uint8Array
  /** Why each key that was tried did not open it. */
  readonly failures: readonly Failure[]
}

interface Failure {
  readonly entry: KeyEntry
  readonly reason: string
  /** Only sops can use a key of this kind. */
  readonly isUnsupported?: boolean
}

const ONLY_SOPS_HINT =
  'open it with sops, or have somebody who can add an age recipient of yours to it ("sops updatekeys", with the recipient in its rule)'

/**
 * Get the data key of a file back: group by group, key by key, until as many groups have answered as the file needs.
 * sops goes on through all groups; a call that is not needed is not made here.
 *
 * @returns The data key; the caller wipes it.
 * @throws {@link KeyError} `ERR_NO_DATA_KEY` listing every group and key with its reason; `ERR_KEY_GROUPS` when
 *   threshold and groups do not fit together or the shares do not combine. IntegrityError `ERR_IDENTITY_BINDING` as soon as
 *   a wrapped identity turns out to be another's, also when a later key would open the file
 */
export async function unwrapDataKey(request: UnwrapRequest, providers: Providers): Promise<DataKey> {
  const { groups } = request
  if (groups.length === 0) {
    throw new KeyError('ERR_NO_DATA_KEY', 'the file names no key that could open it', {
      hint: 'the sops block lost its keys; restore the file from git',
    })
  }
  const single = groups.length === 1
  const needed = single ? 1 : sharesNeeded(groups.length, request.shamirThreshold)
  const shareBytes = single ? DATA_KEY_BYTES : DATA_KEY_BYTES + 1
  const reports: GroupReport[] = []
  const shares: Uint8Array[] = []
  for (const group of groups) {
    const report = await openGroup(
      sortByDecryptionOrder(group, request.order ?? DEFAULT_DECRYPTION_ORDER),
      { shareBytes, context: request },
      providers,
    )
    reports.push(report)
    if (report.share !== undefined) shares.push(report.share)
    if (shares.length === needed) return toDataKey(shares)
  }
  for (const share of shares) share.fill(0)
  throw await nothingOpened(reports, needed, request, providers)
}

/** How many of several groups have to answer. */
function sharesNeeded(groups: number, threshold: number): number {
  const needed = threshold === 0 ? groups : Math.max(threshold, 2)
  if (threshold >= 0 && needed <= groups) return needed
  throw new KeyError('ERR_KEY_GROUPS', `the threshold of the file is ${threshold}, but it has ${groups} key groups`, {
    hint: 'the sops block was changed by hand or by a merge; restore it from git',
  })
}

/** Whether keys that are surely at hand open the file: nobody is asked, nothing is run or called. */
export async function holdsDataKey({ groups, shamirThreshold }: UnwrapRequest, providers: Providers): Promise<boolean> {
  const held = await Promise.all(groups.map((group) => holdsOne(group, providers)))
  const needed = groups.length === 1 ? 1 : sharesNeeded(groups.length, shamirThreshold)
  return held.filter(Boolean).length >= needed
}

/**
 * Whether the keys at hand unwrap the data key. Looks before it tries: an entry whose key is surely at hand is not unwrapped.
 */
export async function canUnwrapDataKey(request: UnwrapRequest, providers: Providers): Promise<boolean> {
  try {
    if (await holdsDataKey(request, providers)) return true
    // wiped: only whether there is one counts
    wipeDataKey(await unwrapDataKey(request, providers))
    return true
  } catch (error) {
    if (error instanceof KeyError) return false
    throw error
  }
}

async function holdsOne(group: KeyGroup, providers: Providers): Promise<boolean> {
  for (const entry of group) if ((await providers.get(entry.type)?.holds?.(entry)) === true) return true
  return false
}

/** A single share is the data key itself. */
function toDataKey(shares: readonly Uint8Array[]): DataKey {
  const [first, ...others] = shares
  if (first !== undefined && others.length === 0) return asDataKey(first)
  try {
    return asDataKey(combineShares(shares))
  } finally {
    // wiped: together they are the data key
    for (const share of shares) share.fill(0)
  }
}

interface Opening {
  readonly shareBytes: number
  readonly context: UnwrapContext
}

async function openGroup(entries: readonly KeyEntry[], opening: Opening, providers: Providers): Promise<GroupReport> {
  const failures: Failure[] = []
  for (const entry of await nearestFirst(entries, opening.context, providers)) {
    const attempt = await openEntry(entry, opening, providers.get(entry.type))
    if (attempt instanceof Uint8Array) return { share: attempt, failures }
    failures.push({ entry, ...attempt })
  }
  return { failures }
}

/**
 * Within each run of entries of one type, those whose key is surely at hand come first, then those that a service may
 * open, then those for which somebody would have to be asked.
 */
async function nearestFirst(
  entries: readonly KeyEntry[],
  context: UnwrapContext,
  providers: Providers,
): Promise<readonly KeyEntry[]> {
  if (entries.length < 2) return entries
  const ranks = await Promise.all(entries.map((entry) => distance(entry, context, providers.get(entry.type))))
  const sorted: KeyEntry[] = []
  let start = 0
  while (start < entries.length) {
    let end = start + 1
    while (end < entries.length && entries[end]?.type === entries[start]?.type) end += 1
    for (const rank of [0, 1, 2]) {
      sorted.push(...entries.filter((_, index) => index >= start && index < end && ranks[index] === rank))
    }
    start = end
  }
  return sorted
}

async function distance(
  entry: KeyEntry,
  context: UnwrapContext,
  provider: KeyProvider | undefined,
): Promise<0 | 1 | 2> {
  if ((await provider?.holds?.(entry)) === true) return 0
  return (await provider?.mayGet?.(entry, context)) === true ? 1 : 2
}

/** The share, or the reason why this entry does not give it. */
async function openEntry(
  entry: KeyEntry,
  { shareBytes, context }: Opening,
  provider: KeyProvider | undefined,
): Promise<Uint8Array | Omit<Failure, 'entry'>> {
  if (provider === undefined) return { reason: unsupported(entry.type).reason, isUnsupported: true }
  try {
    const share = await provider.unwrap(entry, context)
    if (share === null) return { reason: 'no key for it was found here' }
    // whoever wrapped something else, or a service that answers something else, does not get to choose the data key
    if (share.length === shareBytes) return share
    share.fill(0)
    return { reason: `it holds ${share.length} bytes where a data key of ${shareBytes} is expected` }
  } catch (error) {
    if (isBindingError(error)) throw error
    return { reason: reasonOf(error), isUnsupported: isBullaError(error) && error.code === 'ERR_KEY_UNSUPPORTED' }
  }
}

/** Whoever put another identity into the file of a recipient wants something: no other key may hide it. */
function isBindingError(error: unknown): boolean {
  return isBullaError(error) && error.code === 'ERR_IDENTITY_BINDING'
}

async function nothingOpened(
  reports: readonly GroupReport[],
  needed: number,
  request: UnwrapRequest,
  providers: Providers,
): Promise<KeyError> {
  const opened = reports.filter((report) => report.share !== undefined).length
  const reasons = await Promise.all(reports.map(({ failures }) => reasonLines(failures, request, providers)))
  const lines =
    reports.length === 1
      ? ['no key at hand opens this file', ...(reasons[0] ?? []).map((line) => `  ${line}`)]
      : [
          `no data key: ${needed} of ${reports.length} key groups have to open, ${opened} did`,
          ...reports.flatMap(({ share }, index) => [
            `  group ${index}: ${share === undefined ? 'did not open' : 'opened'}`,
            ...(reasons[index] ?? []).map((line) => `    ${line}`),
          ]),
        ]
  const types = new Set(request.groups.flat().map((entry) => entry.type))
  const looked = [...providers.values()]
    .filter((provider) => types.has(provider.type))
    .flatMap((provider) => provider.report?.() ?? [])
  const isOnlyForSops = reports.every(({ failures }) => failures.every(({ isUnsupported }) => isUnsupported === true))
  const hint = opened === 0 && isOnlyForSops ? ONLY_SOPS_HINT : hintFor(types)
  return new KeyError('ERR_NO_DATA_KEY', [...lines, ...looked].join('\n'), { hint })
}

/** By their names, where they have one: nobody knows a recipient by its public key. */
function reasonLines(failures: readonly Failure[], context: UnwrapContext, providers: Providers): Promise<string[]> {
  return Promise.all(
    failures.map(async ({ entry, reason }) => {
      const name = await providers.get(entry.type)?.nameOf?.(entry, context)
      return `${displayName(entry.type, keyName(entry), name)}: ${reason}`
    }),
  )
}

function hintFor(types: ReadonlySet<KeyType>): string {
  return types.has('age')
    ? 'set SOPS_AGE_KEY_FILE to a file with an identity of one of these recipients, or ask somebody who can open the file to add yours'
    : 'use a machine or an account that may use one of these keys, or ask somebody who can open the file to add yours'
}

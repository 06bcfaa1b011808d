/**
 * Times as Go's `time` package reads and writes them: sops carries YAML timestamps as RFC 3339 with up to nine digits
 * of fraction. JavaScript's `Date` has neither the digits nor the zone, so the text is normalised without it.
 */
interface Clock {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
  readonly fraction: string | undefined
  readonly zone: string
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function format(clock: Clock): string | undefined {
  const month = Number(clock.month)
  const day = Number(clock.day)
  const year = Number(clock.year)
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0
  if (month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] ?? 0) + leap) return undefined
  if (Number(clock.hour) > 23 || Number(clock.minute) > 59 || Number(clock.second) > 59) return undefined
  const zone = formatZone(clock.zone)
  if (zone === undefined) return undefined
  const fraction = (clock.fraction ?? '').slice(0, 9).replace(/0+$/, '')
  const two = (digits: string) => digits.padStart(2, '0')
  const date = `${clock.year}-${two(clock.month)}-${two(clock.day)}`
  const time = `${two(clock.hour)}:${two(clock.minute)}:${two(clock.second)}`
  return `${date}T${time}${fraction === '' ? '' : `.${fraction}`}${zone}`
}

/** Go lets a zone have 24 hours and 60 minutes, carries the minutes over, and then cannot write a day or more. */
function formatZone(zone: string): string | undefined {
  if (zone === 'Z') return 'Z'
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  const total = hours * 60 + minutes
  if (hours > 24 || minutes > 60 || total >= 24 * 60) return undefined
  const two = (value: number) => String(value).padStart(2, '0')
  return total === 0 ? 'Z' : `${zone.charAt(0)}${two(Math.floor(total / 60))}:${two(total % 60)}`
}

/**
 * Normalise an RFC 3339 time; undefined when `text` is none. Upper-case `T` and `Z`, zone required. As Go's parser: an
 * hour of one digit and a comma before the fraction pass.
 */
export function parseRfc3339(text: string): string | undefined {
  const match =
    /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/.exec(
      text,
    )
  return match === null ? undefined : fromMatch(match)
}

/** Normalise a plain YAML scalar that go-yaml reads as a time; undefined when it does not. */
export function parseYamlTime(text: string): string | undefined {
  // cheap test first: nearly every scalar fails it
  if (text.length < 8 || text[4] !== '-') return undefined
  const date = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/.exec(text)
  if (date !== null) return fromMatch(date)
  const match =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/.exec(
      text,
    ) ?? /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?$/.exec(text)
  return match === null ? undefined : fromMatch(match)
}

function fromMatch(match: RegExpExecArray): string | undefined {
  return format({
    year: match[1] ?? '',
    month: match[2] ?? '',
    day: match[3] ?? '',
    hour: match[4] ?? '0',
    minute: match[5] ?? '0',
    second: match[6] ?? '0',
    fraction: match[7],
    zone: match[8] ?? 'Z',
  })
}

/** The RFC 3339 time cut to seconds, as sops binds `lastmodified` to the MAC. */
export function withoutFraction(rfc3339: string): string {
  return rfc3339.replace(/\.[0-9]+/, '')
}

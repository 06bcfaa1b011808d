import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRfc3339, parseYamlTime, withoutFraction } from '../../../src/format/time.ts'
import { runs } from '../../helpers/runs.ts'

/** Recorded from Go 1.26, `time.Parse(time.RFC3339, …)` and `MarshalText`. */
describe('an RFC 3339 time', () => {
  it.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.120Z', '2026-01-02T03:04:05.12Z'],
    ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05.1234567899Z', '2026-01-02T03:04:05.123456789Z'],
    ['2026-01-02T3:04:05,5+00:00', '2026-01-02T03:04:05.5Z'],
    ['2026-01-02T03:04:05-00:00', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05+05:30', '2026-01-02T03:04:05+05:30'],
    ['2026-01-02T03:04:05+01:60', '2026-01-02T03:04:05+02:00'],
    ['2024-02-29T23:59:59-23:59', '2024-02-29T23:59:59-23:59'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00Z'],
  ])('%s is read as Go reads it', (text, time) => {
    expect(parseRfc3339(text)).toBe(time)
  })

  it.each([
    '',
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02t03:04:05Z',
    '2026-01-02T03:04:05z',
    '2026-01-02 03:04:05Z',
    '2026-1-02T03:04:05Z',
    '2026-01-02T03:04:60Z',
    '2026-01-02T24:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04:05+0100',
    '2026-01-02T03:04:05.Z',
    ' 2026-01-02T03:04:05Z',
  ])('%j is none', (text) => {
    expect(parseRfc3339(text)).toBeUndefined()
  })

  it('stays what it is when it is read again', () => {
    const time = fc.date({
      noInvalidDate: true,
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
    })
    fc.assert(
      fc.property(time, fc.constantFrom('Z', '+01:00', '-09:30'), (date, zone) => {
        const once = parseRfc3339(date.toISOString().replace('Z', zone))
        expect(once === undefined ? undefined : parseRfc3339(once)).toBe(once)
        expect(once === undefined ? undefined : new Date(once).getTime()).toBe(
          new Date(date.toISOString().replace('Z', zone)).getTime(),
        )
      }),
      runs(100),
    )
  })

  it('loses its fraction for the MAC', () => {
    expect(withoutFraction('2026-01-02T03:04:05.5+01:00')).toBe('2026-01-02T03:04:05+01:00')
    expect(withoutFraction('2026-01-02T03:04:05Z')).toBe('2026-01-02T03:04:05Z')
  })
})

/** Recorded from sops 3.13.3. */
describe('a plain YAML scalar', () => {
  it.each([
    ['2026-01-02', '2026-01-02T00:00:00Z'],
    ['2026-1-2', '2026-01-02T00:00:00Z'],
    ['2026-1-2T3:4:5Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02t03:04:05.5+01:00', '2026-01-02T03:04:05.5+01:00'],
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02   3:4:5,25', '2026-01-02T03:04:05.25Z'],
  ])('%s is a time', (text, time) => {
    expect(parseYamlTime(text)).toBe(time)
  })

  it.each([
    '2026',
    '2026-01',
    '20260102',
    '2026-01-02 03:04:05Z',
    '2026-01-02 03:04:05 +01:00',
    '2026-01-02T03:04:05',
    '2026-02-30',
    '2026-01-02T03:04',
    '12026-01-02',
  ])('%s is none', (text) => {
    expect(parseYamlTime(text)).toBeUndefined()
  })
})

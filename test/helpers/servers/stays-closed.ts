import { expect } from 'vitest'
import { expectNoSecret } from '../canary.ts'
import { it } from '../sandbox.ts'
import type { Fault } from './faults.ts'
import type { LoopbackServer } from './loopback.ts'

/** Files under a policy whose keys are those of a service. */
export interface SealedByService {
  readonly server: () => LoopbackServer
  readonly rule: () => string
  readonly env: () => Readonly<Record<string, string | undefined>>
  readonly secrets: () => readonly string[]
  /** What the error says when the service refuses, and when it answers with a page. */
  readonly reasons: { readonly refused: string; readonly page: string }
  /** What every error says. */
  readonly always?: () => string
}

/** Node takes the connection away, and neither answers nor fails. */
const SWITCHING: Fault = {
  kind: 'raw',
  bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: C4N4RY\r\nConnection: upgrade\r\n\r\n',
}

/** Files stay closed, and nothing is written or told, whatever the service does. */
export function itStaysClosed({ server, rule, env, secrets, reasons, always = () => '' }: SealedByService): void {
  const faults: readonly (readonly [string, Fault, string])[] = [
    ['refused', { kind: 'reply', status: 403, body: 'C4N4RY' }, reasons.refused],
    ['answered with a page', { kind: 'reply', status: 200, body: '<p>C4N4RY' }, reasons.page],
    ['never answered', { kind: 'silence' }, 'no answer came in time'],
    ['reset', { kind: 'reset' }, 'cut off'],
    ['answered in another protocol', SWITCHING, 'the reply is not HTTP'],
  ]
  it.for(faults)('stay closed when the service is %s', async ([, fault, reason], { box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: C4N4RY-value\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    server().failAlways(fault)
    const args = ['decrypt', '--output', 'out.yaml', 'a.yaml']
    const { code, out, err } = await box.bulla(args, { env: { ...env(), BULLA_KEY_TIMEOUT: '1' } })
    server().failAlways(undefined)
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toContain(reason)
    expect(err).toContain(always())
    expectNoSecret(err, ...secrets())
    expect(box.has('out.yaml')).toBe(false)
  })
}

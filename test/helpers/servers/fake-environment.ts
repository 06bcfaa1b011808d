import type { RandomSource } from '../../../src/crypto/random.ts'
import type { Clock, ServiceEnvironment } from '../../../src/keys/services/environment.ts'
import { nodeHttp } from '../../../src/platform/http/http.ts'
import { random } from '../random.ts'

/** A clock that waits for nobody: time passes when somebody waits, and only then. */
export class FakeClock implements Clock {
  /** How long was waited for, one after the other. */
  readonly waits: number[] = []
  private time = Date.UTC(2026, 10, 22)
  private readonly alarms: { readonly at: number; readonly controller: AbortController }[] = []

  now(): number {
    return this.time
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.waits.push(ms)
    this.pass(ms)
    signal.throwIfAborted()
  }

  timeout(ms: number): AbortSignal {
    const controller = new AbortController()
    this.alarms.push({ at: this.time + ms, controller })
    return controller.signal
  }

  /** Let time pass, with the alarms of that time. */
  pass(ms: number): void {
    this.time += ms
    for (const { at, controller } of this.alarms)
      if (at <= this.time) controller.abort(new DOMException('the time is up', 'TimeoutError'))
  }
}

export interface FakeEnvironment extends ServiceEnvironment {
  readonly clock: FakeClock
  /** By absolute path; what is created is added. */
  readonly files: Map<string, Uint8Array>
}

/** A machine with these variables and files, a clock of its own and the real network (which tests keep on loopback). */
export function fakeServiceEnvironment({
  variables = {},
  files = {},
  platform = 'linux',
  random: source = random,
}: {
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly files?: Readonly<Record<string, string>>
  readonly platform?: string
  readonly random?: RandomSource
} = {}): FakeEnvironment {
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text) as Uint8Array]))
  return {
    platform,
    variable: (name) => variables[name],
    homeFolder: () => '/home/u',
    hostName: () => 'web-1.example.com',
    userFolder: () => '/home/u/.config/bulla',
    readFile: async (path) => contents.get(path),
    isPipe: () => false,
    createPrivateFile: async (path, bytes) => {
      if (contents.has(path)) throw new Error('there is such a file')
      contents.set(path, Uint8Array.from(bytes))
    },
    http: nodeHttp,
    clock: new FakeClock(),
    random: source,
    files: contents,
  }
}

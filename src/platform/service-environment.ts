import { homedir, hostname } from 'node:os'
import type { ServiceEnvironment } from '../keys/services/environment.ts'
import { ageEnvironment } from './age-environment.ts'
import { nodeClock } from './clock.ts'
import { createPrivateFile } from './files/private-file.ts'
import { statsOf } from './files/stats.ts'
import { nodeHttp } from './http/http.ts'

type Machine = Pick<ServiceEnvironment, 'platform' | 'variable' | 'homeFolder'>

/**
 * This machine, for key services.
 *
 * @param userFolder - where the user's own settings are on such a machine
 */
export function serviceEnvironment(
  random: ServiceEnvironment['random'],
  userFolder: (machine: Machine) => string,
): ServiceEnvironment {
  const machine: Machine = { platform: process.platform, variable: ageEnvironment.variable, homeFolder: homedir }
  return {
    ...machine,
    userFolder: () => userFolder(machine),
    hostName: hostname,
    readFile: ageEnvironment.readFile,
    isPipe: (path) => statsOf(path)?.isFIFO() === true,
    createPrivateFile,
    http: nodeHttp,
    clock: nodeClock,
    random,
  }
}

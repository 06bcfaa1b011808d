import { homedir } from 'node:os'
import type { ServiceEnvironment } from '../keys/services/environment.ts'
import { ageEnvironment } from './age-environment.ts'
import { nodeClock } from './clock.ts'
import { nodeHttp } from './http.ts'
import { createPrivateFile } from './private-file.ts'

/** This machine, for key services. */
export function serviceEnvironment(random: ServiceEnvironment['random']): ServiceEnvironment {
  return {
    platform: process.platform,
    variable: ageEnvironment.variable,
    homeFolder: homedir,
    readFile: ageEnvironment.readFile,
    createPrivateFile,
    http: nodeHttp,
    clock: nodeClock,
    random,
  }
}

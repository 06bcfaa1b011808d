import { userInfo } from 'node:os'
import { UsageError } from '../../errors.ts'
import { systemCode } from '../files/file-errors.ts'

// its types leave one out
const unixProcess = process as typeof process & { initgroups?: (user: string, group: number) => void }

/**
 * Give up the rights of this process for those of `name`: supplementary groups, group, user, for good. See `Programs` in
 * `operations/ports.ts`.
 *
 * Not left to `spawn`: with its `uid` the program would have no supplementary groups.
 */
export function becomeUser(name: string): Readonly<Record<string, string>> {
  const { seteuid, setgid, setuid, initgroups } = unixProcess
  if (seteuid === undefined || setgid === undefined || setuid === undefined || initgroups === undefined) {
    throw new UsageError('ERR_USAGE', '--user is not possible on this system', { hint: 'leave it out' })
  }
  try {
    // Node only looks up who it is
    const own = process.geteuid?.() ?? 0
    seteuid(name)
    const { username, uid, gid, homedir } = userInfo()
    seteuid(own)
    if (username !== name) throw shared()
    initgroups(name, gid)
    setgid(gid)
    setuid(uid)
    return { HOME: homedir, USER: name, LOGNAME: name }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw systemCode(error) === 'ERR_UNKNOWN_CREDENTIAL' ? unknown() : notAllowed()
  }
}

function unknown(): UsageError {
  return new UsageError('ERR_USAGE', '--user names nobody whom this system knows', { hint: 'check the name' })
}

function shared(): UsageError {
  return new UsageError('ERR_USAGE', '--user names one of several users with the same number', {
    hint: 'their rights are the same: name the first one',
  })
}

function notAllowed(): UsageError {
  return new UsageError('ERR_USAGE', 'only root can run a program as somebody else', { hint: 'leave out --user' })
}

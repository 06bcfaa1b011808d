import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import type { RandomSource } from '../crypto/random.ts'
import { repositoryOf } from '../git/repository-of.ts'
import type { OpenedFiles } from '../operations/known/opened-files.ts'
import type { OpenedFilesSink } from '../operations/open.ts'
import type { MachineWorld } from '../operations/ports.ts'
import type { TextJob } from '../operations/texts/text-job.ts'
import type { TextPool, ThreadRoom } from '../operations/texts/text-pool.ts'
import { nodeFiles } from '../platform/files/files.ts'
import { statsOf } from '../platform/files/stats.ts'
import { expectWork } from '../platform/late-optimizing.ts'
import { drawnColumns, ProgressBar } from '../platform/terminal/progress.ts'
import { isOneStream, writeTo } from '../platform/terminal/streams.ts'
import { lazyBook } from '../recipients/lazy-book.ts'
import { machineKeys } from '../wire-keyring.ts'
import type { Io } from './io.ts'
import { VERSION } from './version.ts'
import { hookIo, now, REMEMBERS, random, workingFolder } from './wire-hook.ts'

/** The real machine behind the commands. */
export function realIo(): Io {
  const opened = REMEMBERS ? lazyOpenedFiles(random) : undefined
  return {
    ...hookIo(),
    writeOut: (data) => writeTo('stdout', data),
    isOneStream,
    isStdinTerminal: () => isatty(0),
    askValue: async (question) => (await import('../platform/terminal/terminal.ts')).askSecretLines(question),
    choose: async (question, answers) => (await import('../platform/terminal/terminal.ts')).askOneOf(question, answers),
    machine: async () => {
      const { nodeMachine } = await import('../platform/machine.ts')
      return {
        ...nodeMachine,
        git: async () => (await import('../git/repository-facts.ts')).repositoryFacts(process.cwd()),
        setup: async () => (await import('../git/setup-facts.ts')).setupFacts(process.cwd()),
      }
    },
    desk: async () => (await import('../platform/editing.ts')).editingDesk,
    programs: async () => (await import('../platform/programs/programs.ts')).nodePrograms,
    gitSetup: async () => new (await import('../git/setup.ts')).RepositorySetup(process.cwd()),
    cleanBlobs: async () => {
      const [{ gitFolders }, { CleanBlobs }] = await Promise.all([
        import('../git/git-folders.ts'),
        import('../operations/cache/clean-blobs.ts'),
      ])
      const folders = gitFolders(join(process.cwd(), 'any'))
      return folders === undefined ? undefined : CleanBlobs.load(folders.common, nodeFiles, buildId())
    },
    expectWork,
    lookThreads: { start: (setup, room) => startThreads('look-thread.cjs', setup, room) },
    sieveThreads: { start: (setup, room) => startThreads('sieve-thread.cjs', setup, room) },
    settle: async () => opened?.settle(),
    mergeFile: async (request) =>
      (await import('../git/merge-file.ts')).mergeFile(request, { cwd: process.cwd(), asGit: true }),
    mergeLabels: async (versions) =>
      (await import('../git/merge-labels.ts')).mergeLabels(versions, process.cwd(), process.env),
    mergeFavour: async () => {
      const [{ favourOf }, { commandsAbove }] = await Promise.all([
        import('../git/merge-favour.ts'),
        import('../platform/programs/commands-above.ts'),
      ])
      return (await commandsAbove()).map(favourOf).find((favour) => favour !== undefined)
    },
    isForMessage: async () =>
      (await import('../git/commit-message.ts')).isForMessage(process.cwd(), process.env['GIT_DIR']),
    world: ({ configPath, quiet }): MachineWorld => {
      const cwd = workingFolder()
      const recipients = lazyBook(recipientFiles, cwd)
      const { keyring, wrapping } = machineKeys(random, now, recipients)
      return {
        files,
        git: {
          committedVersions: async (paths) => (await import('../git/committed-versions.ts')).committedVersions(paths),
        },
        keyring,
        ...(opened === undefined ? {} : { opened }),
        wrapping,
        recipients,
        random,
        progress: new ProgressBar(() => (quiet ? 0 : drawnColumns())),
        confirm: async (question) => (await import('../platform/terminal/confirm.ts')).confirm(question),
        now,
        cwd,
        configPath,
      }
    },
  }
}

const files: typeof nodeFiles = {
  ...nodeFiles,
  open: async (path) => {
    const opened = await nodeFiles.open(path)
    expectWork(opened.bytes.length)
    return opened
  },
}

/** Threads that run a program of ours. @param program - beside this one */
async function startThreads<Found>(
  program: string,
  setup: unknown,
  room: ThreadRoom,
): Promise<TextPool<Found> | undefined> {
  const [{ ThreadPool, threadCount }, { packJob }] = await Promise.all([
    import('../platform/threads/thread-pool.ts'),
    import('../operations/texts/text-job.ts'),
  ])
  const count = threadCount(process.env['BULLA_THREADS'], room)
  if (count < 1) return undefined
  const pool = new ThreadPool<TextJob, readonly Found[]>(new URL(program, import.meta.url), setup, count)
  return {
    offer: async (texts) => {
      const job = packJob(texts)
      const taken = await pool.offer(job, [job.bytes.buffer])
      return taken && { found: taken.answer }
    },
    close: () => pool.close(),
  }
}

/** Another one for each build of this program: rules of another one may find more. */
function buildId(): string {
  const { size, mtimeMs } = statsOf(process.argv[1] ?? '') ?? { size: 0, mtimeMs: 0 }
  return `${VERSION} ${size} ${mtimeMs}`
}

/** Files outside of any repository are most often opened by a program that opens no other: nothing is loaded for them. */
function lazyOpenedFiles(random: RandomSource): OpenedFilesSink & { settle(): Promise<void> } {
  let made: Promise<OpenedFiles> | undefined
  // the many files of one folder are looked up once
  let last: { readonly folder: string; readonly isOutside: boolean } | undefined
  return {
    add: async (path, bytes, opened) => {
      const folder = dirname(path)
      if (last?.folder !== folder) last = { folder, isOutside: repositoryOf(path) === undefined }
      if (last.isOutside) return
      made ??= makeOpenedFiles(random)
      return (await made).add(path, bytes, opened)
    },
    settle: async () => (await made)?.settle(),
  }
}

async function makeOpenedFiles(random: RandomSource): Promise<OpenedFiles> {
  const [{ OpenedFiles }, { gitFolders, objectHash }] = await Promise.all([
    import('../operations/known/opened-files.ts'),
    import('../git/git-folders.ts'),
  ])
  return new OpenedFiles(nodeFiles, random, { folders: gitFolders, objectHash })
}

async function recipientFiles() {
  return (await import('../platform/files/recipient-files.ts')).nodeRecipientFiles
}

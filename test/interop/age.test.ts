import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Encrypter, generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AgeProvider } from '../../src/keys/age/provider.ts'
import { fakeEnvironment, newIdentity } from '../helpers/age.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { random } from '../helpers/random.ts'

const age = findJudge('age')
const ageKeygen = findJudge('age-keygen')
const share = Buffer.from(Array.from({ length: 33 }, (_, index) => 255 - 5 * index))
const PASSPHRASE = 'correct horse battery staple'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-age-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

/** A provider whose only identities are those of one file. */
function providerOf(identityFile: string, passphrase?: string): AgeProvider {
  const environment = fakeEnvironment({
    variables: { SOPS_AGE_KEY_FILE: identityFile },
    files: { [identityFile]: readFileSync(identityFile) },
    passphrase: () => passphrase,
  })
  return new AgeProvider(environment, random)
}

const wrap = (recipient: string) =>
  new AgeProvider(fakeEnvironment(), random).masterKey({ type: 'age', fields: { recipient } }).wrap(share)

describe.skipIf(age === undefined || ageKeygen === undefined)(
  withJudge('with the age program', 'age', 'age-keygen'),
  () => {
    const run = (args: readonly string[], input?: Uint8Array | string) =>
      execFileSync(age ?? '', args, { input, stdio: 'pipe' })

    function keygen(name: string): { file: string; recipient: string } {
      const file = write(name, execFileSync(ageKeygen ?? '', [], { stdio: 'pipe' }))
      return {
        file,
        recipient: execFileSync(ageKeygen ?? '', ['-y', file], { encoding: 'utf8', stdio: 'pipe' }).trim(),
      }
    }

    it('reads the identity files of age-keygen, and opens what age wrapped', async () => {
      const { file, recipient } = keygen('keygen')
      const enc = run(['-a', '-r', recipient], share).toString('latin1')
      expect(await providerOf(file).unwrap({ type: 'age', enc, fields: { recipient } })).toEqual(share)
    })

    it('opens what age wrapped for several recipients', async () => {
      const { file, recipient } = keygen('several')
      const others = [newIdentity(), newIdentity()].flatMap((pair) => ['-r', pair.recipient])
      const enc = run(['-a', ...others, '-r', recipient], share).toString('latin1')
      expect(await providerOf(file).unwrap({ type: 'age', enc, fields: {} })).toEqual(share)
    })

    it('wraps so that age opens it', async () => {
      const { file, recipient } = keygen('wrap')
      expect(run(['-d', '-i', file], (await wrap(recipient)).enc)).toEqual(share)
    })

    it('makes identities whose public half age-keygen agrees with', () => {
      for (let count = 0; count < 10; count += 1) {
        const { identity, recipient } = newIdentity()
        const derived = execFileSync(ageKeygen ?? '', ['-y'], {
          input: `${identity}\n`,
          encoding: 'utf8',
          stdio: 'pipe',
        })
        expect(derived.trim()).toBe(recipient)
      }
    })

    it('agrees with age about every damaged file', async () => {
      const { file, recipient } = keygen('damaged')
      const provider = providerOf(file)
      const good = await wrap(recipient)
      for (let index = 0; index < good.enc.length; index += 7) {
        const enc = `${good.enc.slice(0, index)}${good.enc[index] === 'A' ? 'B' : 'A'}${good.enc.slice(index + 1)}`
        const ours = await provider.unwrap({ ...good, enc }).catch(() => null)
        const theirs = spawnSync(age ?? '', ['-d', '-i', file], { input: enc })
        expect(ours === null).toBe(theirs.status !== 0)
      }
    })

    // age asks on a terminal only; the program `script` lends it one
    const hasTerminal = spawnSync('script', ['--version']).status === 0
    it.skipIf(!hasTerminal).each(['-a', ''])(
      'opens an identity file that age protected with a passphrase (%s)',
      async (flag) => {
        const { file, recipient } = keygen(`plain${flag}`)
        const locked = join(folder, `locked${flag}`)
        const command = `'${age}' -p ${flag} -o '${locked}' '${file}'`
        execFileSync('script', ['-qec', command, '/dev/null'], {
          input: `${PASSPHRASE}\n${PASSPHRASE}\n`,
          stdio: 'pipe',
        })
        expect(readFileSync(locked, 'latin1')).toMatch(flag === '' ? /^age-encryption/ : /^-----BEGIN AGE/)
        const entry = await wrap(recipient)
        expect(await providerOf(locked, PASSPHRASE).unwrap(entry)).toEqual(share)
        // what a passphrase costs is the point of it: once is enough
        if (flag === '') expect(await providerOf(locked, 'wrong').unwrap(entry)).toBeNull()
      },
    )

    const hybrid = age !== undefined && spawnSync(ageKeygen ?? '', ['-pq']).status === 0
    it.skipIf(!hybrid)('exchanges hybrid entries with age (1.3 and later)', async () => {
      const file = write('hybrid', execFileSync(ageKeygen ?? '', ['-pq'], { stdio: 'pipe' }))
      const recipient = execFileSync(ageKeygen ?? '', ['-y', file], { encoding: 'utf8', stdio: 'pipe' }).trim()
      expect(run(['-d', '-i', file], (await wrap(recipient)).enc)).toEqual(share)
      const enc = run(['-a', '-r', recipient], share).toString('latin1')
      expect(await providerOf(file).unwrap({ type: 'age', enc, fields: { recipient } })).toEqual(share)
    })
  },
)

describe('with the age library', () => {
  it('opens an identity file with an X25519 and a hybrid identity behind a passphrase', async () => {
    const { identity, recipient } = newIdentity()
    const hybridIdentity = await generateHybridIdentity()
    const encrypter = new Encrypter()
    encrypter.setPassphrase(PASSPHRASE)
    encrypter.setScryptWorkFactor(12)
    const locked = write('library', await encrypter.encrypt(`${identity}\n${hybridIdentity}\n`))
    for (const name of [recipient, await identityToRecipient(hybridIdentity)]) {
      expect(await providerOf(locked, PASSPHRASE).unwrap(await wrap(name))).toEqual(share)
    }
  })
})

import { newIdentity } from '../age.ts'
import type { Scenario, ScenarioRepository } from './repository.ts'
import { encoded, pairs, password, secret, type Variant, words } from './variant.ts'

const ANY = '[^/]+$'
const structured = ({ random }: Variant) => random.pick(['yaml', 'json'] as const)

/** A sealed file that is committed. @returns its path, text and values */
async function sealedFile(repository: ScenarioRepository, name?: string) {
  const { variant } = repository
  const values = { user: words(variant), password: password(variant), host: 'db.example.com' }
  const { folder, stem, format } = variant
  const path = `${folder}/${name ?? stem}.${format}`
  const text = await repository.seal(path, pairs(format, values))
  await repository.commit(path)
  return { path, text, values }
}

const CIPHERTEXT = /ENC\[AES256_GCM,[^\]]*\]/

export const POLICY_LEAKS: readonly Scenario[] = [
  {
    ...{ id: 'P01', title: 'a new Secret with a password that a person chose', verdict: 'block' },
    rules: ['unsealed-file'],
    async stage(repository) {
      const { variant } = repository
      const format = structured(variant)
      const isNarrow = variant.random.below(2) === 0
      await repository.policy(ANY, ...(isNarrow ? ["encrypted_regex: '^(data|stringData)$'"] : []))
      const value = password(variant)
      const text = secret(format, 'stringData', { password: value })
      await repository.add(`${variant.folder}/${variant.stem}.${format}`, encoded(variant, text))
      return [value]
    },
  },
  {
    ...{ id: 'P02', title: 'the same in base64', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant } = repository
      const format = structured(variant)
      await repository.policy(ANY, "encrypted_regex: '^(data|stringData)$'")
      const value = password(variant)
      const text = secret(format, 'data', { password: value })
      await repository.add(`${variant.folder}/${variant.stem}.${format}`, encoded(variant, text))
      return [value, Buffer.from(value).toString('base64')]
    },
  },
  {
    ...{ id: 'P03', title: 'a file named .enc that was never sealed', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant } = repository
      const { folder, stem, format, random } = variant
      const mark = random.pick(['enc', 'sops'])
      await repository.policy(`.*\\.${mark}\\.(yaml|json|env|ini)$`)
      const value = words(variant)
      await repository.add(`${folder}/${stem}.${mark}.${format}`, encoded(variant, pairs(format, { greeting: value })))
      return [value]
    },
  },
  {
    ...{ id: 'P04', title: 'one value put back in clear', verdict: 'block', rules: ['plain-value'] },
    async stage(repository) {
      await repository.policy(ANY)
      const { path, text, values } = await sealedFile(repository)
      await repository.add(path, text.replace(CIPHERTEXT, values.password))
      return [values.password]
    },
  },
  {
    ...{ id: 'P05', title: 'a key in clear added to a sealed file', verdict: 'block', rules: ['plain-value'] },
    async stage(repository) {
      await repository.policy(ANY)
      const { path, text } = await sealedFile(repository)
      const value = password(repository.variant)
      const added = pairs(repository.variant.format, { added: value })
      await repository.add(path, withFirst(repository.variant, text, added))
      return [value]
    },
  },
  {
    ...{
      id: 'P06',
      title: 'staged in clear, sealed in the work tree since',
      verdict: 'block',
      rules: ['unsealed-file'],
    },
    async stage(repository) {
      const { variant } = repository
      const { folder, stem, format } = variant
      await repository.policy(ANY)
      const value = password(variant)
      const path = `${folder}/${stem}.${format}`
      await repository.add(path, pairs(format, { password: value }))
      await repository.seal(path, pairs(format, { password: value }))
      return [value]
    },
  },
  {
    ...{ id: 'P07', title: 'a renamed file with one opened value', verdict: 'block', rules: ['plain-value'] },
    async stage(repository) {
      const { folder, format } = repository.variant
      await repository.policy(ANY)
      const { path, text, values } = await sealedFile(repository)
      const moved = `${folder}/moved.${format}`
      await repository.box.git('mv', path, moved)
      await repository.add(moved, text.replace(CIPHERTEXT, values.password))
      return [values.password]
    },
  },
  {
    ...{ id: 'P08', title: 'the opened form beside the sealed file', verdict: 'block', rules: ['decrypted-leftover'] },
    async stage(repository) {
      const { folder, format, random } = repository.variant
      await repository.policy('.*\\.enc\\.[a-z]+$')
      const { values } = await sealedFile(repository, 'main.enc')
      const mark = random.pick(['dec', 'decrypted', 'plain'])
      await repository.add(`${folder}/main.${mark}.${format}`, encoded(repository.variant, pairs(format, values)))
      return [values.password]
    },
  },
  {
    ...{ id: 'P09', title: 'a value sealed elsewhere, pasted into documentation', verdict: 'block' },
    rules: ['known-value'],
    async stage(repository) {
      const { variant } = repository
      await repository.policy(ANY)
      const { values } = await sealedFile(repository)
      const form = variant.random.pick(['plain', 'base64', 'url'])
      const copy =
        form === 'base64'
          ? Buffer.from(values.password).toString('base64')
          : form === 'url'
            ? encodeURIComponent(values.password)
            : values.password
      await repository.add('README.md', encoded(variant, `# How to connect\n\nUse \`${copy}\` for it.\n`))
      return [values.password, copy]
    },
  },
  {
    ...{ id: 'P10', title: 'fewer readers than the rule names', verdict: 'warn', rules: ['readers-drift'] },
    stage: (repository) => fewerReaders(repository),
  },
  {
    ...{ id: 'P10 strict', title: 'the same under strict: true', verdict: 'block', rules: ['readers-drift'] },
    stage: (repository) => fewerReaders(repository, 'strict: true'),
  },
  {
    ...{ id: 'P11', title: 'the MAC taken out', verdict: 'block', rules: ['mac-missing', 'metadata-broken'] },
    async stage(repository) {
      await repository.policy(ANY)
      const { path, text } = await sealedFile(repository)
      const without = text.replace(/^.*(?:\bmac"?\s*[:=]|sops_mac=).*\n/m, '')
      if (without === text) throw new Error('the file has no MAC that could be taken out')
      await repository.add(path, without)
      return []
    },
  },
  {
    ...{ id: 'P12', title: 'metadata, and no value sealed', verdict: 'block', rules: ['plain-value'] },
    async stage(repository) {
      await repository.policy(ANY)
      const { path, text, values } = await sealedFile(repository)
      const metadata = text.search(/"?sops"?\s*:|sops_|\[sops\]/)
      const head = text.slice(0, metadata)
      const opened = head.replaceAll(new RegExp(CIPHERTEXT, 'g'), values.password)
      await repository.add(path, opened + text.slice(metadata))
      return [values.password]
    },
  },
  {
    ...{ id: 'P13', title: 'a file in clear that ends in .yml', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant } = repository
      await repository.policy('.*\\.ya?ml$')
      const value = password(variant)
      await repository.add(
        `${variant.folder}/${variant.stem}.yml`,
        encoded(variant, pairs('yaml', { password: value })),
      )
      return [value]
    },
  },
  {
    ...{ id: 'P14', title: 'a merge that brings it', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant, box } = repository
      const { folder, stem, format } = variant
      await repository.policy(ANY)
      const value = password(variant)
      await box.git('switch', '-q', '-c', 'side')
      await repository.add(`${folder}/${stem}.${format}`, encoded(variant, pairs(format, { password: value })))
      await repository.commit()
      await box.git('switch', '-q', 'main')
      await box.git('merge', '-q', '--no-ff', '--no-commit', 'side')
      return [value]
    },
  },
  {
    ...{ id: 'P15', title: 'a hidden .env under a rule', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant } = repository
      await repository.policy('(.*/)?\\.env$')
      const value = words(variant)
      const text = pairs('env', { greeting: value, port: '8080' })
      await repository.add(`${variant.folder}/${variant.random.pick(['', 'app/'])}.env`, encoded(variant, text))
      return [value]
    },
  },
  {
    ...{ id: 'P16', title: 'a path that is not ASCII', verdict: 'block', rules: ['unsealed-file'] },
    async stage(repository) {
      const { variant } = repository
      const { folder, format } = variant
      // a dot would not match a line break
      await repository.policy('')
      const value = words(variant)
      const name = variant.random.pick(['пароль', '秘密', 'naïve\tname', 'two\nlines', 'quote"s'])
      await repository.add(`${folder}/ü/${name}.${format}`, encoded(variant, pairs(format, { note: value })))
      return [value]
    },
  },
]

async function fewerReaders(repository: ScenarioRepository, ...fields: readonly string[]): Promise<readonly string[]> {
  const { folder, isNested } = repository.variant
  await repository.policy(ANY, ...fields)
  const { path, text } = await sealedFile(repository)
  const policy = isNested ? `${folder}/.sops.yaml` : '.sops.yaml'
  const { box } = repository
  const now = box.read(policy).replaceAll(box.recipient, `${box.recipient},${newIdentity().recipient}`)
  box.write(policy, now)
  await repository.commit(policy)
  // something of the file has to be staged
  const moved = path.replace(/\.(\w+)$/, '-2.$1')
  await repository.add(moved, text)
  return []
}

/** One more pair at the place where values of the format stand. */
function withFirst({ format }: Variant, text: string, added: string): string {
  if (format === 'env') return added + text
  if (format === 'ini') return text.replace('[app]\n', added)
  if (format === 'yaml') return text.replace('app:\n', added)
  const [line = ''] = /"added".*/.exec(added) ?? []
  return text.replace(/("app": \{\n)(\s*)/, `$1$2${line},\n$2`)
}

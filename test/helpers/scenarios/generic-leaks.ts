import { dice, fill } from '../credentials/draw.ts'
import { KINDS, withChecksum } from '../credentials/kinds.ts'
import type { Scenario } from './repository.ts'
import { encoded, password, secret, type Variant } from './variant.ts'

/** A credential of a kind, drawn anew for each variant. */
function credential(name: string, { random }: Variant): string {
  const kind = KINDS.find((known) => known.name === name)
  if (kind === undefined) throw new Error(`no kind ${name}`)
  return kind.make(dice(random.below(2 ** 31)))
}

const token = ({ random }: Variant) => withChecksum(random.pick(['ghp_', 'gho_', 'ghs_', 'npm_']), random)
const inCode = (variant: Variant, value: string) =>
  encoded(variant, `export const settings = {\n  retries: 3,\n  token: '${value}',\n}\n`)

/** Leaks that no policy speaks of. */
export const GENERIC_LEAKS: readonly Scenario[] = [
  {
    ...{ id: 'G01', title: 'an age identity', verdict: 'block', rules: ['age-identity'] },
    async stage(repository) {
      const { variant } = repository
      const value = credential(variant.random.pick(['age identity', 'age identity (hybrid)']), variant)
      const text = variant.random.pick([`# created: today\n${value}\n`, `SOPS_AGE_KEY=${value}\n`, `key: "${value}"\n`])
      await repository.add(`${variant.folder}/keys.txt`, encoded(variant, text))
      return [value]
    },
  },
  {
    ...{ id: 'G02', title: 'an access token in code', verdict: 'block', rules: ['github-token', 'npm-token'] },
    async stage(repository) {
      const value = token(repository.variant)
      await repository.add('src/settings.ts', inCode(repository.variant, value))
      return [value]
    },
  },
  {
    ...{ id: 'G02 wide', title: 'the same in UTF-16', verdict: 'block', rules: ['github-token', 'npm-token'] },
    async stage(repository) {
      const { variant } = repository
      const value = token(variant)
      const mark = variant.random.pick(['', '\ufeff'])
      const bytes = Buffer.from(mark + inCode(variant, value), 'utf16le')
      await repository.add('src/settings.ts', variant.random.below(2) === 0 ? bytes.swap16() : bytes)
      return [value]
    },
  },
  {
    ...{ id: 'G03', title: 'a pair of AWS keys in .env', verdict: 'block' },
    rules: ['aws-access-key-id', 'aws-secret-access-key'],
    async stage(repository) {
      const { variant } = repository
      const [id, value] = [credential('AWS access key id', variant), credential('AWS secret access key', variant)]
      const text = `AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${value}\n`
      await repository.add(`${variant.folder}/.env`, encoded(variant, text))
      return [id, value]
    },
  },
  {
    ...{ id: 'G04', title: 'a private key in base64 in a Secret', verdict: 'block', rules: ['private-key'] },
    async stage(repository) {
      const { variant } = repository
      const value = credential('private key (PKCS 8)', variant)
      const text = secret(variant.random.pick(['yaml', 'json']), 'data', { 'tls.key': value })
      await repository.add(`${variant.folder}/tls.yaml`, encoded(variant, text))
      return [Buffer.from(value).toString('base64')]
    },
  },
  {
    ...{ id: 'G05', title: 'the client key of a kubeconfig', verdict: 'block' },
    rules: ['private-key', 'kubeconfig-client-key', 'kubeconfig'],
    async stage(repository) {
      const { variant } = repository
      const value = Buffer.from(credential('private key (EC)', variant)).toString('base64')
      const text = `apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      client-key-data: ${value}\n`
      await repository.add(`${variant.folder}/${variant.random.pick(['kubeconfig', 'admin.conf', 'c.yaml'])}`, text)
      return [value]
    },
  },
  {
    ...{ id: 'G06', title: 'a database address with its password', verdict: 'block', rules: ['url-credentials'] },
    async stage(repository) {
      const { variant } = repository
      const value = fill('{a16}', variant.random)
      const scheme = variant.random.pick(['postgres', 'postgresql', 'mysql', 'mongodb+srv', 'amqps'])
      const text = `export const address = '${scheme}://app:${value}@db.prod.kestrel.cloud:5432/app'\n`
      await repository.add('src/address.ts', encoded(variant, text))
      return [value]
    },
  },
  {
    ...{ id: 'G07', title: 'credentials of a registry', verdict: 'block' },
    rules: ['docker-registry-auth', 'docker-config'],
    async stage(repository) {
      const { variant } = repository
      const value = credential('registry credentials', variant)
      await repository.add(variant.random.pick(['.docker/config.json', 'dockerconfig.json']), value)
      return [/"auth":"([^"]+)"/.exec(value)?.[1] ?? value]
    },
  },
  {
    ...{ id: 'G08', title: 'a Secret with a password that a person chose, under no rule', verdict: 'block' },
    rules: ['kubernetes-secret'],
    async stage(repository) {
      const { variant } = repository
      const value = password(variant)
      const [format, field] = [
        variant.random.pick(['yaml', 'json'] as const),
        variant.random.pick(['data', 'stringData'] as const),
      ]
      await repository.add(
        `apps/${variant.stem}.${format}`,
        encoded(variant, secret(format, field, { password: value })),
      )
      return [value, Buffer.from(value).toString('base64')]
    },
  },
  {
    ...{
      id: 'G09',
      title: 'a token that is in the index alone',
      verdict: 'block',
      rules: ['github-token', 'npm-token'],
    },
    async stage(repository) {
      const value = token(repository.variant)
      await repository.add('src/settings.ts', inCode(repository.variant, value))
      repository.box.write('src/settings.ts', 'export const settings = {}\n')
      return [value]
    },
  },
  {
    ...{ id: 'G10', title: 'a renamed file with a token', verdict: 'block', rules: ['github-token', 'npm-token'] },
    async stage(repository) {
      const value = token(repository.variant)
      const filler = 'export const filler = 1\n'.repeat(20)
      await repository.add('src/old.ts', filler)
      await repository.commit()
      await repository.box.git('mv', 'src/old.ts', 'src/new name.ts')
      await repository.add('src/new name.ts', filler + inCode(repository.variant, value))
      return [value]
    },
  },
  {
    ...{ id: 'G11', title: 'a merge that brings a token', verdict: 'block', rules: ['github-token', 'npm-token'] },
    async stage(repository) {
      const { box } = repository
      const value = token(repository.variant)
      await box.git('switch', '-q', '-c', 'side')
      await repository.add('src/settings.ts', inCode(repository.variant, value))
      await repository.commit()
      await box.git('switch', '-q', 'main')
      await box.git('merge', '-q', '--no-ff', '--no-commit', 'side')
      return [value]
    },
  },
  {
    ...{ id: 'G12', title: 'the first commit of a repository', verdict: 'block', rules: ['github-token', 'npm-token'] },
    async stage(repository) {
      const value = token(repository.variant)
      await repository.box.git('update-ref', '-d', 'HEAD')
      await repository.add('src/settings.ts', inCode(repository.variant, value))
      return [value]
    },
  },
  {
    ...{
      id: 'G13',
      title: 'a path with a space and an accent',
      verdict: 'block',
      rules: ['github-token', 'npm-token'],
    },
    async stage(repository) {
      const value = token(repository.variant)
      const name = repository.variant.random.pick(['é t.ts', 'mein zugang ü.ts', '-rf.ts', '"q".ts'])
      await repository.add(`dossier privé/${name}`, inCode(repository.variant, value))
      return [value]
    },
  },
]

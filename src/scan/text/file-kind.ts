import { isOneOf, Words } from './words.ts'

/** What a file is, as far as it says how keys and values stand in it. */
export type FileKind = 'yaml' | 'json' | 'dotenv' | 'ini' | 'xml' | 'code' | 'shell' | 'prose' | 'generated' | 'unknown'

/** Kinds and their extensions. */
const EXTENSIONS: readonly (readonly [FileKind, string])[] = [
  ['yaml', 'yaml yml'],
  ['json', 'json jsonc json5 tfstate ipynb webmanifest'],
  ['dotenv', 'env envrc'],
  ['ini', 'ini cfg conf config properties toml tfvars hcl cnf cf service desktop npmrc netrc s3cfg boto editorconfig'],
  ['xml', 'xml plist csproj nuspec resx xaml svg html htm'],
  [
    'shell',
    'sh bash zsh fish ps1 bat cmd bashrc zshrc zshenv profile bash_profile bash_history zsh_history dockerfile mk',
  ],
  [
    'code',
    'ts tsx mts cts js jsx mjs cjs py rb go rs java kt kts scala cs fs vb php c h cc cpp hpp m mm swift dart lua pl pm r jl ex exs erl hs clj cljs groovy gradle sql tf vue svelte graphql proto sol zig nim',
  ],
  ['prose', 'md markdown mdx rst txt adoc asciidoc tex org po pot log diff patch csv tsv'],
  ['generated', 'lock sum map min.js min.css snap tsbuildinfo'],
]

const LOCK_FILES = new Words(
  'package-lock.json npm-shrinkwrap.json pnpm-lock.yaml yarn.lock bun.lock bun.lockb composer.lock cargo.lock poetry.lock pipfile.lock gemfile.lock go.sum flake.lock deno.lock uv.lock podfile.lock packages.lock.json gradle.lockfile chart.lock .terraform.lock.hcl mix.lock pubspec.lock',
)

const TRANSLATIONS = new Words('i18n locale locales lang langs languages translation translations messages l10n')
/** Files without an extension. Those for several programs are what most of their lines are. */
const NAMES: readonly (readonly [FileKind, string])[] = [
  ['shell', 'makefile gnumakefile justfile procfile crontab'],
  ['code', 'vagrantfile jenkinsfile rakefile gemfile fastfile'],
  ['ini', 'hosts inventory'],
  // of git
  ['prose', 'commit_editmsg tag_editmsg'],
]
/** Folders of Ansible, whose files may have no extension. */
const YAML_FOLDERS = new Words('group_vars host_vars')
/** A service may have such a name, and these files are no translations. */
const CONFIGURES = 'values application appsettings config settings secret compose docker deploy'.split(' ')
/** Templates are what they are templates of. */
const TEMPLATES = new Words('tpl tmpl gotmpl j2 erb dist example sample template bak orig old')

/** @param fileName - with its folders, parted by `/` */
export function fileKind(fileName: string): FileKind {
  const folders = fileName.toLowerCase().split('/')
  const name = folders.pop() ?? ''
  if (LOCK_FILES.has(name)) return 'generated'
  // an expression that is asked for a second time is compiled: a commit of a few files has no time for those it need not ask
  if (name.includes('env') && /^\.?env(?:\.|$)|\.env(?:\.|$)/.test(name)) return 'dotenv'
  if (folders.some((folder) => TRANSLATIONS.has(folder)) && !CONFIGURES.some((start) => name.startsWith(start)))
    return 'generated'
  if (name.startsWith('dockerfile') || name.startsWith('containerfile')) return 'shell'
  const bare = TEMPLATES.has(extensionOf(name)) ? name.slice(0, name.lastIndexOf('.')) : name
  if (bare.endsWith('.min.js') || bare.endsWith('.min.css')) return 'generated'
  const extension = extensionOf(bare)
  if (extension === '') return kindByName(bare, folders)
  return EXTENSIONS.find(([, extensions]) => isOneOf(extension, extensions))?.[0] ?? 'unknown'
}

function kindByName(name: string, folders: readonly string[]): FileKind {
  if (folders.some((folder) => YAML_FOLDERS.has(folder))) return 'yaml'
  return NAMES.find(([, names]) => isOneOf(name, names))?.[0] ?? 'unknown'
}

/** Empty where there is no dot. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot + 1)
}

import type { RecipientVerb } from './verb-names.ts'

/** What the help of a verb says beside its options. */
export interface VerbHelp {
  /** What stands behind the verb. */
  readonly usage: string
  /** One sentence. */
  readonly about: string
  /** More about it, examples and exit codes. */
  readonly more: string
}

const KEYS = `
KEYS are one or several of --aws-kms ARN, --gcp-kms ID, --azure-kv URL, --hc-vault-transit URI and
--local; they are tried in the order in which they stand.`

const GRANT_CODES = `
Exit codes: 0 done, 1 no such recipient, rule or policy, a rule that would have no reader left, or
not confirmed, 2 unreadable, 3 cannot be written, 25 a value does not verify, 51 MAC mismatch, 100
no such file, 128 no key opens a file.`

export const VERB_HELP: Readonly<Record<RecipientVerb, VerbHelp>> = {
  create: {
    usage: 'NAME KEYS [options]',
    about: 'Make a recipient for a machine, with an identity that KEYS wrap.',
    more: `
Its key pair is made in memory; the secret half is written nowhere but wrapped by the KEYS, bound to
the name and to the public half.
${KEYS}

Examples:
  $ bulla recipient create prod-deploy --aws-kms arn:aws:kms:eu-west-1:111122223333:key/…
  $ bulla recipient create try-it-out --local

Exit codes: 0 made, 1 the name is taken or wrong, a key is malformed, not allowed, or its service
refused, 3 cannot be written, 6 a malformed encryption context.`,
  },
  add: {
    usage: 'NAME RECIPIENT | --file FILE | -',
    about: "Give a person's public key a name.",
    more: `
It is an age key, that of an age plugin, or an SSH key; as an argument, in a file, or on standard
input. Nobody is asked for it over the network.

Examples:
  $ bulla recipient add alice age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  $ bulla recipient add bob --file ~/.ssh/id_ed25519.pub

Exit codes: 0 added, 1 the name is taken or wrong, or it is no public key, 2 unreadable, 3 cannot be
written, 100 no such file.`,
  },
  list: {
    usage: '[--json]',
    about: 'List the recipients that are known here.',
    more: `
Calls nobody.

Examples:
  $ bulla recipient list
  $ bulla recipient list --json | jq -r '.recipients[].name'

Exit codes: 0 listed, 1 a file is wrong; the others are listed.`,
  },
  show: {
    usage: 'NAME [--json]',
    about: 'Show the public keys of a recipient, and which keys wrap its identity.',
    more: `
Calls nobody.

Examples:
  $ bulla recipient show prod-deploy
  $ bulla recipient show prod-deploy --json | jq -r '.keys[0].recipient'

Exit codes: 0 shown, 1 no such recipient, or its file is wrong.`,
  },
  wrap: {
    usage: 'NAME KEYS [--dry-run]',
    about: "Add wrappings to a machine's recipient, for another region or cloud.",
    more: `
Where one key cannot be used, the next one is tried. The identity is unwrapped once for that.
${KEYS}

Examples:
  $ bulla recipient wrap prod-deploy --aws-kms arn:aws:kms:us-east-1:111122223333:key/…
  $ bulla recipient wrap prod-deploy --gcp-kms projects/p/locations/global/keyRings/r/cryptoKeys/k

Exit codes: 0 wrapped, 1 no such recipient, a key wraps it already or is not allowed, or a service
refused, 3 cannot be written.`,
  },
  rewrap: {
    usage: 'NAME|--all [KEYS] [--from TEXT] [--dry-run]',
    about: 'Wrap identities by other keys, or by the newest versions of the same ones.',
    more: `
With KEYS, each goes in the place of the wrapping of its kind (or of the one whose key holds the
TEXT). No sealed file changes. AWS moves a wrapping within a region without showing it
(kms:ReEncrypt*); else it is unwrapped and wrapped. Of two wrappings that one key would make the
later one is dropped. With --all a recipient that fails keeps no other one from its new wrapping.
${KEYS}

Examples:
  $ bulla recipient rewrap prod-deploy --aws-kms arn:aws:kms:eu-west-1:111122223333:key/new
  $ bulla recipient rewrap --all --dry-run

Exit codes: 0 done, 1 no such recipient, a key is not allowed, a service refused, or it is not clear
which wrapping is to move, 3 cannot be written.`,
  },
  remove: {
    usage: 'NAME [--yes] [--dry-run]',
    about: 'Remove the file of a recipient.',
    more: `
It says first which rules and sealed files have its public key: they stay as they are. With a
machine's file goes the only way to its identity. Calls nobody.

Examples:
  $ bulla recipient remove alice
  $ bulla recipient remove old-deploy --yes

Exit codes: 0 removed, 1 no such recipient, or not confirmed, 3 cannot be removed.`,
  },
  rename: {
    usage: 'OLD NEW',
    about: 'Give a recipient another name.',
    more: `
A wrapped identity is bound to its name: it is unwrapped and wrapped anew by the same keys, which
needs the rights to do both. Sealed files do not change.

Examples:
  $ bulla recipient rename prod-deploy production
  $ bulla recipient rename alice alice-laptop

Exit codes: 0 renamed, 1 no such recipient, the name is taken or wrong, or a service refused,
3 cannot be written.`,
  },
  rotate: {
    usage: 'NAME [RECIPIENT | --file FILE | - | --new-key | --drop-previous]',
    about: 'Give a recipient a new key pair, and its files new data keys.',
    more: `
A machine's is made here and wrapped by the same keys; a person gives a new public key, or has one
made in the own key file (--new-key). Every .sops.yaml moves to it, and every file that the old key
reads gets it and a new data key. All is planned first. Interrupted, run it again: it finishes. The
old key stays in the file of the recipient, for earlier versions; --drop-previous drops its
identity, after saying which commits would be lost.

Examples:
  $ bulla recipient rotate prod-deploy
  $ bulla recipient rotate me --new-key

Exit codes: 0 done, 1 no such recipient, a service refused, or not confirmed, 2 unreadable, 3 cannot
be written, 25 a value does not verify, 51 MAC mismatch, 100 no such file, 128 no key opens a file.`,
  },
  grant: {
    usage: "NAME FILE|REGEX|'rule N' [--apply]",
    about: 'Let a recipient read what a rule of .sops.yaml seals.',
    more: `
The rule is named by its number, by its path_regex, or by a file that it is for. The policy is
changed in place, with everything around the key as it was; said is which sealed files are not as
the rule says then, and --apply gives them their new readers.

Examples:
  $ bulla recipient grant prod-deploy deploy/db-secret.yaml
  $ bulla recipient grant --apply prod-deploy 'rule 2'
${GRANT_CODES}`,
  },
  ungrant: {
    usage: "NAME FILE|REGEX|'rule N' [--apply]",
    about: 'Let a recipient no longer read what a rule of .sops.yaml seals.',
    more: `
The rule is named as for grant. Who was removed may have kept the data keys of these files:
"bulla rotate" makes new ones.

Examples:
  $ bulla recipient ungrant --dry-run alice '^prod/'
  $ bulla recipient ungrant --apply alice deploy/db-secret.yaml
${GRANT_CODES}`,
  },
}

/** @returns one line for each verb */
function verbLines(): string {
  const lines = Object.entries(VERB_HELP).map(([verb, { about }]) => `  ${verb.padEnd(9)}${about.replace(/\.$/, '')}`)
  return lines.join('\n')
}

export const HELP = `
Verbs:
${verbLines()}

A recipient is a name for a public key, in a file of its own below .bulla/recipients: of a person,
or of a machine, whose secret half stands there too, wrapped by a cloud KMS.
"bulla recipient VERB --help" explains a verb.

Examples:
  $ bulla recipient create prod-deploy --aws-kms arn:aws:kms:eu-west-1:111122223333:key/…
  $ bulla recipient add alice age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p

Exit codes: 0 done, 1 refused, 2 unreadable, 3 cannot be written, 6 a malformed encryption context,
25, 51, 128 a file cannot be opened, 100 no such file.`

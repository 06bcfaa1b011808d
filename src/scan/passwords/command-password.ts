import type { Detector, Page } from '../page.ts'
import { isWordStart } from '../text/boundary.ts'
import { isReference } from '../text/value-kinds.ts'
import { CommandWords, type Word, withoutQuotes } from './command-words.ts'
import { isPlacedPassword } from './placed-password.ts'
import { isNoPassword } from './url-credentials.ts'

/** How programs take a password. */
interface Program {
  /** What begins a command, parted by commas. */
  readonly names: string
  /** Options whose next word is a password. */
  readonly next?: RegExp
  /** Beginnings of words that end in a password: `-p…`, `--password=…`. */
  readonly joined?: RegExp
  /** Which of the words that are no options is a password; from the end when negative. */
  readonly position?: number
  /** An option without which there is none. */
  readonly marker?: RegExp
  /** The password stands behind a user and this sign. */
  readonly behind?: ':' | '%'
  /** A user beside it leaves no doubt: short ones and plain words count, in documentation too. */
  readonly isAny?: true
  /** Programs of this kind have a rule of their own. */
  readonly rule?: string
  readonly message?: string
}

const PROGRAMS: readonly Program[] = [
  {
    names: 'docker login,podman login,skopeo login,registry login,oc login,az login,sshpass',
    next: /^(?:-p|--password)$/,
    joined: /^(?:-p|--password=)/,
  },
  {
    names: 'mysql,mysqldump,mysqladmin,mysqlsh,mariadb,mariadb-dump,mariadb-admin,mycli',
    joined: /^(?:-p|--password=)/,
  },
  {
    names: 'mongo,mongosh,mongodump,mongorestore',
    next: /^(?:-p|--password)$/,
    joined: /^(?:-p|--password=)/,
  },
  { names: 'redis-cli', next: /^(?:-a|--pass)$/ },
  { names: 'sqlcmd,unzip,zip,mosquitto_pub,mosquitto_sub', next: /^-P$/, joined: /^-P/ },
  { names: '7z', joined: /^-p/ },
  { names: 'ldapsearch,ldapadd,ldapmodify', next: /^-w$/, joined: /^-w/ },
  { names: 'keytool', next: /^-{1,2}(?:(?:src|dest)?(?:store|key)pass|new)$/ },
  { names: 'openssl', joined: /^pass:/ },
  { names: 'htpasswd', position: -1, marker: /^-[a-zA-Z]{0,8}b[a-zA-Z]{0,8}$/ },
  { names: 'net use', position: 2 },
  { names: 'net user', position: 1, marker: /^\/[a-z]/i },
  { names: 'rabbitmqctl add_user,rabbitmqctl change_password', position: 1 },
  { names: 'ssh-keygen', next: /^-[NP]$/ },
  { names: 'ConvertTo-SecureString', position: 0, marker: /^-AsPlainText$/i },
  { names: 'npm config set', position: -1, marker: /_(?:auth(?:Token)?|password)$/ },
  { names: 'aws configure set', position: 1, marker: /_(?:access_key|token)$/ },
  { names: 'smbclient', next: /^(?:-U|--user)$/, joined: /^(?:-U|--user=)/, behind: '%' },
  {
    names: 'curl,wget',
    next: /^(?:-[a-zA-Z]{0,8}u|--user|--proxy-user|-U)$/,
    joined: /^(?:-u|--user=|--proxy-user=|-U)/,
    behind: ':',
    isAny: true,
    rule: 'curl-user-password',
    message: 'password of a curl command',
  },
]

/** A name is looked at where it is a word of a command, or an item of a list. */
const BEHIND_NAME = [' ', '"', "'"]

/** Variables that nothing but a password is given to, before a command. */
const VARIABLE = /["']?((?<=["'])[^"'\n]{1,200}(?=["'])|[^\s"'`\\;&|<>()]{1,200}(?=[\s"'`\\;&|)]|$))/y
/** `echo 'root:…' | chpasswd`, `echo … | docker login --password-stdin`. */
const ECHOED = /(?:-n[ \t]{1,8})?\\{0,3}["']?([^\s"'`\\|]{1,200})\\{0,3}["']?[ \t]{0,8}\|[ \t]{0,8}/y
const TAKES_PASSWORD =
  /^[^|;&\n]*?(?:--password-stdin\b|\bsudo\b[^|;&\n]* -[a-zA-Z]*S\b|\bchpasswd\b|\bpasswd --stdin\b)/
const LONGEST_TAKER = 200

/** Passwords that commands are given: `mysql -p…`, `docker login -p …`, `curl -u user:…`, `PGPASSWORD=… psql`. */
export const COMMAND_DETECTORS: readonly Detector[] = [
  ...PROGRAMS.map(
    (program): Detector => ({
      keywords: program.names.split(',').flatMap((name) => BEHIND_NAME.map((sign) => name + sign)),
      detect(page, start, behind) {
        if (page.kind === 'generated' || /[.$@-]/.test(page.text.charAt(start - 1))) return
        if (!isWordStart(page.text, start)) return
        const end = behind - 1
        if (page.isDone('command', start, end)) return
        const words = new CommandWords(page, start, end)
        const found = findIn(page, program, words)
        // what was read for one command is read for no other
        page.isDone('command', words.end, words.end)
        if (found !== undefined) report(page, program, found)
      },
    }),
  ),
  {
    keywords: ['pgpassword=', 'mysql_pwd=', 'rediscli_auth=', 'sshpass='],
    detect: (page, _start, end) => {
      // there they are told by their name
      if (page.kind === 'dotenv' || page.kind === 'ini') return
      const word = match(page, VARIABLE, end)
      if (word !== undefined) report(page, {}, word)
    },
  },
  {
    keywords: ['echo ', 'printf '],
    detect: (page, _start, end) => {
      const word = match(page, ECHOED, end)
      if (word === undefined) return
      const taker = TAKES_PASSWORD.exec(page.text.slice(word.behind, word.behind + LONGEST_TAKER))?.[0]
      page.steps += taker?.length ?? LONGEST_TAKER
      if (taker !== undefined) report(page, taker.endsWith('chpasswd') ? { behind: ':' } : {}, word)
    },
  },
]

function findIn({ text }: Page, { next, joined, position, marker }: Program, words: CommandWords): Word | undefined {
  if (position !== undefined) return findPlain(words, position, marker)
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (next?.test(word.value) === true) return words.next()
    const head = joined?.exec(word.value)?.[0]
    if (head !== undefined && head !== word.value) return withoutQuotes(text, word.start + head.length, word.end)
  }
  return undefined
}

/** A word that is no option. */
function findPlain(words: CommandWords, position: number, marker: RegExp | undefined): Word | undefined {
  const plain: Word[] = []
  let isMarked = marker === undefined
  for (let word = words.next(); word !== undefined; word = words.next()) {
    isMarked ||= marker?.test(word.value) === true
    if (!/^[-/]/.test(word.value)) plain.push(word)
  }
  return isMarked ? plain.at(position) : undefined
}

function report(
  page: Page,
  { behind, isAny, rule = 'command-password', message = 'password on a command line' }: Omit<Program, 'names'>,
  word: Word,
): void {
  const sign = behind === undefined ? -1 : word.value.indexOf(behind)
  if (behind !== undefined && sign === -1) return
  const user = word.value.slice(0, Math.max(0, sign))
  const { start, end, value } = withoutQuotes(page.text, word.start + sign + 1, word.end)
  if (isReference(user) || value.startsWith('-')) return
  const isOne = isAny ? value.length > 3 && !isNoPassword(value, user) : isPlacedPassword(page, value, user)
  if (isOne) page.report({ rule, level: 'warn', start, end, message, weight: 'place' })
}

interface Matched extends Word {
  /** Where the match ends. */
  readonly behind: number
}

/** Group 1 of an expression that is tried at `at`. */
function match(page: Page, expression: RegExp, at: number): Matched | undefined {
  if (page.kind === 'generated') return undefined
  expression.lastIndex = at
  const [whole, value] = expression.exec(page.text) ?? []
  page.steps += whole?.length ?? 16
  if (whole === undefined || value === undefined) return undefined
  const start = at + whole.indexOf(value)
  return { start, end: start + value.length, value, behind: at + whole.length }
}

interface Group {
  /** What a value under such a name could do. */
  readonly reason: string
  readonly names: readonly string[]
  /** What names start with. */
  readonly prefixes?: readonly string[]
}

/**
 * Variables with which programs are made to run something else, or to look for things elsewhere. Who may write one value of
 * a file may thereby not run code wherever the file is used.
 */
const SPECIAL: readonly Group[] = [
  {
    reason: 'it decides which programs are run',
    names: ['PATH', 'PATHEXT', 'COMSPEC', 'SHELL', 'PSMODULEPATH', 'GIT_EXEC_PATH'],
  },
  {
    reason: 'it decides which code is loaded into every program',
    names: ['GCONV_PATH', 'GLIBC_TUNABLES', 'LOCPATH', 'NLSPATH', 'GETCONF_DIR', 'LIBPATH', 'SHLIB_PATH'],
    prefixes: ['LD_', 'DYLD_', 'OPENSSL_'],
  },
  {
    reason: 'it decides how names of hosts are found',
    names: ['HOSTALIASES', 'LOCALDOMAIN', 'RES_OPTIONS', 'RESOLV_HOST_CONF', 'NIS_PATH'],
  },
  {
    reason: 'shells run it, or read their commands differently',
    names: [
      ...['BASH_ENV', 'ENV', 'IFS', 'SHELLOPTS', 'BASHOPTS', 'PS1', 'PS2', 'PS4', 'PROMPT_COMMAND', 'CDPATH'],
      ...['ZDOTDIR', 'FPATH', 'KSH_ENV'],
    ],
    prefixes: ['BASH_FUNC_'],
  },
  {
    reason: 'it has an interpreter load or run something',
    names: [
      ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'NPM_CONFIG_SCRIPT_SHELL'],
      ...['NPM_CONFIG_NODE_OPTIONS', 'npm_config_script_shell', 'npm_config_node_options', 'BUN_OPTIONS'],
      ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONINSPECT', 'PYTHONUSERBASE', 'PYTHONBREAKPOINT'],
      ...['PYTHONWARNINGS', 'PYTHONEXECUTABLE', 'PYTHONPLATLIBDIR', 'PERL5LIB', 'PERL5OPT', 'PERL5DB', 'PERLLIB'],
      ...['RUBYOPT', 'RUBYLIB', 'RUBYSHELL', 'GEM_HOME', 'GEM_PATH', 'BUNDLE_GEMFILE', 'PHPRC', 'PHP_INI_SCAN_DIR'],
      ...['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', 'MAVEN_OPTS', 'GRADLE_OPTS'],
      ...['CLASSPATH', 'LUA_PATH', 'LUA_CPATH', 'LUA_INIT', 'DOTNET_STARTUP_HOOKS', 'CORECLR_PROFILER_PATH'],
      ...['COR_PROFILER_PATH', 'ERL_FLAGS', 'ERL_AFLAGS', 'ERL_ZFLAGS', 'R_PROFILE', 'R_PROFILE_USER', 'R_ENVIRON'],
      ...['TCLLIBPATH', 'GUILE_LOAD_PATH', 'AWKPATH', 'AWKLIBPATH'],
    ],
  },
  {
    reason: 'programs run what it names',
    names: [
      ...[
        'EDITOR',
        'VISUAL',
        'PAGER',
        'MANPAGER',
        'BROWSER',
        'LESS',
        'LESSOPEN',
        'LESSCLOSE',
        'MAKEFLAGS',
        'GNUMAKEFLAGS',
      ],
      ...['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_EDITOR', 'GIT_SEQUENCE_EDITOR', 'GIT_PAGER', 'GIT_ASKPASS'],
      ...['GIT_EXTERNAL_DIFF', 'GIT_PROXY_COMMAND', 'GIT_TEMPLATE_DIR', 'SSH_ASKPASS', 'SUDO_ASKPASS'],
      ...['SUDO_EDITOR', 'VIMINIT', 'EXINIT', 'GIT_DIR', 'RSYNC_RSH', 'CVS_RSH', 'SVN_SSH', 'HGEDITOR'],
      ...['SOPS_EDITOR', 'SOPS_AGE_KEY_CMD', 'SOPS_AGE_SSH_PRIVATE_KEY_CMD', 'SOPS_GPG_EXEC', 'RUSTC_WRAPPER'],
    ],
    prefixes: ['GIT_CONFIG'],
  },
  {
    reason: 'it decides where programs look for their settings',
    names: ['HOME', 'USERPROFILE', 'XDG_CONFIG_HOME', 'XDG_CONFIG_DIRS', 'TMPDIR', 'TZDIR', 'TERMINFO', 'TERMCAP'],
  },
]

/** Why a value may not be put into the environment under this name; undefined when it may. */
export function specialReason(name: string, ignoresCase: boolean): string | undefined {
  const asked = ignoresCase ? name.toUpperCase() : name
  return SPECIAL.find(
    ({ names, prefixes = [] }) => names.includes(asked) || prefixes.some((prefix) => asked.startsWith(prefix)),
  )?.reason
}

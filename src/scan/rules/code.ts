import { decodeBase64, isUserAndPassword } from '../text/base64.ts'
import { judgeBase62 } from './checksums.ts'
import { token } from './token.ts'
import type { TokenRule } from './token-rule.ts'

const WORD_END = String.raw`(?![\w-])`

/** Where code is kept, built and published. */
export const CODE_RULES: readonly TokenRule[] = [
  token('github-token', 'GitHub token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'gh[pousr]_[A-Za-z0-9]{36}', {
    judge: judgeBase62,
  }),
  // since April 2026 the number of the app and a signed token, of any length
  token(
    'github-token',
    'GitHub token',
    'ghs_',
    String.raw`ghs_[A-Za-z0-9]{1,40}_eyJ[\w-]{20,2000}\.eyJ[\w-]{20,4000}\.[\w-]{40,1500}`,
  ),
  token('github-refresh-token', 'GitHub refresh token', 'ghr_', 'ghr_[A-Za-z0-9]{76}'),
  token('github-fine-grained-token', 'GitHub token', 'github_pat_', 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}'),
  token(
    'gitlab-token',
    'GitLab token',
    [
      'glpat-',
      'gldt-',
      'glrt-',
      'glcbt-',
      'glptt-',
      'glft-',
      'glsoat-',
      'gloas-',
      'glagent-',
      'glimt-',
      'glffct-',
      'glwt-',
    ],
    String.raw`gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|agent|imt|ffct|wt)-(?:[a-zA-Z0-9]{1,5}_)?(?:[\w-]{64}|[\w-]{50}|[\w-]{40}|[\w-]{25}|[\w-]{20})`,
  ),
  token(
    'gitlab-token',
    'GitLab token',
    ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-'],
    String.raw`gl(?:pat|dt|rt|cbt|ptt|ft)-[\w-]{20,300}\.[0-9a-z]{2}(?:\.[0-9a-z]{2})?[0-9a-z]{7,9}`,
  ),
  token('gitlab-runner-token', 'GitLab runner registration token', 'GR1348941', String.raw`GR1348941[\w-]{20}`),
  token('gitlab-session', 'GitLab session', '_gitlab_session=', '_gitlab_session=([0-9a-f]{32})'),
  token('atlassian-token', 'Atlassian token', 'ATATT3', `ATATT3[\\w=-]{180,192}(?![\\w=-])`),
  token('atlassian-token', 'Atlassian token', ['ATCTT3', 'ATSTT3'], `AT[CS]TT3[\\w=-]{150,192}(?![\\w=-])`),
  token('bitbucket-token', 'Bitbucket app password', 'ATBB', 'ATBB[A-Za-z0-9]{32}'),
  token('npm-token', 'npm token', 'npm_', 'npm_[A-Za-z0-9]{36}', { judge: judgeBase62 }),
  token(
    'pypi-token',
    'PyPI token',
    ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZw'],
    String.raw`pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{50,1000}`,
  ),
  token('rubygems-key', 'RubyGems key', 'rubygems_', 'rubygems_[a-f0-9]{48}'),
  token('crates-io-token', 'crates.io token', 'cio', 'cio[A-Za-z0-9]{32}'),
  token('nuget-key', 'NuGet key', 'oy2', 'oy2[a-z0-9]{43}'),
  token('clojars-token', 'Clojars token', 'CLOJARS_', 'CLOJARS_[a-z0-9]{60}'),
  token(
    'docker-token',
    'Docker Hub token',
    ['dckr_pat_', 'dckr_oat_'],
    String.raw`dckr_(?:pat_[\w-]{27}|oat_[\w-]{32})`,
  ),
  token(
    'docker-registry-auth',
    'user and password of a registry',
    ['"auth"', '"auth\\'],
    String.raw`"auth\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"([A-Za-z0-9+/]{8,3000}={0,2})(?![A-Za-z0-9+/=])`,
    {
      judge: (value, level) => (isUserAndPassword(decodeBase64(value) ?? '') ? level : undefined),
    },
  ),
  token('docker-swarm-token', 'Docker Swarm key', 'SWMTKN-1-', 'SWMTKN-1-[a-z0-9]{50}-[a-z0-9]{25}'),
  token('docker-swarm-token', 'Docker Swarm key', 'SWMKEY-1-', `SWMKEY-1-[\\w+/]{43}${WORD_END}`),
  token('jfrog-key', 'JFrog key', 'AKCp', 'AKCp[A-Za-z0-9]{68,70}'),
  token('jfrog-token', 'JFrog reference token', 'cmVmd', 'cmVmd[A-Za-z0-9]{59}'),
  token('circleci-token', 'CircleCI token', 'CCIPAT_', 'CCIPAT_[A-Za-z0-9]{22}_[a-f0-9]{40}'),
  token('circleci-token', 'CircleCI token', 'CCIPRJ_', 'CCIPRJ_[A-Za-z0-9]{22}_[a-f0-9]{40}'),
  token(
    'buildkite-token',
    'Buildkite token',
    ['bkua_', 'bkaj_', 'bkcq_', 'bkct_'],
    'bk(?:ua|aj|cq|ct)_[A-Za-z0-9]{40}',
  ),
  token('sonar-token', 'Sonar token', ['squ_', 'sqp_', 'sqa_'], 'sq[upa]_[a-z0-9]{40}'),
  token('sourcegraph-token', 'Sourcegraph token', 'sgp_', 'sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}'),
  token('pulumi-token', 'Pulumi token', 'pul-', 'pul-[a-f0-9]{40}'),
  token(
    'terraform-cloud-token',
    'Terraform Cloud token',
    '.atlasv1.',
    String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}(?![\w=-])`,
    {
      reach: { most: 14, of: /[A-Za-z0-9]/ },
    },
  ),
  token('postman-key', 'Postman key', 'PMAK-', 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}'),
  token('prefect-key', 'Prefect key', ['pnu_', 'pnb_'], 'pn[ub]_[a-zA-Z0-9]{36}'),
  token('readme-key', 'ReadMe key', 'rdme_', 'rdme_[a-z0-9]{70}'),
  token('scalingo-token', 'Scalingo token', 'tk-us-', String.raw`tk-us-[\w-]{48}`),
  token(
    'harness-token',
    'Harness token',
    ['pat.', 'sat.'],
    String.raw`[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}`,
  ),
  token('octopus-key', 'Octopus Deploy key', 'API-', 'API-[A-Z0-9]{26}'),
  token('snyk-token', 'Snyk service token', 'snyk_', String.raw`snyk_(?:uat|sat|pat)\.[a-z0-9]{8}\.[\w.-]{40,300}`),
]

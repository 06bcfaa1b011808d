import * as platformPath from 'node:path'

/** The flavour of paths: a parameter, so that both can be tested everywhere. */
export type PathFlavour = Pick<typeof platformPath.posix, 'dirname' | 'isAbsolute' | 'relative' | 'sep'>

/** `path` as seen from `folder`; undefined when it does not lie below it. Both absolute. */
export function pathBelow(folder: string, path: string, flavour: PathFlavour = platformPath): string | undefined {
  const { isAbsolute, relative, sep } = flavour
  // most are written so that nothing has to be resolved: a rule is asked for every file
  const rest = path.slice(folder.length + 1)
  if (sep === '/' && path.startsWith(`${folder}/`) && isResolved(rest)) return rest
  const below = relative(folder, path)
  // on Windows the way to another drive is absolute
  const isOutside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)
  return isOutside ? undefined : below
}

function isResolved(path: string): boolean {
  const hasDots = path.startsWith('.') || path.includes('/.')
  return !hasDots && path !== '' && !path.startsWith('/') && !path.endsWith('/') && !path.includes('//')
}

/** The nearest folder that all of `paths` lie below; undefined when there is none: no paths, or several drives. */
export function commonFolder(paths: readonly string[], flavour: PathFlavour = platformPath): string | undefined {
  const [first] = paths
  let common = first === undefined ? undefined : flavour.dirname(first)
  for (const path of paths) {
    while (common !== undefined && pathBelow(common, path, flavour) === undefined) {
      const parent = flavour.dirname(common)
      common = parent === common ? undefined : parent
    }
  }
  return common
}

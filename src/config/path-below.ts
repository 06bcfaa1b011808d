import * as platformPath from 'node:path'

/** The flavour of paths: a parameter, so that both can be tested everywhere. */
export type PathFlavour = Pick<typeof platformPath.posix, 'dirname' | 'isAbsolute' | 'relative' | 'sep'>

/** `path` as seen from `folder`; undefined when it does not lie below it. Both absolute. */
export function pathBelow(folder: string, path: string, flavour: PathFlavour = platformPath): string | undefined {
  const { isAbsolute, relative, sep } = flavour
  const below = relative(folder, path)
  // on Windows the way to another drive is absolute
  const isOutside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)
  return isOutside ? undefined : below
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

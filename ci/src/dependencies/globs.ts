import micromatch from "micromatch"

/** A test for paths: at least one glob matches, and none that begins with `!`. */
export function globTest(globs: readonly string[]): (path: string) => boolean {
  const compile = (glob: string) => micromatch.matcher(glob, { dot: true })
  const included = globs.filter((glob) => !glob.startsWith("!")).map(compile)
  const excluded = globs
    .filter((glob) => glob.startsWith("!"))
    .map((glob) => compile(glob.slice(1)))
  return (path) =>
    included.some((matches) => matches(path)) && !excluded.some((matches) => matches(path))
}

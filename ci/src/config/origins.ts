import type { KeyPath, SourceDocument } from "./document.js"
import { formatPath } from "./issues.js"
import { memberOf } from "./outline.js"
import type { Origin } from "./types.js"

/** Finds where the entries of both files and their direct keys are written. */
export function originsOf(
  services: SourceDocument,
  pipeline: SourceDocument | undefined,
): Record<string, Origin> {
  return {
    ...originsIn(services, ["services"]),
    ...originsIn(services, ["libraries"]),
    ...originsIn(services, ["integration"]),
    ...(pipeline && originsIn(pipeline, [])),
  }
}

/** Places of what is under a path, two levels deep; of how images are built, three. */
function originsIn(document: SourceDocument, base: KeyPath): Record<string, Origin> {
  const section = base.reduce<unknown>((value, key) => memberOf(value, String(key)), document.value)
  const paths = childPaths(section, base).flatMap(({ path, child }) => [
    path,
    ...childPaths(child, path).flatMap((inner) => [
      inner.path,
      ...(inner.path.at(-1) === "build" ? childPaths(inner.child, inner.path) : []).map(
        (setting) => setting.path,
      ),
    ]),
  ])
  return Object.fromEntries(
    paths.map((path) => [formatPath(path), { file: document.file, ...document.place(path) }]),
  )
}

function childPaths(value: unknown, path: KeyPath): { path: KeyPath; child: unknown }[] {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).map(([key, child]: [string, unknown]) => ({
    path: [...path, Array.isArray(value) ? Number(key) : key],
    child,
  }))
}

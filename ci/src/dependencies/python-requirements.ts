import type { FileIndex } from "./file-index.js"
import { folderOf } from "./paths.js"
import type { RepositoryFacts } from "./types.js"

const REQUIREMENT_FILE =
  /(?:^|\/)requirements[^/]*\.(?:txt|in)$|(?:^|\/)requirements\/[^/]+\.(?:txt|in)$/

/**
 * True when a folder's Python manifests ask the package index for a distribution of that name, so
 * that an import of it has nothing to do with a folder of the repository.
 */
export function comesFromIndex(
  name: string,
  folder: string,
  index: FileIndex,
  facts: RepositoryFacts,
): boolean {
  const wanted = normalise(name)
  const manifests = index.under(folder).filter((file) => isManifest(file, folder))
  return manifests.some((file) => {
    const text = facts.read(file) ?? ""
    const names = file.endsWith(".toml") ? namesInToml(text) : namesInRequirements(text)
    return names.map(normalise).includes(wanted)
  })
}

function isManifest(file: string, folder: string): boolean {
  if (REQUIREMENT_FILE.test(file)) return true
  return folderOf(file) === folder && file.endsWith("pyproject.toml")
}

/** Names with or without a version; a path or an editable install is no name. */
function namesInRequirements(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, name] =
      /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;#].*)?$/.exec(line) ?? []
    return name ?? []
  })
}

/** Only names with a version: bare ones are how path and workspace sources are written. */
function namesInToml(text: string): string[] {
  const quoted = text.matchAll(/["']([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*[<>=!~]/g)
  const keyed = text.matchAll(/^([A-Za-z0-9][\w.-]*)\s*=\s*["'][\^~<>=!*\d]/gm)
  return [...quoted, ...keyed].map((match) => match[1] ?? "")
}

/** Distributions are written with -, modules with _. */
function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-")
}

import type { Directory } from "@dagger.io/dagger"
import type { RepositoryFiles } from "../languages/index.js"

/** The files of a checkout, each read once however many services and stages ask for it. */
export function repositoryFiles(source: Directory, paths: readonly string[]): RepositoryFiles {
  const present = new Set(paths)
  const texts = new Map<string, Promise<string>>()
  return {
    paths,
    has: (path) => present.has(path),
    read(path) {
      const text = texts.get(path) ?? source.file(path).contents()
      texts.set(path, text)
      return text
    },
  }
}

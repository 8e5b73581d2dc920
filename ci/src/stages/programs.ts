import { basename, join } from "node:path/posix"
import { dag } from "@dagger.io/dagger"
import { PROGRAM_FOLDER } from "../languages/index.js"

const texts = new Map<string, Promise<string>>()

/**
 * The pipeline's own programs, as texts by their paths in a container. As texts, because a file of
 * the module is known by the checkout that it came from, and steps must be known by content.
 *
 * @param names paths beside the languages, such as "python/check_imports.py"
 */
export async function programFiles(names: readonly string[]): Promise<Record<string, string>> {
  const files = names.map(async (name) => [
    join(PROGRAM_FOLDER, basename(name)),
    await programText(name),
  ])
  return Object.fromEntries(await Promise.all(files))
}

function programText(name: string): Promise<string> {
  const text =
    texts.get(name) ?? dag.currentModule().source().file(`src/languages/${name}`).contents()
  texts.set(name, text)
  return text
}

import { dag, Directory } from "@dagger.io/dagger"

/** A folder of the module itself, such as its rules. */
export function moduleFolder(name: string): Directory {
  return dag.currentModule().source().directory(name)
}

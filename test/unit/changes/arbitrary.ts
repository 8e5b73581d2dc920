import fc from "fast-check"
import type { ChangedFile } from "../../../ci/src/changes/facts.js"
import type { ChangeConfig } from "../../../ci/src/changes/units.js"
import { config, library, service } from "./builders.js"

const part = fc.constantFrom("a", "b", "c", "x.py", "README.md", "a b", "\n", "[x]", "\udcff")
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"))
const glob = fc.oneof(path, fc.constantFrom("**", "a/**", "**/*.md", "b/*", "!a/b/**", "c"))
const name = fc.constantFrom("s1", "s2", "s3", "s4", "l1", "l2")
const globs = fc.array(glob, { maxLength: 3 })

/** Four services and two libraries whose folders, globs and dependencies may overlap. */
export const anyConfig: fc.Arbitrary<ChangeConfig> = fc
  .record({
    paths: fc.array(path, { minLength: 6, maxLength: 6 }),
    dependencies: fc.array(fc.uniqueArray(name, { maxLength: 3 }), { minLength: 6, maxLength: 6 }),
    inputs: fc.array(globs, { minLength: 4, maxLength: 4 }),
    ignores: fc.array(globs, { minLength: 4, maxLength: 4 }),
    dockerfile: path,
    global: fc.array(glob, { maxLength: 1 }),
    ignore: fc.array(glob, { maxLength: 1 }),
    always: fc.boolean(),
  })
  .map(({ paths, dependencies, inputs, ignores, dockerfile, global, ignore, always }) =>
    config(
      ["s1", "s2", "s3", "s4"].map((each, index) =>
        service(each, {
          path: paths[index] ?? "",
          dependsOn: dependencies[index] ?? [],
          inputs: inputs[index] ?? [],
          ignore: ignores[index] ?? [],
          always: always && index === 0,
          ...(index === 1 ? { dockerfile } : {}),
        }),
      ),
      ["l1", "l2"].map((each, index) =>
        library(each, { path: paths[index + 4] ?? "", dependsOn: dependencies[index + 4] ?? [] }),
      ),
      { global, ignore },
    ),
  )

/** Tracked links, some of which lead to changed paths. */
export const links = fc.uniqueArray(fc.record({ path, target: path.map((each) => `../${each}`) }), {
  maxLength: 3,
  selector: (link) => link.path,
})
/** A changed path. */
export const file: fc.Arbitrary<ChangedFile> = fc.record(
  {
    path,
    status: fc.constantFrom("A", "M", "D", "T"),
    sources: fc.constant<ChangedFile["sources"]>(["committed"]),
    types: fc.constantFrom<ChangedFile["types"]>(["submodule"], ["symlink"]),
  },
  { requiredKeys: ["path", "status", "sources"] },
)
/** Changed paths, each once. */
export const files = fc.uniqueArray(file, { maxLength: 8, selector: (each) => each.path })

/** Changed paths beside tracked links. */
export const anyChange = fc.record({ files, symlinks: links })

/**
 * Makes one file of JavaScript of a module, once per change: `bundle.mjs MODULE_FOLDER OUTPUT_FOLDER`
 * writes `module.mjs`, which exports `answer`, and what Node needs to start it fast.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { sourceFiles } from "./source-files.js"

const [folder, output] = process.argv.slice(2) as [string, string]
const kit = dirname(process.argv[1] as string)
const files = sourceFiles(join(folder, "src"))

const entry = join(folder, "src", "__pipeline.entry.ts")
const imports = files.map((file, index) => `import * as m${index} from ${JSON.stringify(file)}`)
const modules = files.map((_, index) => `m${index}`).join(", ")
mkdirSync(output, { recursive: true })
writeFileSync(
  entry,
  `${imports.join("\n")}
import { serve } from "../sdk/core.js"
export const answer = (description: string) => serve([${modules}], description)
`,
)
execFileSync(
  join(kit, "esbuild"),
  [
    entry,
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--target=node22",
    "--main-fields=module,main",
    // Functions and classes keep their names: the SDK finds a class by its name.
    "--keep-names",
    "--log-level=warning",
    "--log-override:direct-eval=silent",
    // CommonJS dependencies ask for Node's own modules with require().
    '--banner:js=import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    // Only the scan needs the compiler, and the scan is done.
    `--alias:typescript=${join(kit, "no-typescript.mjs")}`,
    `--tsconfig-raw=${JSON.stringify({ compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true, target: "ES2022" } })}`,
    `--outfile=${join(output, "module.mjs")}`,
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
)
writeFileSync(
  join(output, "main.mjs"),
  `import module from "node:module"
module.enableCompileCache?.(new URL("compiled", import.meta.url).pathname)
const { answer } = await import("./module.mjs")
if (process.argv[2]) await answer(process.argv[2])
`,
)
// Once without a call: Node keeps what it compiled.
execFileSync(process.execPath, [join(output, "main.mjs")], { stdio: "inherit" })

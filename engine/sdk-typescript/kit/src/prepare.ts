/**
 * Prepares a module for calls, once per change: `prepare.mjs MODULE_NAME MODULE_FOLDER OUTPUT_FOLDER`
 * writes `module.mjs`, everything a call needs in one file of JavaScript.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { serialise } from "./description.js"
import { scan } from "./sdk.js"
import { sourceFiles } from "./source-files.js"

const [name, folder, output] = process.argv.slice(2) as [string, string, string]
const files = sourceFiles(join(folder, "src"))
const scanned = await scan([...files, join(folder, "sdk", "client.gen.ts")], name, false)

const entry = join(folder, "src", "__pipeline.entry.ts")
const imports = files.map((file, index) => `import * as m${index} from ${JSON.stringify(file)}`)
const modules = files.map((_, index) => `m${index}`).join(", ")
mkdirSync(output, { recursive: true })
writeFileSync(
  entry,
  `${imports.join("\n")}
import { serve } from "../sdk/core.js"
await serve([${modules}], ${JSON.stringify(serialise(scanned))})
`,
)
execFileSync(
  join(dirname(process.argv[1] as string), "esbuild"),
  [
    entry,
    "--bundle",
    "--platform=node",
    "--format=esm",
    "--target=node22",
    // Functions and classes keep their names: the SDK finds a class by its name.
    "--keep-names",
    "--log-level=warning",
    // CommonJS dependencies ask for Node's own modules with require().
    '--banner:js=import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    // Only the scan needs the compiler, and the scan is done.
    `--alias:typescript=${join(dirname(process.argv[1] as string), "no-typescript.mjs")}`,
    `--tsconfig-raw=${JSON.stringify({ compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true, target: "ES2022" } })}`,
    `--outfile=${join(output, "module.mjs")}`,
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
)

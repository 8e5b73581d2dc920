/**
 * Tells the engine which types a module has: `types.mjs MODULE_NAME MODULE_FOLDER OUTPUT_FILE`
 * writes the id of the registered module, as the SDK's own introspection does.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { connection, Register, scan } from "./sdk.js"
import { sourceFiles } from "./source-files.js"

const [name, folder, output] = process.argv.slice(2) as [string, string, string]
const files = [...sourceFiles(join(folder, "src")), join(folder, "sdk", "client.gen.ts")]
const scanned = await scan(files, name, false)
await connection(async () => {
  writeFileSync(output, JSON.stringify(await new Register(scanned).run()))
})

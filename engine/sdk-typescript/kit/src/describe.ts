/**
 * Finds a module's types, once per change: `describe.mjs MODULE_NAME MODULE_FOLDER OUTPUT_FILE`
 * writes what the SDK's own scan says, for register.mjs and for every call.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { serialise } from "./description.js"
import { scan } from "./sdk.js"
import { sourceFiles } from "./source-files.js"

const [name, folder, output] = process.argv.slice(2) as [string, string, string]
const files = [...sourceFiles(join(folder, "src")), join(folder, "sdk", "client.gen.ts")]
writeFileSync(output, serialise(await scan(files, name, false)))

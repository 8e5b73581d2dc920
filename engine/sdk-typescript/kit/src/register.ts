/**
 * Tells the engine which types a module has: `register.mjs DESCRIPTION_FILE OUTPUT_FILE`
 * writes the id of the registered module, as the SDK's own introspection does.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { revive } from "./description.js"
import { connection, Register } from "./sdk.js"

const [description, output] = process.argv.slice(2) as [string, string]
const scanned = revive(readFileSync(description, "utf8"))
await connection(async () => {
  writeFileSync(output, JSON.stringify(await new Register(scanned).run()))
})

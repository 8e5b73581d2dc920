import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The SDK's package; its `exports` hide what the tests read of it. */
export const SDK_PACKAGE = fileURLToPath(
  new URL("../../node_modules/@dagger.io/dagger", import.meta.url),
)

/** What the SDK's scan finds; the parts that the tests look at. */
export interface ScannedModule {
  objects: Record<string, ScannedObject>
  enums: Record<string, unknown>
  interfaces: Record<string, unknown>
}

export interface ScannedObject {
  description: string
  methods: Record<string, ScannedFunction>
  properties: Record<string, { name: string; alias?: string; type: unknown; isExposed: boolean }>
  _constructor?: { arguments: Record<string, ScannedArgument> }
}

export interface ScannedFunction {
  name: string
  alias?: string
  description: string
  cache: string
  isCheck?: boolean
  returnType: ScannedType
  arguments: Record<string, ScannedArgument>
}

export interface ScannedArgument {
  name: string
  description: string
  type: ScannedType
  isOptional: boolean
  isNullable: boolean
  isVariadic: boolean
  defaultValue?: unknown
  defaultPath?: string
  ignore?: string[]
}

export interface ScannedType {
  kind: string
  name?: string
  typeDef?: ScannedType
}

/**
 * Runs the SDK's own scan over a module's sources, without an engine.
 *
 * @param source the module's `src` folder
 * @param name the module's name
 */
export async function scanSources(source: string, name: string): Promise<ScannedModule> {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-scan-"))
  try {
    const { scan } = await import(join(SDK_PACKAGE, "dist/src/module/introspector/index.js"))
    return await scan([...sourceFiles(source), clientSource(folder)], name, false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The TypeScript files of a folder, as the SDK's entrypoint finds them. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && [".ts", ".mts"].includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * Writes a client for a scan to read: the package's declarations, which the
 * scan takes for a client's source when the file has that name.
 *
 * @returns its path
 */
export function clientSource(folder: string): string {
  const file = join(folder, "client.gen.ts")
  cpSync(join(SDK_PACKAGE, "dist/src/api/client.gen.d.ts"), file)
  return file
}

import { folderOf, joinPath } from "../src/dependencies/paths.js"
import { toYaml } from "./packages.js"
import { asObject, asTexts, baseName, ownFiles, placeOf, type Tree } from "./tree.js"

/** A service that a compose file builds. */
export interface ComposeService {
  name: string
  /** Folder of its build context. */
  context: string
  /** From the repository's root. */
  dockerfile: string
  target: string | undefined
  args: Record<string, string>
  /** Images that it is started beside, by the name of their compose service. */
  beside: { name: string; image: string }[]
  environment: Record<string, string>
  health: { port: number; path: string } | undefined
  place: string
}

/** A compose file's health check, or a Dockerfile's, that asks for a page. */
export function healthOf(text: string): { port: number; path: string } | undefined {
  const [, port, path] =
    /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d+))?(\/[\w./-]*)?/.exec(text) ?? []
  return port === undefined ? undefined : { port: Number(port), path: path ?? "/" }
}

/** What the repository's compose files build. */
export function composeServices(tree: Tree): ComposeService[] {
  const files = ownFiles(tree).filter((file) =>
    /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/.test(baseName(file)),
  )
  const found = new Map<string, ComposeService>()
  // The plain file before `docker-compose.override.yml` and the like.
  for (const file of files.sort((a, b) => a.length - b.length))
    for (const service of servicesIn(tree, file))
      if (!found.has(service.name)) found.set(service.name, service)
  return [...found.values()]
}

function servicesIn(tree: Tree, file: string): ComposeService[] {
  const services = asObject(toYaml(tree.read(file))?.["services"]) ?? {}
  return Object.entries(services).flatMap(([name, value]) => {
    const service = asObject(value)
    const build = service?.["build"]
    if (service === undefined || build === undefined) return []
    const details = asObject(build)
    const context = joinPath(folderOf(file), asTexts(details?.["context"] ?? build)[0] ?? ".")
    if (context === undefined) return []
    const dockerfile = joinPath(context, asTexts(details?.["dockerfile"])[0] ?? "Dockerfile")
    if (dockerfile === undefined || !tree.files.includes(dockerfile)) return []
    const test = asObject(service["healthcheck"])?.["test"]
    return [
      {
        ...{ name, context, dockerfile },
        target: asTexts(details?.["target"])[0],
        args: pairs(details?.["args"]),
        beside: neighbours(service["depends_on"], services),
        environment: pairs(service["environment"]),
        health: healthOf(asTexts(test).join(" ")),
        place: placeOf(tree, file, `${name}:`),
      },
    ]
  })
}

/** Every service of the compose file that runs an image it does not build. */
function neighbours(dependsOn: unknown, services: Record<string, unknown>) {
  const names = asObject(dependsOn) ? Object.keys(dependsOn as object) : asTexts(dependsOn)
  return names.flatMap((name) => {
    const other = asObject(services[name])
    const image = asTexts(other?.["image"])[0]
    return image === undefined || other?.["build"] !== undefined ? [] : [{ name, image }]
  })
}

/** A map, or a list of NAME=value. */
function pairs(value: unknown): Record<string, string> {
  const table = asObject(value)
  const entries = table
    ? Object.entries(table).flatMap(([name, text]) => (text == null ? [] : [[name, String(text)]]))
    : asTexts(value).flatMap((text) => {
        const [, name, rest] = /^([^=]+)=(.*)$/s.exec(text) ?? []
        return name === undefined ? [] : [[name, rest ?? ""]]
      })
  return Object.fromEntries(entries)
}

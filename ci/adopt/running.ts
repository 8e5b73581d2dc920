import { builtInBackingServices } from "../src/config/index.js"
import { isInside } from "../src/dependencies/paths.js"
import type { ComposeService } from "./compose.js"
import type { FoundDockerfile } from "./dockerfiles.js"
import { ownFiles, type Tree } from "./tree.js"

/* How a service runs: beside which backing services, and how it shows that it is healthy. */

/** An entry of `needs`. */
export type Need = string | { name: string; env: Record<string, string> }

/** Pages that tell of health, the one that says most first. */
const PAGES = ["/ready", "/readyz", "/health", "/healthz", "/_healthz", "/livez"]

/** An exposed port with the page that the code has for it, where it has one. */
export function withPage(
  tree: Tree,
  folder: string,
  health: FoundDockerfile["health"],
): FoundDockerfile["health"] {
  if (health?.protocol !== "tcp") return health
  const texts = codeOf(tree, folder)
  const page = PAGES.find((path) =>
    texts.some((text) => text.includes(`"${path}"`) || text.includes(`'${path}'`)),
  )
  return page === undefined ? health : { port: health.port, path: page }
}

/** Built-in backing services whose own variable the code reads. */
export function needsInCode(tree: Tree, folder: string): Need[] {
  const texts = codeOf(tree, folder)
  return Object.entries(builtInBackingServices()).flatMap(([name, { provides }]) => {
    const variables = Object.keys(provides).map((each) => new RegExp(`\\b${each}\\b`))
    return texts.some((text) => variables.some((variable) => variable.test(text))) ? [name] : []
  })
}

/** The texts of a folder's own code, without its tests. */
function codeOf(tree: Tree, folder: string): string[] {
  const isTest = /(?:^|\/)tests?\/|(?:^|\/)test_|_test\.|\.test\./
  return ownFiles(tree)
    .filter((file) => isInside(file, folder) && /\.(?:py|go|[cm]?[jt]s)$/.test(file))
    .filter((file) => !isTest.test(file.slice(folder.length)))
    .flatMap((file) => tree.read(file) ?? [])
}

/** The backing services among what a compose service waits for, with its own names of variables. */
export function needsOf(compose: ComposeService, name: string, notes: string[]): Need[] {
  const builtIn = builtInBackingServices()
  return compose.beside.flatMap((other): Need[] => {
    const image = other.image.replace(/^(?:docker\.io\/)?(?:library\/)?/, "").split(/[:@]/)[0] ?? ""
    const known = Object.hasOwn(builtIn, image)
      ? image
      : image === "postgresql" || image.endsWith("/postgres") || /postgis|timescaledb/.test(image)
        ? "postgres"
        : undefined
    if (known === undefined) {
      notes.push(
        `${name} starts beside ${other.image} (${other.name} of the compose file): describe it under "backing_services" in pipeline.yaml and name it in "needs" if its tests want it`,
      )
      return []
    }
    const env = variablesOf(compose.environment, other.name)
    return Object.keys(env).length === 0 ? [known] : [{ name: known, env }]
  })
}

/** Addresses of a compose service, with what changes from run to run in braces. */
function variablesOf(environment: Record<string, string>, host: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, text]) => {
      const url = new RegExp(
        `^([a-z0-9+]+://)(?:[^@/]*@)?${host.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?::\\d+)?(/[^?]*)?`,
      ).exec(text)
      if (url === null) return []
      const [, scheme = "", path] = url
      const isPostgres = scheme.startsWith("postgres")
      return [
        [
          name,
          isPostgres
            ? `${scheme}{user}:{password}@{host}:{port}/{database}`
            : `${scheme}{host}:{port}${path ?? ""}`,
        ],
      ]
    }),
  )
}

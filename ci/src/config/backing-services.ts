import type { BackingServiceEntry } from "./pipeline-file.js"
import type { BackingService, Ready } from "./types.js"

/** Enough for a database that sets itself up on a busy machine. */
const READY_SECONDS = 60

/**
 * The backing services that every repository can name in `needs` without declaring them.
 *
 * `pipeline.yaml` can change single fields of these, or add others. A function, so that no caller
 * can change them for the next one.
 */
export function builtInBackingServices(): Record<string, BackingService> {
  return {
    nats: {
      image: "nats:2.10",
      port: 4222,
      env: {},
      args: ["--port", "{port}", "--jetstream", "--http_port", "8222"],
      variables: {},
      provides: { NATS_URL: "nats://{host}:{port}" },
      // The server's own health check: it waits for JetStream, which an open port doesn't.
      ready: { http: { port: 8222, path: "/healthz" }, timeout: READY_SECONDS },
    },
    postgres: {
      image: "postgres:15",
      port: 5432,
      env: {
        POSTGRES_USER: "{user}",
        POSTGRES_PASSWORD: "{password}",
        POSTGRES_DB: "{database}",
      },
      args: [],
      variables: { user: "test", password: "test", database: "test" },
      provides: { DATABASE_URL: "postgresql://{user}:{password}@{host}:{port}/{database}" },
      // By address: while the image sets itself up, it already answers on its Unix socket.
      ready: {
        command: [
          "pg_isready",
          "-h",
          "127.0.0.1",
          "-p",
          "{port}",
          "-U",
          "{user}",
          "-d",
          "{database}",
        ],
        timeout: READY_SECONDS,
      },
    },
    redis: {
      image: "redis:7",
      port: 6379,
      env: {},
      args: [],
      variables: {},
      provides: { REDIS_URL: "redis://{host}:{port}/0" },
      // The answer is looked at: while it loads data, Redis accepts connections and refuses commands.
      ready: {
        command: ["sh", "-c", "redis-cli -p {port} ping | grep -x PONG"],
        timeout: READY_SECONDS,
      },
    },
  }
}

/**
 * Applies the entries of `pipeline.yaml` to the built-in backing services.
 *
 * Single values and lists take the place of the built-in ones; of `env`, `variables` and `provides`
 * only the keys that are named. An entry that is new but has no image or port is left out; the
 * rules report it.
 */
export function mergeBackingServices(
  entries: Record<string, BackingServiceEntry>,
): Record<string, BackingService> {
  const merged = builtInBackingServices()
  for (const [name, entry] of Object.entries(entries)) {
    const base = Object.hasOwn(merged, name) ? merged[name] : undefined
    const image = entry.image ?? base?.image
    const port = entry.port ?? base?.port
    if (image === undefined || port === undefined) continue
    merged[name] = {
      image,
      port,
      env: { ...base?.env, ...entry.env },
      args: entry.args ?? base?.args ?? [],
      variables: { ...base?.variables, ...entry.variables },
      provides: { ...base?.provides, ...entry.provides },
      ready: mergeReady(entry.ready, base?.ready, port),
    }
  }
  return merged
}

/** A probe takes the place of the built-in one; a timeout alone leaves it. */
function mergeReady(
  entry: BackingServiceEntry["ready"],
  base: Ready | undefined,
  port: number,
): Ready {
  const timeout = entry?.timeout ?? base?.timeout ?? READY_SECONDS
  if (entry?.command) return { command: entry.command, timeout }
  if (entry?.http)
    return { http: { port: entry.http.port ?? port, path: entry.http.path }, timeout }
  return { ...base, timeout }
}

import type { KeyPath } from "./document.js"
import { normalisePath, pathFault } from "./paths.js"

/**
 * The names, folders and references of `services.json`, as far as they can be read.
 *
 * The rules look at this and not at the checked configuration, so that a misspelt key in one entry
 * does not hide an unknown name in another.
 */
export interface Outline {
  entries: OutlineEntry[]
}

/** What can be read of a service, a library or an integration test. */
export interface OutlineEntry {
  kind: "service" | "library" | "integration"
  /** Where the entry is. */
  path: KeyPath
  name?: string
  /** Normalised; absent when it can't be used. */
  folder?: string
  dependsOn: Word[]
  needs: OutlineNeed[]
  /** Services that an integration test names. */
  services: Word[]
  /** Whether it can be started by itself: it has an image, and a port that answers. */
  startable: boolean
  /** Whether its health is asked for by HTTP. */
  speaksHttp: boolean
  /** Whether it says twice how its image is made. */
  hasTwoImages: boolean
  /** What asks it over HTTP. */
  asked: ("contract" | "load")[]
}

/** A text and where it is. */
export interface Word {
  text: string
  path: KeyPath
}

/** A backing service that a service names. */
export interface OutlineNeed extends Word {
  env: Word[]
}

/** Reads what can be read of the value of `services.json`. */
export function outlineOf(value: unknown): Outline {
  return {
    entries: [
      ...itemsAt(value, "services").map(({ item, path }) => entryOf("service", item, path)),
      ...itemsAt(value, "libraries").map(({ item, path }) => entryOf("library", item, path)),
      ...itemsAt(value, "integration").map(({ item, path }) => entryOf("integration", item, path)),
    ],
  }
}

/** A member of an object, when there is one. */
export function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}

/** The members of an object that are text. */
export function wordsIn(value: unknown, path: KeyPath): Word[] {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, text]) =>
    typeof text === "string"
      ? [{ text, path: [...path, Array.isArray(value) ? Number(key) : key] }]
      : [],
  )
}

function entryOf(kind: OutlineEntry["kind"], item: unknown, path: KeyPath): OutlineEntry {
  const name = memberOf(item, "name")
  const folder = memberOf(item, "path")
  const standard = memberOf(memberOf(item, "build"), "command")
  const usable = typeof folder === "string" && pathFault(folder) === undefined
  return {
    kind,
    path,
    ...(typeof name === "string" && { name }),
    ...(usable && { folder: normalisePath(folder) }),
    dependsOn: wordsIn(memberOf(item, "depends_on"), [...path, "depends_on"]),
    needs: itemsAt(item, "needs").flatMap((need) => needOf(need.item, [...path, ...need.path])),
    services: itemsAt(item, "services").flatMap((each) =>
      needOf(each.item, [...path, ...each.path]),
    ),
    startable:
      (memberOf(item, "dockerfile") !== undefined || standard !== undefined) &&
      memberOf(memberOf(item, "health"), "port") !== undefined,
    speaksHttp: ["http", undefined].includes(
      memberOf(memberOf(item, "health"), "protocol") as string | undefined,
    ),
    hasTwoImages: memberOf(item, "dockerfile") !== undefined && standard !== undefined,
    asked: (["contract", "load"] as const).filter((key) => memberOf(item, key) !== undefined),
  }
}

function needOf(item: unknown, path: KeyPath): OutlineNeed[] {
  if (typeof item === "string") return [{ text: item, path, env: [] }]
  const name = memberOf(item, "name")
  if (typeof name !== "string") return []
  const env = wordsIn(memberOf(item, "env"), [...path, "env"])
  return [{ text: name, path: [...path, "name"], env }]
}

function itemsAt(value: unknown, key: string): { item: unknown; path: KeyPath }[] {
  const list = memberOf(value, key)
  return Array.isArray(list)
    ? list.map((item: unknown, index) => ({ item, path: [key, index] }))
    : []
}

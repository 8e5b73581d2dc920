import { builtInBackingServices, mergeBackingServices } from "./backing-services.js"
import type { Finding } from "./issues.js"
import { formatPath } from "./issues.js"
import type { Outline, OutlineEntry, Word } from "./outline.js"
import { memberOf, wordsIn } from "./outline.js"
import type { BackingServiceEntry } from "./pipeline-file.js"
import { closest } from "./suggest.js"
import { placeholders } from "./template.js"
import type { BackingService } from "./types.js"

/** Names are listed in a message only while the list helps more than it hides. */
const MOST_NAMES = 12

/** Services and libraries share one set of names, since `depends_on` names both. */
export function uniqueNames({ entries }: Outline): Finding[] {
  return repeated(entries, ({ name }) => name).map(({ entry, first }) => ({
    path: [...entry.path, "name"],
    message: `the name "${entry.name}" is taken by ${formatPath(first.path)}`,
    suggestion: "give one of the two another name",
  }))
}

/** With two owners of one folder, a change could not be told to either. */
export function uniquePaths({ entries }: Outline): Finding[] {
  const owners = entries.filter(({ kind }) => kind !== "integration")
  return repeated(owners, ({ folder }) => folder).map(({ entry, first }) => ({
    path: [...entry.path, "path"],
    message: `the path "${entry.folder}" is taken by ${first.name ?? formatPath(first.path)}`,
    expected: "a folder for each service and library; one can be inside another",
  }))
}

/** An unknown name would be a dependency that is never checked. */
export function knownDependencies(
  { entries }: Outline,
  backingNames: ReadonlySet<string>,
): Finding[] {
  const names = new Set(namesOf(entries))
  return entries.flatMap(({ dependsOn, kind }) =>
    dependsOn
      .filter(({ text }) => !names.has(text))
      .map((word) => {
        const isNeed = kind !== "library" && backingNames.has(word.text)
        const hint = isNeed ? `"${word.text}" is a backing service: put it in "needs"` : undefined
        return unknownName(word, "service or library", names, hint)
      }),
  )
}

/** A cycle through others is allowed; a name in its own list is a slip. */
export function noDependencyOnItself({ entries }: Outline): Finding[] {
  return entries.flatMap(({ name, dependsOn }) =>
    dependsOn
      .filter(({ text }) => text === name)
      .map(({ path }) => ({
        path,
        message: `"${name}" depends on itself`,
        suggestion: "remove it from the list",
      })),
  )
}

/** Every backing service that is asked for must be built in or declared. */
export function knownNeeds({ entries }: Outline, backingNames: ReadonlySet<string>): Finding[] {
  const names = new Set(entries.flatMap(({ name }) => name ?? []))
  return entries.flatMap(({ needs }) =>
    needs
      .filter(({ text }) => !backingNames.has(text))
      .map((word) => {
        const hint = names.has(word.text)
          ? `"${word.text}" is a service of this repository: put it in "depends_on"`
          : undefined
        const fallback = 'declare it under "backing_services" in pipeline.yaml'
        return unknownName(word, "backing service", backingNames, hint, fallback)
      }),
  )
}

/** One backing service is started once for a service, whatever it is asked for. */
export function needsOnce({ entries }: Outline): Finding[] {
  return entries.flatMap(({ needs }) => {
    const seen = new Set<string>()
    return needs
      .filter(({ text }) => seen.has(text) || !seen.add(text))
      .map(({ text, path }) => ({
        path,
        message: `"${text}" is there twice`,
        suggestion: 'keep one; its "env" can set several variables',
      }))
  })
}

/** A misspelt {name} would reach the tests as it is. */
export function knownNeedVariables(
  { entries }: Outline,
  backingServices: Record<string, BackingService>,
): Finding[] {
  return entries.flatMap(({ needs }) =>
    needs.flatMap(({ text, env }) => {
      const backing = Object.hasOwn(backingServices, text) ? backingServices[text] : undefined
      return backing ? unknownPlaceholders(env, valuesOf(backing, true)) : []
    }),
  )
}

/** What an integration test starts must exist, and must say when it is ready. */
export function startableServices({ entries }: Outline): Finding[] {
  const services = entries.filter(({ kind }) => kind === "service")
  const names = new Set(services.flatMap(({ name }) => name ?? []))
  const startable = new Set(services.filter((each) => each.startable).map(({ name }) => name))
  return entries.flatMap(({ services: words }) => {
    const seen = new Set<string>()
    return words.flatMap((word) => {
      if (!names.has(word.text)) return [unknownName(word, "service", names)]
      if (seen.has(word.text))
        return [
          { path: word.path, message: `"${word.text}" is there twice`, suggestion: "keep one" },
        ]
      seen.add(word.text)
      return startable.has(word.text) ? [] : [notStartable(word.path, word.text)]
    })
  })
}

/** An image is made by a Dockerfile or is the standard one. */
export function oneImage({ entries }: Outline): Finding[] {
  return entries.flatMap(({ path, name = "it", hasTwoImages }) =>
    hasTwoImages
      ? [
          {
            path: [...path, "build", "command"],
            message: `"${name}" has a "dockerfile" too, which says itself what is run`,
            suggestion: "remove one of the two",
          },
        ]
      : [],
  )
}

/** A contract and a load check ask the running service over HTTP. */
export function startableChecks({ entries }: Outline): Finding[] {
  return entries.flatMap(({ path, name = "it", asked, startable, speaksHttp }) =>
    asked.flatMap((key) => {
      if (startable && speaksHttp) return []
      if (!startable) return [notStartable([...path, key], name)]
      const message = `"${name}" has a ${key}, but its "health" says that it does not speak HTTP`
      return [{ path: [...path, key], message, suggestion: "remove one of the two" }]
    }),
  )
}

function notStartable(path: Finding["path"], name: string): Finding {
  return {
    path,
    message: `"${name}" can't be started: it needs a "dockerfile" or a "build.command", and a "health" with a "port"`,
    suggestion: 'add them to the service, such as "health": {"port": 8000}',
  }
}

/** Zod leaves out an entry of this name without a word, and as a key it is no key like any other. */
export function usableNames(pipeline: unknown): Finding[] {
  return ["images", "backing_services", "environments"].flatMap((section) =>
    memberOf(memberOf(pipeline, section), "__proto__") === undefined
      ? []
      : [{ path: [section, "__proto__"], message: "is no name that anything can have" }],
  )
}

/** A backing service that is not built in has no image and no port to fall back on. */
export function completeBackingServices(entries: Record<string, BackingServiceEntry>): Finding[] {
  const builtIn = builtInBackingServices()
  return Object.entries(entries).flatMap(([name, entry]) => {
    if (Object.hasOwn(builtIn, name)) return []
    const meant = closest(name, Object.keys(builtIn))
    return (["image", "port"] as const)
      .filter((key) => entry[key] === undefined)
      .map((key) => ({
        path: ["backing_services", name, key],
        message: "is missing",
        expected: `the ${key} of "${name}", which is not one of the built-in backing services`,
        ...(meant !== undefined && { suggestion: `did you mean "${meant}"?` }),
      }))
  })
}

/** The templates of a backing service name only values that it has. */
export function knownTemplateValues(entries: Record<string, BackingServiceEntry>): Finding[] {
  const merged = mergeBackingServices(entries)
  return Object.entries(entries).flatMap(([name, { env, args, provides, ready }]) => {
    const backing = Object.hasOwn(merged, name) ? merged[name] : undefined
    if (!backing) return []
    const path = ["backing_services", name]
    const inside = [
      ...wordsIn(env, [...path, "env"]),
      ...wordsIn(args, [...path, "args"]),
      ...wordsIn(ready?.command, [...path, "ready", "command"]),
    ]
    return [
      ...unknownPlaceholders(inside, valuesOf(backing, false)),
      ...unknownPlaceholders(wordsIn(provides, [...path, "provides"]), valuesOf(backing, true)),
    ]
  })
}

/** A list without services is legal, but rarely what somebody wants to run. */
export function someServices({ entries }: Outline): Finding[] {
  if (entries.some(({ kind }) => kind === "service")) return []
  return [
    {
      path: ["services"],
      message: "there is no service, so nothing will run",
      suggestion: "add the first service",
    },
  ]
}

function valuesOf(backing: BackingService, withHost: boolean): string[] {
  return [...(withHost ? ["host"] : []), "port", ...Object.keys(backing.variables)]
}

function unknownPlaceholders(words: Word[], known: string[]): Finding[] {
  return words.flatMap(({ text, path }) =>
    placeholders(text)
      .filter((name) => !known.includes(name))
      .map((name) => {
        const meant = closest(name, known)
        return {
          path,
          message: `there is no value for {${name}}`,
          expected: `one of ${known.map((value) => `{${value}}`).join(", ")}`,
          ...(meant !== undefined && { suggestion: `did you mean {${meant}}?` }),
        }
      }),
  )
}

function unknownName(
  { text, path }: Word,
  what: string,
  names: ReadonlySet<string>,
  hint?: string,
  fallback?: string,
): Finding {
  const meant = closest(text, names)
  const suggestion = hint ?? (meant === undefined ? fallback : `did you mean "${meant}"?`)
  const few = names.size > 0 && names.size <= MOST_NAMES
  return {
    path,
    message: `there is no ${what} ${JSON.stringify(text)}`,
    ...(few && { expected: `one of ${[...names].sort().join(", ")}` }),
    ...(suggestion !== undefined && { suggestion }),
  }
}

/** What can be depended on. */
function namesOf(entries: OutlineEntry[]): string[] {
  return entries.flatMap(({ kind, name }) =>
    kind === "integration" || name === undefined ? [] : [name],
  )
}

function repeated(
  entries: OutlineEntry[],
  keyOf: (entry: OutlineEntry) => string | undefined,
): { entry: OutlineEntry; first: OutlineEntry }[] {
  const owners = new Map<string, OutlineEntry>()
  return entries.flatMap((entry) => {
    const key = keyOf(entry)
    if (key === undefined) return []
    const first = owners.get(key)
    if (first) return [{ entry, first }]
    owners.set(key, entry)
    return []
  })
}

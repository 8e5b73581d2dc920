import type { BuildOptions, ExpandedDockerfile, Step } from "./expand.js"
import { expandArgs, expandIn } from "./expand.js"
import { heredocStart } from "./heredoc.js"
import type { Dockerfile } from "./model.js"
import { flagIsOn, flagValue, flagValues } from "./model.js"
import { readMount } from "./mount.js"
import { reachableStages } from "./stage-graph.js"

/** A path of the build context that a build reads. */
export interface Source {
  /** Relative to the context, `.` for all of it; patterns are kept. */
  path: string
  /** As written. */
  written: string
  instruction: "ADD" | "COPY" | "RUN"
  line: number
  /** True when the path holds `*`, `?` or `[`. */
  glob: boolean
  /** True when `..` leads out of the context: Docker then takes the path from the context's root. */
  outside: boolean
  /** Variables in it that only the base image may set; the path is then not certain. */
  unknown: string[]
  /** Patterns of COPY --exclude. */
  exclude: string[]
  /** True for COPY --parents, where `**` matches any depth. */
  parents: boolean
}

/** The paths of the build context that building the target reads, in the order of the file. */
export function sources(dockerfile: Dockerfile, options: BuildOptions = {}): Source[] {
  const expanded = expandArgs(dockerfile, options)
  return reachableStages(expanded, options.target).flatMap(({ steps }) =>
    steps.flatMap((step) => sourcesOf(expanded, step)),
  )
}

function sourcesOf(expanded: ExpandedDockerfile, step: Step): Source[] {
  const { keyword } = step.instruction
  if (keyword === "COPY" || keyword === "ADD") return copied(expanded, step, keyword)
  return keyword === "RUN" ? mounted(expanded, step) : []
}

function copied(expanded: ExpandedDockerfile, step: Step, keyword: "ADD" | "COPY"): Source[] {
  const { instruction } = step
  if (keyword === "COPY" && flagValue(instruction, "from")) return []
  const isLocal = (written: string) =>
    !(instruction.form === "shell" && heredocStart(written)) &&
    !(keyword === "ADD" && isRemote(expandIn(expanded, step, written).value))
  return instruction.args
    .slice(0, -1)
    .filter(isLocal)
    .map((written) => ({
      ...readSource(expanded, step, written),
      instruction: keyword,
      exclude: flagValues(instruction, "exclude"),
      parents: flagIsOn(instruction, "parents"),
    }))
}

function mounted(expanded: ExpandedDockerfile, step: Step): Source[] {
  return flagValues(step.instruction, "mount")
    .map(readMount)
    .filter((mount) => mount.type === "bind" && !mount.from)
    .map((mount) => ({
      ...readSource(expanded, step, mount.source ?? "."),
      instruction: "RUN",
      exclude: [],
      parents: false,
    }))
}

function readSource(expanded: ExpandedDockerfile, step: Step, written: string) {
  const { value, unknown } = expandIn(expanded, step, written)
  const { path, outside } = normalise(value)
  return { path, written, line: step.instruction.line, glob: /[*?[]/.test(path), outside, unknown }
}

/** True for what ADD downloads: a URL, or a Git address such as git@host:path. */
export function isRemote(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:/.test(source)
}

/** Resolves `.` and `..`. The context is the root, whether or not the path begins with a slash. */
function normalise(written: string): { path: string; outside: boolean } {
  const parts: string[] = []
  let outside = false
  for (const part of written.split("/")) {
    if (part === "" || part === ".") continue
    if (part !== "..") parts.push(part)
    else if (parts.pop() === undefined) outside = true
  }
  return { path: parts.join("/") || ".", outside }
}

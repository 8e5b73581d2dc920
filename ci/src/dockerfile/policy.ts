import { closest } from "../config/suggest.js"
import { baseImages } from "./base-images.js"
import type { BuildOptions, ExpandedDockerfile } from "./expand.js"
import { expandArgs, expandIn } from "./expand.js"
import { imageReferenceProblem, isPinned, parseImageReference } from "./image-reference.js"
import type { DockerfileIssue } from "./issues.js"
import { IssueList, sortIssues } from "./issues.js"
import type { Dockerfile, Instruction } from "./model.js"
import { flagValue, flagValues } from "./model.js"
import { readMount } from "./mount.js"
import { runtime } from "./runtime.js"
import { isSecretName } from "./secret-names.js"
import { isRemote, sources } from "./sources.js"
import { reachableStages, targetStage, usedIn } from "./stage-graph.js"

export interface PolicyOptions extends BuildOptions {
  /** The keys of `images` in pipeline.yaml: these tags count as pinned. */
  images?: readonly string[]
}

/** What a rule looks at. */
interface Subject {
  dockerfile: Dockerfile
  expanded: ExpandedDockerfile
  options: PolicyOptions
  issues: IssueList
}

type Rule = (subject: Subject) => void

const RULES: readonly Rule[] = [
  knownTarget,
  knownStages,
  validReferences,
  pinnedBases,
  notRoot,
  verifiedDownloads,
  noSecretNames,
  insideContext,
]

/**
 * Everything worth saying about a Dockerfile: what Docker would refuse, and what is unwise.
 *
 * Errors are only what breaks the build of these options; the rest are warnings.
 */
export function checkDockerfile(
  dockerfile: Dockerfile,
  options: PolicyOptions = {},
): DockerfileIssue[] {
  const expanded = expandArgs(dockerfile, options)
  const issues = new IssueList(dockerfile.path)
  for (const rule of RULES) rule({ dockerfile, expanded, options, issues })
  return sortIssues([...dockerfile.issues, ...expanded.issues, ...issues.issues])
}

function knownTarget({ dockerfile, expanded, options, issues }: Subject): void {
  const { target } = options
  if (target === undefined || targetStage(expanded, target)) return
  const names = dockerfile.stages.flatMap(({ name }) => name ?? [])
  const guess = closest(target, names)
  const list = names.length > 0 ? `The stages are ${names.join(", ")}.` : "No stage has a name."
  const fix = guess === undefined ? list : `Did you mean ${guess}?`
  const line = dockerfile.stages.at(-1)?.line ?? 1
  issues.error(line, "unknown-target", `no stage is named ${target}`, fix)
}

/** COPY --from and RUN --mount=from can only use stages that come before. */
function knownStages(subject: Subject): void {
  const { dockerfile, expanded, issues } = subject
  for (const { stage, base, steps } of expanded.stages) {
    if (base.kind === "image" && /^\d+$/.test(base.reference)) {
      const message = `FROM takes a stage by its name, not by its number ${base.reference}`
      const fix = "Name the stage with AS, and write that name here."
      issues.error(stage.line, "unknown-stage", message, fix)
    }
    for (const { instruction } of steps) {
      const from = flagValue(instruction, "from")
      if (instruction.keyword === "COPY" && isNumber(from) && Number(from) >= stage.index) {
        const message = `COPY --from=${from} is not a stage before this one`
        const fix = `Stages are counted from 0, and this one is ${stage.index}. Better use a name.`
        issues.error(instruction.line, "unknown-stage", message, fix)
        continue
      }
      for (const used of usedIn(expanded, instruction)) {
        if (used.kind !== "stage" || used.index < stage.index) continue
        const name = dockerfile.stages[used.index]?.name ?? String(used.index)
        const message = `the stage ${name} is used before it is built`
        issues.error(instruction.line, "unknown-stage", message, "Move that stage further up.")
      }
    }
  }
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text)
}

/** Image names that no registry can have; often a misspelt stage. */
function validReferences({ dockerfile, options, issues }: Subject): void {
  for (const { reference, usedBy, line, stage } of baseImages(dockerfile, options)) {
    const stages = dockerfile.stages.flatMap(({ name }) => name ?? [])
    const isPlain = /^[\w-]+$/.test(reference) && !isNumber(reference)
    const guess = isPlain ? closest(reference, stages) : undefined
    const hint = guess === undefined ? "" : ` Did you mean the stage ${guess}?`
    const problem = imageReferenceProblem(reference)
    const from = usedBy === "FROM" ? dockerfile.stages[stage]?.from.image : undefined
    if (problem !== undefined && from?.includes("$")) {
      const message = `FROM ${from} becomes ${reference}, which names no image: ${problem}`
      const fix = "Give its ARG a default above the first FROM, or set it in the build args."
      issues.error(line, "image-name", message, fix)
    } else if (problem !== undefined) {
      const message = `${usedBy} ${reference} names no image: ${problem}`
      issues.error(line, "image-name", message, `Write it as name:tag.${hint}`)
    } else if (hint !== "" && usedBy !== "FROM") {
      const message = `${reference} is no stage of this file, so Docker looks for an image`
      issues.warning(line, "image-name", message, `If that is meant, give its tag.${hint}`)
    }
  }
}

/** The same Dockerfile should give the same image tomorrow. */
function pinnedBases({ dockerfile, options, issues }: Subject): void {
  const seen = new Set<string>()
  for (const { reference, line } of baseImages(dockerfile, options)) {
    const image = parseImageReference(reference)
    if (!image || isNumber(reference) || isPinned(image, options.images)) continue
    if (seen.has(image.canonical)) continue
    seen.add(image.canonical)
    const floats = image.tag === undefined || image.tag === "latest"
    const message = floats
      ? `${reference} has no fixed version`
      : `${reference} can change, because a tag can be moved`
    const bare = image.familiar.slice(0, image.familiar.length - (image.tag?.length ?? -1) - 1)
    const name = floats ? `${bare}:<version>` : image.familiar
    const fix =
      `Map ${name} to a digest under "images" in pipeline.yaml, ` +
      `or write ${name}@sha256:<digest> here.`
    issues.warning(line, "unpinned-base", message, fix)
  }
}

/** A process that breaks out of its container should not be root. */
function notRoot({ dockerfile, expanded, options, issues }: Subject): void {
  const goal = targetStage(expanded, options.target)
  if (!goal) return
  const { user, base } = runtime(dockerfile, options)
  const fix = 'Add "USER 10001" (any id but 0) to the last stage, after the installations.'
  if (user?.root) {
    issues.warning(user.line, "root-user", `the container runs as root (USER ${user.value})`, fix)
  } else if (!user && !isRootless(base)) {
    const message = "no USER is set, so the container runs as root unless the base image says else"
    issues.warning(goal.stage.line, "root-user", message, fix)
  }
}

/** Images that say in their tag that they set a user, as the distroless ones do. */
function isRootless(base: string | undefined): boolean {
  return base !== undefined && /nonroot|rootless/.test(parseImageReference(base)?.tag ?? "")
}

/** What ADD downloads is whatever the server has that day. */
function verifiedDownloads({ expanded, options, issues }: Subject): void {
  for (const { steps } of reachableStages(expanded, options.target)) {
    for (const step of steps) {
      const { instruction } = step
      if (instruction.keyword !== "ADD" || flagValue(instruction, "checksum")) continue
      const urls = instruction.args
        .slice(0, -1)
        .map((written) => expandIn(expanded, step, written).value)
        .filter((source) => isRemote(source) && !/#[0-9a-f]{40}(?::|$)/.test(source))
      for (const url of urls) {
        const fix = "Add --checksum=sha256:<digest>, or commit the file; for Git add #<commit>."
        issues.warning(instruction.line, "add-url", `ADD downloads ${url} unchecked`, fix)
      }
    }
  }
}

/** ARG and ENV stay readable in the image and its history. */
function noSecretNames({ dockerfile, expanded, options, issues }: Subject): void {
  const stages = reachableStages(expanded, options.target)
  const inStages = stages.flatMap(({ stage }) => stage.instructions.flatMap(assignments))
  const globals = dockerfile.args.map((arg) => ({ ...arg, keyword: "ARG" }))
  const seen = new Set<string>()
  for (const { keyword, name, value, line } of [...globals, ...inStages]) {
    if (!isSecretName(name) || seen.has(name)) continue
    // An empty ENV holds no secret: it only announces the name.
    if (keyword === "ENV" && /^(?:""|'')?$/.test(value ?? "")) continue
    seen.add(name)
    const message = `${keyword} ${name} looks like a secret, and stays readable in the image`
    const fix =
      `Use RUN --mount=type=secret,id=${name.toLowerCase()} while building, ` +
      "and the environment at run time."
    issues.warning(line, "secret-name", message, fix)
  }
}

function assignments({ keyword, pairs, line }: Instruction) {
  return keyword === "ARG" || keyword === "ENV"
    ? pairs.map((pair) => ({ ...pair, keyword, line }))
    : []
}

/** A path that climbs out of the context is not found: Docker takes it from the context's root. */
function insideContext({ dockerfile, options, issues }: Subject): void {
  for (const { outside, instruction, written, line } of sources(dockerfile, options)) {
    if (!outside) continue
    const message = `${instruction} ${written} leads out of the build context`
    const fix = 'Set "build": {"context": "/"} in services.json, and write the path from the root.'
    issues.warning(line, "outside-context", message, fix)
  }
}

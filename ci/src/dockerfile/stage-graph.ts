import type { Base, ExpandedDockerfile, ExpandedStage } from "./expand.js"
import type { Instruction } from "./model.js"
import { flagValue, flagValues } from "./model.js"
import { readMount } from "./mount.js"

/** The stage to build: by name, or the last one. Undefined when there is no such stage. */
export function targetStage(
  expanded: ExpandedDockerfile,
  target: string | undefined,
): ExpandedStage | undefined {
  if (target === undefined) return expanded.stages.at(-1)
  const index = stageNamed(expanded, target)
  return index === undefined ? undefined : expanded.stages[index]
}

/**
 * The stages that building the target runs, in the order of the file.
 * With a target that does not exist these are all stages, so that nothing is overlooked.
 */
export function reachableStages(
  expanded: ExpandedDockerfile,
  target: string | undefined,
): ExpandedStage[] {
  const goal = targetStage(expanded, target)
  if (!goal) return expanded.stages
  const reached = new Set<number>()
  const waiting = [goal]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (reached.has(next.stage.index)) continue
    reached.add(next.stage.index)
    for (const base of [
      next.base,
      ...next.steps.flatMap((step) => usedIn(expanded, step.instruction)),
    ]) {
      const stage = base.kind === "stage" ? expanded.stages[base.index] : undefined
      if (stage) waiting.push(stage)
    }
  }
  return expanded.stages.filter(({ stage }) => reached.has(stage.index))
}

/** What an instruction takes files from, other than the build context. */
export function usedIn(expanded: ExpandedDockerfile, instruction: Instruction): Base[] {
  if (instruction.keyword === "COPY") {
    const from = flagValue(instruction, "from")
    return from ? [copySource(expanded, from)] : []
  }
  if (instruction.keyword !== "RUN") return []
  return flagValues(instruction, "mount").flatMap((value) => {
    const { from } = readMount(value)
    return from ? [namedSource(expanded, from)] : []
  })
}

/** COPY --from takes a stage's number too. */
function copySource(expanded: ExpandedDockerfile, from: string): Base {
  if (!/^[+-]?\d+$/.test(from)) return namedSource(expanded, from)
  const index = Number(from)
  return expanded.stages[index] ? { kind: "stage", index } : { kind: "unknown" }
}

function namedSource(expanded: ExpandedDockerfile, from: string): Base {
  const index = stageNamed(expanded, from)
  if (index !== undefined) return { kind: "stage", index }
  if (from === "scratch") return { kind: "scratch" }
  // Docker does not expand variables here, so the text names neither an image nor a stage.
  return from.includes("$") ? { kind: "unknown" } : { kind: "image", reference: from }
}

/** Unlike FROM, these names ignore case, and of two stages with one name the last counts. */
function stageNamed(expanded: ExpandedDockerfile, name: string): number | undefined {
  const wanted = name.toLowerCase()
  return expanded.stages.filter(({ stage }) => stage.name === wanted).at(-1)?.stage.index
}

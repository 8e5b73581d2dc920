import type { BuildOptions, ExpandedDockerfile, Step } from "./expand.js"
import { expandArgs } from "./expand.js"
import type { Dockerfile } from "./model.js"
import { reachableStages, usedIn } from "./stage-graph.js"

/** An image from outside that a build uses. */
export interface BaseImage {
  /** As written, with variables put in. */
  reference: string
  usedBy: "FROM" | "COPY" | "RUN"
  line: number
  endLine: number
  /** The stage that uses it. */
  stage: number
  /** Set by FROM --platform. */
  platform?: string
}

/** The images that building the target really uses, in the order of the file. */
export function baseImages(dockerfile: Dockerfile, options: BuildOptions = {}): BaseImage[] {
  const expanded = expandArgs(dockerfile, options)
  return reachableStages(expanded, options.target).flatMap(({ stage, base, platform, steps }) => {
    const fromBase: BaseImage[] = []
    if (base.kind === "image") {
      const { line, endLine } = stage.from
      const from = { reference: base.reference, usedBy: "FROM", line, endLine } as const
      fromBase.push({ ...from, stage: stage.index, ...(platform !== undefined && { platform }) })
    }
    return [...fromBase, ...steps.flatMap((step) => imagesOf(expanded, step, stage.index))]
  })
}

function imagesOf(expanded: ExpandedDockerfile, step: Step, stage: number): BaseImage[] {
  const { keyword, line, endLine } = step.instruction
  const usedBy = keyword === "COPY" ? "COPY" : "RUN"
  return usedIn(expanded, step.instruction).flatMap((used) =>
    used.kind === "image" ? [{ reference: used.reference, usedBy, line, endLine, stage }] : [],
  )
}

/**
 * What a call does before the pipeline itself speaks, by the steps dagger
 * reports at its outermost level.
 *
 * @param {import("./progress-lines.mjs").ProgressLine} line
 * @returns {string | undefined} the phase that begins with this line
 */
export function phaseOf(line) {
  if (line.kind !== "step" || line.ended) return undefined
  if (line.title === "starting engine") return "starting the engine (a first start may download it)"
  if (line.depth > 0) return undefined
  if (line.title === "connect") return "connecting to the engine"
  if (line.title.startsWith("load module")) return "loading the pipeline module"
  if (line.title.startsWith("parsing command line")) return "reading the arguments"
  const name = /^[A-Z]\w*\.(\w+)/.exec(line.title)?.[1]
  if (name === undefined) return undefined
  return name === "ci" ? "uploading the repository and planning the run" : `running ${name}`
}

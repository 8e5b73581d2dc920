/**
 * What a call does before the pipeline itself speaks, by the steps dagger
 * reports at its outermost level.
 *
 * @param {import("./progress-lines.mjs").ProgressLine} line
 * @param {{size: string, flags: string[]}} [upload] what goes to the engine; with flags, while it reads the arguments
 * @returns {string | undefined} the phase that begins with this line
 */
export function phaseOf(line, upload) {
  if (line.kind !== "step" || line.ended) return undefined
  if (line.title === "starting engine") return "starting the engine (a first start may download it)"
  if (line.depth > 0) return undefined
  if (line.title === "connect") return "connecting to the engine"
  if (line.title.startsWith("load module")) return "loading the pipeline module"
  const uploading = upload?.size
    ? `uploading the repository (${upload.size})`
    : "uploading the repository"
  const isPrepared = upload !== undefined && upload.flags.length > 0
  if (line.title.startsWith("parsing command line"))
    return isPrepared ? uploading : "reading the arguments"
  const name = /^[A-Z]\w*\.(\w+)/.exec(line.title)?.[1]
  if (name === undefined) return undefined
  const doing = name === "ci" ? "planning the run" : `running ${name}`
  if (isPrepared || (upload === undefined && name !== "ci")) return doing
  return `${uploading} and ${doing}`
}

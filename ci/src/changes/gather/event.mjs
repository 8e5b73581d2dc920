// @ts-check
import { readFileSync } from "node:fs"
import { GatherError } from "./failure.mjs"

/**
 * The payload of the GitHub event; empty when there is no event.
 *
 * @param {import("../facts.js").GatherRequest} request
 * @returns {import("./base.mjs").Payload}
 */
export function readEvent({ event, eventName }) {
  if (event === undefined) return {}
  if (eventName === undefined) {
    throw new GatherError(2, "An event was given without its name. Add --event-name, such as push.")
  }
  return typeof event === "string" ? parseEvent(event) : event
}

/**
 * @param {string} file
 * @returns {import("./base.mjs").Payload}
 */
function parseEvent(file) {
  const next = "Give the file that GITHUB_EVENT_PATH names."
  let text
  try {
    text = readFileSync(file, "utf8")
  } catch {
    throw new GatherError(2, `--event=${file}: the file can't be read. ${next}`)
  }
  try {
    const payload = JSON.parse(text)
    if (payload !== null && typeof payload === "object" && !Array.isArray(payload)) return payload
  } catch {
    throw new GatherError(2, `--event=${file}: the file is not JSON. ${next}`)
  }
  throw new GatherError(2, `--event=${file}: the file does not hold a JSON object. ${next}`)
}

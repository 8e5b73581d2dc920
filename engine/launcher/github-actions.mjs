/** Functions that decide by the event which services are concerned. */
const TAKE_EVENT = new Set(["ci", "plan", "scan"])

/**
 * What a run in GitHub Actions needs beyond the same run on a laptop, so that
 * the workflow's line can be the laptop's line.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string | undefined} name the function
 * @param {string[]} functionArguments
 * @returns {{extraArguments: string[], variables: Record<string, string>}}
 */
export function githubActions(environment, name, functionArguments) {
  if (environment.GITHUB_ACTIONS !== "true") return { extraArguments: [], variables: {} }
  const extraArguments =
    name !== undefined && TAKE_EVENT.has(name) ? eventArguments(environment, functionArguments) : []
  // With a pull request's ref, dagger fetches into the checkout with depth 1 and so makes it shallow.
  return { extraArguments, variables: { GITHUB_REF: "" } }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string[]} functionArguments
 */
function eventArguments({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path }, functionArguments) {
  const given = (/** @type {string} */ flag) =>
    functionArguments.some((word) => word === flag || word.startsWith(`${flag}=`))
  if (given("--event") || given("--event-name")) return []
  return [...(name ? [`--event-name=${name}`] : []), ...(path ? [`--event=${path}`] : [])]
}

/** GitHub shows no more of a kind for one step. */
const ANNOTATIONS = 10

/**
 * What GitHub shows on the lines of a pull request: the places that failed stages name, one of each
 * stage first; where none is named, the stage's reason beside the run.
 *
 * @param {import("./progress-lines.mjs").Row[]} rows
 * @returns {string} workflow commands, one a line
 */
export function annotations(rows) {
  const bad = rows.filter(({ status }) => status === "failed" || status === "error")
  const first = bad.map((row) => command(row, row.places?.[0]))
  const more = bad.flatMap((row) => (row.places ?? []).slice(1).map((place) => command(row, place)))
  return [...first, ...more].slice(0, ANNOTATIONS).join("")
}

/**
 * @param {import("./progress-lines.mjs").Row} row
 * @param {import("./progress-lines.mjs").Place | undefined} place
 */
function command({ service, stage, reason }, place) {
  const title = `title=${property(`${service} ${stage}`)}`
  if (place === undefined) return `::error ${title}::${data(reason)}\n`
  return `::error file=${property(place.file)},line=${place.line},${title}::${data(place.message)}\n`
}

/**
 * A line that GitHub shows as a warning beside the run.
 *
 * @param {string} text
 */
export function workflowWarning(text) {
  return `::warning title=Pipeline::${data(text)}\n`
}

/** @param {string} text */
function data(text) {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
}

/** @param {string} text */
function property(text) {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C")
}

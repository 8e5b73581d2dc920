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

/**
 * A line that GitHub shows as a warning beside the run.
 *
 * @param {string} text
 */
export function workflowWarning(text) {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
  return `::warning title=Pipeline::${escaped}\n`
}

import { doctor } from "../lib/doctor.mjs"

/**
 * Checks this machine and prints each check with the step that mends it.
 *
 * @param {{json: boolean}} options
 * @returns {Promise<number>} exit code: 1 when there is a problem
 */
export async function showDoctor({ json }) {
  const checks = await doctor()
  process.stdout.write(
    json ? `${JSON.stringify(checks, null, 2)}\n` : `${formatChecks(checks).join("\n")}\n`,
  )
  return checks.some(({ state }) => state === "problem") ? 1 : 0
}

/**
 * @param {import("../lib/doctor.mjs").Check[]} checks
 * @returns {string[]}
 */
export function formatChecks(checks) {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const problems = checks.filter(({ state }) => state === "problem").length
  return [
    ...checks.flatMap(({ name, state, detail, next }) => [
      `${state.padEnd(7)}  ${name.padEnd(width)}  ${detail}`,
      ...(next ? [`${" ".repeat(width + 11)}next: ${next}`] : []),
    ]),
    problems === 0
      ? "The native engine can run here."
      : `${problems} ${problems === 1 ? "problem" : "problems"}: the native engine can't run here yet.`,
  ]
}

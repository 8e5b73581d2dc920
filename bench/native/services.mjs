import { appendFileSync, cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commitAll, copyCheckout } from "../lib/repository.mjs"

const MODELS = ["knowledge-base", "moderation"]

/**
 * @typedef {object} Services
 * @property {string} folder of the repository
 * @property {{ name: string, path: string, module: string }[]} services
 */

/**
 * A repository of many services: copies of the examples that need no backing service. All have equal
 * requirements, as services of one team mostly do.
 *
 * @param {number} count
 * @returns {Services}
 */
export function copiedServices(count) {
  const folder = copyCheckout("ci", "dagger.json", "examples/services")
  const services = Array.from({ length: count }, (_, index) => {
    const model = MODELS[index % MODELS.length] ?? ""
    const name = `${model}-${index}`
    const path = `services/${name}`
    cpSync(join(folder, "examples/services", model), join(folder, path), { recursive: true })
    return { name, path, module: model.replaceAll("-", "_") }
  })
  const entries = services.map(({ name, path }) => ({
    name,
    path,
    language: "python",
    test_command: "pytest tests",
  }))
  writeFileSync(join(folder, "services.json"), JSON.stringify(entries, null, 2))
  // Natively, nothing scans beside the tests.
  writeFileSync(join(folder, "pipeline.yaml"), "scan: { in_ci: false }\n")
  commitAll(folder)
  return { folder, services }
}

/**
 * Edits every service, so that no result can be reused.
 *
 * @param {Services} repository
 * @param {string} text
 */
export function touchServices({ folder, services }, text) {
  for (const { path, module } of services)
    appendFileSync(join(folder, path, module, "__init__.py"), `# ${Date.now()} ${text}\n`)
}

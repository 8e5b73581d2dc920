import { randomNumbers, words } from "./random.mjs"

/**
 * @typedef {object} FleetSize
 * @property {number} services
 * @property {number} files tracked files altogether, roughly
 * @property {number} junkBytes bytes that git ignores
 * @property {number} seed the same seed gives the same tree
 */

/**
 * @typedef {object} FleetFile
 * @property {string} path
 * @property {string} [text] content of a tracked file
 * @property {number} [junk] size of an ignored file, in bytes
 */

const LIBRARIES_PER_SERVICES = 6
const FILES_BESIDE_CODE = 6
const JUNK_FILE = 128 * 1024
/** Where tools leave things: folders that no upload ever takes, and folders that only .gitignore names. */
const JUNK_FOLDERS = ["node_modules/left", ".venv/lib", "build/lib", "var/cache"]

const GITIGNORE = `node_modules/
.venv/
build/
var/
__pycache__/
*.log
/.pipeline/
`

/**
 * The files of a monorepo of Python services that share libraries.
 *
 * @param {FleetSize} size
 * @returns {Generator<FleetFile>}
 */
export function* fleetTree({ services, files, junkBytes, seed }) {
  const random = randomNumbers(seed)
  const libraries = Array.from(
    { length: Math.max(1, Math.floor(services / LIBRARIES_PER_SERVICES)) },
    (_, index) => `shared_${index}`,
  )
  const names = Array.from({ length: services }, (_, index) => `service-${index}`)
  yield { path: ".gitignore", text: GITIGNORE }
  yield { path: "services.json", text: servicesFile(names, libraries, random) }

  const units = [
    ...libraries.map((name) => `libs/${name}`),
    ...names.map((name) => `services/${name}`),
  ]
  const each = Math.max(1, Math.floor(files / units.length) - FILES_BESIDE_CODE)
  for (const unit of units) yield* unitFiles(unit, each, libraries, random)
  const junkFiles = Math.ceil(junkBytes / JUNK_FILE)
  for (let index = 0; index < junkFiles; index++) {
    const service = names[index % names.length]
    const folder = JUNK_FOLDERS[Math.floor(index / names.length) % JUNK_FOLDERS.length]
    yield { path: `services/${service}/${folder}/${index}.bin`, junk: JUNK_FILE }
  }
}

/**
 * @param {string[]} names
 * @param {string[]} libraries
 * @param {() => number} random
 */
function servicesFile(names, libraries, random) {
  const pick = () => libraries[Math.floor(random() * libraries.length)]
  return `${JSON.stringify(
    {
      services: names.map((name) => ({
        name,
        path: `services/${name}`,
        dockerfile: "Dockerfile",
        language: "python",
        test_command: "pytest tests",
        depends_on: [...new Set([pick(), pick()])],
        build: { context: "/" },
      })),
      libraries: libraries.map((name) => ({ name, path: `libs/${name}` })),
    },
    null,
    2,
  )}\n`
}

/**
 * @param {string} unit path of a service or library
 * @param {number} modules
 * @param {string[]} libraries
 * @param {() => number} random
 * @returns {Generator<FleetFile>}
 */
function* unitFiles(unit, modules, libraries, random) {
  const name = unit.slice(unit.indexOf("/") + 1).replaceAll("-", "_")
  yield { path: `${unit}/README.md`, text: `# ${name}\n\n${words(random, 60)}.\n` }
  yield { path: `${unit}/requirements.txt`, text: "pytest==8.4.1\n" }
  yield { path: `${unit}/pyproject.toml`, text: `[project]\nname = "${name}"\nversion = "0.1.0"\n` }
  yield { path: `${unit}/Dockerfile`, text: dockerfile(unit, name) }
  yield { path: `${unit}/${name}/__init__.py`, text: "" }
  yield {
    path: `${unit}/tests/test_${name}.py`,
    text: `def test_${name}() -> None:\n    assert True\n`,
  }
  for (let index = 0; index < modules; index++) {
    const part = `part_${Math.floor(index / 40)}`
    if (index % 40 === 0) yield { path: `${unit}/${name}/${part}/__init__.py`, text: "" }
    yield { path: `${unit}/${name}/${part}/module_${index}.py`, text: pythonModule(index, random) }
  }
}

/**
 * @param {string} unit
 * @param {string} name
 */
function dockerfile(unit, name) {
  return `FROM python:3.11-slim\nWORKDIR /app\nCOPY ${unit}/${name} ${name}\nCMD ["python", "-m", "${name}"]\n`
}

/**
 * @param {number} index
 * @param {() => number} random
 */
function pythonModule(index, random) {
  const functions = Array.from(
    { length: 5 + Math.floor(random() * 20) },
    (_, at) =>
      `def rule_${index}_${at}(value: int) -> int:\n    """${words(random, 8)}."""\n    return value * ${Math.floor(random() * 1000)}\n`,
  )
  return `"""${words(random, 10)}."""\n\nimport json\nimport os\n\n\n${functions.join("\n\n")}`
}

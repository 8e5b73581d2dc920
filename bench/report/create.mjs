import { randomNumbers, words } from "../fleet/random.mjs"

/**
 * @typedef {import("../../ci/src/run/record.js").FullRecord} FullRecord
 * @typedef {import("../../ci/src/run/rows.js").Row} Row
 * @typedef {import("../../ci/src/run/rows.js").Stage} Stage
 */

const STAGES = /** @type {const} */ (["preflight", "test", "scan", "build", "smoke"])
const JOBS = 8
const LIBRARIES = 12

/**
 * Makes up the record of a run; the same for the same numbers.
 *
 * @param {object} size
 * @param {number} size.services
 * @param {number} size.tests of all services
 * @param {number} [size.findings]
 * @param {number} [size.failures] services of which a test fails
 * @param {boolean} [size.changed] only what a change of one library and of a few services concerns is run
 * @param {number} [size.number] which run: 1 is the first, in which nothing is reused
 * @returns {FullRecord}
 */
export function createRecord({
  services,
  tests,
  findings = 200,
  failures = 3,
  changed = false,
  number = 1,
}) {
  const random = randomNumbers(number)
  const started = new Date(Date.UTC(2026, 0, 1, 8) + number * 3_600_000)
  const all = Array.from({ length: services }, (_, index) => serviceName(index))
  const libraries = Array.from(
    { length: LIBRARIES },
    (_, index) => `lib-${words(random, 1)}-${index}`,
  )
  const units = [
    ...libraries.map((name, index) => ({
      name,
      kind: /** @type {const} */ ("library"),
      path: `libs/${name}`,
      dependsOn: index > 3 ? [libraries[index % 4] ?? ""] : [],
    })),
    ...all.map((name) => ({
      name,
      kind: /** @type {const} */ ("service"),
      path: `services/${name}`,
      dependsOn: [libraries[Math.floor(random() * LIBRARIES)] ?? ""],
    })),
  ]
  const [library = ""] = libraries
  const plan = planOf(all, units, library, changed)
  const names = plan.services.map(({ name }) => name)
  const each = Math.floor(tests / services)
  const isFailing = (/** @type {number} */ index) =>
    index % Math.ceil(names.length / failures) === 1
  const cases = names.map((service, index) => ({
    service,
    stage: /** @type {const} */ ("test"),
    cases: Array.from({ length: each }, (_, test) => {
      const isBad = failures > 0 && isFailing(index) && test < 2
      return {
        name: `test_${words(random, 3).replaceAll(" ", "_")}_${test}`,
        suite: `tests.test_${words(random, 1)}`,
        status: isBad
          ? /** @type {const} */ ("failed")
          : test % 50 === 49
            ? /** @type {const} */ ("skipped")
            : /** @type {const} */ ("passed"),
        seconds: Math.round(random() * 300) / 1000,
        message: isBad ? `AssertionError: expected <${words(random, 1)}> to equal 'ready'` : "",
        ...(isBad && { details: output(random).join("\n") }),
      }
    }),
  }))
  const free = Array.from({ length: JOBS }, () => 0)
  /** @type {Row[]} */
  const rows = []
  for (const [index, service] of names.entries()) {
    let from = Math.min(...free)
    const job = free.indexOf(from)
    let hasFailed = false
    for (const stage of STAGES) {
      const isBad = failures > 0 && stage === "test" && isFailing(index)
      const cached = number > 1 && !isBad && random() < 0.7
      const seconds = hasFailed ? 0 : Math.round((cached ? 0.2 : 1 + random() * 12) * 10) / 10
      rows.push({
        ...BLANK,
        service,
        stage,
        status: hasFailed ? "skipped" : isBad ? "failed" : "passed",
        reason: hasFailed
          ? "test failed"
          : isBad
            ? `2 of ${each} tests failed: test_match_queue`
            : "",
        started: hasFailed ? null : new Date(started.getTime() + from * 1000).toISOString(),
        seconds,
        cached: hasFailed ? null : cached,
        exitCode: isBad ? 1 : 0,
        counts:
          stage === "test"
            ? { total: each, passed: each - (isBad ? 2 : 0), failed: isBad ? 2 : 0, skipped: 0 }
            : null,
        tail: isBad ? output(random) : [],
        reproduce: `dagger call debug --service=${service} --step=${stage} terminal`,
      })
      from += seconds
      if (isBad) hasFailed = true
    }
    free[job] = from
  }
  return {
    version: 1,
    id: `${started.toISOString().slice(0, 19).replace(/[-:]/g, "")}-${String(number).padStart(4, "0")}`,
    started: started.toISOString(),
    seconds: Math.max(...free),
    selection: [
      plan.all
        ? `Running all ${services} services, because ${plan.all.message}`
        : `Running ${names.length} of ${services} services: 3 files changed since 91be4b707373`,
    ],
    unchanged: plan.skipped.map(({ name }) => name),
    notSelected: [],
    standIns: ["python:3.11-slim"],
    rows,
    exitCode: failures > 0 ? 1 : 0,
    commit: "aabbccddeeff00112233445566778899aabbccdd",
    engine: "v0.19.10",
    inputs: {},
    command: number % 3 === 0 ? "ci" : "ci --changed",
    plan,
    units,
    machine: { cores: 8, memoryMegabytes: 32_768, jobs: JOBS },
    tests: cases,
    findings: Array.from({ length: findings }, (_, index) => finding(random, names, index)),
    images: [],
    incomplete: "",
  }
}

/**
 * @param {string[]} names of services
 * @param {FullRecord["units"]} units
 * @param {string} library that was changed
 * @param {boolean} changed
 * @returns {NonNullable<FullRecord["plan"]>}
 */
function planOf(names, units, library, changed) {
  const needs = (/** @type {string} */ name) =>
    units.find((unit) => unit.name === name)?.dependsOn ?? []
  const services = names.flatMap((name, index) => {
    const [direct = ""] = needs(name)
    const way = direct === library ? [name] : needs(direct).includes(library) ? [direct, name] : []
    if (way.length > 0)
      return {
        name,
        reasons: [{ kind: /** @type {const} */ ("dependency"), dep: direct }],
        via: [`libs/${library}/codec.py`, library, ...way],
      }
    const file = `services/${name}/main.py`
    if (index % 7 === 3)
      return { name, reasons: [{ kind: /** @type {const} */ ("own-file"), file }] }
    return []
  })
  const chosen = new Set(services.map(({ name }) => name))
  return {
    version: 1,
    base: { sha: "91be4b707373aa00", how: "merge-base", ref: "origin/main", shallow: false },
    head: { sha: "aabbccddeeff0011" },
    files: 3,
    all: changed ? null : { code: "unowned", message: "Makefile changed, which no service owns" },
    services: changed
      ? services
      : names.map((name) => services.find((one) => one.name === name) ?? { name, reasons: [] }),
    removed: [],
    skipped: changed
      ? names.filter((name) => !chosen.has(name)).map((name) => ({ name, why: "unchanged" }))
      : [],
    unused: [],
    warnings: [],
  }
}

/** @type {Omit<Row, "service" | "stage" | "status">} */
const BLANK = {
  reason: "",
  started: null,
  seconds: 0,
  cached: null,
  exitCode: null,
  counts: null,
  notes: [],
  flaky: false,
  warnings: [],
  places: [],
  image: null,
  coverage: null,
  shards: [],
  tail: [],
  logs: [],
  reproduce: "",
}

const SEVERITIES = /** @type {const} */ (["critical", "high", "medium", "low", "info"])

/**
 * @param {() => number} random
 * @param {string[]} names
 * @param {number} index
 * @returns {FullRecord["findings"][number]}
 */
function finding(random, names, index) {
  const severity = SEVERITIES[Math.floor(random() ** 0.5 * SEVERITIES.length)] ?? "low"
  const service = names[index % names.length] ?? ""
  const isPackage = index % 2 === 0
  return {
    category: isPackage ? "vulnerability" : "code",
    ids: [isPackage ? `CVE-2026-${10_000 + index}` : "bandit:B602"],
    detections: isPackage
      ? [{ tool: "trivy", rule: `CVE-2026-${10_000 + index}` }]
      : [{ tool: "bandit", rule: "B602" }],
    severity,
    severitySource: "tool",
    message: isPackage
      ? "A crafted header makes the parser read past its buffer."
      : "A subprocess is started through a shell with text from outside.",
    place: isPackage
      ? { file: `services/${service}/requirements.txt`, line: 3 }
      : { file: `services/${service}/main.py`, line: 12 + index },
    ...(isPackage && {
      package: { ecosystem: "pypi", name: "aiohttp", version: "3.8.1", fixed: ["3.8.6"] },
    }),
    services: [service],
    subject: "",
    fails: severity === "critical",
    accepted: index % 11 === 0 ? "suppressed: not reachable, until 2026-12-31" : "",
  }
}

/** @param {() => number} random */
function output(random) {
  return [
    "=================================== FAILURES ===================================",
    "    def test_match_queue():",
    "        queue = Queue(players=[])",
    `>       assert queue.state == "${words(random, 1)}"`,
    "E       AssertionError: assert 'waiting' == 'ready'",
    "",
    "tests/test_queue.py:41: AssertionError",
    "=========================== short test summary info ============================",
    "FAILED tests/test_queue.py::test_match_queue - AssertionError",
  ]
}

/** @param {number} index */
function serviceName(index) {
  const first = ["match", "player", "world", "chat", "quest", "guild", "item", "rank"]
  const second = ["making", "profile", "state", "gateway", "board", "store", "feed"]
  const name = `${first[index % first.length]}-${second[Math.floor(index / first.length) % second.length]}`
  const round = Math.floor(index / (first.length * second.length))
  return round === 0 ? name : `${name}-${round + 1}`
}

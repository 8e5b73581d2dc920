import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createRecord } from "../../bench/report/create.mjs"
import type { FullRecord } from "../../ci/src/run/record.js"
import { startChromium } from "./chromium.js"
import type { Workplace } from "./renderer.js"
import { createWorkplace } from "./renderer.js"

const SCREENSHOTS = fileURLToPath(new URL("screenshots", import.meta.url))
const HOSTILE = "</script><script>document.title='taken'</script><!-- \u2028"
const PHONE = { width: 375, height: 760 }

let browser: Browser
let places: Workplace[] = []

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  browser = await startChromium()
})
afterAll(async () => {
  await browser?.close()
  for (const place of places) place.delete()
  places = []
})

/** Makes a report of records, of which the last is the newest, and opens it. */
async function open(
  records: FullRecord[],
  options: Parameters<Browser["newPage"]>[0] = {},
  history?: string,
): Promise<{ page: Page; problems: string[]; url: string }> {
  const place = createWorkplace()
  places.push(place)
  for (const record of records) place.write(record.id, record)
  const more = history === undefined ? [] : ["--deployments", place.file("history", history)]
  expect(place.report("--out", place.out, ...more)).toMatchObject({ exitCode: 0 })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  const problems: string[] = []
  page.on("pageerror", (error) => problems.push(error.message))
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()))
  page.on("request", (request) => {
    const url = request.url()
    if (!url.startsWith("file:") && !url.startsWith("data:")) problems.push(`asked for ${url}`)
  })
  const url = String(pathToFileURL(join(place.out, "report.html")))
  await page.goto(url)
  return { page, problems, url }
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}

async function isWiderThanScreen(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth")
}

describe("report.html", () => {
  it("shows a failed run in every view, for the keyboard too", async () => {
    const runs = [1, 2, 3].map((number) =>
      createRecord({
        services: 24,
        tests: 960,
        findings: 24,
        changed: true,
        number,
        failures: number === 3 ? 2 : 0,
      }),
    )
    const { page, problems } = await open(runs)
    const tab = page.getByRole("tab", { name: "Overview" })
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("ci")
    await page.getByText("2 of 40 tests failed: test_match_queue").first().waitFor()
    await shoot(page, "overview")

    await page.getByRole("gridcell").first().focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await page.getByRole("dialog").getByText("match-making · test").waitFor()
    await shoot(page, "details")
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "hidden" })

    await page.locator(".failed-tests").getByRole("button").first().click()
    const dialog = page.getByRole("dialog")
    await dialog.getByText("tests/test_queue.py:41: AssertionError").waitFor()
    await dialog.getByText(/^dagger call debug --service=\S+ --step=test terminal$/).waitFor()
    await shoot(page, "failed-test")
    await page.keyboard.press("Escape")

    await tab.focus()
    const views = [
      "Critical path",
      "Tests",
      "Findings",
      "What was affected, and why",
      "The last 3 runs",
    ]
    for (const [index, title] of views.entries()) {
      await page.keyboard.press("ArrowRight")
      await page.getByRole("heading", { name: title, exact: true }).waitFor()
      await shoot(page, `view-${index + 1}`)
    }
    expect(problems).toEqual([])
  })

  it("narrows tests and findings down", async () => {
    const { page } = await open([
      createRecord({ services: 9, tests: 360, findings: 24, failures: 2 }),
    ])
    await page.getByRole("tab", { name: "Tests" }).click()
    const failed = page.getByRole("button", { name: /^Failed/ })
    await failed.click()
    await expect.poll(() => page.getByRole("listitem").count()).toBe(4)
    await page.getByRole("searchbox").fill("no such test")
    await page.getByText("No test matches").waitFor()

    await page.getByRole("tab", { name: "Findings" }).click()
    const all = await page.getByRole("listitem").count()
    await page
      .getByRole("group", { name: "Severity" })
      .getByRole("button", { name: /^low/ })
      .click()
    await expect.poll(() => page.getByRole("listitem").count()).toBeLessThan(all)
    await page.getByRole("listitem").first().click()
    await page.getByRole("dialog").getByText("Found by").waitFor()
  })

  it("is usable with 500 services and 10,000 tests, on a phone too", async () => {
    const size = { services: 500, tests: 10_000, findings: 2000, failures: 9 }
    const records = [1, 2].map((number) => createRecord({ ...size, number }))
    const { page, problems, url } = await open(records)
    await page.getByRole("grid").waitFor()
    // Only what is on the screen is in the page.
    expect(await page.locator("*").count()).toBeLessThan(2000)
    await page.getByRole("gridcell").first().focus()
    for (let press = 0; press < 60; press++) await page.keyboard.press("PageDown")
    await expect
      .poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')"))
      .toMatch(new RegExp(`^${records[1]?.units.at(-1)?.name} preflight`))
    await shoot(page, "large-grid")

    await page.setViewportSize(PHONE)
    for (const view of ["overview", "timeline", "tests", "findings", "graph", "trend"]) {
      await page.goto(`${url}#${view}`)
      await page.locator(`#tab-${view}[aria-selected="true"]`).waitFor()
      expect(await isWiderThanScreen(page), view).toBe(false)
      await shoot(page, `phone-${view}`)
    }
    expect(problems).toEqual([])
  })

  it("shows the history of deployments with its figures, when it was given", async () => {
    const record = {
      ...{ service: "api", environment: "production", digest: `sha256:${"a".repeat(64)}` },
      ...{ tag: "c0ffee".repeat(7).slice(0, 40), strategy: "canary", verdict: "rolled-back" },
      ...{ started: "2026-03-01T09:00:00Z", ended: "2026-03-01T09:12:00Z", reason: HOSTILE },
      by: "arn:aws:sts::222222222222:assumed-role/deploy-production/run-7",
    }
    const history = JSON.stringify({
      ...{ version: 1, environment: "production" },
      figures: { deployments: 2, failureRate: 50, leadTimeHours: 3.5 },
      records: [{ ...record, verdict: "passed", rollback: true, reason: "ok" }, record],
    })
    const { page, problems } = await open([createRecord({ services: 3, tests: 9 })], {}, history)
    await page.getByRole("tab", { name: "Deployments" }).click()
    await page.getByRole("heading", { name: "Deployments to production" }).waitFor()
    const figures = await page.getByRole("group", { name: "Figures" }).innerText()
    expect(figures).toMatch(/Failure rate\s+50 %/i)
    expect(figures).toMatch(/Lead time\s+3.5 h/i)
    expect(figures).toMatch(/Recovery time\s+not known/i)
    await page.getByText("rollback by hand").waitFor()
    await page.getByText("run-7").first().waitFor()
    await shoot(page, "deployments")
    await page.getByLabel("Find a deployment").fill("rolled-back")
    expect(await page.locator("tbody tr").count()).toBe(1)
    expect(await page.title()).not.toBe("taken")
    expect(problems).toEqual([])
  })

  it("runs nothing that a test has printed", async () => {
    const record = createRecord({ services: 4, tests: 40, failures: 1 })
    record.command = HOSTILE
    for (const row of record.rows) row.reason = row.reason && HOSTILE
    for (const one of record.tests[1]?.cases ?? []) one.message = HOSTILE
    const { page, problems } = await open([record])
    await page.getByRole("heading", { name: "What failed" }).waitFor()
    expect(await page.title()).toContain("</script>")
    expect(await page.locator("script").count()).toBe(2)
    expect(problems).toEqual([])
  })

  it("follows the system's theme until another is chosen", async () => {
    const { page } = await open([createRecord({ services: 4, tests: 40 })], { colorScheme: "dark" })
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor")
    const dark = await background()
    await shoot(page, "dark")
    await page.getByRole("button", { name: /^Theme: auto/ }).click()
    await expect.poll(background).not.toBe(dark)
    await page.getByRole("button", { name: /^Theme: light/ }).click()
    await expect.poll(background).toBe(dark)
  })

  it("says so where there is nothing to show", async () => {
    const record = createRecord({ services: 2, tests: 2, findings: 0, failures: 0 })
    const empty = { ...record, rows: [], tests: [], units: [], plan: null, exitCode: 0 }
    const { page, problems, url } = await open([{ ...empty, incomplete: "the engine was lost" }])
    await page.getByText("the engine was lost").waitFor()
    const texts = {
      overview: "No service was selected",
      timeline: "Nothing ran",
      tests: "No test is known by name",
      findings: "No security scan was part of this run",
      graph: "The configuration is not in this record",
      trend: "This is the only run on record",
    }
    for (const [view, text] of Object.entries(texts)) {
      await page.goto(`${url}#${view}`)
      await page.getByText(text).waitFor()
    }
    expect(problems).toEqual([])
  })
})

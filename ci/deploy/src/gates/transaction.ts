import { fillTemplate } from "../../../src/config/template.js"
import type { Transaction, TransactionStep } from "../../../src/config/types.js"
import { messageOf } from "../errors.js"

/** How a transaction went. */
export interface TransactionResult {
  name: string
  passed: boolean
  /** What was wrong, in which step; empty when it passed. */
  reason: string
}

const TIMEOUT_MS = 10_000

/** Runs transactions against an address, side by side; each of its own steps in order. */
export function runTransactions(
  url: string,
  transactions: Transaction[],
): Promise<TransactionResult[]> {
  return Promise.all(transactions.map((transaction) => runTransaction(url, transaction)))
}

async function runTransaction(
  url: string,
  { name, steps }: Transaction,
): Promise<TransactionResult> {
  const captured: Record<string, string> = {}
  for (const [index, step] of steps.entries()) {
    const fault = await runStep(url, step, captured)
    if (fault === undefined) continue
    const reason = `step ${index + 1}, ${step.method} ${step.path}: ${fault}`
    return { name, passed: false, reason }
  }
  return { name, passed: true, reason: "" }
}

/** @returns what is wrong with the answer */
async function runStep(
  url: string,
  step: TransactionStep,
  captured: Record<string, string>,
): Promise<string | undefined> {
  const fill = (text: string) => fillTemplate(text, captured)
  const headers = Object.entries(step.headers).map(([key, value]) => [
    key.toLowerCase(),
    fill(value),
  ])
  const hasJson = step.body !== undefined && typeof step.body !== "string"
  const path = fillTemplate(step.path, mapValues(captured, encodeURIComponent))
  let status: number
  let text: string
  try {
    const response = await fetch(url.replace(/\/+$/, "") + path, {
      method: step.method,
      headers: {
        ...(hasJson && { "content-type": "application/json" }),
        ...Object.fromEntries(headers),
      },
      ...(step.body !== undefined && { body: fill(bodyText(step.body)) }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    const { cause } = error as Error
    return cause === undefined ? messageOf(error) : messageOf(cause)
  }
  if (status !== step.status) return `answered ${status}, expected ${step.status}`
  if (step.contains !== undefined && !text.includes(fill(step.contains)))
    return `the answer does not contain ${JSON.stringify(step.contains)}`
  return checkJson(text, step, captured, fill)
}

function checkJson(
  text: string,
  { json, capture }: TransactionStep,
  captured: Record<string, string>,
  fill: (text: string) => string,
): string | undefined {
  if (Object.keys(json).length + Object.keys(capture).length === 0) return undefined
  const answer = parse(text)
  if (answer === undefined) return "the answer is not JSON"
  for (const [path, expected] of Object.entries(json)) {
    const wanted = typeof expected === "string" ? fill(expected) : expected
    const found = valueAt(answer, path)
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      return `${path} is ${JSON.stringify(found) ?? "missing"}, expected ${JSON.stringify(wanted)}`
  }
  for (const [name, path] of Object.entries(capture)) {
    const found = valueAt(answer, path)
    if (typeof found !== "string" && typeof found !== "number")
      return `${path} is ${JSON.stringify(found) ?? "missing"}, expected a text or number for {${name}}`
    captured[name] = String(found)
  }
  return undefined
}

function bodyText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body)
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function mapValues(
  record: Record<string, string>,
  map: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

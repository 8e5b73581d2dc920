import type { ComponentChildren } from "preact"
import { useRef, useState } from "preact/hooks"
import type { PageRow } from "../src/page-data.js"

/** What is said where there is nothing to show. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  )
}

/** A field that narrows a list down. */
export function Search({
  label,
  value,
  set,
}: {
  label: string
  value: string
  set: (text: string) => void
}) {
  return (
    <input
      type="search"
      class="search"
      placeholder={label}
      aria-label={label}
      value={value}
      onInput={(event) => set(event.currentTarget.value)}
    />
  )
}

export interface Choice<Value extends string> {
  value: Value
  title: string
  count?: number
}

/** Buttons of which one is on. */
export function Choices<Value extends string>({
  label,
  choices,
  value,
  set,
}: {
  label: string
  choices: Choice<Value>[]
  value: Value
  set: (value: Value) => void
}) {
  return (
    <div class="choices" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          aria-pressed={choice.value === value}
          onClick={() => set(choice.value)}
        >
          {choice.title}
          {choice.count !== undefined && (
            <span class="count">{choice.count.toLocaleString("en")}</span>
          )}
        </button>
      ))}
    </div>
  )
}

/** A command with a button that copies it. */
export function Command({ text }: { text: string }) {
  const code = useRef<HTMLElement>(null)
  const [done, setDone] = useState(false)
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      setDone(true)
    } catch {
      // A page from a file may not copy: then the text is selected, ready for a key.
      if (code.current) getSelection()?.selectAllChildren(code.current)
    }
  }
  return (
    <div class="command">
      <code ref={code}>{text}</code>
      <button onClick={copy} aria-label={`Copy: ${text}`}>
        {done ? "Copied" : "Copy"}
      </button>
    </div>
  )
}

/** How a row ended, as one of the page's states. */
export function stateOf({ status, cached, flaky }: PageRow): string {
  if (flaky && status === "passed") return "flaky"
  return status === "passed" && cached === true ? "cached" : status
}

const MARKS: Record<string, string> = {
  passed: "✓",
  cached: "✓",
  failed: "✕",
  error: "!",
  skipped: "–",
  flaky: "≈",
}

/** A small sign of a state, told apart by its shape as well as its colour. */
export function Mark({ state }: { state: string }) {
  return (
    <span class={`mark ${state}`} aria-hidden="true">
      {MARKS[state] ?? "?"}
    </span>
  )
}

/** The first row of a table. */
export function Headings({ titles }: { titles: string[] }) {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  )
}

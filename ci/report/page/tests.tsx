import { useMemo, useState } from "preact/hooks"
import type { PageTest } from "../src/page-data.js"
import { duration } from "../src/text.js"
import type { ViewProps } from "./app.js"
import { Choices, Empty, Mark, Search } from "./parts.js"
import { Windowed } from "./windowed.js"

const ROW_HEIGHT = 56
const ORDER: PageTest["status"][] = ["failed", "skipped", "passed"]

type Which = "all" | PageTest["status"]

/** Every test that is known by name: what failed first, then the slowest. */
export function Tests({ data, show }: ViewProps) {
  const [which, setWhich] = useState<Which>("all")
  const [text, setText] = useState("")
  const sorted = useMemo(() => data.tests.toSorted(compareTests), [data])
  const words = text.toLowerCase().trim()
  const shown = sorted.filter(
    (test) =>
      (which === "all" || test.status === which) &&
      `${test.service} ${test.suite} ${test.name}`.toLowerCase().includes(words),
  )
  if (sorted.length === 0)
    return (
      <Empty title="No test is known by name">
        Tests are listed when their tool writes a JUnit report; the grid has the sums of the others.
      </Empty>
    )
  return (
    <section>
      <div class="section-line">
        <h2>Tests</h2>
        <Choices
          label="Result"
          value={which}
          set={setWhich}
          choices={[
            { value: "all", title: "All", count: sorted.length },
            ...ORDER.map((value) => ({
              value,
              title: `${value.slice(0, 1).toUpperCase()}${value.slice(1)}`,
              count: sorted.filter(({ status }) => status === value).length,
            })),
          ]}
        />
        <Search label="Find a test, suite or service" value={text} set={setText} />
      </div>
      {shown.length === 0 && (
        <Empty title={which === "failed" && words === "" ? "No test failed" : "No test matches"} />
      )}
      <Windowed count={shown.length} rowHeight={ROW_HEIGHT} label="Tests">
        {(index) => {
          const test = shown[index]
          return (
            test && (
              <button class="list-row" onClick={() => show({ test })}>
                <Mark state={test.status} />
                <span class="list-main">
                  <span class="list-title">{test.name}</span>
                  <span class="list-note">
                    {test.service} · {test.stage}
                    {test.suite && ` · ${test.suite}`}
                    {test.message && ` · ${test.message}`}
                  </span>
                </span>
                <span class="list-end">{test.seconds === null ? "" : duration(test.seconds)}</span>
              </button>
            )
          )
        }}
      </Windowed>
    </section>
  )
}

/** What failed first, then the slowest. */
export function compareTests(one: PageTest, other: PageTest): number {
  return (
    ORDER.indexOf(one.status) - ORDER.indexOf(other.status) ||
    (other.seconds ?? 0) - (one.seconds ?? 0)
  )
}

import { useEffect, useState } from "preact/hooks"
import type { PageData } from "../src/page-data.js"
import { duration } from "../src/text.js"
import { Deployments } from "./deployments.js"
import { Details } from "./details.js"
import type { Shown } from "./details.js"
import { Findings } from "./findings.js"
import { Graph } from "./graph.js"
import { Overview } from "./overview.js"
import { Tests } from "./tests.js"
import { ThemeButton } from "./theme.js"
import { Timeline } from "./timeline.js"
import { Trend } from "./trend.js"

const VIEWS = [
  { id: "overview", title: "Overview", count: () => 0 },
  { id: "timeline", title: "Timeline", count: () => 0 },
  { id: "tests", title: "Tests", count: ({ tests }: PageData) => tests.length },
  { id: "findings", title: "Findings", count: ({ findings }: PageData) => findings.length },
  { id: "graph", title: "Graph", count: () => 0 },
  { id: "trend", title: "Trend", count: () => 0 },
  {
    ...{ id: "deployments", title: "Deployments" },
    count: ({ deployments }: PageData) => deployments?.records.length ?? 0,
  },
] as const

type View = (typeof VIEWS)[number]["id"]

/** Deployments are only known when their history was given. */
function viewsOf({ deployments }: PageData) {
  return VIEWS.filter(({ id }) => id !== "deployments" || deployments !== null)
}

export interface ViewProps {
  data: PageData
  /** Opens something beside the page. */
  show: (shown: Shown) => void
}

/** The whole page: what the run was, and one view of it at a time. */
export function App({ data }: { data: PageData }) {
  const view = useView(data)
  const [shown, setShown] = useState<Shown | null>(null)
  const props = { data, show: setShown }
  return (
    <>
      <Header data={data} view={view} />
      <Tabs data={data} view={view} />
      <main>
        <div id="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
          {view === "overview" && <Overview {...props} />}
          {view === "timeline" && <Timeline {...props} />}
          {view === "tests" && <Tests {...props} />}
          {view === "findings" && <Findings {...props} />}
          {view === "graph" && <Graph {...props} />}
          {view === "trend" && <Trend data={data} />}
          {view === "deployments" && data.deployments && <Deployments history={data.deployments} />}
        </div>
      </main>
      <Details data={data} shown={shown} show={setShown} close={() => setShown(null)} />
    </>
  )
}

function Header({ data, view }: { data: PageData; view: View }) {
  const { result, command, seconds, started, id, commit, base, machine } = data
  return (
    <header class={view === "overview" ? "page-header" : "page-header elsewhere"}>
      <div class="title-line">
        <span class={`badge ${result.toLowerCase()}`}>{result}</span>
        <h1>{command || "pipeline"}</h1>
        <ThemeButton />
      </div>
      <p class="facts">
        <span>{duration(seconds)}</span>
        <time dateTime={started}>{started.slice(0, 16).replace("T", " ")} UTC</time>
        <span>run {id}</span>
        {commit && <span title={commit}>commit {commit.slice(0, 12)}</span>}
        {base && <span>since {base}</span>}
        {machine.cores > 0 && (
          <span>
            {machine.cores} cores, {Math.round(machine.memoryMegabytes / 1024)} GB, {machine.jobs}{" "}
            jobs
          </span>
        )}
      </p>
      {data.selection.slice(0, 4).map((line) => (
        <p class="selection" key={line}>
          {line}
        </p>
      ))}
      {data.incomplete.map((line) => (
        <p class="notice" key={line}>
          {line}
        </p>
      ))}
    </header>
  )
}

function Tabs({ data, view }: { data: PageData; view: View }) {
  useEffect(() => {
    const tab = document.getElementById(`tab-${view}`)
    tab?.scrollIntoView({ block: "nearest", inline: "center" })
  }, [view])
  const views = viewsOf(data)
  function move(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    const index = views.findIndex(({ id }) => id === view)
    const next = views[(index + step + views.length) % views.length]?.id ?? view
    location.hash = next
    document.getElementById(`tab-${next}`)?.focus()
    event.preventDefault()
  }
  return (
    <nav class="tabs" role="tablist" aria-label="Views of the run" onKeyDown={move}>
      {views.map(({ id, title, count }) => (
        <a
          key={id}
          id={`tab-${id}`}
          href={`#${id}`}
          role="tab"
          aria-selected={id === view}
          aria-controls="view"
          tabIndex={id === view ? 0 : -1}
        >
          {title}
          {count(data) > 0 && <span class="count">{count(data).toLocaleString("en")}</span>}
        </a>
      ))}
    </nav>
  )
}

/** The view that the address names, so that a link can lead to it. */
function useView(data: PageData): View {
  const [view, setView] = useState(() => viewOfAddress(data))
  useEffect(() => {
    const changed = () => {
      setView(viewOfAddress(data))
      scrollTo(0, 0)
    }
    addEventListener("hashchange", changed)
    return () => removeEventListener("hashchange", changed)
  }, [])
  return view
}

function viewOfAddress(data: PageData): View {
  const name = location.hash.slice(1)
  return viewsOf(data).find(({ id }) => id === name)?.id ?? "overview"
}

/** What a `RUN --mount=` flag says, as far as the build's inputs are concerned. */
export interface Mount {
  type: string
  /** The stage or image that is mounted from. */
  from?: string
  source?: string
}

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"]

/** The mount types that Docker knows. */
export function mountTypes(): readonly string[] {
  return TYPES
}

/** Reads a `--mount` value such as `type=bind,from=build,source=/app,target=/app`. */
export function readMount(value: string): Mount {
  const mount: Mount = { type: "bind" }
  for (const field of splitFields(value)) {
    const equals = field.indexOf("=")
    if (equals < 0) continue
    const content = field.slice(equals + 1)
    const key = field.slice(0, equals).toLowerCase()
    if (key === "type") mount.type = content.toLowerCase()
    else if (key === "from") mount.from = content
    else if (key === "source" || key === "src") mount.source = content
  }
  return mount
}

/** Splits at commas; a field in double quotes may hold commas, and "" for a quote. */
function splitFields(value: string): string[] {
  const fields = value.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? []
  return fields.map((field) => {
    const content = field.replace(/^,/, "")
    if (!/^".*"$/s.test(content)) return content
    return content.slice(1, -1).replaceAll('""', '"')
  })
}

/** A name in braces. `${name}` is left alone: it is a shell's or a program's own syntax. */
const PLACEHOLDER = /(?<!\$)\{([a-z][a-z0-9_]*)\}/g

/**
 * Puts values in the place of `{name}` in a template of a backing service.
 *
 * Names without a value stay as they are; the configuration's rules have refused those already.
 *
 * @example fillTemplate("redis://{host}:{port}/0", { host: "redis", port: "6379" })
 */
export function fillTemplate(template: string, values: Record<string, string>): string {
  return template.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  )
}

/** Lists the names in braces that a template uses. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? "")
}

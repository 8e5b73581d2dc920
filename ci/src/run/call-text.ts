type Value = string | boolean | readonly string[] | undefined

/**
 * A call as it would be typed, with the arguments that say what was to be done; those that are as by default are left out.
 *
 * @param values by the argument's name in the code, such as `eventName`
 */
export function callText(name: string, values: Record<string, Value>): string {
  const flags = Object.entries(values).flatMap(([key, value]) => {
    const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const text = typeof value === "object" ? value.join(",") : value
    if (text === undefined || text === false || text === "") return []
    return text === true ? [flag] : [`${flag}=${text}`]
  })
  return [name, ...flags].join(" ")
}

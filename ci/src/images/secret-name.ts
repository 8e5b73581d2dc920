/**
 * The name of a secret: the end of its address, such as PIP_TOKEN of env://PIP_TOKEN.
 *
 * @returns undefined where the end is no name, as for a command
 */
export function secretName(address: string): string | undefined {
  const [, scheme = "env", path = ""] = /^(?:(\w+):\/\/)?(.*?)(?:\?[^/]*)?$/s.exec(address) ?? []
  const name = path.split("/").at(-1) ?? ""
  return scheme !== "cmd" && /^[A-Za-z0-9_][\w.-]*$/.test(name) ? name : undefined
}

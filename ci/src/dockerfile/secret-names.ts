const SECRET_WORDS = new Set([
  "apikey",
  "auth",
  "credential",
  "credentials",
  "passphrase",
  "passwd",
  "password",
  "passwords",
  "pwd",
  "secret",
  "secrets",
  "token",
  "tokens",
])

/** Words before KEY that make it a secret one; a public or a signing key's id is none. */
const SECRET_KEYS = new Set(["access", "api", "encryption", "private", "secret", "signing", "ssh"])

/** Last words that tell of a secret without holding it. */
const TELLS_ABOUT = new Set([
  "algorithm",
  "class",
  "dir",
  "enabled",
  "file",
  "header",
  "host",
  "id",
  "length",
  "name",
  "path",
  "port",
  "ttl",
  "type",
  "url",
])

/** True for a variable name that looks as if its value were secret, such as `DB_PASSWORD`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
  if (TELLS_ABOUT.has(words.at(-1) ?? "")) return false
  return words.some(
    (word, index) =>
      SECRET_WORDS.has(word) || (word === "key" && SECRET_KEYS.has(words[index - 1] ?? "")),
  )
}

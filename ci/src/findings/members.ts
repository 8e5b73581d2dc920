/**
 * Reads the parts of JSON that somebody else made, where anything can be missing or of another kind.
 */

export type JsonObject = Readonly<Record<string, unknown>>

/** A value as an object; an empty one for anything else. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {}
}

/** A value as a list; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** A value as a text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined
}

/** A value as a number; undefined for anything else, and for what isn't finite. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

/** A line or column: a whole number from 1; undefined for anything else. */
export function positionOf(value: unknown): number | undefined {
  const number = numberOf(value)
  return number !== undefined && Number.isSafeInteger(number) && number >= 1 ? number : undefined
}

/** The texts of a list. */
export function textsOf(value: unknown): string[] {
  return listOf(value).filter((entry) => typeof entry === "string")
}

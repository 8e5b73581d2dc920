const MEMORY = /^(\d+(?:\.\d+)?)\s*(m|mb|mi|mib|g|gb|gi|gib)$/i

/**
 * Reads an amount of memory such as "512m" or "1.5g" as whole MiB, rounded up.
 *
 * Returns undefined for anything else, and for less than 1 MiB.
 */
export function parseMemory(text: string): number | undefined {
  const [, amount, unit] = MEMORY.exec(text.trim()) ?? []
  if (amount === undefined || unit === undefined) return undefined
  const factor = unit.toLowerCase().startsWith("g") ? 1024 : 1
  const mebibytes = Math.ceil(Number(amount) * factor)
  return mebibytes >= 1 && Number.isSafeInteger(mebibytes) ? mebibytes : undefined
}

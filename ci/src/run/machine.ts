import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import type { Machine } from "./jobs.js"

/** Reads a file of the system; absent files give undefined. */
export type ReadSystemFile = (path: string) => string | undefined

/** Where a container sees its own limits: control groups of version 2 and of version 1. */
const LIMITS = [
  { limit: "/sys/fs/cgroup/memory.max", used: "/sys/fs/cgroup/memory.current" },
  {
    limit: "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    used: "/sys/fs/cgroup/memory/memory.usage_in_bytes",
  },
]

/** The machine that this process runs on: cores, memory and what is free of it, limits included. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), ...readMemory(readSystemFile) }
}

/**
 * Reads how much memory there is, and how much of it is free.
 *
 * @param read gives the text of /proc/meminfo and of the control group's files
 */
export function readMemory(read: ReadSystemFile): { memory: number; free: number } {
  const information = read("/proc/meminfo") ?? ""
  const total = kilobytes(information, "MemTotal")
  const available = kilobytes(information, "MemAvailable")
  const group = LIMITS.flatMap(({ limit, used }) => {
    const bytes = Number(read(limit) ?? "max")
    return Number.isFinite(bytes) && bytes < total ? [{ bytes, used: Number(read(used) ?? 0) }] : []
  })[0]
  if (group === undefined) return { memory: total, free: available }
  return { memory: group.bytes, free: Math.min(available, Math.max(0, group.bytes - group.used)) }
}

function kilobytes(information: string, name: string): number {
  const value = new RegExp(`^${name}: +(\\d+) kB`, "m").exec(information)?.[1]
  return value === undefined ? 0 : Number(value) * 1024
}

function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

const GIGABYTE = 1024 ** 3
const GIGABYTES_PER_SERVICE = 1.5

/** What the engine's machine, or the container it runs in, has to give. */
export interface Machine {
  cores: number
  /** Bytes that are there, or that its limit allows. */
  memory: number
  /** Bytes that nobody uses now; absent: unknown. */
  free?: number
}

/**
 * How many services to work on side by side: as many as the engine has cores,
 * but no more than its memory holds, nor than the part of it that is free now.
 */
export function defaultJobs({ cores, memory, free = memory }: Machine): number {
  const usable = Math.min(memory, free)
  return Math.max(1, Math.min(cores, Math.floor(usable / GIGABYTE / GIGABYTES_PER_SERVICE)))
}

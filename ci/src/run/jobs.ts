const GIGABYTE = 1024 ** 3
const GIGABYTES_PER_SERVICE = 1.5

/**
 * How many services to work on side by side: as many as the engine has cores,
 * but no more than its memory holds.
 *
 * @param machine cores, and memory in bytes
 */
export function defaultJobs({ cores, memory }: { cores: number; memory: number }): number {
  return Math.max(1, Math.min(cores, Math.floor(memory / GIGABYTE / GIGABYTES_PER_SERVICE)))
}

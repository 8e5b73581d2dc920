import { spawn } from "node:child_process"

/**
 * Runs `work` while this process holds an exclusive lock on `file`.
 *
 * The lock is flock(2), held by a child that lives exactly as long as its
 * standard input is open: if this process is killed, the kernel closes the
 * pipe, the child ends, and the lock is gone. Nothing stale can be left.
 *
 * @template T
 * @param {string} file
 * @param {() => void} onWait called once when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  const release = (await acquire(file, ["--nonblock"])) ?? (onWait(), await acquire(file, []))
  if (!release) throw new Error(`could not lock ${file}`)
  try {
    return await work()
  } finally {
    release()
  }
}

/**
 * @param {string} file
 * @param {string[]} flags
 * @returns {Promise<(() => void) | undefined>} undefined when the lock was not to be had
 */
function acquire(file, flags) {
  return new Promise((resolve, reject) => {
    const holder = spawn(
      "flock",
      ["--exclusive", ...flags, file, "sh", "-c", "echo locked; exec cat >/dev/null"],
      {
        stdio: ["pipe", "pipe", "ignore"],
        // Its own process group: Ctrl-C must first let `work` clean up under the lock.
        detached: true,
      },
    )
    holder.on("error", reject)
    holder.stdout.once("data", () => {
      holder.unref()
      resolve(() => holder.stdin.end())
    })
    holder.on("exit", () => resolve(undefined))
  })
}

import { readFile } from "node:fs/promises"
import { DAGGER_VERSION } from "../lib/paths.mjs"

/** The first screen: for somebody who has never seen this. */
export const HELP = `Runs the CI pipeline of the repository you are in: checks, tests, images and smoke
tests of every service in services.json, in containers, the same here as in CI.

  ./pipeline ci                              every stage of every service
  ./pipeline ci --changed                    only what your change concerns
  ./pipeline ci --service=api                only this service
  ./pipeline ci --failed                     only what failed in the last run
  ./pipeline ci --changed --watch            again whenever a file changes
  ./pipeline report -o ci-report             the last run as a page, a summary and JUnit files
  ./pipeline plan                            what --changed would run, and why; runs nothing;
                                             with --local without an engine
  ./pipeline debug --service=api --step=test terminal
                                             a shell in the container of a step, just before it runs
  ./pipeline engine status                   which engine runs the containers; also: up, down, logs,
                                             doctor, prune
  ./pipeline init                            proposes services.json for another repository;
                                             \`update\` moves that to a newer pipeline
  ./pipeline bench --list                    what the pipeline itself costs, measured

The engine that runs containers is Dagger's. With Docker or Podman running it is started there;
on a Linux machine without them, as root, it is built once from source and started natively.
Everything but \`engine\`, \`init\`, \`update\` and \`bench\` goes to \`dagger call\` unchanged, so the
same works without this program:

  eval "$(./pipeline engine env)"            puts dagger and the engine's address into this shell
  dagger call ci --changed                   from then on

Flags: --no-install (don't install missing packages), --progress=plain (dagger's own progress),
       plan --json, plan --matrix, --version. Every flag of a function: ./pipeline ci --help
Exit codes: 0 passed, 1 a stage failed, 2 wrong configuration or usage, 3 could not know.`

/** @returns {Promise<string>} our version, and dagger's */
export async function version() {
  const manifest = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  )
  return `pipeline ${manifest.version} (dagger ${DAGGER_VERSION})`
}

import { dag, Container, Directory, Service } from "@dagger.io/dagger"
import { lazily } from "../changes/lazily.js"
import { quote } from "../languages/shell.js"
import { IMAGES } from "./images.js"
import { moduleFolder } from "./module-folder.js"
import type { Step } from "./step.js"
import type { Examination } from "./supervise/examine.mjs"
import type { Probe } from "./supervise/probe.mjs"

export type { Probe } from "./supervise/probe.mjs"

/** How a server is started. */
export interface Start {
  /** Arguments of the image's entrypoint; absent or empty: the image's own. */
  args?: string[]
  ready: Probe
  /** Seconds until it must be ready. */
  timeout: number
  /** Seconds that it has to end when `examineCommand` ends it; absent: nobody ends it. */
  grace?: number
}

/** A server that runs beside a step. */
export interface Server {
  /** For people, such as "backing service postgres". */
  label: string
  /** The name under which the step reaches it. */
  host: string
  service: Service
  /** What the step is told about it. */
  env: Record<string, string>
}

const FOLDER = "/.pipeline-server"
/**
 * Opened by the supervisor once it knows how the start went. Above the numbers that Linux gives to
 * connections (32768 to 60999, net.ipv4.ip_local_port_range): one of the server's own could have it.
 */
const CONTROL_PORT = 61_818
/** Ends the server and reports on it, where that is wanted. */
const FINISH_PORT = 61_819
const PROGRAM_FILES = ["supervise.mjs", "probe.mjs", "examine.mjs", "ask.sh"]

/**
 * Starts a container's program under a supervisor (supervise/supervise.mjs), so
 * that a start always ends with an answer, and its log can be read afterwards.
 *
 * @throws when the image can't be had
 */
export async function supervised(container: Container, start: Start): Promise<Service> {
  const [entrypoint, defaultArgs] = await Promise.all([
    container.entrypoint(),
    container.defaultArgs(),
  ])
  const args = start.args && start.args.length > 0 ? start.args : defaultArgs
  const instructions = {
    command: [...entrypoint, ...args],
    ready: start.ready,
    timeout: start.timeout,
    controlPort: CONTROL_PORT,
    ...(start.grace !== undefined && { finish: { port: FINISH_PORT, grace: start.grace } }),
  }
  return withPrograms(container, await programs())
    .withExposedPort(CONTROL_PORT)
    .asService({
      args: [...program("node"), `${FOLDER}/supervise.mjs`, JSON.stringify(instructions)],
    })
}

/** Connects a container with servers, and tells it where they are. */
export async function besideServers(container: Container, servers: Server[]): Promise<Container> {
  if (servers.length === 0) return container
  let bound = withPrograms(container, await programs())
  for (const { host, service, env } of servers) {
    bound = bound.withServiceBinding(host, service)
    for (const [name, value] of Object.entries(env)) bound = bound.withEnvVariable(name, value)
  }
  return bound
}

/** A step that begins only when all servers are ready, and shows their logs if it fails. */
export function withServerChecks(step: Step, servers: Server[]): Step {
  if (servers.length === 0) return step
  const names = servers.flatMap(({ label, host }) => [label, host])
  const ask = (mode: string) =>
    [...program("bash"), `${FOLDER}/ask.sh`, String(CONTROL_PORT), mode, ...names]
      .map(quote)
      .join(" ")
  return { ...step, before: ask("check"), logs: ask("logs") }
}

/** The shell command that asks a server from outside whether it is well, ends it, and judges how it ran. */
export function examineCommand(examination: Omit<Examination, "finishPort">): string {
  const instructions = JSON.stringify({ ...examination, finishPort: FINISH_PORT })
  return [...program("node"), `${FOLDER}/examine.mjs`, instructions].map(quote).join(" ")
}

function withPrograms(container: Container, folder: Directory): Container {
  return container.withMountedDirectory(FOLDER, folder)
}

/** Through the loader that came with it, because images may have another C library, or none. */
function program(name: "node" | "bash"): string[] {
  return [`${FOLDER}/ld.so`, "--library-path", FOLDER, `${FOLDER}/${name}`]
}

/** Node and bash with the libraries that they need, to be mounted into any Linux image. */
const programs = lazily(() => {
  const scripts = moduleFolder("src/stages/supervise")
  return dag
    .container()
    .from(IMAGES.tools)
    .withExec(["bash", "-ec", COLLECT])
    .directory(FOLDER)
    .withDirectory(".", scripts, { include: PROGRAM_FILES })
    .sync()
})

const COLLECT = `
mkdir ${FOLDER}
for program in node bash; do
  path=$(command -v $program)
  echo "$path"
  ldd "$path" | grep -o '/[^ ]*'
done | sort -u | xargs cp -L -t ${FOLDER}
mv ${FOLDER}/ld-linux* ${FOLDER}/ld.so
chmod -R a+rX ${FOLDER}
`

import { join } from "node:path/posix"
import { dag, Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import { PACK_OPTIONS, unpack } from "./content.js"
import { readDependencies } from "./dependencies.js"
import type { Workspace } from "./workspace.js"
import { serviceContainer } from "./workspace.js"

const OUT = "/standard/out"
const ARCHIVE = "/standard/image.tar"

/** Readable for everybody, whatever the checkout's own rights are. */
const MODES = "--mode='u=rwX,go=rX'"

/** Of nobody: the files belong to root, and the program can't change them. */
const USER = "10001"

/**
 * The image of a service without a Dockerfile: the same dependencies and files that its tests ran
 * with, without what only tests need, on the slim image of its language. No file in it has a time
 * of its own, so the same commit gives the same layer on every engine; when it is pushed, the engine's clock
 * is taken out of its configuration as well.
 */
export async function standardImage(workspace: Workspace, service: Service): Promise<Container> {
  const { standardImage: standard } = LANGUAGE_SUPPORT[service.language]
  const dependencies = await readDependencies(workspace, service)
  const archive = serviceContainer(workspace, dependencies)
    .withEnvVariable("out", OUT)
    .withExec([
      "sh",
      "-ec",
      `mkdir -p $out\n(${standard.script}\n)\ntar --create --file=${ARCHIVE} --directory=$out ${PACK_OPTIONS} ${MODES} .`,
    ])
    .file(ARCHIVE)
  const base = dag.container().from(workspace.images.use(standardBase(service)))
  const image = base
    .withDirectory("/", unpack([archive]))
    .withEnvVariable("PATH", `${standard.path}:\${PATH}`, { expand: true })
  return standard
    .withEnvironment(image, dependencies.project.libraries)
    .withWorkdir(join(SOURCE_FOLDER, service.path))
    .withUser(USER)
    .withoutEntrypoint()
    .withDefaultArgs(commandWords(service.build.command ?? ""))
}

/** The image that a service's standard image is built on, as people write it. */
export function standardBase({ language, languageVersion }: Service): string {
  return LANGUAGE_SUPPORT[language].standardImage.base(languageVersion)
}

/** As words where no shell is needed: the program is then the first process, and gets its signals. */
function commandWords(command: string): string[] {
  return /^[\w@%+=:,./ -]+$/.test(command)
    ? command.split(/ +/).filter((word) => word !== "")
    : ["sh", "-c", `exec ${command}`]
}

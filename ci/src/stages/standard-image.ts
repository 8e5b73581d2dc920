import { join } from "node:path/posix"
import { dag, Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { LANGUAGE_SUPPORT, SOURCE_FOLDER } from "../languages/index.js"
import { PACK_OPTIONS, unpack } from "./content.js"
import { readDependencies } from "./dependencies.js"
import { moduleFolder } from "./module-folder.js"
import type { Workspace } from "./workspace.js"
import { serviceContainer } from "./workspace.js"

const OUT = "/standard/out"
const PYTHON = "docker.io/library/python:3.11-slim"
const PROGRAM = "/program/fix_times.py"
/** As of every file in it. */
const TIME = "2000-01-01T00:00:00Z"
const ARCHIVE = "/standard/image.tar"

/** Readable for everybody, whatever the checkout's own rights are. */
const MODES = "--mode='u=rwX,go=rX'"

/** Of nobody: the files belong to root, and the program can't change them. */
const USER = "10001"

/**
 * The image of a service without a Dockerfile: the same dependencies and files that its tests ran
 * with, without what only tests need, on the slim image of its language. Nothing in it has a time of
 * its own, so the same commit gives the same image on every engine.
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
  const base = dag.container().from(workspace.images.use(standard.base(service.languageVersion)))
  const image = base
    .withDirectory("/", unpack([archive]))
    .withEnvVariable("PATH", `${standard.path}:\${PATH}`, { expand: true })
  return withoutClock(
    standard
      .withEnvironment(image, dependencies.project.libraries)
      .withWorkdir(join(SOURCE_FOLDER, service.path))
      .withUser(USER)
      .withoutEntrypoint()
      .withDefaultArgs(commandWords(service.build.command ?? "")),
  )
}

/** The engine notes in an image when it made the last layer; without that, equal files are an equal image. */
function withoutClock(image: Container): Container {
  const fixed = dag
    .container()
    .from(PYTHON)
    .withMountedFile(PROGRAM, moduleFolder("src/images").file("fix_times.py"))
    .withMountedFile("/image.tar", image.asTarball())
    .withExec(["python3", PROGRAM, "/image.tar", "/fixed.tar", TIME])
    .file("/fixed.tar")
  return dag.container().import_(fixed)
}

/** As words where no shell is needed: the program is then the first process, and gets its signals. */
function commandWords(command: string): string[] {
  return /^[\w@%+=:,./ -]+$/.test(command)
    ? command.split(/ +/).filter((word) => word !== "")
    : ["sh", "-c", `exec ${command}`]
}

import { dag, File } from "@dagger.io/dagger"

const GO = "docker.io/library/golang:1.26-bookworm"

/** A program of a Go module. */
export interface GoProgram {
  name: string
  module: string
  /** Without "v". */
  version: string
  /** Package of the program, below the module; empty: the module itself. */
  package: string
  /** Environment of the build. */
  env?: Record<string, string>
  /** Lines for go.mod: replacements that the module's own go.mod needs. */
  goMod?: string[]
}

/** What beside the scanners is built from Go modules; the Go checksum database vouches for them. */
export const GO_PROGRAMS = {
  cosign: {
    name: "cosign",
    module: "github.com/sigstore/cosign/v3",
    version: "3.1.3",
    package: "cmd/cosign",
  },
  vegeta: {
    name: "vegeta",
    module: "github.com/tsenart/vegeta/v12",
    version: "12.13.0",
    package: "",
  },
} satisfies Record<string, GoProgram>

/** Builds a program from source, once for each version. */
export function goProgram(program: GoProgram): File {
  const { name, module, version, env = {}, goMod = [] } = program
  const main = [module, program.package].filter((part) => part !== "").join("/")
  let build = dag
    .container()
    .from(GO)
    .withMountedCache("/go/pkg/mod", dag.cacheVolume("go-mod-v1"))
    .withMountedCache("/root/.cache/go-build", dag.cacheVolume("go-build-v1"))
    .withWorkdir("/build")
    .withNewFile("go.mod", ["module tool", "", "go 1.26", "", ...goMod, ""].join("\n"))
    .withNewFile("tool.go", "package tool\n")
    .withEnvVariable("CGO_ENABLED", "0")
    .withEnvVariable("GOFLAGS", "-mod=mod -trimpath")
  for (const [variable, value] of Object.entries(env))
    build = build.withEnvVariable(variable, value)
  return build
    .withExec(["go", "get", `${module}@v${version}`])
    .withExec(["go", "build", "-ldflags=-s -w", "-o", `/built/${name}`, main])
    .file(`/built/${name}`)
}

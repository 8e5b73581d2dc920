import { join } from "node:path/posix"
import { withGoShard } from "./go/shard.js"
import type { DependencyPlan, LanguageSupport, Project } from "./language.js"
import { SOURCE_FOLDER } from "./language.js"
import { firstIn, pathIn } from "./repository-files.js"

const DEFAULT_VERSION = "1.26"

/** Go: module and build caches, gofmt and vet, a build of every package. */
export const go: LanguageSupport = {
  name: "go",
  image: (version = DEFAULT_VERSION) => `docker.io/library/golang:${version}-bookworm`,
  caches: [
    { path: "/go/pkg/mod", key: "go-mod-v1" },
    { path: "/root/.cache/go-build", key: "go-build-v1" },
  ],
  withTools: (container) => container.withEnvVariable("GOFLAGS", "-buildvcs=false"),
  dependencies: goDependencies,
  withEnvironment: (container) => container,

  async preflight() {
    return {
      programs: [],
      checks: [
        {
          name: "format",
          command: String.raw`files=$(gofmt -l .) || exit 1; [ -z "$files" ] || { echo "$files" | sed 's/$/:1:1: not formatted: run gofmt -w/'; exit 1; }`,
          problem: PROBLEM,
        },
        { name: "lint", command: "go vet ./...", problem: PROBLEM },
        { name: "build", command: "go build -o /dev/null ./...", problem: PROBLEM },
      ],
      files: {},
    }
  },

  // go test prints one line a test only when asked to.
  // At QUIT the test binary shows every goroutine, and the go command itself stays quiet.
  testReport: {
    env: { GOFLAGS: "-buildvcs=false -v" },
    signal: "QUIT",
    noise: /^\t\/usr\/local\/go\/src\/|^(?:[rx]\w+|lr|sp|pc|fault|[cfg]s) +0x[0-9a-f]+$/,
    withShard: withGoShard,
  },

  standardImage: {
    base: () => "docker.io/library/debian:bookworm-slim",
    script: [
      "mkdir -p $out/app/bin $out$PWD",
      'CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" -o $out/app/bin/ ./...',
    ].join("\n"),
    path: "/app/bin",
    withEnvironment: (container) => container,
  },
}

const PROBLEM = String.raw`^(vet: )?[^ ]+\.go:[0-9]+:[0-9]+: |^go: `

/** The modules that go.mod and go.sum name, also those of modules beside it that it is told to use. */
async function goDependencies({ service, files }: Project): Promise<DependencyPlan> {
  const manifest = firstIn(files, service.path, ["go.mod"])
  const texts: Record<string, string> = {}
  const queue = manifest === undefined ? [] : [service.path]
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    const path = pathIn(folder, "go.mod") as string
    if (path in texts || !files.has(path)) continue
    const text = await files.read(path)
    texts[path] = text
    const sum = firstIn(files, folder, ["go.sum"])
    if (sum !== undefined) texts[sum] = await files.read(sum)
    for (const [, target = ""] of text.matchAll(/=>\s*(\.\.?\/\S*)/g)) {
      const replaced = pathIn(folder, target)
      if (replaced !== undefined) queue.push(replaced)
    }
  }
  const needsModules = Object.keys(texts).some((path) => path.endsWith("go.sum"))
  return {
    ...(manifest !== undefined && { manifest }),
    files: Object.fromEntries(
      Object.entries(texts).map(([path, text]) => [join(SOURCE_FOLDER, path), text]),
    ),
    programs: [],
    folder: join(SOURCE_FOLDER, service.path),
    script: needsModules ? "go mod download" : "",
    problems: [],
    warnings: [],
  }
}

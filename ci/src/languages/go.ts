import type { LanguageSupport } from "./language.js"

const DEFAULT_VERSION = "1.26"

/** Go: module and build caches, gofmt and vet, a build of every package. */
export const go: LanguageSupport = {
  name: "go",
  image: (version = DEFAULT_VERSION) => `docker.io/library/golang:${version}-bookworm`,
  manifests: ["go.mod", "go.sum"],
  caches: [
    { path: "/go/pkg/mod", key: "go-mod-v1" },
    { path: "/root/.cache/go-build", key: "go-build-v1" },
  ],
  withTools: (container) => container.withEnvVariable("GOFLAGS", "-buildvcs=false"),
  withDependencies: (container, _service, manifests) =>
    manifests.includes("go.sum") ? container.withExec(["go", "mod", "download"]) : container,
  withLibraries: (container) => container,

  checks: () => [
    {
      name: "lint",
      command:
        'files=$(gofmt -l .); [ -z "$files" ] || { echo "not formatted (run gofmt -w):"; echo "$files"; exit 1; }; go vet ./...',
    },
    { name: "build", command: "go build ./..." },
  ],

  // go test prints one line a test only when asked to.
  testReport: { env: { GOFLAGS: "-buildvcs=false -v" } },
}

import type { LanguageSupport } from "./language.js"

const DEFAULT_VERSION = "20"

/** Node: npm with the lock file, the service's own lint script, a syntax check of every file. */
export const node: LanguageSupport = {
  name: "node",
  image: (version = DEFAULT_VERSION) => `docker.io/library/node:${version}-slim`,
  manifests: ["package.json", "package-lock.json", ".npmrc"],
  caches: [{ path: "/root/.npm", key: "npm-v1" }],
  withTools: (container) => container,

  withDependencies(container, _service, manifests) {
    if (!manifests.includes("package.json")) return container
    const command = manifests.includes("package-lock.json") ? "ci" : "install"
    return container.withExec([
      "npm",
      command,
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      "--loglevel=error",
    ])
  },

  withLibraries: (container) => container,

  checks: () => [
    { name: "lint", command: "npm run --if-present lint" },
    {
      name: "syntax",
      command: String.raw`find . -name node_modules -prune -o \( -name '*.js' -o -name '*.mjs' -o -name '*.cjs' \) -print | while read -r file; do node --check "$file" || exit 1; done`,
    },
  ],

  testReport: { env: {} },
}

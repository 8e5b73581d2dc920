import type { LanguageSupport } from "./language.js"
import { SOURCE_FOLDER } from "./language.js"
import { nodeDependencies } from "./node/dependencies.js"
import { nodePreflight } from "./node/preflight.js"
import { NODE_TOOLS } from "./node/script.js"

const DEFAULT_VERSION = "20"

/** Node: npm, pnpm or yarn by the lock file, the service's own lint, a check of syntax and imports. */
export const node: LanguageSupport = {
  name: "node",
  image: (version = DEFAULT_VERSION) => `docker.io/library/node:${version}-slim`,
  caches: [
    { path: "/root/.npm", key: "npm-v1" },
    { path: "/root/.pnpm-store", key: "pnpm-v1" },
    { path: "/root/.yarn-cache", key: "yarn-v1" },
  ],
  withTools: (container) => container,
  dependencies: nodeDependencies,
  installsAmongFiles: true,
  withEnvironment: (container) =>
    container.withEnvVariable("PATH", `${NODE_TOOLS}/bin:\${PATH}`, { expand: true }),
  preflight: nodePreflight,
  testReport: { env: {} },
  standardImage: {
    base: (version = DEFAULT_VERSION) => `docker.io/library/node:${version}-slim`,
    script: [
      `mkdir -p $out${SOURCE_FOLDER}`,
      `cp -a ${SOURCE_FOLDER}/. $out${SOURCE_FOLDER}/`,
      `cd "$out$PWD"`,
      // What only the tests need; other package managers than npm keep it.
      "[ ! -e package-lock.json ] || npm prune --omit=dev --offline --no-audit --no-fund --loglevel=error",
    ].join("\n"),
    path: "/usr/local/bin",
    withEnvironment: (container) => container.withEnvVariable("NODE_ENV", "production"),
  },
}

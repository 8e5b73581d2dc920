// Bundles what modules need at run time out of the SDK's package: `build.mjs OUTPUT_FOLDER`.
import { build } from "esbuild"
import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL(".", import.meta.url))
const output = process.argv[2] ?? "."

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  keepNames: true,
  legalComments: "inline",
  external: ["typescript"],
  alias: { "@opentelemetry/sdk-node": join(here, "src/node-sdk.mjs") },
  // Starting an engine from inside a module is never needed, and brings an unpacker and an HTTP client.
  plugins: [
    {
      name: "no-provisioning",
      setup(bundler) {
        bundler.onResolve({ filter: /provisioning\/index\.js$/ }, () => ({
          path: "provisioning",
          namespace: "none",
        }))
        bundler.onLoad({ filter: /.*/, namespace: "none" }, () => ({
          contents:
            'export function withEngineSession() { throw new Error("no engine session in this container") }',
        }))
      },
    },
  ],
}

// CommonJS dependencies ask for Node's own modules with require(). core.js is
// bundled once more, into the module that uses it, and gets its own there.
const program = {
  ...common,
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
}

await Promise.all([
  build({
    ...common,
    entryPoints: [join(here, "src/core.ts")],
    outfile: join(output, "lib/core.js"),
  }),
  build({
    ...program,
    entryPoints: [join(here, "src/prepare.ts")],
    outfile: join(output, "kit/prepare.mjs"),
  }),
  build({
    ...program,
    entryPoints: [join(here, "src/types.ts")],
    outfile: join(output, "kit/types.mjs"),
  }),
])
copyFileSync(join(here, "src/no-typescript.mjs"), join(output, "kit/no-typescript.mjs"))

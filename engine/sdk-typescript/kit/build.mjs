// Bundles what modules need at run time out of the SDK's package: `build.mjs OUTPUT_FOLDER`.
import { build } from "esbuild"
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
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
  // Packages come as CommonJS and as ES modules; only of the latter can what nobody uses be left out.
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  external: ["typescript"],
  // The SDK evaluates a default value's text with eval(), on purpose.
  logOverride: { "direct-eval": "silent" },
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

/**
 * The compiler, and of its type libraries what a scan reads: without the
 * browser's, which are two thirds of all text that a scan would go through.
 * Those tell nothing of a module: its types are its own and the client's.
 *
 * @param {string} target
 */
function copyCompiler(target) {
  const lib = join(here, "node_modules/typescript/lib")
  cpSync(lib, join(target, "lib"), {
    recursive: true,
    filter: (path) =>
      path === lib || /^(typescript\.js|lib\.(es|decorators)[\w.]*\.d\.ts)$/.test(basename(path)),
  })
  copyFileSync(join(lib, "../package.json"), join(target, "package.json"))
  writeFileSync(join(target, "lib/lib.es2022.full.d.ts"), '/// <reference lib="es2022" />\n')
}

const kit = join(output, "kit")
mkdirSync(kit, { recursive: true })
await Promise.all([
  build({
    ...common,
    entryPoints: [join(here, "src/core.ts")],
    outfile: join(output, "lib/core.js"),
  }),
  build({
    ...program,
    entryPoints: ["describe", "bundle", "register"].map((name) => join(here, `src/${name}.ts`)),
    outExtension: { ".js": ".mjs" },
    outdir: kit,
  }),
])
copyFileSync(join(here, "src/no-typescript.mjs"), join(kit, "no-typescript.mjs"))
copyCompiler(join(kit, "node_modules/typescript"))
copyFileSync(join(here, "node_modules/@esbuild/linux-x64/bin/esbuild"), join(kit, "esbuild"))
chmodSync(join(kit, "esbuild"), 0o755)

// Bundles the renderer into one file that needs Node alone: `npm run build` gives dist/report.mjs.
// Beside this folder it reads ../src/{changes,config,findings,run}.
import { build } from "esbuild"
import { fileURLToPath } from "node:url"

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))

/** What the page in the browser runs: its text becomes a constant of the program. */
const page = await build({
  entryPoints: [here("page/main.tsx")],
  outdir: here("dist"),
  bundle: true,
  write: false,
  minify: true,
  format: "iife",
  target: ["chrome123", "firefox120", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "error",
})
const textOf = (/** @type {string} */ ending) =>
  page.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ""

await build({
  entryPoints: [here("src/main.ts")],
  outfile: here("dist/report.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  define: {
    PAGE_SCRIPT: JSON.stringify(textOf(".js")),
    PAGE_STYLE: JSON.stringify(textOf(".css")),
  },
  logLevel: "error",
})

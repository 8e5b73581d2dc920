import js from "@eslint/js"

const nodeGlobals = Object.fromEntries(
  [
    "Buffer",
    "URL",
    "clearInterval",
    "clearTimeout",
    "console",
    "fetch",
    "process",
    "setInterval",
    "setTimeout",
  ].map((name) => [name, "readonly"]),
)

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: nodeGlobals },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
]

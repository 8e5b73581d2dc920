import type { PageData } from "./page-data.js"

// Put in by build.mjs: what the browser runs, and how it looks.
declare const PAGE_SCRIPT: string
declare const PAGE_STYLE: string

/** A report as one HTML file that needs no other, and no network. */
export function renderHtml(data: PageData): string {
  const title = escapeHtml(`${data.result}: ${data.command || "pipeline"} ${data.id}`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${PAGE_STYLE.replaceAll("</", "<\\/")}</style>
</head>
<body>
<div id="app"><noscript>This report needs JavaScript. The same run as text is in summary.md.</noscript></div>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${PAGE_SCRIPT.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}</script>
</body>
</html>
`
}

/**
 * A value as JSON that can stand within a script element: no text in it can end the element or open
 * a comment, and old parsers of scripts see no line end in it.
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029")
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}

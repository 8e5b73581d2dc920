// @ts-check
/**
 * Prints what has to be known of a repository to find undeclared dependencies, as one JSON document.
 *
 *     node gather.mjs request.json
 *
 * Plain JavaScript without dependencies: it runs in a container, so that one answer of the engine
 * holds thousands of files.
 */
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs"

/**
 * Where to look. Paths are relative to the current folder, the repository's root.
 *
 * @typedef {object} TextRequest
 * @property {string[]} folders whose Python files and manifests are wanted
 * @property {string[]} files wanted wherever they are, if they are there
 */

/**
 * @typedef {object} TextAnswer
 * @property {[path: string, target: string][]} symlinks all of the repository, as written in them
 * @property {Record<string, string>} texts by path
 */

const SOURCE = /\.py$|(?:^|\/)pyproject\.toml$|requirements[^/]*(?:\/[^/]+)?\.(?:txt|in)$/

/**
 * @param {TextRequest} request
 * @returns {TextAnswer}
 */
function gather({ folders, files }) {
  /** @type {TextAnswer["symlinks"]} */
  const symlinks = []
  /** @type {Set<string>} */
  const wanted = new Set(
    files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile()),
  )
  /** @type {(folder: string) => boolean} */
  const isInside = (path) =>
    folders.some((folder) => folder === "." || path.startsWith(`${folder}/`))

  /** @param {string} folder */
  function walk(folder) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = folder === "." ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) symlinks.push([path, readlinkSync(path)])
      else if (entry.isDirectory()) walk(path)
      else if (entry.isFile() && SOURCE.test(path) && isInside(path)) wanted.add(path)
    }
  }
  walk(".")
  const texts = [...wanted].sort().map((path) => [path, readFileSync(path, "utf8")])
  return { symlinks: symlinks.sort(), texts: Object.fromEntries(texts) }
}

const [request = "", answer = ""] = process.argv.slice(2)
writeFileSync(answer, JSON.stringify(gather(JSON.parse(readFileSync(request, "utf8")))))

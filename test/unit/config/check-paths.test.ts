import { describe, expect, it } from "vitest"

import { checkPaths } from "../../../ci/src/config/index.js"
import type { PathFacts } from "../../../ci/src/config/index.js"
import { configOf, service } from "./builders.js"

/** A repository that has these files, and the folders they are in. */
function repository(...files: string[]): PathFacts {
  return {
    exists: (path) => files.some((file) => file === path || file.startsWith(`${path}/`)),
    isFile: (path) => files.includes(path),
  }
}

function check(entry: Record<string, unknown>, facts: PathFacts): (string | undefined)[][] {
  const libraries = [{ name: "lib", path: "libs/lib" }]
  const issues = checkPaths(configOf({ services: [service(entry)], libraries }), facts)
  return issues.map(({ path, message, suggestion }) => [path, message, suggestion])
}

describe("checkPaths", () => {
  it("has nothing to say about a complete repository", () => {
    const facts = repository("services/api/Dockerfile", "libs/lib/a.py")
    expect(check({ dockerfile: "Dockerfile" }, facts)).toEqual([])
    expect(check({ path: "." }, facts)).toEqual([])
  })

  it("finds folders that are not there, once each", () => {
    expect(check({ dockerfile: "Dockerfile" }, repository("README.md"))).toEqual([
      [
        "services[0].path",
        'there is no folder "services/api"',
        "create the folder, or correct the path",
      ],
      [
        "libraries[0].path",
        'there is no folder "libs/lib"',
        "create the folder, or correct the path",
      ],
    ])
  })

  it.each<[Record<string, unknown>, string, string]>([
    [{ path: "services/my-api" }, "services/my_api/a.py", 'did you mean "services/my_api"?'],
    [{ path: "services/api/a.py" }, "services/api/a.py", 'did you mean "services/api"?'],
    [
      { dockerfile: "docker/api" },
      "docker/api",
      'did you mean "/docker/api"? With "/" in front, the path is from the repository\'s root',
    ],
    [
      { dockerfile: "/Dockerfile" },
      "services/api/Dockerfile",
      'did you mean "Dockerfile"? Without "/" in front, the path is from the service\'s folder',
    ],
    [
      { dockerfile: "Dockerfile" },
      "services/api/a.py",
      "create it, or correct the name; without a dockerfile the standard image is built",
    ],
  ])("for %j in a repository with %s suggests: %s", (entry, file, suggestion) => {
    const facts = repository(file, "services/api/main.py", "libs/lib/a.py")
    expect(check(entry, facts).map(([, , text]) => text)).toEqual([suggestion])
  })

  it("names the line of the entry", () => {
    const config = configOf([service(), service({ name: "b" })])
    const [issue] = checkPaths(config, repository("services/api/a.py"))
    expect(issue).toMatchObject({ file: "services.json", line: 10, column: 13 })
  })

  it("refuses a folder as Dockerfile", () => {
    const facts = repository("services/api/docker/a", "libs/lib/a.py")
    expect(check({ dockerfile: "docker" }, facts)).toEqual([
      ["services[0].dockerfile", '"services/api/docker" is a folder, not a file', undefined],
    ])
  })
})

import { describe, expect, it } from "vitest"
import { pins, readRequirements } from "../../../ci/src/languages/python/requirements.js"
import { repository } from "./repository.js"

const read = (texts: Record<string, string>) =>
  readRequirements(["services/api/requirements.txt"], repository(texts))

describe("requirement files", () => {
  it("are read with everything they include, wherever that lies", async () => {
    const { files, problems } = await read({
      "services/api/requirements.txt":
        "-r ../../requirements/base.txt\n-c ../../constraints.txt\nhttpx\n",
      "requirements/base.txt": "--requirement=more.txt\nflask==3.0\n",
      "requirements/more.txt": "-r base.txt\nredis\n",
      "constraints.txt": "redis==5.0\n",
    })
    expect(problems).toEqual([])
    expect(files.map(({ path }) => path).sort()).toEqual([
      "constraints.txt",
      "requirements/base.txt",
      "requirements/more.txt",
      "services/api/requirements.txt",
    ])
  })

  it("keep what decides, and lose comments", async () => {
    const { files } = await read({
      "services/api/requirements.txt": [
        "# a comment",
        "flask==3.0  # why",
        "git+https://example.com/x.git#egg=x",
        "idna==3.7 \\",
        "    --hash=sha256:abc",
        "    # via httpx",
      ].join("\n"),
    })
    expect(files[0]?.text.split("\n")).toEqual([
      "flask==3.0",
      "git+https://example.com/x.git#egg=x",
      "idna==3.7 \\",
      "    --hash=sha256:abc",
    ])
  })

  it.each([
    ["-e ../../libs/shared"],
    ["--editable=../../libs/shared"],
    ["../../libs/shared"],
    ["-e ../../libs/shared[extra] ; python_version > '3'"],
  ])("take %s as a folder of the repository", async (line) => {
    const { files, folders, problems } = await read({
      "services/api/requirements.txt": `${line}\nflask\n`,
      "libs/shared/pyproject.toml": "",
    })
    expect(problems).toEqual([])
    expect(folders).toEqual(["libs/shared"])
    expect(files[0]?.text).toBe("flask")
  })

  it.each([
    ["-r ../base.txt", "services/api/requirements.txt:2: there is no file ../base.txt"],
    ["-r ../../../outside.txt", "services/api/requirements.txt:2: there is no file"],
    ["-e ../../libs/gone", "services/api/requirements.txt:2: there is no folder ../../libs/gone"],
  ])("name the place of %s", async (line, problem) => {
    const { problems } = await read({ "services/api/requirements.txt": `flask\n${line}\n` })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  it("leave addresses alone", async () => {
    const text =
      "-r https://example.com/r.txt\n-e git+https://example.com/x.git\nx @ https://e.com/x.whl"
    const { files, folders, problems } = await read({ "services/api/requirements.txt": text })
    expect({ folders, problems }).toEqual({ folders: [], problems: [] })
    expect(files[0]?.text).toBe(text)
  })
})

describe("pins", () => {
  it("are the lines with a fixed version", () => {
    const text =
      "a==1\nb>=2\nc[x]==3 ; python_version > '3'\nd==4 \\\n    --hash=sha256:1\ne==1.*\n"
    expect(pins(text)).toEqual(["a==1", "c==3", "d==4"])
  })
})

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { isOfGoLibrary, trimModuleCache, trimRoot } from "../../../engine/lib/trim.mjs"

let folder = ""

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "trim-"))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), "")
  }
}

it.each([
  ["src/os/file.go", true],
  ["src/os/file_linux.go", true],
  ["src/os/file_linux_amd64.s", true],
  ["src/os/windows.go", true],
  ["src/os/file_windows.go", false],
  ["src/os/file_windows_amd64.go", false],
  ["src/os/file_linux_arm64.go", false],
  ["src/os/file_arm.s", false],
  ["src/os/file_test.go", false],
  ["src/go/doc/doc.go", true],
  ["src/testing/testing.go", true],
  ["src/go/parser/testdata/x.go", false],
  ["src/cmd/go/main.go", false],
  ["src/cmdline/x.go", true],
  ["test/fixedbugs/a.go", false],
  ["pkg/tool/linux_amd64/compile", true],
  ["pkg/tool/linux_amd64/cgo", true],
  ["pkg/tool/linux_amd64/vet", false],
  ["bin/go", true],
  ["bin/gofmt", false],
  ["src/cmd/vet", false],
  ["src/html/template/cover/vet", true],
])("keeps %s of a Go release: %s", (path, kept) => expect(isOfGoLibrary(path)).toBe(kept))

it("keeps what compiling a module reads", async () => {
  write("a@v1/api/x.go", "a@v1/x_test.go", "a@v1/testdata/y", "a@v1/x_darwin.go", "cache/a.zip")
  await trimModuleCache(folder)
  expect(existsSync(join(folder, "a@v1/api/x.go"))).toBe(true)
  for (const path of ["a@v1/x_test.go", "a@v1/testdata", "a@v1/x_darwin.go", "cache/a.zip"])
    expect(existsSync(join(folder, path))).toBe(false)
})

it("keeps the bundle of certificates, and not each of them", async () => {
  write("etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/one.pem", "usr/share/doc/x/copyright")
  await trimRoot(folder)
  expect(existsSync(join(folder, "etc/ssl/certs/ca-certificates.crt"))).toBe(true)
  expect(existsSync(join(folder, "etc/ssl/certs/one.pem"))).toBe(false)
  expect(existsSync(join(folder, "usr/share/doc"))).toBe(false)
})

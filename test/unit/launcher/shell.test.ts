import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { exportLines, quote } from "../../../engine/launcher/shell.mjs"

const VALUES = ["plain", "", "two words", "it's", '"quoted"', "$HOME `id` \\", "a\nb", "*?[", "ü"]
const SHELLS = ["/bin/sh", "/bin/dash", "/bin/bash", "/bin/zsh", "/usr/bin/zsh"].filter(existsSync)

describe.each(SHELLS)("%s", (shell) => {
  function evaluate(script: string): string {
    return execFileSync(shell, ["-c", script], { encoding: "utf8" })
  }

  it.each(VALUES)("reads %j back", (value) => {
    expect(evaluate(`printf '%s' ${quote(value)}`)).toBe(value)
  })

  it("exports variables, and puts the folder into PATH once", () => {
    const lines = exportLines({ ADDRESS: "unix:///it's here" }, "/opt/a b/bin")
    const script = `PATH=/usr/bin:/bin\n${lines}${lines}sh -c 'printf "%s|%s" "$ADDRESS" "$PATH"'`
    expect(evaluate(script)).toBe("unix:///it's here|/opt/a b/bin:/usr/bin:/bin")
  })
})

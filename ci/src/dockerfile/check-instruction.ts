import { heredocStart } from "./heredoc.js"
import type { IssueList } from "./issues.js"
import { isArrayOfOthers, looksLikeArray } from "./json-array.js"
import { allKeywords, rulesOf } from "./keywords.js"
import type { Instruction } from "./model.js"
import { flagValues } from "./model.js"
import { mountTypes, readMount } from "./mount.js"
import { closest } from "../config/suggest.js"

type Check = (instruction: Instruction, issues: IssueList) => void

const CHECKS: readonly Check[] = [
  checkArgumentCount,
  checkArrays,
  checkAssignments,
  checkFlags,
  checkMounts,
  checkDestination,
  checkFromVariable,
  checkHealth,
  checkTrigger,
]

/** Reports what Docker would refuse or silently misread in one instruction. */
export function checkInstruction(instruction: Instruction, issues: IssueList): void {
  if (!rulesOf(instruction.keyword)) {
    reportUnknown(instruction, issues)
    return
  }
  for (const check of CHECKS) check(instruction, issues)
}

function reportUnknown({ keyword, line }: Instruction, issues: IssueList): void {
  const guess = closest(keyword, allKeywords())
  const fix = guess ? `Did you mean ${guess}?` : `Docker knows ${allKeywords().join(", ")}.`
  issues.error(line, "unknown-instruction", `unknown instruction ${keyword || "(empty)"}`, fix)
}

function checkArgumentCount(instruction: Instruction, issues: IssueList): void {
  const { keyword, line, args, pairs } = instruction
  const least = rulesOf(keyword)?.least ?? 0
  const count = args.length + pairs.length
  if (count >= least) return
  const wanted = least === 1 ? "at least one argument" : "at least a source and a destination"
  const message = `${keyword} needs ${wanted}`
  issues.error(line, "arguments", message, "Complete the line, or remove it.")
}

function checkArrays(instruction: Instruction, issues: IssueList): void {
  const { keyword, line } = instruction
  const form = rulesOf(keyword)?.form
  if (form !== "command" && form !== "list" && form !== "health") return
  const text = form === "health" ? instruction.text.replace(/^\S+\s*/, "") : instruction.text
  if (isArrayOfOthers(text)) {
    const message = `the JSON array of ${keyword} holds something that is not a string`
    issues.error(line, "json-array", message, "Put every element into double quotes.")
    return
  }
  if (keyword === "SHELL" && instruction.form !== "exec" && text !== "") {
    const message = "SHELL takes a JSON array only"
    issues.error(line, "json-array", message, 'Write it as ["/bin/bash", "-c"].')
    return
  }
  // In lists of paths only quotes show that an array was meant: [a-z] is a pattern.
  const looksMeant = form === "list" ? /^\[\s*["']/.test(text) : true
  if (!looksMeant || !looksLikeArray(text)) return
  const consequence = form === "list" ? "its words as paths" : "it to the shell as text"
  const message = `the array of ${keyword} is not valid JSON, so Docker takes ${consequence}`
  issues.warning(line, "json-array", message, 'Write it as ["one", "two"], with double quotes.')
}

function checkAssignments({ keyword, line, pairs }: Instruction, issues: IssueList): void {
  for (const { name, value } of pairs) {
    if (name === "") {
      const message = `${keyword} has a value without a name`
      issues.error(line, "assignment", message, "Write name=value, without spaces around =.")
    } else if (value === undefined && keyword !== "ARG") {
      const message = `${keyword} ${name} has no value`
      issues.error(line, "assignment", message, `Write ${name}=value, without spaces around =.`)
    }
  }
}

function checkFlags({ keyword, line, flags }: Instruction, issues: IssueList): void {
  const known = rulesOf(keyword)?.flags ?? {}
  const seen = new Set<string>()
  for (const { name, value } of flags) {
    const rule = Object.hasOwn(known, name) ? known[name] : undefined
    if (!rule) {
      const names = Object.keys(known)
      const guess = closest(name, names)
      const list = names.length > 0 ? names.map((flag) => `--${flag}`).join(", ") : "no flags"
      const fix = guess ? `Did you mean --${guess}?` : `${keyword} knows ${list}.`
      issues.error(line, "unknown-flag", `${keyword} has no flag --${name}`, fix)
    } else if (seen.has(name) && rule !== "many") {
      const message = `--${name} is given twice`
      issues.error(line, "flag", message, "Keep one of them.")
    } else if (value === undefined && rule !== "switch") {
      const message = `--${name} has no value`
      issues.error(line, "flag", message, `Write --${name}=value.`)
    } else if (rule === "switch" && !/^(?:true|false)$/i.test(value ?? "true")) {
      const message = `--${name} is on or off, not "${value}"`
      issues.error(line, "flag", message, `Write --${name}, --${name}=true or --${name}=false.`)
    }
    seen.add(name)
  }
}

function checkMounts(instruction: Instruction, issues: IssueList): void {
  if (instruction.keyword !== "RUN") return
  for (const value of flagValues(instruction, "mount")) {
    const { type, from } = readMount(value)
    // Docker expands variables here, except in from.
    if (!type.includes("$") && !mountTypes().includes(type)) {
      const guess = closest(type, mountTypes())
      const fix = guess ? `Did you mean ${guess}?` : `Docker knows ${mountTypes().join(", ")}.`
      issues.error(instruction.line, "mount", `unknown mount type ${type}`, fix)
    }
    if (from?.includes("$")) reportVariable("RUN --mount", from, instruction, issues)
  }
}

function checkFromVariable(instruction: Instruction, issues: IssueList): void {
  if (instruction.keyword !== "COPY") return
  for (const from of flagValues(instruction, "from")) {
    if (from.includes("$")) reportVariable("COPY --from", from, instruction, issues)
  }
}

function reportVariable(
  what: string,
  from: string,
  instruction: Instruction,
  issues: IssueList,
): void {
  const message = `${what} does not expand variables, so ${from} is taken as it is`
  const fix = `Name a stage with "FROM ${from} AS other" before this one, and copy from that.`
  issues.error(instruction.line, "from-variable", message, fix)
}

function checkDestination({ keyword, line, args }: Instruction, issues: IssueList): void {
  if (keyword !== "COPY" && keyword !== "ADD") return
  if (!heredocStart(args.at(-1) ?? "")) return
  const message = `a heredoc can't be the destination of ${keyword}`
  issues.error(line, "arguments", message, "Put the destination path last.")
}

function checkHealth({ keyword, line, args }: Instruction, issues: IssueList): void {
  if (keyword !== "HEALTHCHECK" || args.length === 0) return
  const [kind = "", ...command] = args
  const upper = kind.toUpperCase()
  if (upper === "NONE" && command.length > 0) {
    issues.error(line, "healthcheck", "HEALTHCHECK NONE takes no command", "Remove the command.")
  } else if (upper === "CMD" && command.length === 0) {
    issues.error(line, "healthcheck", "HEALTHCHECK CMD has no command", "Add the command.")
  } else if (upper !== "NONE" && upper !== "CMD") {
    const message = `HEALTHCHECK ${kind} is unknown`
    issues.error(line, "healthcheck", message, "Write HEALTHCHECK CMD and the command, or NONE.")
  }
}

const NOT_PUT_OFF = new Set(["ONBUILD", "FROM", "MAINTAINER"])

function checkTrigger({ line, trigger }: Instruction, issues: IssueList): void {
  if (!trigger) return
  if (NOT_PUT_OFF.has(trigger.keyword)) {
    const message = `ONBUILD can't put off ${trigger.keyword}`
    issues.error(line, "onbuild", message, "Remove the line, or put off another instruction.")
    return
  }
  checkInstruction(trigger, issues)
}

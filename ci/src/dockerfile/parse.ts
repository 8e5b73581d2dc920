import { checkInstruction } from "./check-instruction.js"
import { readDirectives } from "./directives.js"
import { heredocsOf } from "./heredoc.js"
import { readInstruction } from "./instruction.js"
import { IssueList, sortIssues } from "./issues.js"
import type { LogicalLine } from "./line-reader.js"
import { LineReader, splitLines } from "./line-reader.js"
import type { Dockerfile, Escape, Instruction } from "./model.js"
import { groupStages } from "./stages.js"

const WITH_HEREDOCS = new Set(["ADD", "COPY", "RUN"])

/** Reads a Dockerfile. It never throws: what is wrong is in the result's `issues`. */
export function parse(text: string, path: string): Dockerfile {
  const issues = new IssueList(path)
  const lines = splitLines(text)
  const directives = readDirectives(lines, issues)
  const reader = new LineReader(lines, directives.escape)
  const instructions: Instruction[] = []
  for (let line = reader.next(); line; line = reader.next()) {
    instructions.push(readNext(reader, line, directives.escape, issues))
  }
  for (const instruction of instructions) checkInstruction(instruction, issues)
  const { args, stages } = groupStages(instructions, issues)
  if (instructions.length === 0) {
    issues.error(1, "empty", "the file has no instructions", "Start it with FROM and a base image.")
  } else if (stages.length === 0) {
    const fix = "Add FROM and a base image."
    issues.error(instructions[0]?.line ?? 1, "missing-from", "the file has no FROM", fix)
  }
  return { path, ...directives, args, stages, issues: sortIssues(issues.issues) }
}

function readNext(
  reader: LineReader,
  line: LogicalLine,
  escape: Escape,
  issues: IssueList,
): Instruction {
  if (line.blankLine !== undefined) {
    const message = "a blank line inside an instruction is deprecated"
    issues.warning(line.blankLine, "blank-continuation", message, "Remove it, or use # alone.")
  }
  const instruction = readInstruction(line.text, line, escape)
  const holder = instruction.trigger ?? instruction
  if (!WITH_HEREDOCS.has(holder.keyword) || holder.form === "exec") return instruction
  for (const start of heredocsOf(line.text)) {
    const heredoc = reader.heredoc(start)
    if (!heredoc) {
      const message = `the heredoc ${start.name} is never closed`
      const fix = `Add a line that holds ${start.name} alone${start.chomp ? "" : ", not indented"}.`
      issues.error(instruction.line, "heredoc", message, fix)
      break
    }
    holder.heredocs.push(heredoc)
    reportLineEnds(instruction, heredoc.content, heredoc.line, issues)
  }
  instruction.endLine = holder.endLine = reader.lineNumber
  return instruction
}

function reportLineEnds(
  instruction: Instruction,
  content: string,
  line: number,
  issues: IssueList,
): void {
  if (!content.includes("\r\n")) return
  const message = `the heredoc of ${instruction.keyword} keeps Windows line ends, which shells reject`
  issues.warning(line, "line-ends", message, "Save the file with LF line ends.")
}

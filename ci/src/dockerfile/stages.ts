import type { IssueList } from "./issues.js"
import type { Dockerfile, Instruction, Stage } from "./model.js"
import { flagValue } from "./model.js"

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/

type Grouped = Pick<Dockerfile, "args" | "stages">

/** Sorts instructions into the ARGs at the top and the stages. */
export function groupStages(instructions: readonly Instruction[], issues: IssueList): Grouped {
  const grouped: Grouped = { args: [], stages: [] }
  for (const instruction of instructions) {
    const stage = grouped.stages.at(-1)
    if (instruction.keyword === "FROM") {
      grouped.stages.push(readStage(instruction, grouped.stages, issues))
    } else if (stage) {
      stage.instructions.push(instruction)
      stage.endLine = instruction.endLine
    } else if (instruction.keyword === "ARG") {
      const { line } = instruction
      grouped.args.push(...instruction.pairs.map((pair) => ({ ...pair, line })))
    } else {
      const message = `${instruction.keyword} comes before the first FROM`
      const fix = "Start with FROM and a base image; only ARG may come before it."
      issues.error(instruction.line, "missing-from", message, fix)
    }
  }
  return grouped
}

function readStage(from: Instruction, earlier: readonly Stage[], issues: IssueList): Stage {
  const { line, endLine, args } = from
  const [image, as, written] = args
  const hasName = args.length === 3 && as?.toUpperCase() === "AS"
  if (args.length > 1 && !hasName) {
    const message = `FROM takes an image and at most "AS name", not "${args.slice(1).join(" ")}"`
    issues.error(line, "from", message, "Write it as FROM image AS name.")
  }
  const name = hasName ? readName(written ?? "", line, earlier, issues) : undefined
  const base = earlier.filter((stage) => stage.name !== undefined && stage.name === image).at(-1)
  const platform = flagValue(from, "platform")
  return {
    index: earlier.length,
    ...(name !== undefined && { name }),
    from: {
      ...(base ? { stage: base.index } : image !== undefined && { image }),
      ...(platform !== undefined && { platform }),
      line,
      endLine,
    },
    instructions: [],
    line,
    endLine,
  }
}

function readName(
  written: string,
  line: number,
  earlier: readonly Stage[],
  issues: IssueList,
): string {
  const name = written.toLowerCase()
  const same = earlier.find((stage) => stage.name === name)
  if (!STAGE_NAME.test(name)) {
    const fix = "Start with a letter; use letters, digits, - _ and . only."
    issues.error(line, "stage-name", `"${written}" can't be the name of a stage`, fix)
  } else if (same) {
    const message = `a stage named ${name} already begins in line ${same.line}`
    issues.warning(line, "stage-name", message, "Give each stage its own name.")
  }
  return name
}

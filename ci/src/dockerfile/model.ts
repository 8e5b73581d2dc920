import type { DockerfileIssue } from "./issues.js"

/** The character that joins lines and escapes characters. */
export type Escape = "\\" | "`"

/** A Dockerfile as Docker reads it. What could not be read is in `issues`, never thrown. */
export interface Dockerfile {
  /** The path that messages name. */
  path: string
  escape: Escape
  /** The value of a `# syntax=` line. */
  syntax?: string
  /** The ARGs before the first FROM, the only ones that FROM lines can use. */
  args: GlobalArg[]
  stages: Stage[]
  issues: DockerfileIssue[]
}

export interface GlobalArg {
  name: string
  /** The default, not yet expanded. */
  value?: string
  line: number
}

export interface Stage {
  index: number
  /** In lower case, because stage names ignore case. */
  name?: string
  from: From
  /** What follows the FROM line, in order. */
  instructions: Instruction[]
  line: number
  endLine: number
}

/** A FROM line as written; `expandArgs` says what it means for given arguments. */
export interface From {
  /** The image as written, variables included. */
  image?: string
  /** The earlier stage that it names instead of an image. */
  stage?: number
  platform?: string
  line: number
  endLine: number
}

export interface Instruction {
  /** In upper case, also when Docker does not know it. */
  keyword: string
  /** The first and the last line, heredocs included, counted from 1. */
  line: number
  endLine: number
  flags: Flag[]
  /** What follows keyword and flags, with its lines joined. */
  text: string
  /** `exec` for a JSON array. */
  form: "exec" | "shell"
  /** The elements of a JSON array, or words, or the text as a single argument. */
  args: string[]
  /** The assignments of ARG, ENV and LABEL. */
  pairs: Pair[]
  heredocs: Heredoc[]
  /** What ONBUILD puts off. */
  trigger?: Instruction
}

export interface Flag {
  name: string
  value?: string
}

export interface Pair {
  name: string
  value?: string
}

export interface Heredoc {
  name: string
  content: string
  /** False when the name was quoted: the content is taken literally. */
  expand: boolean
  /** True for `<<-`: leading tabs do not count. */
  chomp: boolean
  /** The first line of the content and the line of the closing word. */
  line: number
  endLine: number
}

/** The value of the last flag with that name. */
export function flagValue(instruction: Instruction, name: string): string | undefined {
  return instruction.flags.filter((flag) => flag.name === name).at(-1)?.value
}

/** The values of every flag with that name, in order. */
export function flagValues(instruction: Instruction, name: string): string[] {
  return instruction.flags.filter((flag) => flag.name === name).map((flag) => flag.value ?? "")
}

/** True for a flag that is given without a value or as `true`. */
export function flagIsOn(instruction: Instruction, name: string): boolean {
  const flag = instruction.flags.filter((candidate) => candidate.name === name).at(-1)
  if (!flag) return false
  return flag.value === undefined || flag.value.toLowerCase() === "true"
}

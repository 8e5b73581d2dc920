/** How an instruction's arguments are written. */
type ArgumentForm =
  /** Words, or a JSON array. */
  | "list"
  /** A shell command, or a JSON array. */
  | "command"
  /** Words only. */
  | "words"
  /** Everything that follows, as one argument. */
  | "text"
  /** `name=value ...`, or the old `name value`. */
  | "assignments"
  /** `name` or `name=value`, several. */
  | "declarations"
  /** `CMD` and a command, or `NONE`. */
  | "health"
  /** Another instruction. */
  | "trigger"

interface KeywordRules {
  form: ArgumentForm
  /** How many arguments there must be at least. */
  least: number
  flags: Readonly<Record<string, FlagRule>>
}

/** `many` may be repeated, `switch` needs no value. */
type FlagRule = "one" | "many" | "switch"

const COPY_FLAGS = {
  chown: "one",
  chmod: "one",
  link: "switch",
  exclude: "many",
} as const

/** What Docker knows of each instruction, including what only newer frontends understand. */
const KEYWORDS: Readonly<Record<string, KeywordRules>> = {
  ADD: {
    form: "list",
    least: 2,
    flags: { ...COPY_FLAGS, "keep-git-dir": "switch", checksum: "one", unpack: "switch" },
  },
  ARG: { form: "declarations", least: 1, flags: {} },
  CMD: { form: "command", least: 0, flags: {} },
  COPY: { form: "list", least: 2, flags: { ...COPY_FLAGS, from: "one", parents: "switch" } },
  ENTRYPOINT: { form: "command", least: 0, flags: {} },
  ENV: { form: "assignments", least: 1, flags: {} },
  EXPOSE: { form: "words", least: 1, flags: {} },
  FROM: { form: "words", least: 1, flags: { platform: "one" } },
  HEALTHCHECK: {
    form: "health",
    least: 1,
    flags: {
      interval: "one",
      timeout: "one",
      "start-period": "one",
      "start-interval": "one",
      retries: "one",
    },
  },
  LABEL: { form: "assignments", least: 1, flags: {} },
  MAINTAINER: { form: "text", least: 1, flags: {} },
  ONBUILD: { form: "trigger", least: 1, flags: {} },
  RUN: {
    form: "command",
    least: 0,
    flags: { mount: "many", network: "one", security: "one", device: "many" },
  },
  SHELL: { form: "command", least: 1, flags: {} },
  STOPSIGNAL: { form: "text", least: 1, flags: {} },
  USER: { form: "text", least: 1, flags: {} },
  VOLUME: { form: "list", least: 1, flags: {} },
  WORKDIR: { form: "text", least: 1, flags: {} },
}

/** The rules of a keyword; undefined for one that Docker does not know. */
export function rulesOf(keyword: string): KeywordRules | undefined {
  return Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
}

/** Every keyword, for suggestions. */
export function allKeywords(): string[] {
  return Object.keys(KEYWORDS)
}

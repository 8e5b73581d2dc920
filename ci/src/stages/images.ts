/**
 * The images the pipeline itself starts containers from, by the names of their
 * official publishers. One table: the native kit serves every one of them.
 */
export const IMAGES = {
  /** Runs what the pipeline itself needs: git for change detection, HTTP for smoke tests. */
  tools: "docker.io/library/node:20-bookworm",
} as const

/** Set by the native kit on images that stand in for others; inherited by what is built on them. */
export const STAND_IN_LABEL = "dev.pipeline.stand-in"

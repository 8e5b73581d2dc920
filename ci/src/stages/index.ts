import type { Stage } from "../run/rows.js"
import { build } from "./build.js"
import { contract } from "./contract.js"
import { imageScan } from "./image-scan-stage.js"
import { integration } from "./integration.js"
import { preflight } from "./preflight.js"
import { load } from "./load.js"
import { push } from "./push.js"
import { scanStage } from "./scan-stage.js"
import { smoke } from "./smoke.js"
import type { StageDefinition } from "./stage.js"
import { test } from "./test.js"

export { reproduceCommand } from "./stage.js"
export type { ServiceRun, StageDefinition } from "./stage.js"
export type { Workspace } from "./workspace.js"

/** What each stage does. */
export const STAGE_DEFINITIONS: Record<Stage, StageDefinition> = {
  preflight,
  test,
  scan: scanStage,
  build,
  "image-scan": imageScan,
  smoke,
  contract,
  load,
  push,
  integration,
}

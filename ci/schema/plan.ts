import { z } from "zod"
import { type Plan, REASON_KINDS } from "../src/changes/plan.js"

/*
 * What `plan --format=json` prints, for whoever reads it with a program. It stands outside of the
 * module's sources, because no run needs it; `npx vitest run test/unit/changes/plan-schema.test.ts
 * --update` writes plan.schema.json anew.
 */

const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
const path = z
  .string()
  .describe("Path from the repository's root; a byte that is not UTF-8 is U+DC00 + byte.")

const Reason = z.strictObject({
  kind: z.enum(REASON_KINDS).describe("What selected the service."),
  file: path.optional(),
  dep: z.string().optional().describe("The dependency that is affected."),
  glob: z.string().optional().describe("The glob that matched the file."),
  link: path.optional().describe("The symbolic link that leads to the file."),
  detail: z.string().optional().describe("Which part of the configuration changed."),
})

const Base = z.strictObject({
  sha: commit.nullable().describe("The commit that is compared with; null where there is none."),
  how: z
    .enum([
      ...(["argument", "merge-base", "merge-group", "pull-request-merge"] as const),
      ...(["last-green", "push-before", "initial", "none"] as const),
    ])
    .describe("How it was found."),
  ref: z.string().optional().describe("The name behind the commit, such as origin/main."),
  shallow: z.boolean().describe("This clone's history is cut off."),
})

/** The plan, field by field. */
export const PlanSchema = z.strictObject({
  version: z.literal(1).describe("Raised with every incompatible change."),
  base: Base,
  head: z.strictObject({
    sha: commit.nullable().describe("The commit that is planned; null before the first one."),
    ref: z.string().optional().describe("The checked-out branch, or the revision asked for."),
    parents: z.array(commit).optional().describe("Of a merge commit."),
  }),
  files: z.int().nonnegative().describe("Number of changed paths."),
  all: z
    .strictObject({
      code: z.enum([
        ...(["base-unresolved", "initial", "requested"] as const),
        ...(["config", "global", "unowned"] as const),
      ]),
      message: z.string().describe("Fit to follow “everything runs, because”."),
    })
    .nullable()
    .describe("Why every service is in; null when services were selected one by one."),
  services: z
    .array(
      z.strictObject({
        name: z.string(),
        reasons: z.array(Reason).min(1).describe("Every reason, sorted."),
        via: z
          .array(z.string())
          .optional()
          .describe("The shortest way from a changed path over dependencies to this service."),
      }),
    )
    .describe("The services that run, by name."),
  removed: z.array(z.string()).describe("Services of the base that are gone, by name."),
  skipped: z
    .array(z.strictObject({ name: z.string(), why: z.enum(["unchanged", "not requested"]) }))
    .describe("The services that don't run, by name."),
  unused: z
    .array(z.strictObject({ path, why: z.string() }))
    .describe("Changed paths that selected nothing, and the rule that says so."),
  warnings: z.array(z.string()),
})

/** The same as a JSON Schema, as plain data. */
export function planJsonSchema(): object {
  return z.toJSONSchema(PlanSchema.meta({ title: "plan --format=json" }), { reused: "inline" })
}

/** Refused by the compiler as soon as the two differ. */
export type SameAsPlan = [
  z.infer<typeof PlanSchema> extends Plan ? true : never,
  Plan extends z.infer<typeof PlanSchema> ? true : never,
]
export const SAME_AS_PLAN: SameAsPlan = [true, true]

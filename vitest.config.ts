import { defineConfig } from "vitest/config"

/** One kills the engine that serves all of them. */
const TAKES_THE_ENGINE_AWAY = ["test/e2e/killed-engine.test.ts"]

/** The engine builds large programs for them the first time: only with `npm run test:long`. */
const TAKES_LONG = ["test/e2e/scan-trufflehog.test.ts", "test/e2e/kubernetes-values.test.ts"]

export default defineConfig({
  test: {
    // Two files at a time, also of those that use the one engine: much of their time is waiting.
    maxWorkers: 2,
    minWorkers: 1,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // No test asserts a time, and beside whatever else the machine does each may take long.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "git",
          include: ["test/git/**/*.test.ts"],
          // Dozens of git processes each, beside whatever else the machine does.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "report",
          include: ["test/report/**/*.test.ts"],
          globalSetup: "test/report/build.ts",
          // A browser starts, beside whatever else the machine does.
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "deploy",
          include: ["test/deploy/**/*.test.ts"],
          // Emulators beside it; the first run installs them.
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: [...TAKES_THE_ENGINE_AWAY, ...TAKES_LONG],
          sequence: { groupOrder: 1 },
          // Where no engine has it yet, cosign is built from its sources, and whatever signs waits for it.
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "e2e-alone",
          include: TAKES_THE_ENGINE_AWAY,
          sequence: { groupOrder: 2 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "e2e-long",
          include: TAKES_LONG,
          sequence: { groupOrder: 3 },
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})

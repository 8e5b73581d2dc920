import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
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
          // One engine serves all of them, and some of them kill it.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})

import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/{unit,git}/**/*.test.ts"],
    environment: "node",
  },
})

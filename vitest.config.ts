import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    passWithNoTests: false,
    globalSetup: "test/setup.ts",
    // Two cores: more workers only add start-up time.
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});

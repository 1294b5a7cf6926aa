/** All rounds of the tests of faults: `npm run test:faults`. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/faults/*.test.ts"],
    env: { FAULTS: "whole" },
    maxWorkers: 2,
    testTimeout: 300_000,
  },
});

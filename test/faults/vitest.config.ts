/** All rounds of the tests of faults: `npm run test:faults`. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/faults/*.test.ts"],
    env: { FAULTS: "whole" },
    maxWorkers: 2,
    // Rounds are counted, not timed: a machine that is busy with other things takes several times as long.
    testTimeout: 1_200_000,
  },
});

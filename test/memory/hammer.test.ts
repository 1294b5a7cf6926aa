/** A limit that only one call fits lets one call pass, whichever process it comes from. 10 000 rounds: npm run test:hammer. */

import { expect, test } from "vitest";
import { hammer } from "./hammer.ts";

test("two processes that hammer one session never both pass", async () => {
  const { passed, records, rounds } = await hammer(200);
  // Eight lost races deny, so that a round without a winner is possible, and rare.
  expect(passed.slice(2)).toEqual([0]);
  expect(passed[1]).toBeGreaterThan(rounds * 0.9);
  expect(records).toBe(rounds * 2);
}, 120_000);

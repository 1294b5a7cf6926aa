/** A freeze in a log: its history counts nothing, and the log opens again all the same. */

import { expect, test } from "vitest";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { open as openBuilt, TIME_MS } from "../unit/built.ts";
import { signerOf } from "./ed25519.ts";
import { Keys, MemoryStorage, ORIGIN, writtenLog } from "./kept-log.ts";

test("what was frozen is frozen when the log is opened again", async () => {
  const engine = await openBuilt();
  const storage = new MemoryStorage();
  const { log, decide } = await writtenLog(storage, new Keys());
  const event = { kind: "freeze", scope: "agent", value: "a-1", by: "ann" } as const;
  const kept = await decide(engine, { event, context: { time_ms: TIME_MS } });
  expect(kept.verdict).toBe("allow");
  await log.close();
  const again = await openEvidenceLog(storage, {
    origin: ORIGIN,
    signers: [signerOf(7)],
    clock: () => TIME_MS,
  });
  expect(again.frozen()).toMatchObject([{ scope: "agent", value: "a-1", by: "ann" }]);
  await again.close();
});

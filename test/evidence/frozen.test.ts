/** What a log says is frozen, and what verify says of a log whose writer was stopped. */

import { expect, test } from "vitest";
import { frozenIn } from "../../bindings/evidence/frozen.ts";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { verifyLog } from "../../bindings/evidence/verify.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { createPermit, type Permit } from "../../bindings/src/index.ts";
import { signerOf } from "./ed25519.ts";
import { MemoryStorage } from "./in-memory.ts";

const order = (value: string) => ({ scope: "agent", value, by: "ann", reason: "odd" }) as const;

async function written(
  storage: MemoryStorage,
  shard: string,
  use: (permit: Permit) => Promise<unknown>,
): Promise<void> {
  const log = await openEvidenceLog(storage, {
    origin: "example.org/log",
    shard,
    signers: [signerOf(7)],
    clock: Date.now,
  });
  await use(createPermit({ log }));
  await log.close();
}

test("what is frozen is listed by shard, without what was let go on", async () => {
  const storage = new MemoryStorage();
  await written(storage, "main", async (permit) => {
    await permit.freeze(order("a-1"));
    await permit.freeze(order("a-2"));
    await permit.thaw(order("a-1"));
  });
  await written(storage, "second", (permit) => permit.freeze(order("a-1")));
  const { frozen, gaps } = await frozenIn(storage);
  expect(frozen).toMatchObject([
    { ...order("a-2"), shard: "main", seq: 2 },
    { ...order("a-1"), shard: "second", seq: 1 },
  ]);
  expect(gaps).toBe(0);
  expect((await frozenIn(storage, { shard: "second" })).frozen).toHaveLength(1);
  await expect(frozenIn(storage, { shard: "third" })).rejects.toThrow("the log has no shard third");
  await expect(frozenIn(new MemoryStorage())).rejects.toMatchObject({ code: "log_none" });
});

test("a writer that was stopped: an auditor and the writer each read what they can do", async () => {
  const storage = new MemoryStorage();
  await written(storage, "main", async () => {});
  const [segment, checkpoints] = ["main/0000000000000000.seg", "main/checkpoints"];
  await storage.append(segment, await storage.size(segment), new Uint8Array([200, 0, 0, 0, 1, 2]));
  const text = new TextEncoder().encode("example.org/log/main\n1");
  await storage.append(checkpoints, await storage.size(checkpoints), text);
  const { findings } = await verifyLog(storage, { verify: nodeEd25519.verify });
  for (const code of ["frame_torn", "checkpoint_open"]) {
    const sentence = findings.find((finding) => finding.code === code)?.sentence;
    expect(sentence).toMatch(
      /An auditor asks for a copy .* whoever writes (it|the log) opens and closes it once/,
    );
  }
});

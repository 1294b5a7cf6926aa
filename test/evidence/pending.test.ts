/** A checkpoint whose text was written and not signed, and the keys that come after. */

import { expect, test } from "vitest";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { bytesOfText, type Signer } from "../../bindings/evidence/note.ts";
import { verifyLog } from "../../bindings/evidence/verify.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { seedSigner } from "../../bindings/keys/index.ts";
import { MemoryStorage } from "./in-memory.ts";

const [first, second] = [1, 2].map((byte) => seedSigner(new Uint8Array(32).fill(byte), nodeEd25519));

async function opened(storage: MemoryStorage, ...signers: readonly (Signer | undefined)[]): Promise<void> {
  const log = await openEvidenceLog(storage, {
    origin: "example.org/log",
    signers: signers as [Signer],
    clock: () => 1_800_000_000_000,
  });
  await log.close();
}

/** Takes the last signatures of a shard away, as a crash between the two writes leaves it. */
async function unsigned(storage: MemoryStorage): Promise<void> {
  const name = "main/checkpoints";
  const size = await storage.size(name);
  const text = new TextDecoder().decode(await storage.read(name, 0, size));
  await storage.cut(name, bytesOfText(text.slice(0, text.lastIndexOf("\n\n") + 2)).length);
}

test.each([
  ["signs it while it signs", [first], [first]],
  ["signs it, and the next one beside it does not", [first], [first, second]],
  ["has gone, so it is cut off", [first], [second]],
])("the key that the log named %s", async (_, before, after) => {
  const storage = new MemoryStorage();
  await opened(storage, ...before);
  await unsigned(storage);
  expect(
    (await verifyLog(storage, { verify: nodeEd25519.verify })).findings.map(({ code }) => code),
  ).toContain("checkpoint_open");
  await opened(storage, ...after);
  const report = await verifyLog(storage, { verify: nodeEd25519.verify });
  expect(report.findings).toEqual([]);
});

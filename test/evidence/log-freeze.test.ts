/** A log of a freeze: its history has no tally, and what is written must be what is read. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { seedSigner } from "../../bindings/keys/index.ts";
import { createPermit } from "../../bindings/src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-log-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("opens again", async () => {
  const open = () =>
    openEvidenceLog(new FolderStorage(join(folder, "log")), {
      origin: "permit0.local/freeze",
      signers: [seedSigner(new Uint8Array(32).fill(7), nodeEd25519)],
      clock: () => 1_790_000_000_000,
    });
  const log = await open();
  const permit = createPermit({ log });
  await permit.freeze({
    scope: "agent",
    value: "mail-agent",
    by: "ann@acme.example",
    reason: "sends odd mails",
  });
  const { size } = log;
  await log.close();
  const again = await open();
  expect(again.size).toBe(size);
  expect(again.frozen().map(({ value }) => value)).toEqual(["mail-agent"]);
  await again.close();
});

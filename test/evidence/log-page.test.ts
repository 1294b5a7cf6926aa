/** docs/format/log.md: its worked example is what a log writes, and its bounds are those of the code. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENTRY_BYTES_MAX } from "../../bindings/evidence/entry.ts";
import { FRAME_BYTES_MAX } from "../../bindings/evidence/frame.ts";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { leafHash } from "../../bindings/evidence/tree.ts";
import { ROOT } from "../../tools/files.ts";
import { signerOf } from "./ed25519.ts";
import { MemoryStorage } from "./in-memory.ts";

const page = readFileSync(join(ROOT, "docs/format/log.md"), "utf8");
const [, segmentBlock = "", checkpointBlock = ""] = page
  .slice(page.indexOf("## Worked example"))
  .split(/```\n([\s\S]*?)```/)
  .filter((_, at) => at === 0 || at % 2 === 1);

test("the worked example is written again", async () => {
  const storage = new MemoryStorage();
  const log = await openEvidenceLog(storage, {
    origin: "example.org/log",
    signers: [signerOf(7)],
    clock: () => 1_800_000_000_000,
  });
  await log.close();
  const written = (name: string): Uint8Array => storage.files.get(name) as Uint8Array;
  const hexOf = (line: string): string => /^ *((?:[0-9a-f]{2}| )*)(?: {2,}|$)/.exec(line)?.[1] ?? "";
  const shown = segmentBlock.split("\n").map(hexOf).join("").replaceAll(" ", "");
  const segment = written("main/0000000000000000.seg");
  expect(shown).toBe(Buffer.from(segment).toString("hex"));
  expect(checkpointBlock).toBe(new TextDecoder().decode(written("main/checkpoints")));
  // Behind length and checksum of the frame, and the header of the bin.
  const leaf = Buffer.from(leafHash(segment.subarray(10))).toString("hex");
  expect(page).toContain(`\`${leaf.slice(0, 8)}…\``);
});

test("its bounds are those of the code", () => {
  const spaced = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
  for (const bound of [FRAME_BYTES_MAX, ENTRY_BYTES_MAX]) expect(page).toContain(spaced(bound));
});

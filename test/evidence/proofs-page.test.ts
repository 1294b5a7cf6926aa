/** docs/format/proofs.md says what the code does: its example, its bounds, and every code. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as note from "../../bindings/evidence/note.ts";
import { EXTRA_BYTES_MAX } from "../../bindings/evidence/tlog-proof.ts";
import {
  consistencyRanges,
  inclusionRanges,
  PATH_HASHES_MAX,
  SIZE_MAX,
} from "../../bindings/evidence/tree.ts";
import { ADD_CHECKPOINT_BYTES_MAX, CONSISTENCY_LINES_MAX } from "../../bindings/evidence/witness-request.ts";

const page = readFileSync("docs/format/proofs.md", "utf8");
const own = JSON.parse(readFileSync("test/vectors/c2sp/own-vectors.json", "utf8"));

it("has the example of the vectors", () => {
  for (const part of [own.tlog_proof_index4, own.add_checkpoint_body]) expect(page).toContain(`\n${part}`);
  for (const part of [own.log_vkey, own.witness_vkey, own.roots[2], own.roots[6]])
    expect(page).toContain(part);
});

it("names the subtrees of its example", () => {
  const text = (ranges: readonly { from: number; to: number }[]) =>
    ranges.map(({ from, to }) => `${from}-${to - 1}`);
  expect(text(inclusionRanges(4, 7))).toEqual(["5-5", "6-6", "0-3"]);
  expect(text(consistencyRanges(3, 7))).toEqual(["2-2", "3-3", "0-1", "4-6"]);
});

it("has the bounds of the code", () => {
  const spaced = (bytes: number): string => String(bytes).replace(/\B(?=(\d{3})+$)/g, " ");
  expect(page).toContain(`at most ${spaced(note.NOTE_BYTES_MAX)}, no control`);
  expect(page).toContain(`| 1 to ${note.NOTE_SIGNATURES_MAX} |`);
  expect(page).toContain(`1 to ${note.NAME_BYTES_MAX} bytes`);
  expect(page).toContain(`at most ${spaced(EXTRA_BYTES_MAX)} bytes`);
  expect(page).toContain(`at most ${spaced(ADD_CHECKPOINT_BYTES_MAX)} bytes`);
  expect(page).toContain(`consistency proof, at most ${CONSISTENCY_LINES_MAX}`);
  expect(page).toContain(`of the path, at most ${PATH_HASHES_MAX}`);
  const longest = [2 ** 52 + 1, 2 ** 52 - 1, 3, SIZE_MAX - 1].map(
    (size) => consistencyRanges(size, SIZE_MAX).length,
  );
  expect(Math.max(...longest)).toBeLessThanOrEqual(54);
});

it("has every code", () => {
  const FILES = /^(tree|note|checkpoint|checkpoint-file|standing|tlog-proof|witness.*)\.ts$/;
  const files = readdirSync("bindings/evidence").filter((file) => FILES.test(file));
  const sources = [...files.map((file) => `bindings/evidence/${file}`), "bindings/hosts/witness-server.ts"];
  const codes = sources.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/(?:refusal|EvidenceError)\(\s*"(\w+)"/g)].map(
      ([, code]) => code,
    ),
  );
  expect(new Set(codes).size).toBeGreaterThan(20);
  expect([...new Set(codes)].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

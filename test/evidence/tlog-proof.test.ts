/** Proofs that stand alone. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64 } from "../../bindings/evidence/base64.ts";
import type { CheckpointTrust } from "../../bindings/evidence/checkpoint.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { parseNote, parseVkey } from "../../bindings/evidence/note.ts";
import { formatTlogProof, openTlogProof, parseTlogProof } from "../../bindings/evidence/tlog-proof.ts";
import { inclusionProof, leafHash, subtreeHashes } from "../../bindings/evidence/tree.ts";
import { verify } from "./ed25519.ts";

const own = JSON.parse(readFileSync("test/vectors/c2sp/own-vectors.json", "utf8"));
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));
const given = bytes(own.tlog_proof_index4);
const leaves = (own.leaves as string[]).map((leaf) => leafHash(bytes(leaf)));
const leaf = leaves[4] as Uint8Array;
const logKey = parseVkey(own.log_vkey);
const trust: CheckpointTrust = {
  origin: logKey.name,
  keys: [{ publicKey: logKey.publicKey, from: 0 }],
  witnesses: { quorum: 1, keys: [parseVkey(own.witness_vkey)] },
};

async function codeOf(
  proof: Uint8Array,
  of: Uint8Array = leaf,
  by: CheckpointTrust = trust,
): Promise<string> {
  try {
    await openTlogProof(proof, of, by, verify);
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("a proof that stands alone", () => {
  it("is made as the vector has it", () => {
    const path = inclusionProof(
      4,
      7,
      subtreeHashes((index) => leaves[index] as Uint8Array),
    );
    const note = parseNote(bytes(own.checkpoint7));
    expect(Buffer.from(formatTlogProof({ index: 4, path, note })).toString()).toBe(own.tlog_proof_index4);
  });

  it("holds for its entry and no other", async () => {
    const opened = await openTlogProof(given, leaf, trust, verify);
    expect(opened.checkpoint.size).toBe(7);
    expect(opened.witnessed.map(({ key }) => key.name)).toEqual(["witness.example.com/w1"]);
    for (const [at, other] of leaves.entries()) {
      expect(await codeOf(given, other)).toBe(at === 4 ? "accepted" : "not_included");
    }
    expect(await codeOf(given, leaf, { ...trust, origin: "other" })).toBe("checkpoint_origin");
    expect(await codeOf(given, leaf, { ...trust, keys: [] })).toBe("checkpoint_unsigned");
    for (const index of [3, 5, 6, 12]) {
      expect(await codeOf(bytes(own.tlog_proof_index4.replace("index 4", `index ${index}`)))).toBe(
        "not_included",
      );
    }
  });

  it("is read as it was written, with any extra", () => {
    const { path, note } = parseTlogProof(given);
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.option(fc.uint8Array({ maxLength: 50 }), { nil: undefined }),
        (index, extra) => {
          const proof = extra === undefined ? { index, path, note } : { extra, index, path, note };
          expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof);
        },
      ),
    );
  });

  it("changed in any bit does not hold, unless a stranger's signature changed", async () => {
    for (let bit = 0; bit < given.length * 8; bit++) {
      const changed = given.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      try {
        const opened = await openTlogProof(changed, leaf, trust, verify);
        expect(opened.witnessed, `bit ${bit}`).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }
  });

  const hash = base64(leaf);
  const checkpoint: string = own.checkpoint7;
  it.each([
    ["another version", `c2sp.org/tlog-proof@v2\nindex 4\n\n${checkpoint}`],
    ["no index", `c2sp.org/tlog-proof@v1\n\n${checkpoint}`],
    ["a leading zero", `c2sp.org/tlog-proof@v1\nindex 04\n\n${checkpoint}`],
    ["an index of 2^53", `c2sp.org/tlog-proof@v1\nindex 9007199254740992\n\n${checkpoint}`],
    ["extra behind the index", `c2sp.org/tlog-proof@v1\nindex 4\nextra AAAA\n\n${checkpoint}`],
    ["extra twice", `c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 4\n\n${checkpoint}`],
    ["extra with spare bits", `c2sp.org/tlog-proof@v1\nextra AAB=\nindex 4\n\n${checkpoint}`],
    ["a hash of 31 bytes", `c2sp.org/tlog-proof@v1\nindex 4\n${base64(leaf.slice(1))}\n\n${checkpoint}`],
    ["54 hashes", `c2sp.org/tlog-proof@v1\nindex 4\n${`${hash}\n`.repeat(54)}\n${checkpoint}`],
    ["carriage returns", `c2sp.org/tlog-proof@v1\r\nindex 4\r\n\r\n${checkpoint}`],
    ["no checkpoint", "c2sp.org/tlog-proof@v1\nindex 4\n"],
    ["something behind the checkpoint", `${own.tlog_proof_index4}more\n`],
    ["nothing", ""],
  ])("with %s is refused", async (_, text) => {
    expect(() => parseTlogProof(bytes(text))).toThrow(EvidenceError);
  });
});

/** Signed notes, keys and checkpoints: the vectors of others, and every way to write one wrongly. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64, bytesOfBase64 } from "../../bindings/evidence/base64.ts";
import {
  type CheckpointTrust,
  checkpointText,
  cosignCheckpoint,
  openCheckpoint,
  parseCheckpointText,
  signCheckpoint,
} from "../../bindings/evidence/checkpoint.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import {
  checkSignatures,
  formatNote,
  formatVkey,
  KEY_TYPE,
  type Note,
  noteKey,
  parseNote,
  parseVkey,
  signText,
} from "../../bindings/evidence/note.ts";
import { standingOf } from "../../bindings/evidence/standing.ts";
import { emptyRoot, Frontier, leafHash } from "../../bindings/evidence/tree.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { signerOf, verify } from "./ed25519.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const bytes = (from: string): Uint8Array => new Uint8Array(Buffer.from(from, "utf8"));
const readJson = (file: string) => JSON.parse(readFileSync(`test/vectors/c2sp/${file}`, "utf8"));

/** Code of the error that something is refused with. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
  return "accepted";
}

async function codeAfter(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => "accepted",
    (error: unknown) => (error instanceof EvidenceError ? error.code : Promise.reject(error)),
  );
}

const own = readJson("own-vectors.json");
const go = readJson("signed-note-go-example.json");
const [logSigner, witnessSigner] = [signerOf(1), signerOf(2)];
const logKey = parseVkey(own.log_vkey);
const witnessKey = parseVkey(own.witness_vkey);
const ORIGIN: string = logKey.name;
const TRUST: CheckpointTrust = { origin: ORIGIN, keys: [{ publicKey: logKey.publicKey, from: 0 }] };
const WITNESSED: CheckpointTrust = { ...TRUST, witnesses: { quorum: 1, keys: [witnessKey] } };

describe("base64", () => {
  it("is read only as it is written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (given) => {
        expect(base64(given)).toBe(Buffer.from(given).toString("base64"));
        expect(bytesOfBase64(base64(given))).toEqual(given);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AQZgw/+-_= \n"), maxLength: 12 }), (given) => {
        const read = bytesOfBase64(given);
        if (read !== undefined) expect(base64(read)).toBe(given);
        else expect(Buffer.from(given, "base64").toString("base64")).not.toBe(given);
      }),
    );
    for (const bad of ["AB==", "AAB=", "A", "AA", "AA=", "A===", "====", "AAA A", "AA-_", "AAAA\n"])
      expect(bytesOfBase64(bad), bad).toBeUndefined();
  });
});

describe("vectors of C2SP formats", () => {
  it("the example of the Go package", async () => {
    const key = parseVkey(go.vkey);
    const note = parseNote(bytes(go.note));
    expect(text(formatNote(note))).toBe(go.note);
    expect((await checkSignatures(note, [key], verify)).map(({ key: { name } }) => name)).toEqual([
      "PeterNeumann",
    ]);
    expect(formatVkey(key)).toBe(go.vkey);
    const other = { ...note, text: note.text.replace("think", "thinK") };
    expect(await codeAfter(checkSignatures(other, [key], verify))).toBe("note_signature");
  });

  it("keys", () => {
    expect(formatVkey(logKey)).toBe(own.log_vkey);
    expect(formatVkey(noteKey(ORIGIN, KEY_TYPE.note, logSigner.publicKey))).toBe(own.log_vkey);
    const made = noteKey(witnessKey.name, KEY_TYPE.cosignature, witnessSigner.publicKey);
    expect(formatVkey(made)).toBe(own.witness_vkey);
  });

  it("the roots of seven entries", () => {
    const frontier = new Frontier();
    const roots = (own.leaves as string[]).map((leaf) => {
      frontier.append(leafHash(bytes(leaf)));
      return hex(frontier.root());
    });
    expect(roots).toEqual(own.roots);
  });

  it("the checkpoint with its cosignature, made and read", async () => {
    const note = parseNote(bytes(own.checkpoint7));
    expect(text(formatNote(note))).toBe(own.checkpoint7);
    const opened = await openCheckpoint(note, WITNESSED, verify);
    expect(opened.checkpoint.size).toBe(7);
    expect(hex(opened.checkpoint.root)).toBe(own.roots[6]);
    const [seen] = opened.witnessed;
    expect(seen?.timeS).toBe(1_790_000_000);
    const again = await signCheckpoint(opened.checkpoint, [logSigner]);
    const cosigned = await cosignCheckpoint(
      opened.checkpoint,
      witnessKey.name,
      witnessSigner,
      seen?.timeS ?? 0,
    );
    expect(text(formatNote({ ...again, signatures: [...again.signatures, cosigned] }))).toBe(own.checkpoint7);
  });
});

const noteName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((name) => {
  return !/[\p{White_Space}\p{Cc}+]/u.test(name) && Buffer.from(name).toString() === name;
});
const noteBody = fc
  .string({ unit: fc.constantFrom("a", "\n", "\u2014 ", "+", "\u00e9", "\u{1f600}", " "), maxLength: 30 })
  .map((body) => `${body}\n`);
const noteSignature = fc.record({
  name: noteName,
  keyId: fc.uint8Array({ minLength: 4, maxLength: 4 }).map(hex),
  signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
});
const anyNote: fc.Arbitrary<Note> = fc.record({
  text: noteBody,
  signatures: fc.array(noteSignature, { minLength: 1, maxLength: 16 }),
});

describe("a note", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(anyNote, (note) => {
        expect(parseNote(formatNote(note))).toEqual(note);
      }),
    );
  });

  it("changed in a byte is refused, or is written again as it came", () => {
    fc.assert(
      fc.property(anyNote, fc.nat(), fc.integer({ min: 1, max: 255 }), (note, at, change) => {
        const given = formatNote(note);
        const place = at % given.length;
        given[place] = (given[place] as number) ^ change;
        let read: Note;
        try {
          read = parseNote(given);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
          return;
        }
        expect(formatNote(read)).toEqual(given);
      }),
      { numRuns: 1000 },
    );
  });

  const line = "\u2014 a AAAAAAA=\n";
  it.each([
    ["nothing", "", "note_signatures"],
    ["no empty line", `text\n${line}`, "note_signatures"],
    ["no signature", "text\n\n", "note_signatures"],
    ["an unfinished line", `text\n\n${line.trimEnd()}`, "note_signatures"],
    ["17 signatures", `text\n\n${line.repeat(17)}`, "note_signatures"],
    ["a tab", `te\txt\n\n${line}`, "note_text"],
    ["a carriage return", `text\r\n\n${line}`, "note_text"],
    ["a NUL", `te\0xt\n\n${line}`, "note_text"],
    ["two hyphens for the dash", "text\n\n-- a AAAAAAA=\n", "note_signature_line"],
    ["two spaces", "text\n\n\u2014 a  AAAAAAA=\n", "note_signature_line"],
    ["a space behind", "text\n\n\u2014 a AAAAAAA= \n", "note_signature_line"],
    ["no name", "text\n\n\u2014  AAAAAAA=\n", "note_name"],
    ["a plus in the name", "text\n\n\u2014 a+b AAAAAAA=\n", "note_name"],
    ["a space of no width break in the name", "text\n\n\u2014 a\u00a0b AAAAAAA=\n", "note_name"],
    ["a long name", `text\n\n\u2014 ${"a".repeat(256)} AAAAAAA=\n`, "note_name"],
    ["a key id alone", "text\n\n\u2014 a AAAAAA==\n", "note_signature_line"],
    ["base64 with spare bits", "text\n\n\u2014 a AAAAAAB=\n", "note_signature_line"],
    ["base64 without padding", "text\n\n\u2014 a AAAAAAA\n", "note_signature_line"],
    ["base64url", "text\n\n\u2014 a AAAAAA-_\n", "note_signature_line"],
  ])("with %s is refused", (_, given, code) => {
    expect(codeOf(() => parseNote(bytes(given)))).toBe(code);
  });

  it("that is no UTF-8, or too large, is refused", () => {
    expect(codeOf(() => parseNote(Uint8Array.of(0xff, 10, 10)))).toBe("note_text");
    expect(codeOf(() => parseNote(Uint8Array.of(0xed, 0xa0, 0x80, 10, 10)))).toBe("note_text");
    expect(codeOf(() => parseNote(new Uint8Array(256 * 1024 + 1)))).toBe("note_size");
    expect(parseNote(bytes(`\ufefftext\n\n${line}`)).text).toBe("\ufefftext\n");
  });

  it("is not written when it could not be read", () => {
    const signatures = parseNote(bytes(`text\n\n${line}`)).signatures;
    expect(codeOf(() => formatNote({ text: "text", signatures }))).not.toBe("accepted");
    expect(codeOf(() => formatNote({ text: "te\ud800xt\n", signatures }))).toBe("note_text");
    expect(codeOf(() => formatNote({ text: "text\n", signatures: [] }))).toBe("note_signatures");
  });

  it("says where, what was wanted, what came and what to do", () => {
    expect(() => parseNote(bytes("text\n\n\u2014 a+b AAAAAAA=\n"), "checkpoint of main")).toThrow(
      'checkpoint of main: signature 1: wanted a name of 1 to 255 bytes without spaces, control characters or +, came "a+b" with "+" in it; correct the name',
    );
  });
});

describe("a key as text", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(
        noteName,
        fc.constantFrom(KEY_TYPE.note, KEY_TYPE.cosignature),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (name, type, key) => {
          const made = noteKey(name, type, key);
          expect(parseVkey(formatVkey(made))).toEqual(made);
        },
      ),
    );
  });

  it.each([
    ["nothing", ""],
    ["two pieces", "a+00000000"],
    ["another id", go.vkey.replace("c74f20a3", "c74f20a4")],
    ["the id in capitals", go.vkey.replace("c74f20a3", "C74F20A3")],
    ["another name", go.vkey.replace("Peter", "Pet")],
    ["a byte more", `${go.vkey}AAAA`],
    ["a line feed", `${go.vkey}\n`],
    ["type 0x02", `a+00000000+${Buffer.from([2, ...new Uint8Array(32)]).toString("base64")}`],
    ["type 0x06", `a+00000000+${Buffer.from([6, ...new Uint8Array(32)]).toString("base64")}`],
  ])("with %s is refused", (_, given) => {
    expect(codeOf(() => parseVkey(given))).toBe("vkey");
  });

  it("has an id for each type, so that a signature of one is none of the other", async () => {
    const { publicKey } = witnessSigner;
    const note = await signText("text\n", "w", witnessSigner);
    const cosigner = noteKey("w", KEY_TYPE.cosignature, publicKey);
    expect(cosigner.id).not.toBe(noteKey("w", KEY_TYPE.note, publicKey).id);
    const forged = { ...note, keyId: cosigner.id };
    expect(
      await codeAfter(checkSignatures({ text: "text\n", signatures: [forged] }, [cosigner], verify)),
    ).toBe("note_signature");
  });
});

describe("a checkpoint", () => {
  const root = emptyRoot();
  const encoded = base64(root);

  it("is read as it was written", () => {
    fc.assert(
      fc.property(
        noteName,
        fc.maxSafeNat(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (origin, size, r) => {
          expect(parseCheckpointText(checkpointText({ origin, size, root: r }))).toEqual({
            origin,
            size,
            root: r,
          });
        },
      ),
    );
  });

  it.each([
    ["a leading zero", `log\n07\n${encoded}\n`, "checkpoint_size"],
    ["a sign", `log\n+7\n${encoded}\n`, "checkpoint_size"],
    ["no size", `log\n\n${encoded}\n`, "checkpoint_size"],
    ["2^53", `log\n9007199254740992\n${encoded}\n`, "checkpoint_size"],
    ["a size beyond 64 bits", `log\n99999999999999999999\n${encoded}\n`, "checkpoint_size"],
    ["other digits", `log\n\u0667\n${encoded}\n`, "checkpoint_size"],
    ["a root of 31 bytes", `log\n7\n${base64(root.slice(1))}\n`, "checkpoint_root"],
    ["a root of 33 bytes", `log\n7\n${base64(new Uint8Array(33))}\n`, "checkpoint_root"],
    ["an extension line", `log\n7\n${encoded}\nmore\n`, "checkpoint_lines"],
    ["two lines", "log\n7\n", "checkpoint_lines"],
    ["no last line feed", `log\n7\n${encoded}`, "checkpoint_lines"],
    ["no origin", `\n7\n${encoded}\n`, "note_name"],
    ["a space in the origin", `my log\n7\n${encoded}\n`, "note_name"],
  ])("with %s is refused", (_, given, code) => {
    expect(codeOf(() => parseCheckpointText(given))).toBe(code);
  });

  const at = (size: number) => ({ origin: ORIGIN, size, root });

  it("counts only with a trusted key of its log and size", async () => {
    const note = await signCheckpoint(at(7), [logSigner]);
    const ranges = [
      [{ from: 7, to: 7 }, "accepted"],
      [{ from: 0 }, "accepted"],
      [{ from: 8 }, "checkpoint_unsigned"],
      [{ from: 0, to: 6 }, "checkpoint_unsigned"],
    ] as const;
    for (const [range, code] of ranges) {
      const trust = { origin: ORIGIN, keys: [{ publicKey: logSigner.publicKey, ...range }] };
      expect(await codeAfter(openCheckpoint(note, trust, verify))).toBe(code);
    }
    const other = { origin: ORIGIN, keys: [{ publicKey: signerOf(9).publicKey, from: 0 }] };
    expect(await codeAfter(openCheckpoint(note, other, verify))).toBe("checkpoint_unsigned");
    expect(await codeAfter(openCheckpoint(note, { ...TRUST, origin: "other" }, verify))).toBe(
      "checkpoint_origin",
    );
  });

  it("is signed by two keys while one replaces the other, and a wrong line of either refuses it", async () => {
    const next = signerOf(3);
    const keys = [
      { publicKey: logSigner.publicKey, from: 0, to: 9 },
      { publicKey: next.publicKey, from: 5 },
    ];
    const trust = { origin: ORIGIN, keys };
    const note = await signCheckpoint(at(7), [logSigner, next]);
    expect((await openCheckpoint(formatNote(note), trust, verify)).signed).toHaveLength(2);
    const broken = note.signatures.map((line, i) =>
      i === 1 ? { ...line, signature: new Uint8Array(64) } : line,
    );
    expect(await codeAfter(openCheckpoint({ ...note, signatures: broken }, trust, verify))).toBe(
      "note_signature",
    );
    // Outside of its range a key is unknown, and what unknown keys say is not looked at.
    const early = { ...trust, keys: keys.map((key) => ({ ...key, from: key.from === 5 ? 8 : 0 })) };
    expect((await openCheckpoint({ ...note, signatures: broken }, early, verify)).signed).toHaveLength(1);
  });

  it("changed in any bit is refused", async () => {
    const given = bytes(own.checkpoint7);
    for (let bit = 0; bit < given.length * 8; bit++) {
      const changed = given.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      let opened: Awaited<ReturnType<typeof openCheckpoint>>;
      try {
        opened = await openCheckpoint(changed, WITNESSED, verify);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
        continue;
      }
      // The line of the witness became one of a stranger: then it does not count.
      expect(opened.witnessed, `bit ${bit}`).toEqual([]);
    }
  });

  it("says what it shows and what it does not", async () => {
    const alone = await openCheckpoint(await signCheckpoint(at(7), [logSigner]), TRUST, verify);
    const seen = await openCheckpoint(bytes(own.checkpoint7), WITNESSED, verify);
    expect(standingOf()).toMatchObject({ word: "consistent, unanchored", isAnchored: false });
    expect(standingOf(TRUST, alone)).toMatchObject({ word: "self-signed", isAnchored: true });
    expect(standingOf(WITNESSED, seen)).toMatchObject({ word: "witnessed", isAnchored: true });
    for (const standing of [standingOf(), standingOf(TRUST, alone), standingOf(WITNESSED, seen)]) {
      expect(standing.shows).toMatch(/^[A-Z].*\.$/);
      expect(standing.leavesOpen).toMatch(/^[A-Z].*\.$/);
    }
    expect(codeOf(() => standingOf(WITNESSED, alone))).toBe("witness_quorum");
  });

  it("has as many witnesses as keys cosigned it, and the log is none", async () => {
    const checkpoint = at(7);
    const note = await signCheckpoint(checkpoint, [logSigner]);
    const cosigned = async (byte: number, name: string, timeS: number) =>
      cosignCheckpoint(checkpoint, name, signerOf(byte), timeS);
    const key = (byte: number, name: string) => noteKey(name, KEY_TYPE.cosignature, signerOf(byte).publicKey);
    const keys = [key(2, "w"), key(2, "again"), key(1, "log"), key(4, "x")];
    const signatures = [
      ...note.signatures,
      await cosigned(2, "w", 5),
      await cosigned(2, "w", 6),
      await cosigned(2, "again", 4),
      await cosigned(1, "log", 5),
    ];
    const trust = { ...TRUST, witnesses: { quorum: 2, keys } };
    const opened = await openCheckpoint({ ...note, signatures }, trust, verify);
    expect(opened.witnessed.map(({ key: { name }, timeS }) => [name, timeS])).toEqual([["w", 6]]);
    expect(codeOf(() => standingOf(trust, opened))).toBe("witness_quorum");
    const more = { ...note, signatures: [...signatures, await cosigned(4, "x", 5)] };
    expect(standingOf(trust, await openCheckpoint(more, trust, verify)).word).toBe("witnessed");
  });
});

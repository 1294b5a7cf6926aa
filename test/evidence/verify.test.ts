/** A log from its bytes alone: who signed which checkpoint of it, and bytes that nobody writes by mistake. */

import { describe, expect, it, test } from "vitest";
import { cosignCheckpoint, parseCheckpointText } from "../../bindings/evidence/checkpoint.ts";
import { readCheckpoints } from "../../bindings/evidence/checkpoint-writer.ts";
import type { EntryCell, RecordEntry } from "../../bindings/evidence/entry.ts";
import { formatNote, type Note, type Signer, signText } from "../../bindings/evidence/note.ts";
import { joined } from "../../bindings/evidence/report/index.ts";
import {
  type Finding,
  type VerifyOptions,
  type VerifyReport,
  verifyLog,
} from "../../bindings/evidence/verify.ts";
import {
  hash,
  type MemoryStorage,
  makeLog,
  ORIGIN,
  SIGNER,
  signerOf,
  trustOf,
  verify,
} from "./bundle-log.ts";
import { forged, type Loaded, recoded } from "./forge.ts";

const { storage: log } = await makeLog();
const NEIGHBOUR = signerOf(21);
const STRANGER = signerOf(22);
const NAME = "neighbour.example/w";
const [CHECKPOINTS, WITNESSED] = ["main/checkpoints", "main/witnessed"] as const;

const verified = (storage: MemoryStorage, options: Partial<VerifyOptions> = {}): Promise<VerifyReport> =>
  verifyLog(storage, { trust: trustOf(), verify, hash, ...options });
const codesOf = ({ findings }: VerifyReport): string[] => findings.map(({ kind, code }) => `${kind} ${code}`);
const trustIn = (...keys: readonly { readonly name: string; readonly publicKey: Uint8Array }[]) =>
  trustOf({
    shards: [
      { origin: ORIGIN, keys: [{ publicKey: SIGNER.publicKey, from: 0 }], witnesses: { quorum: 1, keys } },
    ],
  });
const TRUST = trustIn({ name: NAME, publicKey: NEIGHBOUR.publicKey });

/** The log with all of its checkpoints in the file of witnesses, each with what is added to it. */
async function withNotes(change: (note: Note, number: number) => Promise<Note>): Promise<MemoryStorage> {
  const { notes } = await readCheckpoints(log, CHECKPOINTS);
  expect(notes.length).toBeGreaterThan(1);
  const changed = await Promise.all(notes.map(({ note }, number) => change(note, number)));
  const copy = log.copy();
  copy.files.set(WITNESSED, joined(changed.map((note) => formatNote(note))));
  return copy;
}

async function cosigned(note: Note, signer: Signer = NEIGHBOUR, name = NAME): Promise<Note> {
  const signature = await cosignCheckpoint(parseCheckpointText(note.text), name, signer, 1_767_225_700);
  return { ...note, signatures: [...note.signatures, signature] };
}

describe("the file of witnesses", () => {
  it("counts for who relies on them, and is only remarked on for who does not", async () => {
    const storage = await withNotes((note) => cosigned(note));
    const relied = await verified(storage, { trust: TRUST });
    expect([relied.answer, ...codesOf(relied)]).toEqual(["witnessed"]);
    const without = await verified(storage);
    expect([without.answer, ...codesOf(without)]).toEqual(["self-signed", "remark witness_unknown"]);
    expect(without.findings[0]).toMatchObject({ shard: "main", file: WITNESSED });
    expect(without.findings[0]?.sentence).toContain("of 2 checkpoints");
    const unanchored = await verifyLog(storage, { verify, hash });
    expect(codesOf(unanchored)).toContain("remark witness_unknown");
    expect(codesOf(unanchored)).not.toContain("failure signature_unknown");
  });

  const knows = (storage: MemoryStorage) => verified(storage, { trust: TRUST, replay: false });

  it("has no bit in the names and key ids of any of its lines that could be another", async () => {
    const storage = await withNotes((note) => cosigned(note));
    const bytes = storage.files.get(WITNESSED) as Uint8Array;
    const text = new TextDecoder("latin1").decode(bytes);
    // A line is a dash of three bytes, a space, the name, a space, and base64 that begins with the key id.
    const lines = [...text.matchAll(/^\u00e2\S+ (\S+ .{5})/gm)];
    expect(lines).toHaveLength(4);
    for (const { index, 0: line, 1: named = "" } of lines)
      for (let at = index + line.length - named.length; at < index + line.length; at++) {
        const changed = storage.copy();
        changed.files.set(
          WITNESSED,
          bytes.map((byte, place) => (place === at ? byte ^ (1 << (at % 7)) : byte)),
        );
        expect((await knows(changed)).answer, `byte ${at}`).toBe("failed");
      }
  });

  it("has nobody else in it for who names witnesses, in its old checkpoints as in the newest", async () => {
    for (const which of [0, 1]) {
      const storage = await withNotes(async (note, number) =>
        number === which ? cosigned(await cosigned(note), STRANGER, "other.example/w") : cosigned(note),
      );
      const report = await knows(storage);
      expect(codesOf(report), `checkpoint ${which}`).toEqual(["failure signature_unknown"]);
      expect(report.findings[0]).toMatchObject({ shard: "main", file: WITNESSED });
      expect(codesOf(await verified(storage, { replay: false }))).toEqual(["remark witness_unknown"]);
    }
  });

  it("has a right cosignature of a witness under its old checkpoints too", async () => {
    const storage = await withNotes(async (note, number) => {
      const { signatures } = await cosigned(note);
      const broken = ({ signature }: (typeof signatures)[number]) =>
        signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
      const change = (line: (typeof signatures)[number], at: number) =>
        number === 0 && at === 1 ? { ...line, signature: broken(line) } : line;
      return { ...note, signatures: signatures.map(change) };
    });
    expect(codesOf(await knows(storage))).toEqual(["failure note_signature"]);
  });

  it("may be cosigned twice by one witness", async () => {
    expect(codesOf(await knows(await withNotes(async (note) => cosigned(await cosigned(note)))))).toEqual([]);
  });

  it("has no signature that is no cosignature, whoever looks", async () => {
    const storage = await withNotes(async (note, number) =>
      number === 0
        ? { ...note, signatures: [...note.signatures, await signText(note.text, ORIGIN, STRANGER)] }
        : cosigned(note),
    );
    expect(codesOf(await verified(storage, { replay: false }))).toContain("failure signature_unknown");
    expect(codesOf(await knows(storage))).toContain("failure signature_unknown");
  });
});

test("the file of the log's own checkpoints has no line of a witness", async () => {
  const storage = log.copy();
  const { notes } = await readCheckpoints(log, CHECKPOINTS);
  const changed = await Promise.all(notes.map(({ note }) => cosigned(note)));
  storage.files.set(CHECKPOINTS, joined(changed.map((note) => formatNote(note))));
  for (const trust of [TRUST, trustOf()])
    expect(codesOf(await verified(storage, { trust }))).toContain("failure signature_unknown");
});

test("a tail that nobody has signed is not advised away", async () => {
  const { notes } = await readCheckpoints(log, CHECKPOINTS);
  const storage = log.copy();
  await storage.cut(CHECKPOINTS, notes.at(-1)?.from ?? 0);
  const { findings } = await verified(storage);
  const { sentence } = findings.find(({ code }) => code === "tail_unsigned") as Finding;
  expect(sentence).toMatch(/^Nobody has signed the last 6 entries: .*A crash leaves such a tail too/);
  expect(sentence).not.toMatch(/open it|verify again/i);
});

type Loose = Record<string, unknown>;

/** The log with what entry 5 says of its history changed, and chained and signed anew. */
const withCells = (change: (cells: readonly EntryCell[]) => readonly EntryCell[]) =>
  withEntry((entry) => ({ ...entry, cells: change(entry.cells) }));
/** The same with the history in its record. */
const withChange = (change: (cell: Loose) => Loose) =>
  withEntry((entry) => ({
    ...entry,
    record: recoded(entry.record, (record) => ({
      ...record,
      cells: (record.cells as unknown as Loose[]).map(change),
    })),
  }));
function withEntry(change: (entry: RecordEntry) => RecordEntry): Promise<MemoryStorage> {
  const changed = (one: Loaded): Loaded =>
    one.entry.seq === 5 ? { ...one, entry: change(one.entry as RecordEntry) } : one;
  return forged(log, (all) => all.map(changed));
}

/** Each is signed by the key of the log: whoever holds that can write what no engine would. */
const HOSTILE: readonly (readonly [string, () => Promise<MemoryStorage>])[] = [
  ["has one history, and its entry none", () => withCells(() => [])],
  ["has one history, and its entry two", () => withCells((cells) => [...cells, ...cells])],
  [
    "has no history, and its entry one",
    () =>
      withEntry((entry) => ({
        ...entry,
        record: recoded(entry.record, ({ cells: _, ...record }) => record),
      })),
  ],
  ["begins at another digest", () => withChange((cell) => ({ ...cell, before: new Uint8Array(32).fill(9) }))],
  [
    "begins at another digest, and its entry says that others were there",
    async () => {
      const storage = await withChange((cell) => ({ ...cell, before: new Uint8Array(32).fill(9) }));
      return forged(storage, (all) =>
        all.map((one) =>
          one.entry.seq === 5
            ? {
                ...one,
                entry: {
                  ...one.entry,
                  cells: (one.entry as RecordEntry).cells.map((cell) => ({ ...cell, gap: true as const })),
                } as RecordEntry,
              }
            : one,
        ),
      );
    },
  ],
];

describe("a record that", () => {
  const ways: readonly (readonly [string, Partial<VerifyOptions>])[] = [
    ["computed", {}],
    ["computed and not decided again", { replay: false }],
    ["taken at its word", { from: 7 }],
    ["taken at its word behind the last one", { to: 2 }],
  ];
  test.each(HOSTILE)("%s is a failure with its place, and no exception", async (what, lie) => {
    const storage = await lie();
    // What joins what is only known where it is computed.
    const asked = what.startsWith("begins") ? ways.slice(0, 2) : ways;
    for (const [way, options] of asked) {
      const { answer, findings } = await verified(storage, options);
      expect(answer, way).toBe("failed");
      const found = findings.filter(({ kind, seq }) => kind === "failure" && seq === 5);
      expect(found, way).not.toEqual([]);
      for (const finding of found)
        expect(finding, way).toMatchObject({ shard: "main", file: "main/0000000000000000.seg" });
      if (options.from !== undefined || options.to !== undefined)
        expect(
          found.map(({ code }) => code),
          way,
        ).toEqual(["history"]);
    }
  });
});

test("what the storage throws is no fault of the log", async () => {
  for (const error of [new TypeError("fetch failed"), new RangeError("EIO"), new Error("EIO")]) {
    const storage = log.copy();
    storage.read = () => Promise.reject(error);
    await expect(verified(storage)).rejects.toBe(error);
  }
});

/** What opening a log believes of a folder that somebody without its keys wrote to. */

import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { anyEntry, type Entry, encodeEntry, type RecordEntry } from "../../bindings/evidence/entry.ts";
import { binAt, frameAt, frameOf, type Span } from "../../bindings/evidence/frame.ts";
import type { EvidenceLog } from "../../bindings/evidence/log.ts";
import { leafHash } from "../../bindings/evidence/tree.ts";
import { type LogFolderOptions, openLog, verifyFolder } from "../../bindings/hosts/log-folder.ts";
import { digestAfter } from "../../bindings/memory/fold.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { createPermit, type Permit } from "../../bindings/src/index.ts";

const home = mkdtempSync(join(tmpdir(), "permit0-opening-"));
afterAll(() => rmSync(home, { recursive: true }));

let folder = "";
let keys = "";
let count = 0;
beforeEach(() => {
  count++;
  folder = join(home, `log${count}`);
  keys = join(home, `keys${count}`);
});

const AGENT = { scope: "agent", value: "bot", by: "ann", reason: "odd" } as const;

function permitOf(log: EvidenceLog): Permit {
  return createPermit({ log, context: { agent: "bot", session: "s-1" } });
}

/** Opens the log, lets a program use it, and closes it. */
async function used<T>(use: (permit: Permit) => Promise<T>, options: LogFolderOptions = {}): Promise<T> {
  const log = await openLog(folder, { keys, ...options });
  try {
    return await use(permitOf(log));
  } finally {
    await log.close();
  }
}

const asked = (permit: Permit) => permit.check({ tool: "read_file", args: { path: "notes.txt" } });
const verdict = async (permit: Permit): Promise<string> => (await asked(permit)).verdict;

function segment(shard = "main"): string {
  return join(folder, shard, "0000000000000000.seg");
}

function entries(): { entry: Entry; bytes: Uint8Array }[] {
  const file = new Uint8Array(readFileSync(segment()));
  const found: { entry: Entry; bytes: Uint8Array }[] = [];
  for (let at = 0; at < file.length; ) {
    const frame = frameAt(file, at, file.length) as Span;
    for (let next = frame.from; next < frame.to; ) {
      const bin = binAt(file, next, frame.to) as Span;
      const bytes = file.slice(bin.from, bin.to);
      const entry = anyEntry(bytes);
      found.push({ entry, bytes });
      next = bin.to;
      if ((entry as RecordEntry).sealed !== undefined) next = (binAt(file, next, frame.to) as Span).to;
    }
    at = frame.to;
  }
  return found;
}

type Unplaced = Entry extends infer E ? (E extends Entry ? Omit<E, "prev" | "seq"> : never) : never;

/** Writes entries behind the last one, as anybody can. */
function forged(...tail: readonly Unplaced[]): void {
  const all = entries();
  let prev = leafHash((all.at(-1) as { bytes: Uint8Array }).bytes);
  const bins = tail.map((one, at) => {
    const bytes = encodeEntry({ ...one, prev, seq: all.length + at } as Entry);
    prev = leafHash(bytes);
    return bytes;
  });
  appendFileSync(segment(), frameOf(bins));
}

interface FreezeRecord {
  readonly event?: { readonly kind: string };
  readonly cells: readonly { id: Uint8Array; after: Uint8Array; events: Uint8Array; note: Uint8Array }[];
}

/** A thaw made of the record of the freeze, with nothing that is secret. */
function thawOf(freeze: RecordEntry): Unplaced {
  const record = decode(freeze.record) as unknown as FreezeRecord;
  const [cell] = record.cells as [FreezeRecord["cells"][number]];
  const note = cell.note.slice();
  for (let at = 8; at < note.length; at += 8) note[at] = ((note[at] as number) & ~7) | 4;
  const after = digestAfter(cell.id, cell.after, cell.events, note);
  const bytes = encode({
    ...record,
    event: { ...record.event, kind: "thaw" },
    request: new Uint8Array(32),
    args: new Uint8Array(32),
    cells: [{ ...cell, before: cell.after, after, note }],
  });
  const version = (freeze.cells[0] as { version: number }).version + 1;
  return { record: bytes, cells: [{ version }], sealed: undefined } as Unplaced;
}

function isFreeze({ entry }: { entry: Entry }): boolean {
  if (entry.record === undefined) return false;
  return (decode(entry.record) as unknown as FreezeRecord).event?.kind === "freeze";
}

describe("a thaw that nobody signed", () => {
  test("is cut off, and what was frozen stays frozen", async () => {
    await used((permit) => permit.freeze(AGENT));
    const freeze = entries().find(isFreeze) as { entry: RecordEntry };
    forged(thawOf(freeze.entry));
    expect(await used(verdict)).toBe("deny");
    expect(entries().some(({ entry }) => entry.note?.kind === "cut")).toBe(true);
    expect((await verifyFolder(folder, { keys })).findings.filter(({ kind }) => kind === "failure")).toEqual(
      [],
    );
  });

  test("with more behind it stops the opening", async () => {
    await used((permit) => permit.freeze(AGENT));
    const freeze = entries().find(isFreeze) as { entry: RecordEntry };
    forged(thawOf(freeze.entry));
    appendFileSync(segment(), new Uint8Array(5 * 1024 * 1024).fill(1));
    await expect(used(verdict)).rejects.toThrow(/more (behind|stands behind)/);
  });

  test("is none where a person thawed: that is signed before it is answered", async () => {
    const log = await openLog(folder, { keys });
    const permit = permitOf(log);
    await permit.freeze(AGENT);
    await permit.thaw(AGENT);
    // As a crash leaves it.
    const [left, own] = [`${folder}-left`, `${keys}-left`];
    cpSync(folder, left, { recursive: true });
    cpSync(keys, own, { recursive: true });
    await log.close();
    folder = left;
    keys = own;
    expect(await used(verdict)).toBe("allow");
  });
});

describe("a shard", () => {
  const origin = "acme.example/prod";

  test("that is gone does not begin again under its name", async () => {
    await used(verdict, { origin });
    rmSync(folder, { recursive: true });
    await expect(used(verdict, { origin })).rejects.toMatchObject({ code: "log_short" });
  });

  test("that is gone does not begin again beside another one", async () => {
    await used(verdict);
    await used(verdict, { shard: "b" });
    rmSync(join(folder, "main"), { recursive: true });
    await expect(used(verdict)).rejects.toMatchObject({ code: "log_short" });
  });

  test("in the folder of another one stops the opening", async () => {
    await used(verdict);
    renameSync(join(folder, "main"), join(folder, "aaa"));
    await expect(used(verdict)).rejects.toMatchObject({ code: "shard_other" });
  });

  test("of a stranger gives a new one neither name nor salt", async () => {
    const [victim, own] = [folder, keys];
    keys = `${keys}-other`;
    await used(verdict, { shard: "0" });
    keys = own;
    folder = victim;
    await expect(used(verdict)).rejects.toMatchObject({ code: "log_stranger" });
  });

  test("begins once", async () => {
    await used(verdict);
    const [begin] = entries();
    forged({ note: (begin as { entry: Entry }).entry.note } as Unplaced);
    await expect(used(verdict)).rejects.toMatchObject({ code: "begin" });
  });

  test("has the salt and the name of those that begin at the same moment", async () => {
    const logs = await Promise.all(["a", "b", "c"].map((shard) => openLog(folder, { keys, shard })));
    for (const log of logs) await log.close();
    expect(new Set(logs.map(({ keySalt }) => String(keySalt))).size).toBe(1);
    expect(new Set(logs.map((log) => log.origin.slice(0, log.origin.lastIndexOf("/")))).size).toBe(1);
  });

  test("under a name that is none does not begin", async () => {
    await expect(used(verdict, { origin: "my log" })).rejects.toThrow(/origin/);
    expect(await used(verdict)).toBe("allow");
  });
});

test("a salt that is another one than its name says is none", async () => {
  const log = await openLog(folder, { keys });
  await log.close();
  const [begin] = entries();
  const named = Buffer.from((begin as { entry: { note: { salt: Uint8Array } } }).entry.note.salt).toString(
    "hex",
  );
  const file = join(keys, "salts", named);
  const bytes = readFileSync(file);
  bytes[7] = (bytes[7] as number) ^ 1;
  writeFileSync(file, bytes);
  await expect(used(verdict)).rejects.toMatchObject({ code: "key_salt" });
});

test("a note that nobody could read again is not written", async () => {
  const log = await openLog(folder, { keys });
  await expect(log.noteErased(new Uint8Array(3), "ann", "asked for")).rejects.toMatchObject({
    code: "entry_malformed",
  });
  await log.noteErased(new Uint8Array(16), "ann", "asked for");
  await log.close();
  expect(await used(verdict)).toBe("allow");
});

test("a file of more checkpoints than entries is not read to its end", async () => {
  await used(verdict);
  const file = join(folder, "main/checkpoints");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.repeat(20_000));
  const { answer, findings } = await verifyFolder(folder, { keys });
  expect(answer).toBe("failed");
  expect(findings.map(({ code }) => code)).toContain("checkpoint_many");
});

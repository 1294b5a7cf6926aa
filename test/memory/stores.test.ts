/** Every store keeps the same promises. */

import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { digestAfter, fold } from "../../bindings/memory/fold.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { NOTE_CLASS_FROZEN } from "../../bindings/src/gen/codes.ts";
import {
  emptyCell,
  FORGOTTEN,
  type Store,
  type StoredCell,
  type StoredChange,
} from "../../bindings/src/memory.ts";
import { sha256 } from "../../bindings/src/sha256.ts";
import { testFolder } from "./folder.ts";

const file = testFolder();
let files = 0;

const STORES: readonly { readonly name: string; readonly open: () => Store }[] = [
  { name: "MemoryStore", open: () => new MemoryStore() },
  { name: "LibsqlStore", open: () => new LibsqlStore(file(`store-${files++}.db`)) },
];

const utf8 = new TextEncoder();
const digestOf = (text: string): Uint8Array => sha256(utf8.encode(text));
const nothing = (): void => {};

function change(name: string, from: StoredCell, to: string | undefined, bytes = 200): StoredChange {
  const id = digestOf(name);
  const next =
    to === undefined
      ? undefined
      : { id, digest: digestOf(to), bytes: new Uint8Array(bytes).fill(7), version: from.version + 1 };
  return { id, before: from.digest, version: from.version, next };
}

const plain = (cells: readonly StoredCell[]): unknown =>
  cells.map(({ id, digest, bytes, version }) => [[...id], [...digest], bytes.length, version]);

for (const { name, open } of STORES) {
  describe(name, () => {
    const [a, b, c] = ["a", "b", "c"].map(digestOf) as [Uint8Array, Uint8Array, Uint8Array];
    const none = emptyCell(a);

    test("gives what is not there as a history without events, and what is there in the order asked", async () => {
      const store = open();
      expect(plain(await store.read([a, b]))).toEqual(plain([emptyCell(a), emptyCell(b)]));
      expect(await store.read([])).toEqual([]);
      await store.commit([change("b", none, "b1"), change("c", none, "c1", 300)], nothing);
      const read = await store.read([c, a, b]);
      expect(read.map(({ version }) => version)).toEqual([1, 0, 1]);
      expect(read.map(({ bytes }) => bytes.length)).toEqual([300, 0, 200]);
      expect(read[0]?.bytes).toBeInstanceOf(Uint8Array);
      await store.close();
    });

    test("makes all changes of a decision or none", async () => {
      const store = open();
      await store.commit([change("a", none, "a1")], nothing);
      const [old] = await store.read([a]);
      let appended = 0;
      const late = [change("b", none, "b1"), change("a", none, "a2")];
      expect(await store.commit(late, () => void appended++)).toBe(false);
      expect(appended).toBe(0);
      expect((await store.read([b]))[0]?.version).toBe(0);
      // A history that was only looked at must be unchanged too.
      expect(await store.commit([change("b", none, "b1"), change("a", none, undefined)], nothing)).toBe(
        false,
      );
      expect(
        await store.commit([change("b", none, "b1"), change("a", old as StoredCell, undefined)], nothing),
      ).toBe(true);
      await store.close();
    });

    // A log may come with promises of its own kind.
    const ofAnotherRealm = runInNewContext(
      "() => Promise.reject(new Error('disk full'))",
    ) as () => Promise<void>;
    const failing = {
      "at once": () => {
        throw new Error("disk full");
      },
      later: () => Promise.reject(new Error("disk full")),
      "in another realm": ofAnotherRealm,
    } as const;
    for (const [kind, fail] of Object.entries(failing)) {
      test(`changes nothing when the log throws ${kind}, and can go on`, async () => {
        const store = open();
        await expect((async () => store.commit([change("a", none, "a1")], fail))()).rejects.toThrow(
          "disk full",
        );
        expect((await store.read([a]))[0]?.version).toBe(0);
        expect(await store.commit([change("a", none, "a1")], () => Promise.resolve())).toBe(true);
        expect((await store.read([a]))[0]?.version).toBe(1);
        await store.close();
      });
    }

    test("lets only one of many through, however slow its log", async () => {
      const store = open();
      const wait = (): Promise<void> => new Promise((done) => setTimeout(done, 2));
      const tries = Array.from({ length: 20 }, (_, at) => store.commit([change("a", none, `a${at}`)], wait));
      const kept = await Promise.all(tries);
      expect(kept.filter(Boolean)).toHaveLength(1);
      await store.close();
    });
  });
}

describe("LibsqlStore", () => {
  test("keeps histories across processes' lives, and between two at once", () => {
    const path = file("shared.db");
    const one = new LibsqlStore(path);
    const other = new LibsqlStore(path);
    const id = digestOf("a");
    expect(one.commit([change("a", emptyCell(id), "a1")], nothing)).toBe(true);
    expect(other.commit([change("a", emptyCell(id), "x1")], nothing)).toBe(false);
    one.close();
    other.close();
    const again = new LibsqlStore(path);
    expect([...(again.read([id])[0]?.digest ?? [])]).toEqual([...digestOf("a1")]);
    again.close();
  });

  test("throws when another process holds the file, when it is closed, and for what is no store", () => {
    const path = file("held.db");
    const one = new LibsqlStore(path);
    const other = new LibsqlStore(path, { waitMs: 10 });
    const [first] = one.read([digestOf("a")]);
    const inside = (): void => {
      expect(() => other.commit([change("b", first as StoredCell, "b1")], nothing)).toThrow(/locked/);
    };
    expect(one.commit([change("a", first as StoredCell, "a1")], inside)).toBe(true);
    one.close();
    other.close();
    expect(() => one.read([digestOf("a")])).toThrow();
    expect(() => new LibsqlStore(file("no/such/folder.db"))).toThrow();
  });
});

describe("MemoryStore", () => {
  const nameOf = (at: number): string => `s${at}`;

  test("holds a million histories in bounded room, and takes none of those that made room for empty", () => {
    const bytesMax = 1024 * 1024;
    const store = new MemoryStore({ bytesMax, filterBytes: 4 * 1024 * 1024 });
    const count = 1_000_000;
    // Ids as spread as digests are; a million digests would take longer than the test is worth.
    const idOf = (at: number): Uint8Array => {
      const view = new DataView(new ArrayBuffer(32));
      for (let word = 0; word < 8; word++)
        view.setUint32(word * 4, Math.imul(at + 1, 0x9e3779b1 + 2 * word) ^ (at >>> word));
      return new Uint8Array(view.buffer);
    };
    const digest = digestOf("x");
    const bytes = new Uint8Array(200);
    for (let at = 0; at < count; at++) {
      const id = idOf(at);
      store.commit(
        [{ id, before: emptyCell(id).digest, version: 0, next: { id, digest, bytes, version: 1 } }],
        nothing,
      );
    }
    expect(store.size.bytes).toBeLessThanOrEqual(bytesMax);
    expect(store.size.cells).toBeGreaterThan(1000);
    for (let at = 0; at < count; at += 997) {
      const [cell] = store.read([idOf(at)]);
      expect(cell?.version === 1 || cell?.bytes === FORGOTTEN, `${at}`).toBe(true);
    }
  });

  test("lets go of what nobody asked for longest, and nobody can put it back", () => {
    const store = new MemoryStore({ bytesMax: 384 * 1024 });
    const put = (name: string): boolean | Promise<boolean> =>
      store.commit([change(name, emptyCell(digestOf(name)), `${name}-1`, 40_000)], nothing);
    for (let at = 0; at < 8; at++) put(nameOf(at));
    store.read([digestOf(nameOf(0))]);
    for (let at = 8; at < 12; at++) put(nameOf(at));
    const forgotten = (at: number): boolean => store.read([digestOf(nameOf(at))])[0]?.bytes === FORGOTTEN;
    expect(forgotten(0)).toBe(false);
    expect(forgotten(1)).toBe(true);
    expect(put(nameOf(1))).toBe(false);
    expect(store.read([digestOf("never seen")])[0]?.bytes.length).toBe(0);
  });

  test("keeps what says that something is frozen, whoever asks for other things", () => {
    const store = new MemoryStore({ bytesMax: 384 * 1024 });
    const id = digestOf("freezes");
    const note = new Uint8Array(16);
    note[4] = 1;
    note[8] = 0xf8 | NOTE_CLASS_FROZEN;
    const before = emptyCell(id).digest;
    const after = digestAfter(id, before, new Uint8Array(0), note);
    const bytes = fold(new Uint8Array(0), {
      id,
      before,
      after,
      events: new Uint8Array(0),
      note,
      timeMs: 1,
      tallies: [],
    });
    store.commit([{ id, before, version: 0, next: { id, digest: after, bytes, version: 1 } }], nothing);
    for (let at = 0; at < 40; at++)
      store.commit([change(nameOf(at), emptyCell(digestOf(nameOf(at))), `${at}`, 40_000)], nothing);
    expect(store.size.bytes).toBeLessThanOrEqual(384 * 1024);
    expect(store.read([id])[0]?.bytes).toBe(bytes);
  });

  test("refuses room that eight histories of one decision would not fit in", () => {
    expect(() => new MemoryStore({ bytesMax: 9 * 42_376 - 1 })).toThrow(/bytesMax/);
    expect(new MemoryStore({ bytesMax: 9 * 42_376 }).size.bytes).toBe(0);
    expect(() => new MemoryStore({ filterBytes: 3000 })).toThrow(/filterBytes/);
  });
});

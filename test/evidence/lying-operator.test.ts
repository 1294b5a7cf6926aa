/**
 * Whoever runs a log holds its key, and can sign whatever they like. Each row is something they could hand to an auditor, and
 * the code under which verify names it; the honest bundle of the same log passes with the same trust.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BundleOptions, makeBundle, verifyBundle } from "../../bindings/evidence/bundle/index.ts";
import { signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { type Entry, encodeEntry, type RecordEntry } from "../../bindings/evidence/entry.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { formatNote } from "../../bindings/evidence/note.ts";
import { payloadOpener } from "../../bindings/evidence/opener.ts";
import { joined, zip } from "../../bindings/evidence/report/index.ts";
import { Frontier, leafHash } from "../../bindings/evidence/tree.ts";
import { type VerifyTrust, verifyLog } from "../../bindings/evidence/verify.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { ROOT } from "../../tools/files.ts";
import { WASM } from "../unit/small-policy.ts";
import { hash, LOG, makeLog, ORIGIN, SIGNER, signerOf, type TestLog, trustOf, verify } from "./bundle-log.ts";
import {
  binsOf,
  bundleOf,
  forged,
  framed,
  type Loaded,
  loaded,
  type Members,
  membersOf,
  patched,
  recoded,
  retold,
  witnessing,
} from "./forge.ts";

const NEIGHBOUR = signerOf(21);
const FRIEND = signerOf(22);
const witnessed = (keys = [{ name: "neighbour.example/w", publicKey: NEIGHBOUR.publicKey }], quorum = 1) =>
  trustOf({
    shards: [
      { origin: ORIGIN, keys: [{ publicKey: SIGNER.publicKey, from: 0 }], witnesses: { quorum, keys } },
    ],
  });

async function fileOf(log: TestLog, options: Partial<BundleOptions> = {}): Promise<Uint8Array> {
  const made = await makeBundle(log.storage, {
    program: "permit0 0.1.0",
    hash,
    opener: payloadOpener(log.keys),
    ...options,
  });
  return joined(made.pieces);
}

async function codesOf(file: Uint8Array, trust: VerifyTrust = trustOf()): Promise<string[]> {
  try {
    const { answer, findings } = await verifyBundle(file, { trust, verify, hash });
    return [answer, ...findings.map(({ code }) => code)];
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return ["refused", error.code];
  }
}

/** The log of all rows, seen by a witness, and bundles of it. */
const log = await makeLog();
log.storage.files.set(
  "main/witnessed",
  (await forged(log.storage, (all) => all, { sign: witnessing("neighbour.example/w", NEIGHBOUR) })).files.get(
    "main/witnessed",
  ) as Uint8Array,
);
const whole = await fileOf(log, {
  open: true,
  disclose: [
    { seq: 2, path: "amount" },
    { seq: 6, path: "amount" },
  ],
});
const denials = await fileOf(log, { filter: { verdict: "deny" } });
const middle = await fileOf(log, { from: 2, to: 6 });

test.each([
  ["whole", whole, "self-signed", trustOf()],
  ["whole, for who relies on the witness", whole, "witnessed", witnessed()],
  ["denials", denials, "witnessed", witnessed()],
  ["middle", middle, "witnessed", witnessed()],
] as const)("the honest bundle passes: %s", async (_, file, answer, trust) => {
  const found = await verifyBundle(file, { trust, verify, hash });
  expect(found.answer).toBe(answer);
  expect(found.findings.filter(({ kind }) => kind === "failure")).toEqual([]);
});

const ENTRIES = "shards/main/entries";

/** A bundle with its entries changed, and the manifest told about how many there are. */
function withEntries(
  file: Uint8Array,
  change: (bins: Uint8Array[]) => Uint8Array[],
  told = true,
): Uint8Array {
  const members = membersOf(file);
  const bins = change(binsOf(members.get(ENTRIES) as Uint8Array));
  members.set(ENTRIES, framed(bins));
  if (told) retell(members, (shard) => ({ ...shard, entries: bins.length }));
  return bundleOf(members);
}

function retell(members: Members, change: (shard: Record<string, unknown>) => unknown): void {
  const manifest = members.get("bundle.cmp") as Uint8Array;
  members.set(
    "bundle.cmp",
    recoded(manifest, (whole) => ({
      ...whole,
      shards: (whole.shards as never[]).map(change),
    })),
  );
}

function claimed(file: Uint8Array, change: (shard: Record<string, unknown>) => unknown): Uint8Array {
  const members = membersOf(file);
  retell(members, change);
  return bundleOf(members);
}

const beside = (file: Uint8Array, part: string, change: (bins: Uint8Array[]) => Uint8Array[]): Uint8Array =>
  patched(file, `shards/main/${part}`, (bytes) => framed(change(binsOf(bytes))));

/** A record with members changed, in a log written anew around it. */
const withRecord =
  (seq: number, change: (record: Record<string, never>) => unknown) =>
  (all: Loaded[]): Loaded[] =>
    all.map((one) =>
      one.entry.seq === seq
        ? {
            ...one,
            entry: {
              ...one.entry,
              record: recoded((one.entry as RecordEntry).record, change as never),
            } as RecordEntry,
          }
        : one,
    );

const anew = async (change: (all: Loaded[]) => Loaded[], options: Parameters<typeof forged>[2] = {}) =>
  fileOf({ storage: await forged(log.storage, change, options), keys: log.keys });

function flipped(bytes: Uint8Array, at: number, bits = 1): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ bits;
  return copy;
}

/** An engine that decides the same and is another file: a section that no engine reads. */
const OTHER_WASM = joined([WASM, Uint8Array.of(0, 2, 1, 0x78)]);

interface Lie {
  readonly why: string;
  readonly code: string;
  readonly lie: () => Uint8Array | Promise<Uint8Array>;
  readonly trust?: VerifyTrust;
  /** It is said and does not fail: nothing in the log contradicts it. */
  readonly remark?: true;
}

const LIES: readonly Lie[] = [
  // Who signs.
  {
    why: "a log of the same name under a key of their own",
    code: "checkpoint_unsigned",
    lie: async () => fileOf(await makeLog({ signer: signerOf(9) })),
  },
  {
    why: "a second log under the same name and key, for those who ask too much",
    code: "witness_quorum",
    lie: async () => fileOf(await makeLog({ more: 3 })),
    trust: witnessed(),
  },
  {
    why: "the last denial cut off, and the shorter tail signed again",
    code: "witness_quorum",
    lie: () => anew((all) => all.slice(0, -1)),
    trust: witnessed(),
  },
  {
    why: "a record changed, all behind it chained and signed again, with the old cosignature put under it",
    code: "note_signature",
    lie: async () => {
      const storage = await forged(
        log.storage,
        withRecord(1, (record) => ({ ...record, time_ms: 1 })),
      );
      const text = new TextDecoder();
      const cosignature = text.decode(log.storage.files.get("main/witnessed")).trimEnd().split("\n").at(-1);
      const note = text.decode(storage.files.get("main/checkpoints"));
      storage.files.set("main/witnessed", new TextEncoder().encode(`${note}${cosignature}\n`));
      return fileOf({ storage, keys: log.keys });
    },
    trust: witnessed(),
  },
  {
    why: "a cosignature of a friend in the name of the witness",
    code: "witness_quorum",
    lie: () => anew((all) => all, { sign: witnessing("neighbour.example/w", FRIEND) }),
    trust: witnessed(),
  },
  {
    why: "a cosignature of the witness under another name",
    code: "witness_quorum",
    lie: () => anew((all) => all, { sign: witnessing("other.example/w", NEIGHBOUR) }),
    trust: witnessed(),
  },
  {
    why: "the log is its own witness",
    code: "witness_quorum",
    lie: () => anew((all) => all, { sign: witnessing("neighbour.example/w", SIGNER) }),
    trust: witnessed([{ name: "neighbour.example/w", publicKey: SIGNER.publicKey }]),
  },
  {
    why: "one witness twice, where two are asked for",
    code: "witness_quorum",
    lie: () => whole,
    trust: witnessed(
      ["neighbour.example/w", "second.example/w"].map((name) => ({ name, publicKey: NEIGHBOUR.publicKey })),
      2,
    ),
  },
  {
    why: "a key that was to sign only later sizes",
    code: "checkpoint_unsigned",
    lie: () => whole,
    trust: trustOf({ shards: [{ origin: ORIGIN, keys: [{ publicKey: SIGNER.publicKey, from: 100 }] }] }),
  },
  {
    why: "a log of another name, well signed",
    code: "shard_unknown",
    lie: async () => fileOf(await makeLog({ origin: "permit0.local/other" })),
  },
  {
    why: "the checkpoint of another log",
    code: "checkpoint_origin",
    lie: async () => {
      const other = membersOf(await fileOf(await makeLog({ origin: "permit0.local/other" })));
      return patched(
        whole,
        "shards/main/checkpoint",
        () => other.get("shards/main/checkpoint") as Uint8Array,
      );
    },
  },
  {
    why: "a checkpoint of the same log at another size",
    code: "checkpoint_size",
    lie: async () => {
      const note = await signCheckpoint({ origin: ORIGIN, size: 9, root: new Uint8Array(32) }, [SIGNER]);
      return patched(whole, "shards/main/checkpoint", () => formatNote(note));
    },
  },
  {
    why: "another root signed for the same size",
    code: "range_proof",
    lie: async () => {
      const note = await signCheckpoint({ origin: ORIGIN, size: 7, root: new Uint8Array(32) }, [SIGNER]);
      return patched(whole, "shards/main/checkpoint", () => formatNote(note));
    },
  },
  {
    why: "a shard of another name than it was signed under",
    code: "shard_name",
    lie: () => {
      const members = [...membersOf(whole)].map(
        ([name, bytes]) => [name.replace("shards/main/", "shards/spare/"), bytes] as const,
      );
      return claimed(bundleOf(members), (shard) => ({ ...shard, shard: "spare" }));
    },
  },
  {
    why: "a log that begins under another name than it is signed with",
    code: "note_wrong",
    lie: () =>
      anew((all) =>
        all.map((one) =>
          one.entry.note?.kind === "begin"
            ? {
                ...one,
                entry: { ...one.entry, note: { ...one.entry.note, origin: "elsewhere/main" } } as Entry,
              }
            : one,
        ),
      ),
  },
  {
    why: "a log without its beginning",
    code: "begin_missing",
    lie: () => anew((all) => all.slice(1)),
  },
  // What is left out.
  {
    why: "a denial left out of a bundle that claims to be whole",
    code: "entries_withheld",
    lie: () => withEntries(whole, (bins) => bins.slice(0, -1)),
  },
  {
    why: "a denial left out, and counted",
    code: "entries_count",
    lie: () => withEntries(whole, (bins) => bins.slice(0, -1), false),
  },
  {
    why: "the note of an erasure left out of a bundle that claims to be whole",
    code: "entries_withheld",
    lie: () => withEntries(whole, (bins) => bins.filter((_, seq) => seq !== 4)),
  },
  {
    why: "an erasure covered up: its note taken out of the log, the rest chained and signed again",
    code: "witness_quorum",
    lie: () => anew((all) => all.filter(({ entry }) => entry.note?.kind !== "erase")),
    trust: witnessed(),
  },
  {
    why: "a shard left out of a bundle that claims to be whole",
    code: "shard_missing",
    lie: () => whole,
    trust: trustOf({
      shards: [
        ...trustOf().shards,
        { origin: `${LOG}/denials`, keys: [{ publicKey: SIGNER.publicKey, from: 0 }] },
      ],
    }),
  },
  {
    why: "an allow among the denials",
    code: "filter_other",
    lie: async () => {
      const allowed = binsOf(membersOf(whole).get(ENTRIES) as Uint8Array)[1] as Uint8Array;
      return withEntries(denials, ([begin, ...rest]) => [begin as Uint8Array, allowed, ...rest]);
    },
  },
  {
    why: "only some denials, which nobody can see but from the counts",
    code: "entries_left_out",
    lie: () => denials,
    remark: true,
  },
  // The range.
  {
    why: "one of the leaf hashes changed that nobody can see the entry of",
    code: "range_proof",
    lie: () => patched(denials, "shards/main/leaves", (bytes) => flipped(bytes, 64)),
  },
  {
    why: "a range larger than its proof",
    code: "range_proof",
    lie: () => claimed(middle, (shard) => ({ ...shard, from: 0 })),
  },
  {
    why: "a range that claims to end later",
    code: "range_proof",
    lie: () =>
      patched(
        claimed(middle, (shard) => ({ ...shard, to: 7, right: [] })),
        "shards/main/leaves",
        (bytes) => joined([bytes, new Uint8Array(32)]),
      ),
  },
  {
    why: "a range moved by one",
    code: "range_proof",
    lie: () => claimed(middle, (shard) => ({ ...shard, from: 1, to: 5 })),
  },
  {
    why: "an entry behind the checkpoint",
    code: "entry_range",
    lie: () =>
      withEntries(denials, (bins) => [
        ...bins,
        encodeEntry({
          seq: 7,
          prev: leafHash(bins.at(-1) as Uint8Array, hash),
          note: { kind: "erase", subject: new Uint8Array(16), by: "dpo", reason: "asked", time_ms: 1 },
        }),
      ]),
  },
  // Entries.
  {
    why: "a record changed in the bundle alone",
    code: "leaf_other",
    lie: () =>
      withEntries(whole, (bins) =>
        bins.map((bin, seq) =>
          seq === 6
            ? recoded(bin, (entry) => ({
                ...entry,
                record: recoded(entry.record as Uint8Array, (record) => ({ ...record, verdict: "allow" })),
              }))
            : bin,
        ),
      ),
  },
  {
    why: "an entry twice",
    code: "entry_order",
    lie: () => withEntries(denials, ([begin, ...rest]) => [begin, begin, ...rest] as Uint8Array[]),
  },
  {
    why: "two entries in another order",
    code: "entry_order",
    lie: () => withEntries(denials, ([begin, ...rest]) => [...rest, begin] as Uint8Array[]),
  },
  {
    why: "entries that do not follow each other, signed",
    code: "entry_prev",
    lie: async () => {
      // Their own export would refuse; so the parts are taken from it and put together by hand.
      const broken = (all: Loaded[]): Loaded[] =>
        all.map((one) =>
          one.entry.seq === 6 ? { ...one, entry: { ...one.entry, prev: new Uint8Array(32) } } : one,
        );
      const storage = await forged(log.storage, broken, { unchained: true });
      const bins = (await loaded(storage)).map(({ entry }) => encodeEntry(entry));
      const members = membersOf(whole);
      members.set(ENTRIES, framed(bins));
      members.set("shards/main/leaves", joined(bins.map((bin) => leafHash(bin, hash))));
      members.set("shards/main/checkpoint", storage.files.get("main/checkpoints") as Uint8Array);
      return bundleOf(members);
    },
  },
  {
    why: "a score that does not follow from its numbers",
    code: "arithmetic",
    lie: () => anew(withRecord(2, (record) => ({ ...record, score: 1 }))),
  },
  {
    why: "bytes that are no record",
    code: "record_malformed",
    lie: async () => {
      const storage = await forged(
        log.storage,
        withRecord(2, () => ({ nothing: 1 })),
      );
      const bins = (await loaded(storage)).map(({ entry }) => encodeEntry(entry));
      const members = membersOf(await fileOf(log));
      members.set(ENTRIES, framed(bins));
      members.set("shards/main/leaves", joined(bins.map((bin) => leafHash(bin, hash))));
      members.set("shards/main/checkpoint", storage.files.get("main/checkpoints") as Uint8Array);
      return bundleOf(members);
    },
  },
  {
    why: "a call taken out of the middle, all behind it chained and signed again",
    code: "history",
    lie: () => anew((all) => all.filter(({ entry }) => entry.seq !== 2)),
  },
  {
    why: "times that go backwards",
    code: "clock_back",
    lie: () => anew(withRecord(5, (record) => ({ ...record, time_ms: 1_767_225_600_001 }) as never)),
    remark: true,
  },
  // Engines and images.
  {
    why: "an engine of their own, which nobody released",
    code: "engine_unknown",
    lie: async () => fileOf(await makeLog({ wasm: OTHER_WASM })),
  },
  {
    why: "an image that was never in force, where the verifier names those that were",
    code: "image_unknown",
    lie: () => whole,
    trust: trustOf({ images: ["00".repeat(32)] }),
  },
  {
    why: "the image swapped under its name",
    code: "artifact_changed",
    lie: () => {
      const name = [...membersOf(whole).keys()].find((one) => one.startsWith("images/")) as string;
      return patched(whole, name, (bytes) => flipped(bytes, 9000));
    },
  },
  {
    why: "another image in the place of the one that was in force",
    code: "artifact_missing",
    lie: () => {
      const other = Uint8Array.of(1, 2, 3);
      return bundleOf(
        [...membersOf(whole)].map(([name, bytes]) =>
          name.startsWith("images/")
            ? ([`images/${hex(hash(other))}.image`, other] as const)
            : ([name, bytes] as const),
        ),
      );
    },
  },
  // What was opened and shown.
  {
    why: "the request of another entry",
    code: "request_other",
    lie: () =>
      beside(whole, "opened", (bins) => {
        const [one, other] = bins as [Uint8Array, Uint8Array];
        const requestOf = (bin: Uint8Array, from: Uint8Array) =>
          recoded(bin, (whole) => {
            let request: unknown;
            recoded(from, (value) => {
              request = value.request;
              return value;
            });
            return { ...whole, request };
          });
        return [requestOf(one, other), ...bins.slice(1)];
      }),
  },
  {
    why: "the request with somebody else in it",
    code: "request_other",
    lie: () =>
      beside(whole, "opened", ([one, ...rest]) => [
        recoded(one as Uint8Array, (opened) => ({
          ...opened,
          request: recoded(opened.request as Uint8Array, (request) => ({
            ...request,
            context: { ...(request.context as object), principal: "mallory" },
          })),
        })),
        ...rest,
      ]),
  },
  {
    why: "a request of an entry that is not there",
    code: "request_other",
    lie: () => {
      const members = membersOf(denials);
      const opened = membersOf(whole).get("shards/main/opened") as Uint8Array;
      const at = [...members].findIndex(([name]) => name === ENTRIES) + 1;
      const list = [...members];
      list.splice(at, 0, ["shards/main/opened", opened]);
      return bundleOf(list);
    },
  },
  {
    why: "a field of another entry",
    code: "disclosure_wrong",
    lie: () =>
      beside(whole, "disclosed", ([one, other]) => [
        recoded(one as Uint8Array, (first) => ({ ...first, seq: 5 })),
        other as Uint8Array,
      ]),
  },
  {
    why: "a field with another value",
    code: "disclosure_wrong",
    lie: () =>
      beside(whole, "disclosed", ([one, other]) => [
        one as Uint8Array,
        recoded(other as Uint8Array, (shown) => ({
          ...shown,
          disclosure: recoded(shown.disclosure as Uint8Array, (field) => ({ ...field, value: 1 })),
        })),
      ]),
  },
  // Reports.
  {
    why: "a summary that counts no denial",
    code: "report_changed",
    lie: () => patched(whole, "summary.html", (bytes) => retold(bytes, "deny", "allow")),
  },
  {
    why: "a summary with a script at its end",
    code: "report_changed",
    lie: () =>
      patched(whole, "summary.html", (bytes) =>
        joined([bytes, new TextEncoder().encode("<script></script>")]),
      ),
  },
  {
    why: "a summary cut short before its denials",
    code: "report_changed",
    lie: () => patched(whole, "summary.html", (bytes) => bytes.slice(0, bytes.length / 2)),
  },
  {
    why: "a cell of the table changed",
    code: "report_changed",
    lie: () => patched(whole, "entries.csv", (bytes) => retold(bytes, '"deny"', '"allow"')),
  },
  {
    why: "a cell of the workbook changed",
    code: "report_changed",
    lie: () =>
      patched(whole, "entries.xlsx", (bytes) =>
        patched(bytes, "xl/worksheets/sheet1.xml", (sheet) => retold(sheet, ">deny<", ">allow<")),
      ),
  },
  {
    why: "a line for programs changed",
    code: "report_changed",
    lie: () => patched(whole, "entries.jsonl", (bytes) => retold(bytes, '"deny"', '"allow"')),
  },
  {
    why: "an event for a security system changed",
    code: "report_changed",
    lie: () => patched(whole, "ocsf.jsonl", (bytes) => retold(bytes, "Blocked", "Allowed")),
  },
  {
    why: "shadow mode not named in the summary",
    code: "report_changed",
    lie: async () => {
      const shadow = await fileOf(await makeLog({ mode: "shadow" }));
      expect(await codesOf(shadow)).toEqual(["self-signed"]);
      return patched(shadow, "summary.html", (bytes) => retold(bytes, "SHADOW", "enforced"));
    },
  },
  {
    why: "reports of another program",
    code: "report_changed",
    lie: () =>
      patched(whole, "bundle.cmp", (bytes) =>
        recoded(bytes, (all) => ({ ...all, program: "permit0 9.9.9" })),
      ),
  },
  {
    why: "a filter named where there is none, to explain what is missing elsewhere",
    code: "filter_other",
    lie: () =>
      patched(whole, "bundle.cmp", (bytes) =>
        recoded(bytes, (all) => ({ ...all, filter: { verdict: "deny" } })),
      ),
  },
  // The file.
  {
    why: "a file that nobody listed",
    code: "file_foreign",
    lie: () => bundleOf([...membersOf(whole), ["README.html", new Uint8Array(10)]]),
  },
  {
    why: "a report that is not there",
    code: "file_missing",
    lie: () => bundleOf([...membersOf(whole)].filter(([name]) => name !== "entries.csv")),
  },
  {
    why: "files in another order",
    code: "file_order",
    lie: () => bundleOf([...membersOf(whole)].reverse()),
  },
  {
    why: "two files of one name, of which each program shows another",
    code: "zip_name",
    lie: () => {
      const members = [...membersOf(whole)];
      const name = "entries.csw";
      const file = bundleOf([...members, [name, new Uint8Array(3)]]);
      // The writer refuses, so its bytes are changed.
      const [from, to] = [Buffer.from(name), Buffer.from("entries.csv")];
      for (let at = file.length; at >= 0; ) {
        at = Buffer.from(file.buffer).lastIndexOf(from, at);
        if (at < 0) break;
        file.set(to, at);
      }
      return file;
    },
  },
  {
    why: "bytes behind the file",
    code: "zip_malformed",
    lie: () => joined([whole, new Uint8Array(22)]),
  },
  {
    why: "bytes in front of the file",
    code: "zip_malformed",
    lie: () => joined([new Uint8Array(4), whole]),
  },
  {
    why: "bytes between two files",
    code: "zip_malformed",
    lie: () => {
      const pieces = [...zip([...membersOf(whole)].map(([name, bytes]) => ({ name, bytes })))];
      return joined([...pieces.slice(0, 3), new Uint8Array(7), ...pieces.slice(3)]);
    },
  },
  {
    why: "a comment in the list of files",
    code: "zip_not_canonical",
    lie: () => {
      const file = whole.slice();
      const end = file.length - 22;
      const at = new DataView(file.buffer).getUint32(end + 16, true);
      file[at + 38] = 1;
      return file;
    },
  },
  {
    why: "a compressed file, whatever is in it",
    code: "zip_compressed",
    lie: () => flipped(whole, 8, 8),
  },
];

test.each(LIES.map((lie) => [lie.why, lie] as const))("%s", async (_, { code, lie, trust, remark }) => {
  const [answer, ...codes] = await codesOf(await lie(), trust);
  expect(codes).toContain(code);
  expect(answer).toMatch(remark === true ? /^self-signed$/ : /^(failed|refused)$/);
});

test("a lie that only a second deciding shows: a record that the engine never gave for its request", async () => {
  const record = (all: Loaded[]) => withRecord(6, (one) => ({ ...one, edition: "2026.2" }) as never)(all);
  const storage = await forged(log.storage, record);
  const found = await verifyBundle(await fileOf({ storage, keys: log.keys }, { open: true }), {
    trust: trustOf(),
    verify,
    hash,
  });
  expect(found.findings.map(({ code }) => code)).toEqual(["replay"]);
  expect(found.replay.failed).toBe(1);
});

test("each code is on the page of the format", () => {
  const page = readFileSync(join(ROOT, "docs/format/bundle.md"), "utf8");
  const isNamed = (code: string): boolean => page.includes(`\`${code}\``) || code.startsWith("zip_");
  expect(LIES.map(({ code }) => code).filter((code) => !isNamed(code))).toEqual([]);
});

/** A bundle whose entries are any bytes, with a tree that fits and a good signature. */
async function signedAnyhow(bins: readonly Uint8Array[]): Promise<Uint8Array> {
  const members = membersOf(whole);
  const leaves = bins.map((bin) => leafHash(bin, hash));
  const tree = new Frontier(hash);
  for (const leaf of leaves) tree.append(leaf);
  const note = await signCheckpoint({ origin: ORIGIN, size: tree.size, root: tree.root() }, [SIGNER]);
  members.set("shards/main/checkpoint", formatNote(note));
  members.set("shards/main/leaves", joined(leaves));
  members.set(ENTRIES, framed(bins));
  return bundleOf(members);
}

test("any bytes, well signed, fail or are refused, and nothing else is thrown", async () => {
  const bins = binsOf(membersOf(whole).get(ENTRIES) as Uint8Array);
  expect(await codesOf(await signedAnyhow(bins))).toEqual(["self-signed"]);
  for (const [seq, bin] of bins.entries())
    for (let at = 0; at < bin.length; at += 1 + Math.floor(bin.length / 8)) {
      const changed = bins.map((one, number) => (number === seq ? flipped(one, at, 1 << (at % 8)) : one));
      const [answer] = await codesOf(await signedAnyhow(changed));
      expect(answer, `entry ${seq}, byte ${at}`).toMatch(/^(failed|refused)$/);
    }
});

test("any byte of the other members changed fails or is refused, and nothing else is thrown", async () => {
  for (const name of ["bundle.cmp", "checkpoint", "leaves", "opened", "disclosed"].map((part) =>
    part === "bundle.cmp" ? part : `shards/main/${part}`,
  )) {
    const bytes = membersOf(whole).get(name) as Uint8Array;
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 16)) {
      const [answer] = await codesOf(patched(whole, name, (member) => flipped(member, at, 1 << (at % 8))));
      // A cosignature of somebody whom this trust does not name counts for nothing, whatever stands in it.
      const isStranger = name.endsWith("checkpoint") && answer === "self-signed";
      if (!isStranger) expect(answer, `${name}, byte ${at}`).toMatch(/^(failed|refused)$/);
    }
  }
  const beside = membersOf(whole).get("shards/main/opened") as Uint8Array;
  for (const [number, bin] of binsOf(beside).entries())
    for (let at = 0; at < bin.length; at += 1 + Math.floor(bin.length / 10)) {
      const bins = binsOf(beside).map((one, place) => (place === number ? flipped(one, at) : one));
      const [answer] = await codesOf(patched(whole, "shards/main/opened", () => framed(bins)));
      expect(answer, `request ${number}, byte ${at}`).toMatch(/^(failed|refused)$/);
    }
});

// ---- The same hand on the log itself.

const opener = payloadOpener(log.keys);
const verified = async (storage: TestLog["storage"], trust = trustOf()) => {
  const found = await verifyLog(storage, {
    trust,
    verify,
    hash,
    open: async (entry, bytes, origin) => {
      const payload = await opener(entry, bytes, origin);
      return payload === "lost" ? "lost" : payload.leaves === undefined ? payload.request : "redacted";
    },
  });
  return [found.answer, ...found.findings.map(({ code }) => code)];
};

test("the honest log passes", async () => {
  const { storage } = log;
  expect(await verified(storage, witnessed())).toEqual(["witnessed"]);
});

test.each([
  [
    "a key destroyed and the note of it taken out",
    "payload_lost",
    () => forged(log.storage, (all) => all.filter(({ entry }) => entry.note?.kind !== "erase")),
  ],
  [
    "a payload taken out",
    "payload_lost",
    () =>
      forged(log.storage, (all) => all.map((one, seq) => (seq === 6 ? { ...one, sealed: undefined } : one))),
  ],
  [
    "a payload of another entry",
    "payload_changed",
    () =>
      forged(log.storage, (all) =>
        all.map((one, seq) => (seq === 6 ? { ...one, sealed: all[5]?.sealed } : one)),
      ),
  ],
  [
    "a record changed, and all signed again",
    "arithmetic",
    () =>
      forged(
        log.storage,
        withRecord(2, (record) => ({ ...record, hazard: 0 }) as never),
      ),
  ],
  [
    "a log under another key",
    "checkpoint_unsigned",
    () => forged(log.storage, (all) => all, { signer: FRIEND }),
  ],
  [
    "a call taken out",
    "history",
    () => forged(log.storage, (all) => all.filter(({ entry }) => entry.seq !== 1)),
  ],
] as const)("on the log: %s", async (_, code, lie) => {
  const [answer, ...codes] = await verified(await lie());
  expect(answer).toBe("failed");
  expect(codes).toContain(code);
});

/** What somebody can do who holds a log and its key: logs written anew, and bundles taken apart and put together again. */

import { type Checkpoint, cosignCheckpoint, signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { decodeEntry, type Entry, encodeEntry } from "../../bindings/evidence/entry.ts";
import { frameOf } from "../../bindings/evidence/frame.ts";
import { bytesOfText, formatNote, type NoteSignature, type Signer } from "../../bindings/evidence/note.ts";
import { joined, unzip, zip } from "../../bindings/evidence/report/index.ts";
import { inventoryOf, readShard } from "../../bindings/evidence/shard.ts";
import { Frontier, leafHash } from "../../bindings/evidence/tree.ts";
import { type CmpValue, decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { hash, type MemoryStorage, ORIGIN, SIGNER } from "./bundle-log.ts";

export type Members = Map<string, Uint8Array>;

/** The members of a bundle, to be changed. */
export function membersOf(file: Uint8Array): Members {
  return new Map(unzip(file, { members: 1000, bytes: 1e9 }).map(({ name, bytes }) => [name, bytes.slice()]));
}

export function bundleOf(members: Iterable<readonly [string, Uint8Array]>): Uint8Array {
  return joined(zip([...members].map(([name, bytes]) => ({ name, bytes }))));
}

/** A bundle with one member changed. */
export function patched(
  file: Uint8Array,
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const members = membersOf(file);
  const bytes = members.get(name);
  if (bytes === undefined) throw new Error(`there is no ${name}`);
  members.set(name, change(bytes));
  return bundleOf(members);
}

/** Text with a part replaced, which has to be there. */
export function retold(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return bytesOfText(text.replaceAll(from, to));
}

type Loose = Record<string, CmpValue>;

/** CMP/1 bytes with members changed. */
export function recoded(bytes: Uint8Array, change: (value: Loose) => unknown): Uint8Array {
  return encode(change(decode(bytes) as Loose) as CmpValue);
}

/** The bins of a member in frames. */
export function binsOf(bytes: Uint8Array): Uint8Array[] {
  // Small logs: one frame.
  const found: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const type = bytes[at];
    const [head, length] =
      type === 0xc4
        ? [2, bytes[at + 1] as number]
        : [3, ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)];
    found.push(bytes.slice(at + head, at + head + length));
    at += head + length;
  }
  return found;
}

export const framed = (bins: readonly Uint8Array[]): Uint8Array => frameOf(bins);

export interface Loaded {
  readonly entry: Entry;
  readonly sealed: Uint8Array | undefined;
}

/** The entries of a shard. */
export async function loaded(storage: MemoryStorage, shard = "main"): Promise<Loaded[]> {
  const found: Loaded[] = [];
  const { shards } = inventoryOf(await storage.list());
  await readShard(storage, shards.get(shard) ?? [], (batch) => {
    for (const { bytes, sealed } of batch)
      found.push({ entry: decodeEntry(bytes.slice()), sealed: sealed?.slice() });
  });
  return found;
}

export interface Forging {
  readonly signer?: Signer;
  readonly origin?: string;
  readonly shard?: string;
  /** Numbers and links are left as they are. */
  readonly unchained?: boolean;
  readonly sign?: (checkpoint: Checkpoint) => Promise<readonly NoteSignature[]>;
}

/** A log with other entries, chained and signed anew. */
export async function forged(
  storage: MemoryStorage,
  change: (entries: Loaded[]) => Loaded[],
  { signer = SIGNER, origin = ORIGIN, shard = "main", unchained = false, sign }: Forging = {},
): Promise<MemoryStorage> {
  const entries = change(await loaded(storage, shard));
  const copy = storage.copy();
  for (const name of [...copy.files.keys()]) if (name.startsWith(`${shard}/`)) copy.files.delete(name);
  const tree = new Frontier(hash);
  let prev: Uint8Array = new Uint8Array(32);
  const bins: Uint8Array[] = [];
  for (const [seq, { entry, sealed }] of entries.entries()) {
    const bytes = encodeEntry(unchained ? entry : ({ ...entry, seq, prev } as Entry));
    prev = leafHash(bytes, hash);
    tree.append(prev);
    bins.push(bytes, ...(sealed === undefined ? [] : [sealed]));
  }
  copy.files.set(`${shard}/0000000000000000.seg`, frameOf(bins));
  const checkpoint = { origin, size: tree.size, root: tree.root() };
  const note = await signCheckpoint(checkpoint, [signer]);
  copy.files.set(`${shard}/checkpoints`, formatNote(note));
  if (sign !== undefined) {
    const signatures = [...note.signatures, ...(await sign(checkpoint))];
    copy.files.set(`${shard}/witnessed`, formatNote({ text: note.text, signatures }));
  }
  return copy;
}

/** What a witness of that name signs. */
export function witnessing(name: string, signer: Signer) {
  return async (checkpoint: Checkpoint): Promise<readonly NoteSignature[]> => [
    await cosignCheckpoint(checkpoint, name, signer, 1_767_225_700),
  ];
}

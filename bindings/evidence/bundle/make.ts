/** Writes an evidence bundle from a log. */

import { type CmpMap, type CmpValue, decode } from "../../src/codec/decode.ts";
import { hex, sha256 } from "../../src/sha256.ts";
import type { ChainedEntry } from "../chain.ts";
import { isRequestOf } from "../commitments.ts";
import { decodeEntry, type Entry, type RecordEntry } from "../entry.ts";
import { EvidenceError } from "../errors.ts";
import { factsOf } from "../facts.ts";
import { disclosureBytes, type FieldPath, fieldsOf, pathText } from "../fields.ts";
import { formatNote } from "../note.ts";
import type { PayloadOpener } from "../opener.ts";
import { disclose, type Payload, readDisclosure } from "../payload.ts";
import { joined, type ZipMember, zip } from "../report/index.ts";
import { ARTIFACT_NAME } from "../shard.ts";
import { newestOf, readSigned, type SignedShard, signedShards } from "../signed.ts";
import type { StorageReader } from "../storage.ts";
import { Subtrees } from "../subtrees.ts";
import { alignedRanges, HASH_BYTES, type Hash } from "../tree.ts";
import { fitsFilter } from "./filter.ts";
import {
  type Beside,
  type BundleFilter,
  type BundleShard,
  besideBytes,
  framesOf,
  MANIFEST,
  type Manifest,
  manifestBytes,
  memberNames,
  REPORTS,
  type ReportName,
  shardMember,
} from "./format.ts";
import { BundleRows, type ShardContent } from "./rows.ts";

/** A field to show, of an entry. */
export interface FieldToDisclose {
  readonly shard?: string;
  readonly seq: number;
  /** Steps, or how `pathText` or a redaction rule would write them: `card.number`, `items[0].iban`. */
  readonly path: FieldPath | string;
}

export interface BundleOptions {
  /** `permit0 0.1.0`: what the reports name as their writer. */
  readonly program: string;
  /** First entry, and one past the last. Default: all that a checkpoint covers. */
  readonly from?: number;
  readonly to?: number;
  /** Default: every entry of the range. */
  readonly filter?: BundleFilter;
  /** Opens payloads; needed for `open`, `disclose` and a filter by session. */
  readonly opener?: PayloadOpener;
  /** Whether the requests of disclosed entries are opened for whoever gets the bundle. Default false. */
  readonly open?: boolean;
  readonly disclose?: readonly FieldToDisclose[];
  readonly hash?: Hash;
}

/** What a bundle holds, for whoever has it made. */
export interface MadeBundle {
  /** The file, piece by piece. */
  readonly pieces: Iterable<Uint8Array>;
  readonly shards: readonly BundleShard[];
  readonly opened: number;
  readonly disclosed: number;
  /** Requests that were to be opened and are not: erased, lost, redacted or of the host. */
  readonly unopened: number;
}

/**
 * Makes a bundle of a log, or of a part of it.
 * @throws EvidenceError when the log does not add up, or does not have what is asked for.
 */
export async function makeBundle(storage: StorageReader, options: BundleOptions): Promise<MadeBundle> {
  const { filter, open = false, disclose: fields = [], opener } = options;
  if ((open || fields.length > 0 || filter?.session !== undefined) && opener === undefined)
    throw new EvidenceError("keys_needed", "payloads are opened with the keys of their subjects; give them");
  const shards = await signedShards(storage, filter?.shard);
  const made: MadeShard[] = [];
  for (const shard of shards) made.push(await new ShardMaker(storage, shard, shards.length, options).made());
  const missing = fields.find((field) => !made.some((shard) => shard.disclosedFields.has(field)));
  if (missing !== undefined)
    throw new EvidenceError(
      "disclose",
      `wanted a field of a disclosed entry whose payload can be opened, came entry ${missing.seq}`,
    );
  const logs = new Set(made.map(({ shard: { origin, shard } }) => origin.slice(0, -shard.length - 1)));
  if (logs.size > 1) throw new EvidenceError("log_other", `the shards are of ${logs.size} logs, not one`);
  const manifest: Manifest = {
    ...(filter === undefined ? {} : { filter }),
    program: options.program,
    shards: made.map(({ shard }) => shard),
  };
  const members = new Map<string, Uint8Array>([[MANIFEST, manifestBytes(manifest)]]);
  for (const { parts } of made) for (const [name, bytes] of parts) members.set(name, bytes);
  const artifacts = await artifactsOf(storage, made);
  for (const [name, bytes] of artifacts) members.set(name, bytes);
  const images = new Map(
    [...artifacts].flatMap(([name, bytes]) => {
      const image = ARTIFACT_NAME.exec(name)?.[2];
      return image === undefined ? [] : [[image, bytes] as const];
    }),
  );
  const contents = new Map(made.map(({ shard: { shard }, content }) => [shard, content]));
  const rows = new BundleRows(manifest, contents, images);
  const names = memberNames(manifest, [...artifacts.keys()], (name) => members.has(name));
  for (const name of names) if (isReport(name)) members.set(name, joined(rows.report(name)));
  const list = names.map((name): ZipMember => ({ name, bytes: members.get(name) as Uint8Array }));
  const sum = (of: (shard: MadeShard) => number): number => made.reduce((all, one) => all + of(one), 0);
  return {
    pieces: zip(list),
    shards: manifest.shards,
    opened: sum(({ content }) => content.opened.size),
    disclosed: sum(({ disclosedFields }) => disclosedFields.size),
    unopened: sum(({ unopened }) => unopened),
  };
}

const isReport = (name: string): name is ReportName => (REPORTS as readonly string[]).includes(name);

interface MadeShard {
  readonly shard: BundleShard;
  readonly content: ShardContent;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly disclosedFields: ReadonlySet<FieldToDisclose>;
  readonly unopened: number;
  readonly named: ReadonlySet<string>;
}

class ShardMaker {
  readonly #storage: StorageReader;
  readonly #shard: SignedShard;
  readonly #options: BundleOptions;
  readonly #fields: readonly FieldToDisclose[];
  readonly #hash: Hash;
  readonly #entries: Uint8Array[] = [];
  readonly #opened: Beside[] = [];
  readonly #disclosures: Beside[] = [];
  readonly #disclosed = new Set<FieldToDisclose>();
  readonly #named = new Set<string>();
  #unopened = 0;

  constructor(storage: StorageReader, shard: SignedShard, shardsAll: number, options: BundleOptions) {
    this.#storage = storage;
    this.#shard = shard;
    this.#options = options;
    this.#hash = options.hash ?? sha256;
    this.#fields = (options.disclose ?? []).filter(({ shard: name }) =>
      name === undefined ? shardsAll === 1 : name === shard.shard,
    );
  }

  async made(): Promise<MadeShard> {
    const { shard } = this.#shard;
    const checkpoint = newestOf(this.#shard, this.#options.to);
    const { size, origin, root } = checkpoint.checkpoint;
    const { from = 0, to = size } = this.#options;
    if (!(from < to))
      throw new EvidenceError("range", `${shard}: wanted a range with entries, came ${from} to ${to}`);
    const leaves = new Uint8Array((to - from) * HASH_BYTES);
    const behind = alignedRanges(to, size);
    const right = new Subtrees(behind, this.#hash);
    let left: readonly Uint8Array[] = [];
    let salt: Uint8Array | undefined;
    await readSigned(this.#storage, this.#shard, checkpoint, this.#hash, async (entry, { tree }) => {
      const { seq, leaf } = entry;
      const { note } = entry.entry;
      // A view of what is read next.
      if (note?.kind === "begin") salt = note.salt?.slice();
      if (seq + 1 === from) left = [...tree.nodes];
      right.take(seq, leaf);
      if (seq < from || seq >= to) return;
      leaves.set(leaf, (seq - from) * HASH_BYTES);
      await this.#take(entry, origin);
    });
    const entries = joined(framesOf(this.#entries));
    const parts = new Map([
      [shardMember(shard, "checkpoint"), formatNote(checkpoint.note, "checkpoint")],
      [shardMember(shard, "leaves"), leaves],
      [shardMember(shard, "entries"), entries],
    ]);
    const beside = (part: "opened" | "disclosed", name: "request" | "disclosure", all: readonly Beside[]) => {
      if (all.length > 0)
        parts.set(shardMember(shard, part), joined(framesOf(all.map((one) => besideBytes(name, one)))));
    };
    beside("opened", "request", this.#opened);
    beside("disclosed", "disclosure", this.#disclosures);
    return {
      shard: {
        shard,
        origin,
        entries: this.#entries.length,
        from,
        to,
        size,
        ...(salt === undefined ? {} : { salt }),
        left,
        right: behind.map((range) => right.root(range)),
      },
      content: {
        leaves,
        entries,
        opened: new Map(this.#opened.map(({ seq, bytes }) => [seq, bytes])),
        root,
      },
      parts,
      disclosedFields: this.#disclosed,
      unopened: this.#unopened,
      named: this.#named,
    };
  }

  async #take(found: ChainedEntry, origin: string): Promise<void> {
    // What was read is only good until more is read.
    const bytes = found.bytes.slice();
    const entry = decodeEntry(bytes);
    if (entry.note !== undefined) {
      this.#entries.push(bytes);
      return;
    }
    const { open = false, filter } = this.#options;
    const fields = this.#fields.filter(({ seq }) => seq === entry.seq);
    const isWanted = open || fields.length > 0 || filter?.session !== undefined;
    const payload = isWanted ? await this.#payload(entry, found, origin) : undefined;
    const request = payload?.leaves === undefined ? payload?.request : undefined;
    if (!fitsFilter(entry, filter, request)) return;
    this.#entries.push(bytes);
    const facts = factsOf(entry.record);
    if (facts !== undefined)
      this.#named.add(`engines/${facts.engine}.wasm`).add(`images/${facts.image}.image`);
    // A filter by session names the session of all that it lets through, so that has to be shown.
    const isOpen = open || filter?.session !== undefined;
    if (isOpen && request !== undefined) this.#opened.push({ seq: entry.seq, bytes: request });
    if (isOpen && request === undefined && entry.sealed !== undefined) this.#unopened++;
    this.#disclose(entry, fields, payload);
  }

  /** The payload of an entry as far as it can be bound to it. */
  async #payload(entry: RecordEntry, { sealed }: ChainedEntry, origin: string): Promise<Payload | undefined> {
    if (sealed === undefined) return undefined;
    const payload = await this.#options.opener?.(entry, sealed.slice(), origin);
    if (payload === undefined || payload === "lost") return undefined;
    if (payload.leaves !== undefined || isRequestOf(entry.record, payload.request)) return payload;
    if (factsOf(entry.record)?.byHost === true) return undefined;
    throw new EvidenceError(
      "request_other",
      `${this.#shard.shard}, entry ${entry.seq}: its payload is not the request that was decided; verify the log`,
    );
  }

  #disclose({ seq }: Entry, fields: readonly FieldToDisclose[], payload: Payload | undefined): void {
    if (payload === undefined) return;
    const found = fields.map((field) => {
      this.#disclosed.add(field);
      return disclosureBytes(disclose(payload, pathIn(payload, field.path)));
    });
    const index = (bytes: Uint8Array): number => readDisclosure(bytes).index;
    const texts = new Map(found.map((bytes) => [index(bytes), bytes]));
    for (const [, bytes] of [...texts].sort(([one], [other]) => one - other))
      this.#disclosures.push({ seq, bytes });
  }
}

/** The path of a field that is written as text. A key with a dot in it needs its steps. */
function pathIn({ request }: Payload, path: FieldPath | string): FieldPath {
  if (typeof path !== "string") return path;
  const { args, fields, event } = decode(request) as CmpMap;
  const found = fieldsOf((args ?? fields ?? event) as CmpValue).find(
    (field) => pathText(field.path) === path || field.path.join(".") === path,
  );
  return found?.path ?? [path];
}

/** The files that disclosed records name, as far as the log has them. */
async function artifactsOf(
  storage: StorageReader,
  made: readonly MadeShard[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of new Set(made.flatMap(({ named }) => [...named]))) {
    const bytes = await storage.read(name, 0, await storage.size(name));
    const [, engine, image] = ARTIFACT_NAME.exec(name) ?? [];
    if (bytes.length > 0 && hex(sha256(bytes)) === (engine ?? image)) files.set(name, bytes);
  }
  return files;
}

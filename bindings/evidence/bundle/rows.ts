/** The reports of a bundle, as a function of what stands in it: made once when it is written, and again to verify it. */

import { factsOfRecord } from "../../src/decision.ts";
import { ImageView } from "../../src/image.ts";
import { hex } from "../../src/sha256.ts";
import { decodeEntry, type Entry } from "../entry.ts";
import { factsOf } from "../facts.ts";
import {
  csv,
  html,
  jsonLines,
  ocsf,
  type PayloadState,
  type ReportEntry,
  type ReportHead,
  type ReportRow,
  type RowFacts,
  rowOf,
  xlsx,
} from "../report/index.ts";
import { HASH_BYTES } from "../tree.ts";
import { binsOf, filterText, type Manifest, type ReportName, shardMember } from "./format.ts";

/** What the reports of one shard are made from. */
export interface ShardContent {
  /** As members of the bundle. */
  readonly leaves: Uint8Array;
  readonly entries: Uint8Array;
  /** Opened requests by the number of their entry. */
  readonly opened: ReadonlyMap<number, Uint8Array>;
  readonly root: Uint8Array;
}

/** What later entries say of earlier ones. */
interface Later {
  /** Of a subject, the last entry that erased it. */
  readonly erasedAt: Map<string, number>;
  /** Of a record, what became of its call. */
  readonly outcomes: Map<string, string>;
  /** Of a record, the token under which its call ran. */
  readonly tokens: Map<string, string>;
}

export class BundleRows {
  readonly #manifest: Manifest;
  readonly #contents: ReadonlyMap<string, ShardContent>;
  readonly #images: ReadonlyMap<string, Uint8Array>;
  readonly #views = new Map<string, ImageView>();
  readonly #later = new Map<string, Later>();

  /** @param images bytes by digest in hex. */
  constructor(
    manifest: Manifest,
    contents: ReadonlyMap<string, ShardContent>,
    images: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#manifest = manifest;
    this.#contents = contents;
    this.#images = images;
  }

  /** The rows, made while somebody reads them: all of them at once would take more room than the bundle. */
  *[Symbol.iterator](): Generator<ReportRow> {
    for (const { shard, from } of this.#manifest.shards) {
      const content = this.#contents.get(shard) as ShardContent;
      const later = this.#laterOf(shard, content);
      for (const bytes of binsOf(content.entries, shardMember(shard, "entries"))) {
        const entry = decodeEntry(bytes);
        const at = (entry.seq - from) * HASH_BYTES;
        const leaf = content.leaves.subarray(at, at + HASH_BYTES);
        yield this.#row(entry, shard, leaf, content.opened.get(entry.seq), later);
      }
    }
  }

  get head(): ReportHead {
    const { program, shards } = this.#manifest;
    const [{ origin, shard }] = shards as [Manifest["shards"][number]];
    const filter = filterText(this.#manifest);
    return {
      program,
      origin: origin.slice(0, -shard.length - 1),
      ranges: shards.map(({ shard: name, from, to, size }) => ({
        shard: name,
        from,
        to,
        size,
        root: hex((this.#contents.get(name) as ShardContent).root),
      })),
      ...(filter === undefined ? {} : { filter }),
    };
  }

  /** A report piece by piece. */
  report(name: ReportName): Iterable<Uint8Array> {
    switch (name) {
      case "summary.html":
        return html(this, this.head);
      case "entries.csv":
        return csv(this);
      case "entries.xlsx":
        return xlsx(this, this.head);
      case "entries.jsonl":
        return jsonLines(this);
      case "ocsf.jsonl":
        return ocsf(this, this.head);
    }
  }

  #row(
    entry: Entry,
    shard: string,
    leaf: Uint8Array,
    opened: Uint8Array | undefined,
    { erasedAt, outcomes, tokens }: Later,
  ): ReportRow {
    const facts: RowFacts = { shard, leaf };
    if (entry.note !== undefined) return rowOf(reported(entry), facts);
    const image = factsOf(entry.record)?.image;
    const view = image === undefined ? undefined : this.#view(image);
    const row = rowOf(reported(entry), {
      ...facts,
      ...(opened === undefined ? {} : { opened }),
      ...stateOf(entry, opened, erasedAt),
      sentence: (code) => sentenceIn(view, code),
    });
    const outcome = row.outcome === "" ? (outcomes.get(row.record) ?? "") : row.outcome;
    return { ...row, outcome, token: tokens.get(row.record) ?? "" };
  }

  #view(image: string): ImageView | undefined {
    const bytes = this.#images.get(image);
    if (bytes === undefined) return undefined;
    const view = this.#views.get(image) ?? new ImageView(bytes);
    this.#views.set(image, view);
    return view;
  }

  #laterOf(shard: string, { entries }: ShardContent): Later {
    const known = this.#later.get(shard);
    if (known !== undefined) return known;
    const later: Later = { erasedAt: new Map(), outcomes: new Map(), tokens: new Map() };
    for (const bytes of binsOf(entries, shardMember(shard, "entries"))) {
      const entry = decodeEntry(bytes);
      if (entry.note?.kind === "erase") later.erasedAt.set(hex(entry.note.subject), entry.seq);
      if (entry.note?.kind === "burn") later.tokens.set(hex(entry.note.record), entry.note.jti);
      if (entry.note?.kind === "outcome") later.outcomes.set(hex(entry.note.record), entry.note.status);
      if (entry.record === undefined || factsOfRecord(entry.record)?.event?.kind !== "outcome") continue;
      const { of, outcome } = rowOf(reported(entry), { shard, leaf: entry.prev });
      later.outcomes.set(of, outcome);
    }
    this.#later.set(shard, later);
    return later;
  }
}

/** An entry as reports take it. */
export function reported(entry: Entry): ReportEntry {
  return entry as unknown as ReportEntry;
}

function stateOf(
  { seq, sealed }: Entry & { readonly sealed?: { readonly key: Uint8Array } | undefined },
  opened: Uint8Array | undefined,
  erasedAt: ReadonlyMap<string, number>,
): { payload?: PayloadState } {
  if (opened !== undefined || sealed === undefined) return {};
  return (erasedAt.get(hex(sealed.key)) ?? -1) > seq ? { payload: "erased" } : {};
}

/** No engine has checked the image here: whatever stands in it, its sentences are text or there are none. */
function sentenceIn(view: ImageView | undefined, code: string): string | undefined {
  try {
    return view?.sentence(code);
  } catch {
    return undefined;
  }
}

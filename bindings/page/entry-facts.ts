/** What the page says of one entry, whether it came in a log or in a bundle. */

import type { Entry } from "../evidence/entry.ts";
import { jsonLine } from "../evidence/report/text.ts";
import type { StorageReader } from "../evidence/storage.ts";
import { inclusionRanges, nodeHash, type SubtreeHash, sameHash } from "../evidence/tree.ts";
import type { VerifyTrust } from "../evidence/verify.ts";
import { parsePublicKey } from "../keys/paserk.ts";
import { decode } from "../src/codec/decode.ts";
import { decisionFromRecord } from "../src/decision.ts";
import { EMBEDDED_DIGESTS, embeddedWasm } from "../src/embedded.ts";
import { EngineError, openEngine } from "../src/engine.ts";
import { IMAGE_BYTES_MAX } from "../src/gen/limits.ts";
import type { ImageView } from "../src/image.ts";
import { hex, sha256 } from "../src/sha256.ts";
import { decisionFacts } from "./detail.ts";
import type { CheckpointFacts, EntryDetail, PathFacts, PathStep } from "./messages.ts";

/** Images that records name, each read once. */
export class Images {
  readonly #storage: StorageReader;
  readonly #images = new Map<string, ImageView | undefined>();

  constructor(storage: StorageReader) {
    this.#storage = storage;
  }

  async of(record: Uint8Array): Promise<ImageView | undefined> {
    const members = decode(record) as { readonly image?: unknown };
    if (!(members.image instanceof Uint8Array)) return undefined;
    const digest = hex(members.image);
    if (!this.#images.has(digest)) this.#images.set(digest, await this.#read(digest));
    return this.#images.get(digest);
  }

  /** The engine looks at an image before anybody reads words in it: they come from whoever made the log. */
  async #read(digest: string): Promise<ImageView | undefined> {
    const name = `images/${digest}.image`;
    const size = await this.#storage.size(name);
    if (size === 0 || size > IMAGE_BYTES_MAX) return undefined;
    const image = await this.#storage.read(name, 0, size);
    if (hex(sha256(image)) !== digest) return undefined;
    try {
      return (await openEngine({ wasm: embeddedWasm(), image })).image;
    } catch (error) {
      if (error instanceof EngineError) return undefined;
      throw error;
    }
  }
}

/** What stands in an entry. */
export async function contentFacts(
  entry: Entry,
  images: Images,
): Promise<Pick<EntryDetail, "sealed" | "note" | "decision">> {
  if (entry.note !== undefined) return { sealed: [], note: noteLines(entry.note), decision: undefined };
  const { record, sealed, cells } = entry;
  const image = await images.of(record);
  const decision = decisionFromRecord(record, image ?? { sentence: () => undefined, maximum: () => 0 });
  return {
    sealed:
      sealed === undefined
        ? []
        : [
            ["key of subject", hex(sealed.key)],
            ["root of fields", hex(sealed.fields)],
            ["SHA-256", hex(sealed.sha256)],
          ],
    note: undefined,
    decision: decision === undefined ? undefined : decisionFacts(decision, image, cells),
  };
}

/**
 * The way from an entry to the root of a tree.
 * @param signed the checkpoint whose root that has to be; undefined where none covers the entry.
 */
export function pathFacts(
  index: number,
  size: number,
  hashOf: SubtreeHash,
  signed: { readonly root: Uint8Array; readonly facts: CheckpointFacts } | undefined,
): PathFacts {
  const leaf = hashOf(index, index + 1).slice();
  let node: Uint8Array = leaf;
  const steps = inclusionRanges(index, size).map(({ from, to }): PathStep => {
    const sibling = hashOf(from, to);
    const side = from > index ? "right" : "left";
    node = side === "right" ? nodeHash(node, sibling) : nodeHash(sibling, node);
    return { from, to, side, sibling: hex(sibling), result: hex(node) };
  });
  return {
    index,
    size,
    leaf: hex(leaf),
    steps,
    root: hex(node),
    checkpoint: signed?.facts,
    isMet: signed !== undefined && sameHash(signed.root, node),
  };
}

export function engineNote(digest: string, trust: VerifyTrust | undefined): string {
  const isOwn = digest === EMBEDDED_DIGESTS.engine;
  const isTrusted = trust?.engines.includes(digest) === true;
  if (isOwn) return isTrusted ? "the engine of this page, and of your trust file" : "the engine of this page";
  return isTrusted ? "of your trust file" : "neither of this page nor of your trust file";
}

export function imageNote(digest: string, trust: VerifyTrust | undefined): string {
  if (trust?.images === undefined)
    return digest === EMBEDDED_DIGESTS.image ? "the base policy of this release" : "";
  return trust.images.includes(digest) ? "of your trust file" : "not of your trust file";
}

/** The key that an entry adds to those of its shard. */
export function keyOfNote({ note }: Entry): Uint8Array | undefined {
  if (note?.kind !== "begin" && !(note?.kind === "key" && note.act === "add")) return undefined;
  try {
    return parsePublicKey(note.key);
  } catch {
    // A finding says so.
    return undefined;
  }
}

function noteLines(note: object): [string, string][] {
  return Object.entries(note).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : String(value),
  ]);
}

/** A request as JSON in several lines. */
export function requestText(request: Uint8Array): string {
  return Object.entries(plain(decode(request)) as Readonly<Record<string, unknown>>)
    .map(([name, value]) => `${name}: ${jsonLine(value)}`)
    .join("\n");
}

/** A value as JSON in one line. */
export function valueText(value: unknown): string {
  return jsonLine(plain(value));
}

/** As JSON has it: bytes in hex, whole numbers of 64 bits as text. */
function plain(whole: unknown): unknown {
  const one = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? `hex ${hex(value)}` : typeof value === "bigint" ? String(value) : value;
  return JSON.parse(JSON.stringify(whole, one));
}

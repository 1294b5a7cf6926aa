/** Proofs that stand alone (c2sp.org/tlog-proof@v1): an entry's place in a log, its path, and a checkpoint. */

import { quoted } from "../src/codec/errors.ts";
import { base64, bytesOfBase64 } from "./base64.ts";
import {
  type CheckpointTrust,
  type OpenedCheckpoint,
  openCheckpoint,
  parseHash,
  parseSize,
} from "./checkpoint.ts";
import { refusal } from "./errors.ts";
import {
  bytesOfText,
  formatNote,
  NOTE_BYTES_MAX,
  type Note,
  noteText,
  parseNote,
  type Verify,
} from "./note.ts";
import { type Hash, PATH_HASHES_MAX, verifyInclusion } from "./tree.ts";

export const EXTRA_BYTES_MAX: number = 64 * 1024;
/** Extra as base64, the path, and the checkpoint. */
export const TLOG_PROOF_BYTES_MAX: number = NOTE_BYTES_MAX + 2 * EXTRA_BYTES_MAX;

export interface TlogProof {
  /** What somebody added. Nobody signed it. */
  readonly extra?: Uint8Array;
  readonly index: number;
  /** The sibling of the leaf first. */
  readonly path: readonly Uint8Array[];
  readonly note: Note;
}

const HEAD = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = "index ";

/** @throws EvidenceError when the proof could not be read again. */
export function formatTlogProof({ extra, index, path, note }: TlogProof): Uint8Array {
  const lines = [
    HEAD,
    ...(extra === undefined ? [] : [`${EXTRA}${base64(extra)}`]),
    `${INDEX}${index}`,
    ...path.map(base64),
    "",
  ];
  const head = bytesOfText(`${lines.join("\n")}\n`);
  const tail = formatNote(note, "proof: checkpoint");
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  parseTlogProof(bytes);
  return bytes;
}

/** @throws EvidenceError when the bytes are not exactly what `formatTlogProof` writes. */
export function parseTlogProof(bytes: Uint8Array, where = "proof"): TlogProof {
  const fault = (wanted: string, came: string) =>
    refusal("tlog_proof", where, wanted, came, "export the proof again");
  if (bytes.length > TLOG_PROOF_BYTES_MAX) {
    throw fault(`at most ${TLOG_PROOF_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  const text = noteText(bytes, where);
  const end = text.indexOf("\n\n");
  if (end < 0) throw fault("an empty line before the checkpoint", "none");
  const lines = text.slice(0, end).split("\n");
  if (lines.shift() !== HEAD)
    throw fault(`the first line ${HEAD}`, quoted(text.slice(0, end).split("\n")[0] ?? ""));
  const extraText = lines[0]?.startsWith(EXTRA) ? lines.shift()?.slice(EXTRA.length) : undefined;
  const extra = extraText === undefined ? undefined : bytesOfBase64(extraText);
  if (extraText !== undefined && (extra === undefined || extra.length > EXTRA_BYTES_MAX)) {
    throw fault(`extra of at most ${EXTRA_BYTES_MAX} bytes in canonical base64`, quoted(extraText));
  }
  const indexText = lines.shift() ?? "";
  const index = indexText.startsWith(INDEX) ? parseSize(indexText.slice(INDEX.length)) : undefined;
  if (index === undefined) throw fault("a line with the index, as index 42", quoted(indexText));
  if (lines.length > PATH_HASHES_MAX) throw fault(`at most ${PATH_HASHES_MAX} hashes`, `${lines.length}`);
  const path = lines.map((line) => {
    const hash = parseHash(line);
    if (hash === undefined) throw fault("32 bytes in canonical base64 a line", quoted(line));
    return hash;
  });
  const note = parseNote(bytesOfText(text.slice(end + 2)), `${where}: checkpoint`);
  return extra === undefined ? { index, path, note } : { extra, index, path, note };
}

/**
 * Checks that a log which the verifier trusts has the entry with that leaf hash, at the index the proof names.
 * @throws EvidenceError when the checkpoint does not count, or the path does not lead from the leaf to its root.
 */
export async function openTlogProof(
  given: Uint8Array | TlogProof,
  leaf: Uint8Array,
  trust: CheckpointTrust,
  verify: Verify,
  hash?: Hash,
): Promise<OpenedCheckpoint> {
  const { index, path, note } = given instanceof Uint8Array ? parseTlogProof(given) : given;
  const opened = await openCheckpoint(note, trust, verify, "proof: checkpoint");
  const { origin, size, root } = opened.checkpoint;
  if (!verifyInclusion(index, size, leaf, root, path, hash)) {
    const wanted = `a path from the entry to the root of ${quoted(origin)} at size ${size}`;
    const todo = "the entry is not the one the log has at that index, or the proof was changed";
    throw refusal("not_included", `proof: index ${index}`, wanted, "one that leads elsewhere", todo);
  }
  return opened;
}

/** What a log sends to a witness and hears from it (c2sp.org/tlog-witness, add-checkpoint). */

import { quoted } from "../src/codec/errors.ts";
import { base64 } from "./base64.ts";
import { parseHash, parseSize } from "./checkpoint.ts";
import { refusal } from "./errors.ts";
import { bytesOfText, formatNote, NOTE_BYTES_MAX, type Note, noteText, parseNote } from "./note.ts";

/** The format allows so many lines; a tree of 2^53 entries needs fewer. */
export const CONSISTENCY_LINES_MAX = 63;
export const ADD_CHECKPOINT_BYTES_MAX: number = NOTE_BYTES_MAX + 64 * 64;
export const SIZE_TYPE = "text/x.tlog.size";

/** A checkpoint, and the proof that it continues the one that the witness saw last. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: Note;
}

/** An answer over HTTP. */
export interface WitnessAnswer {
  readonly status: number;
  /** Content type. */
  readonly type: string;
  readonly body: Uint8Array;
}

const OLD = "old ";

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): Uint8Array {
  const lines = [`${OLD}${oldSize}`, ...proof.map(base64), ""];
  const head = bytesOfText(`${lines.join("\n")}\n`);
  const tail = formatNote(note, "checkpoint");
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  parseAddCheckpoint(bytes);
  return bytes;
}

/** @throws EvidenceError when the bytes are not exactly what `formatAddCheckpoint` writes. */
export function parseAddCheckpoint(bytes: Uint8Array, where = "add-checkpoint"): AddCheckpoint {
  const fault = (wanted: string, came: string) =>
    refusal("add_checkpoint", where, wanted, came, "see c2sp.org/tlog-witness");
  if (bytes.length > ADD_CHECKPOINT_BYTES_MAX) {
    throw fault(`at most ${ADD_CHECKPOINT_BYTES_MAX} bytes`, `${bytes.length}`);
  }
  const text = noteText(bytes, where);
  const end = text.indexOf("\n\n");
  if (end < 0) throw fault("an empty line before the checkpoint", "none");
  const [oldText = "", ...lines] = text.slice(0, end).split("\n");
  const oldSize = oldText.startsWith(OLD) ? parseSize(oldText.slice(OLD.length)) : undefined;
  if (oldSize === undefined) throw fault("a line with the old size, as old 42", quoted(oldText));
  if (lines.length > CONSISTENCY_LINES_MAX) {
    throw fault(`at most ${CONSISTENCY_LINES_MAX} hashes`, `${lines.length}`);
  }
  const proof = lines.map((line) => {
    const hash = parseHash(line);
    if (hash === undefined) throw fault("32 bytes in canonical base64 a line", quoted(line));
    return hash;
  });
  return { oldSize, proof, note: parseNote(bytesOfText(text.slice(end + 2)), `${where}: checkpoint`) };
}

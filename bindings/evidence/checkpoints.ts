/** A file of checkpoints, one signed note after another, sizes ascending. Reads nothing into a text that it does not say. */

import type { Checkpoint } from "./checkpoint.ts";
import { parseCheckpointText } from "./checkpoint.ts";
import { EvidenceError } from "./errors.ts";
import { bytesOfText, isSignatureLine, noteText, parseSignatureLines } from "./note.ts";

export interface FoundCheckpoint extends Checkpoint {
  /** The whole note as it stands there; of one that waits for its signature the text. */
  readonly note: string;
}

/** Where what is whole ends. */
export interface FileEnd {
  readonly at: number;
  /** A text with the empty line behind it, and no signature yet. Its bytes count as whole. */
  readonly pending: FoundCheckpoint | undefined;
}

export const CHECKPOINTS_BYTES_MAX: number = 256 * 1024 * 1024;

/**
 * Reads all checkpoints of a file. Bytes behind its end were being written when somebody stopped.
 * @throws EvidenceError where anything else stands.
 */
export function readCheckpoints(
  bytes: Uint8Array,
  name: string,
): { readonly found: readonly FoundCheckpoint[]; readonly end: FileEnd } {
  if (bytes.length > CHECKPOINTS_BYTES_MAX)
    throw new EvidenceError("checkpoints_size", `${name}: wanted at most ${CHECKPOINTS_BYTES_MAX} bytes`);
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const lines = noteText(whole, name).split("\n");
  lines.pop();
  const found: FoundCheckpoint[] = [];
  let at = 0;
  for (let next = 0; next < lines.length; ) {
    const head = lines.slice(next, next + 4);
    // Its empty line stands behind every text that may have been signed.
    if (head.length < 4) break;
    const where = `${name}, line ${next + 1}`;
    if (head[3] !== "")
      throw new EvidenceError(
        "checkpoint_lines",
        `${where}: wanted a text of three lines, then an empty one`,
      );
    const text = `${head.slice(0, 3).join("\n")}\n`;
    const checkpoint = parseCheckpointText(text, where);
    let behind = next + 4;
    while (behind < lines.length && isSignatureLine(lines[behind] as string)) behind++;
    const signatures = lines.slice(next + 4, behind).map((line) => `${line}\n`);
    needLarger(checkpoint, found.at(-1), where);
    const note = `${text}\n${signatures.join("")}`;
    if (signatures.length === 0) {
      if (behind < lines.length)
        throw new EvidenceError("checkpoint_unsigned", `${where}: wanted signatures behind the text`);
      return { found, end: { at: at + bytesOfText(note).length, pending: { ...checkpoint, note } } };
    }
    parseSignatureLines(signatures.join(""), where);
    found.push({ ...checkpoint, note });
    at += bytesOfText(note).length;
    next = behind;
  }
  return { found, end: { at, pending: undefined } };
}

function needLarger({ size }: Checkpoint, before: Checkpoint | undefined, where: string): void {
  if (before === undefined || before.size < size) return;
  throw new EvidenceError(
    "checkpoint_order",
    `${where}: wanted a size above ${before.size}, came ${size}: two roots for one log, or notes out of order`,
  );
}

/** What a report says about itself, beside its rows. All of it is given by the caller: nothing here reads a clock. */

/** Entries of one shard that the report covers. */
export interface ReportRange {
  readonly shard: string;
  /** First and one past the last entry. */
  readonly from: number;
  readonly to: number;
  /** Size and root of the newest checkpoint, hex. */
  readonly size: number;
  readonly root: string;
}

export interface ReportHead {
  /** `permit0 0.1.0`: what wrote the report. */
  readonly program: string;
  /** Origin of the log. */
  readonly origin: string;
  readonly ranges: readonly ReportRange[];
  /** What verification answered for exactly these entries; absent where nobody asked. */
  readonly answer?: "witnessed" | "self-signed" | "consistent, unanchored" | "failed";
  /** What was chosen of the ranges, in words: `verdict deny, from 2026-01-01`. Absent: all of them. */
  readonly filter?: string;
  /** When it was written, where somebody wants that in it: then it is another file each time. */
  readonly time_ms?: number;
}

export const ANSWER_MEANINGS: Readonly<Record<NonNullable<ReportHead["answer"]> | "none", string>> = {
  witnessed: "The entries add up, a key you trust signed them, and witnesses you trust saw the same log.",
  "self-signed":
    "The entries add up, and a key you trust signed them. No witness says that others saw the same log.",
  "consistent, unanchored":
    "The entries add up among themselves. Nothing ties them to a key that you trust, so the whole may have been written anew.",
  failed: "The entries do not add up. Do not rely on this report.",
  none: "Nobody verified the entries when this report was written.",
};

const encoder = new TextEncoder();
const CHUNK_CHARACTERS = 1 << 16;

/** Text as bytes, in pieces that are worth a write. */
export function* encoded(lines: Iterable<string>): Generator<Uint8Array> {
  let text = "";
  for (const line of lines) {
    text += line;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

/** Pieces as one. */
export function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  const all = [...pieces];
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of all) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

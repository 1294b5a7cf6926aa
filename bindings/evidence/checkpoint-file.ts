/**
 * A file of checkpoints, one after another, that only grows: first the text with its empty line, then the signature
 * lines. A crash can leave its end half written; that is told apart from bytes that no writer of such a file writes.
 */

import { quoted } from "../src/codec/errors.ts";
import { base64 } from "./base64.ts";
import { type Checkpoint, parseCheckpointText } from "./checkpoint.ts";
import { refusal } from "./errors.ts";
import {
  isSignatureLine,
  NOTE_SIGNATURES_MAX,
  type Note,
  type NoteSignature,
  noteText,
  parseSignatureLine,
} from "./note.ts";
import { HASH_BYTES } from "./tree.ts";

/** Bytes of a file from one offset up to, not including, another. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface CheckpointNote extends ByteRange {
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

/** What stands behind the last signed checkpoint. */
export interface CheckpointTail {
  /** A text that is whole but not signed. Its writer signs exactly this one before any other. */
  readonly pending?: ByteRange & { readonly checkpoint: Checkpoint };
  /** Bytes that were only partly written. A file cut at the first of them holds whole pieces. */
  readonly torn?: ByteRange;
}

/** The text under way, from its first line to its empty line. */
interface Body {
  readonly text: string;
  readonly checkpoint: Checkpoint;
}

const LINE_FEED = 0x0a;
const LINE_BYTES_MAX = 16 * 1024;
const TEXT_LINES = 3;
const NOTHING = new Uint8Array(0);
/** Stands for the root while its line is not there yet. */
const ANY_ROOT = base64(new Uint8Array(HASH_BYTES));

/** Takes a file in pieces of any size, in order. */
export class CheckpointReader {
  readonly #where: string;
  /** Offset of the checkpoint under way, and of the line under way with what there is of it. */
  #from = 0;
  #lineFrom = 0;
  #line: Uint8Array = NOTHING;
  /** First the lines of the text, then, once it is whole, what they say and who signed it. */
  #lines: string[] = [];
  #body: Body | undefined;
  #signatures: NoteSignature[] = [];

  /** @param where name of the file in messages. */
  constructor(where = "checkpoints") {
    this.#where = where;
  }

  /**
   * The checkpoints that are known to be whole now: a checkpoint is when the next one begins.
   * @throws EvidenceError when a line is nothing that belongs there.
   */
  push(bytes: Uint8Array): CheckpointNote[] {
    const notes: CheckpointNote[] = [];
    const all = joined(this.#line, bytes);
    let start = 0;
    for (let end = all.indexOf(LINE_FEED); end >= 0; end = all.indexOf(LINE_FEED, start)) {
      const note = this.#take(noteText(all.subarray(start, end), this.#place()));
      if (note !== undefined) notes.push(note);
      this.#lineFrom += end + 1 - start;
      start = end + 1;
    }
    // A copy: the caller may read the next piece into the same memory, and `slice` of a Buffer is none.
    this.#line = new Uint8Array(all.subarray(start));
    if (this.#line.length > LINE_BYTES_MAX) this.#refuse(`a line of at most ${LINE_BYTES_MAX} bytes`, "more");
    return notes;
  }

  /** Where the line under way begins. */
  get at(): number {
    return this.#lineFrom;
  }

  /** The last checkpoint when it is signed, and what stands behind it. */
  end(): { readonly last?: CheckpointNote; readonly tail: CheckpointTail } {
    const [from, lineFrom, to] = [this.#from, this.#lineFrom, this.#lineFrom + this.#line.length];
    const body = this.#body;
    if (body === undefined) return { tail: to > from ? { torn: { from, to } } : {} };
    const torn = to > lineFrom ? { torn: { from: lineFrom, to } } : {};
    if (this.#signatures.length > 0) return { last: this.#note(body), tail: torn };
    return { tail: { pending: { from, to: lineFrom, checkpoint: body.checkpoint }, ...torn } };
  }

  /** Takes a whole line. */
  #take(line: string): CheckpointNote | undefined {
    const body = this.#body;
    if (body === undefined) {
      this.#takeText(line);
      return;
    }
    if (isSignatureLine(line)) {
      if (this.#signatures.length === NOTE_SIGNATURES_MAX) {
        this.#refuse(`at most ${NOTE_SIGNATURES_MAX} signatures`, "one more");
      }
      this.#signatures.push(parseSignatureLine(line, this.#place()));
      return;
    }
    // Only the last text of a file can be without signatures.
    if (this.#signatures.length === 0) this.#refuse("a signature of the text before", quoted(line));
    const note = this.#note(body);
    this.#from = this.#lineFrom;
    this.#body = undefined;
    this.#signatures = [];
    this.#takeText(line);
    return note;
  }

  #takeText(line: string): void {
    const isText = this.#lines.length < TEXT_LINES;
    if (isText) this.#lines.push(line);
    else if (line !== "") this.#refuse("an empty line behind origin, size and root", quoted(line));
    // Each line at once: a whole one that is wrong was not left by a crash.
    const [origin, size = "0", root = ANY_ROOT] = this.#lines;
    const text = `${origin}\n${size}\n${root}\n`;
    const checkpoint = parseCheckpointText(text, `${this.#where}: byte ${this.#from}`);
    if (isText) return;
    this.#body = { text, checkpoint };
    this.#lines = [];
  }

  #note({ text, checkpoint }: Body): CheckpointNote {
    return { from: this.#from, to: this.#lineFrom, checkpoint, note: { text, signatures: this.#signatures } };
  }

  #place(): string {
    return `${this.#where}: byte ${this.#lineFrom}`;
  }

  #refuse(wanted: string, came: string): never {
    const todo =
      "the file was changed after it was written: take it from a copy, and find out who changed it";
    throw refusal("checkpoint_file", this.#place(), wanted, came, todo);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

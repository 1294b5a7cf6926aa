/**
 * Texts in a language that wait to be taken apart: the call's own text first, then what was found inside it (the argument
 * of `sh -c`, a statement for a database). A queue in place of recursion; the order of the queue is the order of parts.
 */
import { LANGUAGE_NONE } from "../gen/codes";
import { NESTED_DEPTH_MAX, NESTED_TEXTS_MAX } from "../gen/limits";

/** 32 bytes. */
@unmanaged
export class Nested {
  /** LANGUAGE_*. */
  language: i32;
  at: usize;
  bytes: u32;
  /** Marks that every part found in it carries, such as MARK_ELEVATED. */
  marks: u32;
  /** The group whose data the text works on. */
  group: i32;
  depth: i32;
  /** Directory in which relative paths start, as text; 0 bytes where nothing changed it. */
  directoryAt: usize;
  directoryBytes: u32;
}

const NESTED_BYTES: usize = 32;
const QUEUE: usize = memory.data(2048, 8); // NESTED_TEXTS_MAX x 32
let queued: i32 = 0;
let taken: i32 = 0;

export function beginNested(): void {
  assert(offsetof<Nested>() == NESTED_BYTES);
  queued = 0;
  taken = 0;
}

function at(position: i32): Nested {
  return changetype<Nested>(QUEUE + <usize>position * NESTED_BYTES);
}

/**
 * Adds a text that lies `depth` texts deep. Returns it for the rest to be filled in, or null when there are too many or it lies too
 * deep: then the caller says that it is opaque.
 */
export function addNested(language: i32, textAt: usize, bytes: u32, depth: i32): Nested | null {
  assert(language != LANGUAGE_NONE);
  if (queued == NESTED_TEXTS_MAX || depth > NESTED_DEPTH_MAX) return null;
  const nested = at(queued++);
  memory.fill(changetype<usize>(nested), 0, NESTED_BYTES);
  nested.language = language;
  nested.at = textAt;
  nested.bytes = bytes;
  nested.depth = depth;
  return nested;
}

/** The call's own text. */
export function firstNested(): Nested {
  assert(queued > 0);
  return at(0);
}

/** The next text that waits, or null. It stays where it is until `beginNested`. */
export function nextNested(): Nested | null {
  return taken == queued ? null : at(taken++);
}

/**
 * The directory in which a command of a shell text runs, as far as the text says so (docs/format/shell.md, directory).
 */
import { MARK_WORD_EXPANDS } from "../../gen/codes";
import { keepByte, keepText, keptEnd } from "../drafts";
import { Nested } from "../nested";
import { FAULT_LOOP, Frame, frameAt, frameCount, KIND_LOOP, makeOpaque } from "./shell-frames";

let directoryAt: usize = 0;
let directoryBytes: u32 = 0;
let unknown: bool = false;
/** Grows with each change. */
let changes: i32 = 0;
/** A function changes it: so may any command from there on. */
let lost: bool = false;
/** Calls and parts so far. */
let events: i32 = 0;

export function beginDirectory(text: Nested): void {
  directoryAt = text.directoryAt;
  directoryBytes = text.directoryBytes;
  unknown = false;
  changes = 0;
  lost = false;
  events = 0;
}

export function isDirectoryUnknown(): bool {
  return unknown || lost;
}

export function currentDirectoryAt(): usize {
  return directoryAt;
}

/** 0 where no directory is set, or it is unknown. */
export function currentDirectoryBytes(): u32 {
  return unknown || lost ? 0 : directoryBytes;
}

/** The mark that an unknown directory puts on a call, or 0. */
export function directoryMarks(): u32 {
  return unknown || lost ? 1 << MARK_WORD_EXPANDS : 0;
}

/** A call or a part came. */
export function noteEvent(): void {
  events++;
}

/** Notes the directory at the start of a context. */
export function openDirectory(frame: Frame): void {
  frame.openDirectoryAt = directoryAt;
  frame.openDirectoryBytes = directoryBytes;
  frame.openDirectoryUnknown = unknown;
  frame.openChanges = changes;
  frame.events = events;
  beginPipelineDirectory(frame);
}

/** Notes the directory at the start of a pipeline. */
export function beginPipelineDirectory(frame: Frame): void {
  frame.directoryAt = directoryAt;
  frame.directoryBytes = directoryBytes;
  frame.directoryUnknown = unknown;
  frame.changes = changes;
}

/** The end of what has a directory of its own. */
export function restoreOpenDirectory(frame: Frame): void {
  directoryAt = frame.openDirectoryAt;
  directoryBytes = frame.openDirectoryBytes;
  unknown = frame.openDirectoryUnknown;
  changes = frame.openChanges;
}

/** The end of an element of a pipeline. */
export function restorePipelineDirectory(frame: Frame): void {
  directoryAt = frame.directoryAt;
  directoryBytes = frame.directoryBytes;
  unknown = frame.directoryUnknown;
  changes = frame.changes;
}

/** What may not have run: the directory is unknown if it changed in between. */
export function doubtDirectorySince(before: i32): void {
  if (changes != before) unknown = true;
}

/** The end of a function's body. */
export function doubtFunction(frame: Frame): void {
  if (changes != frame.openChanges) lost = true;
}

/** True when the path starts at the directory. */
export function isRelative(at: usize, bytes: u32): bool {
  if (bytes == 0) return true;
  const byte = load<u8>(at);
  return byte != 0x2f && byte != 0x7e && byte != 0x24;
}

/** The loop whose body the place is in, in the same shell, or null: the outermost. */
function loopAround(): Frame | null {
  let found: Frame | null = null;
  for (let position = frameCount() - 1; position > 0; position--) {
    const frame = frameAt(position);
    if (frame.kind == KIND_LOOP) found = frame;
  }
  return found;
}

/** A change: `bytes` 0 is one to nobody knows where. Called before the call of `cd` itself counts. */
export function changeDirectory(at: usize, bytes: u32): void {
  changes++;
  const loop = loopAround();
  if (loop != null) {
    if (loop.events != events) makeOpaque(FAULT_LOOP);
    unknown = true;
  } else if (bytes == 0) {
    unknown = true;
  } else if (!isRelative(at, bytes)) {
    directoryAt = at;
    directoryBytes = bytes;
    unknown = false;
  } else if (!unknown) {
    const joined = keptEnd();
    const size = joinDirectory(at, bytes);
    directoryAt = size > 0 ? joined : at;
    directoryBytes = size > 0 ? size : bytes;
  }
}

/**
 * Keeps directory, slash and path and returns the size; 0 where no directory is set. Where there is no room the drafts
 * have overflowed, which says enough.
 */
export function joinDirectory(at: usize, bytes: u32): u32 {
  const size = currentDirectoryBytes();
  if (size == 0 || !keepText(directoryAt, size) || !keepByte(0x2f) || !keepText(at, bytes)) return 0;
  return size + 1 + bytes;
}

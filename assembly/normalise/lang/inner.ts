/**
 * Commands inside a command: what `sudo`, `xargs` or `find -exec` start. They wait in a queue, in place of recursion, and
 * are read when the command around them is.
 */
import { isKind } from "../../base/wildcards";
import { FIELD_PATH, MARK_OPAQUE_COMMAND } from "../../gen/codes";
import { COMMAND_APPENDS } from "../../policy/view";
import { keepByte, keepText, keptEnd } from "../drafts";
import { factCount, findFact, foundAt, foundBytes } from "./facts";
import { operandAt } from "./own";
import { shellPart } from "./parts";
import { hasFlag, marksNow, reading, wordIn } from "./reading";
import { WORD_EXPANDS, WORD_GLOBS, WORD_WHOLE, Word } from "./words";

/** 32 bytes. */
@unmanaged
export class Inner {
  first: i32;
  end: i32;
  /** An unknown word is added to its words. */
  appended: bool;
  marks: u32;
  directoryAt: usize;
  directoryBytes: u32;
}

const INNER_BYTES: usize = 32;
const INNER_MAX: i32 = 64;
/** A longer placeholder is taken to stand in every word. */
const PLACEHOLDER_BYTES_MAX: u32 = 16;
const QUEUE: usize = memory.data(2048, 8); // INNER_MAX x 32
const BRACES: usize = memory.data<u8>([0x7b, 0x7d]);
/** The names that `find` finds, as a word with a wildcard. */
let namesAt: usize = 0;
let namesBytes: u32 = 0;
let queued: i32 = 0;
let taken: i32 = 0;

export function beginQueue(): void {
  assert(offsetof<Inner>() <= INNER_BYTES);
  queued = 0;
  taken = 0;
}

function innerAt(position: i32): Inner {
  return changetype<Inner>(QUEUE + <usize>position * INNER_BYTES);
}

export function nextInner(): Inner | null {
  return taken == queued ? null : innerAt(taken++);
}

function holdsText(word: Word, at: usize, bytes: u32): bool {
  for (let start: u32 = 0; start + bytes <= word.bytes; start++) {
    let same: u32 = 0;
    while (same < bytes && load<u8>(word.at + start + same) == load<u8>(at + same)) same++;
    if (same == bytes) return true;
  }
  return false;
}

/**
 * What `find` puts for `{}` where one kind of names is all that it looks for below one place: PLACE/`*.txt`. False where it is
 * not known, or may be any name.
 */
function takeNamesFound(): bool {
  const now = reading();
  // Only the pattern was told: no other one, nothing that turns it round or stands beside it.
  if (now.operands != 1 || now.expands || factCount() != 1 || !findFact(FIELD_PATH)) return false;
  const place = operandAt(0);
  if ((place.bits & (WORD_EXPANDS | WORD_GLOBS)) != 0 || !isKind(foundAt(), foundBytes())) return false;
  namesAt = keptEnd();
  if (!keepText(place.at, place.bytes) || !keepByte(0x2f) || !keepText(foundAt(), foundBytes())) return false;
  namesBytes = <u32>(keptEnd() - namesAt);
  return true;
}

/** Words with a placeholder are not known. */
function markPlaceholders(first: i32, end: i32, isExec: bool): void {
  const now = reading();
  const areFound = isExec && takeNamesFound();
  // What `find` puts there is one name, which begins with the place where it was found.
  const bits = isExec ? WORD_EXPANDS | WORD_WHOLE : WORD_EXPANDS;
  const all = now.hasPlaceholder && now.placeholderBytes > PLACEHOLDER_BYTES_MAX;
  for (let position = first; position < end; position++) {
    const word = wordIn(position);
    if (areFound && word.bytes == 2 && load<u16>(word.at) == load<u16>(BRACES)) {
      word.at = namesAt;
      word.bytes = namesBytes;
      word.bits |= WORD_GLOBS;
      continue;
    }
    const holds =
      all ||
      holdsText(word, BRACES, 2) ||
      (now.hasPlaceholder && holdsText(word, now.placeholderAt, now.placeholderBytes));
    if (holds && (word.bits & WORD_EXPANDS) == 0) word.bits |= bits;
  }
}

/** Where the words behind `-exec` end: at `;`, at `+` behind `{}`, or with the words of the command. */
export function innerEnd(first: i32): i32 {
  const now = reading();
  for (let position = first; position < now.end; position++) {
    const word = wordIn(position);
    if (word.bytes != 1) continue;
    if (load<u8>(word.at) == 0x3b) return position;
    if (load<u8>(word.at) != 0x2b || position == first) continue;
    const before = wordIn(position - 1);
    if (before.bytes == 2 && load<u16>(before.at) == load<u16>(BRACES)) return position;
  }
  return now.limit;
}

/** The words from `first` to `end` are a command; `appended` when the unknown word of the command around is one of them. */
export function beginInner(first: i32, end: i32, appended: bool, isExec: bool): void {
  const now = reading();
  now.told = true;
  now.wrote = true;
  if (queued == INNER_MAX) {
    const word = wordIn(first);
    shellPart(word.at, word.bytes, 1 << MARK_OPAQUE_COMMAND);
    return;
  }
  const appends = hasFlag(COMMAND_APPENDS);
  if (appends || isExec) markPlaceholders(first, end, isExec);
  const inner = innerAt(queued++);
  inner.first = first;
  inner.end = end;
  inner.appended = appended || (appends && !now.hasPlaceholder);
  inner.marks = marksNow();
  inner.directoryAt = now.directoryAt;
  inner.directoryBytes = now.directoryBytes;
}

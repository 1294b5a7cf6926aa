/**
 * What a session learns (docs/format/cell.md, section 6): labels, where values came from, what was written; and the note
 * that a decision or an event leaves of it.
 */
import { equal } from "../base/bytes";
import { bytesAt, bytesSize } from "../base/cmp";
import * as codes from "../gen/codes";
import { CELL_FROZEN_MAX, NOTE_WRITTEN_MAX } from "../gen/limits";
import { EVENT_KEY_SCOPE, EVENT_KEY_TRUST, EVENT_KEY_VALUE, REQUEST_KEY_SEEN } from "../gen/words";
import { canonicalNameAt, canonicalNameBytes, carriedServerBytes, splitName } from "../normalise/name";
import { FIELD_PRESENT, fieldState, nextValue, valueAt } from "../normalise/part";
import { ABSENT, event, eventKind, eventLabels, eventWord, member } from "../request/view";
import { IS_OBSERVED, IS_SATURATED, LABEL_BITS, WROTE_ALL } from "./cell";
import { frozenMark } from "./freezes";
import { frozenCount, hasMark, provenanceIn } from "./marks";
import {
  cellOfEvent,
  cellOfSession,
  NO_KEY,
  openedAt,
  refuseFull,
  rememberedAt,
  rememberedCount,
  writtenBefore,
} from "./memory";
import { HASH_PATH, hashOf } from "./texts";

/** In place of an answer: the history cannot be read. */
export const NOT_LEARNED: i32 = -1;

const WRITTEN: usize = memory.data(33280, 8); // (PARTS_MAX + 1) x VALUES_MAX x 8

function writtenAt(index: u32): u64 {
  return load<u64>(WRITTEN + ((<usize>index) << 3));
}

function isAmongWritten(hash: u64, from: u32, to: u32): bool {
  for (; from < to; from++) if (writtenAt(from) == hash) return true;
  return false;
}

/** Notes a label of the part under way. */
export function addLabel(label: i32): void {
  rememberedAt(rememberedCount()).labels |= 1 << label;
}

/** Notes that the part under way writes the values of a field. */
export function addWritten(field: i32): void {
  if (fieldState(field) != FIELD_PRESENT) return;
  const here = rememberedAt(rememberedCount());
  for (let at = nextValue(field, 0); at >= 0; at = nextValue(field, at + 1)) {
    const hash = hashOf(HASH_PATH, valueAt(at).at, valueAt(at).bytes);
    if (isAmongWritten(hash, writtenBefore(), here.written)) continue;
    store<u64>(WRITTEN + ((<usize>here.written) << 3), hash);
    here.written++;
  }
}

function labelsBefore(count: i32): u32 {
  let labels: u32 = 0;
  for (let position = 0; position < count; position++) labels |= rememberedAt(position).labels;
  return labels;
}

/** Labels that count for the part under way, with its own or without them; or NOT_LEARNED. */
export function labelsHere(withOwn: bool): i32 {
  const cell = cellOfSession();
  if (cell < NO_KEY) return NOT_LEARNED;
  const known = cell == NO_KEY ? 0 : openedAt(cell).bits & LABEL_BITS;
  return <i32>(known | labelsBefore(rememberedCount() + (withOwn ? 1 : 0)));
}

/** Where a value came from, PROVENANCE_*, or NOT_LEARNED. */
export function provenanceOf(at: usize, bytes: u32): i32 {
  const cell = cellOfSession();
  if (cell < NO_KEY) return NOT_LEARNED;
  return cell == NO_KEY ? codes.PROVENANCE_UNOBSERVED : provenanceIn(openedAt(cell), at, bytes);
}

/** 1 if a value was written before, 0 if not, or NOT_LEARNED. */
export function wasWritten(at: usize, bytes: u32): i32 {
  const cell = cellOfSession();
  if (cell < NO_KEY) return NOT_LEARNED;
  const hash = hashOf(HASH_PATH, at, bytes);
  if (isAmongWritten(hash, 0, writtenBefore())) return 1;
  if (cell == NO_KEY) return 0;
  const known = openedAt(cell);
  return (known.bits & WROTE_ALL) != 0 || hasMark(known, hash | codes.NOTE_CLASS_WRITTEN) ? 1 : 0;
}

const NOTE: usize = memory.data(16392, 8); // 8 + SEEN_BYTES_MAX
/** Bytes of a note before its marks. */
export const NOTE_HEAD: u32 = 8;
let noteCell: i32 = -1;

/** Leaves no note. */
export function forgetNote(): void {
  noteCell = NO_KEY;
}

function beginNote(cell: i32, bits: u32): void {
  noteCell = cell;
  store<u64>(NOTE, bits);
}

function addNoted(mark: u64): void {
  store<u64>(NOTE + NOTE_HEAD + ((<usize>notedCount()) << 3), mark);
  store<u32>(NOTE, notedCount() + 1, 4);
}

export function noteAt(): usize {
  return NOTE;
}

export function notedBits(): u32 {
  return load<u16>(NOTE);
}

export function notedCount(): u32 {
  return load<u32>(NOTE, 4);
}

/** Bytes of the note for a history; 0 without one. */
export function noteBytes(cell: i32): u32 {
  if (cell != noteCell || load<u64>(NOTE) == 0) return 0;
  return NOTE_HEAD + (notedCount() << 3);
}

function isNoted(mark: u64): bool {
  for (let index: u32 = 0; index < notedCount(); index++) {
    if (load<u64>(NOTE + NOTE_HEAD + ((<usize>index) << 3)) == mark) return true;
  }
  return false;
}

/** Notes what the parts of a call that runs wrote. */
function noteWritten(): void {
  const cell = openedAt(noteCell);
  if ((cell.bits & WROTE_ALL) != 0) return;
  for (let index: u32 = 0; index < writtenBefore(); index++) {
    const mark = writtenAt(index) | codes.NOTE_CLASS_WRITTEN;
    if (hasMark(cell, mark) || isNoted(mark)) continue;
    if (notedCount() == NOTE_WRITTEN_MAX) return beginNote(noteCell, notedBits() | WROTE_ALL);
    addNoted(mark);
  }
}

/** Makes the note of a call that runs. */
export function noteCall(): void {
  beginNote(cellOfSession(), 0);
  if (noteCell < 0) return;
  beginNote(noteCell, labelsBefore(rememberedCount()) & ~openedAt(noteCell).bits);
  noteWritten();
}

function noteSeen(): void {
  const seen = member(REQUEST_KEY_SEEN);
  if (seen == ABSENT) return;
  // Only a text that was observed can be the user's; it says whose it is.
  const isUser = eventKind() == codes.EVENT_KIND_OBSERVE && eventWord(EVENT_KEY_TRUST) == codes.TRUST_USER;
  const kind = isUser ? codes.NOTE_CLASS_USER : codes.NOTE_CLASS_TOOL;
  for (let offset: u32 = 0; offset < bytesSize(seen); offset += 8)
    addNoted(load<u64>(bytesAt(seen) + offset) | kind);
}

/** Notes that something is frozen, or no more. Returns whether that takes room. */
function noteFrozen(at: usize, bytes: u32): u32 {
  const mark = frozenMark(eventWord(EVENT_KEY_SCOPE), at, bytes);
  if (eventKind() == codes.EVENT_KIND_THAW) {
    addNoted(mark ^ codes.NOTE_CLASS_FROZEN ^ codes.NOTE_CLASS_THAWED);
    return 0;
  }
  addNoted(mark);
  return hasMark(openedAt(noteCell), mark) ? 0 : 1;
}

/** A tool is meant by any spelling of its name. */
function noteFreeze(): void {
  const value = event(EVENT_KEY_VALUE);
  const at = bytesAt(value);
  const bytes = bytesSize(value);
  let added = noteFrozen(at, bytes);
  if (eventWord(EVENT_KEY_SCOPE) == codes.FREEZE_SCOPE_TOOL) {
    splitName(at, bytes);
    const same = canonicalNameBytes() == bytes && equal(canonicalNameAt(), at, bytes);
    if (carriedServerBytes() == 0 && !same) added += noteFrozen(canonicalNameAt(), canonicalNameBytes());
  }
  if (added > 0 && frozenCount(openedAt(noteCell)) + added > <u32>CELL_FROZEN_MAX) refuseFull();
}

/** Makes the note of an event, if there is a history for it. */
export function noteEvent(): void {
  const isObserved = eventKind() == codes.EVENT_KIND_OBSERVE;
  const hidden = isObserved && member(REQUEST_KEY_SEEN) == ABSENT ? IS_SATURATED : 0;
  beginNote(cellOfEvent(), eventLabels() | hidden | (isObserved ? IS_OBSERVED : 0));
  if (noteCell < 0) return;
  if (eventKind() >= codes.EVENT_KIND_FREEZE) noteFreeze();
  else noteSeen();
}

/**
 * The histories of one request, and what the parts of the reading under way add to them (docs/format/cell.md). The part
 * under way is the last one; `rememberPart` begins it, `keepRemembered` makes room for the next.
 */
import { equal } from "../base/bytes";
import { asI64, bytesAt, firstChild, nextSibling } from "../base/cmp";
import { SHA256_BYTES } from "../base/sha256";
import * as codes from "../gen/codes";
import { ACTIONS_FIELDS_LOW, ACTIONS_NUMBER, ACTIONS_TALLIES } from "../gen/layout";
import { CELL_KINDS_MAX, CELLS_MAX, PARTS_MAX } from "../gen/limits";
import {
  CONTEXT_KEY_TIME_MS,
  REASON_STATE_CELLS_OVERFLOW,
  REASON_STATE_FROZEN,
  REASON_STATE_STATE_FULL,
  REASON_STATE_STATE_INVALID,
  REASON_STATE_STATE_STALE,
  REASON_STATE_TIME_BACKWARDS,
  REQUEST_KEY_CELLS,
} from "../gen/words";
import {
  FIELD_ABSENT,
  FIELD_MALFORMED,
  FIELD_PRESENT,
  fieldState,
  nextValue,
  part,
  UNKNOWN,
  valueAt,
} from "../normalise/part";
import { listCount } from "../policy/view";
import { callName } from "../record/commit";
import { ABSENT, context, isAnswered, isEvent, member } from "../request/view";
import { Cell, DIGEST_AT, forgetReview, openCell, VALUE_MAX } from "./cell";
import { callIsFrozen, partIsFrozen } from "./freezes";
import {
  FOUND_ID_AT,
  findKey,
  freezeKind,
  isOfContext,
  KEY_FOUND,
  KEY_SEVERAL,
  keyedHash,
  kindAt,
  kindCount,
  kindOfEvent,
  NO_KIND,
  sessionKind,
} from "./keys";

/** Where the host puts histories and takes the next ones. */
export const CELL_STRIDE: usize = 45056;
export const CELLS_AT: usize = memory.data(360448, 16); // CELLS_MAX x CELL_STRIDE
export const CELL_SIZES_AT: usize = memory.data(32, 8); // CELLS_MAX x u32
/** In place of a size: the history was not changed. */
export const UNCHANGED: u32 = 0xffffffff;

const OPENED_BYTES: usize = 80;
const OPENED: usize = memory.data(640, 8); // CELLS_MAX x OPENED_BYTES

/** In place of the number of a history. */
export const NO_KEY: i32 = -1;
export const UNREADABLE: i32 = -2;

/** What a part adds: for each kind its tallies, and the history that it touches. 56 bytes with what learned.ts keeps. */
@unmanaged
export class Remembered {
  amount: u64;
  target: u64;
  units: u32;
  action: u16;
  tier: u16;
  /** Two bytes a kind: bits of the tallies that count the part. */
  tallies: u64;
  tallies2: u64;
  /** A byte a kind. */
  cells: u64;
  /** Bits of the labels that the part gives. */
  labels: u32;
  /** Written values of this part and those before it. */
  written: u32;
}

const REMEMBERED_BYTES: usize = 56;
const PARTS: usize = memory.data(3640, 8); // (PARTS_MAX + 1) x REMEMBERED_BYTES
const SHARED: usize = memory.data(8, 8); // The history of each kind that all parts of a call share.

let remembered: i32 = 0;
let cellCount: i32 = 0;
let isKept: bool = false;
let asked: u32 = 0;
/** The history of the session; where freezes stand, or that of an event. */
let sessionCell: i32 = -1;
let otherCell: i32 = -1;
/** A bit for each REASON_STATE_* that holds. */
let reasons: u32 = 0;

function note(reason: i32): void {
  reasons |= 1 << reason;
}

/** Whether the reason REASON_STATE_* holds. */
export function stateHolds(reason: i32): bool {
  return ((reasons >> reason) & 1) != 0;
}

/** True when the request has histories, though perhaps none. */
export function keepsMemory(): bool {
  return isKept;
}

export function cellsOfRequest(): i32 {
  return cellCount;
}

export function openedAt(index: i32): Cell {
  return changetype<Cell>(OPENED + <usize>index * OPENED_BYTES);
}

function entryOf(index: i32): i32 {
  const cells = member(REQUEST_KEY_CELLS);
  let entry = firstChild(cells);
  while (index-- > 0) entry = nextSibling(cells, entry);
  return entry;
}

export function idAt(index: i32): usize {
  return bytesAt(firstChild(entryOf(index)));
}

/** The digest that the request says. */
export function digestAt(index: i32): usize {
  const entry = entryOf(index);
  return bytesAt(nextSibling(entry, firstChild(entry)));
}

export function requestMs(): u64 {
  return <u64>asI64(context(CONTEXT_KEY_TIME_MS));
}

/** The digest of a history without events. */
const NOTHING_AT: usize = memory.data(32, 8);

function open(index: i32): void {
  assert(offsetof<Cell>() <= OPENED_BYTES);
  const cell = openedAt(index);
  memory.fill(changetype<usize>(cell), 0, OPENED_BYTES);
  cell.nowMs = requestMs();
  const bytes = load<u32>(CELL_SIZES_AT + ((<usize>index) << 2));
  let digest = NOTHING_AT;
  if (bytes > 0) {
    const at = CELLS_AT + <usize>index * CELL_STRIDE;
    if (!openCell(cell, at, bytes, idAt(index))) {
      note(REASON_STATE_STATE_INVALID);
      return;
    }
    digest = at + DIGEST_AT;
  }
  if (cell.nowMs > requestMs()) note(REASON_STATE_TIME_BACKWARDS);
  const call = callName();
  if (call != 0 && isAnswered()) forgetReview(cell, call);
  cell.isKnown = equal(digest, digestAt(index), SHA256_BYTES);
  if (!cell.isKnown) note(REASON_STATE_STATE_STALE);
}

/** Finds the history that belongs to a kind for the part under way. */
function locate(kind: usize): i32 {
  const found = findKey(kind);
  if (found != KEY_FOUND) return found == KEY_SEVERAL ? UNREADABLE : NO_KEY;
  for (let index = 0; index < cellCount; index++) {
    if (!equal(idAt(index), FOUND_ID_AT, SHA256_BYTES)) continue;
    asked |= 1 << index;
    const cell = openedAt(index);
    cell.kind = kind;
    return cell.isKnown ? index : UNREADABLE;
  }
  if (cellCount == CELLS_MAX) note(REASON_STATE_CELLS_OVERFLOW);
  else note(REASON_STATE_STATE_INVALID);
  return UNREADABLE;
}

/** The history that all parts touch of a kind, or of none. */
function sharedOf(kind: i32): i32 {
  return kind == NO_KIND ? NO_KEY : <i32>load<i8>(SHARED + <usize>kind);
}

/** The history of the session, or NO_KEY or UNREADABLE. */
export function cellOfSession(): i32 {
  return sessionCell;
}

/** The history that an event goes into, or NO_KEY or UNREADABLE. */
export function cellOfEvent(): i32 {
  return otherCell;
}

/** True while something may be frozen that the call names. */
function mayFreeze(): bool {
  return otherCell >= 0 && openedAt(otherCell).marks > 0 && !stateHolds(REASON_STATE_FROZEN);
}

function beginEvent(): void {
  const kind = kindOfEvent();
  otherCell = isKept && kind != NO_KIND ? locate(kindAt(kind)) : NO_KEY;
  if (otherCell == NO_KEY) note(REASON_STATE_STATE_INVALID);
}

/** Opens the histories of the request. */
export function beginMemory(): void {
  const cells = member(REQUEST_KEY_CELLS);
  isKept = cells != ABSENT;
  reasons = 0;
  asked = 0;
  cellCount = 0;
  sessionCell = NO_KEY;
  otherCell = NO_KEY;
  if (isKept) openAll(cells);
  if (isEvent()) return beginEvent();
  if (!isKept) return;
  for (let kind = 0; kind < kindCount(); kind++) {
    if (isOfContext(kindAt(kind))) store<i8>(SHARED + <usize>kind, <i8>locate(kindAt(kind)));
  }
  sessionCell = sharedOf(sessionKind());
  otherCell = sharedOf(freezeKind());
  // Nobody can say that nothing is frozen.
  if (otherCell == UNREADABLE && !stateHolds(REASON_STATE_STATE_STALE)) note(REASON_STATE_STATE_INVALID);
  if (mayFreeze() && callIsFrozen(openedAt(otherCell))) note(REASON_STATE_FROZEN);
}

function openAll(cells: i32): void {
  for (let entry = firstChild(cells); entry >= 0; entry = nextSibling(cells, entry)) open(cellCount++);
}

/** Before the first part of a reading. */
export function forgetRemembered(): void {
  remembered = 0;
}

export function rememberedCount(): i32 {
  return remembered;
}

export function rememberedAt(position: i32): Remembered {
  return changetype<Remembered>(PARTS + <usize>position * REMEMBERED_BYTES);
}

/** The history that a part touches, or NO_KEY or UNREADABLE. */
export function cellOf(position: i32, kind: i32): i32 {
  return load<i8>(changetype<usize>(rememberedAt(position)) + <usize>kind, offsetof<Remembered>("cells"));
}

/** Bits of the tallies of a kind that count a part. */
export function talliesOf(position: i32, kind: i32): u32 {
  return load<u16>(
    changetype<usize>(rememberedAt(position)) + ((<usize>kind) << 1),
    offsetof<Remembered>("tallies"),
  );
}

/** Notes that a tally of a kind counts the part under way. */
export function addTally(kind: i32, index: u32): void {
  assert(kind < CELL_KINDS_MAX && index < 16);
  const at = changetype<usize>(rememberedAt(remembered)) + ((<usize>kind) << 1);
  store<u16>(
    at,
    load<u16>(at, offsetof<Remembered>("tallies")) | <u16>((<u32>1) << index),
    offsetof<Remembered>("tallies"),
  );
}

function amountOfPart(): u64 {
  const call = part();
  if (call.amountReference != UNKNOWN) return <u64>call.amountReference;
  const declared = load<u32>(call.action + ACTIONS_FIELDS_LOW) & (1 << (codes.FIELD_AMOUNT_MINOR - 1));
  return declared == 0 ? 0 : VALUE_MAX;
}

/** Fields that say who or what a part is about, the most telling first. */
const TARGETS: usize = memory.data<u8>([
  <u8>codes.FIELD_RECIPIENT,
  <u8>codes.FIELD_PAYEE,
  <u8>codes.FIELD_CHANNEL,
  <u8>codes.FIELD_URL,
  <u8>codes.FIELD_HOST,
  <u8>codes.FIELD_DESTINATION_PATH,
  <u8>codes.FIELD_PATH,
  <u8>codes.FIELD_ACCOUNT,
  <u8>codes.FIELD_USER,
  <u8>codes.FIELD_DEVICE,
  <u8>codes.FIELD_REPOSITORY,
  <u8>codes.FIELD_TABLE,
  <u8>codes.FIELD_RESOURCE,
  0,
]);

function valuesOf(field: i32): u32 {
  let found: u32 = 0;
  for (let at = nextValue(field, 0); at >= 0; at = nextValue(field, at + 1)) found++;
  return found;
}

function targetField(): i32 {
  for (let at = TARGETS; load<u8>(at) != 0; at++) {
    if (fieldState(load<u8>(at)) == FIELD_PRESENT) return load<u8>(at);
  }
  return 0;
}

function targetOfPart(field: i32): u64 {
  if (field == 0) return 0;
  const call = part();
  if (field == codes.FIELD_URL && call.urlHostBytes != UNKNOWN)
    return keyedHash(call.urlHostAt, call.urlHostBytes);
  const value = valueAt(nextValue(field, 0));
  return keyedHash(value.at, value.bytes);
}

function unitsOfPart(field: i32): u32 {
  const state = fieldState(codes.FIELD_COUNT_FIELD);
  if (state == FIELD_MALFORMED) return u32.MAX_VALUE;
  const counted = state == FIELD_ABSENT ? 1 : valueAt(nextValue(codes.FIELD_COUNT_FIELD, 0)).number;
  if (<u64>counted > <u64>u32.MAX_VALUE) return u32.MAX_VALUE;
  return max(max(<u32>counted, 1), field == 0 ? 0 : valuesOf(field));
}

/** Written values of the parts before the one under way. */
export function writtenBefore(): u32 {
  return remembered == 0 ? 0 : rememberedAt(remembered - 1).written;
}

/** Notes that one more thing cannot be frozen. */
export function refuseFull(): void {
  note(REASON_STATE_STATE_FULL);
}

/** Begins to remember the part under way. */
export function rememberPart(): void {
  assert(offsetof<Remembered>() == REMEMBERED_BYTES && remembered <= PARTS_MAX);
  const call = part();
  const here = rememberedAt(remembered);
  here.tallies = 0;
  here.tallies2 = 0;
  here.labels = 0;
  here.written = writtenBefore();
  if (mayFreeze() && partIsFrozen(openedAt(otherCell))) note(REASON_STATE_FROZEN);
  here.cells = u64.MAX_VALUE; // NO_KEY of every kind.
  if (isKept) {
    for (let kind = 0; kind < kindCount(); kind++) {
      const entry = kindAt(kind);
      const cell = isOfContext(entry) ? <i32>load<i8>(SHARED + <usize>kind) : locate(entry);
      store<i8>(changetype<usize>(here) + <usize>kind, <i8>cell, offsetof<Remembered>("cells"));
    }
  }
  if (listCount(load<u32>(call.action + ACTIONS_TALLIES)) == 0) return;
  const field = targetField();
  here.amount = amountOfPart();
  here.target = targetOfPart(field);
  here.units = unitsOfPart(field);
  here.action = load<u16>(call.action + ACTIONS_NUMBER);
}

/** Keeps the part under way, which was judged. */
export function keepRemembered(): void {
  rememberedAt(remembered).tier = <u16>part().tier;
  remembered++;
}

/** After the last part: a history that belongs to nothing in the call is somebody else's. */
export function endMemory(): void {
  if (asked != <u32>((1 << cellCount) - 1)) note(REASON_STATE_STATE_INVALID);
}

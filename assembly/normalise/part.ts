/**
 * The part: one action with its facts, and the numbers that later layers add to it. It is all that condition, risk,
 * decide and record see of a call, apart from its context. One part is under way at a time; `beginPart` clears it.
 */
import { equal } from "../base/bytes";
import { AMPLIFIER_COUNT, FIELD_COUNT, MARK_FIELD_MALFORMED, MARK_VALUES_OVERFLOW } from "../gen/codes";
import { CANONICAL_BYTES_MAX, VALUES_MAX } from "../gen/limits";

/** How much is known of a field. */
export const FIELD_ABSENT: u8 = 0;
export const FIELD_PRESENT: u8 = 1;
export const FIELD_MALFORMED: u8 = 2;

/** A derived fact that the call does not tell. Known ones are >= 0. */
export const UNKNOWN: i32 = -1;

@unmanaged
export class Part {
  /** Entry of the image's `actions`, and its index. */
  action: usize;
  actionIndex: u32;
  /** Text that names what led to the action: `pack/row`, `direct`, `unknown` or a language. */
  idAt: usize;
  idBytes: u32;
  /** The pack that mapped the call, or NONE. */
  pack: u32;
  serverBinding: i32;
  /** Bits of MARK_* and ANNOTATION_*. */
  marks: u32;
  annotations: u32;

  recipientScope: i32;
  pathScope: i32;
  /** A working directory that somebody vouches for was known. */
  isCwdKnown: bool;
  /** Bits of HOST_SCOPE_*. */
  hostScopes: i32;
  urlUserinfo: i32;
  urlIdn: i32;
  urlSchemeAt: usize;
  urlSchemeBytes: i32;
  urlHostAt: usize;
  urlHostBytes: i32;
  amountMinor: i64;
  amountReference: i64;
  usedDefaultCurrency: bool;
  /** `*`, `?` and `[` in its paths are wildcards: a shell or a program puts names there. */
  hasWildcards: bool;

  // Written by risk.
  primary: u32;
  secondary: u32;
  hazard: u32;
  score: i32;
  tier: i32;

  // Written by decide: the verdict of the tier, as relax entries left it, and whether they lowered it.
  scored: i32;
  isCalmed: bool;
}

/** A canonical value of a field: text, or a number. 24 bytes. */
@unmanaged
export class Value {
  field: i32;
  at: usize;
  bytes: u32;
  /** What its type notes beside it: the class of an address or host, the scope of a path. */
  kind: i32;
  number: i64;
}

const PART_AT: usize = memory.data(192, 8);
const LEVELS: usize = memory.data(16, 8);
const STATES: usize = memory.data(64, 8); // FIELD_COUNT bytes, by field number - 1.
const VALUES: usize = memory.data(1536, 8); // VALUES_MAX x 24.
const TEXT: usize = memory.data(65536, 16); // CANONICAL_BYTES_MAX.

let values: i32 = 0;
let canonicalBytes: u32 = 0;
let textBytes: u32 = 0;
let copiesChanged: bool = false;

export function part(): Part {
  return changetype<Part>(PART_AT);
}

/** Forgets the part before. */
export function beginPart(): void {
  assert(offsetof<Part>() <= 192 && offsetof<Value>() == 24);
  memory.fill(PART_AT, 0, offsetof<Part>());
  memory.fill(STATES, 0, FIELD_COUNT);
  values = 0;
  canonicalBytes = 0;
  textBytes = 0;
  const fresh = part();
  fresh.recipientScope = UNKNOWN;
  fresh.pathScope = UNKNOWN;
  fresh.hostScopes = UNKNOWN;
  fresh.urlUserinfo = UNKNOWN;
  fresh.urlIdn = UNKNOWN;
  fresh.urlSchemeBytes = UNKNOWN;
  fresh.urlHostBytes = UNKNOWN;
  fresh.amountMinor = UNKNOWN;
  fresh.amountReference = UNKNOWN;
}

export function setMark(mark: i32): void {
  part().marks |= 1 << mark;
}

/** FIELD_ABSENT, FIELD_PRESENT or FIELD_MALFORMED. */
export function fieldState(field: i32): u8 {
  return load<u8>(STATES + <usize>(field - 1));
}

/** Once malformed, a field stays so. */
export function setFieldState(field: i32, state: u8): void {
  if (fieldState(field) != FIELD_MALFORMED) store<u8>(STATES + <usize>(field - 1), state);
}

export function valueCount(): i32 {
  return values;
}

export function valueAt(position: i32): Value {
  return changetype<Value>(VALUES + <usize>position * 24);
}

/** The first value of a field at or after `position`, or -1. */
export function nextValue(field: i32, position: i32): i32 {
  for (; position < values; position++) {
    if (valueAt(position).field == field) return position;
  }
  return -1;
}

function overflow(field: i32): bool {
  setMark(MARK_VALUES_OVERFLOW);
  setMark(MARK_FIELD_MALFORMED);
  setFieldState(field, FIELD_MALFORMED);
  return false;
}

/** Adds a number to a field; false when the part is full. */
export function addNumber(field: i32, number: i64): bool {
  if (values == VALUES_MAX) return overflow(field);
  const value = valueAt(values++);
  value.field = field;
  value.at = 0;
  value.bytes = 0;
  value.kind = 0;
  value.number = number;
  setFieldState(field, FIELD_PRESENT);
  return true;
}

/** Forgets the last value when the first of its field says the same. */
export function dropSame(field: i32): void {
  const first = valueAt(nextValue(field, 0));
  const last = valueAt(values - 1);
  if (first == last || last.field != field || first.number != last.number || first.kind != last.kind) return;
  if (first.bytes == last.bytes && equal(first.at, last.at, last.bytes)) values--;
}

/** Adds text that stays where it is, in the request or the image. */
export function addText(field: i32, at: usize, bytes: u32, kind: i32): bool {
  if (canonicalBytes + bytes > <u32>CANONICAL_BYTES_MAX) return overflow(field);
  if (!addNumber(field, 0)) return false;
  canonicalBytes += bytes;
  const value = valueAt(values - 1);
  value.at = at;
  value.bytes = bytes;
  value.kind = kind;
  return true;
}

/** Adds text out of a scratch area: it is copied. */
export function addCopy(field: i32, at: usize, bytes: u32, kind: i32): bool {
  const to = TEXT + textBytes;
  if (!addText(field, to, bytes, kind)) return false;
  textBytes += bytes; // Copies are a part of what addText counted, so there is room.
  if (equal(to, at, bytes)) return true;
  memory.copy(to, at, bytes);
  copiesChanged = true;
  return true;
}

/** True for text that `addCopy` put there. */
export function isCopied(at: usize): bool {
  return at >= TEXT && at < TEXT + CANONICAL_BYTES_MAX;
}

/** True once after some copied text is another one than in the part before: what was found out about it is void. */
export function takeCopiesChanged(): bool {
  const changed = copiesChanged;
  copiesChanged = false;
  return changed;
}

export function level(amplifier: i32): u32 {
  return load<u8>(LEVELS + <usize>amplifier);
}

export function setLevel(amplifier: i32, value: u32): void {
  assert(amplifier < AMPLIFIER_COUNT);
  store<u8>(LEVELS + <usize>amplifier, value);
}

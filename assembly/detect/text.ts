/**
 * The text of a call: keys and strings of the arguments in document order, folded, so that one pass sees a value behind
 * its name and no letter in disguise (docs/format/detect.md, step 1).
 */
import { copyShort } from "../base/bytes";
import { after, asU64, bytesAt, bytesSize, isKey, isNegative, KIND_INT, KIND_STR, kind } from "../base/cmp";
import { codePoint, isAscii, width } from "../base/utf8";
import { KINDS_AT } from "../gen/kinds";
import { DETECT_TEXT_BYTES_MAX } from "../gen/limits";
import { foldOf } from "./automaton";

const TEXT_AT: usize = memory.data(DETECT_TEXT_BYTES_MAX, 16);
const INT_MIN: u64 = 10_000_000; // Below it no detector has anything to find.
const LINE_END: u32 = 0x0a;
const EQUALS: u32 = 0x3d;
const BLANK: u32 = 0x20;
const DASH: u32 = 0x2d;
const ZERO: u32 = 0x30;
const NOTHING: u32 = 0xffffffff;

let end: usize = 0;

export function textStart(): usize {
  return TEXT_AT;
}

export function textEnd(): usize {
  return end;
}

/** The byte at an address, or 0 outside the text. */
export function byteAt(at: usize): u32 {
  return at >= TEXT_AT && at < end ? <u32>load<u8>(at) : 0;
}

/** Kinds of the byte at an address: bits of KIND_*. None outside the text. */
export function kindsAt(at: usize): u32 {
  return at >= TEXT_AT && at < end ? <u32>load<u16>(KINDS_AT + ((<usize>load<u8>(at)) << 1)) : 0;
}

function put(byte: u32): void {
  assert(end < TEXT_AT + DETECT_TEXT_BYTES_MAX);
  store<u8>(end++, <u8>byte);
}

/** True for what is not seen: it joins, separates or directs other characters, or fills nothing. */
function isInvisible(point: u32): bool {
  return (
    point == 0xad ||
    point - 0x0300 < 0x70 ||
    point == 0x061c ||
    point - 0x115f < 2 ||
    point - 0x17b4 < 2 ||
    point - 0x180b < 5 ||
    point - 0x200b < 5 ||
    point - 0x202a < 5 ||
    point - 0x2060 < 16 ||
    point == 0x3164 ||
    point - 0xfe00 < 16 ||
    point == 0xfeff ||
    point == 0xffa0 ||
    point - 0xe0000 < 0x1000
  );
}

function isWideBlank(point: u32): bool {
  return point == 0xa0 || point - 0x2000 < 11 || point == 0x202f || point == 0x205f || point == 0x3000;
}

function isDashLike(point: u32): bool {
  return point - 0x2010 < 6 || point == 0x2212 || point == 0xfe58 || point == 0xfe63;
}

/** The ASCII byte that a code point above ASCII becomes, NOTHING, or 0 where it stays. */
function foldedPoint(point: u32): u32 {
  if (isInvisible(point)) return NOTHING;
  if (isWideBlank(point)) return BLANK;
  if (isDashLike(point)) return DASH;
  if (point - 0xff01 < 94) return point - 0xfee0;
  if (point - 0x0660 < 10) return point - 0x0660 + ZERO;
  if (point - 0x06f0 < 10) return point - 0x06f0 + ZERO;
  if (point - 0x0966 < 10) return point - 0x0966 + ZERO;
  if (point - 0x1d400 < 0x2a4) {
    const letter = (point - 0x1d400) % 52;
    return letter < 26 ? 0x41 + letter : 0x61 + letter - 26;
  }
  if (point - 0x1d7ce < 50) return ((point - 0x1d7ce) % 10) + ZERO;
  return foldOf(point);
}

function putFolded(at: usize, size: u32): void {
  // Folding never lengthens, so the room that the bytes as they are need is enough.
  assert(end + size <= TEXT_AT + DETECT_TEXT_BYTES_MAX);
  if (isAscii(at, size)) {
    copyShort(end, at, size);
    end += size;
    return;
  }
  const last = at + size;
  while (at < last) {
    const bytes = width(at);
    if (bytes == 1) {
      store<u8>(end++, load<u8>(at));
    } else {
      const folded = foldedPoint(codePoint(at));
      if (folded == 0) for (let byte: u32 = 0; byte < bytes; byte++) store<u8>(end++, load<u8>(at + byte));
      else if (folded != NOTHING) store<u8>(end++, <u8>folded);
    }
    at += bytes;
  }
}

/** Decimal digits of an int. */
function putInt(value: u64): void {
  let power: u64 = 1;
  for (let left = value; left >= 10; left /= 10) power *= 10;
  for (; power > 0; power /= 10) put(<u32>((value / power) % 10) + ZERO);
}

/** Writes the text of the map at `node`. */
export function writeText(node: i32): void {
  end = TEXT_AT;
  const last = after(node);
  for (let inner = node + 1; inner < last; inner++) {
    const type = kind(inner);
    if (type == KIND_STR) {
      putFolded(bytesAt(inner), bytesSize(inner));
      if (isKey(inner)) {
        put(EQUALS);
        continue;
      }
    } else if (type == KIND_INT && !isNegative(inner)) {
      const value = asU64(inner);
      if (value >= INT_MIN) putInt(value);
    }
    put(LINE_END);
  }
}

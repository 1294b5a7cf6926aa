/**
 * Recipients: mail addresses, account names, channels. A string may hold several; each becomes one canonical value with
 * a class, and the classes of all recipients give one scope (docs/format/evaluation.md, address).
 */
import { bytesAt, bytesSize } from "../base/cmp";
import { dropBlank, lastIndex, skipBlank, startsWithFolded } from "../base/text";
import { lower, lowerInto } from "../base/utf8";
import {
  FIELD_RECIPIENT,
  RECIPIENT_SCOPE_EXTERNAL,
  RECIPIENT_SCOPE_INTERNAL,
  RECIPIENT_SCOPE_MIXED,
  RECIPIENT_SCOPE_SELF,
} from "../gen/codes";
import { ASSERTED_KEY_ACTOR, CONTEXT_KEY_ACTOR, WORD_MAILTO_, wordAt, wordBytes } from "../gen/words";
import { ABSENT, authority, context } from "../request/view";
import { isOrgDomain } from "./host-name";
import { addCopy, FIELD_PRESENT, fieldState, nextValue, UNKNOWN, valueAt } from "./part";

/** Class of a piece that is no mail address. The others are RECIPIENT_SCOPE_SELF, _INTERNAL and _EXTERNAL. */
const CLASS_UNCLEAR: i32 = 0;

const ADDRESS_BYTES_MAX: usize = 320;
const PIECE_AT: usize = memory.data(320, 8);

function isActor(at: usize, bytes: u32): bool {
  const actor = context(CONTEXT_KEY_ACTOR);
  if (actor == ABSENT || authority(ASSERTED_KEY_ACTOR) == ABSENT) return false;
  const end = bytesAt(actor) + bytesSize(actor);
  const from = skipBlank(bytesAt(actor), end);
  if (dropBlank(from, end) - from != <usize>bytes) return false;
  for (let done: usize = 0; done < <usize>bytes; done++) {
    if (lower(load<u8>(from + done)) != <u32>load<u8>(at + done)) return false;
  }
  return true;
}

function classOf(at: usize, bytes: u32): i32 {
  if (isActor(at, bytes)) return RECIPIENT_SCOPE_SELF;
  const end = at + bytes;
  const sign = lastIndex(at, end, 0x40);
  if (sign == 0) return CLASS_UNCLEAR;
  if (lastIndex(at, sign, 0x40) != 0) return RECIPIENT_SCOPE_EXTERNAL;
  for (let cursor = sign + 1; cursor < end; cursor++)
    if (load<u8>(cursor) >= 0x80) return RECIPIENT_SCOPE_EXTERNAL;
  return isOrgDomain(sign + 1, <u32>(end - sign - 1)) ? RECIPIENT_SCOPE_INTERNAL : RECIPIENT_SCOPE_EXTERNAL;
}

/** Reads one piece between separators and adds it if asked to; false when it is malformed. An empty one is skipped. */
function readPiece(field: i32, at: usize, end: usize, adding: bool): bool {
  at = skipBlank(at, end);
  end = dropBlank(at, end);
  if (end > at && load<u8>(end - 1) == 0x3e) {
    const open = lastIndex(at, end, 0x3c);
    if (open != 0) {
      at = skipBlank(open + 1, end - 1);
      end = dropBlank(at, end - 1);
    }
  }
  if (startsWithFolded(at, <u32>(end - at), wordAt(WORD_MAILTO_), wordBytes(WORD_MAILTO_)))
    at += wordBytes(WORD_MAILTO_);
  if (end > at && load<u8>(end - 1) == 0x2e && lastIndex(at, end, 0x40) != 0) end--;
  if (end == at) return true;
  if (end - at > ADDRESS_BYTES_MAX) return false;
  for (let cursor = at; cursor < end; cursor++)
    if (load<u8>(cursor) < 0x20 || load<u8>(cursor) == 0x7f) return false;
  if (!adding) return true;
  const bytes = <u32>(end - at);
  lowerInto(PIECE_AT, <u32>ADDRESS_BYTES_MAX, at, bytes);
  return addCopy(field, PIECE_AT, bytes, classOf(PIECE_AT, bytes));
}

function readPieces(field: i32, at: usize, bytes: u32, adding: bool): bool {
  const end = at + bytes;
  while (at <= end) {
    let cut = at;
    while (cut < end && load<u8>(cut) != 0x2c && load<u8>(cut) != 0x3b) cut++;
    if (!readPiece(field, at, cut, adding)) return false;
    at = cut + 1;
  }
  return true;
}

/** Reads a string that may name several addresses: all of them, or none when one is malformed. */
export function readAddresses(field: i32, at: usize, bytes: u32): bool {
  return readPieces(field, at, bytes, false) && readPieces(field, at, bytes, true);
}

/** RECIPIENT_SCOPE_* of the field `recipient`, or UNKNOWN. */
export function recipientScope(): i32 {
  if (fieldState(FIELD_RECIPIENT) != FIELD_PRESENT) return UNKNOWN;
  let seen: u32 = 0;
  for (let at = nextValue(FIELD_RECIPIENT, 0); at >= 0; at = nextValue(FIELD_RECIPIENT, at + 1))
    seen |= 1 << valueAt(at).kind;
  const external: u32 = 1 << RECIPIENT_SCOPE_EXTERNAL;
  if (seen == external) return RECIPIENT_SCOPE_EXTERNAL;
  if (seen & external) return RECIPIENT_SCOPE_MIXED;
  if (seen & (1 << CLASS_UNCLEAR)) return UNKNOWN;
  return seen == 1 << RECIPIENT_SCOPE_SELF ? RECIPIENT_SCOPE_SELF : RECIPIENT_SCOPE_INTERNAL;
}

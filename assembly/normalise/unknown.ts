/**
 * Tools that nobody mapped: whether such a call is no more than a read (docs/format/evaluation.md, unknown.read). It
 * looks at the name, the hints, and how much the arguments could carry away.
 */
import { after, bytesAt, bytesSize, isKey, KIND_BIN, KIND_STR, kind } from "../base/cmp";
import { isDigit, isLetter } from "../base/text";
import {
  ANNOTATION_DESTRUCTIVE,
  ANNOTATION_READ_WRITE,
  NAMESPACE_VERB_ACT,
  NAMESPACE_VERB_READ,
} from "../gen/codes";
import {
  UNKNOWN_READ_RUN_BYTES_MAX,
  UNKNOWN_READ_STRING_BYTES_MAX,
  UNKNOWN_READ_TOTAL_BYTES_MAX,
  UNKNOWN_READ_VALUES_MAX,
} from "../gen/limits";
import { holds, unknownReadOn } from "../policy/view";
import { payload } from "../request/view";
import { canonicalNameAt, canonicalNameBytes } from "./name";

const RUN_ALWAYS_DENSE_BYTES: u32 = 64;

function nameReads(): bool {
  const end = canonicalNameAt() + canonicalNameBytes();
  let reads = false;
  for (let at = canonicalNameAt(); at < end; ) {
    let cut = at;
    while (cut < end && load<u8>(cut) != 0x5f) cut++;
    const bytes = <u32>(cut - at);
    if (holds(NAMESPACE_VERB_ACT, at, bytes)) return false;
    if (holds(NAMESPACE_VERB_READ, at, bytes)) reads = true;
    at = cut + 1;
  }
  return reads;
}

/** A run of letters and digits long and mixed enough to be a secret or encoded data. */
function hasDenseRun(at: usize, bytes: u32): bool {
  let run: u32 = 0;
  let letters = false;
  let digits = false;
  for (let position: u32 = 0; position < bytes; position++) {
    const byte: u32 = load<u8>(at + position);
    const letter = isLetter(byte);
    const digit = isDigit(byte);
    if (!letter && !digit) {
      run = 0;
      letters = false;
      digits = false;
      continue;
    }
    run++;
    letters = letters || letter;
    digits = digits || digit;
    if (run >= RUN_ALWAYS_DENSE_BYTES) return true;
    if (run >= <u32>UNKNOWN_READ_RUN_BYTES_MAX && letters && digits) return true;
  }
  return false;
}

/** True when the arguments are too little to carry anything out: few values, short plain strings, no bytes. */
function argumentsAreSmall(): bool {
  const top = payload();
  const end = after(top);
  let values: i32 = 0;
  let total: u32 = 0;
  for (let node = top + 1; node < end; node++) {
    const key = isKey(node);
    if (!key && ++values > UNKNOWN_READ_VALUES_MAX) return false;
    if (kind(node) == KIND_BIN) return false;
    if (kind(node) != KIND_STR) continue;
    const bytes = bytesSize(node);
    total += bytes;
    if (total > <u32>UNKNOWN_READ_TOTAL_BYTES_MAX) return false;
    if (!key && bytes > <u32>UNKNOWN_READ_STRING_BYTES_MAX) return false;
    if (hasDenseRun(bytesAt(node), bytes)) return false;
  }
  return true;
}

/** True when a tool without a mapping passes as `unknown.read`; its server is the host or bound. */
export function passesAsRead(annotations: u32): bool {
  if (!unknownReadOn()) return false;
  if (annotations & ((1 << ANNOTATION_DESTRUCTIVE) | (1 << ANNOTATION_READ_WRITE))) return false;
  return nameReads() && argumentsAreSmall();
}

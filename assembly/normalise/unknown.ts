/**
 * Tools that nobody mapped: what such a call looks like by its name, its arguments and its hints, and whether it is no
 * more than a read (docs/format/evaluation.md, step 2).
 */
import { after, bytesAt, bytesSize, isKey, KIND_BIN, KIND_STR, kind, valueUnder } from "../base/cmp";
import { isDigit, isLetter } from "../base/text";
import {
  ANNOTATION_DESTRUCTIVE,
  ANNOTATION_READ_WRITE,
  MARK_LOOKS_LIKE_DELETE,
  NAMESPACE_ARGUMENT,
  NAMESPACE_VERB_ACT,
  NAMESPACE_VERB_READ,
} from "../gen/codes";
import {
  NAME_BYTES_MAX,
  UNKNOWN_READ_RUN_BYTES_MAX,
  UNKNOWN_READ_STRING_BYTES_MAX,
  UNKNOWN_READ_TOTAL_BYTES_MAX,
  UNKNOWN_READ_VALUES_MAX,
} from "../gen/limits";
import { lookUp, NONE, unknownReadOn } from "../policy/view";
import { payload } from "../request/view";
import { canonicalNameAt, canonicalNameBytes, canonise } from "./name";

const RUN_ALWAYS_DENSE_BYTES: u32 = 64;
const LETTER: u32 = 1;
const DIGIT: u32 = 2;

// Classes by number; the first six have a mark each, in this order from MARK_LOOKS_LIKE_DELETE on.
const DELETES: u32 = 1 << 0;
const MONEY: u32 = 1 << 1;
const WRITES: u32 = 1 << 4;
const READS: u32 = 1 << 5;
const NAMES_PLACE: u32 = 1 << 6;
const MARKED: u32 = 63;
/** The classes that a word of a name can give, and those that arguments can. */
const BY_NAME: u32 = 31;
const BY_ARGUMENTS: u32 = 31 | NAMES_PLACE;
/** In the value of an acting word: it is the name of a thing after a word that reads. */
const IS_THING: u32 = 1 << 7;
/** In the value of an argument: what it holds says what the tool does, as the words of a name do. */
const SAYS: u32 = 1 << 7;
/** In the value of an argument: it says nothing as the last word of a longer name. */
const ONLY_WHOLE: u32 = 1 << 15;
const UNDERSCORE: u8 = 0x5f;

let classes: u32 = 0;
/** Classes of the words that act in arguments that say what the tool does, and IS_THING with them; 0 when there are none. */
let said: u32 = 0;

/** Classes of the words that act in the canonical name, and IS_THING; READS when there is none of them and one that reads. */
function readWords(): u32 {
  const end = canonicalNameAt() + canonicalNameBytes();
  let acts: u32 = 0;
  let reads: u32 = 0;
  let afterRead = false;
  for (let at = canonicalNameAt(); at < end; ) {
    let cut = at;
    let bits: u32 = 0;
    for (; cut < end && load<u8>(cut) != UNDERSCORE; cut++) bits |= load<u8>(cut);
    const bytes = <u32>(cut - at);
    // A word that is not ASCII may be any other in disguise.
    const act = bits > 0x7f ? 0 : lookUp(NAMESPACE_VERB_ACT, at, bytes);
    if (act != NONE) {
      afterRead = afterRead && (act & IS_THING) != 0;
      if (!afterRead) acts |= act | IS_THING; // So that it is not 0.
    } else {
      const read = lookUp(NAMESPACE_VERB_READ, at, bytes);
      afterRead = read == 0 || (read == 1 && cut == end);
      if (afterRead) reads = READS;
    }
    at = cut + 1;
  }
  return acts != 0 ? acts & (BY_NAME | IS_THING) : reads;
}

/** True when a word of the name reads and none acts. */
export function nameReads(): bool {
  return readWords() == READS;
}

/** What the name of an argument says: its two halves of classes. */
function argumentWord(key: i32): u32 {
  canonise(bytesAt(key), bytesSize(key));
  const at = canonicalNameAt();
  const bytes = canonicalNameBytes();
  const whole = lookUp(NAMESPACE_ARGUMENT, at, bytes);
  if (whole != NONE) return whole;
  let from = bytes;
  while (from > 0 && load<u8>(at + from - 1) != UNDERSCORE) from--;
  if (from == 0) return 0;
  const last = lookUp(NAMESPACE_ARGUMENT, at + from, bytes - from);
  return last == NONE || last & ONLY_WHOLE ? 0 : last;
}

/** What the text of an argument that says what the tool does adds to `said`. */
function readSaid(node: i32): void {
  const isLong = bytesSize(node) > <u32>NAME_BYTES_MAX;
  if (!isLong) canonise(bytesAt(node), bytesSize(node));
  const words = isLong ? IS_THING : readWords();
  if (words != READS) said |= words;
}

/** Classes of which the arguments show both halves; notes what they say. */
function readArguments(): u32 {
  const top = payload();
  const end = after(top);
  let halves: u32 = 0;
  let saidEnd = 0;
  said = 0;
  for (let node = top + 1; node < end; node++) {
    if (node < saidEnd && kind(node) == KIND_STR) readSaid(node);
    if (!isKey(node)) continue;
    const word: u32 = bytesSize(node) > <u32>NAME_BYTES_MAX ? NAMES_PLACE * 0x101 : argumentWord(node);
    if (word & SAYS) saidEnd = max(saidEnd, after(valueUnder(node)));
    halves |= word & ~SAYS;
  }
  return halves & (halves >> 8) & BY_ARGUMENTS;
}

/** True when an argument says by a word that acts what the tool does. */
export function argumentsAct(): bool {
  readArguments();
  return said != 0;
}

/** Says what a tool that nobody mapped looks like; returns the marks. */
export function classify(annotations: u32): u32 {
  classes = readWords();
  classes |= readArguments();
  if (said) classes &= ~READS;
  classes = (classes | said) & ~IS_THING;
  if (annotations & (1 << ANNOTATION_DESTRUCTIVE)) classes |= DELETES;
  if (annotations & (1 << ANNOTATION_READ_WRITE)) classes |= WRITES;
  return (classes & MARKED) << MARK_LOOKS_LIKE_DELETE;
}

/** A run of letters and digits long and mixed enough to be a secret or encoded data. */
function hasDenseRun(at: usize, bytes: u32): bool {
  let run: u32 = 0;
  let sorts: u32 = 0;
  for (let position: u32 = 0; position < bytes; position++) {
    const byte: u32 = load<u8>(at + position);
    const sort: u32 = isLetter(byte) ? LETTER : isDigit(byte) ? DIGIT : 0;
    if (sort == 0) {
      run = 0;
      sorts = 0;
      continue;
    }
    run++;
    sorts |= sort;
    if (run >= RUN_ALWAYS_DENSE_BYTES) return true;
    if (run >= <u32>UNKNOWN_READ_RUN_BYTES_MAX && sorts == (LETTER | DIGIT)) return true;
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

/** True when the tool that was classified passes as `unknown.read`; its server is the host or bound. */
export function passesAsRead(): bool {
  // An amount alone is what computations are about.
  return unknownReadOn() && (classes & ~MONEY) == READS && argumentsAreSmall();
}

/**
 * Words of texts and of values, and the keyed hashes by which a value is found in what was said (docs/format/cell.md,
 * section 6). A text is walked once; nothing of it is kept but hashes.
 */
import { inMask, startsWithFolded } from "../base/text";
import {
  FORM_NUMERAL_BYTES_MAX,
  FORM_WORD_BYTES_MAX,
  FORM_WORDS_BYTES_MAX,
  FORM_WORDS_MAX,
  SEEN_MAX,
} from "../gen/limits";
import { KEY_SALT_AT } from "./keys";

/** No hash: the words have no form. */
export const NO_HASH: u64 = 0;
/** What is hashed with a text, so that a value, a path and the name of something frozen never meet. */
export const HASH_FORM: u32 = 0;
export const HASH_PATH: u32 = 1;
export const HASH_FROZEN: u32 = 16;
/** The bits of a hash that a mark has its class in. */
export const CLASS_MASK: u64 = 7;

// SipHash-2-4 under way.
let v0: u64 = 0;
let v1: u64 = 0;
let v2: u64 = 0;
let v3: u64 = 0;
let tail: u64 = 0;
let hashed: u32 = 0;

function sipRound(): void {
  v0 += v1;
  v2 += v3;
  v1 = rotl<u64>(v1, 13) ^ v0;
  v3 = rotl<u64>(v3, 16) ^ v2;
  v0 = rotl<u64>(v0, 32);
  v2 += v1;
  v0 += v3;
  v1 = rotl<u64>(v1, 17) ^ v2;
  v3 = rotl<u64>(v3, 21) ^ v0;
  v2 = rotl<u64>(v2, 32);
}

function sipWord(word: u64): void {
  v3 ^= word;
  sipRound();
  sipRound();
  v0 ^= word;
}

function sipByte(byte: u32): void {
  tail |= (<u64>byte) << ((<u64>hashed & 7) << 3);
  if ((++hashed & 7) != 0) return;
  sipWord(tail);
  tail = 0;
}

function sipBegin(kind: u32): void {
  const k0 = load<u64>(KEY_SALT_AT);
  const k1 = load<u64>(KEY_SALT_AT, 8);
  v0 = k0 ^ 0x736f6d6570736575;
  v1 = k1 ^ 0x646f72616e646f6d;
  v2 = k0 ^ 0x6c7967656e657261;
  v3 = k1 ^ 0x7465646279746573;
  tail = 0;
  hashed = 0;
  sipByte(kind);
}

function sipFinish(): u64 {
  sipWord(tail | ((<u64>hashed) << 56));
  v2 ^= 0xff;
  sipRound();
  sipRound();
  sipRound();
  sipRound();
  return (v0 ^ v1 ^ v2 ^ v3) & ~CLASS_MASK;
}

/** Hash of the bytes as they are. */
export function hashOf(kind: u32, at: usize, bytes: u32): u64 {
  sipBegin(kind);
  for (const end = at + bytes; at < end; at++) sipByte(load<u8>(at));
  return sipFinish();
}

const DIGITS: u64 = 0x03ff000000000000;
// Bytes below 64, and those from 64 to 127: 0x00-0x20 " ' ( ) , ; < > and [ \ ] ` { | } 0x7f
const SEPARATORS_LOW: u64 = 0x58001385ffffffff;
const SEPARATORS_HIGH: u64 = 0xb800000138000000;
const SIGNS_LOW: u64 = 0x07ffe80000000000; // + - . / 0-9 :
const SIGNS_HIGH: u64 = 0x0000000080000001; // @ _
const LEADING_LOW: u64 = 0xa400041a00000000; // ! # $ * : = ?
const LEADING_HIGH: u64 = 1; // @
const TRAILING: u64 = 0x8400c40200000000; // ! * . / : ?

/** A word of a text: its bytes, and whether it has a neighbour before it. 12 bytes. */
@unmanaged
class Word {
  at: u32;
  end: u32;
  isNeighbour: bool;
}

const WWW: usize = memory.data<u8>([0x77, 0x77, 0x77, 0x2e]);
const WORD_BYTES: usize = 12;
const WORDS: usize = memory.data(108, 4); // FORM_WORDS_MAX x WORD_BYTES

function word(index: i32): Word {
  return changetype<Word>(WORDS + <usize>index * WORD_BYTES);
}

function isSeparator(byte: u32): bool {
  return inMask(byte, SEPARATORS_LOW, SEPARATORS_HIGH);
}

/** Finds the next word of a text and puts it in place `index`. Returns where it ends, or 0: there is none. */
function findWord(index: i32, at: usize, end: usize): usize {
  let isNeighbour = true;
  for (; at < end && isSeparator(load<u8>(at)); at++) if (load<u8>(at) > 0x20) isNeighbour = false;
  if (at == end) return 0;
  const found = word(index);
  found.at = <u32>at;
  found.isNeighbour = isNeighbour;
  while (at < end && !isSeparator(load<u8>(at))) at++;
  found.end = <u32>at;
  return at;
}

function isUpperOrDigit(byte: u32): bool {
  return byte - 0x30 < 10 || byte - 0x41 < 26;
}

function isProper(index: i32): bool {
  const byte: u32 = load<u8>(word(index).at);
  return isUpperOrDigit(byte) || byte == 0x2b || byte >= 0x80;
}

function isNumeral(at: usize, end: usize): bool {
  while (at < end && isUpperOrDigit(load<u8>(at))) at++;
  return at == end;
}

function hasDigit(at: usize, end: usize): bool {
  while (at < end && !inMask(load<u8>(at), DIGITS, 0)) at++;
  return at < end;
}

function sipWords(count: i32, between: bool): void {
  for (let index = 0; index < count; index++) {
    if (between && index > 0) sipByte(0x20);
    for (let at: usize = word(index).at; at < <usize>word(index).end; at++) {
      const byte: u32 = load<u8>(at);
      sipByte(byte - 0x41 < 26 ? byte | 0x20 : byte);
    }
  }
}

/** Hash of the form of the first `count` words, or NO_HASH. The words come out as they were. */
function hashWords(count: i32): u64 {
  const first = word(0);
  const last = word(count - 1);
  const began = first.at;
  const ended = last.end;
  while (first.at < first.end && inMask(load<u8>(first.at), LEADING_LOW, LEADING_HIGH)) first.at++;
  while (last.at < last.end && inMask(load<u8>(last.end - 1), TRAILING, 0)) last.end--;
  if (first.at + 4 < first.end && startsWithFolded(first.at, first.end - first.at, WWW, 4)) first.at += 4;
  let hash = NO_HASH;
  if (first.at < first.end && last.at < last.end) hash = hashForm(count);
  first.at = began;
  last.end = ended;
  return hash;
}

function hashForm(count: i32): u64 {
  let areNumerals = true;
  let haveDigit = false;
  let bytes: u32 = 1;
  for (let index = 0; index < count; index++) {
    const each = word(index);
    bytes += each.end - each.at;
    areNumerals = areNumerals && isNumeral(each.at, each.end);
    haveDigit = haveDigit || hasDigit(each.at, each.end);
  }
  const isNumber = areNumerals && haveDigit;
  if (!isNumber) bytes += count - 1;
  const most = count == 1 ? FORM_WORD_BYTES_MAX : isNumber ? FORM_NUMERAL_BYTES_MAX : FORM_WORDS_BYTES_MAX;
  if (bytes < 3 || bytes > <u32>most) return NO_HASH;
  sipBegin(HASH_FORM);
  sipByte(isNumber ? 1 : 0);
  sipWords(count, !isNumber);
  return sipFinish();
}

/** True when nothing is cut off the ends of a value that a program may read as more than one thing. */
function isWhole(first: Word, last: Word): bool {
  let at: usize = first.at;
  while (at < <usize>first.end && (load<u8>(at) == 0x40 || load<u8>(at) == 0x23)) at++; // @ #
  let end: usize = last.end;
  while (end > <usize>last.at && (load<u8>(end - 1) == 0x2e || load<u8>(end - 1) == 0x2f)) end--; // . /
  return (
    at < <usize>first.end &&
    end > <usize>last.at &&
    !inMask(load<u8>(at), LEADING_LOW, LEADING_HIGH) &&
    !inMask(load<u8>(end - 1), TRAILING, 0)
  );
}

/** Hash of the form of a value, or NO_HASH. */
export function hashOfValue(at: usize, bytes: u32): u64 {
  const end = at + bytes;
  let count = 0;
  // One more than a form may have stands in the place of the last, and is enough to know.
  for (
    let next = findWord(0, at, end);
    next != 0;
    next = findWord(min(count, FORM_WORDS_MAX - 1), next, end)
  ) {
    if (count == FORM_WORDS_MAX || (count > 0 && !word(count).isNeighbour)) return NO_HASH;
    count++;
  }
  if (count == 0 || <usize>word(0).at != at || <usize>word(count - 1).end != end) return NO_HASH;
  return isWhole(word(0), word(count - 1)) ? hashWords(count) : NO_HASH;
}

const SLOTS: u64 = 4096;
const SLOT_BYTES: usize = 32768; // SLOTS x 8

let shownAt: usize = 0;
let shown: i32 = 0;

/** Notes a hash, once. */
function show(hash: u64): void {
  if (hash == NO_HASH || shown > SEEN_MAX) return;
  const slots = shownAt + ((<usize>SEEN_MAX) << 3);
  let slot = (hash >> 3) & (SLOTS - 1);
  for (;;) {
    const at = slots + ((<usize>slot) << 3);
    if (load<u64>(at) == hash) return;
    if (load<u64>(at) == 0) {
      store<u64>(at, hash);
      break;
    }
    slot = (slot + 1) & (SLOTS - 1);
  }
  if (shown < SEEN_MAX) store<u64>(shownAt + ((<usize>shown) << 3), hash);
  shown++;
}

function hasSign(index: i32): bool {
  for (let at: usize = word(index).at; at < <usize>word(index).end; at++) {
    if (inMask(load<u8>(at), SIGNS_LOW, SIGNS_HIGH)) return true;
  }
  return false;
}

/** Where the address in the first word begins: behind `://`, or at a word with a slash; 0 without one. */
function findAddress(began: usize, end: usize): usize {
  let at = began;
  let slash: usize = 0;
  for (; at < end; at++) {
    if (load<u8>(at) == 0x2f && slash == 0) slash = at;
    if (at + 3 <= end && load<u16>(at) == 0x2f3a && load<u8>(at, 2) == 0x2f) return at + 3;
  }
  return slash == 0 ? 0 : began;
}

/** Notes the host of an address, when the first word is one. */
function showHost(): void {
  const address = word(0);
  const began = address.at;
  const ended = address.end;
  let at = findAddress(began, ended);
  if (at == 0) return;
  address.at = <u32>at;
  let port: usize = 0;
  let isNamed = true;
  let hasDot = address.at > began;
  for (; at < <usize>ended; at++) {
    const byte: u32 = load<u8>(at);
    if (byte == 0x2f || byte == 0x3f || byte == 0x23) break; // / ? #
    if (byte == 0x3a && port == 0) port = at;
    if (byte == 0x40) isNamed = false;
    if (byte == 0x2e) hasDot = true;
  }
  address.end = <u32>(port == 0 ? at : port);
  if (isNamed && hasDot && address.at < address.end) show(hashWords(1));
  address.at = began;
  address.end = ended;
}

/** Notes the row of words that the first one begins, longer by one each time. */
function showRows(end: usize): void {
  let areNumerals = isNumeral(word(0).at, word(0).end);
  let next: usize = word(0).end;
  for (let count = 1; count < FORM_WORDS_MAX; count++) {
    next = findWord(count, next, end);
    if (next == 0 || !word(count).isNeighbour || !isProper(count)) return;
    areNumerals = areNumerals && isNumeral(word(count).at, word(count).end);
    if (count > 3 && !areNumerals) return;
    show(hashWords(count + 1));
  }
}

/**
 * Lists at `listAt` what the text of `bytes` at `at` shows. Room is needed for SEEN_MAX hashes, and behind them for SLOTS.
 * @returns how many; more than SEEN_MAX when some were left out.
 */
export function findShown(at: usize, bytes: u32, isUser: bool, listAt: usize): i32 {
  assert(offsetof<Word>() <= WORD_BYTES);
  shownAt = listAt;
  shown = 0;
  memory.fill(listAt + ((<usize>SEEN_MAX) << 3), 0, SLOT_BYTES);
  const end = at + bytes;
  for (let next = findWord(0, at, end); next != 0; next = findWord(0, next, end)) {
    const mayName = isProper(0);
    if (isUser || mayName || hasSign(0)) show(hashWords(1));
    showHost();
    if (mayName) showRows(end);
  }
  return shown;
}

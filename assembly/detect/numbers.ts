/**
 * Numbers that carry a check: cards, accounts, and the national numbers of people. Each function gets the match of its
 * detector, from `at` to `end`, and says whether the number in it is one (docs/format/detect.md, step 4).
 */
import { isDigit, isLetter } from "../base/text";
import { KIND_DIGIT, KIND_LOWER, KIND_SEPARATOR, KIND_UPPER } from "../gen/kinds";
import { IBAN_COUNT, WORD_IBAN, wordAt } from "../gen/words";
import { byteAt, kindsAt } from "./text";

export const KIND_ALNUM: u32 = KIND_DIGIT | KIND_UPPER | KIND_LOWER;

const DIGITS_MAX: u32 = 256; // A walk has no more bytes.
const DIGITS: usize = memory.data(256, 8);
let digits: u32 = 0;

const CARD_DIGITS_MAX: u32 = 19;
const ISSUER_DIGITS: u32 = 4;
const SEPARATORS_MAX: u32 = 2;
const LENGTHS_14_19: u32 = 0xfc000; // Bit n: n digits.
const LENGTHS_16_19: u32 = 0xf0000;
const LENGTH_15: u32 = 0x8000;
const LENGTH_16: u32 = 0x10000;
const LENGTHS_16_AND_19: u32 = 0x90000;

// First and last of the first four digits, lengths.
const ISSUERS: usize = memory.data<u32>([
  2200,
  2204,
  LENGTHS_16_19,
  2221,
  2720,
  LENGTH_16,
  3000,
  3059,
  LENGTHS_14_19,
  3600,
  3699,
  LENGTHS_14_19,
  3800,
  3999,
  LENGTHS_14_19,
  3400,
  3499,
  LENGTH_15,
  3700,
  3799,
  LENGTH_15,
  3528,
  3589,
  LENGTHS_16_19,
  4000,
  4999,
  LENGTHS_16_AND_19,
  5018,
  5018,
  LENGTHS_16_19,
  5020,
  5020,
  LENGTHS_16_19,
  5038,
  5038,
  LENGTHS_16_19,
  5893,
  5893,
  LENGTHS_16_19,
  6304,
  6304,
  LENGTHS_16_19,
  6759,
  6759,
  LENGTHS_16_19,
  6761,
  6763,
  LENGTHS_16_19,
  5100,
  5599,
  LENGTH_16,
  6011,
  6011,
  LENGTHS_16_19,
  6440,
  6599,
  LENGTHS_16_19,
  6200,
  6299,
  LENGTHS_16_19,
]);
const ISSUER_COUNT: usize = 20;
const ISSUER_BYTES: usize = 12;

const VERHOEFF: usize = memory.data<u8>([1, 5, 7, 6, 2, 8, 3, 0, 9, 4]);
const RESIDENT_WEIGHTS: usize = memory.data<u8>([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
// 10X98765432
const RESIDENT_CHECKS: usize = memory.data<u8>([
  0x31, 0x30, 0x58, 0x39, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32,
]);
// TRWAGMYFPDXBNJZSQVHLCKE
const DNI_LETTERS: usize = memory.data<u8>([
  0x54, 0x52, 0x57, 0x41, 0x47, 0x4d, 0x59, 0x46, 0x50, 0x44, 0x58, 0x42, 0x4e, 0x4a, 0x5a, 0x53, 0x51, 0x56,
  0x48, 0x4c, 0x43, 0x4b, 0x45,
]);

function upper(byte: u32): u32 {
  return byte - 0x61 < 26 ? byte - 0x20 : byte;
}

function digit(position: u32): u32 {
  assert(position < digits);
  return load<u8>(DIGITS + position);
}

/** Keeps the digits of the match; false when there are fewer than `count`. */
function takeDigits(at: usize, end: usize, count: u32): bool {
  digits = 0;
  for (; at < end; at++) {
    const byte = byteAt(at);
    if (isDigit(byte) && digits < DIGITS_MAX) store<u8>(DIGITS + digits++, <u8>(byte - 0x30));
  }
  return digits >= count;
}

/** Keeps the last `count` digits of the match alone; false when there are fewer. */
function takeLast(at: usize, end: usize, count: u32): bool {
  if (!takeDigits(at, end, count)) return false;
  memory.copy(DIGITS, DIGITS + (digits - count), count);
  digits = count;
  return true;
}

/** The number that digits `from` to `to` write. */
function number(from: u32, to: u32): u32 {
  let value: u32 = 0;
  for (; from < to; from++) value = value * 10 + digit(from);
  return value;
}

/** Not inside a longer number or word. */
export function isApart(at: usize, end: usize): bool {
  if ((kindsAt(end) & KIND_ALNUM) != 0) return false;
  const behind = byteAt(end);
  if ((behind == 0x2d || behind == 0x2e) && isDigit(byteAt(end + 1))) return false;
  const before = byteAt(at - 1);
  return !((before == 0x2d || before == 0x2e) && isDigit(byteAt(at - 2)));
}

function luhn(): bool {
  let sum: u32 = 0;
  let double = false;
  for (let position = digits; position > 0; position--) {
    const value = digit(position - 1);
    sum += double ? (value > 4 ? value * 2 - 9 : value * 2) : value;
    double = !double;
  }
  return sum % 10 == 0;
}

/** Lengths of the cards whose first four digits these are; none: 0. */
function issuerLengths(): u32 {
  const first = number(0, 4);
  for (let row: usize = 0; row < ISSUER_COUNT; row++) {
    const at = ISSUERS + row * ISSUER_BYTES;
    if (first >= load<u32>(at) && first <= load<u32>(at, 4)) return load<u32>(at, 8);
  }
  return 0;
}

/** Where the next digit or letter of a number written in groups stands, or 0. */
function nextInGroup(at: usize, kinds: u32): usize {
  for (let skipped: u32 = 0; skipped <= SEPARATORS_MAX; skipped++) {
    const found = kindsAt(at);
    if ((found & kinds) != 0) return at;
    if ((found & KIND_SEPARATOR) == 0) return 0;
    at++;
  }
  return 0;
}

export function isCard(at: usize): bool {
  digits = 0;
  let lengths: u32 = 0;
  while (digits < CARD_DIGITS_MAX) {
    at = digits == 0 ? ((kindsAt(at) & KIND_DIGIT) != 0 ? at : 0) : nextInGroup(at, KIND_DIGIT);
    if (at == 0) return false;
    store<u8>(DIGITS + digits++, <u8>(byteAt(at++) - 0x30));
    if (digits == ISSUER_DIGITS) {
      lengths = issuerLengths();
      if (lengths == 0) return false;
    }
    if (((lengths >> digits) & 1) != 0 && (kindsAt(at) & KIND_DIGIT) == 0 && luhn()) return true;
  }
  return false;
}

/** Bytes of an IBAN of the country that two letters name, or 0. */
function ibanBytes(first: u32, second: u32): u32 {
  for (let country = 0; country < IBAN_COUNT; country++) {
    const word = wordAt(WORD_IBAN + country);
    if (<u32>load<u8>(word) == first && <u32>load<u8>(word, 1) == second) {
      return (<u32>load<u8>(word, 2) - 0x30) * 10 + <u32>load<u8>(word, 3) - 0x30;
    }
  }
  return 0;
}

/** `sum` with the digits of one byte of an IBAN behind it, mod 97. */
function ibanStep(sum: u32, byte: u32): u32 {
  return isDigit(byte) ? (sum * 10 + byte - 0x30) % 97 : (sum * 100 + upper(byte) - 0x41 + 10) % 97;
}

export function isIban(at: usize): bool {
  const bytes = ibanBytes(upper(byteAt(at)), upper(byteAt(at + 1)));
  if (bytes == 0) return false;
  for (let taken: u32 = 0; taken < bytes; taken++) {
    at = taken == 0 ? at : nextInGroup(at, KIND_ALNUM);
    if (at == 0) return false;
    store<u8>(DIGITS + taken, <u8>byteAt(at++));
  }
  if ((kindsAt(at) & KIND_ALNUM) != 0) return false;
  let sum: u32 = 0;
  for (let taken: u32 = 4; taken < bytes; taken++) sum = ibanStep(sum, load<u8>(DIGITS + taken));
  for (let taken: u32 = 0; taken < 4; taken++) sum = ibanStep(sum, load<u8>(DIGITS + taken));
  return sum == 1;
}

export function isSsn(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeLast(at, end, 9)) return false;
  const area = number(0, 3);
  if (area == 0 || area == 666 || area >= 900 || number(3, 5) == 0 || number(5, 9) == 0) return false;
  const whole = number(0, 9);
  return whole != 78051120 && whole != 219099999 && whole != 123456789;
}

export function isSin(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeLast(at, end, 9)) return false;
  return digit(0) != 0 && digit(0) != 8 && luhn();
}

export function isNino(at: usize, end: usize): bool {
  if (!isApart(at, end)) return false;
  const pair = (upper(byteAt(at)) << 8) | upper(byteAt(at + 1));
  // BG GB NK KN NT TN ZZ
  return (
    pair != 0x4247 &&
    pair != 0x4742 &&
    pair != 0x4e4b &&
    pair != 0x4b4e &&
    pair != 0x4e54 &&
    pair != 0x544e &&
    pair != 0x5a5a
  );
}

export function isDni(at: usize, end: usize): bool {
  if (!isApart(at, end)) return false;
  takeDigits(at, end, 0);
  if (digits > 8) return false;
  let value: u32 = 0;
  const first = upper(byteAt(at)) - 0x58; // X, Y, Z
  if (first < 3) value = first;
  for (let position: u32 = 0; position < digits; position++) value = value * 10 + digit(position);
  return upper(byteAt(end - 1)) == <u32>load<u8>(DNI_LETTERS + (value % 23));
}

function cpfCheck(count: u32): u32 {
  let sum: u32 = 0;
  for (let position: u32 = 0; position < count; position++) sum += digit(position) * (count + 1 - position);
  const left = (sum * 10) % 11;
  return left == 10 ? 0 : left;
}

export function isCpf(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeLast(at, end, 11)) return false;
  let different = false;
  for (let position: u32 = 1; position < 11; position++) if (digit(position) != digit(0)) different = true;
  return different && cpfCheck(9) == digit(9) && cpfCheck(10) == digit(10);
}

/** Product of two elements of the dihedral group of order 10. */
function dihedral(one: u32, other: u32): u32 {
  if (one < 5) return other < 5 ? (one + other) % 5 : 5 + ((one + other) % 5);
  return other < 5 ? 5 + ((one - other) % 5) : (one + 5 - other) % 5;
}

/** The digit after `turns` turns of Verhoeff's permutation. */
function turned(value: u32, turns: u32): u32 {
  for (; turns > 0; turns--) value = load<u8>(VERHOEFF + value);
  return value;
}

export function isAadhaar(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeLast(at, end, 12)) return false;
  if (digit(0) < 2) return false;
  let sum: u32 = 0;
  for (let position: u32 = 0; position < 12; position++) {
    sum = dihedral(sum, turned(digit(11 - position), position % 8));
  }
  return sum == 0;
}

export function isNir(at: usize, end: usize): bool {
  if (!isApart(at, end)) return false;
  digits = 0;
  for (; at < end && digits < DIGITS_MAX; at++) {
    const byte = upper(byteAt(at));
    if (isDigit(byte)) {
      store<u8>(DIGITS + digits++, <u8>(byte - 0x30));
    } else if ((byte == 0x41 || byte == 0x42) && digits > 0) {
      // Corsica: 2A counts as 19, 2B as 18.
      store<u8>(DIGITS + (digits - 1), 1);
      store<u8>(DIGITS + digits++, byte == 0x41 ? 9 : 8);
    }
  }
  if (digits != 15) return false;
  let rest: u32 = 0;
  for (let position: u32 = 0; position < 13; position++) rest = (rest * 10 + digit(position)) % 97;
  return number(13, 15) == 97 - rest;
}

export function isSteuer(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeLast(at, end, 11) || digit(0) == 0) return false;
  let product: u32 = 10;
  for (let position: u32 = 0; position < 10; position++) {
    const sum = (product + digit(position)) % 10;
    product = ((sum == 0 ? 10 : sum) * 2) % 11;
  }
  return digit(10) == (11 - product) % 10;
}

export function isResident(at: usize, end: usize): bool {
  if (!isApart(at, end) || !takeDigits(at, end, 17)) return false;
  let sum: u32 = 0;
  for (let position: u32 = 0; position < 17; position++) {
    sum += digit(position) * <u32>load<u8>(RESIDENT_WEIGHTS + position);
  }
  return upper(byteAt(end - 1)) == <u32>load<u8>(RESIDENT_CHECKS + (sum % 11));
}

/** A telephone number that stands alone: counted once, however it is grouped. */
export function isTelephone(at: usize, end: usize): bool {
  const behind = kindsAt(end);
  if ((behind & KIND_ALNUM) != 0) return false;
  if ((behind & KIND_SEPARATOR) != 0 && isDigit(byteAt(end + 1))) return false;
  if (byteAt(at - 1) == 0x28) return false; // (
  return !((kindsAt(at - 1) & KIND_SEPARATOR) != 0 && isDigit(byteAt(at - 2)));
}

/** `@` behind the end of a name. */
export function isAddress(at: usize): bool {
  const before = byteAt(at - 1);
  if (isLetter(before) || isDigit(before)) return true;
  return before == 0x2e || before == 0x5f || before == 0x25 || before == 0x2b || before == 0x2d; // . _ % + -
}

/**
 * Money: what an amount means in minor units of its currency, and how large that is whatever the currency
 * (docs/format/evaluation.md, money). An amount that has no exact reading is no amount.
 */
import {
  asI64,
  asU64,
  bytesAt,
  bytesSize,
  floatBits,
  isNegative,
  KIND_FLOAT,
  KIND_INT,
  kind,
} from "../base/cmp";
import {
  DECIMAL_INEXACT,
  DECIMAL_OK,
  DECIMAL_RANGE,
  minor,
  minorOfFloat,
  minorOfText,
} from "../base/decimal";
import { dropBlank, isDigit, skipBlank } from "../base/text";
import {
  FIELD_AMOUNT_MINOR,
  FIELD_CURRENCY,
  MARK_AMOUNT_INEXACT,
  MARK_AMOUNT_RANGE,
  MARK_CURRENCY_MISSING,
  MARK_CURRENCY_UNKNOWN,
  MARK_FIELD_MALFORMED,
  NAMESPACE_CURRENCY,
  UNIT_MAJOR,
  UNIT_MINOR,
} from "../gen/codes";
import {
  CURRENCIES_BYTES,
  CURRENCIES_EXPONENT,
  CURRENCIES_REFERENCE_MILLI,
  SECTION_CURRENCIES,
} from "../gen/layout";
import { AMOUNT_MINOR_MAX } from "../gen/limits";
import { defaultCurrencyRef, entryAt, lookUp, NONE, textAt, textBytes } from "../policy/view";
import {
  addNumber,
  FIELD_MALFORMED,
  FIELD_PRESENT,
  fieldState,
  nextValue,
  part,
  setFieldState,
  setMark,
  Value,
  valueAt,
  valueCount,
} from "./part";

/** The value is a literal of the image, not a node of the request. */
const NO_NODE: i32 = -1;
const REFERENCE_MAX: u64 = 9_007_199_254_740_991; // 2^53 - 1
const DIGITS_MAX: usize = 30;

/** Notes an amount; it is read by `settleAmount`, when the currency is known. */
export function noteAmountNode(node: i32, unit: i32): void {
  if (!addNumber(FIELD_AMOUNT_MINOR, unit)) return;
  valueAt(valueCount() - 1).kind = node;
}

/** The same for text that the image holds. */
export function noteAmountText(at: usize, bytes: u32, unit: i32): void {
  if (!addNumber(FIELD_AMOUNT_MINOR, unit)) return;
  const value = valueAt(valueCount() - 1);
  value.kind = NO_NODE;
  value.at = at;
  value.bytes = bytes;
}

/** Index of the currency the amount is in, or NONE with the reason marked. */
function currencyIndex(): u32 {
  const state = fieldState(FIELD_CURRENCY);
  if (state == FIELD_MALFORMED) return NONE;
  if (state == FIELD_PRESENT) {
    const value = valueAt(nextValue(FIELD_CURRENCY, 0));
    const found = lookUp(NAMESPACE_CURRENCY, value.at, value.bytes);
    if (found == NONE) setMark(MARK_CURRENCY_UNKNOWN);
    return found;
  }
  const ref = defaultCurrencyRef();
  if (textBytes(ref) == 0) {
    setMark(MARK_CURRENCY_MISSING);
    return NONE;
  }
  part().usedDefaultCurrency = true;
  return lookUp(NAMESPACE_CURRENCY, textAt(ref), textBytes(ref));
}

/** True for -?[0-9]{1,30}(\.[0-9]{1,30})? */
function isDecimal(at: usize, end: usize): bool {
  if (at < end && load<u8>(at) == 0x2d) at++;
  for (let side = 0; side < 2; side++) {
    const from = at;
    while (at < end && isDigit(load<u8>(at))) at++;
    if (at == from || at - from > DIGITS_MAX) return false;
    if (at == end) return true;
    if (side == 1 || load<u8>(at) != 0x2e) return false;
    at++;
  }
  return false;
}

function hasPoint(at: usize, end: usize): bool {
  for (; at < end; at++) if (load<u8>(at) == 0x2e) return true;
  return false;
}

let amount: i64 = 0;

function settled(value: i64): i32 {
  amount = value < 0 ? -value : value;
  return DECIMAL_OK;
}

function settleInt(node: i32, unit: i32, exponent: u32): i32 {
  let magnitude: u64 = isNegative(node) ? 0 - <u64>asI64(node) : asU64(node);
  if (unit == UNIT_MAJOR) {
    for (; exponent > 0 && magnitude <= <u64>AMOUNT_MINOR_MAX; exponent--) magnitude *= 10;
  }
  if (magnitude > <u64>AMOUNT_MINOR_MAX) return DECIMAL_RANGE;
  return settled(<i64>magnitude);
}

function settleText(at: usize, end: usize, unit: i32, exponent: u32): i32 {
  const isMinor = unit == UNIT_MINOR && !hasPoint(at, end);
  const status = minorOfText(at, <u32>(end - at), isMinor ? 0 : exponent);
  return status == DECIMAL_OK ? settled(minor()) : status;
}

function settle(value: Value, exponent: u32): i32 {
  const unit = <i32>value.number;
  const node = value.kind;
  if (node == NO_NODE) return settleText(value.at, value.at + value.bytes, unit, exponent);
  if (kind(node) == KIND_INT) return settleInt(node, unit, exponent);
  if (kind(node) == KIND_FLOAT) {
    const status = minorOfFloat(floatBits(node), exponent);
    return status == DECIMAL_OK ? settled(minor()) : status;
  }
  const end = dropBlank(bytesAt(node), bytesAt(node) + bytesSize(node));
  return settleText(skipBlank(bytesAt(node), end), end, unit, exponent);
}

/** True when a str may be an amount at all. */
export function isAmountText(at: usize, bytes: u32): bool {
  const end = dropBlank(at, at + bytes);
  return isDecimal(skipBlank(at, end), end);
}

/** There was an amount, and it cannot be used. */
function spoil(): void {
  setFieldState(FIELD_AMOUNT_MINOR, FIELD_MALFORMED);
}

function spoilWith(mark: i32): void {
  setMark(mark);
  spoil();
}

/** ceil(minor x reference_milli / 1000), at most 2^53 - 1. */
function referenceOf(minorUnits: u64, milli: u64): i64 {
  if (minorUnits > u64.MAX_VALUE / 2 / milli) return REFERENCE_MAX;
  return min((minorUnits * milli + 999) / 1000, REFERENCE_MAX);
}

/** Reads the amount noted for the part, once all fields are there. */
export function settleAmount(): void {
  if (fieldState(FIELD_AMOUNT_MINOR) != FIELD_PRESENT) return;
  const first = nextValue(FIELD_AMOUNT_MINOR, 0);
  if (nextValue(FIELD_AMOUNT_MINOR, first + 1) >= 0) {
    return spoilWith(MARK_FIELD_MALFORMED);
  }
  const currency = currencyIndex();
  if (currency == NONE) return spoil();
  const entry = entryAt(SECTION_CURRENCIES, currency, CURRENCIES_BYTES);
  const value = valueAt(first);
  const status = settle(value, load<u32>(entry + CURRENCIES_EXPONENT));
  if (status == DECIMAL_RANGE) return spoilWith(MARK_AMOUNT_RANGE);
  if (status == DECIMAL_INEXACT) return spoilWith(MARK_AMOUNT_INEXACT);
  assert(status == DECIMAL_OK); // Text was checked when it was noted.
  value.number = amount;
  part().amountMinor = amount;
  part().amountReference = referenceOf(<u64>amount, load<u32>(entry + CURRENCIES_REFERENCE_MILLI));
}

/**
 * One predicate: asks one fact and answers true, false or unknown (docs/format/evaluation.md, step 4). Raising entries
 * ask whether some value fits, lowering ones whether every value does; a claim never answers false to the first and
 * never answers at all to the second.
 */

import { equal } from "../base/bytes";
import { asI64, bytesAt, bytesSize, count, firstChild, nextSibling } from "../base/cmp";
import { dropBlank, lastIndex, skipBlank } from "../base/text";
import { lowerInto } from "../base/utf8";
import * as codes from "../gen/codes";
import {
  PREDICATES_OPERAND,
  PREDICATES_OPERATOR,
  PREDICATES_PARAM,
  PREDICATES_VALUE_COUNT,
  PREDICATES_VALUE_START,
  SECTION_TEXT,
  SECTION_VALUES,
  VALUES_BYTES,
} from "../gen/layout";
import { NAME_BYTES_MAX } from "../gen/limits";
import {
  ASSERTED_KEY_ACTOR,
  ASSERTED_KEY_ENVIRONMENT,
  ASSERTED_KEY_ROLES,
  ASSERTED_KEY_TZ_MIN,
  CONTEXT_KEY_ACTOR,
  CONTEXT_KEY_ENVIRONMENT,
  CONTEXT_KEY_ROLES,
  CONTEXT_KEY_TIME_MS,
  CONTEXT_KEY_TZ_MIN,
} from "../gen/words";
import {
  FIELD_ABSENT,
  FIELD_MALFORMED,
  fieldState,
  isCopied,
  level,
  nextValue,
  Part,
  part,
  takeCopiesChanged,
  UNKNOWN,
  Value,
  valueAt,
} from "../normalise/part";
import { entryAt, holds, sectionAt, textAt, textBytes } from "../policy/view";
import { ABSENT, authority, context } from "../request/view";
import { labelsHere, NOT_LEARNED, provenanceOf, wasWritten } from "../session/learned";
import { hasSignal, signalOf } from "../session/signals";
import {
  EXCUSE_ACTOR,
  EXCUSE_DEFAULT_CURRENCY,
  EXCUSE_DOMAIN_HOST,
  EXCUSE_DOMAIN_RECIPIENT,
  EXCUSE_ENVIRONMENT,
  EXCUSE_HOST_FACTS,
  EXCUSE_PROVENANCE,
  EXCUSE_ROLES,
  EXCUSE_TZ_MIN,
  excuse,
  excuseSet,
} from "./lowered";
import { beginPath, isNamed, isOfDomain, isUnder } from "./patterns";

export const FALSE: i32 = 0;
export const TRUE: i32 = 1;
export const UNCERTAIN: i32 = 2;

const MINUTE_MS: i64 = 60_000;
const DAY_MIN: i64 = 1440;
const WEEK_DAYS: i64 = 7;
const EPOCH_WEEKDAY: i64 = 3; // 1970-01-01 was a Thursday; Monday is 0.

const ENVIRONMENT_AT: usize = memory.data(256, 8);

/** A path of the part that was held against a list of patterns. 16 bytes. */
@unmanaged
class KnownPath {
  /** The canonical path; no path stands at 0. */
  at: usize;
  valueStart: u32;
  listed: u32;
  bytes: u16;
  byName: bool;
  fits: bool;
}

const KNOWN_MASK: usize = 31;
const KNOWN_BYTES: usize = 512;
const KNOWN_PATHS: usize = memory.data(512, 8);

// The predicate being asked.
let operand: i32 = 0;
let operator: i32 = 0;
let param: u32 = 0;
let valueStart: u32 = 0;
let listed: u32 = 0;
let raising: bool = true;
/** What the answer rests on, of what could lower a verdict. */
let rest: u32 = 0;

function isNegated(): bool {
  return (
    operator == codes.OPERATOR_NOT_IN ||
    operator == codes.OPERATOR_NOT_IN_SET ||
    operator == codes.OPERATOR_NOT_UNDER ||
    operator == codes.OPERATOR_NAME_NOT_IN ||
    operator == codes.OPERATOR_DOMAIN_NOT_IN
  );
}

function listedAt(index: u32): usize {
  return entryAt(SECTION_VALUES, valueStart + index, VALUES_BYTES);
}

/** The domain of an address or host: what stands behind the last `@`. */
function isOfListedDomain(at: usize, bytes: u32, index: u32): bool {
  const isHost =
    operand == codes.OPERAND_URL_HOST ||
    (operand == codes.OPERAND_FIELD_TEXT && (param & 0xffff) == codes.FIELD_HOST);
  if (!isHost) {
    const sign = lastIndex(at, at + bytes, 0x40);
    if (sign == 0) return false;
    bytes -= <u32>(sign + 1 - at);
    at = sign + 1;
  }
  return isOfDomain(at, bytes, textAt(listedAt(index)), textBytes(listedAt(index)));
}

/** True when a text is, or its domain is of, one of the listed ones. */
function textIsListed(at: usize, bytes: u32): bool {
  const byDomain = operator >= codes.OPERATOR_DOMAIN_IN;
  for (let index: u32 = 0; index < listed; index++) {
    if (byDomain) {
      if (isOfListedDomain(at, bytes, index)) return true;
    } else if (textBytes(listedAt(index)) == bytes && equal(textAt(listedAt(index)), at, bytes)) {
      return true;
    }
  }
  return false;
}

/**
 * True when a path fits one of the listed patterns. Lists are long and stand in several entries, so answers are kept
 * for as long as the same path stands in the same place: over the readings of a call, most often.
 */
function pathIsListed(at: usize, bytes: u32): bool {
  const byName = operator >= codes.OPERATOR_NAME_IN;
  if (!isCopied(at) || part().hasWildcards) return fitsOne(at, bytes, byName);
  const known = changetype<KnownPath>(KNOWN_PATHS + ((<usize>valueStart & KNOWN_MASK) << 4));
  const isKnown =
    known.at == at &&
    <u32>known.bytes == bytes &&
    known.valueStart == valueStart &&
    known.listed == listed &&
    known.byName == byName;
  if (!isKnown) {
    known.at = at;
    known.bytes = <u16>bytes;
    known.valueStart = valueStart;
    known.listed = listed;
    known.byName = byName;
    known.fits = fitsOne(at, bytes, byName);
  }
  return known.fits;
}

/** Forgets what is known of paths, unless those of the part before stand there unchanged. */
export function forgetChangedPaths(): void {
  assert(offsetof<KnownPath>() == 16);
  if (takeCopiesChanged()) memory.fill(KNOWN_PATHS, 0, KNOWN_BYTES);
}

function fitsOne(at: usize, bytes: u32, byName: bool): bool {
  const text = sectionAt(SECTION_TEXT);
  const end = listedAt(listed);
  // What a path may stand for raises; only what it stands for in any case lowers.
  beginPath(at, bytes, part().hasWildcards && raising != isNegated());
  for (let ref = listedAt(0); ref < end; ref += VALUES_BYTES) {
    const pattern = text + load<u32>(ref);
    const patternBytes = load<u32>(ref, 4);
    if (byName ? isNamed(pattern, patternBytes) : isUnder(pattern, patternBytes)) return true;
  }
  return false;
}

/** True when one text value satisfies the operator, its negation applied. */
function textFits(at: usize, bytes: u32): bool {
  if (operator == codes.OPERATOR_IN_SET || operator == codes.OPERATOR_NOT_IN_SET) {
    return holds(codes.NAMESPACE_SET + (param >> 16), at, bytes) != isNegated();
  }
  const found =
    operator >= codes.OPERATOR_UNDER && operator <= codes.OPERATOR_NAME_NOT_IN
      ? pathIsListed(at, bytes)
      : textIsListed(at, bytes);
  return found != isNegated();
}

/** True when one number satisfies the operator, its negation applied. */
function numberFits(number: i64): bool {
  if (operator == codes.OPERATOR_GE) return number >= load<i64>(listedAt(0));
  if (operator == codes.OPERATOR_LT) return number < load<i64>(listedAt(0));
  for (let index: u32 = 0; index < listed; index++) {
    if (number == load<i64>(listedAt(index))) return !isNegated();
  }
  return isNegated();
}

/** Joins the answers of the values: some for raising entries, every and at least one for lowering ones. */
function joined(fitting: i32, asked: i32): i32 {
  if (raising) return fitting > 0 ? TRUE : FALSE;
  return asked > 0 && fitting == asked ? TRUE : FALSE;
}

function isPresence(): bool {
  return operator == codes.OPERATOR_PRESENT || operator == codes.OPERATOR_ABSENT;
}

/** Answer of a fact that is there, to `present` or `absent`. */
function thereIs(): i32 {
  return operator == codes.OPERATOR_PRESENT ? TRUE : FALSE;
}

/** Answer of a context fact that is missing. */
function missing(): i32 {
  if (!raising || !isPresence()) return UNCERTAIN;
  return operator == codes.OPERATOR_ABSENT ? TRUE : FALSE;
}

function askNumber(number: i64): i32 {
  return isPresence() ? thereIs() : joined(numberFits(number) ? 1 : 0, 1);
}

function askKnown(fact: i64): i32 {
  return fact == UNKNOWN ? UNCERTAIN : askNumber(fact);
}

function askBits(bits: u32): i32 {
  if (isPresence()) return thereIs();
  let fitting = 0;
  let asked = 0;
  for (let bit = 0; bits != 0; bit++, bits >>= 1) {
    if ((bits & 1) == 0) continue;
    asked++;
    if (numberFits(bit)) fitting++;
  }
  return joined(fitting, asked);
}

function askText(at: usize, bytes: i32): i32 {
  if (bytes == UNKNOWN) return UNCERTAIN;
  return isPresence() ? thereIs() : joined(textFits(at, bytes) ? 1 : 0, 1);
}

function askField(isText: bool): i32 {
  const field = <i32>(param & 0xffff);
  const state = fieldState(field);
  if (state == FIELD_MALFORMED) return UNCERTAIN;
  if (state == FIELD_ABSENT) {
    if (operand == codes.OPERAND_PROVENANCE && field == codes.FIELD_HOST && !isPresence())
      return askHostOfUrl();
    if (!isPresence()) return UNCERTAIN;
    return operator == codes.OPERATOR_ABSENT ? TRUE : FALSE;
  }
  if (isPresence()) return thereIs();
  let fitting = 0;
  let asked = 0;
  for (let at = nextValue(field, 0); at >= 0; at = nextValue(field, at + 1)) {
    const value = valueAt(at);
    asked++;
    const answer = fits(isText, value);
    if (answer == UNCERTAIN) return UNCERTAIN;
    fitting += answer;
  }
  return joined(fitting, asked);
}

/** What a session learned of a value of a field, or NOT_LEARNED. */
function learnedOf(at: usize, bytes: u32): i32 {
  if (operand == codes.OPERAND_WRITTEN) return wasWritten(at, bytes);
  const origin = provenanceOf(at, bytes);
  if (origin == codes.PROVENANCE_USER) rest |= EXCUSE_PROVENANCE;
  return origin;
}

/** A part without a host, but with an address, has the host of that. */
function askHostOfUrl(): i32 {
  const call = part();
  if (call.urlHostBytes == UNKNOWN) return UNCERTAIN;
  const origin = learnedOf(call.urlHostAt, call.urlHostBytes);
  return origin == NOT_LEARNED ? UNCERTAIN : joined(numberFits(origin) ? 1 : 0, 1);
}

function fits(isText: bool, value: Value): i32 {
  if (operand > codes.OPERAND_SIGNAL) {
    const learned = learnedOf(value.at, value.bytes);
    if (learned == NOT_LEARNED) return UNCERTAIN;
    return numberFits(learned) ? TRUE : FALSE;
  }
  return (isText ? textFits(value.at, value.bytes) : numberFits(value.number)) ? TRUE : FALSE;
}

function askLabels(isScored: bool): i32 {
  const labels = raising ? labelsHere(isScored) : NOT_LEARNED;
  return labels == NOT_LEARNED ? UNCERTAIN : askBits(labels);
}

/** A context fact answers as a claim unless somebody vouches for it. */
function asClaim(answer: i32, assertedKey: i32, bit: u32): i32 {
  if (authority(assertedKey) == ABSENT) return raising && answer == TRUE ? TRUE : UNCERTAIN;
  rest |= bit;
  return answer;
}

function askActor(): i32 {
  const node = context(CONTEXT_KEY_ACTOR);
  if (node == ABSENT) return missing();
  return asClaim(askText(bytesAt(node), <i32>bytesSize(node)), ASSERTED_KEY_ACTOR, EXCUSE_ACTOR);
}

function askEnvironment(): i32 {
  const node = context(CONTEXT_KEY_ENVIRONMENT);
  if (node == ABSENT) return missing();
  const end = dropBlank(bytesAt(node), bytesAt(node) + bytesSize(node));
  const at = skipBlank(bytesAt(node), end);
  const bytes = <u32>(end - at);
  lowerInto(ENVIRONMENT_AT, NAME_BYTES_MAX, at, bytes);
  return asClaim(askText(ENVIRONMENT_AT, bytes), ASSERTED_KEY_ENVIRONMENT, EXCUSE_ENVIRONMENT);
}

function askRoles(): i32 {
  const node = context(CONTEXT_KEY_ROLES);
  if (node == ABSENT) return missing();
  let answer = thereIs();
  if (!isPresence()) {
    let fitting = 0;
    for (let role = firstChild(node); role >= 0; role = nextSibling(node, role)) {
      if (textFits(bytesAt(role), bytesSize(role))) fitting++;
    }
    const roles = <i32>count(node);
    // Nobody with no role at all is calmer than somebody with a harmless one.
    answer = raising && roles == 0 && isNegated() ? TRUE : joined(fitting, roles);
  }
  return asClaim(answer, ASSERTED_KEY_ROLES, EXCUSE_ROLES);
}

function floorDivide(value: i64, by: i64): i64 {
  return value / by - (value % by < 0 ? 1 : 0);
}

function askTime(): i32 {
  const zone = context(CONTEXT_KEY_TZ_MIN);
  if (zone == ABSENT) return missing();
  const minutes = asI64(context(CONTEXT_KEY_TIME_MS)) / MINUTE_MS + asI64(zone);
  const days = floorDivide(minutes, DAY_MIN);
  const shifted = days + EPOCH_WEEKDAY;
  const weekday = shifted - floorDivide(shifted, WEEK_DAYS) * WEEK_DAYS;
  const answer = askNumber(operand == codes.OPERAND_WEEKDAY ? weekday : minutes - days * DAY_MIN);
  return asClaim(answer, ASSERTED_KEY_TZ_MIN, EXCUSE_TZ_MIN);
}

function askRecipientScope(call: Part): i32 {
  if (call.recipientScope == codes.RECIPIENT_SCOPE_SELF) rest |= EXCUSE_ACTOR;
  const byDomain =
    call.recipientScope == codes.RECIPIENT_SCOPE_INTERNAL ||
    call.recipientScope == codes.RECIPIENT_SCOPE_MIXED;
  if (byDomain) rest |= EXCUSE_DOMAIN_RECIPIENT;
  return askKnown(call.recipientScope);
}

function askHostScope(call: Part): i32 {
  if (call.hostScopes == UNKNOWN) return UNCERTAIN;
  if ((call.hostScopes >> codes.HOST_SCOPE_ORG) & 1) rest |= EXCUSE_DOMAIN_HOST;
  return askBits(call.hostScopes);
}

function askPathScope(call: Part): i32 {
  if (call.isCwdKnown) rest |= EXCUSE_HOST_FACTS;
  return askKnown(call.pathScope);
}

function askAmount(call: Part): i32 {
  if (call.usedDefaultCurrency) rest |= EXCUSE_DEFAULT_CURRENCY;
  return operand == codes.OPERAND_AMOUNT_REF ? askKnown(call.amountReference) : askField(false);
}

let asksSignals: bool = true;

/** While tallies are asked, what stands in histories is not known. */
export function setAsksSignals(asks: bool): void {
  asksSignals = asks;
}

function askSignal(): i32 {
  if (!asksSignals) return UNCERTAIN;
  if (isPresence()) return hasSignal(param) == (operator == codes.OPERATOR_PRESENT) ? TRUE : FALSE;
  return askKnown(signalOf(param, raising));
}

/** Facts of the call itself. */
function askCall(call: Part): i32 {
  if (operand == codes.OPERAND_FIELD_TEXT) return askField(true);
  if (operand == codes.OPERAND_FIELD_INT) {
    return (param & 0xffff) == codes.FIELD_AMOUNT_MINOR ? askAmount(call) : askField(false);
  }
  if (operand == codes.OPERAND_AMOUNT_REF) return askAmount(call);
  if (operand == codes.OPERAND_RECIPIENT_SCOPE) return askRecipientScope(call);
  if (operand == codes.OPERAND_PATH_SCOPE) return askPathScope(call);
  if (operand == codes.OPERAND_URL_SCHEME) return askText(call.urlSchemeAt, call.urlSchemeBytes);
  if (operand == codes.OPERAND_URL_HOST) return askText(call.urlHostAt, call.urlHostBytes);
  if (operand == codes.OPERAND_HOST_SCOPE) return askHostScope(call);
  if (operand == codes.OPERAND_URL_USERINFO) return askKnown(call.urlUserinfo);
  assert(operand == codes.OPERAND_URL_IDN);
  return askKnown(call.urlIdn);
}

/** Facts that risk worked out. */
function askRisk(call: Part): i32 {
  if (operand == codes.OPERAND_TIER) return askNumber(call.tier);
  if (operand == codes.OPERAND_SCORE) return askNumber(call.score);
  if (operand == codes.OPERAND_LEVEL) return askNumber(level(param & 0xffff));
  if (operand == codes.OPERAND_FLAG) return askBits(call.primary | call.secondary);
  assert(operand == codes.OPERAND_PRIMARY_FLAG);
  return askBits(call.primary);
}

function ask(isScored: bool): i32 {
  const call = part();
  if (operand <= codes.OPERAND_URL_IDN) return askCall(call);
  if (operand == codes.OPERAND_ACTOR) return askActor();
  if (operand == codes.OPERAND_ROLE) return askRoles();
  if (operand == codes.OPERAND_ENVIRONMENT) return askEnvironment();
  if (operand <= codes.OPERAND_WEEKDAY) return askTime();
  if (operand == codes.OPERAND_SERVER_BINDING) return askNumber(call.serverBinding);
  if (operand == codes.OPERAND_ANNOTATION) return askBits(call.annotations);
  if (operand == codes.OPERAND_MARK) return askBits(call.marks);
  if (operand == codes.OPERAND_SIGNAL) return askSignal();
  if (operand == codes.OPERAND_LABEL) return askLabels(isScored);
  if (operand > codes.OPERAND_SIGNAL) return askField(true);
  return isScored ? askRisk(call) : UNCERTAIN;
}

/**
 * Asks the predicate at an entry of the image. A false answer of a raising entry that rests on an input which lowers
 * is noted as excused.
 * @returns TRUE, FALSE or UNCERTAIN.
 */
export function askPredicate(at: usize, isRaising: bool, isScored: bool): i32 {
  operand = load<u16>(at + PREDICATES_OPERAND);
  operator = load<u8>(at + PREDICATES_OPERATOR);
  param = load<u32>(at + PREDICATES_PARAM);
  valueStart = load<u32>(at + PREDICATES_VALUE_START);
  listed = load<u32>(at + PREDICATES_VALUE_COUNT);
  raising = isRaising;
  rest = 0;
  return ask(isScored);
}

/** Notes what the last answer, which was true and lowers, rests on. */
export function noteLast(): void {
  if (operator == codes.OPERATOR_IN_SET) excuseSet(param >> 16);
  excuse(rest);
}

/** True when the last answer, if false, rests on inputs that lower; they are noted. */
export function excuseLast(): bool {
  const bySet = operator == codes.OPERATOR_NOT_IN_SET;
  if (bySet) excuseSet(param >> 16);
  excuse(rest);
  return bySet || rest != 0;
}

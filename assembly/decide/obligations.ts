/**
 * What must happen together with the verdict. Merging only tightens: most approvers, shortest life, the union of texts.
 */
import { compare } from "../base/bytes";
import * as codes from "../gen/codes";
import {
  OBLIGATIONS_BYTES,
  OBLIGATIONS_KIND,
  OBLIGATIONS_NUMBER,
  OBLIGATIONS_TEXT,
  SECTION_OBLIGATIONS,
} from "../gen/layout";
import { OBLIGATION_TEXTS_MAX } from "../gen/limits";
import { entryAt, textAt, textBytes } from "../policy/view";

const TEXTS: usize = memory.data(256, 4); // Entries of obligations with a text, OBLIGATION_TEXTS_MAX of them, by kind and then bytes.

let texts: i32 = 0;
let approvers: u32 = 0;
let ttlMs: u32 = 0;
let dryRun: bool = false;

export function forgetObligations(): void {
  texts = 0;
  approvers = 0;
  ttlMs = 0;
  dryRun = false;
}

/** Most approvers asked for; 0 when nobody asked. */
export function approverCount(): u32 {
  return approvers;
}

export function needApprovers(count: u32): void {
  approvers = max(approvers, count);
}

/** Shortest life asked for; 0 when nobody asked. */
export function shortestTtlMs(): u32 {
  return ttlMs;
}

export function isDryRun(): bool {
  return dryRun;
}

export function obligationTextCount(): i32 {
  return texts;
}

/** Entry of the obligation at a position of the ordered texts. */
export function obligationText(position: i32): usize {
  return <usize>load<u32>(TEXTS + ((<usize>position) << 2));
}

function order(one: usize, other: usize): i32 {
  const kind = load<u32>(one + OBLIGATIONS_KIND);
  const otherKind = load<u32>(other + OBLIGATIONS_KIND);
  if (kind != otherKind) return kind < otherKind ? -1 : 1;
  const text = one + OBLIGATIONS_TEXT;
  const otherText = other + OBLIGATIONS_TEXT;
  return compare(textAt(text), textBytes(text), textAt(otherText), textBytes(otherText));
}

/** Inserts a text in order; false when there is no room. */
function addText(entry: usize): bool {
  let position = texts;
  while (position > 0) {
    const placed = order(obligationText(position - 1), entry);
    if (placed == 0) return true;
    if (placed < 0) break;
    position--;
  }
  if (texts == OBLIGATION_TEXTS_MAX) return false;
  const at = TEXTS + ((<usize>position) << 2);
  memory.copy(at + 4, at, (<usize>(texts - position)) << 2);
  store<u32>(at, <u32>entry);
  texts++;
  return true;
}

function addOne(entry: usize): bool {
  const kind = <i32>load<u32>(entry + OBLIGATIONS_KIND);
  const number = load<u32>(entry + OBLIGATIONS_NUMBER);
  if (kind == codes.OBLIGATION_APPROVERS) {
    needApprovers(number);
  } else if (kind == codes.OBLIGATION_TTL_MS) {
    ttlMs = ttlMs == 0 ? number : min(ttlMs, number);
  } else if (kind == codes.OBLIGATION_DRY_RUN) {
    dryRun = true;
  } else {
    return addText(entry);
  }
  return true;
}

/** Adds the run of obligations; false when there were more texts than fit. */
export function addObligations(start: u32, count: u32): bool {
  let fit = true;
  for (let index: u32 = 0; index < count; index++) {
    if (!addOne(entryAt(SECTION_OBLIGATIONS, start + index, OBLIGATIONS_BYTES))) fit = false;
  }
  return fit;
}

/**
 * The checked request, as nodes of the CMP/1 index. `read` fills it; the layers above only look.
 */
import { firstChild, nextSibling, valueUnder } from "../base/cmp";
import {
  ASSERTED_KEY_HOST,
  EVENT_KEY_KIND,
  REQUEST_KEY_ACTION,
  REQUEST_KEY_APPROVAL,
  REQUEST_KEY_ARGS,
  REQUEST_KEY_EVENT,
  REQUEST_KEY_FIELDS,
  REQUEST_KEY_REVIEWER,
  REVIEWER_KEY_ANSWER,
  REVIEWER_KEY_COUNT,
  WORD_APPROVAL_KEY,
  WORD_ASSERTED_KEY,
  WORD_CONTEXT_KEY,
  WORD_EVENT_KEY,
  WORD_HOST_KEY,
  WORD_REQUEST_KEY,
  WORD_REVIEWER_KEY,
} from "../gen/words";

/** No such member. */
export const ABSENT: i32 = -1;

/** Keys of all maps that a request may hold: their words stand side by side. */
const KEYS: i32 = WORD_REVIEWER_KEY + REVIEWER_KEY_COUNT - WORD_REQUEST_KEY;
/** Of each key the node of its value; of several approvers that of the last one. */
const NODES: usize = memory.data(288, 4);
/** Of each key whose value is one of some words, which one. */
const CHOICES: usize = memory.data(72, 4);
let labels: u32 = 0;

export function forgetRequest(): void {
  assert(KEYS <= 72);
  memory.fill(NODES, 0xff, 288); // ABSENT
  labels = 0;
}

export function setNode(word: i32, node: i32): void {
  store<i32>(NODES + ((<usize>(word - WORD_REQUEST_KEY)) << 2), node);
}

/** Node of the value of the key that is a word, or ABSENT. */
function nodeUnder(word: i32): i32 {
  return load<i32>(NODES + ((<usize>(word - WORD_REQUEST_KEY)) << 2));
}

export function setChoice(word: i32, position: i32): void {
  store<u8>(CHOICES + <usize>(word - WORD_REQUEST_KEY), <u8>position);
}

/** Position of the word that stands under the key that is a word. */
export function choiceUnder(word: i32): i32 {
  return load<u8>(CHOICES + <usize>(word - WORD_REQUEST_KEY));
}

export function addEventLabel(label: i32): void {
  labels |= 1 << label;
}

/** True when the request is no call but an event. */
export function isEvent(): bool {
  return member(REQUEST_KEY_EVENT) != ABSENT;
}

/** True when the request is a call that was reviewed, with what was said to it. */
export function isAnswered(): bool {
  return member(REQUEST_KEY_APPROVAL) != ABSENT || member(REQUEST_KEY_REVIEWER) != ABSENT;
}

/** Node of the value under an EVENT_KEY_*, or ABSENT. */
export function event(key: i32): i32 {
  return nodeUnder(WORD_EVENT_KEY + key);
}

/** Number of the word that stands under an EVENT_KEY_*. */
export function eventWord(key: i32): i32 {
  return choiceUnder(WORD_EVENT_KEY + key);
}

export function eventKind(): i32 {
  return eventWord(EVENT_KEY_KIND);
}

/** Bits of the labels of the event. */
export function eventLabels(): u32 {
  return labels;
}

/** Node of the value under a REQUEST_KEY_*, or ABSENT. */
export function member(key: i32): i32 {
  return nodeUnder(WORD_REQUEST_KEY + key);
}

/** Node of the value under a CONTEXT_KEY_*, or ABSENT. */
export function context(key: i32): i32 {
  return nodeUnder(WORD_CONTEXT_KEY + key);
}

/** Node of the value under an APPROVAL_KEY_*, or ABSENT. */
export function approval(key: i32): i32 {
  return nodeUnder(WORD_APPROVAL_KEY + key);
}

/** An approver is a map of `id`, `key` and `signature`, in this order. */
export function approverId(approver: i32): i32 {
  return valueUnder(firstChild(approver));
}

export function approverKey(approver: i32): i32 {
  return valueUnder(nextSibling(approver, firstChild(approver)));
}

/** Node of the value under a REVIEWER_KEY_*, or ABSENT. */
export function reviewer(key: i32): i32 {
  return nodeUnder(WORD_REVIEWER_KEY + key);
}

/** Number of the word that the reviewer answered. */
export function reviewerAnswer(): i32 {
  return choiceUnder(WORD_REVIEWER_KEY + REVIEWER_KEY_ANSWER);
}

/** Node of the authority that vouches for the ASSERTED_KEY_*, or ABSENT: then the fact is a claim. */
export function authority(key: i32): i32 {
  return nodeUnder(WORD_ASSERTED_KEY + key);
}

/** Node of the value under a HOST_KEY_*; ABSENT too while nobody vouches for the host facts. */
export function hostFact(key: i32): i32 {
  return authority(ASSERTED_KEY_HOST) == ABSENT ? ABSENT : nodeUnder(WORD_HOST_KEY + key);
}

/** True for a call of the form (action, fields). */
export function isDirect(): bool {
  return member(REQUEST_KEY_ACTION) != ABSENT;
}

/** Node of the arguments: `args`, or `fields` in the direct form, or the event. */
export function payload(): i32 {
  if (isEvent()) return member(REQUEST_KEY_EVENT);
  return member(isDirect() ? REQUEST_KEY_FIELDS : REQUEST_KEY_ARGS);
}

/**
 * The checked request, as nodes of the CMP/1 index. `read` fills it; the layers above only look.
 */
import {
  ASSERTED_KEY_COUNT,
  ASSERTED_KEY_HOST,
  CONTEXT_KEY_COUNT,
  EVENT_KEY_COUNT,
  EVENT_KEY_KIND,
  HOST_KEY_COUNT,
  REQUEST_KEY_ACTION,
  REQUEST_KEY_ARGS,
  REQUEST_KEY_COUNT,
  REQUEST_KEY_EVENT,
  REQUEST_KEY_FIELDS,
} from "../gen/words";

/** No such member. */
export const ABSENT: i32 = -1;

const REQUEST_NODES: usize = memory.data(128, 4);
const CONTEXT_NODES: usize = memory.data(64, 4);
const HOST_NODES: usize = memory.data(32, 4);
const ASSERTED_NODES: usize = memory.data(32, 4);
const EVENT_NODES: usize = memory.data(64, 4);
/** Which of its words a value of the event is, where it is one. */
const EVENT_WORDS: usize = memory.data(16, 4);
let labels: u32 = 0;

export function forgetRequest(): void {
  for (let key = 0; key < REQUEST_KEY_COUNT; key++) setMember(key, ABSENT);
  for (let key = 0; key < CONTEXT_KEY_COUNT; key++) setContext(key, ABSENT);
  for (let key = 0; key < HOST_KEY_COUNT; key++) setHost(key, ABSENT);
  for (let key = 0; key < ASSERTED_KEY_COUNT; key++) setAsserted(key, ABSENT);
  for (let key = 0; key < EVENT_KEY_COUNT; key++) setEvent(key, ABSENT);
  labels = 0;
}

export function setMember(key: i32, node: i32): void {
  store<i32>(REQUEST_NODES + ((<usize>key) << 2), node);
}

export function setContext(key: i32, node: i32): void {
  store<i32>(CONTEXT_NODES + ((<usize>key) << 2), node);
}

export function setHost(key: i32, node: i32): void {
  store<i32>(HOST_NODES + ((<usize>key) << 2), node);
}

export function setAsserted(key: i32, node: i32): void {
  store<i32>(ASSERTED_NODES + ((<usize>key) << 2), node);
}

export function setEvent(key: i32, node: i32): void {
  store<i32>(EVENT_NODES + ((<usize>key) << 2), node);
}

export function setEventWord(key: i32, position: i32): void {
  store<u8>(EVENT_WORDS + <usize>key, <u8>position);
}

export function addEventLabel(label: i32): void {
  labels |= 1 << label;
}

/** True when the request is no call but an event. */
export function isEvent(): bool {
  return member(REQUEST_KEY_EVENT) != ABSENT;
}

/** Node of the value under an EVENT_KEY_*, or ABSENT. */
export function event(key: i32): i32 {
  return load<i32>(EVENT_NODES + ((<usize>key) << 2));
}

/** Number of the word that stands under an EVENT_KEY_*. */
export function eventWord(key: i32): i32 {
  return load<u8>(EVENT_WORDS + <usize>key);
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
  return load<i32>(REQUEST_NODES + ((<usize>key) << 2));
}

/** Node of the value under a CONTEXT_KEY_*, or ABSENT. */
export function context(key: i32): i32 {
  return load<i32>(CONTEXT_NODES + ((<usize>key) << 2));
}

/** Node of the authority that vouches for the ASSERTED_KEY_*, or ABSENT: then the fact is a claim. */
export function authority(key: i32): i32 {
  return load<i32>(ASSERTED_NODES + ((<usize>key) << 2));
}

/** Node of the value under a HOST_KEY_*; ABSENT too while nobody vouches for the host facts. */
export function hostFact(key: i32): i32 {
  return authority(ASSERTED_KEY_HOST) == ABSENT ? ABSENT : load<i32>(HOST_NODES + ((<usize>key) << 2));
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

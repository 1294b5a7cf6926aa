/**
 * Tool call to action: finds what may claim the call (`matchCall`), and fills the part for one of the claims
 * (`normalise`). The calls of the direct form name their action themselves.
 */
import { equal } from "../base/bytes";
import {
  asBool,
  bytesAt,
  bytesSize,
  encodedAt,
  firstChild,
  KIND_BOOL,
  kind,
  member as memberOf,
  nextSibling,
  root,
} from "../base/cmp";
import * as codes from "../gen/codes";
import {
  ACTIONS_BYTES,
  FIELDS_BYTES,
  FIELDS_MANY,
  MAPPINGS_ACTION,
  MAPPINGS_ID,
  MAPPINGS_LANGUAGE,
  MAPPINGS_PACK,
  META_ACTION_READ,
  META_ACTION_UNCLASSIFIED,
  SECTION_ACTIONS,
  SECTION_FIELDS,
} from "../gen/layout";
import {
  REQUEST_KEY_ACTION,
  REQUEST_KEY_ANNOTATIONS,
  REQUEST_KEY_SERVER,
  REQUEST_KEY_TOOL,
  WORD_DESTRUCTIVEHINT,
  WORD_DIRECT,
  WORD_OPENWORLDHINT,
  WORD_READONLYHINT,
  WORD_UNKNOWN,
  wordAt,
  wordBytes,
} from "../gen/words";
import { entryAt, lookUp, metaAt, NONE, textAt, textBytes } from "../policy/view";
import { ABSENT, isDirect, member, payload } from "../request/view";
import { beginDrafts, draftAt, draftCount, draftsOverflowed, SUSPECT } from "./drafts";
import { declares, extract, extractFacts } from "./extract";
import { candidateCount, candidateMapping, findCandidates, isCrowded, isListed } from "./match";
import { carriedServerAt, carriedServerBytes, hasPrefix, splitName } from "./name";
import { beginPart, part, setMark } from "./part";
import { argumentsAct, classify, nameReads, passesAsRead } from "./unknown";
import { takeApart } from "./unwrap";

// What `matchCall` found, the same for every claim.
let directAction: u32 = 0;
let serverBinding: i32 = 0;
let serverAt: usize = 0;
let serverBytes: u32 = 0;
let marks: u32 = 0;
let annotations: u32 = 0;
/** Action of the claim that no mapping makes, after the candidates; NONE when there is none. */
let unmappedAction: u32 = 0xffffffff; // NONE; a constant here would be set by start code.
let faultOffset: u32 = 0;

/** Offset in the request of what the last refusal of `matchCall` was about. */
export function matchFaultOffset(): u32 {
  return faultOffset;
}

export function boundServerAt(): usize {
  return serverAt;
}

export function boundServerBytes(): u32 {
  return serverBytes;
}

function refuse(status: i32, node: i32): i32 {
  faultOffset = <u32>(encodedAt(node) - encodedAt(root()));
  return status;
}

/** True when the hint is there and not the calm value. */
function hintRaises(word: i32, calm: bool): bool {
  const hints = member(REQUEST_KEY_ANNOTATIONS);
  if (hints == ABSENT) return false;
  const hint = memberOf(hints, wordAt(word), wordBytes(word));
  if (hint < 0) return false;
  return kind(hint) != KIND_BOOL || asBool(hint) != calm;
}

function readAnnotations(): void {
  annotations = 0;
  if (hintRaises(WORD_DESTRUCTIVEHINT, false)) annotations |= 1 << codes.ANNOTATION_DESTRUCTIVE;
  if (hintRaises(WORD_READONLYHINT, true)) annotations |= 1 << codes.ANNOTATION_READ_WRITE;
  if (hintRaises(WORD_OPENWORLDHINT, false)) annotations |= 1 << codes.ANNOTATION_OPEN_WORLD;
}

/** The direct form: the action and each of its fields must be known. */
function matchDirect(): i32 {
  const named = member(REQUEST_KEY_ACTION);
  directAction = lookUp(codes.NAMESPACE_ACTION, bytesAt(named), bytesSize(named));
  if (directAction == NONE) return refuse(codes.STATUS_ACTION_UNKNOWN, named);
  const action = entryAt(SECTION_ACTIONS, directAction, ACTIONS_BYTES);
  const fields = payload();
  let seen: u64 = 0;
  for (let key = firstChild(fields); key >= 0; key = nextSibling(fields, key)) {
    const field = lookUp(codes.NAMESPACE_FIELD, bytesAt(key), bytesSize(key));
    if (field == NONE || !declares(action, field)) return refuse(codes.STATUS_FIELD_UNKNOWN, key);
    const bit = (<u64>1) << (field - 1);
    const many = load<u8>(entryAt(SECTION_FIELDS, field - 1, FIELDS_BYTES) + FIELDS_MANY) != 0;
    if ((seen & bit) != 0 && !many) return refuse(codes.STATUS_FIELD_UNKNOWN, key);
    seen |= bit;
  }
  serverBinding = codes.SERVER_BINDING_DIRECT;
  unmappedAction = NONE;
  return codes.STATUS_OK;
}

function setUnbound(): void {
  serverBinding = codes.SERVER_BINDING_UNBOUND;
  marks |= 1 << codes.MARK_SERVER_UNBOUND;
}

/** Finds the server of a tool and whether the org bound it. Returns the pack it is bound to, or NONE. */
function readServer(): u32 {
  const tool = member(REQUEST_KEY_TOOL);
  const stated = member(REQUEST_KEY_SERVER);
  splitName(bytesAt(tool), bytesSize(tool));
  serverAt = carriedServerAt();
  serverBytes = carriedServerBytes();
  let conflict = false;
  if (stated != ABSENT) {
    const bytes = bytesSize(stated);
    if (serverBytes > 0) conflict = bytes != serverBytes || !equal(bytesAt(stated), serverAt, bytes);
    else {
      serverAt = bytesAt(stated);
      serverBytes = bytes;
    }
  }
  if (conflict) marks |= 1 << codes.MARK_SERVER_CONFLICT;
  if (serverBytes == 0) {
    serverBinding = codes.SERVER_BINDING_HOST;
    return NONE;
  }
  const pack = conflict ? NONE : lookUp(codes.NAMESPACE_SERVER, serverAt, serverBytes);
  serverBinding = codes.SERVER_BINDING_BOUND;
  if (pack == NONE) setUnbound();
  return pack;
}

function matchTool(): i32 {
  const pack = readServer();
  findCandidates(pack);
  if (serverBinding == codes.SERVER_BINDING_HOST && !isListed() && hasPrefix(candidateCount() > 0))
    setUnbound();
  const unbound = serverBinding == codes.SERVER_BINDING_UNBOUND;
  unmappedAction = NONE;
  if (candidateCount() == 0) {
    marks |= (1 << codes.MARK_TOOL_UNMAPPED) | classify(annotations);
    const reads = !unbound && passesAsRead();
    unmappedAction = load<u32>(metaAt(reads ? META_ACTION_READ : META_ACTION_UNCLASSIFIED));
  } else if (unbound || isCrowded() || (!isListed() && nameReads() && argumentsAct())) {
    unmappedAction = load<u32>(metaAt(META_ACTION_UNCLASSIFIED));
  }
  return codes.STATUS_OK;
}

/** Finds the claims on a call with the marks `seen`. Returns a status; the direct form can name something unknown. */
export function matchCall(seen: u32): i32 {
  marks = seen;
  readAnnotations();
  return isDirect() ? matchDirect() : matchTool();
}

/** How many readings the call has. */
export function claimCount(): i32 {
  if (isDirect()) return 1;
  return candidateCount() + (unmappedAction == NONE ? 0 : 1);
}

function beginCallPart(): void {
  beginPart();
  const call = part();
  call.marks = marks;
  call.annotations = annotations;
  call.serverBinding = serverBinding;
  call.pack = NONE;
}

function setAction(index: u32): void {
  const call = part();
  call.actionIndex = index;
  call.action = entryAt(SECTION_ACTIONS, index, ACTIONS_BYTES);
}

function setId(at: usize, bytes: u32): void {
  const call = part();
  call.idAt = at;
  call.idBytes = bytes;
}

/** One of the candidates: its action and the fields that its mapping finds. */
function readCandidate(mapping: usize): i32 {
  part().pack = load<u32>(mapping + MAPPINGS_PACK);
  setAction(load<u32>(mapping + MAPPINGS_ACTION));
  setId(textAt(mapping + MAPPINGS_ID), textBytes(mapping + MAPPINGS_ID));
  extract(mapping);
  const language = <i32>load<u32>(mapping + MAPPINGS_LANGUAGE);
  return language == codes.LANGUAGE_NONE ? 0 : takeApart(mapping, language);
}

/**
 * Reads the call in one of its ways. Returns 0 when it is one part, which is then filled, or how many drafts it was taken
 * apart into, to be read one by one.
 */
export function normalise(claim: i32): i32 {
  beginDrafts();
  beginCallPart();
  if (!isDirect() && claim < candidateCount()) return readCandidate(candidateMapping(claim));
  setAction(isDirect() ? directAction : unmappedAction);
  const id = isDirect() ? WORD_DIRECT : WORD_UNKNOWN;
  setId(wordAt(id), wordBytes(id));
  if (isDirect()) extract(0);
  return 0;
}

/** Fills the part with one of the drafts of the call. */
export function normaliseDraft(position: i32): void {
  assert(position < draftCount());
  const draft = draftAt(position);
  beginCallPart();
  part().marks |= draft.marks & ~SUSPECT;
  if (draftsOverflowed()) setMark(codes.MARK_PARTS_OVERFLOW);
  part().pack = draft.pack;
  setAction(draft.action);
  setId(draft.idAt, draft.idBytes);
  extractFacts(draft.factStart, draft.factCount);
}

/**
 * The road of one call, in order, with every way out. A call can have several readings (packs that claim the same tool,
 * a server that nobody bound): each is judged alone and the strictest is taken.
 */
import { joinAnswer } from "./answer/answer";
import { beginCallEntries, beginPartEntries } from "./condition/entry";
import { countPart } from "./condition/tallies";
import { call, decideCall, demand, settle } from "./decide/call";
import { forgetParts, keepPart } from "./decide/parts";
import { beginTable, decidePart } from "./decide/table";
import { scanArguments } from "./detect/scan";
import {
  STATUS_IMAGE_MISSING,
  STATUS_OK,
  STATUS_RECORD_TOO_LARGE,
  STATUS_REQUEST_TOO_LARGE,
  VERDICT_DENY,
  VERDICT_REVIEW,
} from "./gen/codes";
import { REQUEST_BYTES_MAX } from "./gen/limits";
import {
  REASON_STATE_CELLS_OVERFLOW,
  REASON_STATE_FROZEN,
  REASON_STATE_STATE_FULL,
  REASON_STATE_STATE_INVALID,
  REASON_STATE_STATE_STALE,
} from "./gen/words";
import { draftAt, draftCount, draftsOverflowed, dropsSuspect, groupOf } from "./normalise/drafts";
import { claimCount, matchCall, matchFaultOffset, normalise, normaliseDraft } from "./normalise/normalise";
import { IMAGE_DIGEST_AT, isLoaded } from "./policy/view";
import { commitRequest } from "./record/commit";
import { encodeRecord } from "./record/encode";
import { REQUEST_AT, readRequest, requestFaultOffset } from "./request/read";
import { isEvent } from "./request/view";
import { assess, isMostSensitive } from "./risk/assess";
import { score } from "./risk/hazard";
import { foldCall, foldEvent, foldNothing } from "./session/fold";
import { beginNames, nameEvent, namePart } from "./session/keys";
import { noteEvent } from "./session/learned";
import {
  beginMemory,
  endMemory,
  forgetRemembered,
  keepRemembered,
  keepsMemory,
  rememberPart,
  stateHolds,
} from "./session/memory";

let faultOffset: u32 = 0;
let recordBytes: u32 = 0;

export function faultAt(): u32 {
  return faultOffset;
}

export function recordSize(): u32 {
  return recordBytes;
}

function refuse(status: i32, offset: u32): i32 {
  faultOffset = offset;
  return status;
}

function assessPart(): void {
  beginPartEntries();
  rememberPart();
  countPart();
  assess();
}

function judgePart(group: i32): void {
  score();
  decidePart();
  keepPart(group);
  keepRemembered();
}

function beginReading(): void {
  forgetParts();
  forgetRemembered();
  beginTable();
  beginCallEntries();
}

/** Takes one reading of the call all the way to its verdict. */
function judge(claim: i32): void {
  beginReading();
  const drafts = normalise(claim);
  if (drafts == 0) {
    assessPart();
    judgePart(0);
  }
  let position = 0;
  while (position < draftCount()) {
    normaliseDraft(position);
    assessPart();
    if (!dropsSuspect(position, !isMostSensitive())) judgePart(groupOf(draftAt(position++).group));
  }
  decideCall(draftsOverflowed());
}

/**
 * Judges every reading and leaves the strictest one in place: verdict, then gate, then hazard, then the earlier one.
 * The last reading comes first, so that the one taken is most often the one judged last.
 */
function judgeStrictest(): void {
  let strictest = 0;
  let strictestRank: u64 = 0;
  for (let claim = claimCount() - 1; claim >= 0; claim--) {
    judge(claim);
    const whole = call();
    const rank = ((<u64>whole.verdict) << 33) | ((<u64>(whole.isGated ? 1 : 0)) << 32) | whole.hazard;
    if (rank >= strictestRank) {
      strictest = claim;
      strictestRank = rank;
    }
  }
  if (strictest != 0) judge(strictest);
}

/** Reads the request of `size` bytes and finds its readings. Returns a status. */
function readCall(size: u32): i32 {
  recordBytes = 0;
  if (!isLoaded()) return refuse(STATUS_IMAGE_MISSING, 0);
  if (size > <u32>REQUEST_BYTES_MAX) return refuse(STATUS_REQUEST_TOO_LARGE, 0);
  const read = readRequest(size, IMAGE_DIGEST_AT);
  if (read != STATUS_OK) return refuse(read, requestFaultOffset());
  if (isEvent()) return refuse(STATUS_OK, 0);
  const matched = matchCall(scanArguments());
  return refuse(matched, matched == STATUS_OK ? 0 : matchFaultOffset());
}

/** Lists the ids of the histories that the request of `size` bytes touches. Returns a status. */
export function name(size: u32): i32 {
  beginNames();
  const read = readCall(size);
  if (read != STATUS_OK) return read;
  if (isEvent()) {
    nameEvent();
    return STATUS_OK;
  }
  for (let claim = 0; claim < claimCount(); claim++) {
    const drafts = normalise(claim);
    if (drafts == 0) namePart();
    for (let position = 0; position < draftCount(); position++) {
      normaliseDraft(position);
      namePart();
    }
  }
  return STATUS_OK;
}

/** Joins what the histories say to the verdict, then the answer, and writes the next histories. */
function remember(): void {
  endMemory();
  const isLost =
    stateHolds(REASON_STATE_STATE_INVALID) ||
    stateHolds(REASON_STATE_STATE_STALE) ||
    stateHolds(REASON_STATE_STATE_FULL);
  if (isLost || stateHolds(REASON_STATE_FROZEN)) demand(VERDICT_DENY);
  else if (stateHolds(REASON_STATE_CELLS_OVERFLOW)) demand(VERDICT_REVIEW);
  joinAnswer();
  if (isLost) foldNothing();
  else if (isEvent()) foldEvent();
  else foldCall(call().verdict);
}

/** Decides the request of `size` bytes at REQUEST_AT. Returns a status; the record is there only with STATUS_OK. */
export function decide(size: u32): i32 {
  const read = readCall(size);
  if (read != STATUS_OK) return read;
  commitRequest(REQUEST_AT, size);
  beginMemory();
  if (isEvent()) {
    beginReading();
    decideCall(false);
    noteEvent();
    remember();
  } else {
    judgeStrictest();
    if (keepsMemory()) remember();
    else joinAnswer();
  }
  settle();
  recordBytes = encodeRecord();
  return recordBytes == 0 ? refuse(STATUS_RECORD_TOO_LARGE, 0) : refuse(STATUS_OK, 0);
}

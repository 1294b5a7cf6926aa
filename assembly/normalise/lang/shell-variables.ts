/**
 * Variables of a shell text: which names may be assigned, which values are known, and from where a value came
 * (docs/format/shell.md, assignments).
 */
import { endsWith, equal, startsWith } from "../../base/bytes";
import { isLetter } from "../../base/text";
import { DIALECT_ZSH, NAMESPACE_VARIABLE } from "../../gen/codes";
import {
  SHELL_FOREIGN_COUNT,
  SHELL_INHERITED_COUNT,
  SHELL_VARIABLE_COUNT,
  WORD_SHELL_FOREIGN,
  WORD_SHELL_INHERITED,
  WORD_SHELL_VARIABLE,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { holds } from "../../policy/view";
import { joinGroups } from "../drafts";
import { groupOfPipeline, joinAll } from "./shell-flows";
import {
  dialect,
  FAULT_LOOP,
  FAULT_VARIABLE,
  frameAt,
  frameCount,
  here,
  KIND_LOOP,
  limit,
  list,
  makeOpaque,
} from "./shell-frames";

/** 28 bytes. */
@unmanaged
class Variable {
  nameAt: usize;
  nameBytes: u32;
  valueAt: usize;
  valueBytes: u32;
  /** Where its value was used last, or 0. */
  usedAt: usize;
  /** Group that the value came from, or -1. */
  group: i32;
  known: bool;
  /** Arithmetic gives it another value further on in the text. */
  counts: bool;
}

/** An assignment that becomes known if its command turns out to be one of assignments alone. 16 bytes. */
@unmanaged
class Pending {
  nameAt: usize;
  /** 0: the command gives the name another value further on. */
  nameBytes: u32;
  valueAt: usize;
  valueBytes: u32;
}

const PENDING_MAX: i32 = 64;
const PENDING: usize = memory.data(1024, 8);
/** `=$((` in memory order. */
const IS_ARITHMETIC: u32 = 0x2828243d;
const VARIABLES_MAX: i32 = 64;
const VARIABLE_BYTES: usize = 28;
const VARIABLES: usize = memory.data(1792, 8); // VARIABLES_MAX x 28

let variables: i32 = 0;
let pending: i32 = 0;
/** No value is known any more, and none becomes so. */
let never: bool = false;

export function beginVariables(): void {
  assert(offsetof<Variable>() <= VARIABLE_BYTES && offsetof<Pending>() == 16);
  variables = 0;
  pending = 0;
  never = false;
}

function variableAt(position: i32): Variable {
  return changetype<Variable>(VARIABLES + <usize>position * VARIABLE_BYTES);
}

function find(at: usize, bytes: u32): i32 {
  for (let position = 0; position < variables; position++) {
    const variable = variableAt(position);
    if (variable.nameBytes == bytes && equal(variable.nameAt, at, bytes)) return position;
  }
  return -1;
}

/** True when the text is one of a group of words. */
export function isWordOf(first: i32, count: i32, at: usize, bytes: u32): bool {
  return positionOf(first, count, at, bytes) >= 0;
}

/** Position of the text in a group of words, or -1. */
export function positionOf(first: i32, count: i32, at: usize, bytes: u32): i32 {
  for (let position = 0; position < count; position++) {
    const word = first + position;
    if (<u32>wordBytes(word) == bytes && equal(wordAt(word), at, bytes)) return position;
  }
  return -1;
}

/** True when its first letter is in lower case: what shells and programs look for is written in capitals. */
function isLowerName(at: usize, bytes: u32): bool {
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = <u32>load<u8>(at + done);
    if (isLetter(byte)) return byte >= 0x61;
  }
  return false;
}

/** A variable that may be assigned: what programs do does not depend on it (docs/format/shell.md, section 7). */
export function isHarmless(at: usize, bytes: u32): bool {
  if (holds(NAMESPACE_VARIABLE, at, bytes)) return true;
  if (!isLowerName(at, bytes)) return false;
  // These are variables of zsh alone.
  const mayBeZsh = dialect() < 0 || dialect() == DIALECT_ZSH;
  if (mayBeZsh && isWordOf(WORD_SHELL_VARIABLE, SHELL_VARIABLE_COUNT, at, bytes)) return false;
  for (let word = WORD_SHELL_FOREIGN; word < WORD_SHELL_FOREIGN + SHELL_FOREIGN_COUNT; word++) {
    if (startsWith(at, bytes, wordAt(word), wordBytes(word))) return false;
  }
  for (let word = WORD_SHELL_INHERITED; word < WORD_SHELL_INHERITED + SHELL_INHERITED_COUNT; word++) {
    if (endsWith(at, bytes, wordAt(word), wordBytes(word))) return false;
  }
  return true;
}

/** Judges a name that is assigned. */
export function judgeName(at: usize, bytes: u32): void {
  if (!isHarmless(at, bytes)) makeOpaque(FAULT_VARIABLE);
}

/** True when an assignment here may run again before what stood earlier in the text. */
function isUsedInLoop(usedAt: usize): bool {
  for (let position = 0; position < frameCount(); position++) {
    const frame = frameAt(position);
    if (frame.kind == KIND_LOOP) return frame.openAt <= usedAt;
  }
  return false;
}

/** A variable got a value nobody knows; where `flows`, it came out of the pipeline. */
export function assignUnknown(at: usize, bytes: u32, flows: bool): void {
  for (let position = 0; position < pending; position++) {
    const before = pendingAt(position);
    if (before.nameBytes == bytes && equal(before.nameAt, at, bytes)) before.nameBytes = 0;
  }
  let position = find(at, bytes);
  if (position >= 0) {
    const old = variableAt(position);
    if (old.usedAt != 0 && isUsedInLoop(old.usedAt)) makeOpaque(FAULT_LOOP);
  } else if (!flows) {
    return;
  } else {
    position = add(at, bytes);
    if (position < 0) return;
  }
  const variable = variableAt(position);
  variable.known = false;
  variable.group = flows ? groupOfPipeline(list()) : -1;
}

function add(at: usize, bytes: u32): i32 {
  if (variables == VARIABLES_MAX) {
    forgetValues();
    never = true;
    joinAll();
    return -1;
  }
  const variable = variableAt(variables);
  variable.nameAt = at;
  variable.nameBytes = bytes;
  variable.usedAt = 0;
  variable.group = -1;
  variable.known = false;
  variable.counts = false;
  return variables++;
}

/** `NAME=$((` follows: in a loop the value may be another one wherever it is used. */
function isCountedOn(at: usize, bytes: u32): bool {
  const last = limit() - bytes - 4;
  for (let from = here(); from <= last; from++) {
    if (load<u32>(from + bytes) == IS_ARITHMETIC && equal(from, at, bytes)) return true;
  }
  return false;
}

function pendingAt(position: i32): Pending {
  return changetype<Pending>(PENDING + ((<usize>position) << 4));
}

/** Assignments that wait for the ends of the commands they belong to. */
export function pendingCount(): i32 {
  return pending;
}

/** The name has this value as soon as its command ends, if nothing else in it gives it another one. */
export function addPending(at: usize, bytes: u32, valueAt: usize, valueBytes: u32): void {
  if (pending == PENDING_MAX) return;
  const assignment = pendingAt(pending++);
  assignment.nameAt = at;
  assignment.nameBytes = bytes;
  assignment.valueAt = valueAt;
  assignment.valueBytes = valueBytes;
}

/** Values that are known from here on. */
export function keepPending(first: i32): void {
  for (let position = first; position < pending; position++) {
    const one = pendingAt(position);
    if (one.nameBytes > 0) assignKnown(one.nameAt, one.nameBytes, one.valueAt, one.valueBytes);
  }
}

export function dropPending(first: i32): void {
  pending = first;
}

function assignKnown(at: usize, bytes: u32, valueAt: usize, valueBytes: u32): void {
  if (never) return;
  let position = find(at, bytes);
  if (position < 0) {
    position = add(at, bytes);
    if (position < 0) return;
    variableAt(position).counts = isCountedOn(at, bytes);
  }
  const variable = variableAt(position);
  variable.known = !variable.counts;
  variable.group = -1;
  variable.valueAt = valueAt;
  variable.valueBytes = valueBytes;
}

export function forgetValues(): void {
  for (let position = 0; position < variables; position++) variableAt(position).known = false;
}

/** From here on no value is known: a function may change it whenever it is called. */
export function forgetForGood(): void {
  forgetValues();
  never = true;
}

/** Position of a variable whose value is known, or -1. */
export function knownVariable(at: usize, bytes: u32): i32 {
  const position = find(at, bytes);
  return position >= 0 && variableAt(position).known ? position : -1;
}

export function knownValueAt(position: i32): usize {
  return variableAt(position).valueAt;
}

export function knownValueBytes(position: i32): u32 {
  return variableAt(position).valueBytes;
}

/** The value was put in at this place. */
export function noteUse(position: i32, usedAt: usize): void {
  variableAt(position).usedAt = usedAt;
}

/** A variable is used: what it came from flows into the pipeline. */
export function joinVariable(at: usize, bytes: u32): void {
  const position = find(at, bytes);
  if (position < 0) return;
  const group = variableAt(position).group;
  if (group >= 0) joinGroups(group, groupOfPipeline(list()));
}

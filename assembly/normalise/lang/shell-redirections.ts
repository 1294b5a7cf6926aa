/**
 * Redirections: the files that the shell itself opens, and what a command reads (docs/format/shell.md, redirections).
 */
import { indexOf, startsWith } from "../../base/bytes";
import { isDigit } from "../../base/text";
import { FIELD_HOST, FIELD_PATH, LANGUAGE_SHELL, MARK_WORD_EXPANDS } from "../../gen/codes";
import { SUSPECTS_MAX } from "../../gen/limits";
import {
  ROLE_ACTION_FILES_READ,
  ROLE_ACTION_FILES_WRITE,
  ROLE_ACTION_NETWORK_HTTP_POST,
  SHELL_DEVICE__DEV_NULL,
  SHELL_DEVICE_COUNT,
  SHELL_SOCKET_COUNT,
  WORD_SHELL_DEVICE,
  WORD_SHELL_SOCKET,
  wordAt,
  wordBytes,
} from "../../gen/words";
import {
  beginRole,
  draftAt,
  draftCount,
  draftMark,
  draftText,
  keptEnd,
  noteSuspect,
  suspectCount,
} from "../drafts";
import { isDirectoryUnknown, isRelative, joinDirectory, noteEvent } from "./shell-directory";
import { openDocument } from "./shell-documents";
import { groupOfPipeline, joinSince, noteFile } from "./shell-flows";
import {
  FAULT_ARITHMETIC,
  FAULT_REDIRECTION,
  FAULT_WORDS,
  Frame,
  fault,
  here,
  list,
  makeOpaque,
  moveTo,
  peek,
  STATE_AFTER,
  STATE_START,
  STATE_WORDS,
} from "./shell-frames";
import { wantMore } from "./shell-quotes";
import { positionOf } from "./shell-variables";
import {
  dropWord,
  finishedAt,
  finishedBytes,
  hidesCommand,
  isPlain,
  isWordOn,
  partAt,
  partBytes,
  WORD_PROCESS,
} from "./shell-words";
import {
  INPUT_FILE,
  INPUT_NONE,
  INPUT_PIPE,
  INPUT_TEXT,
  WORD_EXPANDS,
  WORD_GLOBS,
  WORD_QUOTED,
} from "./words";

const LESS: u32 = 0x3c;
const MORE: u32 = 0x3e;
const AND: u32 = 0x26;

const READ: i32 = 1; // <
const BOTH: i32 = 2; // <>
const COPY_IN: i32 = 3; // <&
const DOCUMENT: i32 = 4; // <<
const DOCUMENT_TABS: i32 = 5; // <<-
const STRING: i32 = 6; // <<<
const WRITE: i32 = 7; // > >> >|
const COPY_OUT: i32 = 8; // >&
const WRITE_BOTH: i32 = 9; // &> &>>

let marks: u32 = 0;

/** Marks that every part of the text carries. */
export function beginRedirections(textMarks: u32): void {
  marks = textMarks;
}

/** A number right before the operator: it is no word. -1 where there is none. */
function takeDescriptor(): i32 {
  if (!isWordOn() || !isPlain()) return -1;
  const bytes = partBytes();
  let number = 0;
  for (let done: u32 = 0; done < bytes; done++) {
    const byte = load<u8>(partAt() + done);
    if (!isDigit(byte)) {
      if (load<u8>(partAt()) == 0x7b && load<u8>(partAt() + bytes - 1) == 0x7d) fault(FAULT_REDIRECTION);
      return -1;
    }
    number = min(number * 10 + (byte - 0x30), 9999);
  }
  dropWord();
  return number;
}

function operatorBytes(kind: i32): usize {
  if (kind == STRING || kind == DOCUMENT_TABS) return 3;
  if (kind == READ) return 1;
  if (kind == WRITE) return peek(1) == MORE || peek(1) == 0x7c ? 2 : 1;
  if (kind == WRITE_BOTH) return peek(2) == MORE ? 3 : 2;
  return 2;
}

function operatorKind(): i32 {
  const byte = peek(0);
  const next = peek(1);
  if (byte == AND) return WRITE_BOTH;
  if (byte == MORE) return next == AND ? COPY_OUT : WRITE;
  if (next == MORE) return BOTH;
  if (next == AND) return COPY_IN;
  if (next != LESS) return READ;
  return peek(2) == LESS ? STRING : peek(2) == 0x2d ? DOCUMENT_TABS : DOCUMENT;
}

/** The number before an operator, for `takeOperator`; the word before it ends in another way if there is none. */
export function descriptorBefore(): i32 {
  return peek(0) == AND ? -1 : takeDescriptor();
}

/** An operator; its target is the next word. */
export function takeOperator(list: Frame, descriptor: i32): void {
  if (list.redirection != 0 || list.wantsBody) {
    fault(FAULT_REDIRECTION);
    return;
  }
  const kind = operatorKind();
  list.redirection = kind;
  list.descriptor = descriptor >= 0 ? descriptor : kind < WRITE ? 0 : 1;
  if (kind == STRING) wantMore();
  else if (kind == WRITE_BOTH) list.bothSeen = true;
  if (list.state == STATE_START) list.state = STATE_WORDS;
  list.redirections++;
  moveTo(here() + operatorBytes(kind));
  // A compound with a redirection: what it holds and the file flow into each other.
  if (list.state == STATE_AFTER) joinSince(list, list.compoundGroup);
}

/** True for digits, `-`, or digits and `-`. */
function isCopy(at: usize, bytes: u32): bool {
  let done: u32 = 0;
  while (done < bytes && isDigit(load<u8>(at + done))) done++;
  if (done < bytes && load<u8>(at + done) == 0x2d) done++;
  return bytes > 0 && done == bytes;
}

/** Position among the devices that are no files, or -1. */
function deviceOf(at: usize, bytes: u32): i32 {
  const device = positionOf(WORD_SHELL_DEVICE, SHELL_DEVICE_COUNT, at, bytes);
  if (device >= 0) return device;
  // The last of them stands for `/dev/fd/` and digits.
  const last = WORD_SHELL_DEVICE + SHELL_DEVICE_COUNT - 1;
  const prefix = <u32>wordBytes(last);
  if (bytes <= prefix || !startsWith(at, bytes, wordAt(last), prefix)) return -1;
  for (let done = prefix; done < bytes; done++) if (!isDigit(load<u8>(at + done))) return -1;
  return SHELL_DEVICE_COUNT - 1;
}

function setInput(list: Frame, input: i32): void {
  if (list.descriptor == 0) list.input = input;
}

function beginPart(role: i32, group: i32): bool {
  if (!beginRole(role, LANGUAGE_SHELL, group)) return false;
  draftAt(draftCount() - 1).marks |= marks;
  return true;
}

function draftFile(role: i32, group: i32, at: usize, bytes: u32, bits: u32): void {
  if (!beginPart(role, group)) return;
  let expands = (bits & (WORD_EXPANDS | WORD_GLOBS)) != 0;
  if (isRelative(at, bytes)) {
    if (isDirectoryUnknown()) expands = true;
    const joined = keptEnd();
    const size = joinDirectory(at, bytes);
    if (size > 0) {
      at = joined;
      bytes = size;
    }
  }
  draftText(FIELD_PATH, at, bytes);
  if (expands) draftMark(MARK_WORD_EXPANDS);
}

/**
 * A word whose use nobody knows, as in `for f in WORDS`: if it names a place of secrets, the text reads it
 * (docs/format/shell.md, section 10).
 */
export function suspectFile(at: usize, bytes: u32, bits: u32): void {
  if (bytes == 0 || (bits & WORD_EXPANDS) != 0 || load<u8>(at) == 0x2d) return;
  const slash = indexOf(at, bytes, 0x2f);
  if (slash < 0 && indexOf(at, bytes, 0x2e) < 0) return;
  // An address: its first slash is one of two behind a colon.
  if (
    slash > 0 &&
    <u32>slash + 1 < bytes &&
    load<u16>(at + slash - 1) == 0x2f3a &&
    load<u8>(at + slash, 1) == 0x2f
  )
    return;
  if (suspectCount() == SUSPECTS_MAX) {
    makeOpaque(FAULT_WORDS);
    return;
  }
  const before = draftCount();
  draftFile(ROLE_ACTION_FILES_READ, groupOfPipeline(list()), at, bytes, bits);
  if (draftCount() > before) noteSuspect();
}

/** True when the target is a connection that bash opens; makes the part. */
function isSocket(group: i32, at: usize, bytes: u32, bits: u32): bool {
  for (let word = WORD_SHELL_SOCKET; word < WORD_SHELL_SOCKET + SHELL_SOCKET_COUNT; word++) {
    const prefix = <u32>wordBytes(word);
    if (!startsWith(at, bytes, wordAt(word), prefix)) continue;
    let size: u32 = 0;
    while (prefix + size < bytes && load<u8>(at + prefix + size) != 0x2f) size++;
    if (!beginPart(ROLE_ACTION_NETWORK_HTTP_POST, group)) return true;
    draftText(FIELD_HOST, at + prefix, size);
    if (bits & (WORD_EXPANDS | WORD_GLOBS)) draftMark(MARK_WORD_EXPANDS);
    return true;
  }
  return false;
}

/** The word behind an operator has been read: `finishedAt`, with these bits. */
export function takeTarget(list: Frame, bits: u32): void {
  const kind = list.redirection;
  const at = finishedAt();
  const bytes = finishedBytes();
  list.redirection = 0;
  if (bytes > 0 && load<u8>(at) == 0x21 && !(bits & WORD_QUOTED)) {
    fault(FAULT_REDIRECTION);
    return;
  }
  if (kind == DOCUMENT || kind == DOCUMENT_TABS) {
    if (bits & ~WORD_QUOTED & 0xf) fault(FAULT_REDIRECTION);
    else openDocument(at, bytes, (bits & WORD_QUOTED) != 0, kind == DOCUMENT_TABS);
    return;
  }
  const group = groupOfPipeline(list);
  if (kind == STRING) {
    if (hidesCommand(bits, at, bytes)) makeOpaque(FAULT_ARITHMETIC);
    setInput(list, bits & WORD_EXPANDS ? INPUT_PIPE : INPUT_TEXT);
    if (list.descriptor != 0) return;
    list.inputAt = at;
    list.inputBytes = bytes;
    return;
  }
  if (kind == COPY_IN || kind == COPY_OUT) {
    if (!(bits & WORD_EXPANDS) && isCopy(at, bytes)) {
      setInput(list, INPUT_PIPE);
      return;
    }
    if (kind == COPY_IN || list.descriptor != 1 || bits & WORD_EXPANDS) {
      fault(FAULT_REDIRECTION);
      return;
    }
  }
  openFile(list, group, kind, bits);
}

function openFile(list: Frame, group: i32, kind: i32, bits: u32): void {
  const at = finishedAt();
  const bytes = finishedBytes();
  if (bits & WORD_PROCESS) {
    setInput(list, INPUT_PIPE);
    return;
  }
  const device = deviceOf(at, bytes);
  if (device >= 0) {
    setInput(list, device == SHELL_DEVICE__DEV_NULL ? INPUT_NONE : INPUT_PIPE);
    return;
  }
  noteEvent();
  if (isSocket(group, at, bytes, bits)) {
    setInput(list, INPUT_PIPE);
    return;
  }
  noteFile(at, bytes, bits, group, true);
  if (kind == READ || kind == BOTH) {
    draftFile(ROLE_ACTION_FILES_READ, group, at, bytes, bits);
    setInput(list, INPUT_FILE);
  }
  if (kind != READ) draftFile(ROLE_ACTION_FILES_WRITE, group, at, bytes, bits);
}

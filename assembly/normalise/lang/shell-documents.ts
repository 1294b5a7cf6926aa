/**
 * Here-documents: where their bodies lie, and what is in them (docs/format/shell.md, here-documents). The body is looked
 * for and read as soon as its delimiter is known; the newline that it stands behind then leads past it.
 */
import { equal } from "../../base/bytes";
import { takeBackquote, takeDollar } from "./shell-expansions";
import {
  FAULT_DOCUMENT,
  FAULT_OPEN,
  Frame,
  fault,
  frameAt,
  frameCount,
  here,
  inBackquotes,
  KIND_BRACE,
  KIND_DOCUMENT,
  KIND_LIST_LAST,
  KIND_PROCESS,
  KIND_SUBSHELL,
  KIND_SUBSTITUTION,
  limit,
  list,
  moveTo,
  peek,
  popFrame,
  pushFrame,
  setLimit,
  top,
} from "./shell-frames";
import { takeQuotedBackslash } from "./shell-quotes";
import {
  append,
  dropWord,
  finishedAt,
  finishedBytes,
  finishWord,
  restoreWord,
  saveWord,
  startWord,
  wordBits,
} from "./shell-words";
import { INPUT_PIPE, INPUT_TEXT, WORD_EXPANDS } from "./words";

const NEWLINE: u32 = 0x0a;
const TAB: u32 = 0x09;

/** The newline that bodies stand behind, and where the last of them ends; 0 where none waits. */
let lineAt: usize = 0;
let afterAt: usize = 0;
/** The list that they were asked for in. */
let owner: i32 = 0;

let bodyAt: usize = 0;
let bodyEnd: usize = 0;

export function beginDocuments(): void {
  lineAt = 0;
}

/** True where bodies wait behind this newline. */
function isDocumentLine(at: usize): bool {
  return lineAt != 0 && at == lineAt;
}

/** The newline before waiting bodies was passed in another way than between commands. */
export function isPastDocuments(): bool {
  return lineAt != 0 && here() > lineAt;
}

/** At a newline between commands: goes on behind the bodies that wait there. */
export function passDocuments(): void {
  if (!isDocumentLine(here())) {
    moveTo(here() + 1);
    return;
  }
  for (let position = owner + 1; position < frameCount(); position++) {
    const kind = frameAt(position).kind;
    if (kind != KIND_SUBSHELL && (kind < KIND_BRACE || kind > KIND_LIST_LAST)) fault(FAULT_DOCUMENT);
  }
  lineAt = 0;
  moveTo(afterAt);
}

/** A list ends: bodies that it asked for are those of the list around, unless it is a substitution. */
export function closeDocuments(frame: Frame, position: i32): void {
  if (lineAt == 0 || owner < position) return;
  if (frame.kind == KIND_SUBSTITUTION || frame.kind == KIND_PROCESS) fault(FAULT_DOCUMENT);
  owner = frameAt(position - 1).list;
}

function lineEnd(at: usize): usize {
  while (at < limit() && <u32>load<u8>(at) != NEWLINE) at++;
  return at;
}

function skipTabs(at: usize): usize {
  while (at < limit() && <u32>load<u8>(at) == TAB) at++;
  return at;
}

/** A line that ends with a backslash goes on in the next one for some shells, so that the delimiter may hide. */
function isTreacherous(at: usize, end: usize, delimiterAt: usize, delimiterBytes: u32): bool {
  if (end == at || load<u8>(end - 1) != 0x5c) return false;
  const bytes = <u32>(end - 1 - at);
  return bytes <= delimiterBytes && equal(at, delimiterAt, bytes);
}

function findBody(delimiterAt: usize, delimiterBytes: u32, isLiteral: bool, stripTabs: bool): bool {
  let at = lineAt != 0 ? afterAt : lineEnd(here());
  if (at >= limit()) return false;
  if (lineAt == 0) {
    lineAt = at++;
    owner = top().list;
  }
  bodyAt = at;
  let continues = false;
  while (at < limit()) {
    const end = lineEnd(at);
    const from = stripTabs ? skipTabs(at) : at;
    if (<u32>(end - from) == delimiterBytes && equal(from, delimiterAt, delimiterBytes)) {
      bodyEnd = at;
      afterAt = min(end + 1, limit());
      return !continues;
    }
    continues = !isLiteral && end > at && load<u8>(end - 1) == 0x5c;
    if (continues && isTreacherous(from, end, delimiterAt, delimiterBytes)) return false;
    at = end + 1;
  }
  return false;
}

/** The delimiter of a here-document has been read: its body is next. */
export function openDocument(
  delimiterAt: usize,
  delimiterBytes: u32,
  isLiteral: bool,
  stripTabs: bool,
): void {
  if (inBackquotes() || !findBody(delimiterAt, delimiterBytes, isLiteral, stripTabs)) {
    fault(FAULT_DOCUMENT);
    return;
  }
  const frame = pushFrame(KIND_DOCUMENT, bodyAt);
  if (frame == null) return;
  frame.inQuotes = true;
  frame.stripTabs = stripTabs;
  frame.alone = isLiteral;
  frame.returnAt = here();
  frame.returnLimit = limit();
  frame.lineAt = lineAt;
  frame.afterAt = afterAt;
  frame.owner = owner;
  lineAt = 0;
  saveWord(frame);
  startWord();
  moveTo(bodyAt);
  setLimit(bodyEnd);
}

/** One step inside the body. */
export function stepDocument(): void {
  const frame = top();
  if (frame.stripTabs && (here() == frame.openAt || load<u8>(here() - 1) == NEWLINE)) {
    moveTo(skipTabs(here()));
    if (here() == limit()) return;
  }
  let byte = peek(0);
  const from = here();
  let at = from;
  while (frame.alone || !(byte == 0x24 || byte == 0x60 || byte == 0x5c)) {
    at++;
    if (at == limit() || (byte == NEWLINE && frame.stripTabs)) break;
    byte = <u32>load<u8>(at);
  }
  if (at > from) {
    append(from, <u32>(at - from));
    moveTo(at);
  } else if (byte == 0x24) takeDollar();
  else if (byte == 0x60) takeBackquote();
  else takeQuotedBackslash(true);
}

/** The end of the body: the command goes on where it was. */
export function closeDocument(): void {
  const frame = top();
  endDocuments();
  lineAt = frame.lineAt;
  afterAt = frame.afterAt;
  owner = frame.owner;
  const expands = (wordBits() & WORD_EXPANDS) != 0;
  if (expands) dropWord();
  else finishWord();
  moveTo(frame.returnAt);
  setLimit(frame.returnLimit);
  restoreWord(frame);
  popFrame();
  const command = list();
  if (command.descriptor != 0) return;
  command.input = expands ? INPUT_PIPE : INPUT_TEXT;
  if (expands) return;
  command.inputAt = finishedAt();
  command.inputBytes = finishedBytes();
}

/** The end of the text: a body that waits behind a newline that never came is not understood. */
export function endDocuments(): void {
  if (lineAt != 0) fault(FAULT_OPEN);
}

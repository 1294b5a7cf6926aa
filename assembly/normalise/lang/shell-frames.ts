/**
 * What the parser of the shell is inside of: a stack of contexts in place of recursion, the place in the text, and
 * whether the text is still understood (docs/format/shell.md).
 */

/** Kinds up to this one hold a list of commands. */
export const KIND_LIST_LAST: i32 = 8;
export const KIND_TEXT: i32 = 0;
export const KIND_SUBSHELL: i32 = 1;
export const KIND_SUBSTITUTION: i32 = 2;
export const KIND_PROCESS: i32 = 3;
export const KIND_BACKQUOTE: i32 = 4;
export const KIND_BRACE: i32 = 5;
export const KIND_IF: i32 = 6;
export const KIND_LOOP: i32 = 7;
export const KIND_CASE: i32 = 8;
/** Words of an array and of `[[`: they belong to the list around. */
export const KIND_ARRAY: i32 = 9;
export const KIND_TEST: i32 = 10;
export const KIND_DOUBLE: i32 = 11;
export const KIND_PARAMETER: i32 = 12;
export const KIND_ARITHMETIC: i32 = 13;
export const KIND_DOCUMENT: i32 = 14;

/** Nothing of a command was read yet. */
export const STATE_START: i32 = 0;
/** Inside a simple command. */
export const STATE_WORDS: i32 = 1;
/** Behind a compound command. */
export const STATE_AFTER: i32 = 2;

export const FRAMES_MAX: i32 = 32;

@unmanaged
export class Frame {
  kind: i32;
  /** Position of the nearest frame that holds a list: itself, or one below. */
  list: i32;
  /** Where it was opened in the text. */
  openAt: usize;
  /** Open parentheses of arithmetic. */
  depth: i32;
  /** Arithmetic that is a command and no part of a word; a backquote substitution that began in quotes. */
  alone: bool;
  /** Inside double quotes, arithmetic or a here-document, where single quotes are none. */
  inQuotes: bool;
  /** The body of a function. */
  isFunction: bool;

  // The list.
  stage: i32;
  state: i32;
  /** A command has to come before the list may end. */
  needs: bool;
  /** The next command is the body of a function and has to be a compound. */
  wantsBody: bool;
  /** The next word is the name of a function; its parentheses may be left out. */
  namesFunction: bool;
  parenthesesSeen: bool;
  /** The variable of `for`. */
  nameAt: usize;
  nameBytes: u32;
  /** The pipeline stands behind `||`, or behind `&&` or `||`. */
  afterOr: bool;
  conditional: bool;
  /** Commands in the list so far. */
  commands: i32;
  /** Commands of the pipeline before this one. */
  piped: i32;
  /** Group of the pipeline, or -1. */
  group: i32;
  /** Groups from here on were begun inside. */
  firstGroup: i32;
  /** First group inside the compound that just ended. */
  compoundGroup: i32;

  // The simple command.
  firstWord: i32;
  assignments: i32;
  firstAssignment: i32;
  redirections: i32;
  /** The operator whose target comes next, or 0, and its number. */
  redirection: i32;
  descriptor: i32;
  /** `&>` stood before: a further word would be another command for some shells. */
  bothSeen: bool;
  /** `IFS=` stood before: only `read` may follow. */
  splits: bool;
  input: i32;
  inputAt: usize;
  inputBytes: u32;
  pipeInput: i32;
  pipeAt: usize;
  pipeBytes: u32;

  // Directory when it was opened, and at the start of the pipeline.
  openDirectoryAt: usize;
  openDirectoryBytes: u32;
  openDirectoryUnknown: bool;
  openChanges: i32;
  directoryAt: usize;
  directoryBytes: u32;
  directoryUnknown: bool;
  changes: i32;
  /** Calls and parts before it was opened. */
  events: i32;

  // The word that was being read when it was opened, or the place to go back to.
  wordOn: bool;
  wordMuted: i32;
  wordStart: u32;
  wordBits: u32;
  wordRunAt: usize;
  wordRun: bool;
  wordBraces: i32;
  wordBracket: bool;
  wordName: i32;
  wordValue: i32;
  returnAt: usize;
  returnLimit: usize;
  stripTabs: bool;
  // Here-documents that wait outside the one that is being read.
  lineAt: usize;
  afterAt: usize;
  owner: i32;
}

const FRAME_BYTES: usize = 256;
const FRAMES: usize = memory.data(8192, 8); // FRAMES_MAX x 256

let frames: i32 = 0;
let cursorAt: usize = 0;
let limitAt: usize = 0;
let startAt: usize = 0;
let faulted: bool = false;
let opaque: bool = false;
let dialectNumber: i32 = -1;
let backquotes: i32 = 0;
let reason: i32 = 0;

export function beginFrames(at: usize, bytes: u32, dialect: i32): void {
  assert(offsetof<Frame>() <= FRAME_BYTES);
  frames = 0;
  startAt = at;
  cursorAt = at;
  limitAt = at + bytes;
  faulted = false;
  opaque = false;
  dialectNumber = dialect;
  backquotes = 0;
  reason = 0;
}

// The place in the text.

export function here(): usize {
  return cursorAt;
}

export function limit(): usize {
  return limitAt;
}

export function moveTo(at: usize): void {
  cursorAt = at;
}

export function setLimit(at: usize): void {
  limitAt = at;
}

/** The byte `ahead` of the place, or 0 behind the end. */
export function peek(ahead: usize): u32 {
  return cursorAt + ahead < limitAt ? <u32>load<u8>(cursorAt + ahead) : 0;
}

/** The byte before the place, or 0 at the start of the text. */
export function before(): u32 {
  return cursorAt > startAt ? <u32>load<u8>(cursorAt - 1) : 0;
}

// What is known of the whole text.

/** Reading stops: what comes is not understood. `why` is for tests. */
export function fault(why: i32): void {
  if (!faulted && !opaque) reason = why;
  faulted = true;
}

export function isFaulted(): bool {
  return faulted;
}

/** Something of the text is not known; reading goes on. */
export function makeOpaque(why: i32): void {
  if (!faulted && !opaque) reason = why;
  opaque = true;
}

export function isOpaque(): bool {
  return opaque || faulted;
}

/** The first FAULT_* of the last text, or 0. */
export function shellReason(): i32 {
  return reason;
}

/** DIALECT_*, or -1 where the host states none. */
export function dialect(): i32 {
  return dialectNumber;
}

// The stack.

export function top(): Frame {
  assert(frames > 0);
  return frameAt(frames - 1);
}

export function frameCount(): i32 {
  return frames;
}

export function frameAt(position: i32): Frame {
  assert(position >= 0 && position < frames);
  return changetype<Frame>(FRAMES + <usize>position * FRAME_BYTES);
}

/** The frame of the list that the place lies in. */
export function list(): Frame {
  return frameAt(top().list);
}

/** True where the list is that of the text itself. */
export function inTextList(): bool {
  return top().list == 0;
}

export function isListKind(kind: i32): bool {
  return kind <= KIND_LIST_LAST;
}

/** Opens a context, all zero but its kind and place; null when there are too many. */
export function pushFrame(kind: i32, openAt: usize): Frame | null {
  if (frames == FRAMES_MAX) {
    fault(FAULT_DEPTH);
    return null;
  }
  const frame = changetype<Frame>(FRAMES + <usize>frames * FRAME_BYTES);
  memory.fill(changetype<usize>(frame), 0, FRAME_BYTES);
  frame.kind = kind;
  frame.openAt = openAt;
  frame.group = -1;
  if (frames > 0) frame.inQuotes = kind == KIND_PARAMETER && top().inQuotes;
  frame.list = isListKind(kind) ? frames : top().list;
  frames++;
  if (kind == KIND_BACKQUOTE) backquotes++;
  return frame;
}

export function popFrame(): void {
  if (top().kind == KIND_BACKQUOTE) backquotes--;
  frames--;
}

/** True inside a backquote substitution, at whatever depth. */
export function inBackquotes(): bool {
  return backquotes > 0;
}

/** The backquote substitution that the place is inside of; there must be one. */
export function openBackquote(): Frame {
  let position = frames - 1;
  while (frameAt(position).kind != KIND_BACKQUOTE) position--;
  return frameAt(position);
}

// Why a text is opaque; the numbers are for tests.
export const FAULT_BYTE: i32 = 1;
export const FAULT_DEPTH: i32 = 2;
export const FAULT_SYNTAX: i32 = 3;
export const FAULT_OPEN: i32 = 4;
export const FAULT_DIALECT: i32 = 5;
export const FAULT_ESCAPE: i32 = 6;
export const FAULT_PARAMETER: i32 = 7;
export const FAULT_WORDS: i32 = 8;
export const FAULT_COMMAND: i32 = 9;
export const FAULT_VARIABLE: i32 = 10;
export const FAULT_FUNCTION: i32 = 11;
export const FAULT_CHANGES: i32 = 12;
export const FAULT_REDIRECTION: i32 = 13;
export const FAULT_DOCUMENT: i32 = 14;
export const FAULT_LOOP: i32 = 15;
export const FAULT_CONTINUATION: i32 = 16;
export const FAULT_IFS: i32 = 17;
export const FAULT_ARITHMETIC: i32 = 18;

/**
 * What a command of plain words writes into the pipe behind it, where the words say it: `echo`, `printf`, and `cat` of a
 * text that is known (docs/format/shell.md, input).
 */
import { equal, indexOf } from "../../base/bytes";
import {
  SHELL_SPECIAL_CAT,
  SHELL_SPECIAL_ECHO,
  SHELL_SPECIAL_PRINTF,
  WORD_SHELL_SPECIAL,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { keepByte, keepText, keptEnd } from "../drafts";
import { Frame } from "./shell-frames";
import { INPUT_TEXT, WORD_EXPANDS, WORD_GLOBS, Word, wordOf } from "./words";

/** Notes the text that the words of a command write; false where it is not known. */
export function keepsSaid(list: Frame, end: i32): bool {
  return list.redirections == 0 ? keepSaid(list, list.firstWord, end) : passesText(list, end);
}

/** `cat` alone hands on the text that it is given. */
function passesText(list: Frame, end: i32): bool {
  const isCat =
    end - list.firstWord == 1 && isCalled(wordOf(list.firstWord), WORD_SHELL_SPECIAL + SHELL_SPECIAL_CAT);
  if (!isCat || list.input != INPUT_TEXT) return false;
  list.pipeAt = list.inputAt;
  list.pipeBytes = list.inputBytes;
  return true;
}

/** The text that `echo` or `printf` of plain words writes; false where it is not known. */
function keepSaid(list: Frame, first: i32, end: i32): bool {
  const command = wordOf(first);
  const isEcho = isCalled(command, WORD_SHELL_SPECIAL + SHELL_SPECIAL_ECHO);
  if (!isEcho && !isCalled(command, WORD_SHELL_SPECIAL + SHELL_SPECIAL_PRINTF)) return false;
  for (let position = first; position < end; position++) {
    if (wordOf(position).bits & (WORD_EXPANDS | WORD_GLOBS)) return false;
  }
  return isEcho ? keepEcho(list, first + 1, end) : keepPrintf(list, first + 1, end);
}

/** True when the word is this one of the shell's. */
export function isCalled(word: Word, name: i32): bool {
  return word.bytes == <u32>wordBytes(name) && equal(word.at, wordAt(name), word.bytes);
}

function keepEcho(list: Frame, first: i32, end: i32): bool {
  for (let position = first; position < end; position++) {
    const word = wordOf(position);
    if (indexOf(word.at, word.bytes, 0x5c) >= 0) return false;
  }
  if (first < end && load<u8>(wordOf(first).at) == 0x2d && wordOf(first).bytes > 0) {
    if (wordOf(first).bytes != 2 || load<u8>(wordOf(first).at, 1) != 0x6e) return false;
    first++;
    if (first < end && wordOf(first).bytes > 0 && load<u8>(wordOf(first).at) == 0x2d) return false;
  }
  if (end - first == 1) return say(list, wordOf(first));
  list.pipeAt = keptEnd();
  list.pipeBytes = 0;
  for (let position = first; position < end; position++) {
    const word = wordOf(position);
    if (position > first && !keepByte(0x20)) return false;
    if (!keepText(word.at, word.bytes)) return false;
  }
  list.pipeBytes = <u32>(keptEnd() - list.pipeAt);
  return true;
}

function keepPrintf(list: Frame, first: i32, end: i32): bool {
  if (end - first == 1) {
    const text = wordOf(first);
    if (indexOf(text.at, text.bytes, 0x25) >= 0 || indexOf(text.at, text.bytes, 0x5c) >= 0) return false;
    return text.bytes > 0 && load<u8>(text.at) != 0x2d && say(list, text);
  }
  if (end - first != 2) return false;
  const format = wordOf(first);
  const isString = format.bytes >= 2 && load<u16>(format.at) == 0x7325; // %s
  const isLine = isString && format.bytes == 4 && load<u16>(format.at, 2) == 0x6e5c; // \n
  return (isLine || (isString && format.bytes == 2)) && say(list, wordOf(first + 1));
}

function say(list: Frame, word: Word): bool {
  list.pipeAt = word.at;
  list.pipeBytes = word.bytes;
  return true;
}

/** What becomes of one word of a command, by its role. */
import {
  FIELD_COMMAND,
  FIELD_PATH,
  FIELD_URL,
  LANGUAGE_HTTP,
  LANGUAGE_SHELL,
  LANGUAGE_SQL,
  MARK_OPAQUE_COMMAND,
  WORD_ROLE_CODE,
  WORD_ROLE_COMMAND,
  WORD_ROLE_DIRECTORY,
  WORD_ROLE_DROP,
  WORD_ROLE_EDIT,
  WORD_ROLE_EXEC,
  WORD_ROLE_FETCH,
  WORD_ROLE_FIELD,
  WORD_ROLE_HEADER,
  WORD_ROLE_NUMBER,
  WORD_ROLE_PLACEHOLDER,
  WORD_ROLE_PROGRAM,
  WORD_ROLE_READ,
  WORD_ROLE_SCRIPT,
  WORD_ROLE_SEND,
  WORD_ROLE_SHELL,
  WORD_ROLE_SQL,
  WORD_ROLE_VARIABLE,
  WORD_ROLE_WRITE,
} from "../../gen/codes";
import {
  ROLE_ACTION_FILES_READ,
  ROLE_ACTION_FILES_WRITE,
  ROLE_ACTION_NETWORK_HTTP_POST,
} from "../../gen/words";
import { changeDirectory, setFact } from "./facts";
import { headersOverride } from "./http-text";
import { nestedText, rolePart, scriptPart, shellPart } from "./parts";
import { isCalmProgram, isCalmScript } from "./program";
import { reading } from "./reading";
import { isHarmless } from "./shell-variables";
import { WORD_EXPANDS } from "./words";

/** `-` stands for standard input or output, or for the directory before. */
export function isDash(at: usize, bytes: u32): bool {
  return bytes == 1 && load<u8>(at) == 0x2d;
}

function useText(role: i32, at: usize, bytes: u32, bits: u32): void {
  reading().told = true;
  if (role == WORD_ROLE_SHELL) nestedText(LANGUAGE_SHELL, at, bytes, bits);
  else if (role == WORD_ROLE_SQL) nestedText(LANGUAGE_SQL, at, bytes, bits);
  else if (role == WORD_ROLE_SCRIPT) scriptPart(FIELD_PATH, at, bytes, bits);
  else {
    const known = (bits & WORD_EXPANDS) == 0;
    if (role == WORD_ROLE_PROGRAM && known && isCalmProgram(at, bytes)) return;
    if (role == WORD_ROLE_EDIT && known && isCalmScript(at, bytes)) return;
    scriptPart(FIELD_COMMAND, at, bytes, bits);
  }
}

/** A word that the shell may take for arithmetic, in which an index can run commands: `a[$(rm x)]`. */
function useNumber(at: usize, bytes: u32): void {
  for (let position: u32 = 0; position < bytes; position++) {
    const byte = load<u8>(at + position);
    const opens = byte == 0x24 && position + 1 < bytes && load<u8>(at + position, 1) == 0x28;
    if (byte != 0x60 && !opens) continue;
    shellPart(at, bytes, 1 << MARK_OPAQUE_COMMAND);
    return;
  }
}

/** What goes along with a request, or behind `@` the file that holds it. */
function useHeader(at: usize, bytes: u32, bits: u32): void {
  if (headersOverride(at, bytes)) reading().marks |= 1 << MARK_OPAQUE_COMMAND;
  if (bytes > 1 && load<u8>(at) == 0x40)
    rolePart(ROLE_ACTION_FILES_READ, FIELD_PATH, at + 1, bytes - 1, bits);
}

/**
 * Uses a word. `command`, `exec` and `module` with a word of their own begin another command and are not met here; attached
 * to an option they cannot be taken apart.
 */
export function useWord(role: i32, field: i32, at: usize, bytes: u32, bits: u32): void {
  if (role == WORD_ROLE_DROP || isDash(at, bytes)) return;
  if (role == WORD_ROLE_FIELD) {
    if (bytes > 0) setFact(field, at, bytes);
  } else if (role == WORD_ROLE_READ) rolePart(ROLE_ACTION_FILES_READ, FIELD_PATH, at, bytes, bits);
  else if (role == WORD_ROLE_WRITE) rolePart(ROLE_ACTION_FILES_WRITE, FIELD_PATH, at, bytes, bits);
  else if (role == WORD_ROLE_FETCH) nestedText(LANGUAGE_HTTP, at, bytes, bits);
  else if (role == WORD_ROLE_SEND) rolePart(ROLE_ACTION_NETWORK_HTTP_POST, FIELD_URL, at, bytes, bits);
  else if (role == WORD_ROLE_NUMBER) useNumber(at, bytes);
  else if (role == WORD_ROLE_HEADER) useHeader(at, bytes, bits);
  else if (role == WORD_ROLE_VARIABLE) {
    if (!isHarmless(at, bytes)) reading().marks |= 1 << MARK_OPAQUE_COMMAND;
  } else if (role == WORD_ROLE_DIRECTORY) changeDirectory(at, bytes);
  else if (role == WORD_ROLE_PLACEHOLDER) {
    const now = reading();
    now.hasPlaceholder = true;
    now.placeholderAt = at;
    now.placeholderBytes = bytes;
  } else if (role == WORD_ROLE_COMMAND || role == WORD_ROLE_EXEC) {
    reading().told = true;
    shellPart(at, bytes, 1 << MARK_OPAQUE_COMMAND);
  } else if (
    role == WORD_ROLE_SHELL ||
    role == WORD_ROLE_SQL ||
    role == WORD_ROLE_CODE ||
    role == WORD_ROLE_SCRIPT ||
    role == WORD_ROLE_PROGRAM ||
    role == WORD_ROLE_EDIT
  ) {
    useText(role, at, bytes, bits);
  }
}

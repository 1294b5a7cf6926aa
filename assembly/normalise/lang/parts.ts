/**
 * The parts that words of a command stand for (docs/format/command.md, section 4, *using a word*), and the inner commands
 * and nested texts that wait behind it.
 */
import {
  FIELD_COMMAND,
  FIELD_ORIGIN,
  FIELD_QUERY,
  FIELD_URL,
  LANGUAGE_HTTP,
  LANGUAGE_SHELL,
  LANGUAGE_SQL,
  MARK_OPAQUE_COMMAND,
  MARK_WORD_EXPANDS,
  NAMESPACE_ACTION,
} from "../../gen/codes";
import {
  COMMANDS_ID,
  COMMANDS_LITERAL_START,
  COMMANDS_PACK,
  LITERALS_BYTES,
  LITERALS_FIELD,
  LITERALS_TEXT,
  META_ACTION_UNCLASSIFIED,
  SECTION_LITERALS,
} from "../../gen/layout";
import {
  ROLE_ACTION_DB_ADMIN,
  ROLE_ACTION_NETWORK_HTTP_GET,
  ROLE_ACTION_PROCESS_RUN_SCRIPT,
  ROLE_ACTION_PROCESS_SHELL,
  WORD_LANGUAGE,
  WORD_ROLE_ACTION,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { entryAt, lookUp, metaAt, NONE, textAt, textBytes } from "../../policy/view";
import { beginDraft, draftAt, draftCount, draftMark, draftText } from "../drafts";
import { addNested, Nested } from "../nested";
import { draftFact, isMany } from "./facts";
import { marksNow, reading } from "./reading";
import { WORD_EXPANDS } from "./words";

/** Begins a part of the command: its row is where it comes from, or the shell where it has none. */
export function beginPart(action: u32): bool {
  const now = reading();
  now.wrote = true;
  const id = now.row + COMMANDS_ID;
  const language = WORD_LANGUAGE + LANGUAGE_SHELL;
  const began =
    now.row == 0
      ? beginDraft(action, NONE, wordAt(language), wordBytes(language), now.around.group)
      : beginDraft(action, load<u32>(now.row + COMMANDS_PACK), textAt(id), textBytes(id), now.around.group);
  if (began) draftAt(draftCount() - 1).marks = marksNow();
  return began;
}

/** The same for an action that ROLE_ACTION_* names. */
export function beginRolePart(role: i32): bool {
  const name = WORD_ROLE_ACTION + role;
  const action = lookUp(NAMESPACE_ACTION, wordAt(name), wordBytes(name));
  return beginPart(action == NONE ? load<u32>(metaAt(META_ACTION_UNCLASSIFIED)) : action);
}

function markExpands(bits: u32): void {
  if ((bits & WORD_EXPANDS) != 0) draftMark(MARK_WORD_EXPANDS);
}

/** A shell that runs what cannot be said; `marks` are further bits. */
export function shellPart(at: usize, bytes: u32, marks: u32): void {
  if (!beginRolePart(ROLE_ACTION_PROCESS_SHELL)) return;
  if (bytes > 0) draftText(FIELD_COMMAND, at, bytes);
  draftAt(draftCount() - 1).marks |= marks;
}

/** Code that nobody has read: a text in `command`, or a file in `path`. Fixed values of the row go along. */
export function scriptPart(field: i32, at: usize, bytes: u32, bits: u32): bool {
  if (!beginRolePart(ROLE_ACTION_PROCESS_RUN_SCRIPT)) return false;
  const row = reading().row;
  if (row != 0) {
    const start = load<u32>(row + COMMANDS_LITERAL_START);
    const count = load<u32>(row + COMMANDS_LITERAL_START, 4);
    for (let index: u32 = 0; index < count; index++) {
      const literal = entryAt(SECTION_LITERALS, start + index, LITERALS_BYTES);
      const literalField = load<i32>(literal + LITERALS_FIELD);
      if (literalField == field && !isMany(field)) continue;
      // Code among the words is not what the row says about the program's own.
      if (literalField == FIELD_ORIGIN && field == FIELD_COMMAND) continue;
      draftFact(literalField, textAt(literal + LITERALS_TEXT), textBytes(literal + LITERALS_TEXT));
    }
  }
  if (bytes > 0) draftFact(field, at, bytes);
  markExpands(bits);
  return true;
}

/** A file or address of its own. */
export function rolePart(role: i32, field: i32, at: usize, bytes: u32, bits: u32): void {
  if (!beginRolePart(role)) return;
  if (bytes > 0) draftFact(field, at, bytes);
  markExpands(bits);
}

/** A text in another language that waits to be taken apart; one that is not known is opaque. */
export function nestedText(language: i32, at: usize, bytes: u32, bits: u32): void {
  const now = reading();
  now.wrote = true;
  let nested: Nested | null = null;
  if ((bits & WORD_EXPANDS) == 0) nested = addNested(language, at, bytes, now.around.depth + 1);
  if (nested !== null) {
    nested.marks = marksNow();
    nested.group = now.around.group;
    nested.directoryAt = now.directoryAt;
    nested.directoryBytes = now.directoryBytes;
    return;
  }
  if (language == LANGUAGE_HTTP) {
    rolePart(ROLE_ACTION_NETWORK_HTTP_GET, FIELD_URL, at, bytes, bits);
    return;
  }
  const isSql = language == LANGUAGE_SQL;
  if (!beginRolePart(isSql ? ROLE_ACTION_DB_ADMIN : ROLE_ACTION_PROCESS_SHELL)) return;
  if (bytes > 0) draftText(isSql ? FIELD_QUERY : FIELD_COMMAND, at, bytes);
  draftMark(MARK_OPAQUE_COMMAND);
  markExpands(bits);
}

/**
 * A call in a language (docs/format/evaluation.md, step 3a): the fields that its mapping found are taken for a text, and
 * the text and all that lies inside it are taken apart into drafts.
 */
import {
  FIELD_COMMAND,
  FIELD_DATA,
  FIELD_METHOD,
  FIELD_PATH,
  FIELD_QUERY,
  FIELD_URL,
  LANGUAGE_HTTP,
  LANGUAGE_SHELL,
  LANGUAGE_SQL,
  MARK_OPAQUE_COMMAND,
} from "../gen/codes";
import { ROLE_ACTION_INFRA_LIST_RESOURCES, WORD_OVERRIDE, wordAt, wordBytes } from "../gen/words";
import {
  beginRole,
  draftCount,
  draftOpaque,
  draftsOverflowed,
  keepText,
  keptEnd,
  newGroup,
  suspectCount,
} from "./drafts";
import { dataNode } from "./extract";
import { takeHttp, takeHttpTree } from "./lang/http";
import { takeShell } from "./lang/shell";
import { takeSql } from "./lang/sql";
import { addNested, beginNested, firstNested, Nested, nextNested } from "./nested";
import { FIELD_MALFORMED, fieldState, isCopied, nextValue, setMark, valueAt } from "./part";
import { argumentsOverride, hasUnread } from "./unread";

let foundAt: usize = 0;
let foundBytes: u32 = 0;

/** Finds the first value of a field; false when it is malformed. Without a value the text has 0 bytes. */
function find(field: i32): bool {
  foundAt = 0;
  foundBytes = 0;
  if (fieldState(field) == FIELD_MALFORMED) return false;
  const position = nextValue(field, 0);
  if (position < 0) return true;
  const value = valueAt(position);
  foundAt = value.at;
  foundBytes = value.bytes;
  if (!isCopied(foundAt)) return true;
  // Copies are overwritten when the first draft is read.
  const kept = keptEnd();
  if (!keepText(foundAt, foundBytes)) return false;
  foundAt = kept;
  return true;
}

function queue(language: i32): Nested | null {
  const text = addNested(language, foundAt, foundBytes, 0);
  if (text !== null) text.group = newGroup();
  return text;
}

function takeShellCall(): bool {
  if (!find(FIELD_COMMAND) || foundBytes == 0) return false;
  const text = queue(LANGUAGE_SHELL);
  if (text === null || !find(FIELD_PATH)) return false;
  text.directoryAt = foundAt;
  text.directoryBytes = foundBytes;
  const first = nextValue(FIELD_PATH, 0);
  return first < 0 || nextValue(FIELD_PATH, first + 1) < 0;
}

function takeSqlCall(): bool {
  return find(FIELD_QUERY) && foundBytes > 0 && queue(LANGUAGE_SQL) !== null;
}

function takeHttpCall(): bool {
  if (!find(FIELD_METHOD)) return false;
  let methodAt = foundAt;
  let methodBytes = foundBytes;
  if (argumentsOverride()) {
    methodAt = wordAt(WORD_OVERRIDE);
    methodBytes = wordBytes(WORD_OVERRIDE);
  }
  if (!find(FIELD_DATA)) return false;
  const dataAt = foundAt;
  const dataBytes = foundBytes;
  if (!find(FIELD_URL) || foundBytes == 0) return false;
  const text = addNested(LANGUAGE_HTTP, foundAt, foundBytes, 0);
  if (text === null) return false;
  text.group = newGroup();
  // The call's own request is the only one that has more than a URL, so it does not wait in the queue.
  const own = nextNested();
  if (own === null) return false;
  const tree = dataNode();
  if (tree >= 0) takeHttpTree(methodAt, methodBytes, own.at, own.bytes, tree, own);
  else takeHttp(methodAt, methodBytes, own.at, own.bytes, dataAt, dataBytes, own);
  return true;
}

function takeNested(text: Nested): void {
  if (text.language == LANGUAGE_SHELL) takeShell(text);
  else if (text.language == LANGUAGE_SQL) takeSql(text);
  else takeHttp(0, 0, text.at, text.bytes, 0, 0, text);
}

/**
 * Takes the call of a mapping apart whose fields the part holds. Returns how many drafts there are; 0 when its text is
 * missing or unclear: then the part stays what it is, and says that it is opaque.
 */
export function takeApart(mapping: usize, language: i32): i32 {
  beginNested();
  let known = false;
  if (language == LANGUAGE_SHELL) known = takeShellCall();
  else if (language == LANGUAGE_SQL) known = takeSqlCall();
  else known = takeHttpCall();
  if (!known) {
    setMark(MARK_OPAQUE_COMMAND);
    return 0;
  }
  for (let text = nextNested(); text !== null; text = nextNested()) takeNested(text);
  if (hasUnread(mapping)) draftOpaque(firstNested());
  if (draftCount() == suspectCount() && !draftsOverflowed())
    beginRole(ROLE_ACTION_INFRA_LIST_RESOURCES, language, newGroup());
  return draftCount();
}

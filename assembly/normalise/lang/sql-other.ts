/**
 * Statements that are not about rows: settings, definitions, rights and copies (docs/format/sql.md, 2, 6 and 7).
 */
import { FIELD_FORCE, FIELD_PERMISSION, FIELD_ROLE, FIELD_USER } from "../../gen/codes";
import {
  SQL_CASCADE,
  SQL_DROP,
  SQL_FROM,
  SQL_LIST_DEFINE_AFTER,
  SQL_LIST_DEFINE_BEFORE,
  SQL_LIST_PRAGMAS,
  SQL_LIST_PRAGMAS_BARE,
  SQL_LIST_SETTINGS,
  SQL_LOCAL,
  SQL_ON,
  SQL_SESSION,
  SQL_STDIN,
  SQL_STDOUT,
  SQL_TABLE,
  SQL_TO,
  SQL_TRUNCATE,
  SQL_VIEW,
} from "../../gen/sql";
import {
  ROLE_ACTION_DB_ADMIN,
  ROLE_ACTION_DB_INSERT,
  ROLE_ACTION_DB_SELECT,
  WORD_TRUE,
  wordAt,
  wordBytes,
} from "../../gen/words";
import { draftText } from "../drafts";
import { Nested } from "../nested";
import { takeCalls } from "./sql-calls";
import { COUNT_NONE } from "./sql-counts";
import { beginStatement, draftContent, draftLowered, draftTables, tellFound } from "./sql-drafts";
import { addTable, dropExport, noteAdmin, noteExport, READS } from "./sql-found";
import {
  codeAt,
  endOfPath,
  equalFolded,
  KIND_PARAM,
  KIND_QUOTED,
  KIND_STRING,
  KIND_WORD,
  signAt,
  skip,
  TOKEN_PLAIN,
  Token,
  tokenAt,
  wordIn,
} from "./sql-tokens";
import { isVerb } from "./sql-verbs";
import { isHot, walk } from "./sql-walk";

const START: usize = memory.data<u8>([0x73, 0x74, 0x61, 0x72, 0x74]); // start
const TRANSACTION: usize = memory.data<u8>([
  0x74, 0x72, 0x61, 0x6e, 0x73, 0x61, 0x63, 0x74, 0x69, 0x6f, 0x6e,
]); // transaction

/** Another statement may begin in the middle of this one. */
function isCrowded(from: i32, end: i32): bool {
  for (let position = from; position < end; position++) {
    const code = codeAt(position, end);
    if (isHot(code) || isVerb(code)) return true;
  }
  return false;
}

/** The token is this word. */
function isWord(position: i32, end: i32, at: usize, bytes: u32): bool {
  if (position >= end) return false;
  const token = tokenAt(position);
  return token.kind == KIND_WORD && equalFolded(token.at, token.bytes, at, bytes);
}

/** Words of a transaction: nothing but words, and none that begins another statement. */
export function isQuiet(from: i32, end: i32): bool {
  for (let position = from; position < end; position++) {
    if (tokenAt(position).kind != KIND_WORD && signAt(position, end) != 0x2c) return false;
  }
  if (isWord(from, end, START, 5) && !isWord(from + 1, end, TRANSACTION, 11)) return false;
  return !isCrowded(from, end);
}

/** A setting that concerns nothing but the session itself. */
function isOwnSetting(lead: i32, end: i32): bool {
  if (isCrowded(lead, end)) return false;
  for (let position = lead; position < end; position++) {
    if (signAt(position, end) == 0x2c || signAt(position, end) == 0x28) return false;
  }
  let name = lead + 1;
  if (codeAt(name, end) == SQL_SESSION || codeAt(name, end) == SQL_LOCAL) name++;
  if (name >= end) return false;
  const token = tokenAt(name);
  if (token.kind != KIND_PARAM) return wordIn(SQL_LIST_SETTINGS, name, end);
  return load<u8>(token.at) == 0x40 && token.bytes > 1 && load<u8>(token.at, 1) != 0x40;
}

export function takeSet(text: Nested, from: i32, end: i32): void {
  if (!isOwnSetting(from, end)) beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end);
}

function isReadingPragma(lead: i32, end: i32): bool {
  let name = lead + 1;
  if (name >= end || tokenAt(name).kind != KIND_WORD) return false;
  if (signAt(name + 1, end) == 0x2e) name += 2;
  if (name + 1 == end) return wordIn(SQL_LIST_PRAGMAS, name, end) || wordIn(SQL_LIST_PRAGMAS_BARE, name, end);
  if (signAt(name + 1, end) != 0x28 || tokenAt(name + 1).partner != end - 1) return false;
  return wordIn(SQL_LIST_PRAGMAS, name, end);
}

export function takePragma(text: Nested, from: i32, end: i32): void {
  const reads = isReadingPragma(from, end);
  beginStatement(text, reads ? ROLE_ACTION_DB_SELECT : ROLE_ACTION_DB_ADMIN, from, end);
}

/** create, alter, drop, truncate. */
export function takeDefinition(text: Nested, from: i32, end: i32): void {
  if (!beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end)) return;
  const code = codeAt(from, end);
  const drops = code == SQL_DROP || code == SQL_TRUNCATE;
  let position = from + 1;
  while (wordIn(SQL_LIST_DEFINE_BEFORE, position, end)) position++;
  const kind = codeAt(position, end);
  if (kind == SQL_TABLE || kind == SQL_VIEW) position++;
  if (kind == SQL_TABLE || kind == SQL_VIEW || code == SQL_TRUNCATE) {
    while (wordIn(SQL_LIST_DEFINE_AFTER, position, end)) position++;
    for (let after = endOfPath(position, end); after > position; after = endOfPath(position, end)) {
      if (!addTable(after, READS)) break;
      position = after;
      if (!drops || signAt(after, end) != 0x2c) break;
      position++;
    }
    draftTables(READS);
  }
  if (!drops) return;
  for (let each = from; each < end; each++) {
    if (codeAt(each, end) != SQL_CASCADE) continue;
    draftText(FIELD_FORCE, wordAt(WORD_TRUE), wordBytes(WORD_TRUE));
    return;
  }
}

/** The next ON, TO or FROM outside groups, or `end`. */
function nextOf(position: i32, end: i32, on: bool): i32 {
  for (; position < end; position = skip(position)) {
    const code = codeAt(position, end);
    if (code == SQL_TO || code == SQL_FROM || (on && code == SQL_ON)) break;
  }
  return position;
}

/** grant, revoke. */
export function takeGrant(text: Nested, from: i32, end: i32): void {
  if (!beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end)) return;
  const items = from + 1;
  const itemsEnd = nextOf(items, end, true);
  if (codeAt(itemsEnd, end) == SQL_ON) {
    const name = codeAt(itemsEnd + 1, end) == SQL_TABLE ? itemsEnd + 2 : itemsEnd + 1;
    const after = endOfPath(name, end);
    const next = codeAt(after, end);
    if (after > name && (next == SQL_TO || next == SQL_FROM) && addTable(after, READS)) draftTables(READS);
    let first = true;
    for (let position = items; position < itemsEnd; position = skip(position)) {
      const token = tokenAt(position);
      if (first && token.kind == KIND_WORD) draftLowered(FIELD_PERMISSION, token.at, token.bytes);
      first = token.sign == 0x2c;
    }
  } else if (itemsEnd == items + 1 && isName(tokenAt(items), false)) {
    draftContent(FIELD_ROLE, tokenAt(items));
  }
  const user = nextOf(itemsEnd, end, false) + 1;
  if (user < end && isName(tokenAt(user), true) && signAt(user + 1, end) != 0x2c)
    draftContent(FIELD_USER, tokenAt(user));
}

function isName(token: Token, strings: bool): bool {
  if (token.kind == KIND_WORD) return true;
  if (token.kind != KIND_QUOTED && !(strings && token.kind == KIND_STRING)) return false;
  return (token.bits & TOKEN_PLAIN) != 0;
}

/** copy. False: not understood. */
export function takeCopy(text: Nested, from: i32, end: i32): bool {
  let position = from + 1;
  const grouped = signAt(position, end) == 0x28;
  if (grouped) {
    const close = tokenAt(position).partner;
    if (!walk(position + 1, close) || !takeCalls(position + 1, close)) return false;
    position = close + 1;
  } else {
    const after = endOfPath(position, end);
    if (after > position && !addTable(after, READS)) return false;
    const named = after > position;
    position = after;
    if (named && signAt(position, end) == 0x28) position = tokenAt(position).partner + 1;
    if (named && codeAt(position, end) == SQL_FROM && codeAt(position + 1, end) == SQL_STDIN) {
      if (beginStatement(text, ROLE_ACTION_DB_INSERT, from, end)) draftTables(READS);
      return true;
    }
  }
  dropExport();
  const target = position + 1;
  const to = codeAt(position, end) == SQL_TO && target < end;
  const plain = to && tokenAt(target).kind == KIND_STRING && (tokenAt(target).bits & TOKEN_PLAIN) != 0;
  const exports = plain || (to && codeAt(target, end) == SQL_STDOUT);
  if (exports) noteExport(plain ? target : -1);
  else noteAdmin();
  if (grouped || exports) tellFound(text, from, end, false, COUNT_NONE);
  else if (beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end)) draftTables(READS);
  return true;
}

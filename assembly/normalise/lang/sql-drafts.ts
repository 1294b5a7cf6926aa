/**
 * Tells what was found in one statement as drafts (docs/format/sql.md, 3 to 7): the action, the statement, its tables, and
 * how many rows.
 */
import { equal } from "../../base/bytes";
import { lower } from "../../base/utf8";
import {
  FIELD_COUNT_FIELD,
  FIELD_DESTINATION_PATH,
  FIELD_LIMIT,
  FIELD_PATH,
  FIELD_QUERY,
  FIELD_TABLE,
  FIELD_URL,
  LANGUAGE_SQL,
  MARK_COMMAND_UNKNOWN,
} from "../../gen/codes";
import { SQL_LIST_COLUMNS } from "../../gen/sql";
import {
  ROLE_ACTION_DB_ADMIN,
  ROLE_ACTION_DB_DELETE,
  ROLE_ACTION_DB_EXPORT,
  ROLE_ACTION_DB_INSERT,
  ROLE_ACTION_DB_SELECT,
  ROLE_ACTION_DB_UPDATE,
  ROLE_ACTION_FILES_READ,
  ROLE_ACTION_FILES_WRITE,
} from "../../gen/words";
import {
  beginRole,
  Draft,
  draftAt,
  draftCount,
  draftMark,
  draftText,
  factAt,
  keepByte,
  keptEnd,
} from "../drafts";
import { Nested } from "../nested";
import { changedCount } from "./sql-counts";
import {
  destinationToken,
  fileCount,
  fileOf,
  hasUnknown,
  isAdmin,
  isExported,
  READS,
  tableCount,
  tableOf,
  WRITE_DELETE,
  WRITE_INSERT,
  Write,
  writeCount,
  writeOf,
} from "./sql-found";
import { contentAt, contentBytes, isIn, KIND_QUOTED, KIND_WORD, Token, tokenAt } from "./sql-tokens";

/** Begins a part with the marks of its text. False when there are too many parts. */
export function beginPart(text: Nested, role: i32): bool {
  if (!beginRole(role, LANGUAGE_SQL, text.group)) return false;
  draftAt(draftCount() - 1).marks |= text.marks;
  if (hasUnknown()) draftMark(MARK_COMMAND_UNKNOWN);
  return true;
}

/** Begins a part with the statement between two positions as its query. */
export function beginStatement(text: Nested, role: i32, from: i32, end: i32): bool {
  if (!beginPart(text, role)) return false;
  const first = tokenAt(from);
  const last = tokenAt(end - 1);
  draftText(FIELD_QUERY, first.at, <u32>(last.at + last.bytes - first.at));
  return true;
}

/** Adds text in lower case, unless the part has that value of the field already. */
export function draftLowered(field: i32, at: usize, bytes: u32): void {
  const kept = keptEnd();
  for (let done: usize = 0; done < <usize>bytes; done++)
    if (!keepByte(<u8>lower(load<u8>(at + done)))) return;
  const draft: Draft = draftAt(draftCount() - 1);
  for (let fact = draft.factStart; fact < draft.factStart + draft.factCount; fact++) {
    const other = factAt(fact);
    if (other.field == field && other.bytes == bytes && equal(other.at, kept, bytes)) return;
  }
  draftText(field, kept, bytes);
}

export function draftContent(field: i32, token: Token): void {
  draftText(field, contentAt(token), contentBytes(token));
}

/** Adds a number in decimal; nothing where it is negative. */
function draftNumber(field: i32, value: i64): void {
  if (value < 0) return;
  let unit: i64 = 1;
  while (value / unit >= 10) unit *= 10;
  const kept = keptEnd();
  for (; unit > 0; unit /= 10) if (!keepByte(<u8>(0x30 + ((value / unit) % 10)))) return;
  draftText(field, kept, <u32>(keptEnd() - kept));
}

/** Columns of secrets are told as tables are: whoever reads them gets what such a table holds. */
function draftColumns(from: i32, end: i32): void {
  for (let position = from; position < end; position++) {
    const token = tokenAt(position);
    if (token.kind != KIND_WORD && token.kind != KIND_QUOTED) continue;
    const at = contentAt(token);
    const bytes = contentBytes(token);
    if (isIn(SQL_LIST_COLUMNS, at, bytes)) draftLowered(FIELD_TABLE, at, bytes);
  }
}

function hasTables(sink: i32): bool {
  for (let each = 0; each < tableCount(); each++) if (tableOf(each).sink == sink) return true;
  return false;
}

export function draftTables(sink: i32): void {
  for (let each = 0; each < tableCount(); each++) {
    const table = tableOf(each);
    if (table.sink == sink) draftLowered(FIELD_TABLE, table.at, table.bytes);
  }
}

/** Where an export goes: `://` makes it an address. */
function draftDestination(): void {
  if (destinationToken() < 0) return;
  const token = tokenAt(destinationToken());
  const at = contentAt(token);
  const bytes = contentBytes(token);
  let field = FIELD_DESTINATION_PATH;
  for (let done: u32 = 0; done + 2 < bytes; done++) {
    if (load<u16>(at + done) == 0x2f3a && load<u8>(at + done, 2) == 0x2f) field = FIELD_URL;
  }
  draftText(field, at, bytes);
}

function countOf(write: Write, sink: i32): i64 {
  if (write.verb < 0) return write.count;
  for (let each = 0; each < tableCount(); each++) {
    const table = tableOf(each);
    if (table.sink == sink) return changedCount(write.verb, write.end, table.at, table.bytes);
  }
  return changedCount(write.verb, write.end, 0, 0);
}

function tellWrite(text: Nested, from: i32, end: i32, sink: i32): void {
  const write = writeOf(sink);
  let role = ROLE_ACTION_DB_UPDATE;
  if (write.kind == WRITE_INSERT) role = ROLE_ACTION_DB_INSERT;
  if (write.kind == WRITE_DELETE) role = ROLE_ACTION_DB_DELETE;
  if (!beginStatement(text, role, from, end)) return;
  draftTables(sink);
  draftNumber(FIELD_COUNT_FIELD, countOf(write, sink));
}

function tellFiles(text: Nested): void {
  for (let each = 0; each < fileCount(); each++) {
    const file = fileOf(each);
    const role = file.writes != 0 ? ROLE_ACTION_FILES_WRITE : ROLE_ACTION_FILES_READ;
    if (beginPart(text, role)) draftContent(FIELD_PATH, tokenAt(file.token));
  }
}

/**
 * Tells all that was found in the statement between two positions. A part that reads is told where tables are read, or
 * nothing else was found and `reads` says so; a query without writes has the limit.
 */
export function tellFound(text: Nested, from: i32, end: i32, reads: bool, limit: i64): void {
  const before = draftCount();
  if (isAdmin()) beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end);
  if (isExported() && beginStatement(text, ROLE_ACTION_DB_EXPORT, from, end)) {
    draftTables(READS);
    draftColumns(from, end);
    draftDestination();
  }
  for (let sink = 0; sink < writeCount(); sink++) tellWrite(text, from, end, sink);
  const first = draftCount() == before && reads;
  if (
    (first || (hasTables(READS) && !isExported())) &&
    beginStatement(text, ROLE_ACTION_DB_SELECT, from, end)
  ) {
    draftTables(READS);
    draftColumns(from, end);
    if (writeCount() == 0) draftNumber(FIELD_LIMIT, limit);
  }
  tellFiles(text);
}

/** Tells a statement that shows something: what its calls do, and that it reads. */
export function tellShown(text: Nested, from: i32, end: i32): void {
  if (isAdmin()) beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end);
  beginStatement(text, ROLE_ACTION_DB_SELECT, from, end);
  tellFiles(text);
}

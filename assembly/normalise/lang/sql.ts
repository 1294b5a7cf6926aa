/**
 * SQL: a text is cut into statements, each becomes the parts it is made of (docs/format/sql.md). What is not understood is
 * opaque, which is more than any of the parts.
 */
import { FIELD_QUERY } from "../../gen/codes";
import {
  SQL_ANALYSE,
  SQL_ANALYZE,
  SQL_LIST_LEAD_ADMIN,
  SQL_LIST_LEAD_COPY,
  SQL_LIST_LEAD_DEFINE,
  SQL_LIST_LEAD_EXPLAIN,
  SQL_LIST_LEAD_GRANT,
  SQL_LIST_LEAD_PRAGMA,
  SQL_LIST_LEAD_QUIET,
  SQL_LIST_LEAD_SET,
  SQL_LIST_LEAD_SHOW,
  SQL_LIST_LEAD_WALK,
  SQL_SELECT,
  SQL_TABLE,
  SQL_VALUES,
  SQL_WITH,
} from "../../gen/sql";
import { ROLE_ACTION_DB_ADMIN, ROLE_ACTION_DB_SELECT } from "../../gen/words";
import { draftCount, draftOpaque, draftText } from "../drafts";
import { Nested } from "../nested";
import { takeCalls } from "./sql-calls";
import { limitOf } from "./sql-counts";
import { beginPart, beginStatement, tellFound, tellShown } from "./sql-drafts";
import { beginFound } from "./sql-found";
import { readTokens } from "./sql-lexer";
import { isQuiet, takeCopy, takeDefinition, takeGrant, takePragma, takeSet } from "./sql-other";
import { codeAt, signAt, skip, tokenAt, tokenCount, wordIn } from "./sql-tokens";
import { walk } from "./sql-walk";

/** Rows that are read or written between two positions of a statement. */
function takeRows(text: Nested, from: i32, end: i32, start: i32): bool {
  if (!walk(start, end) || !takeCalls(start, end)) return false;
  tellFound(text, from, end, true, limitOf(start, end));
  return true;
}

/** A `(` before a query. */
function opensQuery(position: i32, end: i32): bool {
  if (signAt(position, end) != 0x28) return false;
  const code = codeAt(position + 1, end);
  if (code == SQL_SELECT || code == SQL_WITH || code == SQL_VALUES || code == SQL_TABLE) return true;
  return signAt(position + 1, end) == 0x28;
}

/** Where the statement that is explained begins, or `end`. */
function innerStart(position: i32, end: i32): i32 {
  while (position < end && !opensQuery(position, end) && !wordIn(SQL_LIST_LEAD_WALK, position, end))
    position = skip(position);
  return position;
}

/** Tells what it would do, or how something looks, and runs nothing but its calls. */
function takeShow(text: Nested, from: i32, end: i32, start: i32): bool {
  if (!takeCalls(start, end)) return false;
  tellShown(text, from, end);
  return true;
}

function takeExplain(text: Nested, from: i32, end: i32): bool {
  const start = innerStart(from + 1, end);
  for (let position = from + 1; position < start; position++) {
    const code = codeAt(position, end);
    if (code == SQL_ANALYZE || code == SQL_ANALYSE) return start < end && takeRows(text, from, end, start);
  }
  return takeShow(text, from, end, start < end ? start : from + 1);
}

/** Takes one statement. False: not understood, and then it has no parts. */
function takeStatement(text: Nested, from: i32, end: i32): bool {
  let lead = from;
  while (signAt(lead, end) == 0x28) lead++;
  beginFound();
  if (wordIn(SQL_LIST_LEAD_WALK, lead, end)) return takeRows(text, from, end, from);
  if (wordIn(SQL_LIST_LEAD_COPY, from, end)) return takeCopy(text, from, end);
  if (wordIn(SQL_LIST_LEAD_EXPLAIN, from, end)) return takeExplain(text, from, end);
  if (wordIn(SQL_LIST_LEAD_SHOW, from, end)) return takeShow(text, from, end, from + 1);
  if (wordIn(SQL_LIST_LEAD_QUIET, from, end)) return isQuiet(from, end);
  if (wordIn(SQL_LIST_LEAD_SET, from, end)) takeSet(text, from, end);
  else if (wordIn(SQL_LIST_LEAD_PRAGMA, from, end)) takePragma(text, from, end);
  else if (wordIn(SQL_LIST_LEAD_GRANT, from, end)) takeGrant(text, from, end);
  else if (wordIn(SQL_LIST_LEAD_DEFINE, from, end)) takeDefinition(text, from, end);
  else if (wordIn(SQL_LIST_LEAD_ADMIN, from, end)) beginStatement(text, ROLE_ACTION_DB_ADMIN, from, end);
  else return false;
  return true;
}

/** Takes a text apart into the drafts of its statements. */
export function takeSql(text: Nested): void {
  if (!readTokens(text.at, text.bytes)) return draftOpaque(text);
  const before = draftCount();
  const count = tokenCount();
  let understood = true;
  for (let from = 0; from < count; from++) {
    let end = from;
    while (end < count && tokenAt(end).sign != 0x3b) end++;
    if (end > from && !takeStatement(text, from, end)) understood = false;
    from = end;
  }
  if (!understood) return draftOpaque(text);
  if (draftCount() > before) return;
  beginFound();
  if (beginPart(text, ROLE_ACTION_DB_SELECT)) draftText(FIELD_QUERY, text.at, text.bytes);
}

/**
 * The entries of WITH: names for queries that hold in a part of a statement (docs/format/sql.md, 3). A table of that name is
 * then none of the database.
 */
import { equal } from "../../base/bytes";
import { SQL_AS, SQL_MATERIALIZED, SQL_NOT, SQL_RECURSIVE } from "../../gen/sql";
import {
  codeAt,
  contentAt,
  contentBytes,
  equalFolded,
  isFree,
  KIND_QUOTED,
  signAt,
  TOKEN_NAMED,
  TOKEN_START,
  tokenAt,
  tokenCount,
} from "./sql-tokens";

const ENTRIES_MAX: i32 = 64;

/** 12 bytes: the token with its name, and from where to where it is in force. */
@unmanaged
class Entry {
  name: i32;
  first: i32;
  end: i32;
}

const ENTRIES: usize = memory.data(768, 4); // ENTRIES_MAX x 12
let entries: i32 = 0;

function entryOf(position: i32): Entry {
  assert(position < entries);
  return changetype<Entry>(ENTRIES + <usize>position * 12);
}

export function beginEntries(): void {
  assert(offsetof<Entry>() == 12);
  entries = 0;
}

/** The position of the `(` of the body of an entry, or -1. */
function bodyOf(position: i32, end: i32): i32 {
  if (!isFree(position, end)) return -1;
  position++;
  if (signAt(position, end) == 0x28) position = tokenAt(position).partner + 1;
  if (codeAt(position, end) != SQL_AS) return -1;
  position++;
  if (codeAt(position, end) == SQL_NOT && codeAt(position + 1, end) == SQL_MATERIALIZED) position++;
  if (codeAt(position, end) == SQL_MATERIALIZED) position++;
  return signAt(position, end) == 0x28 ? position : -1;
}

/**
 * Reads the entries after the WITH at a position; they hold up to `groupEnd`. False when there are too many, or none where
 * the WITH `begins` a query.
 */
export function takeWith(position: i32, end: i32, groupEnd: i32, begins: bool): bool {
  const first = position + 1;
  const recursive = codeAt(first, end) == SQL_RECURSIVE && bodyOf(first + 1, end) >= 0;
  position = recursive ? first + 1 : first;
  for (let body = bodyOf(position, end); body >= 0; body = bodyOf(position, end)) {
    if (entries == ENTRIES_MAX) return false;
    const after = tokenAt(body).partner + 1;
    tokenAt(position).bits |= TOKEN_NAMED;
    const entry = entryOf(entries++);
    entry.name = position;
    entry.first = recursive ? first : after;
    entry.end = groupEnd;
    position = after;
    if (signAt(position, end) != 0x2c || bodyOf(position + 1, end) < 0) break;
    position++;
  }
  if (position <= first + 1) return !begins;
  if (position < tokenCount()) tokenAt(position).bits |= TOKEN_START;
  return true;
}

/** The name at a position is one that WITH gave. */
export function isEntry(position: i32): bool {
  const token = tokenAt(position);
  const at = contentAt(token);
  const bytes = contentBytes(token);
  for (let each = 0; each < entries; each++) {
    const entry = entryOf(each);
    if (position < entry.first || position >= entry.end) continue;
    const name = tokenAt(entry.name);
    if (contentBytes(name) != bytes) continue;
    if (equal(contentAt(name), at, bytes)) return true;
    if (name.kind == KIND_QUOTED || token.kind == KIND_QUOTED) continue;
    if (equalFolded(contentAt(name), bytes, at, bytes)) return true;
  }
  return false;
}

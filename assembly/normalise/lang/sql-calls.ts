/**
 * The functions that a statement calls (docs/format/sql.md, 4): calm ones compute, keen ones do more, and of the rest
 * nobody knows.
 */
import {
  SQL_AS,
  SQL_INTO,
  SQL_LIST_CALM,
  SQL_LIST_FILE_READS,
  SQL_LIST_FILE_WRITES,
  SQL_LIST_KEEN,
  SQL_LIST_KEEN_STARTS,
  SQL_NONE,
  sqlListStart,
  sqlWordAt,
  sqlWordBytes,
} from "../../gen/sql";
import { addFile, noteAdmin, noteUnknown } from "./sql-found";
import {
  codeBefore,
  contentAt,
  contentBytes,
  equalFolded,
  isIn,
  KIND_QUOTED,
  KIND_STRING,
  KIND_WORD,
  signAt,
  signBefore,
  TOKEN_NAMED,
  TOKEN_PLAIN,
  Token,
  tokenAt,
} from "./sql-tokens";

const CATALOG: usize = memory.data<u8>([0x70, 0x67, 0x5f, 0x63, 0x61, 0x74, 0x61, 0x6c, 0x6f, 0x67]); // pg_catalog

function startsKeen(at: usize, bytes: u32): bool {
  const end = sqlListStart(SQL_LIST_KEEN_STARTS + 1);
  for (let word = sqlListStart(SQL_LIST_KEEN_STARTS); word < end; word++) {
    const start = <u32>sqlWordBytes(word);
    if (bytes >= start && equalFolded(at, start, sqlWordAt(word), start)) return true;
  }
  return false;
}

/** The name stands alone, or in the schema of PostgreSQL's own functions. */
function isOwn(position: i32, from: i32): bool {
  if (signBefore(position, from) != 0x2e) return true;
  if (position - 2 < from) return false;
  const schema = tokenAt(position - 2);
  return schema.kind == KIND_WORD && equalFolded(schema.at, schema.bytes, CATALOG, 10);
}

/** A keen call whose first argument is a path in plain sight. False when there are too many. */
function takeFile(position: i32, end: i32, at: usize, bytes: u32): bool {
  const writes = isIn(SQL_LIST_FILE_WRITES, at, bytes);
  if (!writes && !isIn(SQL_LIST_FILE_READS, at, bytes)) return true;
  if (position + 2 >= end) return true;
  const argument = tokenAt(position + 2);
  if (argument.kind != KIND_STRING || !(argument.bits & TOKEN_PLAIN)) return true;
  const next = signAt(position + 3, end);
  if (next != 0x29 && next != 0x2c) return true;
  return addFile(position + 2, writes);
}

/** The first token of the name that ends at a position: of one in brackets, its bracket. */
function startOfName(position: i32): i32 {
  const token = tokenAt(position);
  return token.sign == 0x5d ? token.partner : position;
}

/** A name of one word, plain or quoted or in brackets, that the lists of functions can know. */
function isOneName(start: i32, position: i32): bool {
  const kind = tokenAt(start < position ? start + 1 : position).kind;
  return (start == position || start == position - 2) && (kind == KIND_WORD || kind == KIND_QUOTED);
}

/** Defines a name, or that of a column list. */
function isNamed(start: i32, from: i32, name: Token): bool {
  const before = codeBefore(start, from);
  if (before == SQL_INTO || before == SQL_AS || signBefore(start, from) == 0x29) return true;
  return (name.bits & TOKEN_NAMED) != 0;
}

/** Notes the calls between two positions. False when there are more files than can be told. */
export function takeCalls(from: i32, end: i32): bool {
  for (let position = from; position + 1 < end; position++) {
    if (signAt(position + 1, end) != 0x28) continue;
    const start = startOfName(position);
    const bracketed = start < position;
    const token = tokenAt(bracketed ? start + 1 : position);
    if (!isOneName(start, position)) {
      if (bracketed && !isNamed(start, from, token)) noteUnknown();
      continue;
    }
    const at = contentAt(token);
    const bytes = contentBytes(token);
    const calm = isIn(SQL_LIST_CALM, at, bytes);
    if (isIn(SQL_LIST_KEEN, at, bytes) || (!calm && startsKeen(at, bytes))) {
      noteAdmin();
      if (!takeFile(position, end, at, bytes)) return false;
      continue;
    }
    const plain = !bracketed && token.kind == KIND_WORD;
    if (plain && (calm || token.code != SQL_NONE) && isOwn(position, from)) continue;
    if (!isNamed(start, from, token)) noteUnknown();
  }
  return true;
}

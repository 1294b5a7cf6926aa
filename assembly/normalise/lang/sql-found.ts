/**
 * What was found in one statement before it is told as drafts: tables, writes, files, and what else it does.
 */
import { COUNT_NONE } from "./sql-counts";
import { contentAt, contentBytes, lastOfPath, TOKEN_BACKQUOTED, tokenAt } from "./sql-tokens";

export const WRITE_INSERT: i32 = 0;
export const WRITE_UPDATE: i32 = 1;
export const WRITE_DELETE: i32 = 2;
/** The sink of tables that are only read. */
export const READS: i32 = -1;

const TABLES_MAX: i32 = 256;
const WRITES_MAX: i32 = 64;
const FILES_MAX: i32 = 16;

/** 12 bytes. */
@unmanaged
export class Table {
  at: usize;
  bytes: u32;
  /** READS, or the write. */
  sink: i32;
}

/** 24 bytes. */
@unmanaged
export class Write {
  count: i64;
  kind: i32;
  /** INSERT, REPLACE or UPSERT began it: an update after a conflict belongs to it. */
  upserts: i32;
  /** Its verb, for what is counted at the end of the walk; -1 where the count is known. */
  verb: i32;
  end: i32;
}

/** 8 bytes. */
@unmanaged
export class File {
  /** Position of the token with its path. */
  token: i32;
  writes: i32;
}

const TABLES: usize = memory.data(3072, 8); // TABLES_MAX x 12
const WRITES: usize = memory.data(1536, 8); // WRITES_MAX x 24
const FILES: usize = memory.data(128, 8); // FILES_MAX x 8

let tables: i32 = 0;
let writes: i32 = 0;
let files: i32 = 0;
let admin: bool = false;
let unknown: bool = false;
let exported: bool = false;
/** Position of the string that an export goes to, or -1. */
let destination: i32 = -1;

export function beginFound(): void {
  assert(offsetof<Table>() == 12 && offsetof<Write>() == 24 && offsetof<File>() == 8);
  tables = 0;
  writes = 0;
  files = 0;
  admin = false;
  unknown = false;
  exported = false;
  destination = -1;
}

export function tableCount(): i32 {
  return tables;
}

export function tableOf(position: i32): Table {
  assert(position < tables);
  return changetype<Table>(TABLES + <usize>position * 12);
}

/** Adds a table by its name; false when there are too many. */
function addName(at: usize, bytes: u32, sink: i32): bool {
  if (tables == TABLES_MAX) return false;
  const table = tableOf(tables++);
  table.at = at;
  table.bytes = bytes;
  table.sink = sink;
  return true;
}

/** Adds the table that a path names, from the position after the path. */
export function addTable(after: i32, sink: i32): bool {
  const token = tokenAt(lastOfPath(after));
  let at = contentAt(token);
  let bytes = contentBytes(token);
  if (token.bits & TOKEN_BACKQUOTED) {
    // BigQuery writes the whole path in one pair of backquotes.
    for (let done = bytes; done > 0; done--) {
      if (load<u8>(at + done - 1) != 0x2e) continue;
      if (done < bytes) {
        at += done;
        bytes -= done;
      }
      break;
    }
  }
  return addName(at, bytes, sink);
}

/** Gives a write the tables of another. */
export function copyTables(from: i32, sink: i32): bool {
  const before = tables;
  for (let position = 0; position < before; position++) {
    const table = tableOf(position);
    if (table.sink == from && !addName(table.at, table.bytes, sink)) return false;
  }
  return true;
}

export function writeCount(): i32 {
  return writes;
}

export function writeOf(position: i32): Write {
  assert(position < writes);
  return changetype<Write>(WRITES + <usize>position * 24);
}

/** Adds a write, to be filled in. Null when there are too many. */
export function addWrite(kind: i32): Write | null {
  if (writes == WRITES_MAX) return null;
  const write = writeOf(writes++);
  write.count = COUNT_NONE;
  write.kind = kind;
  write.upserts = 0;
  write.verb = -1;
  write.end = -1;
  return write;
}

export function fileCount(): i32 {
  return files;
}

export function fileOf(position: i32): File {
  assert(position < files);
  return changetype<File>(FILES + <usize>position * 8);
}

export function addFile(token: i32, writes: bool): bool {
  if (files == FILES_MAX) return false;
  const file = fileOf(files++);
  file.token = token;
  file.writes = writes ? 1 : 0;
  return true;
}

export function noteAdmin(): void {
  admin = true;
}

export function isAdmin(): bool {
  return admin;
}

/** A function was called that no list knows. */
export function noteUnknown(): void {
  unknown = true;
}

export function hasUnknown(): bool {
  return unknown;
}

/** The result goes to the string at a position, or (-1) to where the text cannot say. */
export function noteExport(token: i32): void {
  exported = true;
  destination = token;
}

export function dropExport(): void {
  exported = false;
}

export function isExported(): bool {
  return exported;
}

export function destinationToken(): i32 {
  return destination;
}

// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Words of SQL, by list.

// Lists.
export const SQL_LIST_WORDS: i32 = 0;
export const SQL_LIST_FREE_WORDS: i32 = 1;
export const SQL_LIST_LEAD_WALK: i32 = 2;
export const SQL_LIST_LEAD_EXPLAIN: i32 = 3;
export const SQL_LIST_LEAD_SHOW: i32 = 4;
export const SQL_LIST_LEAD_QUIET: i32 = 5;
export const SQL_LIST_LEAD_SET: i32 = 6;
export const SQL_LIST_LEAD_PRAGMA: i32 = 7;
export const SQL_LIST_LEAD_COPY: i32 = 8;
export const SQL_LIST_LEAD_GRANT: i32 = 9;
export const SQL_LIST_LEAD_DEFINE: i32 = 10;
export const SQL_LIST_LEAD_ADMIN: i32 = 11;
export const SQL_LIST_SETTINGS: i32 = 12;
export const SQL_LIST_PRAGMAS: i32 = 13;
export const SQL_LIST_PRAGMAS_BARE: i32 = 14;
export const SQL_LIST_DEFINE_BEFORE: i32 = 15;
export const SQL_LIST_DEFINE_AFTER: i32 = 16;
export const SQL_LIST_COLUMNS: i32 = 17;
export const SQL_LIST_FILE_READS: i32 = 18;
export const SQL_LIST_FILE_WRITES: i32 = 19;
export const SQL_LIST_KEEN: i32 = 20;
export const SQL_LIST_KEEN_STARTS: i32 = 21;
export const SQL_LIST_CALM: i32 = 22;

// Codes of words: position in the first two lists, from 1. From SQL_FREE on they may also be names.
export const SQL_NONE: i32 = 0;
export const SQL_ALL: i32 = 1;
export const SQL_ALTER: i32 = 2;
export const SQL_AND: i32 = 3;
export const SQL_AS: i32 = 4;
export const SQL_BETWEEN: i32 = 5;
export const SQL_CASE: i32 = 6;
export const SQL_CREATE: i32 = 7;
export const SQL_CROSS: i32 = 8;
export const SQL_DELETE: i32 = 9;
export const SQL_DENY: i32 = 10;
export const SQL_DISTINCT: i32 = 11;
export const SQL_DO: i32 = 12;
export const SQL_DROP: i32 = 13;
export const SQL_EXCEPT: i32 = 14;
export const SQL_EXEC: i32 = 15;
export const SQL_EXECUTE: i32 = 16;
export const SQL_FALSE: i32 = 17;
export const SQL_FETCH: i32 = 18;
export const SQL_FOR: i32 = 19;
export const SQL_FROM: i32 = 20;
export const SQL_GRANT: i32 = 21;
export const SQL_GROUP: i32 = 22;
export const SQL_HAVING: i32 = 23;
export const SQL_ILIKE: i32 = 24;
export const SQL_IN: i32 = 25;
export const SQL_INSERT: i32 = 26;
export const SQL_INTERSECT: i32 = 27;
export const SQL_INTO: i32 = 28;
export const SQL_IS: i32 = 29;
export const SQL_JOIN: i32 = 30;
export const SQL_KILL: i32 = 31;
export const SQL_LATERAL: i32 = 32;
export const SQL_LIKE: i32 = 33;
export const SQL_LIMIT: i32 = 34;
export const SQL_LOW_PRIORITY: i32 = 35;
export const SQL_MERGE: i32 = 36;
export const SQL_MINUS: i32 = 37;
export const SQL_NOT: i32 = 38;
export const SQL_NULL: i32 = 39;
export const SQL_OR: i32 = 40;
export const SQL_ORDER: i32 = 41;
export const SQL_OUTER: i32 = 42;
export const SQL_OVERWRITE: i32 = 43;
export const SQL_QUALIFY: i32 = 44;
export const SQL_REPLACE: i32 = 45;
export const SQL_RETURNING: i32 = 46;
export const SQL_REVOKE: i32 = 47;
export const SQL_SELECT: i32 = 48;
export const SQL_SET: i32 = 49;
export const SQL_SHUTDOWN: i32 = 50;
export const SQL_STRAIGHT_JOIN: i32 = 51;
export const SQL_TABLE: i32 = 52;
export const SQL_THEN: i32 = 53;
export const SQL_TO: i32 = 54;
export const SQL_TRUE: i32 = 55;
export const SQL_TRUNCATE: i32 = 56;
export const SQL_UNION: i32 = 57;
export const SQL_UPDATE: i32 = 58;
export const SQL_UPSERT: i32 = 59;
export const SQL_USING: i32 = 60;
export const SQL_VALUES: i32 = 61;
export const SQL_WHEN: i32 = 62;
export const SQL_WHERE: i32 = 63;
export const SQL_WINDOW: i32 = 64;
export const SQL_WITH: i32 = 65;
export const SQL_XOR: i32 = 66;
export const SQL_ANALYSE: i32 = 67;
export const SQL_ANALYZE: i32 = 68;
export const SQL_APPLY: i32 = 69;
export const SQL_CASCADE: i32 = 70;
export const SQL_DEFAULT: i32 = 71;
export const SQL_DELAYED: i32 = 72;
export const SQL_DUMPFILE: i32 = 73;
export const SQL_DUPLICATE: i32 = 74;
export const SQL_FIRST: i32 = 75;
export const SQL_HIGH_PRIORITY: i32 = 76;
export const SQL_IGNORE: i32 = 77;
export const SQL_KEY: i32 = 78;
export const SQL_LOCAL: i32 = 79;
export const SQL_LOCK: i32 = 80;
export const SQL_MATERIALIZED: i32 = 81;
export const SQL_NEXT: i32 = 82;
export const SQL_NO: i32 = 83;
export const SQL_OFFSET: i32 = 84;
export const SQL_ON: i32 = 85;
export const SQL_ONLY: i32 = 86;
export const SQL_OUTFILE: i32 = 87;
export const SQL_PERCENT: i32 = 88;
export const SQL_PROGRAM: i32 = 89;
export const SQL_QUICK: i32 = 90;
export const SQL_RECURSIVE: i32 = 91;
export const SQL_ROW: i32 = 92;
export const SQL_ROWS: i32 = 93;
export const SQL_SESSION: i32 = 94;
export const SQL_STDIN: i32 = 95;
export const SQL_STDOUT: i32 = 96;
export const SQL_TOP: i32 = 97;
export const SQL_VALUE: i32 = 98;
export const SQL_VIEW: i32 = 99;
export const SQL_FREE: i32 = 67;
export const SQL_WORD_BYTES_MAX: i32 = 35;

// The words stand in the image's section `words`, behind the others: a byte of size for each, then their bytes.
export const SQL_WORDS: i32 = 1061;
export const SQL_BYTES: i32 = 10487;
/** FNV-1a of them: an image with other words is refused. */
export const SQL_HASH: u32 = 60106550;

let textAt: usize = 0;
// Where each word begins in the text. One more ends the last one.
const OFFSETS: usize = memory.data(2124, 2);

/** Fills OFFSETS from the words at `at`. Comes before everything that asks for a word. */
export function layOutSqlWords(at: usize): void {
  textAt = at + SQL_WORDS;
  let offset: u32 = 0;
  for (let position: usize = 0; position < <usize>SQL_WORDS; position++) {
    offset += load<u8>(at + position);
    store<u16>(OFFSETS + (position << 1), <u16>offset, 2);
  }
}

// Where each list begins in OFFSETS. One more ends the last one.
const STARTS: usize = memory.data<u16>([
  0, 66, 99, 109, 112, 113, 122, 123, 124, 125, 127, 131, 177, 189, 207, 218, 228, 233, 257, 270, 271, 318,
  332, 1061,
]);

/** Position of a list's first word among all words. */
export function sqlListStart(list: i32): i32 {
  assert(list >= 0);
  assert(list <= 23);
  return load<u16>(STARTS + ((<usize>list) << 1));
}

export function sqlWordAt(position: i32): usize {
  assert(position >= 0);
  assert(position < SQL_WORDS);
  return textAt + load<u16>(OFFSETS + ((<usize>position) << 1));
}

export function sqlWordBytes(position: i32): i32 {
  assert(position >= 0);
  assert(position < SQL_WORDS);
  const at = OFFSETS + ((<usize>position) << 1);
  return <i32>load<u16>(at, 2) - <i32>load<u16>(at);
}

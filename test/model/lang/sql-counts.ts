/** SQL, step 5 (docs/format/sql.md): how many rows a statement gives or touches, where the text says so. */
import { asciiLower } from "../bytes.ts";
import { clauseIsTrue, isMixed } from "./sql-conditions.ts";
import type { PathPart, Statement } from "./sql-statement.ts";
import type { Token } from "./sql-tokens.ts";

const EVERYTHING = 1_000_000;
const SETS = ["union", "except", "intersect", "minus"];

/** The integer at a position, if it has at most 15 digits. */
export function smallInteger(statement: Statement, i: number): number | null {
  const token = statement.at(i);
  return token?.integer === true && token.text.length <= 15 ? Number(token.text) : null;
}

const isInteger = (statement: Statement, i: number): boolean => statement.at(i)?.integer === true;

/** What bounds the rows of a query, or null. */
export function limitOf(statement: Statement): number | null {
  const positions = statement.level(0, statement.length);
  const found = positions.flatMap((i) => {
    if (statement.is(i, "limit")) return [afterLimit(statement, i)];
    if (statement.is(i, "fetch") && statement.is(i + 1, "first", "next")) return [afterFetch(statement, i)];
    if (!statement.is(i, "top") || !isTop(statement, i)) return [];
    return [positions.some((k) => statement.is(k, ...SETS)) ? null : afterTop(statement, i)];
  });
  return found.length === 1 ? (found[0] as number | null) : null;
}

function afterLimit(statement: Statement, i: number): number | null {
  if (!isInteger(statement, i + 1)) return null;
  const ends = (at: number, ...codes: string[]): boolean =>
    at === statement.length || statement.is(at, ...codes);
  if (ends(i + 2, "offset", "for", "lock", "fetch")) return smallInteger(statement, i + 1);
  const isPair = statement.isSign(i + 2, ",") && isInteger(statement, i + 3);
  return isPair && ends(i + 4, "for", "lock") ? smallInteger(statement, i + 3) : null;
}

function afterFetch(statement: Statement, i: number): number | null {
  const isWhole = statement.is(i + 3, "row", "rows") && statement.is(i + 4, "only");
  return isWhole ? smallInteger(statement, i + 2) : null;
}

/** Whether TOP stands where it bounds rows. */
function isTop(statement: Statement, i: number): boolean {
  const select = statement.is(i - 1, "distinct", "all") ? i - 2 : i - 1;
  return statement.is(select, "select");
}

function afterTop(statement: Statement, i: number): number | null {
  const isGroup = statement.isSign(i + 1, "(");
  if (isGroup && !statement.isSign(i + 3, ")")) return null;
  if (statement.is(statement.skip(i + 1), "percent")) return null;
  return smallInteger(statement, isGroup ? i + 2 : i + 1);
}

/** How many rows an insert adds; `from` is behind its target. */
export function countOfInsert(statement: Statement, from: number): number | null {
  const starts = ["values", "value", "set", "select", "table", "with"];
  const first = statement.level(from, statement.levelEnd(from)).find((i) => statement.is(i, ...starts));
  if (first === undefined) return null;
  if (statement.is(first, "set")) return 1;
  if (!statement.is(first, "values", "value")) return null;
  if (first > from && statement.is(first - 1, "default")) return 1;
  let count = 0;
  let at = first + 1;
  while (statement.isSign(at, "(")) {
    count++;
    at = statement.skip(at);
    if (!statement.isSign(at, ",")) break;
    at++;
  }
  return count === 0 ? null : count;
}

/** How many rows an UPDATE or DELETE touches. `table` is the first table of the write. */
export function countOfChange(
  statement: Statement,
  verb: number,
  isDelete: boolean,
  table: string | null,
): number | null {
  const end = statement.levelEnd(verb + 1);
  const positions = statement.level(verb + 1, end);
  const where = positions.find((i) => statement.is(i, "where")) ?? null;
  if (where === null) return boundOf(statement, positions, end) ?? EVERYTHING;
  const clauseEnd = positions.find((i) => i > where && statement.is(i, "returning", "order", "limit")) ?? end;
  const hasOneTable = aimsAtOneTable(
    statement,
    positions.filter((i) => i < where),
    isDelete,
  );
  const key = hasOneTable && table !== null ? keyCount(statement, where + 1, clauseEnd, table) : null;
  if (key !== null) return key;
  const bound = boundOf(statement, positions, end);
  if (bound !== null) return bound;
  return clauseIsTrue(statement, where + 1, clauseEnd) ? EVERYTHING : null;
}

/** The number behind the first LIMIT, if nothing but RETURNING follows it. */
function boundOf(statement: Statement, positions: number[], end: number): number | null {
  const limit = positions.find((i) => statement.is(i, "limit"));
  if (limit === undefined) return null;
  return limit + 2 === end || (limit + 2 < end && statement.is(limit + 2, "returning"))
    ? smallInteger(statement, limit + 1)
    : null;
}

/** Whether what stands between the verb and WHERE names one table only. */
function aimsAtOneTable(statement: Statement, positions: number[], isDelete: boolean): boolean {
  if (positions.some((i) => statement.is(i, "join", "straight_join", "apply", "using"))) return false;
  const set = positions.find((i) => statement.is(i, "set")) ?? Number.POSITIVE_INFINITY;
  if (positions.some((i) => statement.isSign(i, ",") && (isDelete || i < set))) return false;
  const froms = positions.filter((i) => statement.is(i, "from"));
  const isUsual = (i: number): boolean =>
    i < set && statement.is(i - 1, "delete", "low_priority", "quick", "ignore");
  return froms.length <= 1 && froms.every(isUsual);
}

// --- keys ----------------------------------------------------------------------------------------------------------

/** How many rows the first conjunct that names rows by their key names, or null. */
function keyCount(statement: Statement, from: number, to: number, table: string): number | null {
  const positions = statement.level(from, to);
  if (isMixed(statement, positions) || positions.some((i) => statement.is(i, "or"))) return null;
  const ands = positions.filter((i) => statement.is(i, "and"));
  const starts = [from, ...ands.map((i) => i + 1)];
  const ends = [...ands, to];
  for (const [n, start] of starts.entries()) {
    const count = keyOf(statement, start, ends[n] as number, table);
    if (count !== null) return count;
  }
  return null;
}

function keyOf(statement: Statement, from: number, to: number, table: string): number | null {
  const path = statement.path(from);
  if (path === null || path.end >= to) return null;
  if (!isKeyName(path.parts[path.parts.length - 1] as PathPart, table)) return null;
  if (statement.isSign(path.end, "=")) return valueEnd(statement, path.end + 1) === to ? 1 : null;
  const open = path.end + 1;
  if (!statement.is(path.end, "in") || !statement.isSign(open, "(") || statement.skip(open) !== to)
    return null;
  return valuesInGroup(statement, open);
}

function valuesInGroup(statement: Statement, open: number): number | null {
  const close = (statement.at(open) as Token).partner;
  let at = open + 1;
  for (let count = 1; ; count++) {
    const end = valueEnd(statement, at);
    if (end === null) return null;
    if (end === close) return count;
    if (!statement.isSign(end, ",")) return null;
    at = end + 1;
  }
}

function isKeyName({ token }: PathPart, table: string): boolean {
  if (token.kind === "quoted" && !token.backquoted) return false;
  const name = asciiLower(token.content);
  if (["id", "_id", "uuid", "guid", "rowid", "pk"].includes(name)) return true;
  return [table, table.replace(/s$/, "")].some((t) => name === `${t}id` || name === `${t}_id`);
}

/** Position behind the value here, or null. */
function valueEnd(statement: Statement, i: number): number | null {
  const token = statement.at(i);
  const isValue =
    token?.kind === "string" ||
    token?.kind === "param" ||
    (token?.integer === true && /^[1-9]/.test(token.text));
  if (!isValue) return null;
  return statement.areSigns(i + 1, "::") && statement.isWord(i + 3) ? i + 4 : i + 1;
}

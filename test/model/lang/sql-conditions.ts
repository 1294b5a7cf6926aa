/** SQL, step 5 (docs/format/sql.md): conditions that hold for every row. */
import type { Statement } from "./sql-statement.ts";
import type { Token } from "./sql-tokens.ts";

/** Whether AND and OR are not all that joins what stands at these positions. */
export function isMixed(statement: Statement, positions: number[]): boolean {
  return positions.some(
    (i) =>
      statement.is(i, "xor", "between", "case") ||
      statement.isSign(i, "|", "&") ||
      statement.areSigns(i, ":="),
  );
}

interface Range {
  from: number;
  to: number;
}

/** The range without the groups around all of it. */
function withoutGroups(statement: Statement, range: Range): Range {
  let { from, to } = range;
  while (from < to && statement.isSign(from, "(") && statement.skip(from) === to) {
    from++;
    to--;
  }
  return { from, to };
}

/** The stretches between the words with a code, on one level. */
function cutAt(statement: Statement, { from, to }: Range, code: string): Range[] {
  const cuts = statement.level(from, to).filter((i) => statement.is(i, code));
  const starts = [from, ...cuts.map((i) => i + 1)];
  return starts.map((start, n) => ({ from: start, to: cuts[n] ?? to }));
}

export function clauseIsTrue(statement: Statement, from: number, to: number): boolean {
  if (isMixed(statement, statement.level(from, to))) return false;
  const clause = withoutGroups(statement, { from, to });
  if (isMixed(statement, statement.level(clause.from, clause.to))) return false;
  return cutAt(statement, clause, "or").some((stretch) =>
    cutAt(statement, stretch, "and").every((conjunct) => conjunctIsTrue(statement, conjunct)),
  );
}

function isZeros(token: Token | undefined): boolean {
  return token?.integer === true && /^0+$/.test(token.text);
}

function conjunctIsTrue(statement: Statement, conjunct: Range): boolean {
  const { from, to } = withoutGroups(statement, conjunct);
  const size = to - from;
  const first = statement.at(from);
  if (size === 1) return statement.is(from, "true") || (first?.integer === true && !isZeros(first));
  if (size === 2 && statement.is(from, "not")) {
    return statement.is(from + 1, "false") || isZeros(statement.at(from + 1));
  }
  return isNotNull(statement, from, to) || comparisonIsTrue(statement, from, to);
}

function isNotNull(statement: Statement, from: number, to: number): boolean {
  const path = statement.path(from);
  if (path === null || path.end + 3 !== to) return false;
  return (
    statement.is(path.end, "is") && statement.is(path.end + 1, "not") && statement.is(path.end + 2, "null")
  );
}

// --- comparisons ---------------------------------------------------------------------------------------------------

interface Operand extends Range {
  kind: "number" | "string" | "path";
}

function operandAt(statement: Statement, i: number, to: number): Operand | null {
  const kind = statement.at(i)?.kind;
  if (kind === "number" || kind === "string") return { kind, from: i, to: i + 1 };
  const path = statement.path(i);
  return path === null || path.end > to ? null : { kind: "path", from: i, to: path.end };
}

/** The comparison between two positions, as one text, or null. */
function operatorBetween(statement: Statement, from: number, to: number): string | null {
  if (to - from === 1 && statement.is(from, "like", "ilike", "is")) return statement.code(from);
  let text = "";
  for (let i = from; i < to; i++) {
    if (!statement.isSign(i, "=", "<", ">", "!")) return null;
    text += (statement.at(i) as Token).text;
  }
  return text;
}

function comparisonIsTrue(statement: Statement, from: number, to: number): boolean {
  const a = operandAt(statement, from, to);
  if (a === null) return false;
  let operatorEnd = a.to;
  while (operatorEnd < to && statement.isSign(operatorEnd, "=", "<", ">", "!")) operatorEnd++;
  if (operatorEnd === a.to) operatorEnd++;
  const operator = operatorBetween(statement, a.to, operatorEnd);
  const b = operandAt(statement, operatorEnd, to);
  if (operator === null || b === null || b.to !== to) return false;

  const [left, right] = [statement.at(a.from) as Token, statement.at(b.from) as Token];
  if (a.kind === "path" && operator === ">" && right.text === "0") return true;
  if (a.kind === "path" && operator === ">=" && (right.text === "0" || right.text === "1")) return true;
  if (a.kind === b.kind && areSame(statement, a, b)) {
    return ["=", "==", "<=>", "<=", ">=", "like", "ilike", "is"].includes(operator);
  }
  if (operator === "like" || operator === "ilike") return b.kind === "string" && /^%+$/.test(right.content);
  if (left.integer && right.integer) return holdsForIntegers(left.text, operator, right.text);
  return a.kind === "string" && b.kind === "string" && ["<>", "!="].includes(operator);
}

function areSame(statement: Statement, a: Range, b: Range): boolean {
  if (a.to - a.from !== b.to - b.from) return false;
  for (let k = 0; k < a.to - a.from; k++) {
    const [one, other] = [statement.at(a.from + k) as Token, statement.at(b.from + k) as Token];
    if (one.kind !== other.kind) return false;
    if (one.kind === "word" ? one.lower !== other.lower : one.text !== other.text) return false;
  }
  return true;
}

function holdsForIntegers(left: string, operator: string, right: string): boolean {
  if (left.length > 15 || right.length > 15) return false;
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case "=":
    case "==":
      return a === b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<>":
    case "!=":
      return a !== b;
    default:
      return false;
  }
}

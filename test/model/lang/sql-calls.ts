/** SQL, step 4 (docs/format/sql.md): what the calls of a statement may do. */
import { asciiLower } from "../bytes.ts";
import type { Statement } from "./sql-statement.ts";
import { fault, type Token } from "./sql-tokens.ts";
import { calm, fileReads, fileWrites, keen, keenStarts } from "./sql-words.ts";

const FILES_MAX = 16;

export interface Calls {
  keen: boolean;
  unknown: boolean;
  files: { action: string; path: string }[];
}

/** Looks at the calls between two positions. `named` are names of something, whatever follows them. */
export function callsOf(
  statement: Statement,
  from: number,
  to: number,
  named: ReadonlySet<number> = new Set(),
): Calls {
  const calls: Calls = { keen: false, unknown: false, files: [] };
  for (let i = from; i < to; i++) {
    const open = statement.skip(i);
    if (!(isName(statement, i) || statement.isSign(i, "[")) || !statement.isSign(open, "(")) continue;
    const at = nameAt(statement, i);
    const name = at === null ? null : asciiLower((statement.at(at) as Token).content);
    if (name !== null && isKeen(name)) {
      calls.keen = true;
      addFile(statement, open, name, calls);
      continue;
    }
    const isNameOfOther = isNamed(statement, i) || (at !== null && named.has(at));
    if (!isCalm(statement, i) && !isNameOfOther) calls.unknown = true;
  }
  return calls;
}

function isName(statement: Statement, i: number): boolean {
  const kind = statement.at(i)?.kind;
  return kind === "word" || kind === "quoted";
}

/** Where the name of a call stands: here, or as all that is in the square brackets that open here; else null. */
function nameAt(statement: Statement, i: number): number | null {
  if (!statement.isSign(i, "[")) return i;
  return statement.skip(i) === i + 3 && isName(statement, i + 1) ? i + 1 : null;
}

function isKeen(name: string): boolean {
  return keen.has(name) || (keenStarts.some((start) => name.startsWith(start)) && !calm.has(name));
}

/** No name in square brackets is calm. */
function isCalm(statement: Statement, i: number): boolean {
  const token = statement.at(i) as Token;
  if (token.kind !== "word" || !(calm.has(token.lower) || token.code !== "")) return false;
  return !statement.isSign(i - 1, ".") || statement.isWord(i - 2, "pg_catalog");
}

function isNamed(statement: Statement, i: number): boolean {
  return statement.is(i - 1, "into", "as") || statement.isSign(i - 1, ")");
}

/** The file that a call names; `open` is the bracket behind its name. */
function addFile(statement: Statement, open: number, name: string, calls: Calls): void {
  const action = fileReads.has(name) ? "files.read" : fileWrites.has(name) ? "files.write" : null;
  if (action === null || !statement.isPlainString(open + 1) || !statement.isSign(open + 2, ",", ")")) return;
  if (calls.files.length === FILES_MAX) fault("too many files");
  calls.files.push({ action, path: (statement.at(open + 1) as Token).content });
}

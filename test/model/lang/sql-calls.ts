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

/** Looks at the calls between two positions. `named` are tokens that name something, whatever follows them. */
export function callsOf(
  statement: Statement,
  from: number,
  to: number,
  named: ReadonlySet<number> = new Set(),
): Calls {
  const calls: Calls = { keen: false, unknown: false, files: [] };
  for (let i = from; i < to; i++) {
    const token = statement.at(i) as Token;
    if (!(token.kind === "word" || token.kind === "quoted") || !statement.isSign(i + 1, "(")) continue;
    const name = asciiLower(token.content);
    if (isKeen(name)) {
      calls.keen = true;
      addFile(statement, i, name, calls);
    } else if (!isCalm(statement, i, name) && !isNamed(statement, i) && !named.has(i)) calls.unknown = true;
  }
  return calls;
}

function isKeen(name: string): boolean {
  return keen.has(name) || (keenStarts.some((start) => name.startsWith(start)) && !calm.has(name));
}

function isCalm(statement: Statement, i: number, name: string): boolean {
  const token = statement.at(i) as Token;
  if (token.kind !== "word" || !(calm.has(name) || token.code !== "")) return false;
  return !statement.isSign(i - 1, ".") || statement.isWord(i - 2, "pg_catalog");
}

function isNamed(statement: Statement, i: number): boolean {
  return statement.is(i - 1, "into", "as") || statement.isSign(i - 1, ")");
}

function addFile(statement: Statement, i: number, name: string, calls: Calls): void {
  const action = fileReads.has(name) ? "files.read" : fileWrites.has(name) ? "files.write" : null;
  if (action === null || !statement.isPlainString(i + 2) || !statement.isSign(i + 3, ",", ")")) return;
  if (calls.files.length === FILES_MAX) fault("too many files");
  calls.files.push({ action, path: (statement.at(i + 2) as Token).content });
}

/** SQL, step 7 (docs/format/sql.md): what definitions and rights are about. */
import { type Statement, tableOf } from "./sql-statement.ts";
import type { Token } from "./sql-tokens.ts";
import { defineAfter, defineBefore } from "./sql-words.ts";

const TABLES_MAX = 256;

/** Facts behind the query, as [field, text]. */
export type Facts = [field: string, text: string][];

const tableFacts = (tables: string[]): Facts => [...new Set(tables)].map((table) => ["table", table]);

export function definitionFacts(statement: Statement): Facts {
  const lead = (statement.at(0) as Token).lower;
  const removes = lead === "drop" || lead === "truncate";
  const facts = tableFacts(definedTables(statement, lead, removes));
  if (removes && statement.tokens.some((token) => token.code === "cascade")) facts.push(["force", "true"]);
  return facts;
}

function definedTables(statement: Statement, lead: string, removes: boolean): string[] {
  let at = 1;
  const skipWords = (words: Set<string>): void => {
    while (statement.isWord(at) && words.has((statement.at(at) as Token).lower)) at++;
  };
  skipWords(defineBefore);
  if (statement.is(at, "table", "view")) at++;
  else if (lead !== "truncate") return [];
  skipWords(defineAfter);
  const tables: string[] = [];
  for (;;) {
    const path = statement.path(at);
    if (path === null) return tables;
    if (tables.length < TABLES_MAX) tables.push(tableOf(path));
    if (!removes || !statement.isSign(path.end, ",")) return tables;
    at = path.end + 1;
  }
}

export function rightFacts(statement: Statement): Facts {
  const positions = statement.level(1, statement.length);
  const marker = positions.find((i) => statement.is(i, "on", "to", "from")) ?? statement.length;
  const items = itemsBefore(statement, positions, marker);
  const facts: Facts = [];
  if (statement.is(marker, "on")) {
    const path = statement.path(statement.is(marker + 1, "table") ? marker + 2 : marker + 1);
    if (path !== null && statement.is(path.end, "to", "from")) {
      facts.push(["table", tableOf(path)]);
    }
    const rights = items.flatMap(([first]) => (first?.kind === "word" ? [first.lower] : []));
    for (const right of new Set(rights)) facts.push(["permission", right]);
  } else if (items.length === 1) {
    const role = onlyName(items[0] as Token[]);
    if (role !== null) facts.push(["role", role]);
  }
  const user = userOf(statement, positions);
  if (user !== null) facts.push(["user", user]);
  return facts;
}

function itemsBefore(statement: Statement, positions: number[], end: number): Token[][] {
  const commas = positions.filter((i) => i < end && statement.isSign(i, ","));
  const starts = [1, ...commas.map((i) => i + 1)];
  return starts.map((start, n) => statement.tokens.slice(start, commas[n] ?? end));
}

function onlyName(item: Token[]): string | null {
  const [token] = item;
  if (item.length !== 1 || token === undefined) return null;
  return token.kind === "word" || (token.kind === "quoted" && token.plain) ? token.content : null;
}

function userOf(statement: Statement, positions: number[]): string | null {
  const marker = positions.find((i) => statement.is(i, "to", "from"));
  if (marker === undefined || statement.isSign(marker + 2, ",")) return null;
  const token = statement.at(marker + 1);
  if (token?.kind === "word") return token.content;
  return (token?.kind === "quoted" || token?.kind === "string") && token.plain ? token.content : null;
}

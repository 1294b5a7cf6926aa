/** SQL to parts (docs/format/sql.md). */
import { asciiLower } from "../bytes.ts";
import type { Image } from "../image.ts";
import { fieldNumber } from "../wire.ts";
import type { Drafts, Nested } from "./drafts.ts";
import { callsOf } from "./sql-calls.ts";
import { limitOf } from "./sql-counts.ts";
import { definitionFacts, type Facts, rightFacts } from "./sql-rights.ts";
import { Statement, tableOf } from "./sql-statement.ts";
import { Fault, fault, type Token, tokenize } from "./sql-tokens.ts";
import { HOT_WORDS_AND_VERBS, type Walk, walk } from "./sql-walk.ts";
import { columns, isWalkLead, leadList, pragmas, pragmasBare, settings } from "./sql-words.ts";

interface Part {
  action: string;
  /** Behind the query. */
  facts: Facts;
  /** Parts of files have no query. */
  hasQuery: boolean;
}

interface Parts {
  parts: Part[];
  /** A function that nobody knows is called. */
  unknown: boolean;
}

export function takeSql(text: Nested, drafts: Drafts, _image: Image): void {
  let statements: Token[][];
  try {
    statements = tokenize(text.text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    drafts.opaque(text);
    return;
  }
  let hasParts = false;
  let hasFault = false;
  for (const tokens of statements) {
    try {
      const found = partsOf(new Statement(tokens));
      emit(found, queryOf(text.text, tokens), text, drafts);
      if (found.parts.length > 0) hasParts = true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      hasFault = true;
    }
  }
  if (hasFault) drafts.opaque(text);
  else if (!hasParts) emit({ parts: [part("db.select")], unknown: false }, text.text, text, drafts);
}

function queryOf(text: string, tokens: Token[]): string {
  return text.slice((tokens[0] as Token).start, (tokens[tokens.length - 1] as Token).end);
}

function emit({ parts, unknown }: Parts, query: string, text: Nested, drafts: Drafts): void {
  for (const { action, facts, hasQuery } of parts) {
    drafts.role(action, "sql", text.group);
    drafts.mark(...text.marks);
    if (unknown) drafts.mark("command_unknown");
    if (hasQuery) drafts.fact(fieldNumber("query"), query);
    for (const [field, value] of facts) drafts.fact(fieldNumber(field), value);
  }
}

function part(action: string, ...facts: Facts): Part {
  return { action, facts, hasQuery: true };
}

const tableFacts = (tables: string[]): Facts => tables.map((table) => ["table", table]);

/** The tables that are read and, as further ones, the columns with secrets that the statement names. */
function readFacts(statement: Statement, reads: string[]): Facts {
  const names = statement.tokens
    .filter(({ kind }) => kind === "word" || kind === "quoted")
    .map(({ content }) => asciiLower(content));
  return tableFacts([...new Set([...reads, ...names.filter((name) => columns.has(name))])]);
}

const known = (...parts: Part[]): Parts => ({ parts, unknown: false });

// --- one statement -------------------------------------------------------------------------------------------------

function partsOf(statement: Statement): Parts {
  let at = 0;
  while (statement.isSign(at, "(")) at++;
  if (!statement.isWord(at)) fault("no lead");
  const list = leadList((statement.at(at) as Token).lower);
  if (list === null) fault("a lead that nobody knows");
  if (at > 0 && list !== "walk") fault("a group before a lead");
  switch (list) {
    case "walk":
      return partsOfWalk(statement, statement, walk(statement));
    case "explain":
      return partsOfExplain(statement);
    case "show":
      return partsOfShow(statement, 1);
    case "quiet":
      return partsOfQuiet(statement);
    case "set":
      return isQuietSetting(statement) ? known() : known(part("db.admin"));
    case "pragma":
      return known(part(pragmaReads(statement) ? "db.select" : "db.admin"));
    case "copy":
      return partsOfCopy(statement);
    case "grant":
      return known(part("db.admin", ...rightFacts(statement)));
    case "define":
      return known(part("db.admin", ...definitionFacts(statement)));
    default:
      return known(part("db.admin"));
  }
}

/**
 * The parts of a walk, in their order. `outer` is what has a limit, null for a group inside a statement; `destination`
 * is that of an export, if it is one.
 */
function partsOfWalk(
  statement: Statement,
  outer: Statement | null,
  { admin, exportsTo, reads, writes, calls }: Walk,
  destination: Facts | null = exportsTo === null ? null : destinationOf(exportsTo),
): Parts {
  const parts: Part[] = [];
  if (admin || calls.keen) parts.push(part("db.admin"));
  if (destination !== null) parts.push(part("db.export", ...readFacts(statement, reads), ...destination));
  for (const { kind, tables, count } of writes) {
    const counts: Facts = count === null ? [] : [["count", String(count)]];
    parts.push(part(`db.${kind}`, ...tableFacts(tables), ...counts));
  }
  if ((reads.length > 0 && destination === null) || parts.length === 0) {
    const limit = outer !== null && writes.length === 0 ? limitOf(outer) : null;
    const limits: Facts = limit === null ? [] : [["limit", String(limit)]];
    parts.push(part("db.select", ...readFacts(statement, reads), ...limits));
  }
  return { parts: [...parts, ...fileParts(calls.files)], unknown: calls.unknown };
}

function fileParts(files: { action: string; path: string }[]): Part[] {
  return files.map(({ action, path }) => ({ action, facts: [["path", path]], hasQuery: false }));
}

function destinationOf(content: string): Facts {
  return [[content.includes("://") ? "url" : "destination_path", content]];
}

function partsOfExplain(statement: Statement): Parts {
  const inner = innerStart(statement);
  const before = statement.tokens.slice(1, inner ?? statement.length);
  if (before.some(({ code }) => code === "analyze" || code === "analyse")) {
    if (inner === null) fault("nobody knows what runs");
    const run = statement.slice(inner, statement.length);
    return partsOfWalk(statement, run, walk(run));
  }
  return partsOfShow(statement, inner ?? 1);
}

/** Where the statement that is explained begins. */
function innerStart(statement: Statement): number | null {
  for (const i of statement.level(1, statement.length)) {
    const token = statement.at(i) as Token;
    if (token.kind === "word" && isWalkLead(token.lower)) return i;
    if (!statement.isSign(i, "(")) continue;
    if (statement.isSign(i + 1, "(") || statement.is(i + 1, "select", "with", "values", "table")) return i;
  }
  return null;
}

function partsOfShow(statement: Statement, from: number): Parts {
  const calls = callsOf(statement, from, statement.length);
  const parts = calls.keen ? [part("db.admin"), part("db.select")] : [part("db.select")];
  return { parts: [...parts, ...fileParts(calls.files)], unknown: calls.unknown };
}

const isHot = (token: Token): boolean => HOT_WORDS_AND_VERBS.includes(token.code);

function partsOfQuiet(statement: Statement): Parts {
  const isPlain = statement.tokens.every(
    (token, i) => (token.kind === "word" && !isHot(token)) || statement.isSign(i, ","),
  );
  const begins = !statement.isWord(0, "start") || statement.isWord(1, "transaction");
  return isPlain && begins ? known() : fault("more than a word of a transaction");
}

function isQuietSetting(statement: Statement): boolean {
  const at = statement.is(1, "session", "local") ? 2 : 1;
  const token = statement.at(at);
  const isSetting = token?.kind === "word" && settings.has(token.lower);
  const isVariable = token?.kind === "param" && /^@(?!@)/.test(token.text);
  if (!(isSetting || isVariable)) return false;
  return !statement.tokens.some((other, i) => statement.isSign(i, ",", "(") || isHot(other));
}

function pragmaReads(statement: Statement): boolean {
  if (!statement.isWord(1)) return false;
  const at = statement.isSign(2, ".") && statement.isWord(3) ? 3 : 1;
  const name = (statement.at(at) as Token).lower;
  const isBare = at + 1 === statement.length;
  const hasGroup = statement.isSign(at + 1, "(") && statement.skip(at + 1) === statement.length;
  return (pragmas.has(name) && (isBare || hasGroup)) || (pragmasBare.has(name) && isBare);
}

// --- copies --------------------------------------------------------------------------------------------------------

function partsOfCopy(statement: Statement): Parts {
  if (statement.isSign(1, "(")) {
    const end = statement.skip(1);
    const found = walk(statement.slice(2, end - 1));
    const destination = copyDestination(statement, end);
    if (destination !== null) return partsOfWalk(statement, null, found, destination);
    return partsOfWalk(statement, null, { ...found, admin: true, exportsTo: null });
  }
  const path = statement.path(1);
  if (path === null) return known(part("db.admin"));
  const table = tableOf(path);
  const next = statement.isSign(path.end, "(") ? statement.skip(path.end) : path.end;
  const destination = copyDestination(statement, next);
  if (destination !== null) return known(part("db.export", ...readFacts(statement, [table]), ...destination));
  const fromCaller = statement.is(next, "from") && statement.is(next + 1, "stdin");
  return known(part(fromCaller ? "db.insert" : "db.admin", ...tableFacts([table])));
}

/** Where `TO …` leads; null where it is not that. */
function copyDestination(statement: Statement, i: number): Facts | null {
  if (!statement.is(i, "to")) return null;
  if (statement.is(i + 1, "stdout")) return [];
  return statement.isPlainString(i + 1) ? destinationOf((statement.at(i + 1) as Token).content) : null;
}

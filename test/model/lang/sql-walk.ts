/** SQL, step 3 (docs/format/sql.md): one pass over the tokens of a statement finds the tables it reads and writes. */
import { asciiLower } from "../bytes.ts";
import { type Calls, callsOf } from "./sql-calls.ts";
import { countOfChange, countOfInsert } from "./sql-counts.ts";
import { type Path, type PathPart, type Statement, tableOf } from "./sql-statement.ts";
import { fault, type Token } from "./sql-tokens.ts";

const WRITES_MAX = 64;
const TABLES_MAX = 256;
const CTES_MAX = 64;

export type WriteKind = "insert" | "update" | "delete";

export interface Write {
  kind: WriteKind;
  tables: string[];
  count: number | null;
  /** An insert, or an update that came with one: `ON CONFLICT DO UPDATE` may follow. */
  ofInsert: boolean;
}

export interface Walk {
  /** It creates a table. */
  admin: boolean;
  /** Where it exports to, or null. */
  exportsTo: string | null;
  reads: string[];
  writes: Write[];
  calls: Calls;
}

/** What commas and FROM of a group lead to: nothing, tables that are read, or tables of the write with that number. */
type Mode = "off" | "read" | number;

interface Cte {
  name: string;
  quoted: boolean;
  from: number;
  to: number;
}

interface Entry {
  name: number;
  bodyEnd: number;
}

const QUERIES = ["select", "with", "values", "table"];
const VERBS = ["insert", "replace", "upsert", "update", "delete", "merge"];
export const HOT_WORDS = "alter create deny drop exec execute grant kill revoke shutdown truncate".split(" ");
export const HOT_WORDS_AND_VERBS = [...HOT_WORDS, ...VERBS];
const ENDS_OF_TABLES =
  "where group order having limit fetch union except intersect minus window qualify returning set values when".split(
    " ",
  );
const FUNCTIONS_WITH_FROM = ["extract", "substring", "trim", "overlay", "position"];

export function walk(statement: Statement): Walk {
  return new Walker(statement).run();
}

class Walker {
  readonly result: Omit<Walk, "calls"> = { admin: false, exportsTo: null, reads: [], writes: [] };
  readonly groups: { mode: Mode; open: number }[] = [{ mode: "off", open: -1 }];
  readonly ctes: Cte[] = [];
  /** Tokens behind the entries of a WITH. */
  readonly starts = new Set<number>();
  /** Names of CTEs and last names of targets of inserts. */
  readonly named = new Set<number>();
  /** UPDATE and DELETE, whose counts depend on tables that stand behind them. */
  readonly changes: { write: Write; verb: number }[] = [];
  readonly lead: number;
  place = false;
  tableCount = 0;
  merge: { target: string; wrote: boolean } | null = null;

  constructor(readonly statement: Statement) {
    let lead = 0;
    while (statement.isSign(lead, "(")) lead++;
    this.lead = lead;
  }

  run(): Walk {
    const { statement } = this;
    let at = 0;
    while (at < statement.length) {
      if (this.place) {
        this.place = false;
        at = this.takePlace(at);
      } else at = this.take(at);
    }
    if (this.place) fault("no table where one is expected");
    this.endMerge();
    for (const { write, verb } of this.changes) {
      write.count = countOfChange(statement, verb, write.kind === "delete", write.tables[0] ?? null);
    }
    return { ...this.result, calls: callsOf(statement, 0, statement.length, this.named) };
  }

  get mode(): Mode {
    return (this.groups[this.groups.length - 1] as { mode: Mode }).mode;
  }

  set mode(mode: Mode) {
    (this.groups[this.groups.length - 1] as { mode: Mode }).mode = mode;
  }

  // --- where a table stands next -----------------------------------------------------------------------------------

  takePlace(at: number): number {
    const { statement } = this;
    if (statement.isSign(at, "(")) {
      const isQuery = statement.is(at + 1, ...QUERIES, "insert", "update", "delete", "merge");
      this.groups.push({ mode: isQuery ? "off" : this.mode, open: at });
      this.place = !isQuery;
      return at + 1;
    }
    const isBeforeTable =
      statement.isFree(at + 1) || statement.isSign(at + 1, "(") || statement.is(at + 1, "from");
    if (
      statement.is(at, "lateral", "low_priority") ||
      (statement.is(at, "only", "ignore", "quick") && isBeforeTable) ||
      (statement.is(at, "from") && typeof this.mode === "number")
    ) {
      this.place = true;
      return at + 1;
    }
    if (statement.is(at, "or") && statement.is(at - 1, "update")) {
      this.place = true;
      return this.behindOr(at);
    }
    const path = statement.tablePath(at) ?? fault("no table where one is expected");
    if (!statement.isSign(path.end, "(") && !(this.mode !== "off" && this.isCte(path, at))) {
      this.addTable(this.mode, tableOf(path));
    }
    return path.end;
  }

  /** OR and the token after it. A bracket cannot be skipped. */
  behindOr(at: number): number {
    if (this.statement.isSign(at + 1, "(", ")", "[", "]")) fault("a bracket behind OR");
    return at + 2;
  }

  isCte(path: Path, at: number): boolean {
    if (typeof this.mode === "number" || path.parts.length !== 1) return false;
    const { token, bracketed } = path.parts[0] as PathPart;
    if (bracketed) return false;
    const isQuoted = token.kind === "quoted";
    return this.ctes.some(({ name, quoted, from, to }) => {
      if (at < from || at >= to) return false;
      if (name === token.content) return true;
      return !quoted && !isQuoted && asciiLower(name) === asciiLower(token.content);
    });
  }

  addTable(mode: Mode, table: string): void {
    this.tableCount++;
    if (this.tableCount > TABLES_MAX) fault("too many tables");
    const tables = typeof mode === "number" ? (this.result.writes[mode] as Write).tables : this.result.reads;
    if (!tables.includes(table)) tables.push(table);
  }

  // --- everywhere else ---------------------------------------------------------------------------------------------

  take(at: number): number {
    const { statement } = this;
    if (statement.opensGroup(at)) this.groups.push({ mode: "off", open: at });
    else if (statement.isSign(at, ")", "]")) this.groups.pop();
    else if (statement.isSign(at, ",")) this.place = this.mode !== "off";
    const code = statement.code(at);
    if (code === "from") this.takeFrom(at);
    else if (code === "join" || code === "straight_join") this.takeJoin();
    else if (code === "apply" && statement.is(at - 1, "cross", "outer")) this.takeJoin();
    else if (code === "using") {
      if (!statement.isSign(at + 1, "(") && this.mode !== "off") this.expectRead();
    } else if (code === "table") {
      if (statement.isFree(at + 1)) this.expectRead();
    } else if (ENDS_OF_TABLES.includes(code)) {
      if (this.mode !== "off" && statement.isSign(at + 1, ",")) fault("a table may be hidden");
      this.mode = "off";
    } else if (code === "with") this.takeWith(at);
    else if (code === "into") return this.takeInto(at);
    else if (HOT_WORDS.includes(code)) {
      if (!(code === "truncate" && statement.isSign(at + 1, "("))) fault("a word of another statement");
    } else if (VERBS.includes(code)) return this.takeVerb(at, code);
    return at + 1;
  }

  expectRead(): void {
    this.mode = "read";
    this.place = true;
  }

  takeFrom(at: number): void {
    const { statement } = this;
    if (statement.is(at - 1, "distinct") && statement.is(at - 2, "is", "not")) return;
    const { open } = this.groups[this.groups.length - 1] as { open: number };
    const before = statement.at(open - 1);
    if (
      statement.isSign(open, "(") &&
      before?.kind === "word" &&
      FUNCTIONS_WITH_FROM.includes(before.lower) &&
      !statement.is(open + 1, "select", "with")
    ) {
      return;
    }
    if (typeof this.mode !== "number") this.mode = "read";
    this.place = true;
  }

  takeJoin(): void {
    if (this.mode === "off") fault("a join without tables");
    this.place = true;
  }

  takeWith(at: number): void {
    const { statement } = this;
    const recursive = statement.is(at + 1, "recursive") ? this.entries(at + 2) : [];
    const entries = recursive.length > 0 ? recursive : this.entries(at + 1);
    if (entries.length === 0) {
      if (at === this.lead || statement.isSign(at - 1, "(")) fault("WITH without an entry");
      return;
    }
    const to = statement.levelEnd(at);
    for (const { name, bodyEnd } of entries) {
      if (this.ctes.length === CTES_MAX) fault("too many CTEs");
      const token = statement.at(name) as Token;
      this.named.add(name);
      const from = recursive.length > 0 ? at + 1 : bodyEnd;
      this.ctes.push({ name: token.content, quoted: token.kind === "quoted", from, to });
    }
    this.starts.add((entries[entries.length - 1] as Entry).bodyEnd);
  }

  /** The entries of a WITH from here on, as many as there are. */
  entries(from: number): Entry[] {
    const { statement } = this;
    const found: Entry[] = [];
    let at = from;
    for (;;) {
      const name = at;
      if (!statement.isFree(at)) break;
      at++;
      if (statement.isSign(at, "(")) at = statement.skip(at);
      if (!statement.is(at, "as")) break;
      at++;
      if (statement.is(at, "materialized")) at++;
      else if (statement.is(at, "not") && statement.is(at + 1, "materialized")) at += 2;
      if (!statement.isSign(at, "(")) break;
      at = statement.skip(at);
      found.push({ name, bodyEnd: at });
      if (!statement.isSign(at, ",")) break;
      at++;
    }
    return found;
  }

  takeInto(at: number): number {
    const { statement } = this;
    if (statement.is(at + 1, "outfile", "dumpfile")) {
      if (!statement.isPlainString(at + 2)) fault("a file that is not known");
      this.result.exportsTo = (statement.at(at + 2) as Token).content;
      return at + 3;
    }
    const next = statement.at(at + 1);
    if (!(next?.kind === "param" && next.text.startsWith("@"))) this.result.admin = true;
    return at + 1;
  }

  // --- verbs -------------------------------------------------------------------------------------------------------

  takeVerb(at: number, code: string): number {
    const { statement } = this;
    const { merge } = this;
    if (statement.is(at - 1, "then") && merge !== null && ["insert", "update", "delete"].includes(code)) {
      merge.wrote = true;
      const write = this.addWrite(code as WriteKind, null, false);
      this.addTable(write, merge.target);
      return at + 1;
    }
    if ((code === "insert" || code === "replace") && statement.isSign(at + 1, "(")) return at + 1;
    if (code === "update") {
      if (statement.is(at - 1, "for")) return at + 1;
      if (statement.is(at - 1, "key") && statement.is(at - 2, "no")) return at + 1;
      if (statement.is(at - 1, "do")) return this.takeUpsert(at);
      if (statement.is(at - 1, "key") && statement.is(at - 2, "duplicate")) return this.takeUpsert(at);
    }
    if (!(at === this.lead || statement.isSign(at - 1, "(") || this.starts.has(at))) {
      fault("a second statement");
    }
    if (code === "merge") return this.takeMerge(at);
    if (code === "update" || code === "delete") {
      const number = this.addWrite(code, null, false);
      this.changes.push({ write: this.result.writes[number] as Write, verb: at });
      this.mode = number;
      this.place = true;
      return at + 1;
    }
    return this.takeInsert(at);
  }

  addWrite(kind: WriteKind, count: number | null, ofInsert: boolean): number {
    const { writes } = this.result;
    if (writes.length === WRITES_MAX) fault("too many writes");
    writes.push({ kind, tables: [], count, ofInsert });
    return writes.length - 1;
  }

  /** The update of rows that are there already, on the target of the insert before it. */
  takeUpsert(at: number): number {
    const last = this.result.writes[this.result.writes.length - 1];
    if (last === undefined || !last.ofInsert) fault("an update without an insert");
    const write = this.addWrite("update", last.count, true);
    this.addTable(write, last.tables[0] as string);
    this.mode = "off";
    return at + 1;
  }

  takeInsert(at: number): number {
    const { statement } = this;
    let next = at + 1;
    let orReplace = false;
    const skipped = ["into", "ignore", "low_priority", "high_priority", "delayed", "table"];
    for (;;) {
      if (statement.is(next, ...skipped)) next++;
      else if (statement.is(next, "or")) {
        if (statement.is(next + 1, "replace")) orReplace = true;
        next = this.behindOr(next);
      } else break;
    }
    const path = statement.tablePath(next) ?? fault("no target of an insert");
    const last = path.parts[path.parts.length - 1] as PathPart;
    this.named.add(last.bracketed ? path.end - 2 : path.end - 1);
    const table = tableOf(path);
    const count = countOfInsert(statement, path.end);
    this.addTable(this.addWrite("insert", count, true), table);
    if (!statement.is(at, "insert") || orReplace) {
      this.addTable(this.addWrite("update", count, true), table);
    }
    return path.end;
  }

  takeMerge(at: number): number {
    const { statement } = this;
    this.endMerge();
    const next = statement.is(at + 1, "into") ? at + 2 : at + 1;
    const path = statement.tablePath(next) ?? fault("no target of a merge");
    this.merge = { target: tableOf(path), wrote: false };
    this.mode = "read";
    return path.end;
  }

  endMerge(): void {
    if (this.merge?.wrote === false) fault("a merge that writes nothing");
  }
}

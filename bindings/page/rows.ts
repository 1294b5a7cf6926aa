/** The lines of the table: kept small, in the order of the log, and asked for a page at a time. */

import type { Entry } from "../evidence/entry.ts";
import { EvidenceError } from "../evidence/errors.ts";
import { type RowFacts, rowOf } from "../evidence/report/row.ts";
import type { Finding, OpenedRequest } from "../evidence/verify.ts";
import { hex } from "../src/sha256.ts";
import type { Query, RequestState, Row, RowsAnswer, SortKey } from "./messages.ts";

/** A line with what the page need not see of it. */
export interface KeptRow extends Omit<Row, "request" | "isFailed"> {
  request: RequestState;
  isFailed: boolean;
  readonly file: string;
  readonly at: number;
  /** Id of the key that its request is sealed with, in hex. */
  readonly subject: string;
  /** What a search looks through. */
  readonly words: string;
}

interface FoundAt {
  readonly entry: Entry;
  readonly seq: number;
  readonly file: string;
  readonly at: number;
  readonly leaf: Uint8Array;
}

export function keptRow(shard: string, found: FoundAt, request: OpenedRequest | undefined): KeptRow {
  const { entry, seq, file, at, leaf } = found;
  const place = { shard, seq, file, at };
  const opened = request instanceof Uint8Array ? { opened: request } : {};
  const facts: RowFacts = { shard, leaf, controlsOf: () => [], ...opened };
  try {
    const given =
      entry.note === undefined ? { ...entry, ...sealedOf(entry) } : { ...entry, note: { ...entry.note } };
    const row = rowOf(given as Parameters<typeof rowOf>[0], facts);
    const { kind, time_ms: timeMs, verdict, mode, tier, score, reasons } = row;
    const why = kind === "call" ? (reasons[0]?.code ?? "") : row.detail;
    const what = kind === "call" ? row.action || "(not scored)" : row.event;
    const texts = [...row.actions, ...row.mapping, ...reasons.map(({ code }) => code), ...row.rows];
    const people = [row.principal, row.actor, row.agent, row.session, row.tool, row.server];
    return {
      ...place,
      kind,
      timeMs,
      verdict,
      mode,
      tier,
      score,
      what,
      more: Math.max(0, row.actions.length - 1),
      why,
      request: stateOf(entry, request),
      isFailed: false,
      subject: entry.note === undefined && entry.sealed !== undefined ? hex(entry.sealed.key) : "",
      words: [what, why, row.gate, row.detail, row.outcome, row.tier, ...texts, ...people]
        .join("\n")
        .toLowerCase(),
    };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    // Its place is right, and it says nothing that can be read.
    return {
      ...place,
      kind: "unread",
      timeMs: 0,
      verdict: "",
      mode: "",
      tier: "",
      score: null,
      what: "(unreadable)",
      more: 0,
      why: error.code,
      request: "",
      isFailed: true,
      subject: "",
      words: error.code,
    };
  }
}

function sealedOf({ sealed }: Extract<Entry, { record: Uint8Array }>): object {
  return sealed === undefined ? { sealed: undefined } : { sealed };
}

function stateOf(entry: Entry, request: OpenedRequest | undefined): RequestState {
  if (entry.note !== undefined) return "";
  if (request instanceof Uint8Array) return "opened";
  if (request === "redacted") return "redacted";
  return entry.sealed === undefined ? "none" : "withheld";
}

export class Rows {
  readonly #rows: KeptRow[] = [];
  /** Where the rows of a shard begin: they lie together, and their numbers ascend. */
  readonly #starts = new Map<string, number>();
  /** The rows of the last query, so that turning pages sorts nothing again. */
  #last: { readonly key: string; readonly rows: readonly KeptRow[] } | undefined;

  get size(): number {
    return this.#rows.length;
  }

  add(row: KeptRow): void {
    if (!this.#starts.has(row.shard)) this.#starts.set(row.shard, this.#rows.length);
    this.#rows.push(row);
    this.#last = undefined;
  }

  of(shard: string, seq: number): KeptRow | undefined {
    const start = this.#starts.get(shard);
    if (start === undefined) return undefined;
    // No row stands further behind the first of its shard than its number says; where rows are left out, it stands nearer.
    let low = start;
    let high = Math.min(this.#rows.length, start + seq + 1);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.#rows[middle] as KeptRow;
      if (row.shard === shard && row.seq < seq) low = middle + 1;
      else high = middle;
    }
    const row = this.#rows[low];
    return row?.shard === shard && row.seq === seq ? row : undefined;
  }

  markFailed(findings: readonly Finding[]): void {
    for (const { kind, shard, seq } of findings) {
      if (kind !== "failure" || shard === undefined || seq === undefined) continue;
      const row = this.of(shard, seq);
      if (row !== undefined) row.isFailed = true;
    }
  }

  /** Marks what was sealed with a key that an entry behind it says was destroyed; returns how many. */
  markErased(): number {
    const erasedAt = new Map<string, number>();
    for (const row of this.#rows) {
      if (row.kind !== "note" || row.what !== "erase") continue;
      const subject = /subject: ([0-9a-f]{32})/.exec(row.why)?.[1] ?? "";
      erasedAt.set(`${row.shard} ${subject}`, row.seq);
    }
    let erased = 0;
    for (const row of this.#rows) {
      if (row.request !== "withheld" || (erasedAt.get(`${row.shard} ${row.subject}`) ?? -1) < row.seq)
        continue;
      row.request = "erased";
      erased++;
    }
    return erased;
  }

  /** Actions of calls with their counts, most first. */
  actions(max: number): (readonly [string, number])[] {
    const counts = new Map<string, number>();
    for (const { kind, what } of this.#rows)
      if (kind === "call") counts.set(what, (counts.get(what) ?? 0) + 1);
    return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, max);
  }

  ask(query: Query): RowsAnswer {
    const { from: wanted, count, ...rest } = query;
    const key = JSON.stringify(rest);
    if (this.#last?.key !== key) this.#last = { key, rows: this.#chosen(query) };
    const { rows } = this.#last;
    const from = Math.max(0, Math.min(wanted, rows.length - 1));
    return { rows: rows.slice(from, from + count).map(shownRow), from, total: rows.length };
  }

  #chosen({ shard, show, action, text, sort, isDescending }: Query): readonly KeptRow[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = this.#rows.filter(
      (row) =>
        (shard === "" || row.shard === shard) &&
        isShown(row, show) &&
        (action === "" || (row.kind === "call" && row.what === action)) &&
        words.every((word) => row.words.includes(word) || String(row.seq) === word),
    );
    const order = ORDERS[sort];
    const sign = isDescending ? -1 : 1;
    // Sorting is stable: equal ones stay in the order of the log.
    return rows.sort((one, other) => sign * order(one, other));
  }
}

export function shownRow({ file: _file, at: _at, subject: _subject, words: _words, ...row }: KeptRow): Row {
  return row;
}

function isShown(row: KeptRow, show: string): boolean {
  if (show === "") return true;
  if (show === "failed") return row.isFailed;
  if (show === "shadow") return row.mode === "shadow";
  if (show === "event" || show === "note") return row.kind === show;
  return row.kind === "call" && row.verdict === show;
}

const VERDICT_ORDER = ["", "allow", "review", "deny"];
const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const ORDERS: Readonly<Record<SortKey, (one: KeptRow, other: KeptRow) => number>> = {
  seq: (one, other) => byText(one.shard, other.shard) || one.seq - other.seq,
  time: (one, other) => one.timeMs - other.timeMs,
  verdict: (one, other) => VERDICT_ORDER.indexOf(one.verdict) - VERDICT_ORDER.indexOf(other.verdict),
  score: (one, other) => (one.score ?? -1) - (other.score ?? -1),
  what: (one, other) => byText(one.what, other.what),
  why: (one, other) => byText(one.why, other.why),
};

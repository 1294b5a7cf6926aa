/** The table of entries: a page of rows at a time, asked of the worker. */

import { percentText, timeText } from "../evidence/report/text.ts";
import { grouped } from "../src/explain.ts";
import { button, fill, h, mark } from "./dom.ts";
import type { PageReport, Query, Row, RowsAnswer, SortKey } from "./messages.ts";

const PAGE_ROWS = 50;
const SEARCH_WAIT_MS = 150;

export interface TableOptions {
  readonly ask: (query: Query) => Promise<RowsAnswer>;
  readonly open: (shard: string, seq: number) => void;
}

const COLUMNS: readonly { readonly key: SortKey; readonly title: string; readonly isNumber?: true }[] = [
  { key: "seq", title: "Entry", isNumber: true },
  { key: "time", title: "Time (UTC)" },
  { key: "verdict", title: "Verdict" },
  { key: "score", title: "Score", isNumber: true },
  { key: "what", title: "Action or event" },
  { key: "why", title: "First reason" },
];

const SHOWN: readonly (readonly [value: string, title: string])[] = [
  ["", "all entries"],
  ["allow", "allow"],
  ["review", "review"],
  ["deny", "deny"],
  ["event", "events"],
  ["note", "notes of the log"],
  ["shadow", "shadow mode"],
  ["failed", "failed"],
];

export class EntryTable {
  readonly element: HTMLElement;
  readonly #options: TableOptions;
  readonly #hasShards: boolean;
  readonly #body = h("tbody");
  readonly #heads = new Map<SortKey, HTMLTableCellElement>();
  readonly #where = h("span", { class: "where", role: "status" });
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;
  #query: Query = {
    shard: "",
    show: "",
    action: "",
    text: "",
    sort: "seq",
    isDescending: false,
    from: 0,
    count: PAGE_ROWS,
  };
  #asked = 0;
  #total = 0;
  #selected = "";
  #wait: ReturnType<typeof setTimeout> | undefined;

  constructor(report: PageReport, options: TableOptions) {
    this.#options = options;
    this.#hasShards = report.shards.length > 1;
    this.#back = button("◀ Back", () => this.#turn(-1));
    this.#on = button("On ▶", () => this.#turn(1));
    const columns = COLUMNS.map((column) => this.#head(column));
    this.element = h(
      "section",
      { class: "table" },
      h("h2", {}, "Entries"),
      this.#filters(report),
      h(
        "div",
        { class: "wide" },
        h(
          "table",
          { class: "entries", "aria-label": "entries of the log" },
          h("thead", {}, h("tr", {}, ...columns)),
          this.#body,
        ),
      ),
      h("div", { class: "pager" }, this.#back, this.#where, this.#on),
    );
    this.#body.addEventListener("keydown", (event) => this.#key(event));
  }

  #head({ key, title, isNumber }: (typeof COLUMNS)[number]): HTMLTableCellElement {
    const cell = h(
      "th",
      { scope: "col", ...(isNumber === undefined ? {} : { class: "n" }) },
      button(title, () => this.#sort(key), { class: "sort" }),
    );
    this.#heads.set(key, cell);
    return cell;
  }

  #filters({ shards, actions }: PageReport): HTMLElement {
    const text = h("input", {
      type: "search",
      id: "filter-text",
      placeholder: "action, reason, tool, number …",
      autocomplete: "off",
      spellcheck: "false",
    });
    text.addEventListener("input", () => {
      clearTimeout(this.#wait);
      this.#wait = setTimeout(() => this.show({ text: text.value }), SEARCH_WAIT_MS);
    });
    return h(
      "form",
      { class: "filters", role: "search" },
      ...(this.#hasShards
        ? [
            chooser(
              "filter-shard",
              "Shard",
              [["", "all shards"], ...shards.map(({ shard }): [string, string] => [shard, shard])],
              (shard) => this.show({ shard }),
            ),
          ]
        : []),
      chooser("filter-show", "Show", SHOWN, (show) => this.show({ show })),
      chooser(
        "filter-action",
        "Action",
        [
          ["", "all actions"],
          ...actions.map(([action, count]): [string, string] => [action, `${action} (${grouped(count)})`]),
        ],
        (action) => this.show({ action }),
      ),
      h("label", { for: "filter-text" }, "Text", text),
    );
  }

  /** Shows the first page of what a changed query finds. */
  show(change: Partial<Query> = {}): Promise<void> {
    this.#query = { ...this.#query, from: 0, ...change };
    return this.#ask();
  }

  /** Marks the row of the entry that is open. */
  select(shard: string, seq: number): void {
    this.#selected = `${shard} ${seq}`;
    for (const row of this.#body.rows) this.#mark(row);
  }

  #mark(row: HTMLTableRowElement): void {
    const isSelected = row.dataset.entry === this.#selected;
    if (isSelected) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    const { rows, from, total } = await this.#options.ask(this.#query);
    // A later question is under way: its answer counts.
    if (asked !== this.#asked) return;
    this.#total = total;
    fill(this.#body, ...(rows.length === 0 ? [nothing()] : rows.map((row) => this.#row(row))));
    fill(
      this.#where,
      total === 0 ? "" : `${grouped(from + 1)} – ${grouped(from + rows.length)} of ${grouped(total)}`,
    );
    this.#back.disabled = from === 0;
    this.#on.disabled = from + rows.length >= total;
    for (const [key, head] of this.#heads) {
      const order = this.#query.isDescending ? "descending" : "ascending";
      head.setAttribute("aria-sort", key === this.#query.sort ? order : "none");
    }
  }

  #row(row: Row): HTMLTableRowElement {
    const { shard, seq } = row;
    const openIt = (): void => this.#options.open(shard, seq);
    const made = h(
      "tr",
      { "data-entry": `${shard} ${seq}`, class: row.isFailed ? "failed" : row.kind },
      h(
        "td",
        { class: "n" },
        button(grouped(seq), openIt, { class: "link", "aria-label": `open entry ${seq} of ${shard}` }),
      ),
      h("td", { class: "time" }, row.kind === "unread" ? "" : secondText(row.timeMs)),
      h(
        "td",
        {},
        ...(row.isFailed ? [h("span", { class: "mark bad" }, "failed"), " "] : []),
        ...(row.kind === "call" || row.verdict === "deny"
          ? [mark(row.verdict)]
          : [h("span", { class: "soft" }, row.kind)]),
        ...(row.mode === "shadow" ? [" ", mark("shadow")] : []),
      ),
      h("td", { class: "n" }, row.score === null ? "" : percentText(row.score)),
      h(
        "td",
        { class: "name" },
        h(
          "div",
          { class: "two", title: row.what },
          ...(this.#hasShards ? [h("span", { class: "soft" }, `${shard}: `)] : []),
          row.what,
          ...(row.more === 0 ? [] : [h("span", { class: "soft" }, ` + ${row.more}`)]),
        ),
      ),
      h("td", { class: "name soft" }, h("div", { class: "two", title: row.why }, row.why)),
    );
    made.addEventListener("click", openIt);
    this.#mark(made);
    return made;
  }

  #sort(sort: SortKey): void {
    const isSame = sort === this.#query.sort;
    // What somebody looks for first in a column of verdicts or scores is its upper end.
    const isDescending = isSame ? !this.#query.isDescending : sort === "verdict" || sort === "score";
    void this.show({ sort, isDescending });
  }

  #turn(by: number): void {
    const from = Math.min(Math.max(0, this.#query.from + by * PAGE_ROWS), Math.max(0, this.#total - 1));
    void this.show({ from });
  }

  #key(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, -1 | 1>> = { ArrowUp: -1, ArrowDown: 1 };
    const step = steps[event.key];
    const row = (event.target as Element).closest("tr");
    if (event.key === "PageDown" && !this.#on.disabled) this.#turn(1);
    else if (event.key === "PageUp" && !this.#back.disabled) this.#turn(-1);
    else if (step !== undefined && row !== null) {
      const next = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      next?.querySelector("button")?.focus();
    } else return;
    event.preventDefault();
  }
}

/** A time to the second; the entry itself has the rest. */
function secondText(timeMs: number): string {
  return timeText(timeMs)
    .replace("T", " ")
    .replace(/(\.\d+)?Z$/, "");
}

function nothing(): HTMLTableRowElement {
  return h("tr", {}, h("td", { colspan: String(COLUMNS.length), class: "soft" }, "No entry is like that."));
}

function chooser(
  id: string,
  title: string,
  options: readonly (readonly [value: string, title: string])[],
  change: (value: string) => void,
): HTMLLabelElement {
  const select = h(
    "select",
    { id },
    ...options.map(([value, text], at) => h("option", { value: String(at), title: value }, text)),
  );
  // By number: a name from a log may not survive as the value of an option.
  select.addEventListener("change", () => change(options[select.selectedIndex]?.[0] ?? ""));
  return h("label", { for: id }, title, select);
}

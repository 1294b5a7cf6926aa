/**
 * A page that says what a log holds, for somebody who reads it on screen or paper. It has no script and asks for nothing:
 * its policy lets a browser load only its own style, by digest. Every text goes through `markup`.
 */

import { sha256 } from "../../src/sha256.ts";
import { loweredText, modeText, obligationsText, whatText, whoText } from "./columns.ts";
import { CONTROLS } from "./controls.ts";
import { ANSWER_MEANINGS, encoded, type ReportHead, type ReportRange } from "./head.ts";
import { STYLE_SHEET } from "./html-style.ts";
import type { ReportRow } from "./row.ts";
import { markup, percentText, timeText } from "./text.ts";

/** Lines of a table of counts, and of the list of entries to look at. */
const COUNTED_MAX = 40;
const LISTED_MAX = 200;

const ALLOW_ORDER = ["allow", "review", "deny"] as const;
const TIER_ORDER = ["critical", "high", "medium", "low", "minimal", ""] as const;

/** The page, in one piece or two. */
export function html(rows: Iterable<ReportRow>, head: ReportHead): Generator<Uint8Array> {
  return encoded([page(summaryOf(rows), head)]);
}

class Counts {
  readonly #counts = new Map<string, number>();

  add(...names: readonly string[]): void {
    for (const name of new Set(names)) this.#counts.set(name, this.of(name) + 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Most frequent first; equal ones by their code units, which no locale changes. */
  get sorted(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}

interface Summary {
  readonly kinds: Counts;
  readonly verdicts: Counts;
  readonly shadowed: Counts;
  readonly tiers: Counts;
  readonly actions: Counts;
  readonly reasons: Counts;
  readonly lowered: Counts;
  readonly policies: Counts;
  readonly who: Counts;
  readonly events: Counts;
  readonly payloads: Counts;
  readonly kept: Counts;
  readonly controls: Counts;
  readonly byHost: number;
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly listed: readonly ReportRow[];
  readonly listedAll: number;
}

/** Several names as one, and back: names hold any sign. */
const keyOf = (...names: readonly string[]): string => JSON.stringify(names);
const namesOf = (key: string): readonly string[] => JSON.parse(key) as string[];

/** Of calls, but where it says otherwise. */
function summaryOf(rows: Iterable<ReportRow>): Summary {
  const counts = {
    kinds: new Counts(),
    verdicts: new Counts(),
    shadowed: new Counts(),
    tiers: new Counts(),
    actions: new Counts(),
    reasons: new Counts(),
    lowered: new Counts(),
    policies: new Counts(),
    who: new Counts(),
    events: new Counts(),
    payloads: new Counts(),
    kept: new Counts(),
    controls: new Counts(),
  };
  let byHost = 0;
  let first: number | undefined;
  let last: number | undefined;
  let listedAll = 0;
  const listed: ReportRow[] = [];
  for (const row of rows) {
    counts.kinds.add(row.kind);
    counts.payloads.add(row.payload);
    counts.controls.add(...row.controls);
    first = Math.min(first ?? row.time_ms, row.time_ms);
    last = Math.max(last ?? row.time_ms, row.time_ms);
    if (isToLookAt(row) && ++listedAll <= LISTED_MAX) listed.push(row);
    if (row.by === "host") byHost++;
    if (row.kind !== "note") counts.policies.add(keyOf(row.image, row.edition, row.engine));
    if (row.kind !== "call") {
      counts.events.add(row.event);
      continue;
    }
    counts.verdicts.add(row.verdict);
    if (row.mode === "shadow") counts.shadowed.add(row.verdict);
    counts.tiers.add(row.tier);
    counts.actions.add(row.action);
    counts.reasons.add(...row.reasons.map(({ code }) => code));
    counts.lowered.add(...row.lowered_by.map(({ kind, name, authority }) => keyOf(kind, name, authority)));
    counts.who.add(keyOf(row.principal, row.actor, row.agent));
    counts.kept.add(keyOf(row.durability, row.binding));
  }
  return { ...counts, byHost, first, last, listed, listedAll };
}

/** What an auditor would draw first: held back, let go with less, not scored, stopped, or about the log itself. */
function isToLookAt({ kind, event, verdict, lowered_by, by, payload }: ReportRow): boolean {
  if (kind === "note") return event !== "begin";
  if (event === "freeze" || event === "thaw") return true;
  return verdict !== "allow" || lowered_by.length > 0 || by === "host" || payload === "lost";
}

function page(summary: Summary, head: ReportHead): string {
  const title = `Decisions of ${head.origin}`;
  const [calls, events, notes] = [
    summary.kinds.of("call"),
    summary.kinds.of("event"),
    summary.kinds.of("note"),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${markup(title)}</title>
<style>${STYLE_SHEET}</style>
</head>
<body>
<main>
${[
  header(summary, head),
  warnings(summary, head),
  tiles(summary),
  rangesTable(head.ranges),
  verdictTable(summary),
  countTable(
    "Risk tiers",
    "Of calls, by the policy’s thresholds; none where the host decided and nothing was scored.",
    ["Tier"],
    tierCounts(summary.tiers),
    calls,
  ),
  countTable(
    "Actions",
    "Of calls, each by the action with the largest hazard; none where nothing was scored.",
    ["Action"],
    summary.actions.sorted.map(([name, count]) => [[name], count]),
    calls,
  ),
  countTable(
    "Reasons",
    "A call counts under each of its reasons.",
    ["Reason"],
    summary.reasons.sorted.map(([name, count]) => [[name], count]),
    calls,
  ),
  countTable(
    "On whose behalf",
    "Of calls: who owns the request, for whom the agent acts, and which agent. None where the request was not opened, or does not say.",
    ["Principal", "Actor", "Agent"],
    summary.who.sorted.map(([key, count]) => [namesOf(key), count]),
    calls,
  ),
  countTable(
    "What made verdicts less strict",
    "Inputs that lowered a verdict or kept a raising rule from matching, and who vouches for them.",
    ["Kind", "Name", "Vouched for by"],
    summary.lowered.sorted.map(([key, count]) => [namesOf(key), count]),
    calls,
  ),
  countTable(
    "Policies in force",
    "SHA-256 of the compiled policy and of the engine, of calls and events.",
    ["Policy image", "Edition", "Engine"],
    summary.policies.sorted.map(([key, count]) => [namesOf(key), count]),
    calls + events,
  ),
  countTable(
    "Events and notes",
    "Events are told by programs and people, notes are the log's own.",
    ["Event"],
    summary.events.sorted.map(([name, count]) => [[name], count]),
    events + notes,
  ),
  countTable(
    "How it was kept",
    "Of calls: how the record was kept before the answer was given, and how the decision is tied to the run.",
    ["Durability", "Binding"],
    summary.kept.sorted.map(([key, count]) => [namesOf(key), count]),
    calls,
  ),
  countTable(
    "Payloads",
    "What became of the requests behind the entries.",
    ["Payload"],
    summary.payloads.sorted.map(([name, count]) => [[`${name}: ${PAYLOAD_MEANINGS[name] ?? ""}`], count]),
    calls + events + notes,
  ),
  listTable(summary),
  controlsTable(summary.controls),
]
  .filter((part) => part !== "")
  .join("\n")}
<footer>Written by ${markup(head.program)}${head.time_ms === undefined ? "" : ` at ${markup(timeText(head.time_ms))}`} from the entries alone: the same entries give the same page. Times are UTC, as the host that decided gave them.</footer>
</main>
</body>
</html>
`;
}

/** Base64 of the digest that the page's policy names. */
const STYLE_DIGEST = btoa(String.fromCharCode(...sha256(new TextEncoder().encode(STYLE_SHEET))));

const PAYLOAD_MEANINGS: Readonly<Record<string, string>> = {
  opened: "read for this report",
  withheld: "kept sealed, not read here",
  erased: "erased by an entry of the log",
  none: "never kept",
  lost: "gone, and no entry of the log says why",
};

function header({ first, last }: Summary, { origin, answer: given, filter }: ReportHead): string {
  const answer = given ?? "none";
  const span = first === undefined ? "no entries" : `${timeText(first)} to ${timeText(last as number)}`;
  const chosen = filter === undefined ? "all entries of the ranges below" : filter;
  return `<header>
<p class="kind">permit0 evidence summary</p>
<h1>Decisions on agents’ tool calls</h1>
<dl>
<dt>Log</dt><dd><code>${markup(origin)}</code></dd>
<dt>Time</dt><dd>${markup(span)}</dd>
<dt>Chosen</dt><dd>${markup(chosen)}</dd>
<dt>Verification</dt><dd><strong class="answer ${ANSWER_CLASSES[answer]}">${answer === "none" ? "not verified" : answer}</strong> ${markup(ANSWER_MEANINGS[answer])}</dd>
</dl>
</header>`;
}

const ANSWER_CLASSES = {
  witnessed: "good",
  "self-signed": "good",
  "consistent, unanchored": "doubt",
  failed: "bad",
  none: "doubt",
} as const;

function warnings({ shadowed, byHost, payloads }: Summary, { answer }: ReportHead): string {
  const shadowCount = ALLOW_ORDER.reduce((sum, verdict) => sum + shadowed.of(verdict), 0);
  const held = shadowed.of("review") + shadowed.of("deny");
  const lost = payloads.of("lost");
  const list = [
    ...(answer === "failed" ? ["<strong>Verification failed.</strong> What follows may be false."] : []),
    ...(shadowCount === 0
      ? []
      : [
          `<strong>Shadow mode: ${callText(shadowCount)} not enforced.</strong> ${held} of them had a verdict of review or deny and ran all the same.`,
        ]),
    ...(byHost === 0
      ? []
      : [
          `<strong>${entryText(byHost)} decided by the host alone,</strong> because the engine could not be asked or its answer not be kept. Nothing was scored.`,
        ]),
    ...(lost === 0
      ? []
      : [
          `<strong>${entryText(lost)} whose payload is gone</strong> without an entry of the log that erased it.`,
        ]),
  ];
  return list.length === 0
    ? ""
    : `<ul class="warnings">${list.map((text) => `<li>${text}</li>`).join("")}</ul>`;
}

const callText = (count: number): string => (count === 1 ? "1 call was" : `${count} calls were`);
const entryText = (count: number): string => (count === 1 ? "1 entry" : `${count} entries`);

function tiles({ kinds, verdicts, shadowed }: Summary): string {
  const shadowCount = ALLOW_ORDER.reduce((sum, verdict) => sum + shadowed.of(verdict), 0);
  const list = [
    ["calls", kinds.of("call"), ""],
    ["allow", verdicts.of("allow"), "allow"],
    ["review", verdicts.of("review"), "review"],
    ["deny", verdicts.of("deny"), "deny"],
    ["in shadow", shadowCount, shadowCount === 0 ? "" : "shadow"],
    ["events", kinds.of("event"), ""],
    ["notes", kinds.of("note"), ""],
  ] as const;
  const shownTiles = list.map(
    ([name, count, style]) => `<li class="tile ${style}"><b>${count}</b><span>${name}</span></li>`,
  );
  return `<ul class="tiles">${shownTiles.join("")}</ul>`;
}

function rangesTable(ranges: readonly ReportRange[]): string {
  const lines = ranges.map(
    ({ shard, from, to, size, root }) =>
      `<tr><td><code>${markup(shard)}</code></td><td class="n">${to > from ? `${from} to ${to - 1}` : "none"}</td><td class="n">${to - from}</td><td class="n">${size}</td><td class="digest"><code>${markup(root)}</code></td></tr>`,
  );
  return section(
    "What this covers",
    "Entries of each shard, and the newest checkpoint that they were read under.",
    `<table><thead><tr><th>Shard</th><th class="n">Entries</th><th class="n">Number</th><th class="n">Tree size</th><th>Root</th></tr></thead><tbody>${lines.join("")}</tbody></table>`,
  );
}

function verdictTable({ verdicts, shadowed }: Summary): string {
  const total = ALLOW_ORDER.reduce((sum, verdict) => sum + verdicts.of(verdict), 0);
  if (total === 0) return "";
  const lines = ALLOW_ORDER.map((verdict) => {
    const count = verdicts.of(verdict);
    const shadow = shadowed.of(verdict);
    return `<tr><td>${verdictMark(verdict)}</td><td class="n">${count - shadow}</td><td class="n${shadow > 0 ? " loud" : ""}">${shadow}</td><td class="n">${count}</td>${shareCells(count, total)}</tr>`;
  });
  return section(
    "Verdicts by mode",
    "In shadow mode the call ran whatever the verdict says.",
    `<table><thead><tr><th>Verdict</th><th class="n">Enforced</th><th class="n">Shadow, not enforced</th><th class="n">Calls</th><th class="n">Share</th><th class="bar"></th></tr></thead><tbody>${lines.join("")}</tbody></table>`,
  );
}

function tierCounts(tiers: Counts): readonly (readonly [readonly string[], number])[] {
  return TIER_ORDER.filter((tier) => tiers.of(tier) > 0).map((tier) => [[tier], tiers.of(tier)]);
}

type Counted = readonly (readonly [names: readonly string[], count: number])[];

/** Names with how often they came, and their share of all that could have had them. */
function countTable(
  title: string,
  note: string,
  names: readonly string[],
  counted: Counted,
  total: number,
): string {
  if (counted.length === 0) return "";
  const lines = counted
    .slice(0, COUNTED_MAX)
    .map(
      ([cells, count]) =>
        `<tr>${cells.map(nameCell).join("")}<td class="n">${count}</td>${shareCells(count, total)}</tr>`,
    );
  // No sum of the others: where one call counts more than once it would be no number of calls.
  if (counted.length > COUNTED_MAX) {
    const rest = `${counted.length - COUNTED_MAX} more, none more frequent; the tables have all.`;
    lines.push(`<tr><td class="name" colspan="${names.length + 3}">${rest}</td></tr>`);
  }
  const heads = names.map((name) => `<th>${name}</th>`).join("");
  return section(
    title,
    note,
    `<table><thead><tr>${heads}<th class="n">Count</th><th class="n">Share</th><th class="bar"></th></tr></thead><tbody>${lines.join("")}</tbody></table>`,
  );
}

/** What is not there looks unlike every name that could be. */
function nameCell(name: string): string {
  return `<td class="name">${name === "" ? "<em>none</em>" : `<code>${markup(name)}</code>`}</td>`;
}

function shareCells(count: number, total: number): string {
  // Whole basis points: a quotient of two integers, rounded down, is the same everywhere.
  const share = percentText(Math.floor((count * 10_000) / total));
  return `<td class="n">${share} %</td><td class="bar"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${share}" height="6"/></svg></td>`;
}

function verdictMark(verdict: string): string {
  return verdict === "" ? "" : `<span class="mark ${markup(verdict)}">${markup(verdict)}</span>`;
}

function listTable({ listed, listedAll }: Summary): string {
  if (listed.length === 0) return "";
  const lines = listed.map((row) => {
    const shadow = row.mode === "shadow" ? `<span class="mark shadow">${markup(modeText(row))}</span>` : "";
    const score = row.score === null ? "" : `${percentText(row.score)} %`;
    const why = [
      // An event that was kept has the reason of a score of zero, which says nothing.
      ...(row.kind === "event" && row.verdict === "allow" ? [] : row.reasons.map(({ sentence }) => sentence)),
      ...(row.lowered_by.length === 0 ? [] : [`Lowered by ${row.lowered_by.map(loweredText).join("; ")}.`]),
      ...(row.by === "host" ? ["Decided by the host."] : []),
      ...(obligationsText(row.obligations) === ""
        ? []
        : [`Obligations: ${obligationsText(row.obligations)}.`]),
      ...(row.outcome === "" ? [] : [`Outcome: ${row.outcome}.`]),
      ...(row.payload === "lost" ? ["The payload is gone."] : []),
    ].filter((text) => text !== "");
    return `<tr><td><code>${markup(row.shard)}</code>&nbsp;${row.seq}</td><td class="time">${markup(timeText(row.time_ms))}</td><td>${verdictMark(row.verdict)} ${shadow}</td><td class="n">${score}</td><td class="name"><code>${markup(whatText(row))}</code></td><td class="name">${markup(whoText(row))}</td><td class="why">${markup(why.join(" "))}</td></tr>`;
  });
  const more =
    listedAll > listed.length ? ` The first ${listed.length} of ${listedAll}; the tables have all.` : "";
  return section(
    "Entries to look at",
    `Reviewed, denied, lowered, not scored, stopped by a person, or about the log itself.${more}`,
    `<table class="list"><thead><tr><th>Entry</th><th>When (UTC)</th><th>Verdict</th><th class="n">Score</th><th>What</th><th>Who</th><th>Why</th></tr></thead><tbody>${lines.join("")}</tbody></table>`,
  );
}

function controlsTable(counts: Counts): string {
  if (counts.size === 0) return "";
  const known = CONTROLS.filter(({ id }) => counts.of(id) > 0);
  const others = counts.sorted.filter(([id]) => !known.some((control) => control.id === id));
  const lines = [
    ...known.map(({ id, asks }) => [id, asks, counts.of(id)] as const),
    ...others.map(([id, count]) => [id, "", count] as const),
  ].map(
    ([id, asks, count]) =>
      `<tr><td class="name"><code>${markup(id)}</code></td><td>${markup(asks)}</td><td class="n">${count}</td></tr>`,
  );
  return section(
    "Evidence for",
    "Clauses that an assessor would ask such entries for. It does not say that a clause is met.",
    `<table><thead><tr><th>Clause</th><th>What it asks for</th><th class="n">Entries</th></tr></thead><tbody>${lines.join("")}</tbody></table>`,
  );
}

function section(title: string, note: string, inside: string): string {
  return `<section>
<h2>${markup(title)}</h2>
<p class="note">${markup(note)}</p>
${inside}
</section>`;
}

/** The answer at the top of the page: the word, the three answers apart, what was found, and who vouches for each shard. */

import { shown, timeText } from "../evidence/report/text.ts";
import type { Answer, Finding, VerifyReport } from "../evidence/verify.ts";
import { grouped } from "../src/explain.ts";
import { button, type Child, code, h, mark, table, terms } from "./dom.ts";
import { peaksDrawing } from "./drawing.ts";
import type { CheckpointFacts, PageReport, ProofFacts, ShardFacts, SignatureFacts } from "./messages.ts";
import {
  bytesText,
  counted,
  failuresOf,
  headlineOf,
  notReplayed,
  type Question,
  sentenceText,
} from "./words.ts";

/** Opens an entry of the table. */
export type OpenEntry = (shard: string, seq: number) => void;

export function answerView(page: PageReport, report: VerifyReport, open: OpenEntry): Node[] {
  const { tone, word, sentence, shows, leavesOpen } = headlineOf(page, report);
  const columns = [
    ["What this shows", shows],
    ["What it leaves open", leavesOpen],
  ] as const;
  return [
    h(
      "div",
      { class: `answer ${tone}` },
      h("p", { class: "kind" }, `The answer for ${page.folder === "" ? "this log" : page.folder}`),
      h("h2", { id: "word" }, word),
      h("p", { class: "sentence" }, sentence),
    ),
    ...(shows.length === 0
      ? []
      : [
          h(
            "div",
            { class: "columns" },
            ...columns.map(([title, lines]) =>
              h("section", {}, h("h3", {}, title), h("ul", {}, ...lines.map((line) => h("li", {}, line)))),
            ),
          ),
        ]),
    findingsView(report, open),
    threeView(page, report),
    countsView(report),
    bundleView(page, report, open),
  ].filter((node) => node.hasChildNodes());
}

function findingsView(report: VerifyReport, open: OpenEntry): HTMLElement {
  const { findings, unlisted } = report;
  if (findings.length === 0) return h("section");
  const failures = findings.filter(({ kind }) => kind === "failure");
  const remarks = findings.filter(({ kind }) => kind === "remark");
  return h(
    "section",
    { id: "findings" },
    ...(failures.length === 0 ? [] : [h("h3", {}, "What failed"), findingTable(failures, report, open)]),
    ...(unlisted === 0
      ? []
      : [
          h(
            "p",
            { class: "note" },
            `${counted(unlisted, "more finding is", "more findings are")} not listed.`,
          ),
        ]),
    ...(remarks.length === 0
      ? []
      : [h("h3", {}, "Worth knowing, and no failure"), findingTable(remarks, report, open)]),
  );
}

function findingTable(findings: readonly Finding[], report: VerifyReport, open: OpenEntry): HTMLElement {
  return h(
    "div",
    { class: "wide" },
    table(
      ["What", "File", "Byte#", "Entry#", "Code"],
      findings.map((finding) => [
        sentenceText(finding),
        finding.file === undefined ? (finding.shard ?? "") : code(finding.file),
        finding.at === undefined ? "" : grouped(finding.at),
        entryLink(finding, report, open),
        code(finding.code),
      ]),
      { class: "findings" },
    ),
  );
}

/** Where reading stopped there is a number, and no entry to open. */
function entryLink({ shard, seq }: Finding, { shards }: VerifyReport, open: OpenEntry): Child {
  if (seq === undefined || shard === undefined) return "";
  const entries = shards.find((found) => found.shard === shard)?.entries ?? 0;
  if (seq >= entries) return grouped(seq);
  return button(grouped(seq), () => open(shard, seq), {
    class: "link",
    "aria-label": `open entry ${seq} of ${shard}`,
  });
}

/** What a bundle says that it chose, and the fields that it shows. */
function bundleView({ bundle, shards }: PageReport, report: VerifyReport, open: OpenEntry): HTMLElement {
  if (bundle === undefined) return h("section");
  const { filter, disclosed } = bundle;
  const fields = disclosed.map(({ shard, seq, field, value }) => [
    code(shard),
    entryLink({ kind: "remark", code: "", sentence: "", shard, seq }, report, open),
    code(field),
    code(value),
  ]);
  return h(
    "section",
    { id: "bundle" },
    h("h3", {}, "In the bundle"),
    terms([
      ["Chosen", filter ?? "everything of the range"],
      ...shards.map((shard): [string, Child] => [shard.shard, rangeText(shard)]),
    ]),
    ...(fields.length === 0
      ? []
      : [
          h("h3", {}, "Fields that are shown, each proved to be of its entry"),
          h("div", { class: "wide" }, table(["Shard", "Entry#", "Field", "Value"], fields)),
        ]),
  );
}

function rangeText({ range, entries, bytes }: ShardFacts): string {
  if (range === undefined) return "";
  const { from, to, disclosed } = range;
  const all = to - from;
  return `entries ${grouped(from)} – ${grouped(to - 1)} of ${grouped(entries)} that were signed: ${grouped(disclosed)} are here in ${bytesText(bytes)}, ${grouped(all - disclosed)} left out`;
}

interface Tile {
  readonly question: Question;
  readonly title: string;
  readonly asks: string;
  readonly answer: Answer;
  readonly of: string;
  readonly more: readonly string[];
}

function threeView(page: PageReport, report: VerifyReport): HTMLElement {
  const isCut = report.structure.failed > 0;
  const rest = isCut ? ["Reading stopped at the place above; nothing behind it was looked at."] : [];
  const tiles: readonly Tile[] = [
    {
      question: "structure",
      title: "Structure",
      asks: "Is it the log that was signed: every entry in its place, every file the one it says, every signature right?",
      answer: report.structure,
      of: "entries",
      more: rest,
    },
    {
      question: "arithmetic",
      title: "Arithmetic",
      asks: "Does each record follow from its own numbers, and each history from the ones before it?",
      answer: report.arithmetic,
      of: "records",
      more: [],
    },
    {
      question: "replay",
      title: "Replay",
      asks: "Does the engine decide each request again, to the same bytes?",
      answer: report.replay,
      of: "requests",
      more: notReplayed(report, page.erased).map((line) => `Not decided again: ${line}.`),
    },
  ];
  return h("div", { class: "three" }, ...tiles.map((tile) => tileView(tile, report)));
}

function tileView({ question, title, asks, answer, of, more }: Tile, report: VerifyReport): HTMLElement {
  const failed = Math.max(answer.failed, failuresOf(report, question).length);
  const [tone, word] =
    failed > 0
      ? ["bad", `${grouped(failed)} failed`]
      : answer.checked === 0
        ? ["doubt", "not done"]
        : ["good", "holds"];
  return h(
    "section",
    { class: "tile", id: `tile-${question}` },
    h("h3", {}, title, " ", h("span", { class: `mark ${tone}` }, word)),
    h("p", { class: "count" }, grouped(answer.checked), h("span", {}, ` ${of} checked`)),
    h("p", { class: "note" }, asks),
    ...more.map((line) => h("p", { class: "note strong" }, line)),
  );
}

function countsView({ verdicts, shadow }: VerifyReport): HTMLElement {
  return h(
    "p",
    { class: "verdicts" },
    ...(["allow", "review", "deny"] as const).flatMap((verdict) => [
      h("span", { class: `mark ${verdict}` }, `${verdict} ${grouped(verdicts[verdict])}`),
      " ",
    ]),
    ...(shadow === 0
      ? []
      : [
          h(
            "span",
            { class: "mark shadow" },
            `shadow mode ${grouped(shadow)}: these calls ran whatever the verdict`,
          ),
        ]),
  );
}

export function proofsView(proofs: readonly ProofFacts[]): Node[] {
  if (proofs.length === 0) return [];
  const tones = { proved: "good", "consistent, unanchored": "doubt", failed: "bad" } as const;
  return [
    h("h2", {}, "Proofs"),
    table(
      ["File", "Answer", "What it says"],
      proofs.map(({ file, answer, sentence }) => [
        code(file),
        h("span", { class: `mark ${tones[answer]}` }, answer),
        sentence,
      ]),
    ),
  ];
}

export function shardsView(page: PageReport, report: VerifyReport): Node[] {
  return [
    h("h2", {}, page.shards.length === 1 ? "The shard" : `${page.shards.length} shards`),
    h("div", { class: "shards" }, ...page.shards.map((shard) => shardView(shard, report))),
    h("h3", {}, "Engines and policies that records name"),
    table(
      ["Kind", "SHA-256", "Known as"],
      [
        ...page.engines.map(({ digest, note }) => ["engine", code(digest), note]),
        ...page.images.map(({ digest, note }) => ["image", code(digest), note]),
      ],
      { class: "digests" },
    ),
  ];
}

function shardView(facts: ShardFacts, report: VerifyReport): HTMLElement {
  const { shard, origin, entries, root, signed, bytes, checkpoints, newest, peaks } = facts;
  const isFailed = failuresOf(report).some((finding) => finding.shard === shard);
  const word = report.shards.find((found) => found.shard === shard)?.standing.word ?? "";
  const tone = isFailed ? "bad" : word.startsWith("consistent") ? "doubt" : "good";
  return h(
    "section",
    { class: "shard" },
    h("h3", {}, shard, " ", h("span", { class: `mark ${tone}` }, isFailed ? "failed" : word)),
    terms([
      ["Origin", code(origin)],
      [
        "Entries",
        facts.range !== undefined
          ? rangeText(facts)
          : signed > entries
            ? `${grouped(entries)} could be read of ${grouped(signed)} that were signed`
            : `${grouped(entries)} in ${bytesText(bytes)}; ${grouped(signed)} of them under a signature`,
      ],
      [signed > entries ? "Root of these" : "Root", code(root)],
      [
        "Checkpoints",
        newest === undefined
          ? "none"
          : `${grouped(checkpoints)}; the newest is over ${counted(newest.size, "entry", "entries")}`,
      ],
    ]),
    ...(newest === undefined ? [] : [signersView(newest)]),
    ...(peaks.length === 0
      ? []
      : [
          h(
            "figure",
            {},
            h("div", { class: "wide" }, peaksDrawing(peaks, root)),
            h("figcaption", {}, "The tree: perfect subtrees, and the root that their hashes make."),
          ),
        ]),
  );
}

/** Who signed a checkpoint. */
export function signersView({ signatures }: CheckpointFacts): HTMLElement {
  return h(
    "div",
    { class: "wide" },
    table(
      ["Signed as", "By", "Key"],
      signatures.map((signature) => [
        code(signature.name),
        whoText(signature),
        code(signature.key ?? `unknown, id ${signature.keyId}`),
      ]),
      { class: "digests" },
    ),
  );
}

function whoText({ by, role, isRight, timeS }: SignatureFacts): Node {
  if (by === "unknown") return h("span", {}, mark("unknown"), " a key that nobody names");
  if (isRight !== true)
    return h("span", {}, h("span", { class: "mark bad" }, "wrong"), " not a signature of this text");
  const who =
    by === "trusted"
      ? h("span", { class: "mark good" }, role === "witness" ? "your witness" : "your key")
      : h("span", { class: "mark doubt" }, "the log's own word");
  return h("span", {}, who, timeS === undefined ? "" : ` saw it ${shown(timeText(timeS * 1000))}`);
}

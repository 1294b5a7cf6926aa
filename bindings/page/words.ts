/** The answer of the verifier in plain words: what it shows, what it leaves open, and what of it failed. */

import type { BundleNotReplayed } from "../evidence/bundle/index.ts";
import type { Finding, VerifyReport } from "../evidence/verify.ts";
import { grouped } from "../src/explain.ts";
import type { PageReport } from "./messages.ts";

export interface Headline {
  readonly tone: "good" | "doubt" | "bad";
  readonly word: string;
  readonly sentence: string;
  readonly shows: readonly string[];
  readonly leavesOpen: readonly string[];
}

/** Which of the three answers a finding belongs to. */
export type Question = "structure" | "arithmetic" | "replay";

const ARITHMETIC: readonly string[] = [
  "arithmetic",
  "record_malformed",
  "history",
  "approval_parent",
  "approval_other",
  "approval_twice",
];

export function questionOf({ code }: Finding): Question {
  if (ARITHMETIC.includes(code)) return "arithmetic";
  return code === "replay" || code.startsWith("payload_") ? "replay" : "structure";
}

export function failuresOf({ findings }: VerifyReport, question?: Question): readonly Finding[] {
  return findings.filter(
    (finding) => finding.kind === "failure" && (question === undefined || questionOf(finding) === question),
  );
}

/** `1 entry`, `2 000 entries`. */
export function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function headlineOf(page: PageReport, report: VerifyReport): Headline {
  const leavesOpen = [...openBySigners(report), ...openByChoice(page), ...openByReplay(page, report)];
  const form = page.bundle === undefined ? "folder" : "bundle";
  if (report.answer === "failed") return { ...failedHeadline(page, report), leavesOpen: [] };
  const shows = [
    ...new Set(report.shards.map(({ standing }) => standing.shows)),
    `The numbers of ${counted(report.arithmetic.checked, "record", "records")} give the hazard, score, tier and verdict that ${report.arithmetic.checked === 1 ? "it says" : "they say"}.`,
    ...(report.replay.checked === 0
      ? []
      : [
          `The engine decided ${counted(report.replay.checked, "request", "requests")} again, and each record came out the same to the byte.`,
        ]),
  ];
  if (report.answer === "consistent, unanchored")
    return {
      tone: "doubt",
      word: "Consistent, unanchored",
      sentence: page.hasTrust
        ? `Everything adds up, but nothing outside of this ${form} vouches for it.`
        : `Everything adds up, but without a trust file of yours nothing outside of this ${form} vouches for it. Whoever made the ${form} could have made another.`,
      shows,
      leavesOpen,
    };
  const isWitnessed = report.answer === "witnessed";
  return {
    tone: "good",
    word: isWitnessed ? "Witnessed" : "Self-signed",
    sentence: isWitnessed
      ? "Everything adds up, a key that you trust signed it, and witnesses that you trust saw the same log."
      : "Everything adds up, and a key that you trust signed it. No witness says that others saw the same log.",
    shows,
    leavesOpen,
  };
}

function failedHeadline({ bundle }: PageReport, report: VerifyReport): Omit<Headline, "leavesOpen"> {
  const failures = failuresOf(report);
  const all = failures.length + report.unlisted;
  return {
    tone: "bad",
    word: "Failed",
    sentence: `This ${bundle === undefined ? "log" : "bundle"} does not prove what it says: ${counted(all, "finding", "findings")}, listed below with ${all === 1 ? "its place" : "their places"}. Do not rely on it.`,
    shows: [],
  };
}

function openBySigners({ shards }: VerifyReport): readonly string[] {
  return [...new Set(shards.map(({ standing }) => standing.leavesOpen))];
}

/** What whoever made a bundle left out of it. */
function openByChoice({ bundle, shards }: PageReport): readonly string[] {
  if (bundle === undefined) return [];
  const ranges = shards.flatMap(({ range }) => (range === undefined ? [] : [range]));
  const all = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const withheld = all - ranges.reduce((sum, { disclosed }) => sum + disclosed, 0);
  return withheld === 0
    ? []
    : [
        `${grouped(withheld)} of ${counted(all, "entry", "entries")} of the range are left out: their places are proved, what they say is not shown. That they do not fit what was chosen is the word of whoever made the bundle.`,
      ];
}

function openByReplay({ erased }: PageReport, report: VerifyReport): readonly string[] {
  const { checked } = report.replay;
  const reasons = notReplayed(report, erased);
  if (reasons.length === 0) return [];
  const all = report.arithmetic.checked;
  const what = `${grouped(all - checked)} of ${counted(all, "decision", "decisions")}`;
  return [
    `${what} could not be made again (${reasons.join(", ")}): that the engine really answers so is not shown for them, only that their numbers add up.`,
  ];
}

/** Why decisions were not made again, each with its count. */
export function notReplayed({ replay }: VerifyReport, erased: number): string[] {
  const { host, unkept, withheld, redacted, erased: gone, history, salt } = replay.not;
  const { engine = 0 }: Partial<BundleNotReplayed> = replay.not;
  // A page without the key of a subject cannot tell one that is gone from one that it was not given; the log can.
  const counts: readonly (readonly [number, string])[] = [
    [unkept, "whose request was not kept"],
    [withheld - erased, "whose request is withheld"],
    [gone + erased, "whose request was erased"],
    [redacted, "whose request is redacted"],
    [history, "whose histories are not all known"],
    [salt, "whose key salt is not here"],
    [engine, "of an engine that nobody vouches for"],
    [host, "answered by the host"],
  ];
  return counts.filter(([count]) => count > 0).map(([count, which]) => `${grouped(count)} ${which}`);
}

/** What a finding says, without the place that stands beside it. */
export function sentenceText({ sentence, file, at, seq }: Finding): string {
  const lead = `${file}, byte ${at}, entry ${seq}: `;
  const rest = sentence.startsWith(lead) ? sentence.slice(lead.length) : sentence;
  // A sentence that begins with the name of a file leaves it as it is.
  if (/^\S+\//.test(rest)) return rest;
  return `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`;
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${grouped(value)} bytes` : `${value.toFixed(1)} ${units[unit]}`;
}

/** A factor with four decimals: exact, or with `≈`. */
export function factorText(numerator: number, denominator: number): string {
  if (denominator === 0) return "?";
  const scaled = Math.floor((numerator * 10_000) / denominator);
  const isExact = scaled * denominator === numerator * 10_000;
  return `${isExact ? "" : "≈ "}${Math.floor(scaled / 10_000)}.${String(scaled % 10_000).padStart(4, "0")}`;
}

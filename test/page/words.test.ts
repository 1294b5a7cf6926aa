/** The answer in words: each part of it follows from the report. */

import { describe, expect, test } from "vitest";
import type { Finding, VerifyReport } from "../../bindings/evidence/verify.ts";
import type { PageReport } from "../../bindings/page/messages.ts";
import {
  bytesText,
  factorText,
  failuresOf,
  headlineOf,
  notReplayed,
  questionOf,
  sentenceText,
} from "../../bindings/page/words.ts";

const STANDING = { word: "self-signed", isAnchored: true, shows: "signed", leavesOpen: "unseen" } as const;

function report(change: Partial<VerifyReport> = {}): VerifyReport {
  return {
    answer: "self-signed",
    structure: { checked: 5, failed: 0, ms: 0 },
    arithmetic: { checked: 4, failed: 0, ms: 0 },
    replay: {
      checked: 4,
      failed: 0,
      ms: 0,
      not: { host: 0, unkept: 0, withheld: 0, redacted: 0, erased: 0, history: 0, salt: 0 },
    },
    approvals: { checked: 0, failed: 0, outside: 0, signatures: { checked: 0, failed: 0, unlooked: 0 } },
    verdicts: { allow: 4, review: 0, deny: 0 },
    shadow: 0,
    shards: [{ shard: "main", origin: "l/main", entries: 5, root: "", signed: 5, standing: STANDING }],
    engines: [],
    images: [],
    findings: [],
    unlisted: 0,
    ...change,
  };
}

const page = (change: Partial<PageReport> = {}): PageReport =>
  ({ hasTrust: true, erased: 0, ...change }) as PageReport;
const finding = (code: string): Finding => ({ kind: "failure", code, sentence: "s" });

describe("the headline", () => {
  test("of a good log has no gap in its replay", () => {
    const { tone, word, shows, leavesOpen } = headlineOf(page(), report());
    expect([tone, word]).toEqual(["good", "Self-signed"]);
    expect(shows.join(" ")).toContain("decided 4 requests again");
    expect(leavesOpen).toEqual(["unseen"]);
  });

  test("names what was not decided again", () => {
    const replay = {
      ...report().replay,
      checked: 1,
      not: { host: 0, unkept: 1, withheld: 2, redacted: 0, erased: 0, history: 0, salt: 0 },
    };
    const { leavesOpen } = headlineOf(page({ erased: 1 }), report({ replay }));
    expect(leavesOpen[1]).toMatch(
      /^3 of 4 decisions .* 1 whose request is withheld, 1 whose request was erased/,
    );
  });

  test("without trust says so", () => {
    const { tone, sentence } = headlineOf(
      page({ hasTrust: false }),
      report({ answer: "consistent, unanchored" }),
    );
    expect(tone).toBe("doubt");
    expect(sentence).toContain("without a trust file");
  });

  test("of a failure shows nothing that holds, and counts what is not listed", () => {
    const { tone, sentence, shows } = headlineOf(
      page(),
      report({ answer: "failed", findings: [finding("replay")], unlisted: 2 }),
    );
    expect([tone, shows]).toEqual(["bad", []]);
    expect(sentence).toContain("3 findings");
  });
});

test("findings belong to one of the three answers", () => {
  expect(
    ["frame_checksum", "arithmetic", "history", "replay", "payload_lost"].map((code) =>
      questionOf(finding(code)),
    ),
  ).toEqual(["structure", "arithmetic", "arithmetic", "replay", "replay"]);
  const findings = [finding("root_other"), { ...finding("clock_back"), kind: "remark" as const }];
  expect(failuresOf(report({ findings }), "structure").length).toBe(1);
});

test("nothing is missing where everything was decided again", () => {
  expect(notReplayed(report(), 0)).toEqual([]);
});

test("a finding does not say its place twice", () => {
  const place = { file: "main/a.seg", at: 9, seq: 2 };
  const sentence = "main/a.seg, byte 9, entry 2: the bytes differ";
  expect(sentenceText({ kind: "failure", code: "c", ...place, sentence })).toBe("The bytes differ");
});

test("numbers for people", () => {
  expect(factorText(1310, 1000)).toBe("1.3100");
  expect(factorText(4000, 3000)).toBe("≈ 1.3333");
  expect([bytesText(999), bytesText(1_800_000)]).toEqual(["999 bytes", "1.8 MB"]);
});

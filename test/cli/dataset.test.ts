/** Real calls of public benchmarks through the command line: every line answered, none with a fault. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { run } from "./command.ts";

const CALLS = join(ROOT, "../shared/data/calls-dev.jsonl.gz");
const there = existsSync(CALLS);
if (!there) console.log("skipped: the data set calls-dev.jsonl.gz is not beside this checkout");

test.skipIf(!there)("19 727 calls are answered in order", { timeout: 180_000 }, () => {
  const input = gunzipSync(readFileSync(CALLS));
  const { status, stdout, stderr } = run(["check", "--jsonl"], { input });
  expect(status).toBe(0);
  const answers = stdout.trimEnd().split("\n");
  expect(answers.length).toBe(19_727);
  answers.forEach((text, at) => {
    const answer = JSON.parse(text) as { line: number; verdict?: string; by?: string; error?: unknown };
    if (
      answer.line !== at + 1 ||
      answer.by !== "engine" ||
      !/^(allow|review|deny)$/.test(answer.verdict ?? "")
    ) {
      throw new Error(`line ${at + 1}: wanted a decision of the engine, came ${text.slice(0, 300)}`);
    }
  });
  expect(stderr).toContain("0 not decided");
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REVIEW_ADVICE, ReviewError } from "../../bindings/review/errors.ts";
import { ROOT } from "../../tools/files.ts";

test("every code is explained in docs/approvals.md, and none besides", () => {
  const page = readFileSync(join(ROOT, "docs/approvals.md"), "utf8");
  const table = page.slice(page.indexOf("## Errors"));
  const rows = table.split("\n").flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1]?.match(/[a-z_]+/g) ?? []);
  expect(rows.sort()).toEqual(Object.keys(REVIEW_ADVICE).sort());
});

test("an error says where, what was wanted, what came and what to do, as text and as data", () => {
  const error = new ReviewError("approval_twice", { path: "h", wanted: "another person", came: "ann again" });
  expect(error.message).toBe(
    "approval_twice: h: wanted another person, came ann again. Let another person approve: a quorum counts persons, not keys.",
  );
  expect(error.toJSON()).toEqual({
    code: "approval_twice",
    message: error.message,
    path: "h",
    wanted: "another person",
    came: "ann again",
    advice: error.advice,
  });
});

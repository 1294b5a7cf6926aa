/** The parser of the shell: every row of test/vectors/lang/shell.jsonl, what bash does with the same quoting, and hostile texts. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { Seeded } from "./base-harness.ts";
import { type Call, openShell, type Part, type Taken } from "./shell-harness.ts";

const take = await openShell();

interface Row {
  readonly id: string;
  readonly text: string;
  readonly dialect?: string;
  readonly depth?: number;
  readonly events: readonly object[];
  readonly opaque: boolean;
}

const rows: Row[] = readFileSync(join(ROOT, "test/vectors/lang/shell.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

function eventOf(event: Call | Part): object {
  if ("facts" in event) {
    const { action, facts, group, expands } = event;
    return { part: action, ...facts, group, ...(expands && { expands }) };
  }
  const { words, bits, group, input, text, directory, expands } = event;
  return {
    run: words,
    ...(bits.some((known) => known !== "") && { bits }),
    group,
    ...(input !== "none" && { input }),
    ...(text !== undefined && { text }),
    ...(directory !== undefined && { directory }),
    ...(expands && { expands }),
  };
}

describe("the vectors", () => {
  test("are many, each with an id of its own", () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test.each(rows)("$id", ({ text, dialect, depth, events, opaque }) => {
    const taken = take(text, dialect, depth);
    expect({ events: taken.events.map(eventOf), opaque: taken.opaque }).toEqual({ events, opaque });
  });
});

describe("hostile texts", () => {
  const whole: [string, string][] = [
    ["quotes", "'\"".repeat(30_000)],
    ["parentheses", "(".repeat(60_000)],
    ["substitutions", "$(".repeat(30_000)],
    ["equals signs", `${"a".repeat(30_000)}-${"=".repeat(30_000)}`],
    ["brackets", `${"a".repeat(30_000)}-${"[".repeat(30_000)}`],
    ["pipes", "a|".repeat(30_000)],
    ["words", "a ".repeat(30_000)],
    ["commands", "a\n".repeat(30_000)],
    ["documents", "a <<E\nE\n".repeat(8_000)],
    ["documents on one line", "a <<E ".repeat(10_000)],
    ["a value put in again and again", `x=${"y".repeat(1000)}\n${'a "$x$x$x$x$x$x$x"\n'.repeat(2_000)}`],
    ["variables", Array.from({ length: 6_000 }, (_, n) => `v${n}=$(a)`).join("\n")],
    ["files", Array.from({ length: 6_000 }, (_, n) => `a /f${n}`).join("\n")],
    ["backslashes", "\\".repeat(60_000)],
    ["dollars", "$".repeat(60_000)],
  ];

  test.each(whole)("%s are read in time", (_what, text) => {
    expect(take(text.slice(0, 65_536)).ms).toBeLessThan(250);
  });

  test("nothing that can be typed traps", () => {
    const seeded = new Seeded(7);
    const pieces =
      "a b ' \" \\ $ ` ( ) { } [ ] < > & | ; # ! = ~ * ? \n if then fi for in do done case esac <<E \nE\n $( ${ $(( )) [[ ]] x= $x $'".split(
        " ",
      );
    for (let round = 0; round < 20_000; round++) {
      let text = "";
      for (let left = seeded.below(24); left >= 0; left--)
        text += seeded.pick(pieces) + (seeded.below(3) === 0 ? " " : "");
      expect(() => take(text), JSON.stringify(text)).not.toThrow();
    }
  });

  test("no beginning of a text traps", () => {
    for (const { text, dialect } of rows) {
      for (let end = 0; end < text.length; end++) take(text.slice(0, end), dialect);
    }
  });
});

const bash = spawnSync("sh", ["-c", "command -v bash"]).stdout?.toString().trim();

describe.skipIf(!bash)("bash", () => {
  const pieces = [
    "a",
    "b",
    " ",
    "'",
    '"',
    "\\",
    "$",
    "{",
    "}",
    ",",
    ".",
    "..",
    "[",
    "]",
    "#",
    "=",
    "!",
    "x",
    "-",
    "/",
    "$'",
    "\\n",
    "\\x41",
    "é",
  ];

  /** What bash hands to a command, for texts in which nothing but `printf` runs. */
  function wordsOfBash(texts: readonly string[]): (string[] | null)[] {
    const folder = mkdtempSync(join(tmpdir(), "permit0-shell-"));
    try {
      return texts.map((text) => {
        const { stdout, status } = spawnSync(bash, ["--norc", "-c", `printf '%s\\0' ${text}`], {
          cwd: folder,
          env: { PATH: "/nonexistent" },
        });
        return status === 0 ? stdout.toString("utf8").split("\0").slice(0, -1) : null;
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test("splits words in the same places", () => {
    const seeded = new Seeded(11);
    const texts = Array.from({ length: 400 }, () => {
      let text = "w";
      for (let left = seeded.below(10); left >= 0; left--) text += seeded.pick(pieces);
      return text;
    });
    const said = wordsOfBash(texts);
    let compared = 0;
    for (const [at, text] of texts.entries()) {
      const taken: Taken = take(`z ${text}`, "bash");
      const words = said[at];
      const [call] = taken.calls;
      if (taken.opaque || !words || !call || call.bits.some((bits) => /[EG]/.test(bits))) continue;
      compared++;
      expect(call.words.slice(1), JSON.stringify(text)).toEqual(words);
    }
    expect(compared).toBeGreaterThan(100);
  });
});

const source = join(ROOT, "../shared/data/calls-dev.jsonl.gz");

describe.skipIf(!existsSync(source))("commands that people write", () => {
  const lines = existsSync(source)
    ? gunzipSync(readFileSync(source)).toString("utf8").trimEnd().split("\n")
    : [];
  const calls = lines.map((line) => JSON.parse(line));

  test.each([
    ["nl2bash", 0.05],
    ["tldr", 0.03],
  ])("%s: few are opaque", (name, most) => {
    const benign = calls.filter((call) => call.source === name && call.label === "benign");
    const opaque = benign.filter((call) => take(call.args.command).opaque);
    expect(opaque.length / benign.length).toBeLessThan(most);
  });
});

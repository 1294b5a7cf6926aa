/** Every code has advice and a place in docs/errors.md; messages say where, what was wanted, what came, what to do. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GATEWAY_ADVICE } from "../../bindings/gateway/errors.ts";
import { HOST_SENTENCES } from "../../bindings/src/decision.ts";
import { ADVICE, EngineError, nearest, shown } from "../../bindings/src/errors.ts";
import { STATUS_TEXTS } from "../../bindings/src/gen/codes.ts";
import { TOKEN_ADVICE } from "../../bindings/token/errors.ts";
import { ROOT } from "../../tools/files.ts";

describe("codes", () => {
  test("every status of the engine has advice", () => {
    const statuses = Object.values(STATUS_TEXTS).map(([code]) => code);
    expect(statuses.length).toBeGreaterThan(30);
    expect(statuses.filter((code) => code !== "ok" && !(code in ADVICE))).toEqual([]);
  });

  test("docs/errors.md explains every code once, and no other", () => {
    const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
    const listed = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] as string);
    // A code of two rooms stands in the table of each.
    const rooms = [{ ...ADVICE, ...HOST_SENTENCES }, TOKEN_ADVICE, GATEWAY_ADVICE];
    expect(listed.sort()).toEqual(rooms.flatMap((codes) => Object.keys(codes)).sort());
  });

  test("advice is a sentence", () => {
    for (const [code, advice] of Object.entries(ADVICE)) expect(advice, code).toMatch(/^[A-Z].+[.)]$/);
  });
});

describe("a message", () => {
  test("says where, what was wanted, what came and what to do", () => {
    const error = new EngineError("value_type", { path: "args.x", wanted: "text", came: "7", offset: 3 });
    expect(error.message).toBe("value_type: args.x: wanted text, came 7. Send the wanted type.");
    expect(error.name).toBe("EngineError");
    expect(error.toJSON()).toEqual({
      code: "value_type",
      message: error.message,
      path: "args.x",
      wanted: "text",
      came: "7",
      offset: 3,
      advice: "Send the wanted type.",
    });
  });

  test("leaves out what is not known, and takes better advice", () => {
    expect(new EngineError("image_missing").message).toBe("image_missing. Load an image first.");
    expect(new EngineError("key_unknown", { came: "x", advice: "Did you mean y?" }).message).toBe(
      "key_unknown: came x. Did you mean y?",
    );
    const cause = new Error("inner");
    expect(new EngineError("engine_fault", { cause }).cause).toBe(cause);
  });
});

test("values are shown short and on one line", () => {
  const rows: readonly (readonly [unknown, string])[] = [
    [undefined, "undefined"],
    [null, "null"],
    [7, "7"],
    [7n, "7n"],
    [true, "true"],
    ["a\nb", 'the text "a\\nb"'],
    ["x".repeat(100), `the text "${"x".repeat(60)}…"`],
    [[1, 2], "an array of 2"],
    [new Uint8Array(3), "3 bytes"],
    [{ secret: 1 }, "an object"],
    [() => 1, "a function"],
  ];
  for (const [value, text] of rows) expect(shown(value)).toBe(text);
});

test("the nearest name is a slip away, or there is none", () => {
  const names = ["payments.refund", "payments.charge", "email.send", "to", "tool", "session"];
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["payments.refnd", "payments.refund"],
    ["payments.refudn", "payments.refund"],
    ["Payments.Refund", "payments.refund"],
    ["sesion", "session"],
    ["toool", "tool"],
    ["xyz", undefined],
    ["", undefined],
    ["payments", undefined],
    ["x".repeat(1_000), undefined],
  ];
  for (const [word, name] of rows) expect(nearest(word, names), word).toBe(name);
});

/** A payload and its record name each other. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitmentsOf } from "../../bindings/evidence/commitments.ts";
import { redact, redactionOf } from "../../bindings/evidence/payload.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import { ROOT } from "../../tools/files.ts";

interface Row {
  readonly why: string;
  readonly request_hex: string;
  readonly record_hex?: string;
}

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const rows = (JSON.parse(readFileSync(join(ROOT, "test/vectors/record/calls.json"), "utf8")) as Row[]).filter(
  ({ record_hex }) => record_hex !== undefined,
);

test.each(rows.map((row) => [row.why, row] as const))("%s", (_, { request_hex, record_hex = "" }) => {
  const { args, request } = decode(fromHex(record_hex)) as { args: Uint8Array; request: Uint8Array };
  expect(commitmentsOf(fromHex(request_hex))).toEqual({ args, request });
  const redacted = redact(fromHex(request_hex), redactionOf(["*"]));
  // A call without fields has nothing to redact.
  if (redacted.leaves !== undefined) expect(commitmentsOf(redacted.request).args).not.toEqual(args);
});

test("there are calls by tool and by action among them", () => {
  const keys = rows.flatMap(({ request_hex }) => Object.keys(decode(fromHex(request_hex)) as object));
  for (const key of ["args", "fields", "tool", "action"]) expect(keys).toContain(key);
});

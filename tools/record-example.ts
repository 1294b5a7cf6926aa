/**
 * Writes the worked example at the end of docs/format/record.md: one request and the record it gives, byte by byte.
 * The policy is the small one of the tests and the engine digest is made up, so that the page changes only when a
 * format does.
 *
 *   npx tsx tools/record-example.ts           writes the example
 *   npx tsx tools/record-example.ts --check   exit 1 when the page is out of date
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileModuleSync } from "../bindings/src/abi.ts";
import { type CmpValue, decode } from "../bindings/src/codec/decode.ts";
import { encode } from "../bindings/src/codec/encode.ts";
import { compile } from "../bindings/src/compile/index.ts";
import { createEngine, type Request } from "../bindings/src/engine.ts";
import { hex } from "../bindings/src/sha256.ts";
import { leastSources } from "../test/unit/small-policy.ts";
import { ROOT } from "./files.ts";

export const EXAMPLE_PAGE = "docs/format/record.md";
const HEADING = "## Worked example\n";

const REQUEST: Request = {
  action: "payments.refund",
  fields: { amount: 85_000, currency: "USD" },
  context: { actor: "ann", asserted_by: { actor: "sso" }, time_ms: 1_767_225_600_000 },
};

/** The section of the page, as it should be. */
export function exampleSection(wasm: Uint8Array): string {
  const { image, digest } = compile(leastSources());
  const engine = createEngine(compileModuleSync(wasm), image, "11".repeat(32));
  const request = engine.encode(REQUEST);
  const decision = engine.decideBytes(request);
  return [
    HEADING,
    "Written by `tools/record-example.ts`, with the image that `test/unit/small-policy.ts` compiles to (taxonomy and base policy alone,",
    `SHA-256 \`${digest}\`) and an engine digest of 32 bytes \`11\`. A refund of $850.00, for`,
    "somebody whom the single sign-on vouches for. The left column is all of the bytes.",
    "",
    `Request, ${request.length} bytes:`,
    "",
    "```",
    ...annotated(request),
    "```",
    "",
    `Record, ${decision.record.length} bytes, digest \`${decision.digests.record}\`:`,
    "",
    "```",
    ...annotated(decision.record),
    "```",
    "",
  ].join("\n");
}

const BYTES_COLUMNS = 84;

/** Bytes on the left, what they are on the right. */
function annotated(bytes: Uint8Array): string[] {
  const lines = describe(decode(bytes), "", 0);
  return lines.flatMap(({ bytes: piece, text }) => {
    const digits = hex(piece);
    const rows = digits.match(new RegExp(`.{1,${BYTES_COLUMNS}}`, "g")) ?? [];
    return rows.map((row, at) => (at === 0 ? `${row.padEnd(BYTES_COLUMNS)}  ${text}` : row));
  });
}

interface Line {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** A value as lines: a container by its header and its members, a scalar with the key before it. */
function describe(value: CmpValue, label: string, depth: number, keyBytes = new Uint8Array(0)): Line[] {
  const whole = encode(value);
  const lead = `${"  ".repeat(depth)}${label === "" ? "" : `${label}: `}`;
  const isMap = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  if (!isMap || isFlat(value)) {
    return [{ bytes: Buffer.concat([keyBytes, whole]), text: `${lead}${shownValue(value)}` }];
  }
  const members = Array.isArray(value)
    ? (value as readonly CmpValue[]).flatMap((item, at) => describe(item, `[${at}]`, depth + 1))
    : Object.entries(value as Record<string, CmpValue>).flatMap(([key, member]) =>
        describe(member, key, depth + 1, encode(key) as Uint8Array<ArrayBuffer>),
      );
  const memberBytes = members.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  const header = whole.subarray(0, whole.length - memberBytes);
  const what = Array.isArray(value) ? `array of ${count}` : `map of ${count}`;
  return [{ bytes: Buffer.concat([keyBytes, header]), text: `${lead}${what}` }, ...members];
}

/** Short lists of numbers or texts read best on one line. */
function isFlat(value: CmpValue): boolean {
  if (!Array.isArray(value)) return Object.keys(value as object).length === 0;
  return value.every((item) => typeof item !== "object");
}

function shownValue(value: CmpValue): string {
  if (value instanceof Uint8Array)
    return value.every((byte) => byte === value[0]) ? `${value.length} bytes` : "32 bytes";
  return JSON.stringify(value);
}

function main(args: readonly string[]): void {
  const path = join(ROOT, EXAMPLE_PAGE);
  const page = readFileSync(path, "utf8");
  const wanted =
    page.slice(0, page.indexOf(HEADING)) + exampleSection(readFileSync(join(ROOT, "build/core.wasm")));
  if (page === wanted) return;
  if (args.includes("--check")) {
    console.error(`${EXAMPLE_PAGE} is out of date: run npx tsx tools/record-example.ts`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(path, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));

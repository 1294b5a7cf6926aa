/**
 * Writes the golden vectors of test/vectors, from the second model and never from the engine.
 *
 *   tsx tools/vectors.ts             writes them
 *   tsx tools/vectors.ts --check     compares them with what it would write; exit 1 where they differ
 *   tsx tools/vectors.ts --images    also compiles record/images/*.yaml anew into record/images/small.image.b64
 *
 * A changed vector means that a decision can change: it belongs into CHANGELOG.md with a star.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { hexOf, ofHex, readable, utf8 } from "../test/model/bytes.ts";
import {
  classifyAddress,
  classifyHost,
  classifyPath,
  type Host,
  isUnder,
  matchesName,
  parseAddress,
  parseHostField,
  parsePath,
  parseUrl,
  pathText,
} from "../test/model/canonical.ts";
import { readCmp } from "../test/model/cmp.ts";
import { decideVerdict } from "../test/model/decide.ts";
import { isOurs, placeOf } from "../test/model/extract.ts";
import type { Image } from "../test/model/image.ts";
import { writeImage } from "../test/model/image-writer.ts";
import { canonicalToolName, splitMcp } from "../test/model/match.ts";
import { decideModel, loadImageModel } from "../test/model/model.ts";
import { isAmount, toMinor } from "../test/model/money.ts";
import { recordDigest } from "../test/model/record.ts";
import { encode, encodeRequest, type Plain, toNode } from "../test/model/request-writer.ts";
import { hazard, score, tier } from "../test/model/risk.ts";
import { sampleImage } from "../test/model/sample.ts";
import { toPlain } from "../test/model/show.ts";
import * as cases from "../test/model/vector-cases.ts";
import { amplifierNames, flagNames, position, Refusal, statusCode, wire } from "../test/model/wire.ts";
import { ROOT } from "./files.ts";

const FOLDER = "test/vectors";
const IMAGES = `${FOLDER}/record/images`;
type Row = Record<string, unknown>;

const hex = (text: string): string => hexOf(new TextEncoder().encode(text));
const words = (read: string): Row => ({ reads_as: read });

function read(name: string): string {
  return readFileSync(join(ROOT, name), "utf8");
}

export function imageOf(name: "sample" | "small"): { bytes: Uint8Array; image: Image } {
  const bytes =
    name === "sample"
      ? writeImage(sampleImage)
      : new Uint8Array(Buffer.from(read(`${IMAGES}/small.image.b64`), "base64"));
  const image = loadImageModel(bytes);
  if (image instanceof Refusal) throw new Error(`${name}: ${image.message}`);
  return { bytes, image };
}

const sample = imageOf("sample");
const ours = (name: string): boolean => isOurs(sample.image, name);

function normaliseFiles(): Record<string, Row[]> {
  const host = (read: Host): Row => ({
    kind: read.kind,
    canonical: readable(read.text),
    canonical_hex: hexOf(new Uint8Array(Buffer.from(read.text, "latin1"))),
    class: classifyHost(read, ours),
    idn: read.idn,
  });
  return {
    "tool-names": cases.toolNames.map(([why, name]) => {
      const canonical = canonicalToolName(utf8(name));
      return {
        why,
        name,
        name_hex: hex(name),
        canonical: readable(canonical),
        canonical_hex: hex(readable(canonical)),
      };
    }),
    "mcp-names": cases.mcpNames.map(([why, name]) => {
      const split = splitMcp(name);
      return { why, name, server: split?.server ?? null, tool: split?.name ?? name };
    }),
    paths: cases.paths.map(([why, path, given]) => {
      const facts = given === undefined ? {} : { host: given, asserted_by: { host: "runner" } };
      const place = placeOf({
        timeMs: 0n,
        texts: new Map(),
        assertedBy: new Map(given === undefined ? [] : [["host", "runner"]]),
        ...(given === undefined
          ? {}
          : {
              host: {
                ...(given.cwd === undefined ? {} : { cwd: given.cwd }),
                realpaths: new Map(Object.entries(given.realpaths ?? {})),
              },
            }),
      });
      const read = parsePath(utf8(path), place);
      const found =
        typeof read === "string"
          ? words(read)
          : { canonical: pathText(read), scope: classifyPath(read, place) };
      return { why, path, path_hex: hex(path), ...facts, ...found };
    }),
    "path-patterns": cases.underPatterns.map(([why, path, pattern]) => {
      const read = parsePath(utf8(path));
      return { why, path, pattern, under: typeof read !== "string" && isUnder(read, pattern) };
    }),
    "name-patterns": cases.namePatterns.map(([why, name, pattern]) => ({
      why,
      name,
      pattern,
      matches: matchesName(name, pattern),
    })),
    addresses: cases.addresses.map(([why, address]) => {
      const read = parseAddress(utf8(address));
      const found =
        typeof read === "string"
          ? words(read)
          : {
              canonical: read.map(readable),
              class: read.map((piece) => classifyAddress(piece, "alice@acme.example", ours)),
            };
      return { why, address, address_hex: hex(address), actor: "alice@acme.example", ...found };
    }),
    hosts: cases.hosts.map(([why, text]) => {
      const found = parseHostField(utf8(text));
      return {
        why,
        host: text,
        host_hex: hex(text),
        ...(typeof found === "string" ? words(found) : host(found)),
      };
    }),
    urls: cases.urls.map(([why, url]) => {
      const found = parseUrl(utf8(url));
      const parts: Row =
        typeof found === "string"
          ? words(found)
          : {
              canonical: readable(found.text),
              canonical_hex: hexOf(new Uint8Array(Buffer.from(found.text, "latin1"))),
              scheme: found.scheme,
              userinfo: found.userinfo,
              host: found.host === null ? null : host(found.host),
            };
      return { why, url, url_hex: hex(url), ...parts };
    }),
    amounts: cases.amounts.map(([why, value, unit, currency]) => {
      const node = toNode(value);
      const exponents: Record<string, number> = { USD: 2, JPY: 0, KWD: 3 };
      const found = isAmount(node) ? toMinor(node, unit, exponents[currency] as number) : null;
      const minor: Row =
        found === null
          ? words("malformed")
          : found.kind === "spoiled"
            ? { mark: found.mark }
            : { minor: Number(found.minor) };
      return { why, value, value_hex: hexOf(encode(value)), unit, currency, ...minor };
    }),
  };
}

function riskFiles(): Record<string, Row[]> {
  const { image } = sample;
  const numbers = (names: string[]): number[] => names.map((name) => position(flagNames, name));
  return {
    hazards: cases.hazards.map(([why, primary, secondary, given]) => {
      const levels = amplifierNames.map((name, d) => (given === "max" ? image.maxima[d] : given[name]) ?? 0);
      const h = hazard(numbers(primary), numbers(secondary), levels, image);
      return {
        why,
        primary,
        secondary,
        levels,
        hazard: Number(h),
        score: score(h),
        tier: tierName(h, image),
      };
    }),
    scores: cases.scores.map(([why, value]) => {
      const h = BigInt(value);
      return { why, hazard: value, score: score(h), tier: tierName(h, image) };
    }),
    numbers: [
      {
        why: "the numbers that the rows of this folder are worked out with",
        hazards: image.hazards.map(Number),
        gains: image.gains,
        maxima: image.maxima,
        thresholds: image.thresholds.map(Number),
      },
    ],
  };
}

function tierName(h: bigint, image: Image): string {
  return wire.tiers[tier(h, image.thresholds)] as string;
}

function decideFiles(): Record<string, Row[]> {
  const verdict = (word: string): number => position(wire.verdicts, word);
  return {
    table: cases.table.map(([why, routed, relaxed, rows, gated]) => ({
      why,
      routed,
      relaxed,
      rows,
      gated,
      verdict: wire.verdicts[decideVerdict(verdict(routed), relaxed.map(verdict), rows.map(verdict), gated)],
    })),
  };
}

function answer(image: Uint8Array, request: Uint8Array): Row {
  const given = decideModel(image, request);
  if (!("record" in given)) return { status: statusCode(given.status), offset: given.offset };
  return {
    status: "ok",
    ...given.result,
    verdict: wire.verdicts[given.result.verdict],
    tier: wire.tiers[given.result.tier],
    record_sha256: hexOf(recordDigest(given.record)),
    record: toPlain(readCmp(given.record)),
    record_hex: hexOf(given.record),
  };
}

function requestFiles(): Record<string, Row[]> {
  const ordinary = (): Record<string, Plain> => ({
    v: 1,
    mode: "enforce",
    binding: "advisory",
    durability: "none",
    salt: new Uint8Array(32),
    engine: new Uint8Array(32),
    image: sample.image.digest,
    context: { asserted_by: {}, time_ms: 0 },
    tool: "read_file",
    args: { path: "a" },
  });
  return {
    bytes: cases.badBytes.map(([why, given]) => ({ why, hex: given, ...answer(sample.bytes, ofHex(given)) })),
    envelope: cases.refusals.map(([why, change]) => {
      const request = ordinary();
      change(request);
      const bytes = encode(request);
      return { why, request: toPlain(readCmp(bytes)), hex: hexOf(bytes), ...answer(sample.bytes, bytes) };
    }),
  };
}

function recordFiles(): Record<string, Row[]> {
  return {
    calls: cases.calls.map(([why, name, call]) => {
      const { bytes, image } = imageOf(name);
      const request = encodeRequest(call, image.digest);
      return {
        why,
        image: name,
        request: toPlain(readCmp(request)),
        request_hex: hexOf(request),
        ...answer(bytes, request),
      };
    }),
  };
}

/** Every file that this tool writes, with its text. One row a line, so that a changed row is a changed line. */
export function vectorFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const put = (layer: string, named: Record<string, Row[]>): void => {
    for (const [name, rows] of Object.entries(named)) {
      const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
      files.set(`${FOLDER}/${layer}/${name}.json`, `[\n${lines.join(",\n")}\n]\n`);
    }
  };
  put("request", requestFiles());
  put("normalise", normaliseFiles());
  put("risk", riskFiles());
  put("decide", decideFiles());
  put("record", recordFiles());
  files.set(`${IMAGES}/sample.image.b64`, base64Lines(sample.bytes));
  return files;
}

function base64Lines(bytes: Uint8Array): string {
  return `${Buffer.from(bytes)
    .toString("base64")
    .replace(/.{100}/g, "$&\n")
    .trimEnd()}\n`;
}

/** Compiles the small policy beside the vectors with the real compiler. */
async function compileSmall(): Promise<void> {
  const { compile } = await import("../bindings/src/compile/index.ts");
  const source = (name: string, path = name): { name: string; text: string; vouched: true } => ({
    name,
    text: read(path),
    vouched: true,
  });
  const { image } = compile([
    source("taxonomy/edition.yaml", `${IMAGES}/edition.yaml`),
    ...["flags", "amplifiers", "tiers", "fields", "reasons"].map((part) => source(`taxonomy/${part}.yaml`)),
    ...["unknown", "email", "payments", "files"].map((domain) => source(`taxonomy/actions/${domain}.yaml`)),
    source("policies/base.yaml", `${IMAGES}/base.yaml`),
    source("policies/packs/desk/pack.yaml", `${IMAGES}/pack.yaml`),
    source("org.yaml", `${IMAGES}/org.yaml`),
  ]);
  writeFileSync(join(ROOT, `${IMAGES}/small.image.b64`), base64Lines(image));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--images")) await compileSmall();
  const check = process.argv.includes("--check");
  for (const [name, text] of vectorFiles()) {
    const path = join(ROOT, name);
    if (check) {
      if (readFileSync(path, "utf8") === text) continue;
      console.error(`${name} is not what the model says now: run npm run vectors and look at the difference`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

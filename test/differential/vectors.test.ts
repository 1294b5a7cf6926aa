/**
 * The golden vectors: fresh, and true of the engine. The layers inside the engine have no door of their own, so each row of
 * normalise, risk and decide becomes a small policy that asks exactly that, and one whole call.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { vectorFiles } from "../../tools/vectors.ts";
import { hexOf, ofHex, sha256 } from "../model/bytes.ts";
import { readCmp } from "../model/cmp.ts";
import { type ImageSource, type PredicateSource, type RowSource, writeImage } from "../model/image-writer.ts";
import { recordDigest } from "../model/record.ts";
import { encodeRequest, type Plain, type RequestSource } from "../model/request-writer.ts";
import { sampleImage } from "../model/sample.ts";
import { toPlain } from "../model/show.ts";
import { fieldNumber, flagNames, position, statusCode, wire } from "../model/wire.ts";
import { moduleOf, Wasm } from "./wasm.ts";

const folder = fileURLToPath(new URL("../vectors/", import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: rows have a shape of their own in each file, as the README beside them says
function rowsOf(name: string): any[] {
  return JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));
}

function engineWith(image: Uint8Array): Wasm {
  const module = moduleOf("core.wasm");
  if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
  const wasm = new Wasm(module);
  expect(wasm.loadImage(image).status).toBe(0);
  return wasm;
}

interface Answered {
  verdict: string;
  tier: string;
  score: number;
  hazard: number;
  rows: string[];
  reasons: string[];
  lowered_by: string[][];
  parts: { mapping: string }[];
}

/** The record of one call under a policy. */
function ask(source: ImageSource, call: RequestSource): Answered {
  const image = writeImage(source);
  const answer = engineWith(image).decide(encodeRequest(call, sha256(image)));
  if (answer.status !== 0) throw new Error(`${statusCode(answer.status)} at ${answer.offset}`);
  return toPlain(readCmp(answer.record)) as Answered;
}

/** Which of some predicates are surely true of a call: each stands in a relax entry of its own. */
function surelyTrue(
  call: RequestSource,
  predicates: Record<string, PredicateSource>,
): { yes: string[]; record: Answered } {
  const rows: RowSource[] = Object.entries(predicates).map(([code, predicate]) => ({
    code,
    kind: "relax",
    verdict: "allow",
    clauses: [[predicate]],
  }));
  const fields = [...Array(41).keys()].map((i) => i + 1);
  const actions = sampleImage.actions.map((action) => ({
    ...action,
    fields,
    rules: [],
    rows: rows.map((_, i) => i),
  }));
  const record = ask({ ...sampleImage, actions, rows, rules: [] }, call);
  return { yes: record.rows, record };
}

const direct = (fields: Plain, context: RequestSource["context"] = {}): RequestSource => ({
  action: "files.read",
  fields,
  context,
});
const text = (field: string, ...values: string[]): PredicateSource => ({
  operand: "field_text",
  operator: "in",
  subject: fieldNumber(field),
  values,
});
const absent = (field: string): PredicateSource => ({
  operand: "field_text",
  operator: "absent",
  subject: fieldNumber(field),
});
const oneOf = (operand: string, list: string[], word: string): PredicateSource => ({
  operand,
  operator: "in",
  values: [position(list, word)],
});

/** A value that could not be read must be marked, one that says nothing must be absent. */
function expectNothing(readsAs: string, field: string, value: Plain): void {
  const { yes, record } = surelyTrue(direct({ [field]: value }), { gone: absent(field) });
  expect(record.reasons.includes("field_malformed")).toBe(readsAs === "malformed");
  expect(yes).toEqual(readsAs === "missing" ? ["gone"] : []);
}

describe("golden vectors", () => {
  it("are what the model says today", () => {
    const files = vectorFiles();
    expect(files.size).toBeGreaterThan(15);
    for (const [name, expected] of files) {
      const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
      expect(readFileSync(path, "utf8") === expected, `${name} is stale: run npm run vectors`).toBe(true);
    }
  });

  it("are many enough", () => {
    const normalise = ["tool-names", "mcp-names", "paths", "addresses", "hosts", "urls", "amounts"];
    const count = (names: string[]): number => names.reduce((sum, name) => sum + rowsOf(name).length, 0);
    expect(count(normalise.map((name) => `normalise/${name}`))).toBeGreaterThanOrEqual(100);
    expect(count(["risk/hazards", "risk/scores"])).toBeGreaterThanOrEqual(25);
    expect(count(["decide/table"])).toBeGreaterThanOrEqual(15);
    expect(count(["record/calls", "request/bytes", "request/envelope"])).toBeGreaterThanOrEqual(80);
  });

  it("hold for whole calls and refusals", () => {
    const wasm = new Map(
      ["sample", "small"].map((name) => {
        const base64 = readFileSync(`${folder}record/images/${name}.image.b64`, "utf8");
        return [name, engineWith(new Uint8Array(Buffer.from(base64, "base64")))];
      }),
    );
    for (const row of [
      ...rowsOf("request/bytes"),
      ...rowsOf("request/envelope"),
      ...rowsOf("record/calls"),
    ]) {
      const answer = (wasm.get(row.image ?? "sample") as Wasm).decide(ofHex(row.hex ?? row.request_hex));
      expect(statusCode(answer.status), row.why).toBe(row.status);
      expect(answer.offset, row.why).toBe(row.offset ?? 0);
      expect(hexOf(answer.record), row.why).toBe(row.record_hex ?? "");
      if (row.record_hex === undefined) continue;
      expect([answer.score, answer.hazard], row.why).toEqual([row.score, row.hazard]);
      expect(wire.verdicts[answer.verdict], row.why).toBe(row.verdict);
      expect(wire.tiers[answer.tier], row.why).toBe(row.tier);
      expect(hexOf(recordDigest(answer.record)), row.why).toBe(row.record_sha256);
    }
  });

  it("hold for tool names", () => {
    for (const row of rowsOf("normalise/tool-names")) {
      const mapping = { id: "ledger/this", pack: 0, action: 2, names: [row.canonical] };
      const record = ask({ ...sampleImage, mappings: [mapping], prefixes: [] }, { tool: row.name, args: {} });
      expect(record.parts[0]?.mapping, row.why).toBe("ledger/this");
    }
    for (const row of rowsOf("normalise/mcp-names")) {
      const servers = row.server === null ? [] : [{ name: row.server, pack: 0 }];
      const mapping = { id: "ledger/this", pack: 0, action: 2, names: [row.tool] };
      const record = ask(
        { ...sampleImage, servers, mappings: [mapping], prefixes: [] },
        { tool: row.name, args: {} },
      );
      expect(record.parts[0]?.mapping, row.why).toBe("ledger/this");
      const bindings = record.lowered_by.filter(([kind]) => kind === "binding").map(([, name]) => name);
      expect(bindings, row.why).toEqual(row.server === null ? [] : [row.server]);
    }
  });

  it("hold for paths and their patterns", () => {
    for (const row of rowsOf("normalise/paths")) {
      const context = row.host === undefined ? {} : { host: row.host, asserted_by: row.asserted_by };
      if (row.reads_as !== undefined) {
        expectNothing(row.reads_as, "path", row.path);
        continue;
      }
      const { yes } = surelyTrue(direct({ path: row.path }, context), {
        canonical: text("path", row.canonical),
        inside: oneOf("path_scope", wire.path_scopes, "inside"),
        outside: oneOf("path_scope", wire.path_scopes, "outside"),
      });
      expect(yes, row.why).toEqual(["canonical", ...(row.scope === "unclear" ? [] : [row.scope])]);
    }
    const pattern = (operator: string, value: string): PredicateSource => ({
      ...text("path", value),
      operator,
    });
    for (const row of rowsOf("normalise/path-patterns")) {
      const { yes } = surelyTrue(direct({ path: row.path }), {
        under: pattern("under", row.pattern),
        not_under: pattern("not_under", row.pattern),
      });
      expect(yes, row.why).toEqual([row.under ? "under" : "not_under"]);
    }
    for (const row of rowsOf("normalise/name-patterns")) {
      const { yes } = surelyTrue(direct({ path: `/a/${row.name}` }), {
        name_in: pattern("name_in", row.pattern),
        name_not_in: pattern("name_not_in", row.pattern),
      });
      expect(yes, row.why).toEqual([row.matches ? "name_in" : "name_not_in"]);
    }
  });

  it("hold for addresses", () => {
    for (const row of rowsOf("normalise/addresses")) {
      if (row.reads_as !== undefined) {
        expectNothing(row.reads_as, "recipient", row.address);
        continue;
      }
      const scopes = wire.recipient_scopes.slice(1);
      const asked = Object.fromEntries(
        scopes.map((scope) => [scope, oneOf("recipient_scope", wire.recipient_scopes, scope)]),
      );
      const context = { actor: row.actor, asserted_by: { actor: "sso" } };
      const { yes } = surelyTrue(direct({ recipient: row.address }, context), {
        canonical: text("recipient", ...row.canonical),
        ...asked,
      });
      const classes = new Set<string>(row.class);
      const scope = classes.has("external")
        ? classes.size === 1
          ? "external"
          : "mixed"
        : classes.has("unclear")
          ? null
          : classes.has("internal")
            ? "internal"
            : "self";
      expect(yes, row.why).toEqual(["canonical", ...(scope === null ? [] : [scope])]);
    }
  });

  it("hold for hosts and URLs", () => {
    const classes = Object.fromEntries(
      wire.host_scopes.slice(1).map((name) => [name, oneOf("host_scope", wire.host_scopes, name)]),
    );
    const bit = (operand: string): PredicateSource => ({ operand, operator: "in", values: [1] });
    for (const row of rowsOf("normalise/hosts")) {
      if (row.reads_as !== undefined) {
        expectNothing(row.reads_as, "host", row.host);
        continue;
      }
      const { yes } = surelyTrue(direct({ host: row.host }), {
        canonical: text("host", row.canonical),
        ...classes,
      });
      expect(yes, row.why).toEqual(["canonical", row.class]);
    }
    for (const row of rowsOf("normalise/urls")) {
      if (row.reads_as !== undefined) {
        expectNothing(row.reads_as, "url", row.url);
        continue;
      }
      const { yes } = surelyTrue(direct({ url: row.url }), {
        canonical: text("url", row.canonical),
        scheme: { operand: "url_scheme", operator: "in", values: [row.scheme] },
        userinfo: bit("url_userinfo"),
        host: { operand: "url_host", operator: "in", values: [row.host?.canonical ?? "there is none"] },
        idn: bit("url_idn"),
        ...classes,
      });
      const expected = ["canonical", "scheme", ...(row.userinfo ? ["userinfo"] : [])];
      if (row.host !== null) expected.push("host", ...(row.host.idn ? ["idn"] : []), row.host.class);
      expect(yes, row.why).toEqual(expected);
    }
  });

  it("hold for amounts", () => {
    for (const row of rowsOf("normalise/amounts")) {
      const subject = fieldNumber("amount_minor");
      const equal: RowSource = {
        code: "equal",
        kind: "relax",
        verdict: "allow",
        clauses: [[{ operand: "field_int", operator: "in", subject, values: [row.minor ?? -1] }]],
      };
      const op = { field: subject, transform: "typed" as const, unit: row.unit, path: ["amount"] };
      const currency = { field: fieldNumber("currency"), transform: "typed" as const, path: ["currency"] };
      const record = ask(
        {
          ...sampleImage,
          rules: [],
          rows: [equal],
          actions: sampleImage.actions.map((action) => ({ ...action, rules: [], rows: [0] })),
          mappings: [{ id: "ledger/pay", pack: 0, action: 6, names: ["pay"], ops: [op, currency] }],
        },
        { tool: "pay", args: { amount: row.value, currency: row.currency } },
      );
      expect(record.rows, row.why).toEqual(row.minor === undefined ? [] : ["equal"]);
      const marks = record.reasons.filter((reason) => wire.marks.includes(reason));
      const mark = row.mark ?? (row.reads_as === "malformed" ? "field_malformed" : undefined);
      expect(marks, row.why).toEqual(mark === undefined ? [] : [mark]);
    }
  });

  it("hold for hazards", () => {
    const flags = (names: string[]): number[] => names.map((name) => position(flagNames, name));
    for (const row of rowsOf("risk/hazards")) {
      const action = {
        name: "test.risk",
        number: 500,
        primary: flags(row.primary),
        secondary: flags(row.secondary),
        levels: row.levels,
        fields: [],
      };
      const record = ask(
        { ...sampleImage, actions: [...sampleImage.actions, action] },
        { action: "test.risk", fields: {} },
      );
      expect([record.hazard, record.score, record.tier], row.why).toEqual([row.hazard, row.score, row.tier]);
    }
  });

  it("hold for the decision table", () => {
    for (const row of rowsOf("decide/table")) {
      const entries: RowSource[] = [
        ...(row.gated ? [{ code: "gate", kind: "gate" as const, verdict: "deny" as const }] : []),
        ...row.rows.map((verdict: RowSource["verdict"], i: number) => ({
          code: `row_${i}`,
          kind: "row",
          verdict,
        })),
        ...row.relaxed.map((verdict: RowSource["verdict"], i: number) => ({
          code: `relax_${i}`,
          kind: "relax",
          verdict,
        })),
      ];
      const record = ask(
        {
          ...sampleImage,
          route: new Array(5).fill(row.routed),
          rules: [],
          rows: entries,
          actions: sampleImage.actions.map((action) => ({
            ...action,
            rules: [],
            rows: entries.map((_, i) => i),
          })),
        },
        { action: "files.read", fields: {} },
      );
      expect(record.verdict, row.why).toBe(row.verdict);
    }
  });
});

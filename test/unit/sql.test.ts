/**
 * SQL taken apart, by test/vectors/lang/sql.jsonl: a text, its parts and why. A part is its action, then its tables, then
 * its other facts as `field=value`, then its marks with a `!`; the query is only looked at by itself. `opaque` is the part
 * of a text that cannot be taken apart.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FIELD_NAMES, FIELD_QUERY, FIELD_TABLE, MARK_NAMES } from "../../bindings/src/gen/codes.ts";
import { ROOT } from "../../tools/files.ts";
import { buildPath, moduleOf, Wasm } from "../differential/wasm.ts";

interface Probe {
  sql(bytes: number): number;
  draftAction(position: number): number;
  draftMarks(position: number): number;
  draftFacts(position: number): number;
  factField(draft: number, position: number): number;
  factText(draft: number, position: number): number;
  factBytes(draft: number, position: number): number;
}

interface Case {
  readonly sql: string;
  readonly parts: readonly string[];
  readonly why: string;
}

const cases = readFileSync(join(ROOT, "test/vectors/lang/sql.jsonl"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Case);

function actionNames(): Map<number, string> {
  const names = new Map<number, string>();
  for (const domain of ["db", "files"]) {
    const { actions } = parse(readFileSync(join(ROOT, `taxonomy/actions/${domain}.yaml`), "utf8")) as {
      actions: { verb: string; number: number }[];
    };
    for (const { verb, number } of actions) names.set(number, `${domain}.${verb}`);
  }
  return names;
}

describe("SQL", () => {
  const actions = actionNames();
  let wasm: Wasm;
  let probe: Probe;

  beforeAll(() => {
    const module = moduleOf("probe.wasm");
    if (module === null) throw new Error("build/probe.wasm is missing: run npm run build");
    wasm = new Wasm(module);
    expect(wasm.loadImage(new Uint8Array(readFileSync(buildPath("base.image")))).status).toBe(0);
    probe = wasm.exports as unknown as Probe;
  });

  /** The parts of a text, and the query of each. */
  function take(sql: string): { parts: string[]; queries: string[] } {
    const bytes = new TextEncoder().encode(sql);
    wasm.bytes(wasm.exports.REQUEST_AT.value, bytes.length).set(bytes);
    const count = probe.sql(bytes.length);
    const parts: string[] = [];
    const queries: string[] = [];
    for (let draft = 0; draft < count; draft++) {
      const words = [actions.get(probe.draftAction(draft)) ?? "?"];
      for (let fact = 0; fact < probe.draftFacts(draft); fact++) {
        const field = probe.factField(draft, fact);
        const at = probe.factText(draft, fact) >>> 0;
        const text = new TextDecoder().decode(wasm.bytes(at, probe.factBytes(draft, fact)));
        if (field === FIELD_QUERY) queries.push(text);
        else words.push(field === FIELD_TABLE ? text : `${FIELD_NAMES[field]}=${text}`);
      }
      const marks = MARK_NAMES.filter((_, mark) => (probe.draftMarks(draft) >>> mark) & 1);
      const opaque = marks.length === 1 && marks[0] === "opaque_command" && queries.at(-1) === sql;
      parts.push(opaque ? "opaque" : [...words, ...marks.map((mark) => `${mark}!`)].join(" "));
    }
    return { parts, queries };
  }

  it("has at least 200 vectors, each text once", () => {
    expect(cases.length).toBeGreaterThanOrEqual(200);
    expect(new Set(cases.map(({ sql }) => sql)).size).toBe(cases.length);
  });

  it.each(cases)("$sql: $why", ({ sql, parts }) => {
    expect(take(sql).parts).toEqual(parts);
  });

  it("gives each part the statement that it comes from", () => {
    expect(take(" SELECT 1 ; DROP TABLE t -- x").queries).toEqual(["SELECT 1", "DROP TABLE t"]);
    expect(take("BEGIN; ").queries).toEqual(["BEGIN; "]);
    expect(take("SELECT 1; foo").queries).toEqual(["SELECT 1", "SELECT 1; foo"]);
  });

  it("is opaque where there is more than it has room for", () => {
    expect(take(`SELECT ${"(".repeat(64)}1${")".repeat(64)}`).parts).toEqual(["db.select"]);
    expect(take(`SELECT ${"(".repeat(65)}1${")".repeat(65)}`).parts).toEqual(["opaque"]);
    expect(take(`SELECT 1${",1".repeat(8191)}`).parts).toEqual(["db.select"]);
    expect(take(`SELECT 1${",1".repeat(8192)}`).parts).toEqual(["opaque"]);
    expect(take(`SELECT * FROM t${",t".repeat(255)}`).parts).toEqual(["db.select t"]);
    expect(take(`SELECT * FROM t${",t".repeat(256)}`).parts).toEqual(["opaque"]);
  });

  it("never traps and never takes long, whatever the text", () => {
    const pieces = cases.map(({ sql }) => sql);
    let seed = 7;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 20_000; round++) {
      const one = pieces[next(pieces.length)] ?? "";
      const other = pieces[next(pieces.length)] ?? "";
      const text = one.slice(next(one.length + 1)) + other.slice(0, next(other.length + 1));
      expect(take(text).parts.length).toBeGreaterThan(0);
    }
    // Texts with a few tokens changed: they stay close to what is understood, so that the rules behind the lexer run.
    const split = pieces.map((sql) => sql.match(/\w+|"[^"]*"|'[^']*'|\S/g) ?? []);
    const words = [...split.flat(), "( )", "[ x ]", "or (", "( select 1 )", "l ( )"];
    for (let round = 0; round < 50_000; round++) {
      const text = [...(split[next(split.length)] ?? [])];
      for (let changes = 1 + next(4); changes > 0; changes--) {
        const added = next(3) === 0 ? [] : [words[next(words.length)] ?? ""];
        text.splice(next(text.length + 1), next(2), ...added);
      }
      take(text.join(" "));
    }
    const start = performance.now();
    for (const piece of [
      "a(",
      "a.",
      "f(a),",
      "WITH x AS (",
      "a AND ",
      "DELETE FROM t WHERE a=1;",
      "'a'",
      "x y ",
    ]) {
      take(`SELECT ${piece.repeat(Math.floor(65_000 / piece.length))}`);
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** Events, and what calls ask of a session: labels, provenance, what was written, what is frozen (docs/format/event.md, cell.md). */
import { describe, expect, it } from "vitest";
import { fromBytes, hexOf, utf8 } from "./bytes.ts";
import {
  ALL_WRITTEN,
  type Cell,
  changeAt,
  emptyCell,
  OBSERVED,
  readCell,
  SATURATED,
  writeCell,
} from "./cells.ts";
import { readCmp } from "./cmp.ts";
import { observeModel } from "./forms.ts";
import { frozenHash } from "./freezes.ts";
import {
  type CellSource,
  type ImageSource,
  type PredicateSource,
  type RowSource,
  type RuleSource,
  writeImage,
} from "./image-writer.ts";
import { cellId } from "./keys.ts";
import { decideModel, loadImageModel, nameModel } from "./model.ts";
import { FROZEN, foldNote, hasBit, markOf } from "./notes.ts";
import { commitment } from "./record.ts";
import { encode, encodeRequest, type Plain, type RequestSource } from "./request-writer.ts";
import { sampleImage } from "./sample.ts";
import { writtenHash } from "./session.ts";
import { toPlain } from "./show.ts";
import { Store } from "./store.ts";
import { fieldNumber, Refusal, statusCode, wire } from "./wire.ts";

const SALT = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const NOW = 1_800_000_000_000;
const SESSION = cellId(SALT, "session", ["s-1"]);
const FREEZES = cellId(SALT, "freezes", []);
const [RECIPIENT, PATH, TEXT] = ["recipient", "path", "text"].map(fieldNumber) as [number, number, number];
const HOST = fieldNumber("host");

const row = (code: string, ...clauses: PredicateSource[][]): RowSource => ({
  code,
  kind: "row",
  verdict: "allow",
  clauses,
});
const relax = (code: string, ...clauses: PredicateSource[][]): RowSource => ({
  ...row(code, ...clauses),
  kind: "relax",
});
const provenance = (operator: string, ...words: string[]): PredicateSource => ({
  operand: "provenance",
  operator,
  subject: RECIPIENT,
  values: words.map((word) => wire.provenances.indexOf(word)),
});
const label = (operator: string, ...words: string[]): PredicateSource => ({
  operand: "label",
  operator,
  values: words.map((word) => wire.labels.indexOf(word)),
});
const written = (operator: string, ...values: number[]): PredicateSource => ({
  operand: "written",
  operator,
  subject: PATH,
  values,
});
const gives = (word: string, ...clauses: PredicateSource[][]): RuleSource => ({
  code: `gives ${word}`,
  kind: "label",
  target: wire.labels.indexOf(word),
  value: 0,
  clauses,
});
const writes = (field: number): RuleSource => ({ code: "writes", kind: "written", target: field, value: 0 });

const SHELL = sampleImage.actions.length;

/** The sample with sessions, a list of what is frozen and a shell; rules and rows for all actions. */
function source(rules: RuleSource[] = [], rows: RowSource[] = [], cells?: CellSource[]): ImageSource {
  const more = {
    rules: rules.map((_, i) => sampleImage.rules.length + i),
    rows: rows.map((_, i) => sampleImage.rows.length + i),
  };
  const actions = [
    ...sampleImage.actions,
    { name: "process.shell", number: 200, fields: [fieldNumber("command")], effect: "execute" },
  ];
  return {
    ...sampleImage,
    cells: cells ?? [
      { name: "session", key: "session", tallies: [] },
      { name: "freezes", key: null, tallies: [] },
    ],
    rules: [...sampleImage.rules, ...rules],
    rows: [...sampleImage.rows, ...rows],
    actions: actions.map((action) => ({
      ...action,
      rules: [...(action.rules ?? []), ...more.rules],
      rows: [...(action.rows ?? []), ...more.rows],
    })),
    commands: [{ id: "disk/echo", pack: 2, names: ["echo"], action: "none" }],
    mappings: [
      ...sampleImage.mappings,
      {
        id: "disk/bash",
        pack: 2,
        action: SHELL,
        names: ["bash"],
        ops: [{ field: fieldNumber("command"), transform: "typed", path: ["command"] }],
        language: "shell",
      },
    ],
  };
}

interface PlainRecord {
  [key: string]: unknown;
  verdict: string;
  reasons: string[];
  rows: string[];
  lowered_by: string[][];
  cells?: { id: { bin: string }; note?: { bin: string }; events: { bin: string } }[];
}

class Host {
  readonly image: Uint8Array;
  readonly digest: Uint8Array;
  readonly store = new Store();

  constructor(from: ImageSource) {
    this.image = writeImage(from);
    const loaded = loadImageModel(this.image);
    if (loaded instanceof Refusal) throw loaded;
    this.digest = loaded.digest;
  }

  request(call: RequestSource): Uint8Array {
    return encodeRequest({ ...call, context: { session: "s-1", ...call.context } }, this.digest);
  }

  ask(call: RequestSource): PlainRecord {
    const { ids } = nameModel(this.image, this.request(call), SALT);
    const request = this.request({ ...call, cells: call.cells ?? this.store.pairs(ids) });
    const listed = call.cells?.map(([id]) => id) ?? ids;
    const answer = decideModel(this.image, request, this.store.bytes(listed), SALT);
    if (!("record" in answer)) throw new Error(statusCode(answer.status));
    this.store.keep(listed, answer);
    return toPlain(readCmp(answer.record)) as PlainRecord;
  }

  /** Decides without any memory. */
  cold(call: RequestSource): PlainRecord {
    const answer = decideModel(this.image, this.request(call), [], SALT);
    if (!("record" in answer)) throw new Error(statusCode(answer.status));
    return toPlain(readCmp(answer.record)) as PlainRecord;
  }

  event(event: { [key: string]: Plain }, more: Partial<RequestSource> = {}): PlainRecord {
    return this.ask({ event, ...more });
  }

  /** What a text shows goes into the session. */
  observe(text: string, trust: "user" | "tool"): PlainRecord {
    const hashes = observeModel(utf8(text), trust === "user", SALT);
    if (hashes === null) throw new Error("too much");
    return this.event({ kind: "observe", trust }, { seen: seen(...hashes) });
  }

  cell(id: Uint8Array): Cell {
    return readCell(this.store.of(id).bytes, id) as Cell;
  }

  put(id: Uint8Array, change: (cell: Cell) => void): void {
    const cell = emptyCell(id, []);
    changeAt(cell, BigInt(NOW));
    change(cell);
    cell.digest = new Uint8Array(32).fill(1);
    this.store.cells.set(hexOf(id), { bytes: writeCell(cell), digest: cell.digest });
  }
}

function seen(...hashes: bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(hashes).buffer);
}

const mail = (to: string | string[], context: { [key: string]: Plain } = {}): RequestSource => ({
  action: "email.send",
  fields: { recipient: to },
  context,
});
const read = (...paths: string[]): RequestSource => ({ action: "files.read", fields: { path: paths } });
const bash = (command: string, more: Partial<RequestSource> = {}): RequestSource => ({
  tool: "bash",
  args: { command },
  ...more,
});
const of = (found: PlainRecord, rows: RowSource[]): string[] =>
  found.rows.filter((code) => rows.some((one) => one.code === code));

describe("an event", () => {
  const freeze = { by: "ann", kind: "freeze", scope: "agent", value: "a1" };

  it("is written as in the example", () => {
    expect(hexOf(encode(freeze))).toBe(
      "84a26279a3616e6ea46b696e64a6667265657a65a573636f7065a56167656e74a576616c7565a26131",
    );
  });

  it("names one history", () => {
    const host = new Host(source());
    const ids = (event: { [key: string]: Plain }, context = {}): string[] =>
      nameModel(host.image, host.request({ event, context }), SALT).ids.map(hexOf);
    expect(ids(freeze)).toEqual([hexOf(FREEZES)]);
    expect(ids({ ...freeze, kind: "thaw" })).toEqual([hexOf(FREEZES)]);
    for (const event of [
      { kind: "observe", trust: "user" },
      { kind: "label", labels: [] },
      { kind: "outcome", status: "ran" },
    ]) {
      expect(ids(event)).toEqual([hexOf(SESSION)]);
      expect(ids(event, { parent: "s-0" })).toEqual([hexOf(cellId(SALT, "session", ["s-0"]))]);
      expect(ids(event, { session: undefined })).toEqual([]);
    }
    const none = new Host(source([], [], [{ name: "agent", key: "agent", tallies: [] }]));
    expect(nameModel(none.image, none.request({ event: freeze }), SALT)).toMatchObject({
      status: 0,
      ids: [],
    });
  });

  it("gives a record without parts", () => {
    const host = new Host(source());
    const record = host.event(freeze);
    expect(record).toMatchObject({
      verdict: "allow",
      reasons: ["tier_minimal"],
      parts: [],
      rows: [],
      hazard: 0,
      score: 0,
      tier: "minimal",
      obligations: {},
      event: freeze,
      lowered_by: [["profile", "general", "org"]],
    });
    expect(record.args).toEqual({ bin: hexOf(commitment(new Uint8Array(32), encode(freeze))) });
    const mark = frozenHash(SALT, "agent", "a1") + 3n;
    const note = `0000000001000000${hexOf(seen(mark))}`;
    expect(record.cells).toMatchObject([
      { id: { bin: hexOf(FREEZES) }, events: { bin: "" }, note: { bin: note } },
    ]);
    expect(host.cell(FREEZES).marks).toEqual([mark]);
    expect([host.cell(FREEZES).firstTime, host.cell(FREEZES).lastTime]).toEqual([BigInt(NOW), BigInt(NOW)]);
  });

  it("commits to the request with the commitment in its place", () => {
    const host = new Host(source());
    const request = host.request({ event: freeze });
    const at = fromBytes(request).indexOf(fromBytes(encode(freeze)));
    const args = commitment(new Uint8Array(32), encode(freeze));
    const replaced = Uint8Array.from([
      ...request.slice(0, at),
      0xc4,
      0x20,
      ...args,
      ...request.slice(at + encode(freeze).length),
    ]);
    const record = host.cold({ event: freeze });
    expect(record.request).toEqual({ bin: hexOf(commitment(new Uint8Array(32), replaced)) });
    expect(record).not.toHaveProperty("cells");
    expect([record.verdict, record.reasons]).toEqual(["deny", ["state_invalid", "tier_minimal"]]);
  });

  it("puts labels, bits and hashes into its session", () => {
    const host = new Host(source());
    host.event({ kind: "label", labels: ["pii", "untrusted", "pii"] });
    expect(host.cell(SESSION).bits).toBe(0b1001);
    // All of it again: nothing is left out, so the digest goes on.
    const again = host.event({ kind: "label", labels: ["pii"] });
    expect(again.cells?.[0]?.note?.bin).toBe("0800000000000000");
    host.event({ kind: "observe", trust: "tool", labels: ["secret"] }, { seen: seen(8n, 16n) });
    const cell = host.cell(SESSION);
    expect([cell.bits, cell.marks, cell.filterCount]).toEqual([0b1_0000_1101, [], 2]);
    host.event({ kind: "observe", trust: "user" }, { seen: seen(8n, 72n) });
    expect(host.cell(SESSION).marks).toEqual([9n, 72n]);
    host.event({ kind: "outcome", status: "ran" }, { seen: seen(80n) });
    expect(host.cell(SESSION).filterCount).toBe(3);
  });

  it("shows what the user typed only if it says what was observed", () => {
    for (const event of [
      { kind: "outcome", status: "failed", trust: "user" },
      { kind: "label", labels: [], trust: "user" },
    ]) {
      const host = new Host(source());
      const { verdict } = host.event(event, { seen: seen(8n, 72n) });
      expect(verdict).toBe("allow");
      const { bits, marks, filterCount } = host.cell(SESSION);
      expect([bits, marks, filterCount]).toEqual([0, [], 2]);
    }
  });

  it("has the tier of no hazard", () => {
    const host = new Host({ ...source(), thresholds: [0, 1, 2, 3] });
    const record = host.event(freeze);
    expect([record.tier, record.reasons, record.hazard]).toEqual(["low", ["tier_low"], 0]);
    const answer = decideModel(host.image, host.request({ event: freeze }));
    expect(answer).toMatchObject({ result: { tier: 1, score: 0, hazard: 0 } });
  });

  it.each([
    ["readFile", ["read_file"]],
    ["read_file", []],
    ["functions.readFile", ["read_file"]],
    ["functions.read_file", ["read_file"]],
    ["x/read", ["x_read"]],
    ["--", [""]],
    ["mcp__x__readFile", []],
    ["functions.mcp__x__readFile", []],
    // No server: nothing stands behind it.
    ["mcp__x__", ["mcp_x"]],
  ])("freezes and thaws the tool %s and what it is called, too: %j", (value, others) => {
    const host = new Host(source());
    const marks = [value, ...others].map((one) => markOf(frozenHash(SALT, "tool", one), FROZEN));
    const note = (kind: string, list: bigint[]): unknown => {
      const record = host.event({ kind, scope: "tool", value });
      expect(record.verdict).toBe("allow");
      expect(record.cells?.[0]?.note?.bin.slice(16)).toBe(hexOf(seen(...list)));
      return host.cell(FREEZES).marks;
    };
    expect(note("freeze", marks)).toEqual([...marks].sort((a, b) => (a < b ? -1 : 1)));
    const thaws = marks.map((mark) => mark + 1n);
    expect(note("thaw", thaws)).toEqual([]);
  });

  it("freezes other things as they are given", () => {
    const host = new Host(source());
    for (const scope of wire.freeze_scopes.filter((one) => one !== "tool")) {
      const record = host.event({ kind: "freeze", scope, value: "readFile" });
      expect(record.cells?.[0]?.note?.bin, scope).toHaveLength(32);
    }
  });

  it("without anything to put changes nothing", () => {
    const host = new Host(source());
    const record = host.event({ kind: "outcome", status: "unknown" });
    expect(record.verdict).toBe("allow");
    expect(record.cells).toMatchObject([
      { before: { bin: "00".repeat(32) }, after: { bin: "00".repeat(32) } },
    ]);
    expect(record.cells?.[0]).not.toHaveProperty("note");
  });

  it("observed without a list saturates", () => {
    const host = new Host(source());
    host.event({ kind: "observe", trust: "user" });
    expect(host.cell(SESSION).bits).toBe((1 << OBSERVED) | (1 << SATURATED));
    const listed = new Host(source());
    listed.event({ kind: "observe", trust: "user" }, { seen: new Uint8Array() });
    expect(listed.cell(SESSION).bits).toBe(1 << OBSERVED);
  });

  it("is denied where its history is not sound", () => {
    const host = new Host(source());
    const event = { kind: "observe", trust: "user" };
    host.event(event);
    const asked = (cells: [Uint8Array, Uint8Array][]): unknown => {
      const { verdict, reasons, cells: histories } = host.event(event, { cells });
      expect(histories?.every((one) => !("note" in one))).toBe(true);
      return [verdict, reasons];
    };
    const [pair] = host.store.pairs([SESSION]) as [[Uint8Array, Uint8Array]];
    const invalid = ["deny", ["state_invalid", "tier_minimal"]];
    expect(asked([])).toEqual(invalid);
    expect(asked([[FREEZES, new Uint8Array(32)]])).toEqual(invalid);
    expect(asked([pair, [FREEZES, new Uint8Array(32)]])).toEqual(invalid);
    expect(asked([[SESSION, SALT]])).toEqual(["deny", ["state_stale", "tier_minimal"]]);
    const nobody = host.event(event, { context: { session: undefined } });
    expect([nobody.verdict, nobody.reasons]).toEqual(invalid);
    const earlier = host.event(event, { context: { time_ms: NOW - 1 } });
    expect([earlier.verdict, earlier.reasons]).toEqual(["allow", ["tier_minimal", "time_backwards"]]);
    expect(host.cell(SESSION).lastTime).toBe(BigInt(NOW));
  });

  it("freezes no more than 256", () => {
    const host = new Host(source());
    const own = markOf(frozenHash(SALT, "agent", "a1"), FROZEN);
    const others = Array.from({ length: 256 }, (_, i) => markOf(BigInt(i + 1) << 20n, FROZEN));
    host.put(FREEZES, (cell) => foldNote(cell, { bits: 0, marks: others }));
    const full = host.event(freeze);
    expect([full.verdict, full.reasons]).toEqual(["deny", ["state_full", "tier_minimal"]]);
    expect(full.cells?.[0]).not.toHaveProperty("note");
    // A thaw is never too much, and what is frozen already may be frozen again.
    expect(host.event({ ...freeze, kind: "thaw" }).verdict).toBe("allow");
    host.put(FREEZES, (cell) => foldNote(cell, { bits: 0, marks: [...others.slice(1), own] }));
    expect(host.event(freeze).verdict).toBe("allow");
  });

  it("freezes a tool in both spellings or in none", () => {
    const host = new Host(source());
    const others = Array.from({ length: 256 }, (_, i) => markOf(BigInt(i + 1) << 20n, FROZEN));
    const [given, canonical] = ["readFile", "read_file"].map((name) =>
      markOf(frozenHash(SALT, "tool", name), FROZEN),
    ) as [bigint, bigint];
    const asked = (marks: bigint[], value = "readFile"): unknown => {
      host.put(FREEZES, (cell) => foldNote(cell, { bits: 0, marks }));
      const { verdict, reasons } = host.event({ kind: "freeze", scope: "tool", value });
      expect(reasons.includes("state_full")).toBe(verdict === "deny");
      return [verdict, host.cell(FREEZES).marks.length];
    };
    expect(asked(others.slice(2))).toEqual(["allow", 256]);
    expect(asked(others.slice(1))).toEqual(["deny", 255]);
    expect(asked(others.slice(1), "read_file")).toEqual(["allow", 256]);
    expect(asked([...others.slice(2), canonical])).toEqual(["allow", 256]);
    expect(asked([...others.slice(1), given])).toEqual(["deny", 256]);
    expect(asked([...others.slice(1), canonical])).toEqual(["deny", 256]);
    expect(asked([...others.slice(2), given, canonical])).toEqual(["allow", 256]);
  });
});

describe("a request with an event", () => {
  const host = new Host(source());
  const fault = (parts: { [key: string]: Plain }): unknown => {
    const request = host.request(parts as RequestSource);
    const { status, offset } = decideModel(host.image, request);
    expect(nameModel(host.image, request)).toEqual({ status, offset, ids: [] });
    return [statusCode(status), offset];
  };
  /** Where a value stands in the request. */
  const at = (parts: { [key: string]: Plain }, value: Plain): number =>
    fromBytes(host.request(parts as RequestSource)).indexOf(fromBytes(encode(value)));

  it.each([
    ["no map", "x", "value_type"],
    ["an unknown kind", { kind: "decide" }, "value_unknown"],
    ["a kind that is no text", { kind: 1 }, "value_type"],
    ["a label that is none", { kind: "label", labels: ["green"] }, "value_unknown"],
    ["labels that are no array", { kind: "label", labels: "pii" }, "value_type"],
    ["eight labels", { kind: "label", labels: new Array<string>(8).fill("pii") }, "value_range"],
    ["a label that is no text", { kind: "label", labels: [1] }, "value_type"],
    ["a short digest", { kind: "outcome", of: new Uint8Array(31), status: "ran" }, "value_range"],
    ["an empty name", { by: "", kind: "observe", trust: "user" }, "value_range"],
    ["a long value", { kind: "freeze", scope: "agent", value: "x".repeat(257) }, "value_range"],
    ["an unknown scope", { kind: "freeze", scope: "host", value: "x" }, "value_unknown"],
    ["an unknown status", { kind: "outcome", status: "denied" }, "value_unknown"],
    ["an unknown trust", { kind: "observe", trust: "none" }, "value_unknown"],
    ["an unknown key", { kind: "observe", note: 1, trust: "user" }, "key_unknown"],
  ])("refuses %s", (_, event, code) => {
    expect((fault({ event }) as [string, number])[0]).toBe(code);
  });

  it("refuses what is missing at the map", () => {
    const event = { by: "ann" };
    expect(fault({ event })).toEqual(["key_missing", at({ event }, event)]);
  });

  it("checks what was seen", () => {
    const event = { kind: "observe", trust: "user" };
    const asked = (given: Plain): unknown => {
      const [code, offset] = fault({ event, seen: given }) as [string, number];
      return [code, offset - at({ event, seen: given }, given)];
    };
    expect(asked("x")).toEqual(["value_type", 0]);
    expect(asked(new Uint8Array(7))).toEqual(["value_range", 0]);
    expect(asked(new Uint8Array(16_392))).toEqual(["value_range", 0]);
    for (const low of [1n, 2n, 4n]) expect(asked(seen(8n, 16n + low))).toEqual(["value_range", 0]);
    const { status } = decideModel(host.image, host.request({ event, seen: new Uint8Array(16_384) }));
    expect(statusCode(status)).toBe("ok");
  });

  it.each([
    ["a tool", { tool: "x" }],
    ["arguments", { args: {} }],
    ["both", { tool: "x", args: {} }],
    ["an action", { action: "files.read" }],
    ["fields", { fields: {} }],
    ["both of these", { action: "files.read", fields: {} }],
    ["a server", { server: "s" }],
    ["annotations", { annotations: {} }],
  ])("has beside it no %s", (_, more) => {
    expect(fault({ event: { kind: "label", labels: [] }, ...more })).toEqual(["call_form", 0]);
  });

  it.each([
    ["observe without trust", { event: { kind: "observe" } }],
    ["outcome without a status", { event: { kind: "outcome" } }],
    ["label without labels", { event: { kind: "label" } }],
    ["freeze without a scope", { event: { kind: "freeze", value: "x" } }],
    ["freeze without a value", { event: { kind: "freeze", scope: "agent" } }],
    ["thaw without a value", { event: { kind: "thaw", scope: "agent" } }],
    ["freeze with labels", { event: { kind: "freeze", labels: [], scope: "agent", value: "x" } }],
    [
      "thaw with what was seen",
      { event: { kind: "thaw", scope: "agent", value: "x" }, seen: new Uint8Array() },
    ],
    ["what was seen without an event", { tool: "x", args: {}, seen: new Uint8Array() }],
    ["the same in the direct form", { action: "files.read", fields: {}, seen: new Uint8Array() }],
    ["nothing at all", {}],
  ])("has a form: %s", (_, parts) => {
    expect(fault(parts as { [key: string]: Plain })).toEqual(["call_form", 0]);
  });

  it("has its form before its image", () => {
    const other = new Uint8Array(32);
    const event = { kind: "observe", trust: "user" };
    const ask = (given: { [key: string]: Plain }): string =>
      statusCode(decideModel(host.image, encodeRequest({ event: given }, other)).status);
    expect(ask(event)).toBe("image_mismatch");
    expect(ask({ kind: "observe" })).toBe("call_form");
  });
});

describe("a session that another one opened", () => {
  it("goes on in the history of that one", () => {
    const host = new Host(source());
    const ids = (context: { [key: string]: Plain }): string[] =>
      nameModel(host.image, host.request(mail("a@b.example", context)), SALT).ids.map(hexOf);
    expect(ids({})).toEqual([hexOf(SESSION), hexOf(FREEZES)]);
    expect(ids({ session: "s-2", parent: "s-1" })).toEqual([hexOf(SESSION), hexOf(FREEZES)]);
  });
});

describe("labels", () => {
  const rows = [
    row("is private", [label("in", "private")]),
    row("is secret", [label("in", "secret")]),
    row("has another", [label("not_in", "private")]),
    row("some", [label("present")]),
    row("none", [label("absent")]),
    relax("calm", [label("in", "private", "secret")]),
    relax("calm without", [label("absent")]),
  ];
  const rules = [
    gives("private", [
      { operand: "field_text", operator: "in", subject: RECIPIENT, values: ["x@y.example"] },
    ]),
  ];

  it("are given by rules, know the part itself, and stay", () => {
    const host = new Host(source(rules, rows));
    expect(of(host.ask(mail("a@b.example")), rows)).toEqual(["some"]);
    expect(host.store.cells.size).toBe(0);
    const first = host.ask(mail("x@y.example"));
    expect(of(first, rows)).toEqual(["is private", "some"]);
    expect(first.cells?.[0]?.note?.bin).toBe("0200000000000000");
    expect(first.cells?.[1]).not.toHaveProperty("note");
    // The cell has it already, so nothing is noted.
    const second = host.ask(mail("x@y.example"));
    expect(second.cells?.[0]).not.toHaveProperty("note");
    expect(of(host.ask(mail("a@b.example")), rows)).toEqual(["is private", "some"]);
    expect(of(host.cold(mail("a@b.example")), rows)).toEqual(["some"]);
  });

  it("are no fact of rules for the part itself", () => {
    const own = new Host(source([...rules, gives("secret", [label("in", "private")])], rows));
    expect(of(own.ask(mail("x@y.example")), rows)).toEqual(["is private", "some"]);
    expect(of(own.ask(mail("x@y.example")), rows)).toEqual([
      "is private",
      "is secret",
      "has another",
      "some",
    ]);
  });

  it("are those of earlier parts too", () => {
    const both = [
      gives("private", [{ operand: "field_text", operator: "name_in", subject: PATH, values: ["a"] }]),
      gives("secret", [label("in", "private")]),
    ];
    const host = new Host(source(both, rows));
    const found = of(host.cold(bash("echo < a; echo < b")), rows);
    expect(found).toContain("is secret");
    const other = of(host.cold(bash("echo < b; echo < a")), rows);
    expect([other.includes("is private"), other.includes("is secret")]).toEqual([true, false]);
  });

  it("are not given by a call that is denied", () => {
    const deny: RowSource = { ...row("never"), verdict: "deny" };
    const host = new Host(source(rules, [deny]));
    expect(host.ask(mail("x@y.example")).cells?.[0]).not.toHaveProperty("note");
    expect(host.ask({ ...mail("x@y.example"), mode: "shadow" }).cells?.[0]?.note?.bin).toBe(
      "0200000000000000",
    );
  });

  it("are unknown where the session cannot be read", () => {
    const host = new Host(source(rules, rows));
    host.ask(mail("x@y.example"));
    const cells: [Uint8Array, Uint8Array][] = [
      [SESSION, SALT],
      [FREEZES, new Uint8Array(32)],
    ];
    const found = host.ask({ ...mail("a@b.example"), cells });
    expect(of(found, rows)).toEqual(["is private", "is secret", "has another", "some", "none"]);
  });
});

describe("provenance", () => {
  const rows = [
    ...wire.provenances.map((word) => row(word, [provenance("in", word)])),
    row("not user", [provenance("not_in", "user")]),
    row("there", [provenance("present")]),
    row("not there", [provenance("absent")]),
    relax("said", [provenance("in", "user")]),
  ];
  const asked = (host: Host, to: string | string[]): string[] => of(host.ask(mail(to)), rows);

  it("is that of the first text that showed a value", () => {
    const host = new Host(source([], rows));
    expect(asked(host, "ann@b.example")).toEqual(["unobserved", "not user", "there"]);
    host.observe("Mail Ann@B.Example, please.", "user");
    host.observe("from eve@c.example and ann@b.example", "tool");
    host.observe("to eve@c.example", "user");
    expect(asked(host, "ann@b.example")).toEqual(["user", "there", "said"]);
    expect(asked(host, "eve@c.example")).toEqual(["echoed", "not user", "there"]);
    expect(asked(host, "from@d.example")).toEqual(["unknown", "not user", "there"]);
    host.observe("from@d.example", "tool");
    expect(asked(host, "from@d.example")).toEqual(["tool", "not user", "there"]);
    // Some value of several, and every one.
    expect(asked(host, ["ann@b.example", "eve@c.example"])).toEqual(["user", "echoed", "not user", "there"]);
    expect(of(host.cold(mail("ann@b.example")), rows)).toEqual(["unobserved", "not user", "there"]);
  });

  it("names what it lowers", () => {
    const host = new Host(source([], rows));
    const lowered = (to: string): string[][] =>
      host.ask(mail(to)).lowered_by.filter(([kind]) => kind === "provenance");
    host.observe("ann@b.example", "user");
    expect(lowered("ann@b.example")).toEqual([["provenance", "user", "host"]]);
    expect(lowered("eve@c.example")).toEqual([]);
  });

  it("is unknown of what has no form", () => {
    const host = new Host(source([], [row("unknown", [provenance("in", "unknown")])]));
    host.observe("@", "user");
    // Brackets and commas are no neighbours.
    expect(host.ask(mail("a@b.example")).rows).toContain("unknown");
  });

  it("is no fact without a value", () => {
    const host = new Host(source([], rows));
    const all = [...wire.provenances, "not user"];
    const call = { action: "email.send", fields: {} };
    expect(of(host.ask(call), rows)).toEqual([...all, "not there"]);
    expect(of(host.ask(mail("a\u0001b")), rows)).toEqual([...all, "there", "not there"]);
  });

  it("may be a tool's of anything in a saturated session", () => {
    const host = new Host(source([], rows));
    host.observe("bob@b.example", "user");
    host.event({ kind: "observe", trust: "tool" });
    host.observe("ann@b.example", "user");
    expect(asked(host, "ann@b.example")).toEqual(["tool", "not user", "there"]);
    expect(asked(host, "bob@b.example")).toEqual(["user", "there", "said"]);
    // Without a form, too.
    expect(asked(host, "*@b.example")).toEqual(["tool", "not user", "there"]);
    host.put(SESSION, (cell) => foldNote(cell, { bits: 1 << SATURATED, marks: [] }));
    expect(asked(host, "ann@b.example")).toEqual(["unobserved", "not user", "there"]);
  });

  it("names nothing for the presence of a value", () => {
    const rows = [row("gone", [provenance("absent")]), relax("there", [provenance("present")])];
    const host = new Host(source([], rows));
    host.observe("ann@b.example", "user");
    const record = host.ask(mail("ann@b.example"));
    expect(of(record, rows)).toEqual(["there"]);
    expect(record.lowered_by.filter(([kind]) => kind === "provenance")).toEqual([]);
  });

  it("is that of the host of a url, where there is no host", () => {
    const onHost = (one: RowSource): RowSource => ({
      ...one,
      clauses: (one.clauses ?? []).map((clause) => clause.map((asked) => ({ ...asked, subject: HOST }))),
    });
    const all = rows.map(onHost);
    const host = new Host(source([], all));
    const post = (fields: { [key: string]: Plain }): PlainRecord =>
      host.ask({ action: "network.http_post", fields });
    const asked = (fields: { [key: string]: Plain }): string[] => of(post(fields), all);
    host.observe("Post it to www.acme.example/pay", "user");
    host.observe("or to evil.example/pay", "tool");
    const url = "https://acme.example/other";
    expect(asked({ url })).toEqual(["user", "not there", "said"]);
    expect(asked({ url: "https://www.acme.example:80/" })).toEqual(["user", "not there", "said"]);
    expect(asked({ url: "http://evil.example" })).toEqual(["tool", "not user", "not there"]);
    expect(post({ url }).lowered_by).toContainEqual(["provenance", "user", "host"]);
    // A host of its own comes before, and one that nobody can read is not replaced.
    expect(asked({ url, host: "evil.example" })).toEqual(["tool", "not user", "there"]);
    const any = [...wire.provenances, "not user"];
    expect(asked({ url, host: "a..b" })).toEqual([...any, "there", "not there"]);
    expect(asked({ url: "mailto:ann@acme.example" })).toEqual([...any, "not there"]);
    expect(asked({ url: "https://a..b/" })).toEqual([...any, "not there"]);
    // The field alone is there or not, also where nobody knows the session.
    const cells: [Uint8Array, Uint8Array][] = [
      [SESSION, SALT],
      [FREEZES, new Uint8Array(32)],
    ];
    const stale = host.ask({ action: "network.http_post", fields: { url }, cells });
    expect(of(stale, all)).toEqual([...any, "not there"]);
  });

  it("is there with its value, whatever is known of the session", () => {
    const fromField = { subject: PATH, operand: "written" };
    const more = [
      row("written there", [{ ...fromField, operator: "present" }]),
      row("written not there", [{ ...fromField, operator: "absent" }]),
    ];
    const calm = [relax("calm there", [provenance("present")]), relax("calm gone", [provenance("absent")])];
    const all = [...rows, ...more, ...calm];
    const host = new Host(source([], all));
    const cells: [Uint8Array, Uint8Array][] = [
      [SESSION, SALT],
      [FREEZES, new Uint8Array(32)],
    ];
    const any = [...wire.provenances, "not user"];
    const stale = host.ask({ ...mail("a@b.example"), cells });
    expect(of(stale, all)).toEqual([...any, "there", "written not there", "calm there"]);
    const path = host.ask({ ...read("a"), cells });
    expect(of(path, all)).toEqual([...any, "not there", "written there", "calm gone"]);
  });
});

describe("what was written", () => {
  const rows = [
    row("again", [written("in", 1)]),
    row("fresh", [written("lt", 1)]),
    relax("all fresh", [written("in", 0)]),
  ];
  const rules = [writes(PATH)];
  const onlyWrites = (host: Host, call: RequestSource): string[] => of(host.ask(call), rows);

  it("is remembered by canonical values", () => {
    const host = new Host(source(rules, rows));
    expect(onlyWrites(host, read("a.txt"))).toEqual(["fresh", "all fresh"]);
    expect(host.cell(SESSION).marks).toEqual([markOf(writtenHash(SALT, "./a.txt"), 2)]);
    expect(onlyWrites(host, read("x/../a.txt"))).toEqual(["again"]);
    expect(onlyWrites(host, read("a.txt", "b.txt"))).toEqual(["again", "fresh"]);
    expect(of(host.cold(read("a.txt")), rows)).toEqual(["fresh", "all fresh"]);
  });

  it("is noted in order, each once, and what is new", () => {
    const host = new Host(source(rules, rows));
    host.ask(read("b"));
    const note = host.ask(read("c", "b", "a", "c")).cells?.[0]?.note?.bin;
    const marks = ["./c", "./a"].map((text) => markOf(writtenHash(SALT, text), 2));
    expect(note).toBe(`0000000002000000${hexOf(seen(...marks))}`);
  });

  it("is that of earlier parts too", () => {
    const host = new Host(source(rules, rows));
    expect(of(host.cold(bash("echo < a; echo < a")), rows)).toContain("again");
    expect(of(host.cold(bash("echo < a; echo < b")), rows)).not.toContain("again");
  });

  it("is everything, once it is too much", () => {
    const host = new Host(source(rules, rows));
    const names = (from: number): string[] => Array.from({ length: 64 }, (_, i) => `f${from + i}`);
    expect(host.ask(read(...names(0))).cells?.[0]?.note?.bin).toHaveLength(16 + 64 * 16);
    host.ask(read(...names(64)));
    expect([host.cell(SESSION).marks.length, hasBit(host.cell(SESSION), ALL_WRITTEN)]).toEqual([128, false]);
    host.ask(read("one more"));
    expect([host.cell(SESSION).marks.length, hasBit(host.cell(SESSION), ALL_WRITTEN)]).toEqual([128, true]);
    expect(onlyWrites(host, read("never seen"))).toEqual(["again"]);
    expect(host.ask(read("another")).cells?.[0]).not.toHaveProperty("note");
  });

  it("takes all of a rule's field, and of other fields the same text", () => {
    const host = new Host(source([writes(RECIPIENT), writes(TEXT)], rows));
    host.ask({ action: "email.send", fields: { recipient: ["b@c.example", "a@c.example"], text: "./x" } });
    expect(host.cell(SESSION).marks).toHaveLength(3);
    expect(onlyWrites(host, read("x"))).toEqual(["again"]);
  });
});

describe("what is frozen", () => {
  const host = new Host(source());
  const calm = { tenant: "t", principal: "p", agent: "g", actor: "me", parent: "s-0" };
  const call = { tool: "functions.readFile", args: { path: "a" }, context: calm };
  const served = { ...call, tool: "mcp__ledger@sha256:ab__readFile" };
  const direct = { action: "file.read", fields: { path: "a" }, context: calm };
  const asked = (given: RequestSource, scope: string, value: string): boolean => {
    host.put(FREEZES, (cell) =>
      foldNote(cell, { bits: 0, marks: [markOf(frozenHash(SALT, scope, value), FROZEN)] }),
    );
    const { verdict, reasons } = host.ask(given);
    if (reasons[0] === "frozen") expect(verdict).toBe("deny");
    return reasons.includes("frozen");
  };

  it.each([
    ["tenant", "t", true],
    ["principal", "p", true],
    ["agent", "g", true],
    ["actor", "me", true],
    ["session", "s-1", true],
    ["session", "s-0", true],
    ["session", "s-2", false],
    ["tool", "functions.readFile", true],
    ["tool", "read_file", true],
    ["tool", "readFile", false],
    ["action", "files.read", true],
    ["action", "file.read", false],
    ["agent", "t", false],
    ["server", "ledger", false],
  ])("as %s %s: %s", (scope, value, expected) => {
    expect(asked(call, scope, value)).toBe(expected);
  });

  it("is a server with its pin, and without", () => {
    expect(asked(served, "server", "ledger")).toBe(true);
    expect(asked(served, "server", "ledger@sha256:ab")).toBe(false);
    expect(asked(served, "server", "ledger@sha256:")).toBe(false);
    expect(asked({ ...call, server: "far" }, "server", "far")).toBe(true);
    expect(asked({ ...call, server: "far@sha256:1@sha256:2" }, "server", "far")).toBe(true);
  });

  it("is a server that the tool names, and the one that the request does", () => {
    const both = { ...served, server: "far@sha256:cd" };
    expect(asked(both, "server", "far")).toBe(true);
    expect(asked(both, "server", "ledger")).toBe(true);
    expect(asked(both, "server", "near")).toBe(false);
  });

  it("is a tool in any spelling, once a person froze it in one", () => {
    for (const tool of ["readFile", "read_file", "functions.readFile", "read-file"]) {
      const fresh = new Host(source());
      fresh.event({ kind: "freeze", scope: "tool", value: "functions.read-file" });
      expect(fresh.ask({ ...call, tool }).reasons[0], tool).toBe("frozen");
      fresh.event({ kind: "thaw", scope: "tool", value: "ReadFile" });
      expect(fresh.ask({ ...call, tool }).reasons, tool).not.toContain("frozen");
    }
    // With its server it is that one alone.
    const fresh = new Host(source());
    fresh.event({ kind: "freeze", scope: "tool", value: "mcp__ledger__readFile" });
    expect(fresh.ask(call).reasons).not.toContain("frozen");
    expect(fresh.ask({ ...call, tool: "mcp__ledger__readFile" }).reasons[0]).toBe("frozen");
  });

  it("is not known without its list, also beside eight other histories", () => {
    const from = source(
      [],
      [],
      [
        { name: "path", key: [PATH], tallies: [{ number: 1n }] },
        { name: "freezes", key: null, tallies: [] },
      ],
    );
    const actions = from.actions.map((action) => ({
      ...action,
      tallies: action.fields.includes(PATH) ? [0] : [],
    }));
    const files = [..."abcdefgh"];
    const given = bash(files.map((file) => `echo < ${file}`).join("; "));
    const empty = (id: Uint8Array): [Uint8Array, Uint8Array] => [id, new Uint8Array(32)];
    const ofFiles = files.map((file) => empty(cellId(SALT, "path", [`./${file}`])));
    const states = (cells: [Uint8Array, Uint8Array][]): unknown => {
      const { verdict, reasons } = new Host({ ...from, actions }).ask({ ...given, cells });
      return [verdict, reasons.filter((code) => wire.words.groups.reason_state?.includes(code))];
    };
    expect(states(ofFiles)).toEqual(["deny", ["state_invalid", "cells_overflow"]]);
    expect(states([...ofFiles.slice(1), empty(FREEZES)])).toEqual(["review", ["cells_overflow"]]);
    expect(states(ofFiles.slice(1))).toEqual(["deny", ["state_invalid"]]);
  });

  it("is an action by its name in the direct form, and no tool", () => {
    expect(asked(direct, "action", "files.read")).toBe(true);
    expect(asked(direct, "action", "file.read")).toBe(false);
    expect(asked(direct, "tool", "file.read")).toBe(false);
  });

  it("is what any reading names", () => {
    const twoReadings = { tool: "send_email", args: { to: "me@acme.example", options: {} }, context: calm };
    expect(asked(twoReadings, "action", "email.send")).toBe(true);
    expect(asked(bash("echo < a", { context: calm }), "action", "files.read")).toBe(true);
  });

  it("is thawed again, and events go on", () => {
    const fresh = new Host(source());
    const freeze = { kind: "freeze", scope: "agent", value: "g" };
    fresh.event(freeze);
    expect(fresh.ask(call).reasons[0]).toBe("frozen");
    expect(fresh.event({ kind: "label", labels: ["pii"] }, { context: calm }).verdict).toBe("allow");
    fresh.event({ ...freeze, kind: "thaw" });
    expect(fresh.ask(call).reasons).not.toContain("frozen");
    // Without memory nobody knows what is frozen.
    fresh.event(freeze);
    expect(fresh.cold(call).reasons).not.toContain("frozen");
  });

  it("is written as a denied call, and in shadow as one that ran", () => {
    const labelled = new Host(source([gives("pii")]));
    labelled.event({ kind: "freeze", scope: "agent", value: "g" });
    expect(labelled.ask(call).cells?.[0]).not.toHaveProperty("note");
    const shadow = labelled.ask({ ...call, mode: "shadow" });
    expect([shadow.verdict, shadow.cells?.[0]?.note?.bin]).toEqual(["deny", "0800000000000000"]);
  });

  it("stands before other reasons of state", () => {
    const fresh = new Host(source());
    fresh.event({ kind: "freeze", scope: "agent", value: "g" });
    const [list] = fresh.store.pairs([FREEZES]) as [[Uint8Array, Uint8Array]];
    const found = fresh.ask({ ...call, cells: [[cellId(SALT, "session", ["s-0"]), SALT], list] });
    expect(found.reasons.slice(0, 2)).toEqual(["frozen", "state_stale"]);
  });
});

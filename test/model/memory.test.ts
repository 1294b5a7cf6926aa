/** Whole decisions with histories: keys, what they demand, what is appended, and what a request and an image may not say. */
import { describe, expect, it } from "vitest";
import { fromBytes, hexOf, sha256 } from "./bytes.ts";
import {
  appendEvent,
  type Cell,
  type CellEvent,
  NO_NAME,
  NUMBER_MAX,
  readCell,
  sealCell,
  U32_MAX,
  writeCell,
} from "./cells.ts";
import { readCmp, writeCmp } from "./cmp.ts";
import {
  type CellSource,
  type ImageSource,
  type PredicateSource,
  type RowSource,
  seal,
  writeImage,
} from "./image-writer.ts";
import { cellId } from "./keys.ts";
import { decideModel, loadImageModel, nameModel } from "./model.ts";
import { commitment } from "./record.ts";
import { encode, encodeRequest, type Plain, type RequestSource } from "./request-writer.ts";
import { sampleImage } from "./sample.ts";
import { toPlain } from "./show.ts";
import { Store } from "./store.ts";
import { approval, reviewer } from "./vector-cases.ts";
import { fieldNumber, Refusal, statusCode, wire } from "./wire.ts";

const SALT = new Uint8Array(32).fill(5);
const NOW = 1_800_000_000_000;
const REFUND = 6;
const MAIL = 1;

const signal = (index: number, operator: string, ...values: number[]): PredicateSource => ({
  operand: "signal",
  operator,
  subject: index,
  values,
});

/** The sample with histories of sessions, payees and recipients, and rows that ask them. */
function source(rows: RowSource[] = [], more: Partial<ImageSource> = {}): ImageSource {
  const base = sampleImage.rows.length;
  const added = rows.map((_, i) => base + i);
  return {
    ...sampleImage,
    cells: [
      { name: "session", key: "session", tallies: [{ number: 3n }, { number: 8n, counts: "any" }] },
      {
        name: "payee",
        key: [fieldNumber("payee"), fieldNumber("currency")],
        tallies: [{ number: 1n }, { number: 2n, counts: "denied" }],
      },
      { name: "recipient", key: [fieldNumber("recipient")], tallies: [{ number: 1n, counts: "any" }] },
    ],
    signals: [
      { name: "in session", tally: 0, windowS: 60, measure: "count" },
      { name: "to payee", tally: 2, windowS: 60, measure: "count", calm: true },
      { name: "to recipient", tally: 4, windowS: 60, measure: "count", calm: true },
    ],
    rows: [...sampleImage.rows, ...rows],
    actions: sampleImage.actions.map((action, i) => ({
      ...action,
      rows: [...(action.rows ?? []), ...added],
      tallies: i === REFUND ? [0, 1, 2, 3] : i === MAIL ? [0, 4] : [],
    })),
    ...more,
  };
}

const row = (code: string, ...clauses: PredicateSource[][]): RowSource => ({
  code,
  kind: "row",
  verdict: "allow",
  clauses,
});

/** A policy and a store of its histories. */
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

  name(call: RequestSource): Uint8Array[] {
    return nameModel(this.image, encodeRequest(call, this.digest), SALT).ids;
  }

  /** Decides with the cells of a call, or with these. */
  ask(call: RequestSource, ids = this.name(call), bytes?: Uint8Array[]) {
    const request = encodeRequest({ ...call, cells: call.cells ?? this.store.pairs(ids) }, this.digest);
    const answer = decideModel(this.image, request, bytes ?? this.store.bytes(ids), SALT);
    if (!("record" in answer)) throw new Error(statusCode(answer.status));
    this.store.keep(ids, answer);
    const record = toPlain(readCmp(answer.record)) as {
      verdict: string;
      reasons: string[];
      rows: string[];
      obligations: object;
      cells?: {
        id: { bin: string };
        before: { bin: string };
        after: { bin: string };
        events: { bin: string };
      }[];
    };
    return { record, cells: answer.cells };
  }

  cell(id: Uint8Array): Cell {
    return readCell(this.store.of(id).bytes, id) as Cell;
  }
}

const refund = (payee: string, more: Partial<RequestSource> = {}): RequestSource => ({
  action: "payments.refund",
  fields: { amount_minor: 1234, currency: "USD", payee },
  ...more,
  context: { session: "s-1", ...more.context },
});
const mail = (to: unknown, more: Partial<RequestSource> = {}): RequestSource => ({
  action: "email.send",
  fields: { recipient: to as string },
  ...more,
  context: { session: "s-1", ...more.context },
});

/** The same with a shell; each file that a command reads is an action that counts in sessions. */
function withShell(from: ImageSource): ImageSource {
  const tool = fieldNumber("command");
  return {
    ...from,
    actions: [
      ...from.actions.map((action, i) => (i === 2 ? { ...action, tallies: [0, 1] } : action)),
      { name: "process.shell", number: 200, fields: [tool], effect: "execute" },
    ],
    mappings: [
      ...from.mappings,
      {
        id: "disk/bash",
        pack: 2,
        action: from.actions.length,
        names: ["bash"],
        ops: [{ field: tool, transform: "typed", path: ["command"] }],
        language: "shell",
      },
    ],
  };
}

const bash = (command: string): RequestSource => ({
  tool: "bash",
  args: { command },
  context: { session: "s" },
});

describe("the names of a call", () => {
  const host = new Host(source());
  const session = cellId(SALT, "session", ["s-1"]);

  it("are those of its keys, kind by kind", () => {
    expect(host.name(refund("p"))).toEqual([session, cellId(SALT, "payee", ["p", "USD"])]);
    expect(host.name(mail("a@b.example"))).toEqual([session, cellId(SALT, "recipient", ["a@b.example"])]);
  });

  it("are none where a part is missing, malformed or one of several", () => {
    expect(host.name({ action: "payments.refund", fields: { payee: "p" } })).toEqual([]);
    expect(host.name(refund("p", { context: { session: undefined } }))).toHaveLength(1);
    expect(host.name(mail("a@b.example, c@b.example"))).toEqual([session]);
    expect(host.name(mail("a\u0001b"))).toEqual([session]);
    // No tally of the kind: no key of fields, but one of the context.
    expect(host.name({ action: "calendar.list_events", fields: {}, context: { session: "s-1" } })).toEqual([
      session,
    ]);
  });

  it("are of every reading, each once", () => {
    // Two packs know send_email: mailer reads to and cc, web reads to alone.
    const call = { tool: "send_email", args: { to: "a@b.example", cc: [{ email: "c@b.example" }] } };
    expect(host.name({ ...call, context: { session: "s-1" } })).toEqual([
      session,
      cellId(SALT, "recipient", ["a@b.example"]),
    ]);
  });

  it("depend on the key salt", () => {
    const request = encodeRequest(refund("p"), host.digest);
    expect(nameModel(host.image, request).ids[0]).toEqual(cellId(new Uint8Array(32), "session", ["s-1"]));
  });

  it("answer a refusal as a decision does", () => {
    const request = encodeRequest({ ...refund("p"), mode: "x" }, host.digest);
    const { status, offset } = decideModel(host.image, request);
    expect(nameModel(host.image, request)).toEqual({ status, offset, ids: [] });
  });
});

describe("a decision with histories", () => {
  it("appends what counts and chains the digest", () => {
    const host = new Host(source());
    const [session, payee] = host.name(refund("p")) as [Uint8Array, Uint8Array];
    const first = host.ask(refund("p"));
    expect(first.record.verdict).not.toBe("deny");
    const cell = host.cell(session);
    const target = sha256("cmp1:cell\n", SALT, Uint8Array.from([0xa1, 0x70]));
    const expected: CellEvent = {
      time: BigInt(NOW),
      amount: 1234n,
      target: new DataView(target.buffer).getBigUint64(0, true),
      units: 1n,
      tallies: 3,
      action: 58,
      tier: cell.events[0]?.tier as number,
      verdict: wire.verdicts.indexOf(first.record.verdict),
      // Without a salt it would be that of all such calls.
      name: NO_NAME,
    };
    expect(cell.events).toEqual([expected]);
    // A tally that counts denied calls does not count this one.
    expect(host.cell(payee).events).toEqual([{ ...expected, tallies: 1 }]);
    const [history] = first.record.cells ?? [];
    expect(history?.id.bin).toBe(hexOf(session));
    expect(history?.before.bin).toBe("00".repeat(32));
    expect(history?.events.bin).toHaveLength(80);
    const after = sha256(
      "cmp1:cell\n",
      session,
      new Uint8Array(32),
      Uint8Array.from([1, 0, 0, 0]),
      new Uint8Array(Buffer.from(history?.events.bin ?? "", "hex")),
    );
    expect(history?.after.bin).toBe(hexOf(after));
    expect(cell.digest).toEqual(after);
    const second = host.ask(refund("q"));
    expect(second.record.cells?.[0]?.before.bin).toBe(hexOf(after));
    expect(host.cell(session).events).toHaveLength(2);
    expect(host.cell(payee).events).toHaveLength(1);
  });

  it("leaves the cells alone that nothing counts in", () => {
    const host = new Host(source());
    const call = { action: "calendar.list_events", fields: {}, context: { session: "s-1" } };
    const { record, cells } = host.ask(call);
    expect(cells).toEqual([null]);
    expect(record.cells?.[0]?.events.bin).toBe("");
    expect(record.cells?.[0]?.after.bin).toBe("00".repeat(32));
    expect(record.reasons).not.toContain("state_invalid");
  });

  it("counts by verdict and mode", () => {
    const deny: RowSource = { ...row("never"), verdict: "deny" };
    const masks = (mode: string): number[] => {
      const host = new Host(source([deny]));
      const ids = host.name(refund("p"));
      host.ask(refund("p", { mode }));
      return ids.map((id) => host.cell(id)?.events[0]?.tallies ?? 0);
    };
    // Session: ran, any. Payee: ran, denied.
    expect(masks("enforce")).toEqual([2, 2]);
    expect(masks("shadow")).toEqual([3, 1]);
  });

  it("takes the later of two clocks", () => {
    const host = new Host(source([row("asked", [signal(0, "ge", 2)])]));
    host.ask(refund("p"));
    const earlier = refund("p", { context: { time_ms: NOW - 90_000 } });
    const { record } = host.ask(earlier);
    expect(record.reasons).toContain("time_backwards");
    expect(record.rows).toContain("asked");
    const [session] = host.name(earlier) as [Uint8Array];
    expect(host.cell(session).events.map(({ time }) => time)).toEqual([BigInt(NOW), BigInt(NOW)]);
    expect(host.ask(refund("p")).record.reasons).not.toContain("time_backwards");
  });

  it("fills a ring of 128 and goes on", () => {
    const host = new Host(source());
    const [session] = host.name(refund("p")) as [Uint8Array];
    for (let i = 0; i < 130; i++) host.ask(refund("p", { context: { time_ms: NOW + i * 1000 } }));
    const cell = host.cell(session);
    expect([cell.events.length, cell.leftCount, cell.leftTime]).toEqual([128, 2n, BigInt(NOW + 1000)]);
    expect(cell.firstTime).toBe(BigInt(NOW));
    expect(cell.hours.map(({ index, columns }) => [index, columns[0]?.events])).toEqual([[500_000n, 2n]]);
    expect(cell.days.map(({ index, columns }) => [index, columns[1]?.amount])).toEqual([[20_833n, 2468n]]);
  });

  it("weighs what it does not know as the most", () => {
    const host = new Host(source());
    const weight = (call: RequestSource): CellEvent => {
      const [session] = host.name(call) as [Uint8Array];
      host.ask(call);
      return host.cell(session).events.at(-1) as CellEvent;
    };
    const unknown = { action: "payments.refund", fields: { payee: "p", amount_minor: 1, currency: "XXX" } };
    expect(weight({ ...unknown, context: { session: "x" } }).amount).toBe(NUMBER_MAX);
    expect(weight({ ...unknown, fields: {}, context: { session: "x" } }).amount).toBe(NUMBER_MAX);
    expect(weight({ ...unknown, fields: {}, context: { session: "x" } }).target).toBe(0n);
    const three = weight(mail("a@b.example,c@b.example,d@b.example"));
    expect([three.amount, three.units]).toEqual([0n, 3n]);
  });

  it("weighs the value of count", () => {
    const from = source();
    const move = 3;
    const host = new Host({
      ...from,
      actions: from.actions.map((action, i) => (i === move ? { ...action, tallies: [1] } : action)),
    });
    const units = (count: unknown): bigint | undefined => {
      const call = {
        action: "files.move",
        fields: { path: ["a", "b"], count: count as number },
        context: { session: `${count}` },
      };
      const [session] = host.name(call) as [Uint8Array];
      host.ask(call);
      return host.cell(session).events.at(-1)?.units;
    };
    expect([units(1), units(7), units(-1), units("?"), units(2 ** 32)]).toEqual([
      2n,
      7n,
      U32_MAX,
      U32_MAX,
      U32_MAX,
    ]);
  });

  it("keeps a request without memory as it was", () => {
    const host = new Host(source());
    const answer = decideModel(host.image, encodeRequest(refund("p"), host.digest));
    if (!("record" in answer)) throw new Error("refused");
    expect(answer.cells).toEqual([]);
    expect(Object.keys(toPlain(readCmp(answer.record)) as object)).not.toContain("cells");
  });
});

describe("signals", () => {
  const rows = [
    row("many", [signal(0, "ge", 2)]),
    row("few", [signal(0, "lt", 2)]),
    row("there", [signal(0, "present")]),
    row("not there", [signal(0, "absent")]),
    row("again", [signal(1, "ge", 2)]),
    row("payee there", [signal(1, "present")]),
    row("recipient again", [signal(2, "ge", 2)]),
    row("recipient gone", [signal(2, "absent")]),
  ];
  const asked = (found: { record: { rows: string[] } }): string[] =>
    found.record.rows.filter((code) => rows.some((one) => one.code === code));

  it("are numbers of a cell", () => {
    const host = new Host(source(rows));
    expect(asked(host.ask(refund("p")))).toEqual(["few", "there", "payee there", "recipient gone"]);
    expect(asked(host.ask(refund("p")))).toEqual(["many", "there", "again", "payee there", "recipient gone"]);
    expect(asked(host.ask(refund("q")))).toEqual(["many", "there", "payee there", "recipient gone"]);
  });

  it("are unknown without one, and calm if they may be", () => {
    const host = new Host(source(rows));
    const decided = decideModel(host.image, encodeRequest(refund("p"), host.digest));
    if (!("record" in decided)) throw new Error("refused");
    const record = toPlain(readCmp(decided.record)) as { rows: string[] };
    expect(asked({ record })).toEqual(["many", "few", "not there", "recipient gone"]);
    // Several recipients are not calm, but without memory nobody asks for whom there is some.
    const several = encodeRequest(mail("a@b.example, c@b.example"), host.digest);
    const without = decideModel(host.image, several);
    if (!("record" in without)) throw new Error("refused");
    const { rows: found } = toPlain(readCmp(without.record)) as { rows: string[] };
    expect(asked({ record: { rows: found } })).not.toContain("recipient again");
    expect(asked(host.ask(mail("a@b.example, c@b.example")))).toContain("recipient again");
    expect(asked(host.ask(mail("a@b.example")))).not.toContain("recipient again");
  });

  it("are unknown where the cell is stale, damaged or missing", () => {
    for (const spoil of ["stale", "damaged", "missing"]) {
      const host = new Host(source(rows));
      host.ask(refund("p"));
      const ids = host.name(refund("p"));
      const bytes = host.store.bytes(ids);
      const pairs = host.store.pairs(ids);
      if (spoil === "stale") for (const pair of pairs) pair[1] = SALT;
      if (spoil === "damaged") for (const one of bytes) one[130] = 255;
      const cells = spoil === "missing" ? [] : pairs;
      const found = asked(host.ask(refund("p", { cells }), ids, bytes));
      expect(found, spoil).toEqual(["many", "few", "not there", "again", "recipient gone"]);
    }
  });

  it("bound what a relax entry calms, if a cell has them", () => {
    const relax = (code: string, asked: PredicateSource): RowSource => ({
      code,
      kind: "relax",
      verdict: "allow",
      clauses: [[asked]],
    });
    const entries = [
      relax("seldom", signal(1, "lt", 2)),
      relax("there", signal(1, "present")),
      relax("not there", signal(1, "absent")),
    ];
    const host = new Host(source(entries));
    const matched = (rows: string[]): string[] =>
      rows.filter((code) => entries.some((one) => one.code === code));
    expect(matched(host.ask(refund("p")).record.rows)).toEqual(["seldom", "there"]);
    expect(matched(host.ask(refund("p")).record.rows)).toEqual(["there"]);
    // Calm numbers are for entries that raise.
    const decided = decideModel(host.image, encodeRequest(refund("p"), host.digest));
    if (!("record" in decided)) throw new Error("refused");
    expect(matched((toPlain(readCmp(decided.record)) as { rows: string[] }).rows)).toEqual(["not there"]);
  });

  it("name what kept a tally from counting", () => {
    const set = sampleImage.sets.length;
    const counting = (operator: string): Partial<ImageSource> => {
      const clauses = [[{ operand: "field_text", operator, subject: fieldNumber("payee"), set }]];
      const [session, ...others] = source().cells ?? [];
      return {
        sets: [...sampleImage.sets, { name: "known payees", values: ["p"] }],
        cells: [
          { ...(session as CellSource), tallies: [{ number: 3n, clauses }, { number: 8n }] },
          ...others,
        ],
      };
    };
    const lowered = (operator: string): unknown => {
      const { record } = new Host(source([], counting(operator))).ask(refund("p"));
      return (record as unknown as { lowered_by: string[][] }).lowered_by.filter(
        ([, name]) => name === "known payees",
      );
    };
    expect(lowered("not_in_set")).toEqual([["set", "known payees", "org"]]);
    expect(lowered("in_set")).toEqual([]);
  });

  it("see the parts before in the same call", () => {
    const host = new Host(withShell(source([row("twice", [signal(0, "ge", 2)])])));
    const twice = host.ask(bash("echo < a.txt; echo < b.txt"));
    expect(twice.record.rows).toContain("twice");
    const [session] = host.name(bash("echo")) as [Uint8Array];
    expect(host.cell(session).events).toHaveLength(2);
    expect(host.cell(session).events.map(({ target }) => target)).not.toEqual([0n, 0n]);
    const once = new Host(source([row("twice", [signal(0, "ge", 2)])]));
    expect(once.ask(refund("p")).record.rows).not.toContain("twice");
  });
});

describe("tallies", () => {
  it("count where their clauses match or nobody knows", () => {
    const clause = (values: number[]): PredicateSource[][] => [
      [{ operand: "amount_ref", operator: "ge", values }],
    ];
    const host = new Host(
      source([], {
        cells: [
          {
            name: "session",
            key: "session",
            tallies: [
              { number: 1n, clauses: clause([1000]) },
              { number: 2n, clauses: clause([2000]) },
              { number: 3n, clauses: [[{ operand: "tier", operator: "in", values: [4] }]] },
              { number: 4n, clauses: [[{ operand: "amount_ref", operator: "lt", values: [1] }]] },
            ],
          },
        ],
        signals: [],
        actions: sampleImage.actions.map((action) => ({ ...action, tallies: [3, 2, 1, 0, 0] })),
      }),
    );
    const [session] = host.name(refund("p")) as [Uint8Array];
    host.ask(refund("p"));
    expect(host.cell(session).events[0]?.tallies).toBe(0b0101);
  });
});

describe("what histories demand", () => {
  const reasons = (found: { record: { reasons: string[] } }): string[] =>
    found.record.reasons.filter((code) => /^(state|cells|time)_/.test(code));
  const call = mail("me@acme.example");

  /** A host that decided once, and what it would send for the next call. */
  function again() {
    const host = new Host(source());
    const before = host.ask(call);
    expect(before.record.verdict).toBe("allow");
    const ids = host.name(call);
    return { host, ids, pairs: host.store.pairs(ids), bytes: host.store.bytes(ids) };
  }

  it("is nothing where all is well", () => {
    const { host } = again();
    const found = host.ask(call);
    expect([found.record.verdict, reasons(found)]).toEqual(["allow", []]);
  });

  it("is a denial where a cell is damaged, and nothing is written", () => {
    const { host, ids, bytes } = again();
    const damaged = bytes.map((one, i) => (i === 0 ? one.slice(0, 100) : one));
    const found = host.ask(call, ids, damaged);
    expect([found.record.verdict, reasons(found), found.cells]).toEqual([
      "deny",
      ["state_invalid"],
      [null, null],
    ]);
    expect(
      found.record.cells?.map(({ before, after, events }) => [before.bin === after.bin, events.bin]),
    ).toEqual([
      [true, ""],
      [true, ""],
    ]);
    expect(found.record.obligations).toEqual({});
  });

  it("is a denial where a cell is another's, missing, or nobody's", () => {
    const { host, ids, pairs, bytes } = again();
    expect(reasons(host.ask(call, ids, [...bytes].reverse()))).toEqual(["state_invalid"]);
    expect(reasons(host.ask({ ...call, cells: pairs.slice(1) }, ids, bytes.slice(1)))).toEqual([
      "state_invalid",
    ]);
    const foreign: [Uint8Array, Uint8Array] = [new Uint8Array(32).fill(1), new Uint8Array(32)];
    expect(reasons(host.ask({ ...call, cells: [...pairs, foreign] }, ids, bytes))).toEqual(["state_invalid"]);
    expect(reasons(host.ask({ ...call, cells: [] }, ids, []))).toEqual(["state_invalid"]);
  });

  it("is a denial where a cell is older than its digest", () => {
    const { host, ids, pairs, bytes } = again();
    const old = pairs.map(([id]): [Uint8Array, Uint8Array] => [id, SALT]);
    const found = host.ask({ ...call, cells: old }, ids, bytes);
    expect([found.record.verdict, reasons(found), found.cells]).toEqual([
      "deny",
      ["state_stale"],
      [null, null],
    ]);
    // No bytes, where the log knows some.
    expect(reasons(host.ask(call, ids, [new Uint8Array(), bytes[1] as Uint8Array]))).toEqual(["state_stale"]);
    // A cell, where the log knows of none.
    const none = pairs.map(([id]): [Uint8Array, Uint8Array] => [id, new Uint8Array(32)]);
    expect(reasons(host.ask({ ...call, cells: none }, ids, bytes))).toEqual(["state_stale"]);
  });

  it("is a review where more than eight are touched", () => {
    const kinds = ["session", "agent", "actor", "principal", "tenant"];
    const host = new Host(
      source([], {
        cells: [
          ...kinds.map((key, i) => ({ name: key, key, tallies: i === 0 ? [{ number: 1n }] : [] })),
          ...["recipient", "subject", "text"].map((name) => ({
            name,
            key: [fieldNumber(name)] as [number],
            tallies: [{ number: 1n }],
          })),
        ],
        signals: [],
        actions: sampleImage.actions.map((action) => ({ ...action, tallies: [0, 1, 2, 3] })),
      }),
    );
    // Two readings of one tool: web knows no subject and no text, mailer reads another recipient.
    const many: RequestSource = {
      tool: "send_email",
      args: { to: "me@acme.example", subject: "x", body: "y" },
      context: Object.fromEntries(kinds.map((kind) => [kind, "a"])),
    };
    expect(host.name(many)).toHaveLength(8);
    const all = host.ask(many);
    expect([all.record.verdict, reasons(all)]).toEqual(["allow", []]);
    // Nine: the list ends after the eighth, so the last one is left out.
    const nine = new Host({
      ...source([], {
        cells: [{ name: "recipient", key: [fieldNumber("recipient")], tallies: [{ number: 1n }] }],
        signals: [],
        actions: sampleImage.actions.map((action) => ({ ...action, tallies: [0] })),
      }),
      mappings: Array.from({ length: 9 }, (_, pack) => ({
        id: `p${pack}/mail`,
        pack,
        action: MAIL,
        names: ["mail"],
        ops: [{ field: fieldNumber("recipient"), transform: "typed" as const, path: [`to${pack}`] }],
      })).filter(({ pack }) => pack < 8),
      packs: Array.from({ length: 9 }, (_, i) => `p${i}`),
    });
    const eight: RequestSource = {
      tool: "mail",
      args: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`to${i}`, `a${i}@acme.example`])),
    };
    const ids = nine.name(eight);
    expect(ids).toHaveLength(8);
    expect(nine.ask(eight).record.verdict).toBe("allow");
    // A ninth key, of another reading: the request can list only eight.
    const ninth = nine.name({ tool: "mail", args: { to0: "other@acme.example" } });
    const cells = nine.store.pairs([...ids.slice(0, 7), ...ninth]);
    const swapped = nine.ask({ ...eight, cells }, [...ids.slice(0, 7), ...ninth]);
    expect(reasons(swapped)).toEqual(["state_invalid", "cells_overflow"]);
  });

  it("stands after gates and before rows", () => {
    const gate: RowSource = { ...row("shut"), kind: "gate", verdict: "deny" };
    const host = new Host(source([gate, { ...row("closed"), verdict: "deny" }]));
    host.ask(refund("p"));
    const found = host.ask(refund("p", { cells: [], context: { time_ms: NOW - 1 } }), [], []);
    expect(found.record.reasons.slice(0, 3)).toEqual(["shut", "state_invalid", "closed"]);
  });
});

describe("a call that is decided again", () => {
  const salt = new Uint8Array(32).fill(9);
  const look: RowSource = { ...row("look"), verdict: "review" };
  const twice = row("twice", [signal(0, "ge", 2)]);
  /** All calls are reviewed; `twice`: it is not the first of its session. */
  const reviewing = (more: Partial<ImageSource> = {}): Host => new Host(source([look, twice], more));
  const call = refund("p", { salt });
  const nameOf = ({ salt: own = salt, fields, args }: RequestSource): string =>
    fromBytes(commitment(own, encode((fields ?? args) as Plain)).subarray(0, 6));
  const seen = (host: Host, of: RequestSource): [number, string][] => {
    const [session] = host.name(of) as [Uint8Array];
    return host.cell(session).events.map(({ verdict, name }) => [verdict, name]);
  };
  const [ALLOWED, REVIEWED, DENIED] = [0, 1, 2];
  /** What persons say to a call that was just reviewed. */
  const approvalOf = (host: Host, of: RequestSource, { reasons }: { reasons: string[] }): Plain =>
    approval({
      args: commitment(of.salt as Uint8Array, encode((of.fields ?? of.args) as Plain)),
      image: host.digest,
      at_ms: NOW - 1000,
      expires_ms: NOW + 60_000,
      reasons,
    });

  it("has its name in the events of its review", () => {
    const host = reviewing();
    const { record } = host.ask(call);
    expect(seen(host, call)).toEqual([[REVIEWED, nameOf(call)]]);
    expect(nameOf(call)).not.toBe(NO_NAME);
    for (const { events } of record.cells ?? []) {
      expect(events.bin.slice(2 * 33)).toBe(
        `01${hexOf(commitment(salt, encode(call.fields as Plain))).slice(0, 12)}`,
      );
    }
    // Other verdicts have none.
    const allowing = new Host(source());
    allowing.ask(mail("me@acme.example", { salt }));
    expect(seen(allowing, call)).toEqual([[ALLOWED, NO_NAME]]);
    const denying = new Host(source([{ ...look, verdict: "deny" }]));
    denying.ask(call);
    expect(seen(denying, call)).toEqual([[DENIED, NO_NAME]]);
  });

  it("has none in shadow mode", () => {
    const host = reviewing();
    host.ask({ ...call, mode: "shadow" });
    expect(seen(host, call)).toEqual([[REVIEWED, NO_NAME]]);
    const { record } = host.ask({ ...call, reviewer: reviewer({}) });
    expect(record.rows).toContain("twice");
    expect(seen(host, call)).toEqual([
      [REVIEWED, NO_NAME],
      [REVIEWED, nameOf(call)],
    ]);
    // What was reviewed in earnest is found in shadow mode as well.
    host.ask({ ...call, mode: "shadow", reviewer: reviewer({}) });
    expect(seen(host, call)).toEqual([
      [REVIEWED, NO_NAME],
      [REVIEWED, NO_NAME],
    ]);
  });

  it.each([0, 9])("has none if its salt begins with eight zeros, the others being %i", (others) => {
    const host = reviewing();
    const blind = { ...call, salt: new Uint8Array(32).fill(others, 8) };
    const { record } = host.ask(blind);
    expect(seen(host, call)).toEqual([[REVIEWED, NO_NAME]]);
    const again = host.ask({ ...blind, approval: approvalOf(host, blind, record) });
    // It counts beside its review, which nobody has seen.
    expect([again.record.verdict, again.record.reasons.includes("approval_stale")]).toEqual(["review", true]);
    expect(again.record.rows).toContain("twice");
    expect(seen(host, call)).toEqual([
      [REVIEWED, NO_NAME],
      [REVIEWED, NO_NAME],
    ]);
    host.ask({ ...blind, reviewer: reviewer({ answer: "deny" }) });
    expect(seen(host, call)).toHaveLength(3);
  });

  it("has one if the eighth byte of its salt is not zero", () => {
    const host = reviewing();
    const nearly = { ...call, salt: new Uint8Array(32).fill(1, 7, 8) };
    host.ask(nearly);
    expect(seen(host, call)).toEqual([[REVIEWED, nameOf(nearly)]]);
    host.ask({ ...nearly, reviewer: reviewer({}) });
    expect(seen(host, call)).toEqual([[REVIEWED, nameOf(nearly)]]);
  });

  it("takes the place of its review when persons approve", () => {
    const host = reviewing();
    const ids = host.name(call);
    const first = host.ask(call);
    const digest = host.cell(ids[0] as Uint8Array).digest;
    host.ask(mail("me@acme.example"));
    const later = { ...call, context: { ...call.context, time_ms: NOW + 5000 } };
    const reasons = [...first.record.reasons, "twice"];
    const again = host.ask({ ...later, approval: approvalOf(host, call, { reasons }) });
    expect(again.record.verdict).toBe("allow");
    expect(seen(host, call)).toEqual([
      [REVIEWED, NO_NAME],
      [ALLOWED, NO_NAME],
    ]);
    const [session, payee] = ids.map((id) => host.cell(id)) as [Cell, Cell];
    expect(session.events.map(({ time }) => time)).toEqual([BigInt(NOW), BigInt(NOW + 5000)]);
    expect(payee.events.map(({ verdict, time }) => [verdict, time])).toEqual([[ALLOWED, BigInt(NOW + 5000)]]);
    expect([session.firstTime, session.lastTime]).toEqual([BigInt(NOW), BigInt(NOW + 5000)]);
    // The digest knows the review still: it goes on behind it.
    expect(first.record.cells?.[0]?.after.bin).toBe(hexOf(digest));
    expect(again.record.cells?.[1]?.before.bin).toBe(first.record.cells?.[1]?.after.bin);
  });

  it("is not asked about its review", () => {
    const host = reviewing();
    const { record } = host.ask(call);
    expect(record.rows).not.toContain("twice");
    expect(host.ask({ ...call, approval: approvalOf(host, call, record) }).record.rows).not.toContain(
      "twice",
    );
    // That it ran is no review.
    const reasons = [...record.reasons, "twice"];
    const third = host.ask({ ...call, approval: approvalOf(host, call, { reasons }) });
    expect(third.record.rows).toContain("twice");
    expect(seen(host, call)).toEqual([
      [ALLOWED, NO_NAME],
      [ALLOWED, NO_NAME],
    ]);
  });

  it("takes the place of its review when a reviewer answers", () => {
    const host = reviewing();
    const ids = host.name(call);
    host.ask(call);
    for (let i = 0; i < 2; i++) {
      const { record } = host.ask({ ...call, reviewer: reviewer({}) });
      expect(record.rows).not.toContain("twice");
      expect(seen(host, call)).toEqual([[REVIEWED, nameOf(call)]]);
    }
    const later = { ...call, context: { ...call.context, time_ms: NOW + 5000 } };
    host.ask({ ...later, reviewer: reviewer({ answer: "deny" }) });
    expect(seen(host, call)).toEqual([[DENIED, NO_NAME]]);
    const [session, payee] = ids.map((id) => host.cell(id)) as [Cell, Cell];
    expect(payee.events.map(({ tallies }) => tallies)).toEqual([2]);
    // That there was an event of the tally of what ran stays in the table.
    expect(session.events.map(({ tallies }) => tallies)).toEqual([2]);
    expect(session.tallies.map(({ lastTime }) => lastTime)).toEqual([BigInt(NOW), BigInt(NOW + 5000)]);
  });

  it("takes it also with an approval that comes to nothing", () => {
    const host = reviewing();
    host.ask(call);
    const { record } = host.ask({ ...call, approval: approval({}) });
    expect([record.verdict, record.reasons.includes("approval_mismatch")]).toEqual(["review", true]);
    expect(record.rows).not.toContain("twice");
    expect(seen(host, call)).toEqual([[REVIEWED, nameOf(call)]]);
  });

  it("is none without an answer, with other arguments, or with another salt", () => {
    const host = reviewing();
    host.ask(call);
    const others: RequestSource[] = [
      call,
      { ...refund("q", { salt }), reviewer: reviewer({}) },
      { ...call, salt: new Uint8Array(32).fill(8), reviewer: reviewer({}) },
    ];
    for (const other of others) expect(host.ask(other).record.rows).toContain("twice");
    const names = [nameOf(call), ...others.map(nameOf)];
    expect(seen(host, call)).toEqual(names.map((name) => [REVIEWED, name]));
    expect(new Set(names).size).toBe(3);
    // All reviews of the call: it was asked twice.
    host.ask({ ...call, reviewer: reviewer({ answer: "deny" }) });
    expect(seen(host, call)).toEqual([...names.slice(2).map((name) => [REVIEWED, name]), [DENIED, NO_NAME]]);
  });

  it("leaves the review where nothing is written", () => {
    const host = reviewing({
      cells: [{ name: "session", key: "session", tallies: [{ number: 3n }] }],
      signals: [{ name: "in session", tally: 0, windowS: 60, measure: "count" }],
      actions: source([look, twice]).actions.map((action) => ({ ...action, tallies: [0] })),
    });
    host.ask(call);
    const [session] = host.name(call) as [Uint8Array];
    const { bytes } = host.store.of(session);
    // What is denied did not run.
    const { record, cells } = host.ask({ ...call, reviewer: reviewer({ answer: "deny" }) });
    expect(record.rows).not.toContain("twice");
    expect(cells).toEqual([null]);
    expect(host.store.of(session).bytes).toEqual(bytes);
    expect(seen(host, call)).toEqual([[REVIEWED, nameOf(call)]]);
    expect(record.cells?.[0]?.after.bin).toBe(record.cells?.[0]?.before.bin);
    // Nor is anything written to a history that is older than its digest.
    const stale = host.ask({ ...call, cells: [[session, SALT]], reviewer: reviewer({}) }, [session]);
    expect([stale.record.reasons.includes("state_stale"), stale.cells]).toEqual([true, [null]]);
  });

  it("takes out the events of all of its parts", () => {
    const host = new Host(withShell(source([look, twice, row("thrice", [signal(0, "ge", 3)])])));
    const parts = { ...bash("echo < a.txt; echo < b.txt"), salt };
    const { record } = host.ask(parts);
    const other = { ...bash("echo < c.txt"), salt };
    host.ask(other);
    const [one, two] = [nameOf(parts), nameOf(other)].map((name): [number, string] => [REVIEWED, name]);
    expect(seen(host, parts)).toEqual([one, one, two]);
    const again = host.ask({ ...parts, approval: approvalOf(host, parts, record) });
    // The other one and the two parts.
    expect(again.record.rows).toContain("thrice");
    expect(seen(host, parts)[0]).toEqual(two);
    expect(seen(host, parts)).toHaveLength(3);
  });

  it("makes room in the ring, and leaves alone what left it", () => {
    const host = reviewing();
    host.ask(call);
    const [session] = host.name(call) as [Uint8Array];
    const fill = (count: number): void => {
      const cell = host.cell(session);
      const [event] = cell.events as [CellEvent];
      for (let i = 0; i < count; i++) appendEvent(cell, { ...event, verdict: ALLOWED, name: NO_NAME });
      host.store.cells.set(hexOf(session), { bytes: writeCell(cell), digest: cell.digest });
    };
    fill(127);
    host.ask({ ...call, reviewer: reviewer({}) });
    expect([host.cell(session).events.length, host.cell(session).leftCount]).toEqual([128, 0n]);
    expect(seen(host, call).at(-1)).toEqual([REVIEWED, nameOf(call)]);
    // Now the review is among those that leave.
    fill(128);
    expect(host.cell(session).leftCount).toBe(128n);
    host.ask({ ...call, reviewer: reviewer({}) });
    const { hours, leftCount } = host.cell(session);
    expect([leftCount, hours[0]?.columns[0]?.events]).toEqual([129n, 129n]);
  });
});

describe("a cell of another image", () => {
  it("goes on with the tallies that both have", () => {
    const first = new Host(source());
    const [session] = first.name(refund("p")) as [Uint8Array];
    first.ask(refund("p"));
    first.ask(mail("a@b.example"));
    const asked = [row("twice", [signal(0, "ge", 2)])];
    const asking = source(asked);
    const second = new Host(
      source(asked, {
        cells: [
          { name: "session", key: "session", tallies: [{ number: 4n }, { number: 8n, counts: "any" }] },
        ],
        signals: [{ name: "count", tally: 1, windowS: 60, measure: "count" }],
        actions: asking.actions.map((action) => ({ ...action, tallies: [0, 1] })),
      }),
    );
    second.store.cells.set(hexOf(session), first.store.of(session));
    // The mail counted in tally 3 alone: it is gone. The refund counted in 8 too.
    expect(second.ask(refund("p")).record.rows).toContain("twice");
    const cell = second.cell(session);
    expect(cell.tallies.map(({ number }) => number)).toEqual([4n, 8n]);
    expect(cell.events.map(({ tallies }) => tallies)).toEqual([2, 3]);
  });
});

describe("a request with cells", () => {
  const host = new Host(source());
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const short = new Uint8Array(31);
  const text = fromBytes(writeCmp("cells"));

  it.each([
    ["a map", {}, "value_type", 0],
    ["an entry that is no array", [1], "value_type", 1],
    ["an entry of one", [[a]], "value_range", 1],
    ["an entry of three", [[a, b, b]], "value_range", 1],
    ["an id that is no bin", [["x", b]], "value_type", 2],
    ["a digest that is no bin", [[a, 1]], "value_type", 36],
    ["a short id", [[short, b]], "value_range", 2],
    ["a short digest", [[a, short]], "value_range", 36],
    [
      "an id twice",
      [
        [a, b],
        [a, short],
      ],
      "value_range",
      71,
    ],
    ["nine entries", Array.from({ length: 9 }, () => 1), "value_range", 0],
  ])("refuses %s", (_, cells, code, place) => {
    const request = encodeRequest(
      { ...refund("p"), cells: cells as [Uint8Array, Uint8Array][] },
      host.digest,
    );
    const at = fromBytes(request).indexOf(text) + text.length;
    const { status, offset } = decideModel(host.image, request);
    expect([statusCode(status), offset - at]).toEqual([code, place]);
    expect(nameModel(host.image, request)).toEqual({ status, offset, ids: [] });
  });
});

describe("an image with histories", () => {
  const whole = writeImage(source());
  const view = new DataView(whole.buffer);
  const sectionAt = (name: string): number =>
    view.getUint32(48 + 8 * wire.sections.findIndex((section) => section.name === name), true);
  const bytesOf = (name: string): number =>
    wire.sections.find((section) => section.name === name)?.bytes as number;

  /** Where an image is refused with bytes of an entry changed: from the start of that entry. */
  function fault(section: string, entry: number, at: number, ...bytes: number[]): unknown {
    const start = sectionAt(section) + entry * bytesOf(section);
    const image = whole.slice();
    image.set(bytes, start + at);
    const loaded = loadImageModel(seal(image));
    return loaded instanceof Refusal ? [loaded.code, loaded.offset - start] : "loads";
  }

  it.each([
    ["cells", 0, 8, [2], 0],
    ["cells", 0, 8, [3], 0],
    ["cells", 0, 9, [2], 0],
    ["cells", 1, 9, [0], 0],
    ["cells", 1, 9, [43], 0],
    ["cells", 1, 9, [fieldNumber("count")], 0],
    ["cells", 1, 10, [fieldNumber("amount_minor")], 0],
    ["cells", 0, 10, [1], 0],
    ["cells", 1, 10, [43], 0],
    ["cells", 1, 4, [255, 255, 255], 0],
    ["cells", 2, 16, [2], 12],
    ["tallies", 0, 16, [3], 0],
    ["tallies", 0, 16, [1], 0],
    ["tallies", 0, 17, [3], 0],
    ["tallies", 1, 0, [3], 0],
    ["tallies", 0, 12, [255], 8],
    ["signals", 0, 8, [5], 8],
    ["signals", 0, 12, [5], 12],
    ["signals", 0, 12, [2], 12],
    ["signals", 0, 16, [0], 0],
    ["signals", 0, 16, [0x81, 0xde, 0x28], 0],
    ["signals", 0, 16, [0x41, 0x6f, 0x14, 0, 9], 0],
    ["signals", 0, 20, [12], 0],
    ["signals", 0, 21, [2], 0],
    ["signals", 0, 22, [2], 0],
    ["signals", 0, 4, [255, 255, 255], 0],
  ])("is refused at entry %2$i of %1$s: byte %3$i", (section, entry, at, bytes, place) => {
    expect(fault(section, entry, at, ...bytes)).toEqual(["image_structure", place]);
  });

  it("has kinds of freezes, without a key and without tallies", () => {
    const kinds = source().cells as CellSource[];
    const image = writeImage({ ...source(), cells: [...kinds, { name: "freezes", key: null, tallies: [] }] });
    const at = new DataView(image.buffer).getUint32(48 + 8 * 35, true) + 3 * bytesOf("cells");
    const asked = (place: number, byte: number): unknown => {
      const changed = image.slice();
      changed[at + place] = byte;
      const loaded = loadImageModel(seal(changed));
      return loaded instanceof Refusal ? [loaded.code, loaded.offset - at] : "loads";
    };
    expect(asked(8, 2)).toBe("loads");
    expect(asked(9, 9)).toEqual(["image_structure", 0]);
    expect(asked(10, 1)).toEqual(["image_structure", 0]);
    // It begins where those before end, and there are no tallies behind.
    expect(asked(16, 1)).toEqual(["image_structure", 12]);
    const counted = writeImage({
      ...source(),
      cells: [{ name: "freezes", key: null, tallies: [{ number: 1n }] }],
      signals: [],
      actions: sampleImage.actions,
    });
    const start = new DataView(counted.buffer).getUint32(48 + 8 * 35, true);
    expect(loadImageModel(counted)).toMatchObject({ code: "image_structure", offset: start + 12 });
  });

  it("has rules that give labels and name fields", () => {
    const asked = (kind: "label" | "written", target: number, value = 0): unknown => {
      const image = writeImage({
        ...sampleImage,
        rules: [...sampleImage.rules, { code: "r", kind, target, value }],
      });
      const at =
        new DataView(image.buffer).getUint32(48 + 8 * 12, true) + sampleImage.rules.length * bytesOf("rules");
      const loaded = loadImageModel(image);
      return loaded instanceof Refusal ? [loaded.code, loaded.offset - at] : "loads";
    };
    expect([asked("label", 0), asked("label", 6)]).toEqual(["loads", "loads"]);
    expect(asked("label", 7)).toEqual(["image_structure", 9]);
    expect(asked("label", 6, 1)).toEqual(["image_structure", 10]);
    expect(asked("written", fieldNumber("path"))).toBe("loads");
    for (const target of [
      0,
      43,
      fieldNumber("count"),
      fieldNumber("amount_minor"),
      fieldNumber("recursive"),
    ]) {
      expect(asked("written", target)).toEqual(["image_structure", 9]);
    }
    expect(asked("written", fieldNumber("path"), 1)).toEqual(["image_structure", 10]);
  });

  it.each(["provenance", "written"])("asks %s of fields whose values are texts", (operand) => {
    const asked = (subject: number): unknown => {
      const image = writeImage(source([row("r", [{ operand, operator: "in", subject, values: [1] }])]));
      const loaded = loadImageModel(image);
      return loaded instanceof Refusal ? loaded.code : "loads";
    };
    for (const name of ["path", "currency", "recipient", "text"])
      expect(asked(fieldNumber(name))).toBe("loads");
    for (const name of ["count", "amount_minor", "recursive"]) {
      expect(asked(fieldNumber(name))).toBe("image_structure");
    }
    expect([asked(0), asked(43)]).toEqual(["image_structure", "image_structure"]);
  });

  it("asks labels of no field", () => {
    const asked = (subject: number): unknown =>
      loadImageModel(
        writeImage(source([row("r", [{ operand: "label", operator: "in", subject, values: [1] }])])),
      );
    expect(asked(0)).not.toBeInstanceOf(Refusal);
    expect(asked(1)).toMatchObject({ code: "image_structure" });
  });

  it("is refused where two kinds have a tally together", () => {
    // The run of the second kind does not begin where that of the first one ends.
    expect(fault("cells", 0, 16, 3)).toEqual(["image_structure", bytesOf("cells") + 12]);
    expect(fault("cells", 0, 12, 1)).toEqual(["image_structure", 12]);
  });

  it("is refused where two kinds have one name", () => {
    const twin = { ...source(), cells: source().cells?.map((cell) => ({ ...cell, name: "same" })) };
    const image = writeImage(twin as ImageSource);
    const at = new DataView(image.buffer).getUint32(48 + 8 * 35, true);
    expect(loadImageModel(image)).toMatchObject({ code: "image_structure", offset: at + 20 });
  });

  it("is loaded at the bounds", () => {
    expect(fault("cells", 1, 10, 0)).toBe("loads");
    expect(fault("cells", 0, 9, 9)).toBe("loads");
    expect(fault("signals", 0, 16, 0x80, 0xde, 0x28)).toBe("loads");
    expect(fault("signals", 0, 16, 0x40, 0x6f, 0x14, 0, 9)).toBe("loads");
    expect(fault("signals", 0, 12, 1)).toBe("loads");
  });

  it("has at most eight kinds", () => {
    const kinds = (count: number): ImageSource => ({
      ...source(),
      cells: Array.from({ length: count }, (_, i) => ({ name: `kind ${i}`, key: "session", tallies: [] })),
      signals: [],
      actions: sampleImage.actions,
    });
    expect(loadImageModel(writeImage(kinds(8)))).not.toBeInstanceOf(Refusal);
    const nine = writeImage(kinds(9));
    const at = new DataView(nine.buffer).getUint32(48 + 8 * 35, true);
    expect(loadImageModel(nine)).toMatchObject({ code: "image_structure", offset: at });
  });

  it("asks signals that it has", () => {
    const asking = (index: number): unknown =>
      loadImageModel(writeImage(source([row("r", [signal(index, "present")])])));
    expect(asking(2)).not.toBeInstanceOf(Refusal);
    expect(asking(3)).toMatchObject({ code: "image_structure" });
    const listed = {
      ...source(),
      actions: sampleImage.actions.map((action) => ({ ...action, tallies: [5] })),
    };
    expect(loadImageModel(writeImage(listed))).toMatchObject({ code: "image_structure" });
  });
});

describe("sealing", () => {
  it("leaves a whole cell as it is", () => {
    const host = new Host(source());
    const [session] = host.name(refund("p")) as [Uint8Array];
    host.ask(refund("p"));
    const { bytes } = host.store.of(session);
    expect(sealCell(bytes)).toEqual(bytes);
    expect(writeCell(host.cell(session))).toEqual(bytes);
  });
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COLUMNS } from "../../bindings/evidence/report/columns.ts";
import {
  csv,
  html,
  joined,
  jsonLines,
  ocsf,
  type ReportRow,
  unzip,
  xlsx,
} from "../../bindings/evidence/report/index.ts";
import { shown } from "../../bindings/evidence/report/text.ts";
import { sha256Hex } from "../unit/built.ts";
import {
  ATTACKS,
  expectGolden,
  HEAD,
  hasCommand,
  hostileHead,
  hostileRow,
  NEVER_RAW,
  recordBytes,
  row,
  smallRows,
  textOf,
} from "./report-harness.ts";

const hostile = ATTACKS.map(hostileRow);

describe("the same rows give the bytes that are checked in:", () => {
  test("csv", () => expectGolden("small.csv", csv(smallRows())));
  test("jsonl", () => expectGolden("small.jsonl", jsonLines(smallRows())));
  test("ocsf", () => expectGolden("small.ocsf.jsonl", ocsf(smallRows(), HEAD)));
  test("html", () => expectGolden("small.html", html(smallRows(), HEAD)));
  test("xlsx", () => expectGolden("small.xlsx", xlsx(smallRows(), HEAD)));
});

test("nothing unseen, nothing that moves or reorders, in any format", () => {
  for (const text of ATTACKS) {
    const rows = [hostileRow(text)];
    const head = hostileHead(text);
    const label = JSON.stringify(shown(text));
    expect(textOf(csv(rows)).slice(1), label).not.toMatch(NEVER_RAW);
    expect(textOf(jsonLines(rows)), label).not.toMatch(NEVER_RAW);
    expect(textOf(ocsf(rows, head)), label).not.toMatch(NEVER_RAW);
    expect(textOf(html(rows, head)), label).not.toMatch(NEVER_RAW);
    for (const { bytes } of membersOf(xlsx(rows, head)))
      expect(textOf([bytes]), label).not.toMatch(NEVER_RAW);
  }
});

test("any text at all: every format keeps its shape", () => {
  const columnCount = COLUMNS.length;
  const tagCount = textOf(html([hostileRow("x")], hostileHead("x"))).split("<").length;
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), (text) => {
      const rows = [hostileRow(text)];
      const table = parseCsv(textOf(csv(rows)).slice(1));
      expect(table.map(({ length }) => length)).toEqual([columnCount, columnCount]);
      expect(JSON.parse(textOf(jsonLines(rows))).detail).toBe(text);
      expect(JSON.parse(textOf(ocsf(rows, hostileHead(text)))).unmapped.detail).toBe(text);
      const page = textOf(html(rows, hostileHead(text)));
      expect(page.split("<")).toHaveLength(tagCount);
      expect(page).not.toMatch(NEVER_RAW);
      expect(cellsOf(memberText(rows, SHEET)).get(`${letterOf("detail")}2`)?.value).toBe(shown(text));
    }),
    { numRuns: 100 },
  );
});

// ---- CSV

/** A reader of RFC 4180, strict, for any separator. */
function parseCsv(text: string, separator = ","): string[][] {
  const lines: string[][] = [[]];
  let cell = "";
  let at = 0;
  const end = () => {
    lines.at(-1)?.push(cell);
    cell = "";
  };
  while (at < text.length) {
    if (text[at] === '"' && cell === "") {
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        if (at >= text.length) throw new Error("a quote without an end");
        cell += text[at];
      }
      at++;
    } else if (text[at] === separator) {
      end();
      at++;
    } else if (text.startsWith("\r\n", at)) {
      end();
      lines.push([]);
      at += 2;
    } else cell += text[at++];
  }
  return lines.slice(0, -1);
}

describe("csv", () => {
  test("begins with a byte order mark and has every cell of every row", () => {
    const text = textOf(csv(smallRows()));
    expect(text[0]).toBe("\ufeff");
    const [heads, ...lines] = parseCsv(text.slice(1));
    expect(heads).toEqual(COLUMNS.map(({ name }) => name));
    expect(lines).toHaveLength(smallRows().length);
    for (const line of lines) expect(line).toHaveLength(COLUMNS.length);
    const cellOf = (line: number, name: string) => lines[line]?.[heads?.indexOf(name) as number];
    expect(cellOf(1, "when")).toBe("2026-01-01T00:01:00.000Z");
    expect(cellOf(2, "score_percent")).toBe("38.36");
    expect(cellOf(2, "why")).toBe("The risk is high. The amount is large.");
    expect(cellOf(3, "mode")).toBe("SHADOW (not enforced)");
    expect(cellOf(4, "score_percent")).toBe("");
  });

  test("no cell is a formula, also for a reader that separates at another sign or knows no quotes", () => {
    const formula = /^[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
    const text = textOf(csv(hostile)).slice(1);
    for (const cell of parseCsv(text).flat()) expect(cell).not.toMatch(formula);
    for (const cell of text.split(/[;,|]|\r\n/)) expect(cell).not.toMatch(formula);
    const [, ...lines] = parseCsv(text);
    const detail = COLUMNS.findIndex(({ name }) => name === "detail");
    expect(lines[0]?.[detail]).toBe(`'${ATTACKS[0]}`);
    expect(lines[12]?.[detail]).toBe("a;'=1");
  });

  test("a text without a formula stays as it is", () => {
    const text = 'a "quoted", text; it\'s well-known: 1 = 1 @ 5 + -2';
    const [, line] = parseCsv(textOf(csv([hostileRow(text)])).slice(1));
    expect(line?.[COLUMNS.findIndex(({ name }) => name === "detail")]).toBe(text);
  });

  test("a moment beyond all dates is still text", () => {
    const late = row({ record: recordBytes({ time_ms: Number.MAX_SAFE_INTEGER }) });
    expect(textOf(csv([late]))).toContain('"9007199254740991 ms"');
    const year12000 = row({ record: recordBytes({ time_ms: 316_516_982_400_000 }) });
    expect(textOf(csv([year12000]))).toContain(`"'+012000-`);
  });

  test.skipIf(!hasCommand("python3"))("another reader sees the same cells", () => {
    const program =
      "import csv,sys,io,json;print(json.dumps(list(csv.reader(io.TextIOWrapper(sys.stdin.buffer,encoding='utf-8-sig',newline='')))))";
    const bytes = joined(csv([...smallRows(), ...hostile]));
    const seen = JSON.parse(execFileSync("python3", ["-c", program], { input: bytes, encoding: "utf8" }));
    expect(seen).toEqual(parseCsv(new TextDecoder().decode(bytes)));
  });
});

// ---- JSON lines

describe("jsonl", () => {
  test("gives every row back, exact to the sign", () => {
    const rows = [...smallRows(), ...hostile];
    const lines = textOf(jsonLines(rows)).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      rows.map((given) => ({
        ...JSON.parse(JSON.stringify(given)),
        when: expect.stringMatching(/^2026-01-01T/),
      })),
    );
  });
});

// ---- OCSF

describe("ocsf", () => {
  const events = (rows: readonly ReportRow[]) =>
    textOf(ocsf(rows, HEAD))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("every event has what API Activity requires", () => {
    for (const event of events([...smallRows(), ...hostile])) {
      expect(event).toMatchObject({
        activity_id: 99,
        activity_name: expect.any(String),
        category_uid: 6,
        class_uid: 6003,
        type_uid: 600399,
        time: expect.any(Number),
        severity_id: expect.any(Number),
        metadata: {
          version: "1.9.0",
          product: { name: "permit0", vendor_name: "permit0" },
          uid: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        api: { operation: expect.any(String) },
        actor: { user: { name: expect.any(String) } },
        src_endpoint: { svc_name: "permit0" },
      });
      // A string of the schema is not empty.
      expect(event.api.operation).not.toBe("");
      expect(event.actor.user.name).not.toBe("");
    }
  });

  test("says what the control did, and in shadow mode that it looked on", () => {
    const [, allow, review, shadow, host, freeze] = events(smallRows());
    expect(allow).toMatchObject({
      action_id: 1,
      disposition_id: 1,
      is_alert: false,
      severity_id: 1,
      risk_level_id: 0,
      risk_score: 952,
    });
    expect(allow).toMatchObject({
      status_id: 1,
      actor: { user: { name: "ann" }, session: { uid: "s-17" } },
      ai_agent: { uid: "helper" },
    });
    expect(review).toMatchObject({
      action_id: 99,
      disposition_id: 14,
      is_alert: true,
      severity_id: 3,
      risk_level_id: 3,
    });
    expect(review.authorizations).toEqual([
      {
        decision: "review",
        policy: { name: "permit0 policy image", uid: "22".repeat(32), version: "2026.1", is_applied: true },
      },
    ]);
    expect(shadow).toMatchObject({
      action_id: 3,
      action: "Observed",
      disposition_id: 17,
      is_alert: true,
      status_id: 0,
      policy: { is_applied: false },
    });
    expect(shadow.message).toMatch(/^SHADOW, not enforced: deny files.delete/);
    expect(host).toMatchObject({
      action_id: 2,
      disposition_id: 2,
      status_id: 2,
      api: { operation: "unscored" },
    });
    expect(host.risk_score).toBeUndefined();
    expect(freeze).toMatchObject({ api: { operation: "permit0.freeze" }, severity_id: 2 });
    expect(freeze.action_id).toBeUndefined();
  });
});

// ---- XLSX

function membersOf(pieces: Iterable<Uint8Array>) {
  return unzip(joined(pieces), { members: 20, bytes: 1 << 26 });
}

const memberText = (rows: readonly ReportRow[], name: string): string => {
  const member = membersOf(xlsx(rows, HEAD)).find((given) => given.name === name);
  return textOf([member?.bytes ?? new Uint8Array(0)]);
};

const SHEET = "xl/worksheets/sheet1.xml";

const UNESCAPED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** The cells of a sheet as a spreadsheet has them. */
function cellsOf(xml: string): Map<string, { style: number; type: string; value: string }> {
  const cells = new Map<string, { style: number; type: string; value: string }>();
  for (const [, place, style, type = "n", inside = ""] of xml.matchAll(
    /<c r="([A-Z]+\d+)" s="(\d+)"(?: t="(\w+)")?>(.*?)<\/c>/gs,
  )) {
    const raw = inside
      .replace(/<[^>]*>/g, "")
      .replace(/&([a-z0-9#]+);/g, (_, name) => UNESCAPED[name] as string);
    const value = raw.replace(/_x([0-9A-Fa-f]{4})_/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
    cells.set(place as string, { style: Number(style), type, value });
  }
  return cells;
}

/** `B` of a column's name. */
const letterOf = (name: string): string => {
  const at = COLUMNS.findIndex((column) => column.name === name);
  return (
    (at >= 26 ? String.fromCharCode(64 + Math.floor(at / 26)) : "") + String.fromCharCode(65 + (at % 26))
  );
};

describe("xlsx", () => {
  test("has a frozen heading, a filter over everything, and widths", () => {
    const xml = memberText(smallRows(), SHEET);
    expect(xml).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(xml).toContain(`<autoFilter ref="A1:${letterOf("controls")}9"/>`);
    expect(xml.match(/<col /g)).toHaveLength(COLUMNS.length);
    expect(memberText(smallRows(), "xl/workbook.xml")).toContain(
      '<sheet name="About" sheetId="2" r:id="rId2"/>',
    );
  });

  test("has numbers as numbers and times as dates", () => {
    const cells = cellsOf(memberText(smallRows(), SHEET));
    const at = (name: string, line: number) => cells.get(`${letterOf(name)}${line}`);
    expect(at("score_percent", 4)).toEqual({ style: 5, type: "n", value: "0.3836" });
    // 2026-01-01 00:02:30: day 46 023, and 150 seconds of 86 400.
    expect(Number(at("when", 4)?.value)).toBeCloseTo(46_023 + 150 / 86_400, 9);
    expect(at("when", 4)?.style).toBe(6);
    expect(at("seq", 4)).toEqual({ style: 4, type: "n", value: "2" });
    expect(at("mode", 5)).toEqual({ style: 7, type: "inlineStr", value: "SHADOW (not enforced)" });
    expect(at("verdict", 5)?.style).toBe(8);
    expect(at("tier", 6)).toBeUndefined();
  });

  test("a moment that no date of a spreadsheet names is text", () => {
    const late = row({ record: recordBytes({ time_ms: 253_402_300_800_000 }) });
    const last = row({ record: recordBytes({ time_ms: 253_402_300_799_999 }) });
    const cells = cellsOf(memberText([late, last], SHEET));
    expect(cells.get("C2")).toMatchObject({ type: "inlineStr", value: "+010000-01-01T00:00:00.000Z" });
    expect(cells.get("C3")?.type).toBe("n");
  });

  test("every text is a text, unchanged but for what is spelt out, and no cell computes", () => {
    const xml = memberText(hostile, SHEET);
    expect(xml).not.toContain("<f>");
    const cells = cellsOf(xml);
    ATTACKS.forEach((text, at) => {
      const cell = cells.get(`${letterOf("detail")}${at + 2}`);
      expect(cell).toMatchObject({ type: "inlineStr", value: shown(text) });
      if (/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text)) expect(cell?.style).toBe(3);
    });
  });

  test("more entries than a sheet has rows are refused", () => {
    const empty = Object.fromEntries(Object.keys(row()).map((key) => [key, ""]));
    const blank = { ...empty, actions: [], mapping: [], reasons: [], rows: [], lowered_by: [], vouched: [] };
    const one = {
      ...blank,
      obligations: {},
      controls: [],
      seq: 1,
      time_ms: 1,
      score: null,
    } as unknown as ReportRow;
    function* many(): Generator<ReportRow> {
      for (let count = 0; count < 1_048_576; count++) yield one;
    }
    expect(() => joined(xlsx(many(), HEAD))).toThrow(expect.objectContaining({ code: "xlsx_too_many" }));
  });

  test("a text that no cell holds is cut, and says so", () => {
    for (const long of [
      "x".repeat(40_000),
      "😀".repeat(20_000),
      "_x0041_".repeat(9_000),
      "\u0001".repeat(9_000),
    ]) {
      const cell = cellsOf(memberText([hostileRow(long)], SHEET)).get(`${letterOf("detail")}2`);
      expect(cell?.value.length).toBeLessThanOrEqual(32_767);
      expect(cell?.value).toMatch(/ … \(cut; \d+ characters in all\)$/);
    }
  });

  test.skipIf(!hasCommand("python3"))("other programs read it: a ZIP reader and an XML parser", () => {
    const folder = mkdtempSync(join(tmpdir(), "permit0-xlsx-"));
    const program = [
      "import sys,zipfile,xml.etree.ElementTree as E",
      "z=zipfile.ZipFile(sys.argv[1])",
      "assert z.testzip() is None",
      "for n in z.namelist(): E.fromstring(z.read(n))",
      `n='{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'`,
      "print(len(E.fromstring(z.read('xl/worksheets/sheet1.xml')).findall('.//'+n+'row')))",
    ].join("\n");
    try {
      const file = join(folder, "a.xlsx");
      writeFileSync(file, joined(xlsx([...smallRows(), ...hostile], hostileHead(ATTACKS.join(" ")))));
      const seen = execFileSync("python3", ["-c", program, file], { encoding: "utf8" });
      expect(Number(seen)).toBe(1 + smallRows().length + hostile.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

// ---- HTML

describe("html", () => {
  const page = (rows: readonly ReportRow[], head = HEAD) => textOf(html(rows, head));

  test("lets a browser load nothing but its own style", () => {
    const text = page(smallRows());
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
    const digest = Buffer.from(sha256Hex(style), "hex").toString("base64");
    expect(text).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">`,
    );
    expect(text).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(| style=| on\w+=/i);
  });

  test("no text becomes markup, whatever it holds", () => {
    const tags = (text: string) =>
      [...text.replace(/<style>[\s\S]*?<\/style>/, "").matchAll(/<\/?([a-z0-9!]+)/gi)].map(
        ([, name]) => name,
      );
    const plain = new Set(tags(page([hostileRow("plain")], hostileHead("plain"))));
    for (const text of ATTACKS) {
      const made = page([hostileRow(text)], hostileHead(text));
      expect(new Set(tags(made))).toEqual(plain);
      expect(made).not.toContain("<script>alert");
      expect(made).not.toMatch(/<[^>]*onerror/);
    }
  });

  test("says loudly what ran in shadow mode, what the host decided and what is lost", () => {
    const text = page([...smallRows(), row({}, { payload: "lost" })]);
    expect(text).toContain("<strong>Shadow mode: 1 call was not enforced.</strong> 1 of them");
    expect(text).toContain("1 entry decided by the host alone,");
    expect(text).toContain("<strong>1 entry whose payload is gone</strong>");
    const quiet = page([row()]);
    expect(quiet).not.toContain('class="warnings"');
  });

  test("says what verification answered, and when nobody asked", () => {
    const { answer: _, ...unasked } = HEAD;
    expect(page([], unasked)).toContain('<strong class="answer doubt">not verified</strong>');
    expect(page([], { ...HEAD, answer: "failed" })).toContain("<strong>Verification failed.</strong>");
    expect(page([], HEAD)).toContain('<strong class="answer good">self-signed</strong>');
  });

  test("counts calls only among the calls", () => {
    const text = page(smallRows());
    expect(text).toContain('<li class="tile "><b>4</b><span>calls</span></li>');
    expect(text).toContain('<li class="tile deny"><b>2</b><span>deny</span></li>');
    expect(text).toContain('<li class="tile shadow"><b>1</b><span>in shadow</span></li>');
    expect(text).toContain('<li class="tile "><b>2</b><span>events</span></li>');
  });

  test("long tables and lists are cut, and say so", () => {
    const rows = Array.from({ length: 300 }, (_, at) =>
      row({ seq: at, record: recordBytes({ verdict: "deny", reasons: [`code_${at}`] }) }),
    );
    const text = page(rows);
    expect(text).toContain("The first 200 of 300; the tables have all.");
    expect(text).toContain(">260 more, none more frequent; the tables have all.</td>");
  });

  test("equal counts stand in an order that no locale changes", () => {
    const rows = ["b", "ä", "a", "Z"].map((code) => row({ record: recordBytes({ reasons: [code] }) }));
    const text = page(rows);
    const found = [...text.matchAll(/<td class="name"><code>(b|ä|a|Z)<\/code>/g)].map(([, code]) => code);
    expect(found).toEqual(["Z", "a", "b", "ä"]);
  });
});

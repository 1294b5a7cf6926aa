/** The model against values worked out by hand: if these fail, nothing else here means anything. */
import { describe, expect, it } from "vitest";
import { fromBytes, hexOf, ofHex, utf8 } from "./bytes.ts";
import {
  classifyHost,
  isUnder,
  parseAddress,
  parseHostField,
  parsePath,
  parseUrl,
  pathText,
} from "./canonical.ts";
import { readCmp, type Writable, writeCmp } from "./cmp.ts";
import { decideVerdict } from "./decide.ts";
import { seal, writeImage } from "./image-writer.ts";
import { isPrefixed, splitMcp } from "./match.ts";
import { decideModel, isRefused, loadImageModel } from "./model.ts";
import { isAmount, nearestDouble, toMinor } from "./money.ts";
import { canonicalToolName } from "./names.ts";
import { doubleBits, encodeRequest, type Plain, type RequestSource } from "./request-writer.ts";
import { hazard, hazardOfWeight, score, scoreThresholds, tier } from "./risk.ts";
import { sampleImage } from "./sample.ts";
import { hasDenseRun } from "./unmapped.ts";
import { fieldNumber, Refusal, statusNumber, wire } from "./wire.ts";

const image = writeImage(sampleImage);
const loaded = loadImageModel(image);
if (loaded instanceof Refusal)
  throw new Error(`the sample image does not load: ${(loaded as { why?: string }).why}`);

function run(source: RequestSource): Record<string, Plain> & { verdict: string } {
  const answer = decideModel(image, encodeRequest(source, (loaded as { digest: Uint8Array }).digest));
  if (!("record" in answer)) throw new Error(`refused with ${answer.status} at ${answer.offset}`);
  return plain(readCmp(answer.record)) as Record<string, Plain> & { verdict: string };
}

function plain(node: ReturnType<typeof readCmp>): Plain {
  switch (node.type) {
    case "array":
      return node.items.map(plain);
    case "map":
      return Object.fromEntries(node.members.map((member) => [member.key, plain(member.value)]));
    case "str":
      return Buffer.from(node.text, "latin1").toString();
    case "int":
      return Number(node.value);
    case "bin":
      return hexOf(node.bytes);
    case "bool":
      return node.value;
    default:
      throw new Error(node.type);
  }
}

describe("bytes", () => {
  it("reads back what it writes", () => {
    for (const value of [0n, 127n, 128n, 65535n, 65536n, 2n ** 64n - 1n, -1n, -32n, -33n, -(2n ** 63n)]) {
      const node = readCmp(writeCmp(value));
      expect(node.type === "int" && node.value).toBe(value);
    }
    expect(
      hexOf(
        writeCmp(
          new Map<string, Writable>([
            ["b", 1],
            ["a", [true, null]],
          ]),
        ),
      ),
    ).toBe("82a16192c3c0a16201");
  });

  it("refuses the first fault", () => {
    const fault = (hex: string): string => {
      try {
        readCmp(ofHex(hex));
        return "ok";
      } catch (error) {
        return error instanceof Refusal ? `${error.code}@${error.offset}` : String(error);
      }
    };
    expect(fault("cc05")).toBe("cmp_not_shortest@0");
    expect(fault("82a16101a16102")).toBe("cmp_key_order@4");
    expect(fault("810101")).toBe("cmp_key_type@1");
    expect(fault("0101")).toBe("cmp_trailing@1");
    expect(fault("91cb3ff0000000000000")).toBe("cmp_float@1");
    expect(fault("a3eda080")).toBe("cmp_utf8@0");
    expect(fault("c1")).toBe("cmp_type@0");
    expect(fault(`${"91".repeat(32)}00`)).toBe("ok");
    expect(fault(`${"91".repeat(33)}00`)).toBe("cmp_depth@32");
  });
});

describe("names", () => {
  it("makes tool names canonical", () => {
    expect(canonicalToolName("sendEmail")).toBe("send_email");
    expect(canonicalToolName("SEND EMAIL")).toBe("send_email");
    expect(canonicalToolName("getHTTPHeader")).toBe("get_http_header");
    expect(canonicalToolName("--a..B2C__")).toBe("a_b2_c");
    expect(canonicalToolName("-_.")).toBe("");
  });

  it("takes mcp names apart", () => {
    expect(splitMcp("mcp__github__create_issue")).toEqual({ server: "github", name: "create_issue" });
    expect(splitMcp("mcp__a__b__c")).toEqual({ server: "a", name: "b__c" });
    expect(splitMcp("mcp____x__y")).toEqual({ server: "__x", name: "y" });
    expect(splitMcp("McP__a__b")).toEqual({ server: "a", name: "b" });
    expect(splitMcp("mcp__a__")).toBeNull();
    expect(splitMcp("mcp__a_b")).toBeNull();
  });

  it("sees whose tool a name says it is", () => {
    const isForeign = (name: string): boolean[] => [isPrefixed(name, false), isPrefixed(name, true)];
    for (const name of ["weather__read", "a/b", "a:b", "x__", "mcp-weather-read", "MCP weather", "mcp__a"])
      expect(isForeign(name), name).toEqual([true, true]);
    expect(isForeign("math.factorial")).toEqual([false, true]);
    for (const name of ["/b", "a/", ":b", "__b", ".b", "a.", "mcp", "mcpx", "a_b"])
      expect(isForeign(name), name).toEqual([false, false]);
  });

  it("sees dense runs", () => {
    expect(hasDenseRun("a".repeat(63))).toBe(false);
    expect(hasDenseRun("a".repeat(64))).toBe(true);
    expect(hasDenseRun(`${"a".repeat(18)}1`)).toBe(false);
    expect(hasDenseRun(`${"a".repeat(19)}1`)).toBe(true);
  });
});

describe("canonical forms", () => {
  const path = (text: string): string => {
    const read = parsePath(text, {
      cwd: { anchor: "/", segments: ["w", "app"], expands: false },
      realpaths: new Map([["link", "/etc/passwd"]]),
    });
    return typeof read === "string" ? read : pathText(read);
  };

  it("reads paths", () => {
    expect(path("/a/./b/../c//d")).toBe("/a/c/d");
    expect(path("../../../x")).toBe("/x");
    expect(path("x")).toBe("/w/app/x");
    expect(path("~/a/../../b")).toBe("~/../b");
    expect(path("~bob/x")).toBe("/w/app/~bob/x");
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell variable, not a template
    expect(path("${HOME}/.ssh")).toBe("~/.ssh");
    expect(path("C:\\Users\\..\\x")).toBe("/c:/x");
    expect(path("file://host/etc")).toBe("/etc");
    expect(path("file://host")).toBe("malformed");
    expect(path("link")).toBe("/etc/passwd");
    expect(path("")).toBe("missing");
    expect(path("a\0b")).toBe("malformed");
  });

  it("compares paths with patterns", () => {
    const under = (text: string, pattern: string): boolean => {
      const read = parsePath(text);
      if (typeof read === "string") throw new Error(read);
      return isUnder(read, pattern);
    };
    expect(under("/home/bob/.SSH/id", "~/.ssh")).toBe(true);
    expect(under("/root/.ssh", "~/.ssh")).toBe(true);
    expect(under("~/.ssh", "~/.ssh")).toBe(true);
    expect(under("/home/.ssh", "~/.ssh")).toBe(false);
    expect(under("a/.git/hooks/x", ".git/hooks")).toBe(true);
    expect(under("/etc/ssh", "/etc")).toBe(true);
    expect(under("etc/ssh", "/etc")).toBe(false);
  });

  it("reads addresses", () => {
    expect(parseAddress("Bob <Bob@Acme.example.>; mailto:EVE@x.y,,")).toEqual([
      "bob@acme.example",
      "eve@x.y",
    ]);
    expect(parseAddress(" ; ")).toBe("missing");
    expect(parseAddress("a\u0001b@c")).toBe("malformed");
  });

  it("reads URLs and hosts", () => {
    const host = (text: string): string => {
      const url = parseUrl(text);
      return typeof url === "string" ? url : `${url.scheme} ${url.host?.text ?? "-"}`;
    };
    expect(host("http://0x7f.1/")).toBe("http 127.0.0.1");
    expect(host("http://2130706433")).toBe("http 127.0.0.1");
    expect(host("http://017700000001/")).toBe("http 127.0.0.1");
    expect(host("HTTP:\\\\good.example@evil.example\\x")).toBe("http evil.example");
    expect(host("localhost:8080/x")).toBe("https localhost");
    expect(host("gopher://h/")).toBe("gopher h");
    expect(host("java\nscript:alert(1)")).toBe("javascript -");
    expect(host("http://[::ffff:169.254.169.254]:80/")).toBe("http ::ffff:169.254.169.254");
    expect(host("http://a:b:c/")).toBe("malformed");
    expect(host("http:///")).toBe("malformed");
    expect(host("http://1.2.3.4.5/")).toBe("malformed");
    expect(host("http://a.b%2e/")).toBe("malformed");
    expect(host("//evil.example/x")).toBe("https evil.example");
    const kind = (text: string): string => {
      const read = parseHostField(text);
      return typeof read === "string" ? read : classifyHost(read, (name) => name === "db.acme.example");
    };
    expect(kind("169.254.1.1")).toBe("link_local");
    expect(kind("[::1]")).toBe("private");
    expect(kind("::ffff:a9fe:a9fe")).toBe("link_local");
    expect(kind("64:ff9b::10.0.0.1")).toBe("private");
    expect(kind("2001:db8::1")).toBe("public");
    expect(kind("fe80::1")).toBe("link_local");
    expect(kind("metadata.google.internal.")).toBe("link_local");
    expect(kind("printer")).toBe("private");
    expect(kind("db.acme.example")).toBe("org");
    expect(kind("100.64.0.1")).toBe("private");
    expect(kind("100.128.0.1")).toBe("public");
    expect(kind("1.2.3.4.")).toBe("public");
  });
});

describe("money", () => {
  const read = (value: number | string, unit: string, exponent: number): string => {
    const node =
      typeof value === "string"
        ? ({ type: "str", at: 0, end: 0, text: value } as const)
        : Number.isInteger(value)
          ? ({ type: "int", at: 0, end: 0, value: BigInt(value) } as const)
          : ({ type: "float", at: 0, end: 0, bits: doubleBits(value) } as const);
    if (!isAmount(node)) return "malformed";
    const minor = toMinor(node, unit, exponent);
    return minor.kind === "minor" ? minor.minor.toString() : minor.mark;
  };

  it("reads amounts by unit and type", () => {
    expect(read(85000, "direct", 2)).toBe("85000");
    expect(read(85000, "major", 2)).toBe("8500000");
    expect(read("850.00", "direct", 2)).toBe("85000");
    expect(read("850", "direct", 2)).toBe("85000");
    expect(read("850", "minor", 2)).toBe("850");
    expect(read("850.5", "minor", 2)).toBe("85050");
    expect(read("-0.001", "direct", 2)).toBe("amount_inexact");
    expect(read("1e3", "direct", 2)).toBe("malformed");
    expect(read(-12, "minor", 2)).toBe("12");
    expect(read("9999999999999.99", "direct", 2)).toBe("999999999999999");
    expect(read("10000000000000.001", "direct", 2)).toBe("amount_range");
  });

  it("reads floats exactly", () => {
    expect(read(0.29, "direct", 2)).toBe("29");
    expect(read(1.005, "direct", 2)).toBe("amount_inexact");
    expect(read(1.005, "direct", 3)).toBe("1005");
    expect(read(0.1 + 0.2, "direct", 2)).toBe("amount_inexact");
    expect(read(90071992547409.9, "direct", 2)).toBe("amount_range");
    expect(read(5e-324, "direct", 2)).toBe("amount_inexact");
    expect(read(-19.99, "direct", 2)).toBe("1999");
    expect(read(1e300 + 0.5, "direct", 2)).toBe("amount_range");
  });

  it("finds the nearest double", () => {
    for (const value of [0.1, 0.29, 123456.789, 1e-310, 5e-324, 4.35, 1e22, 2 ** -1074 * 3]) {
      const [whole = "0", exponent = "0"] = value.toExponential(17).split("e");
      const digits = BigInt(whole.replace(".", ""));
      const shift = Number(exponent) - 17;
      const [n, d] = shift >= 0 ? [digits * 10n ** BigInt(shift), 1n] : [digits, 10n ** BigInt(-shift)];
      expect(nearestDouble(n, d)).toBe(doubleBits(value));
    }
  });
});

describe("risk", () => {
  it("has exact hazards of weights", () => {
    // -10^6 ln(1 - w), rounded up by hand from tables of the logarithm.
    expect(hazardOfWeight(2000)).toBe(223144n);
    expect(hazardOfWeight(1000)).toBe(105361n);
    expect(hazardOfWeight(2800)).toBe(328505n);
    expect(hazardOfWeight(7500)).toBe(1386295n);
  });

  it("scores", () => {
    expect(score(0n)).toBe(0);
    expect(score(100n)).toBe(0);
    expect(score(101n)).toBe(1);
    expect(score(223144n)).toBe(2000);
    expect(score(223143n)).toBe(1999);
    expect(score(60_000_000n)).toBe(9999);
    expect(scoreThresholds[9999]).toBe(9210341n);
    expect(tier(162_519n, [162_519n, 430_783n, 798_508n, 1_386_295n])).toBe(1);
  });

  it("multiplies in the order of the amplifiers and rounds down each time", () => {
    const tables = {
      hazards: [3n, 1n],
      gains: [500, 0, 0, 0, 0, 0, 0, 0, 0, 333],
      maxima: [40, 35, 35, 30, 30, 20, 25, 20, 20, 15],
    };
    const levels = [20, 0, 0, 0, 0, 0, 0, 0, 0, 15];
    // (2 x 3 + 1) / 2 = 3; 3 x 50 000 / 40 000 = 3; 3 x 19 995 / 15 000 = 3.
    expect(hazard([0], [1], levels, tables)).toBe(3n);
    const large = { ...tables, hazards: [3_000_000n, 1n] };
    // 3 000 000 x 1.25 = 3 750 000; x 1.333 = 4 998 750.
    expect(hazard([0], [1], levels, large)).toBe(4_998_750n);
  });

  it("decides", () => {
    expect(decideVerdict(1, [0], [], false)).toBe(0);
    expect(decideVerdict(1, [0], [1], false)).toBe(1);
    expect(decideVerdict(0, [], [], true)).toBe(2);
  });
});

describe("the words in an image", () => {
  const place = 48 + 8 * wire.sections.findIndex(({ name }) => name === "words");
  const view = new DataView(image.buffer, image.byteOffset);
  const [start, count] = [view.getUint32(place, true), view.getUint32(place + 4, true)];
  const changed = (at: number, byte: number): Uint8Array => {
    const other = image.slice();
    other[at] = byte;
    return seal(other);
  };

  it("stand each as a str, behind them those of SQL as sizes, then list by list", () => {
    expect([wire.sections.length, place]).toEqual([39, 352]);
    const section = image.subarray(start, start + count);
    // The first ones of wire.yaml are the verdicts.
    expect(fromBytes(section.subarray(0, 6 + 7 + 5))).toBe("\xa5allow\xa6review\xa4deny");
    const last = wire.words.single.at(-1) as string;
    const sql = section.findIndex((_, i) => fromBytes(section.subarray(i, i + 3)) === "\x03\x05\x03");
    expect(fromBytes(section.subarray(sql - last.length - 1, sql))).toBe(
      String.fromCharCode(0xa0 + last.length) + last,
    );
    // all, alter, and … ; the last list ends with zeroblob.
    const texts = section.findIndex((_, i) => fromBytes(section.subarray(i, i + 11)) === "allalterand");
    expect(section.subarray(sql, texts).reduce((sum, size) => sum + size, texts)).toBe(count);
    expect(fromBytes(section.subarray(count - 8))).toBe("zeroblob");
  });

  it.each([
    ["another size", start, 0xa4],
    ["another letter", start + count - 1, 0x63],
    ["one byte less", place + 4, (count - 1) & 255],
    ["hundreds of bytes less", place + 5, 0],
  ])("are the ones of the taxonomy: %s", (_, at, byte) => {
    expect(loadImageModel(changed(at, byte))).toMatchObject({ code: "image_structure", offset: start });
  });
});

describe("whole calls", () => {
  const bob = { actor: "bob@acme.example", roles: ["support"], environment: "staging", tz_min: 0 };
  const vouched = { actor: "sso", roles: "sso", environment: "deploy", tz_min: "host" };

  it("refunds a small amount under a relax entry", () => {
    const record = run({
      action: "refund.create",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      // 2027-01-15 is a Friday; 12:00 UTC.
      context: { ...bob, time_ms: 1_800_014_400_000, asserted_by: vouched },
    });
    expect(record.verdict).toBe("allow");
    expect(record.rows).toEqual(["refund_note", "small_refunds"]);
    expect(record.lowered_by).toEqual([
      ["set", "vendors", "org"],
      // actor_unnamed asks whether the actor is absent; the vouched-for actor kept it from matching.
      ["context", "actor", "sso"],
      ["context", "environment", "deploy"],
      ["context", "roles", "sso"],
      ["context", "tz_min", "host"],
      ["relax", "small_refunds", "org"],
      ["profile", "general", "org"],
    ]);
    // FINANCIAL 223 144, OUTBOUND and MUTATION half of 105 361 each: floor((446 288 + 210 722) / 2) = 328 505;
    // irreversibility 10 of 20 with gain 388: x 23 880 / 20 000 = 392 234. (actor_unnamed does not match: actor is there.)
    expect(record.hazard).toBe(392_234);
    expect(record.tier).toBe("low");
  });

  it("treats the same facts as claims without asserted_by", () => {
    const record = run({
      action: "payments.refund",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      context: { ...bob, time_ms: 1_800_014_400_000 },
    });
    expect(record.verdict).toBe("review");
    // A claimed actor may be nobody: `absent` is unknown, and unknown raises.
    expect(record.reasons).toContain("actor_unnamed");
    expect(record.lowered_by).toEqual([
      ["set", "vendors", "org"],
      ["profile", "general", "org"],
    ]);
  });

  it("takes the stricter of two packs and of unknown", () => {
    const mail = { to: "bob@acme.example", cc: [{ email: "x@rival.example" }] };
    expect(run({ tool: "sendEmail", args: mail }).parts).toMatchObject([{ mapping: "mailer/send" }]);
    const hinted = run({ tool: "mcp__else__read_file", args: { path: "a.txt" } });
    expect(hinted.parts).toMatchObject([{ mapping: "unknown" }]);
    expect(hinted.reasons).toContain("server_unbound");
    const bound = run({ tool: "mcp__mail__send_email", args: mail });
    expect(bound.lowered_by).toContainEqual(["binding", "mail", "org"]);
  });

  it("hears names that say whose tools they are", () => {
    const mail = { to: "bob@acme.example" };
    expect(run({ tool: "MCP__mail__send_email", args: mail }).lowered_by).toContainEqual([
      "binding",
      "mail",
      "org",
    ]);
    // An entry of the name is the host's own tool.
    expect(run({ tool: "send__email", args: mail }).reasons).not.toContain("server_unbound");
    expect(run({ tool: "other.send_email", args: mail })).toMatchObject({
      reasons: expect.arrayContaining(["server_unbound"]),
    });
    for (const tool of ["weather__get_city", "weather/get_city", "mcp-get-city"]) {
      const { parts, reasons } = run({ tool, args: {} });
      expect(parts, tool).toMatchObject([{ action: "unknown.unclassified" }]);
      expect(reasons, tool).toEqual(expect.arrayContaining(["server_unbound", "tool_unmapped"]));
    }
    expect(run({ tool: "weather.get_city", args: {} }).parts).toMatchObject([{ action: "unknown.read" }]);
    expect(run({ tool: "get_city", args: { operation: "delete" } }).parts).toMatchObject([
      { action: "unknown.unclassified" },
    ]);
  });

  it("lets no second source say something else", () => {
    const refund = (customer: Plain): unknown => run({ tool: "create_refund", args: { customer } }).reasons;
    expect(refund({ id: "acct_42" })).not.toContain("field_malformed");
    expect(refund("acct_42")).not.toContain("field_malformed");
    const twice = {
      ...sampleImage,
      mappings: sampleImage.mappings.map((mapping) =>
        mapping.id === "ledger/refund"
          ? {
              ...mapping,
              ops: ["payee", "currency", "reference", "amount_minor"].flatMap((name) =>
                ["a", "b"].map((end) => ({
                  field: fieldNumber(name),
                  transform: "typed" as const,
                  path: [`${name}_${end}`],
                })),
              ),
            }
          : mapping,
      ),
    };
    const bytes = writeImage(twice);
    const { digest } = loadImageModel(bytes) as { digest: Uint8Array };
    const agrees = (name: string, a: Plain, b: Plain): boolean => {
      const args = { [`${name}_a`]: a, [`${name}_b`]: b };
      const answer = decideModel(bytes, encodeRequest({ tool: "create_refund", args }, digest));
      if (!("record" in answer)) throw new Error("refused");
      return !(plain(readCmp(answer.record)) as { reasons: string[] }).reasons.includes("field_malformed");
    };
    expect(agrees("payee", "a", "a")).toBe(true);
    expect(agrees("payee", "a", "b")).toBe(false);
    expect(agrees("payee", "a", { id: "b" })).toBe(true);
    expect(agrees("payee", "a", ["b"])).toBe(false);
    expect(agrees("payee", null, "b")).toBe(true);
    expect(agrees("currency", "usd", " USD ")).toBe(true);
    expect(agrees("currency", "usd", "")).toBe(true);
    expect(agrees("currency", "USD", "EUR")).toBe(false);
    expect(agrees("reference", "a", "b")).toBe(true);
    expect(agrees("amount_minor", 5, 5)).toBe(false);
  });

  it("lets unknown reads pass and refuses none of the rest", () => {
    const read = run({ tool: "get_weather", args: { city: "Ulm" } });
    expect(read.parts).toMatchObject([{ action: "unknown.read", mapping: "unknown" }]);
    expect(read.lowered_by).toContainEqual(["unknown_read", "tool", "base"]);
    const act = run({ tool: "create_world", args: {} });
    expect(act.parts).toMatchObject([{ action: "unknown.unclassified" }]);
  });

  it("names the gate", () => {
    const record = run({
      tool: "http_request",
      args: { method: "POST", url: "http://user@xn--a.example/", body: "x" },
    });
    expect(record.parts).toMatchObject([{ action: "network.http_post" }]);
    const refund = run({ action: "payments.refund", fields: { amount: "99999.00", payee: "thief" } });
    expect(refund.gate).toBe("money_to_strangers");
    expect(refund.verdict).toBe("deny");
    expect(refund.reasons).toEqual(expect.arrayContaining(["money_to_strangers", "amount_painful"]));
  });

  it("refuses with a status and an offset", () => {
    const digest = (loaded as { digest: Uint8Array }).digest;
    const refused = (source: RequestSource): [number, boolean] => {
      const bytes = encodeRequest(source, digest);
      const answer = decideModel(image, bytes);
      if (!isRefused(answer)) return [0, true];
      return [answer.status, answer.offset < bytes.length];
    };
    expect(refused({ action: "no.such", fields: {} })).toEqual([statusNumber("action_unknown"), true]);
    expect(refused({ action: "files.read", fields: { amount: 1 } })[0]).toBe(statusNumber("field_unknown"));
    expect(refused({ tool: "x" })[0]).toBe(statusNumber("call_form"));
    expect(refused({ tool: "x", args: {}, mode: "off" })[0]).toBe(statusNumber("value_unknown"));
    const [status, offset] = (() => {
      const bytes = encodeRequest({ action: "files.read", fields: { nope: 1 } }, digest);
      const answer = decideModel(image, bytes);
      return [answer.status, fromBytes(bytes).indexOf(`${utf8("\u00a4").slice(1)}nope`) === answer.offset];
    })();
    expect([status, offset]).toEqual([statusNumber("field_unknown"), true]);
  });
});

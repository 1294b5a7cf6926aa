/** Requests inside calls: docs/format/http.md, case by case and at its bounds. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/files.ts";
import { Seeded } from "./base-harness.ts";
import { type HttpPart, HttpProbe, type HttpRequest } from "./http-probe.ts";
import { compileSmall, smallSources, smallText } from "./small-policy.ts";

interface Pack {
  readonly pack: string;
  readonly apis?: readonly {
    readonly id: string;
    readonly hosts: readonly string[];
    readonly paths: readonly string[];
    readonly methods?: readonly string[];
    readonly action: string;
  }[];
}

const probe = new HttpProbe();

function linesOf<T>(name: string): T[] {
  const text = readFileSync(join(ROOT, "test/vectors/lang", name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

interface Case extends HttpRequest {
  readonly id: string;
  readonly why: string;
  readonly parts: readonly HttpPart[];
}

describe("requests", () => {
  const cases = linesOf<Case>("http.jsonl");

  test("there are many, each with a name of its own", () => {
    expect(cases.length).toBeGreaterThan(150);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test.each(cases)("$id: $why", ({ parts, ...request }) => {
    expect(probe.take(request)).toEqual(parts);
    expect(probe.isOverflowed).toBe(false);
  });
});

test.each(linesOf<{ url: string; reads_as: string; why: string }>("addresses.jsonl"))(
  "$url is $reads_as: $why",
  ({ url, reads_as }) => {
    expect(probe.urlClass(url)).toBe(reads_as);
  },
);

describe("letters of hosts", () => {
  const page = readFileSync(join(ROOT, "docs/format/evaluation.md"), "utf8");
  const cell = /^\| ([0-9A-F –]+) \| malformed/m.exec(page)?.[1] ?? "";
  const ranges = cell.split(" ").map((range) => {
    const [first = "", last = first] = range.split("–");
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const;
  });
  const isFolded = (letter: number): boolean =>
    [0xad, 0x200b, 0x2060, 0x3002, 0xfeff, 0xff61].includes(letter) ||
    (letter >= 0xfe00 && letter <= 0xfe0f) ||
    (letter >= 0xff01 && letter <= 0xff5e);
  const kept: string[] = [];

  test("are refused as the page says", () => {
    expect(ranges.length).toBeGreaterThan(30);
    const others: string[] = [];
    // Above all that has letters a few stand for the rest.
    for (let letter = 0x80; letter < 0x110000; letter += letter < 0x40000 ? 1 : 251) {
      if (letter >= 0xd800 && letter < 0xe000) continue;
      const text = String.fromCodePoint(letter);
      if (isFolded(letter)) {
        kept.push(text);
        continue;
      }
      const isRefused = ranges.some(([first, last]) => letter >= first && letter <= last);
      if (!isRefused) kept.push(text);
      const read = probe.urlClass(`http://a${text}b.com/`);
      if (read !== (isRefused ? "malformed" : "public idn")) others.push(letter.toString(16));
    }
    expect(others).toEqual([]);
  }, 60_000);

  test("never make a host calmer than a browser reads it", () => {
    const order = ["public", "private", "link_local", "malformed"];
    const calm = (url: string): number => order.indexOf(probe.urlClass(url).split(" ")[0] ?? "");
    const calmer: string[] = [];
    for (const text of kept) {
      for (const [before, after] of [
        ["169.254.169.25", "4"],
        ["", "69.254.169.254"],
        ["169", "254.169.254"],
        ["169.254.169.254", ""],
        ["a.", "local"],
      ]) {
        const url = `http://${before}${text}${after}/`;
        if (!URL.canParse(url)) continue;
        if (calm(url) < calm(`http://${new URL(url).hostname}/`)) calmer.push(url);
      }
    }
    expect(calmer).toEqual([]);
  }, 60_000);

  test("that the page keeps are not mapped to ASCII by any normal form", () => {
    const mapped = kept.filter((text) => {
      if (isFolded(text.codePointAt(0) ?? 0)) return false;
      const folded = text.normalize("NFKC").toLowerCase().normalize("NFKC");
      return folded === "" || /[\0-\x7f]/.test(folded) || /\p{Default_Ignorable_Code_Point}/u.test(text);
    });
    expect(mapped).toEqual([]);
  });
});

describe("every row of an API", () => {
  const packs = readdirSync(join(ROOT, "policies/packs")).map(
    (name) => parse(readFileSync(join(ROOT, "policies/packs", name, "pack.yaml"), "utf8")) as Pack,
  );
  const rows = packs.flatMap(({ pack, apis = [] }) =>
    apis.map((api) => ({ name: `${pack}/${api.id}`, ...api })),
  );

  test("has a path to test", () => {
    expect(rows.length).toBeGreaterThan(200);
  });

  test.each(rows)(
    "$name is what its paths and methods lead to",
    ({ name, hosts, paths, methods, action }) => {
      for (const host of hosts) {
        for (const path of paths) {
          const filled = path
            .replace("/**", "/zz/zz")
            .replace(/\{\w+\*\*\}/, "zz/zz")
            .replace(/\{\w+\}|\*/g, "zz");
          const url = `https://${host.replace("*", "zz")}${filled}`;
          for (const method of methods ?? ["GET", "POST"]) {
            const [part] = probe.take({ method, url });
            expect([method, url, part?.action, part?.mapping]).toEqual([method, url, action, name]);
          }
        }
      }
    },
  );
});

test("neighbours of one field are joined without the text around them", () => {
  const api = {
    id: "a",
    hosts: ["a.test"],
    paths: ["/a-{reference}-b/c-{reference}/d{reference}e", "/r/x{reference}y/{reference**}"],
    action: "payments.refund",
  };
  const pack = smallText("pack").replace("rules:\n", `apis:\n  - ${JSON.stringify(api)}\nrules:\n`);
  const small = new HttpProbe(compileSmall(smallSources({ pack })).image);
  const captured = (path: string): string | undefined =>
    small
      .take({ method: "GET", url: `https://a.test${path}` })[0]
      ?.facts.find(([name]) => name === "reference")?.[1];
  expect(captured("/a-1-b/c-%32/d3e")).toBe("1/2/3");
  expect(captured("/r/x1y/2/3")).toBe("1/2/3");
});

describe("parameters that act", () => {
  test.each([
    ["Action=TerminateInstances", "network.http_post"],
    ["action=delete&id=4", "network.http_post"],
    ["ACTION=", "network.http_post"],
    [`action=get${"x".repeat(300)}`, "network.http_post"],
    ["Action=DescribeInstances", "network.http_get"],
    ["action=list", "network.http_get"],
    ["actions=delete", "network.http_get"],
    ["query=mutation{drop}", "network.http_post"],
    ["q=mmutatio%4e%20a%20%7bdrop%7d", "network.http_post"],
    ["query=mutation", "network.http_get"],
    ["query={mutation", "network.http_get"],
  ])("%s: %s", (query, action) => {
    expect(probe.take({ method: "GET", url: `https://a.invalid/api?${query}` })[0]?.action).toBe(action);
  });
});

describe("headers that override the method", () => {
  test.each([
    ["X-HTTP-Method-Override: DELETE", true],
    ["x-http-method-override:delete", true],
    ["  X-Method-Override : PUT", true],
    ["X-HTTP-Method", true],
    ["Accept: text/html\nX-HTTP-Method: PUT", true],
    ["Accept: text/html\r\n X-HTTP-Method: PUT\r\n", true],
    ["Accept: text/html\nAccept-Language: de", false],
    ["X-HTTP-Method-Overrides: PUT", false],
    ["Accept: x-http-method", false],
    ["", false],
    [":", false],
  ])("%j: %s", (line, is) => {
    expect(probe.overrides(line)).toBe(is);
  });
});

describe("bounds", () => {
  test("a body of 60 000 bytes of members is read", () => {
    const members = Array.from({ length: 4_000 }, (_, index) => `"m${index}":[{}]`).join(",");
    const [part] = probe.take({
      method: "POST",
      url: "https://api.stripe.com/v1/refunds",
      data: `{${members},"amount":5}`,
    });
    expect(part?.facts.at(-1)).toEqual(["amount_minor", "5", "minor"]);
  });

  test("thousands of values of one member overflow, and say so", () => {
    const data = "amount=1&".repeat(6_000);
    probe.take({ method: "POST", url: "https://api.stripe.com/v1/refunds", data });
    expect(probe.isOverflowed).toBe(true);
  });

  test("more than 64 KiB of decoded text overflows, and says so", () => {
    const url = `https://api.github.com/repos/a/b/contents/${"a/".repeat(20)}${"%61".repeat(9_000)}?u=http://${"a".repeat(25_000)}`;
    probe.take({ method: "GET", url });
    probe.take({ method: "GET", url: `${url}&v=http://${"b".repeat(5_000)}` });
    expect(typeof probe.isOverflowed).toBe("boolean");
  });

  test("no text stops it", () => {
    const random = new Seeded(20_260_101);
    const pieces = [
      "https://",
      "http:",
      "//",
      "/",
      "\\",
      "..",
      "%2e",
      "%2f",
      "%",
      "?",
      "&",
      "=",
      "#",
      "@",
      ":",
      "[",
      "]",
      "::1",
      "127.1",
      "api.stripe.com",
      "/v1/refunds",
      "api.github.com",
      "/repos/a/b/",
      "contents/",
      "*",
      "\u3002",
      "１",
      "\u00ad",
      "é",
      "\0",
      " ",
      "_method",
      "amount",
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\u00",
      "\\ud83d",
      ",",
      "null",
      "true",
      "1e5",
      "-0",
      "file:",
      "data:",
      "a",
      "7",
    ];
    const text = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(pieces)).join("");
    for (let turn = 0; turn < 20_000; turn++) {
      const request = {
        method: random.pick(["", "GET", "POST", "x", text(3)]),
        url:
          random.below(2) === 0
            ? text(20)
            : `https://${random.pick(["api.stripe.com", "api.github.com", "slack.com"])}${text(20)}`,
        data: random.pick(["", text(30), `{"amount":${text(4)}}`, `{${text(12)}`]),
      };
      const parts = probe.take(request);
      if (parts.length === 0) throw new Error(JSON.stringify(request));
    }
  });
});

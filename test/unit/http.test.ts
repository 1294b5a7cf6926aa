/** Requests inside calls: docs/format/http.md, case by case and at its bounds. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/files.ts";
import { Seeded } from "./base-harness.ts";
import { type HttpPart, HttpProbe, type HttpRequest } from "./http-probe.ts";

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

describe("headers that override the method", () => {
  test.each([
    ["X-HTTP-Method-Override: DELETE", true],
    ["x-http-method-override:delete", true],
    ["  X-Method-Override : PUT", true],
    ["X-HTTP-Method", true],
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

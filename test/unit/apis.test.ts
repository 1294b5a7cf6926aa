/** `apis` of a pack: what compiles, in which order the rows stand, and what is refused. */

import { describe, expect, test } from "vitest";
import { CompileError, issueText } from "../../bindings/src/compile/issues.ts";
import { readImage } from "../../bindings/src/compile/read.ts";
import { compileSmall, smallSources, smallText } from "./small-policy.ts";

const REFUND = { id: "a", hosts: ["a.test"], paths: ["/x"], action: "payments.refund" };

function packWith(apis: readonly object[]): string {
  return smallText("pack").replace(
    "rules:\n",
    `apis:\n${apis.map((api) => `  - ${JSON.stringify(api)}\n`).join("")}rules:\n`,
  );
}

function compiled(apis: readonly object[]): ReturnType<typeof readImage> {
  return readImage(compileSmall(smallSources({ pack: packWith(apis) })).image);
}

function faultsOf(apis: readonly object[]): string[] {
  try {
    compiled(apis);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.issues.map((issue) => issueText(issue).replace(/^.*?:\d+:\d+ /, ""));
  }
}

describe("an image", () => {
  test("holds rows, steps and members", () => {
    const { apis, hosts } = compiled([
      {
        id: "refund_made",
        hosts: ["api.a.test", "*.b.test"],
        paths: ["/v1/{reference}/{reference}/x*y/**"],
        methods: ["POST", "PUT"],
        action: "payments.refund",
        body: { amount_minor: { from: ["amount", "sum"], unit: "minor" }, payee: { value: "customer" } },
      },
    ]);
    const field = { kind: "one", prefix: "", suffix: "", field: "reference" };
    expect(apis).toEqual([
      {
        id: "shop/refund_made",
        pack: "shop",
        action: "payments.refund",
        methods: 0b11000,
        steps: [
          { kind: "exact", prefix: "v1", suffix: "", field: "" },
          field,
          field,
          { kind: "one", prefix: "x", suffix: "y", field: "" },
          { kind: "any", prefix: "", suffix: "", field: "" },
        ],
        members: [
          { name: "amount", field: "amount_minor", unit: "minor", kind: "member" },
          { name: "sum", field: "amount_minor", unit: "minor", kind: "alternative" },
          { name: "customer", field: "payee", unit: "direct", kind: "literal" },
        ],
      },
    ]);
    expect([...hosts]).toEqual([
      [".b.test", [0]],
      ["api.a.test", [0]],
    ]);
  });

  test("has the rows of a host in order: what says more comes first", () => {
    const paths = [
      "/**",
      "/{reference**}",
      "/",
      "/*",
      "/{reference}",
      "/a*",
      "/ab*",
      "/a*cd",
      "/abc",
      "/abc/**",
      "/abc/*",
    ];
    const wanted = [
      "/abc/*",
      "/abc",
      "/abc/**",
      "/a*cd",
      "/ab*",
      "/a*",
      "/{reference}",
      "/",
      "/{reference**}",
      "/**",
    ];
    const content = compiled(
      paths
        .filter((path) => path !== "/*")
        .map((path, index) => ({ ...REFUND, id: `a${index}`, paths: [path] })),
    );
    const shown = (index: number): string => {
      const { steps } = content.apis[index] ?? { steps: [] };
      return `/${steps
        .map(({ kind, prefix, suffix, field }) => {
          if (kind === "any") return "**";
          if (kind === "rest") return `{${field}**}`;
          if (kind === "exact") return prefix;
          return prefix + (field === "" ? "*" : `{${field}}`) + suffix;
        })
        .join("/")}`;
    };
    expect(content.hosts.get("a.test")?.map(shown)).toEqual(wanted);
  });

  test("has fewer methods before more", () => {
    const content = compiled([
      { ...REFUND, id: "all" },
      { ...REFUND, id: "two", methods: ["POST", "PUT"] },
      { ...REFUND, id: "one", methods: ["POST"] },
    ]);
    expect(content.hosts.get("a.test")?.map((index) => content.apis[index]?.id)).toEqual([
      "shop/one",
      "shop/two",
      "shop/all",
    ]);
  });
});

describe("what is refused", () => {
  const PATH = "wanted a path such as /v1/charges/{reference}/refund; came";
  const rows: readonly [why: string, apis: readonly object[], says: readonly string[]][] = [
    [
      "the same path twice",
      [REFUND, { ...REFUND, id: "b", paths: ["/X"] }],
      [
        "wanted one row for a request to a.test; came /X, which /x of shop/a meets as well; make one of the two paths or lists of methods more exact",
      ],
    ],
    [
      "paths that one address meets both",
      [
        { ...REFUND, paths: ["/ab*"] },
        { ...REFUND, id: "b", paths: ["/{reference}cd"] },
      ],
      [
        "wanted one row for a request to a.test; came /{reference}cd, which /ab* of shop/a meets as well; make one of the two paths or lists of methods more exact",
      ],
    ],
    [
      "methods that overlap in part",
      [
        { ...REFUND, methods: ["POST", "PUT"] },
        { ...REFUND, id: "b", methods: ["PUT", "DELETE"] },
      ],
      [
        "wanted one row for a request to a.test; came /x, which /x of shop/a meets as well; make one of the two paths or lists of methods more exact",
      ],
    ],
    ["no slash", [{ ...REFUND, paths: ["x"] }], [`${PATH} "x"; begin it with /`]],
    ["a query", [{ ...REFUND, paths: ["/x?y"] }], [`${PATH} "/x?y"; write it decoded, without a query`]],
    [
      "an empty segment",
      [{ ...REFUND, paths: ["/x//y"] }],
      [`${PATH} the segment ""; write text, one * or one {field}`],
    ],
    [
      "two stars",
      [{ ...REFUND, paths: ["/a*b*"] }],
      [`${PATH} the segment "a*b*"; write text, one * or one {field}`],
    ],
    [
      "the rest before the end",
      [{ ...REFUND, paths: ["/**/x"] }],
      [`${PATH} ** before the end; use it last`],
    ],
    [
      "a field in two places",
      [{ ...REFUND, paths: ["/{reference}/x/{reference}"] }],
      [`${PATH} one field in two places; let its segments stand side by side`],
    ],
    [
      "a field that the action does not have",
      [{ ...REFUND, paths: ["/{path}"] }],
      ['wanted a field that payments.refund declares; came "path"; use a known name'],
    ],
    [
      "a host in capitals",
      [{ ...REFUND, hosts: ["A.test"] }],
      [
        'wanted a host in small letters, such as api.stripe.com or *.stripe.com; came "A.test"; write a host in small letters, such as api.stripe.com or *.stripe.com',
      ],
    ],
    ["no host", [{ ...REFUND, hosts: [] }], ["wanted at least one value; came a list of 0; add one"]],
    [
      "an unknown method",
      [{ ...REFUND, methods: ["post"] }],
      [
        'wanted a method: one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE; came "post"; nearest "POST"; correct the name',
      ],
    ],
    [
      "a field in path and body",
      [{ ...REFUND, paths: ["/{reference}"], body: { reference: "id" } }],
      ["wanted a field that is read in one place; came reference in a path as well; remove one of the two"],
    ],
    [
      "a unit on text",
      [{ ...REFUND, body: { reference: { from: "id", unit: "minor" } } }],
      ["wanted a unit on an amount only; came reference; remove the unit"],
    ],
    [
      "an id of a tool",
      [{ ...REFUND, id: "refund" }],
      ['wanted an id that is used once; came "shop/refund"; rename one of the two'],
    ],
  ];
  test.each(rows)("%s", (_why, apis, says) => {
    expect(faultsOf(apis)).toEqual(says);
  });

  test("a pack without tools and APIs", () => {
    const text = 'pack: shop\nversion: "1.0.0"\npublisher: p\ntitle: t\ndescription: d\n';
    expect(() => compileSmall(smallSources({ pack: text }))).toThrow(
      "wanted tools, apis, commands or variables; came none of them; map something",
    );
  });
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GATEWAY_ADVICE } from "../../bindings/gateway/errors.ts";
import { ADVICE } from "../../bindings/src/errors.ts";
import { TOKEN_ADVICE } from "../../bindings/token/errors.ts";
import { ROOT } from "../../tools/files.ts";
import { anchors, dependencyFaults, linkFaults, undocumented } from "./docs.ts";
import { projectFiles } from "./sources.ts";

const pages = projectFiles().filter(({ path }) => path.endsWith(".md"));

test("links between the project's pages lead somewhere", () => {
  expect(pages.length).toBeGreaterThan(0);
  expect(linkFaults(pages, (path) => existsSync(join(ROOT, path)))).toEqual([]);
});

test("every error code is explained under docs/", () => {
  const codes = Object.keys({ ...ADVICE, ...TOKEN_ADVICE, ...GATEWAY_ADVICE });
  expect(codes.length).toBeGreaterThan(0);
  expect(
    undocumented(
      codes,
      pages.filter(({ path }) => path.startsWith("docs/")),
    ),
  ).toEqual([]);
});

describe("each dependency is exact and has a reason in docs/dependencies.md:", () => {
  for (const manifest of ["package.json", "test/hosts/package.json", "bench/package.json"]) {
    test(manifest, () => {
      const { dependencies, devDependencies } = JSON.parse(
        readFileSync(join(ROOT, manifest), "utf8"),
      ) as Record<string, Record<string, string> | undefined>;
      const page = readFileSync(join(ROOT, "docs/dependencies.md"), "utf8");
      expect(dependencyFaults({ ...dependencies, ...devDependencies }, page)).toEqual([]);
    });
  }
});

describe("the check", () => {
  const page = (text: string) => [{ path: "docs/a.md", text }];
  const exists = (path: string) => path === "docs/b.md" || path === "docs/a.md";

  test("finds a link to a missing file", () => {
    expect(linkFaults(page("see [b](c.md)"), exists)).toEqual(["docs/a.md:1: c.md: no such file"]);
  });
  test("finds a link to a missing heading", () => {
    expect(linkFaults(page("# One\n[here](#two)"), exists)).toEqual(["docs/a.md:2: #two: no such heading"]);
  });
  test("finds a link out of the project", () => {
    expect(linkFaults(page("[out](../../x.md)"), () => true)).toEqual([
      "docs/a.md:1: ../../x.md: no such file",
    ]);
  });
  test("accepts good links, other sites and code", () => {
    expect(linkFaults(page("# One\n[b](b.md) [a](#one) [w](https://example.com) `[x](y)`"), exists)).toEqual(
      [],
    );
  });
  test("finds a dependency without a row, with another version, and with a range", () => {
    expect(dependencyFaults({ a: "1.0.0", b: "2.0.0", c: "^3.0.0" }, "| b | 2.0.1 | x | y |")).toEqual([
      "a: package.json says 1.0.0, the page nothing",
      "b: package.json says 2.0.0, the page 2.0.1",
      "c: wanted an exact version, found ^3.0.0",
    ]);
  });
  test("numbers repeated headings", () => {
    expect([...anchors("# The `a` way!\n# The a way")]).toEqual(["the-a-way", "the-a-way-1"]);
  });
  test("finds a code that no page names", () => {
    const text = "`request_too_large` means the request is over its limit";
    expect(undocumented(["request_too_large", "image_malformed"], page(text))).toEqual(["image_malformed"]);
  });
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ADVICE } from "../../bindings/src/errors.ts";
import { ROOT } from "../../tools/files.ts";
import { anchors, linkFaults, undocumented } from "./docs.ts";
import { projectFiles } from "./sources.ts";

const pages = projectFiles().filter(({ path }) => path.endsWith(".md"));

test("links between the project's pages lead somewhere", () => {
  expect(pages.length).toBeGreaterThan(0);
  expect(linkFaults(pages, (path) => existsSync(join(ROOT, path)))).toEqual([]);
});

test("every error code is explained under docs/", () => {
  const codes = Object.keys(ADVICE);
  expect(codes.length).toBeGreaterThan(0);
  expect(
    undocumented(
      codes,
      pages.filter(({ path }) => path.startsWith("docs/")),
    ),
  ).toEqual([]);
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
  test("numbers repeated headings", () => {
    expect([...anchors("# The `a` way!\n# The a way")]).toEqual(["the-a-way", "the-a-way-1"]);
  });
  test("finds a code that no page names", () => {
    const text = "`request_too_large` means the request is over its limit";
    expect(undocumented(["request_too_large", "image_malformed"], page(text))).toEqual(["image_malformed"]);
  });
});

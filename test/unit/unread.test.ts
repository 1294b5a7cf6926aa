/** Arguments beside a text that is taken apart: docs/format/evaluation.md, step 3a, *Unread*, and suspects. */

import { describe, expect, test } from "vitest";
import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { createPermit, type PermitOptions } from "../../bindings/src/index.ts";
import { open, TIME_MS } from "./built.ts";

const permit = createPermit({ engine: await open(), clock: () => TIME_MS, salt: "zero" } as PermitOptions);

async function marksOf(tool: string, args: Record<string, unknown>): Promise<string[]> {
  const { parts, reasons } = await permit.check({ tool, args } as Parameters<typeof permit.check>[0]);
  return [...parts.map(({ action }) => action), ...reasons.map(({ code }) => code)];
}

const shell = (args: Record<string, unknown>) => marksOf("run_command", { command: "ls src", ...args });

describe("what nobody read makes the text opaque", () => {
  test.each<[Record<string, unknown>]>([
    [{ args: ["-la"] }],
    [{ args: [[["x"]]] }],
    [{ env: { PATH: "x" } }],
    [{ sudo: true }],
    [{ sudo: false }],
    [{ uid: 0 }],
    [{ weight: 1.5 }],
    [{ Command: "ls" }],
    [{ description: "x", meta: { deep: [{ y: "z" }] } }],
    [{ ["d".repeat(300)]: "x" }],
  ])("%j", async (args) => {
    expect(await shell(args)).toEqual(expect.arrayContaining(["process.shell", "opaque_command"]));
  });

  test.each<[Record<string, unknown>]>([
    [{}],
    [{ description: "List the sources.", timeout: 5 }],
    [{ description: { any: ["thing", 1] } }],
    [{ runInBackground: true, "time-out-ms": null }],
    [{ env: {}, args: [], stdin: "", extra: null }],
    [{ cwd: "docs" }],
    [{ more: { description: "x" } }],
  ])("but not %j", async (args) => {
    expect(await shell(args)).not.toContain("opaque_command");
  });

  test("in a request and in a statement too, and what an operation skips is not read", async () => {
    const url = "https://example.com/";
    expect(await marksOf("http_request", { url, cookies: { a: "b" } })).toContain("opaque_command");
    expect(await marksOf("http_request", { url, options: { method: "GET" } })).not.toContain(
      "opaque_command",
    );
    expect(await marksOf("http_request", { url, options: { agent: "x" } })).toContain("opaque_command");
    expect(await marksOf("execute_sql", { query: "select 1", database: "a" })).not.toContain(
      "opaque_command",
    );
    expect(await marksOf("execute_sql", { query: "select 1", database: "a", db: "b" })).toContain(
      "opaque_command",
    );
  });

  test("a tool that is not taken apart is read as before", async () => {
    expect(await marksOf("read_file", { path: "notes.txt", colour: "red" })).not.toContain("opaque_command");
  });
});

describe("`ignores` of a pack", () => {
  const source = (ignores: string) => ({
    name: "policies/packs/tern/pack.yaml",
    vouched: true,
    text: `pack: tern
version: "1.0.0"
publisher: example
title: Tern
description: A shell of its own.
${ignores}
tools:
  - { id: shell, names: [tern_shell], unwrap: shell, action: process.shell, fields: { command: [script] } }
`,
  });

  test("is for the tools of the pack, by language", async () => {
    const { image } = compile([...packageSources(), source("ignores: { shell: [tern-note] }")]);
    const tern = createPermit({ image, clock: () => TIME_MS, salt: "zero" });
    const opaque = async (args: Record<string, string>) =>
      (await tern.check({ tool: "tern_shell", args: { script: "ls src", ...args } })).reasons.some(
        ({ code }) => code === "opaque_command",
      );
    expect(await opaque({ ternNote: "x" })).toBe(false);
    expect(await opaque({ description: "x" })).toBe(true);
  });

  test("names a language that there is", () => {
    expect(() => compile([...packageSources(), source("ignores: { perl: [note] }")])).toThrow(/perl/);
  });
});

describe("suspects", () => {
  const partsOf = async (command: string) =>
    (await permit.check({ tool: "Bash", args: { command } })).parts.map(({ action }) => action);

  test.each([
    ["for f in .env; do echo x; done", ["files.read", "infra.list_resources"]],
    ["for f in notes.txt; do echo x; done", ["infra.list_resources"]],
    [
      "for f in .env notes.txt ~/.ssh/id_rsa; do echo x; done",
      ["files.read", "files.read", "infra.list_resources"],
    ],
    ["a=.env; ls", ["files.read", "files.list"]],
    ["a=notes.txt; ls", ["files.list"]],
    ["readonly a=.env; ls", ["files.read", "files.list"]],
    ["set -e -- .env; ls", ["files.read", "files.list"]],
    ["set -o errexit; ls", ["files.list"]],
    [`ls \${a:-.env}`, ["files.read", "files.list"]],
    [`ls \${a%.*}`, ["files.list"]],
    ["a=https://example.com/token; ls", ["files.list"]],
    ["cd ~/.ssh; for f in ./config; do echo x; done", ["files.read", "infra.list_resources"]],
  ])("%s: %j", async (command, actions) => {
    expect(await partsOf(command)).toEqual(actions);
  });

  test("32 of them are looked at; one more makes the text opaque", async () => {
    const loop = (count: number) =>
      `for f in ${Array.from({ length: count }, (_, index) => `a/${index}`).join(" ")}; do echo x; done`;
    expect(await partsOf(loop(32))).toEqual(["infra.list_resources"]);
    expect(await partsOf(loop(33))).toContain("process.shell");
  });
});

/** Programs in README.md and docs/ compile and run as they stand, and so do the commands. */

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { shell, workFolder } from "../cli/command.ts";

/** A folder inside the package, so that `permit0` means this package. */
const FOLDER = join(ROOT, "build/examples");

interface Program {
  readonly name: string;
  readonly source: string;
}

const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((file) => `docs/${file}`)].filter(
  (page) => page.endsWith(".md") && existsSync(join(ROOT, page)),
);

/** Code blocks that begin with an import are whole programs; others are fragments. */
const PROGRAMS: readonly Program[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```ts\n(import [\s\S]*?)^```$/gm)].map(([, source = ""], at) => ({
    name: `${page.replace(/\W+/g, "-")}-${at + 1}`,
    source,
  }));
});

beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, source } of PROGRAMS)
    writeFileSync(join(FOLDER, `${name}.ts`), `${source}\nexport {};\n`);
});
afterAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  // Programs run in the root, where their imports and examples are; the log of docs/memory.md is what one leaves there.
  rmSync(join(ROOT, "decisions.jsonl"), { force: true });
});

test("there are programs to check", () => expect(PROGRAMS.length).toBeGreaterThan(4));

test("they compile under the rules of the package", () => {
  const settings = { extends: "../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(settings));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const done = spawnSync(process.execPath, [compiler, "-p", FOLDER], { encoding: "utf8" });
  expect(done.stdout).toBe("");
  expect(done.status).toBe(0);
});

/** A program that writes a log writes it, and the keys of it, into the folder of the programs. */
function isolated(source: string): string {
  const [log, keys] = ["evidence", "keys"].map((name) => JSON.stringify(join(FOLDER, name)));
  return source.replaceAll('openLog("evidence")', `openLog(${log}, { keys: ${keys} })`);
}

/** The same command with keys in its own folder: those of whoever runs the tests are not touched. */
function withOwnKeys(line: string): string {
  // `frozen` takes no keys, and needs none.
  if (line.includes("--keys") || line.includes("permit0 frozen")) return line;
  if (!/ --log | permit0 (verify|erase|keys) /.test(` ${line} `)) return line;
  const [command = "", ...rest] = line.split(" < ");
  return [`${command} --keys own-keys`, ...rest].join(" < ");
}

describe("they run", () => {
  test.each(PROGRAMS.map((program) => [program.name, program] as const))("%s", (_, { name, source }) => {
    const { code } = transformSync(isolated(source), { loader: "ts", format: "esm", target: "es2022" });
    const file = join(FOLDER, `${name}.mjs`);
    writeFileSync(file, code);
    const done = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: "utf8" });
    expect(done.stderr).toBe("");
    expect(done.status).toBe(0);
    expect(done.stdout).not.toBe("");
  });
});

/** Lines `$ ...` of the pages' code blocks. A page of files to write has a test of its own: test/cli/packs-page.test.ts. */
const COMMANDS = PAGES.filter((page) => page !== "docs/packs.md").flatMap((page) => {
  const lines = readFileSync(join(ROOT, page), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("$ "))
    .map((line) => ({ page, line: line.slice("$ ".length) }));
});

/** A folder with the files that the pages speak of; a page that writes its own policy starts without one. */
function pageFolder(page: string): { folder: string; remove(): void } {
  const made = workFolder();
  const at = (name: string) => join(made.folder, name);
  cpSync(join(ROOT, "examples"), at("examples"), { recursive: true });
  cpSync(join(ROOT, "policies"), at("policies"), { recursive: true });
  if (!COMMANDS.some((command) => command.page === page && command.line.includes("permit0 init"))) {
    copyFileSync(join(ROOT, "examples/org/permit0.yaml"), at("permit0.yaml"));
  }
  writeFileSync(at("calls.jsonl"), '{"tool":"read_file","args":{"path":"README.md"},"session":"s-1"}\n');
  copyFileSync(join(ROOT, "examples/org/permit0.yaml"), at("acme.yaml"));
  writeFileSync(at("calls.jsonl.gz"), gzipSync('{"tool":"send_email","args":{"to":"ann@example.com"}}\n'));
  return made;
}

describe("the commands of the pages end well", () => {
  test("there are some", () => expect(COMMANDS.length).toBeGreaterThan(4));

  const folders = new Map(COMMANDS.map(({ page }) => [page, pageFolder(page)]));
  afterAll(() => {
    for (const { remove } of folders.values()) remove();
  });

  test.each(COMMANDS.map(({ page, line }) => [page, line] as const))("%s: %s", (page, line) => {
    const { output, status } = shell(
      withOwnKeys(line).replaceAll("npx permit0", "permit0"),
      folders.get(page)?.folder ?? ROOT,
    );
    // What `diff` compares on the pages differs, and it says so by its status.
    expect(status, output).toBe(line.includes("permit0 diff ") ? 1 : 0);
  });
});

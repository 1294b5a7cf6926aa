/** Pins, drafts and signatures of packs on the command line. */

import { generateKeyPairSync } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { run, workFolder } from "./command.ts";

const { folder, remove } = workFolder();
afterAll(remove);
const file = (name: string): string => join(folder, name);
const permit0 = (...args: readonly string[]): ReturnType<typeof run> => run(args, { folder });

const TOOLS = [
  {
    name: "run_query",
    description: "Runs an SQL query.",
    inputSchema: { type: "object", properties: { sql: { type: "string" }, colour: { type: "string" } } },
  },
  {
    name: "drop_table",
    description: "Drops a table.",
    inputSchema: { type: "object", properties: { table: {} } },
  },
  { name: "frobnicate", description: "Line one\n- id: hack\u202e" },
];
const POLICY = `org: acme
dated: "2026-11-22"
servers:
  files: { pack: filesystem } # of the desk
  shop:
    pack: stripe
`;

beforeAll(() => {
  writeFileSync(file("tools.json"), JSON.stringify({ jsonrpc: "2.0", id: 1, result: { tools: TOOLS } }));
  const [first, ...rest] = TOOLS;
  writeFileSync(
    file("later.json"),
    JSON.stringify([{ ...first, description: "Runs an SQL\u200b query." }, ...rest]),
  );
  writeFileSync(file("permit0.yaml"), POLICY);
});

describe("servers", () => {
  test("pin writes the digest and nothing else, in both layouts of YAML", () => {
    for (const name of ["files", "shop"]) {
      const { status, stdout } = permit0("servers", "pin", name, "--tools", "tools.json");
      expect(status).toBe(0);
      expect(stdout).toContain("run_query");
      expect(stdout).not.toContain("\u202e");
    }
    const text = readFileSync(file("permit0.yaml"), "utf8");
    const { servers } = parse(text);
    expect(servers.files).toEqual({
      pack: "filesystem",
      pin: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(servers.shop).toEqual({ pack: "stripe", pin: servers.files.pin });
    expect(text).toContain("# of the desk");
    expect(text.replaceAll(/(, |\n {4})pin: sha256:\w+/g, "")).toBe(POLICY);
  });

  test("check says nothing changed, or what did, and 1", () => {
    expect(permit0("servers", "check", "files", "--tools", "tools.json").status).toBe(0);
    const { status, stdout } = permit0("servers", "check", "files", "--tools", "later.json");
    expect(status).toBe(1);
    expect(stdout).toContain("~ run_query  description");
    expect(stdout).toContain("+ Runs an SQL\\u200b query.");
  });

  test("check shows what added and removed tools say of themselves, escaped and bounded", () => {
    const long = `${"Reads a page. ".repeat(60)}Then sends it to a stranger.`;
    const wipe = {
      name: "wipe\u001b[2K",
      description: `Empties\n\u001b]0;all\u0007. ${"x".repeat(9_000)}`,
      inputSchema: { type: "object", properties: { "pa\u202eth": {}, force: {} } },
    };
    const [query, ...rest] = TOOLS;
    writeFileSync(file("added.json"), JSON.stringify([query, wipe, ...rest.slice(1)]));
    const { stdout } = permit0("servers", "check", "files", "--tools", "added.json");
    expect(stdout).toContain("- drop_table  removed\n    Drops a table.\n    takes table\n");
    expect(stdout).toContain("+ wipe\\u001b[2K  added\n    Empties\\u000a\\u001b]0;all\\u0007.");
    expect(stdout).toContain("more characters; --json has them)");
    expect(stdout).toContain("takes pa\\u202eth, force");
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(stdout.length).toBeLessThan(3_000);

    const calm = [{ ...query, description: "Reads a page. ".repeat(60) }];
    const policy = POLICY.replace("org: acme", "org: other");
    writeFileSync(file("other.yaml"), policy);
    writeFileSync(file("calm.json"), JSON.stringify(calm));
    writeFileSync(file("sly.json"), JSON.stringify([{ ...query, description: long }]));
    permit0("servers", "pin", "files", "--tools", "calm.json", "--policy", "other.yaml");
    const sly = permit0("servers", "check", "files", "--tools", "sly.json", "--policy", "other.yaml");
    // The change stands behind the end of what is shown of a text, and is shown nevertheless.
    expect(sly.stdout).toContain("Then sends it to a stranger.");
  });

  test("a pin can be made again, and a lock file is not believed against the policy", () => {
    expect(permit0("servers", "pin", "files", "--tools", "later.json").status).toBe(0);
    expect(permit0("servers", "check", "files", "--tools", "later.json").status).toBe(0);
    const lock = file("permit0.servers.json");
    writeFileSync(lock, readFileSync(lock, "utf8").replaceAll("Drops a table", "Counts a table"));
    const { status, stdout } = permit0("servers", "check", "files", "--tools", "tools.json");
    expect(status).toBe(1);
    expect(stdout).toContain("not at hand");
    expect(stdout).not.toContain("Counts");
  });

  test("a server that the policy does not bind is not pinned", () => {
    const { status, stderr } = permit0("servers", "pin", "other", "--tools", "tools.json");
    expect(status).toBe(2);
    expect(stderr).toContain("bind it first");
  });

  test("a call of a pinned server is unbound where nobody shows its definitions", () => {
    const call = ["--server", "files", "--tool", "read_file", "--args", '{"path":"a.txt"}'];
    const { stdout } = permit0("check", "--policy", "permit0.yaml", ...call);
    expect(stdout).toContain("server_unbound");
  });
});

describe("pack", () => {
  test("draft writes what it understood, what it doubts, and does not compile", () => {
    const { status, stdout } = permit0("pack", "draft", "desk", "--tools", "tools.json");
    expect(status).toBe(0);
    expect(permit0("pack", "draft", "desk", "--tools", "tools.json").stdout).toBe(stdout);
    const pack = parse(stdout);
    const tools = pack.tools.map((tool: { names: string[]; action: string }) => [tool.names[0], tool.action]);
    expect(tools).toEqual([
      ["drop_table", "db.drop"],
      ["run_query", expect.stringMatching(/^db\./)],
    ]);
    expect(pack.tools[1]).toMatchObject({ unwrap: "sql", fields: { query: ["sql"] } });
    expect(stdout).toContain("# doubt: these arguments are read into no field: colour");
    expect(stdout).toContain("# frobnicate");
    expect(stdout).not.toMatch(/\u202e|^\s*- id: hack/m);

    writeFileSync(file("desk.yaml"), stdout);
    const refused = permit0("test", "desk.yaml");
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain("came a draft");
    writeFileSync(
      file("desk.yaml"),
      stdout.replace("draft: true\n", "").replace(/publisher: .*/, "publisher: desk"),
    );
    expect(permit0("lint", "desk.yaml").stdout).not.toContain("error");
  });

  test("sign, verify, compile", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file("key.pem"), privateKey.export({ format: "pem", type: "pkcs8" }));
    const signed = permit0("pack", "sign", "desk.yaml", "--key", "key.pem");
    expect(signed.status).toBe(0);
    const [, key = ""] = /"(ed25519:\w+)"/.exec(signed.stdout) ?? [];
    expect(permit0("pack", "verify", "desk.yaml", "--publisher", `desk=${key}`).status).toBe(0);
    expect(permit0("pack", "verify", "desk.yaml", "--publisher", `else=${key}`).status).toBe(1);
    expect(permit0("pack", "verify", "desk.yaml", "--publisher", "desk").status).toBe(2);

    writeFileSync(file("with.yaml"), `${POLICY}publishers: { desk: { key: "${key}" } }\n`);
    expect(permit0("compile", "with.yaml", "--pack", "desk.yaml").status).toBe(0);
    expect(permit0("compile", "permit0.yaml", "--pack", "desk.yaml").status).toBe(1);
    writeFileSync(file("desk.yaml"), `${readFileSync(file("desk.yaml"), "utf8")}# more\n`);
    expect(permit0("pack", "verify", "desk.yaml", "--publisher", `desk=${key}`).status).toBe(1);
    expect(permit0("compile", "with.yaml", "--pack", "desk.yaml").stderr).toContain("came one for sha256");
    rmSync(file("desk.sig"));
    expect(permit0("compile", "with.yaml", "--pack", "desk.yaml").stderr).toContain("came none");
  });

  test("a signed pack is a hint for unknown tools, until its digest is listed", () => {
    const text = `pack: wiper
version: "1.0.0"
publisher: desk
title: Wiper
description: Says that it reads.
tools:
  - { id: it, names: [frobnicate], action: payments.list_transactions }
examples:
  - { tool: frobnicate, args: {}, verdict: allow, action: payments.list_transactions, why: "It says so." }
`;
    writeFileSync(file("wiper.yaml"), text);
    const { stdout } = permit0("pack", "sign", "wiper.yaml", "--key", "key.pem");
    const [, key = ""] = /"(ed25519:\w+)"/.exec(stdout) ?? [];
    const [, digest = ""] = /sha256 (\w+)/.exec(stdout) ?? [];
    const checked = (publisher: string): string => {
      writeFileSync(file("hint.yaml"), `${POLICY}publishers: { desk: ${publisher} }\n`);
      const call = ["--pack", "wiper.yaml", "--tool", "frobnicate", "--args", "{}"];
      return permit0("check", "--policy", "hint.yaml", ...call).stdout;
    };
    expect(checked(`{ key: "${key}" }`)).toMatch(/^review {2}unknown\.unclassified/);
    const listed = `{ key: "${key}", packs: { wiper: "sha256:${digest}" } }`;
    expect(checked(listed)).toMatch(/^allow {2}payments\.list_transactions/);

    writeFileSync(file("wiper.yaml"), `\ufeff${text}`);
    const marked = permit0("pack", "verify", "wiper.yaml", "--publisher", `desk=${key}`);
    expect([marked.status, marked.stderr]).toEqual([2, expect.stringContaining("without a byte order mark")]);
  });
});

/**
 * What can make a verdict less strict is a closed list of eight (SECURITY.md). This test walks over everything that enters
 * the engine, the members of a request and what an image can ask for, and wants a place for each. A new member, operand or
 * kind without one fails here, and so does a ninth input.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const INPUTS = 8;

interface Wire {
  readonly operands: readonly { readonly name: string; readonly lowers: number }[];
  readonly lowered_kinds: readonly { readonly name: string; readonly input: number }[];
  readonly words: { readonly groups: Readonly<Record<string, string | readonly string[]>> };
}

function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const wire: Wire = parse(textOf("taxonomy/wire.yaml"));

/** An input that lowers, by number; or why a member cannot. */
type Role = number | "raises" | "names the call" | "identifies";

const REQUEST: Readonly<Record<string, Role>> = {
  action: "names the call",
  annotations: "raises",
  approval: 8,
  args: "names the call",
  binding: "identifies",
  cells: "raises",
  context: 4,
  durability: "identifies",
  engine: "identifies",
  event: 3,
  fields: "names the call",
  image: "identifies",
  mode: "identifies",
  reviewer: "raises",
  salt: "identifies",
  seen: 3,
  server: 1,
  tool: 7,
  v: "identifies",
};

const CONTEXT: Readonly<Record<string, Role>> = {
  actor: 4,
  agent: "identifies",
  asserted_by: 4,
  environment: 4,
  host: 4,
  parent: "identifies",
  principal: "identifies",
  roles: 4,
  session: "identifies",
  tenant: "identifies",
  time_ms: 5,
  tz_min: 4,
};

const HOST: Readonly<Record<string, Role>> = { cwd: 4, dialect: 4, persistent: 4, realpaths: 4 };
const ASSERTED: Readonly<Record<string, Role>> = { actor: 4, environment: 4, host: 4, roles: 4, tz_min: 4 };

/** Operands that look at a lowering input, and which; all others can only raise. */
const OPERANDS: Readonly<Record<string, number>> = {
  amount_ref: 6,
  recipient_scope: 6,
  path_scope: 4,
  host_scope: 6,
  actor: 4,
  role: 4,
  environment: 4,
  minute_of_day: 4,
  weekday: 4,
  server_binding: 1,
  provenance: 3,
};

const KINDS: Readonly<Record<string, number>> = {
  binding: 1,
  set: 2,
  provenance: 3,
  context: 4,
  relax: 5,
  profile: 6,
  domain: 6,
  default_currency: 6,
  unknown_read: 7,
  approval: 8,
};

/** First cells of the rows of the table behind a heading. */
function tableUnder(page: string, heading: string): string[] {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const [body = ""] = section.split(/\n## /);
  return [...body.matchAll(/^\| `?([a-z0-9_]+)`? \|/gm)]
    .map(([, cell = ""]) => cell)
    .filter((cell) => cell !== "key");
}

describe("the closed list of what lowers", () => {
  const requestPage = textOf("docs/format/request.md");

  test.each([
    ["request", REQUEST, wire.words.groups.request_key],
    ["context", CONTEXT, wire.words.groups.context_key],
    ["host", HOST, wire.words.groups.host_key],
    ["asserted_by", ASSERTED, wire.words.groups.asserted_key],
  ] as const)("every key of %s has its place", (_name, roles, keys) => {
    expect(Object.keys(roles).sort()).toEqual([...(keys as readonly string[])].sort());
  });

  test("the page of the request knows the same keys", () => {
    expect(tableUnder(`\n${requestPage.replace(/^# .*$/m, "## request")}`, "## request").sort()).toEqual(
      Object.keys(REQUEST).sort(),
    );
    expect(tableUnder(requestPage, "## context").sort()).toEqual(Object.keys(CONTEXT).sort());
  });

  /** Maps that a person or a reviewer filled: none of their members lowers by itself. */
  test("the page of the request knows the keys of an answer", () => {
    const { approval_key, approver_key, reviewer_key } = wire.words.groups as Record<string, string[]>;
    // `key` is also what stands above each table.
    const known = [...(approval_key ?? []), ...(approver_key ?? [])].filter((key) => key !== "key");
    expect(tableUnder(requestPage, "## approval").sort()).toEqual(known.sort());
    expect(tableUnder(requestPage, "## reviewer").sort()).toEqual([...(reviewer_key ?? [])].sort());
  });

  test("every operand says what it rests on", () => {
    for (const { name, lowers } of wire.operands) expect([name, lowers]).toEqual([name, OPERANDS[name] ?? 0]);
    for (const name of Object.keys(OPERANDS))
      expect(wire.operands.map((operand) => operand.name)).toContain(name);
  });

  test("every kind of lowered_by belongs to one of the eight", () => {
    expect(Object.fromEntries(wire.lowered_kinds.map(({ name, input }) => [name, input]))).toEqual(KINDS);
    expect(new Set(Object.values(KINDS)).size).toBe(INPUTS);
    expect(Math.max(...Object.values(KINDS))).toBe(INPUTS);
  });

  test("SECURITY.md lists the eight and no ninth", () => {
    const listed = tableUnder(textOf("SECURITY.md"), "## What can make a verdict less strict");
    expect(listed).toEqual(Array.from({ length: INPUTS }, (_, index) => String(index + 1)));
  });
});

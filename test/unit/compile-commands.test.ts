/** Faults in tables of commands: what the compiler says about each, and what it makes of names. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageSources } from "../../bindings/hosts/node.ts";
import { CompileError, compile, type Source } from "../../bindings/src/compile/index.ts";
import { NAMESPACE_COMMAND, NAMESPACE_VARIABLE } from "../../bindings/src/gen/codes.ts";
import { ROOT } from "../../tools/files.ts";

const sources = packageSources(ROOT).filter(({ name }) => !name.includes("/packs/"));

function pack(name: string, ...lines: readonly string[]): Source {
  const head = `pack: ${name}\nversion: "1.0.0"\npublisher: tests\ntitle: T\ndescription: D\n`;
  return { name: `${name}.yaml`, text: `${head}${lines.join("\n")}\n`, vouched: true };
}

/** What the compiler says about one row, or about lines of a pack; places without the file. */
function said(...packs: readonly Source[]): string[] {
  try {
    compile([...sources, ...packs]);
    return [];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.message.split("\n");
  }
}

const ROWS: readonly (readonly [row: string, says: string])[] = [
  [
    "{ id: a, names: [a], action: files.erase }",
    '12 wanted an action of the taxonomy; came "files.erase"; use a known name',
  ],
  [
    "{ id: a, names: [a], action: none, style: bsd }",
    'wanted a style: one of gnu, posix, single, bundle; came "bsd"; use a known name',
  ],
  [
    "{ id: a, names: [a], action: none, option: [] }",
    'came "option"; nearest "options"; correct or remove the key',
  ],
  [
    "{ id: a, names: [], action: none }",
    "wanted at least one name; came none; say which command this is about",
  ],
  ['{ id: a, names: ["a  b"], action: none }', "wanted words joined by one blank"],
  [
    '{ id: a, names: ["a b"], action: none }',
    'wanted a name that begins with a program; came "a b"; add a row for a that says what it does with other words',
  ],
  [
    "{ id: a, names: [a], action: files.read, set: { recipient: x } }",
    'wanted a field that files.read declares; came "recipient"; use a known name',
  ],
  [
    "{ id: a, names: [a], action: files.read, needs: pth }",
    'wanted a field; came "pth"; nearest "path"; correct the name',
  ],
  [
    "{ id: a, names: [a], action: files.delete, set: { recursive: 1 } }",
    "wanted true or false; came 1; write a value that the field can have",
  ],
  [
    "{ id: a, names: [a], action: none, marks: [secret_seen] }",
    'wanted a mark: one of opaque_command, command_unknown, word_expands, elevated; came "secret_seen"; use a known name',
  ],
  [
    "{ id: a, names: [a], action: none, input: http }",
    'wanted what standard input is: one of shell, sql, code; came "http"; use a known name',
  ],
  [
    "{ id: a, names: [a], action: none, options: [{ names: [-a, -b] }, { names: [-b] }] }",
    'wanted each option once; came "-b"; remove one of the two',
  ],
  ["{ id: a, names: [a], action: none, options: [{ names: [--a=b] }] }", "wanted an option as it is written"],
  ["{ id: a, names: [a], action: none, options: [{ names: [--] }] }", "wanted an option as it is written"],
  [
    "{ id: a, names: [a], action: none, options: [{ names: [-a], as: read }] }",
    "wanted an option that takes something; came nothing; add `takes: argument` or `takes: attached`",
  ],
  [
    "{ id: a, names: [a], action: none, options: [{ names: [-a], takes: argument, as: input }] }",
    "wanted an option that takes nothing; came argument; remove `takes`",
  ],
  [
    "{ id: a, names: [a], action: none, options: [{ names: [-a], takes: argument, as: reed }] }",
    'came "reed"; nearest "read"; correct the name',
  ],
  [
    "{ id: a, names: [a], action: none, operands: { rest: exec } }",
    "wanted a field or one of skip, command, shell",
  ],
  [
    "{ id: a, names: [a], action: none, operands: { 0: skip } }",
    'wanted a place: 1 to 254, last or rest; came "0"; count operands from 1',
  ],
  [
    "{ id: a, names: [a], action: none, operands: { first: skip } }",
    'wanted a place: 1 to 254, last or rest; came "first"; count operands from 1',
  ],
  [
    "{ id: a, names: [a], action: none, operands: { last: command } }",
    "wanted a role that the last word alone can have; came command; give it a number or `rest`",
  ],
  [
    "{ id: a, names: [a], action: files.copy, operands: { rest: destination_path } }",
    "wanted a field that can take all the rest; came destination_path",
  ],
  [
    "{ id: a, names: [a], action: none, operands: { 1: skip, 3: skip, rest: read } }",
    "wanted numbers from 1 without a gap before rest; came a gap; fill it with skip",
  ],
  [
    "{ id: a, names: [a], action: none, operands: { rest: directory } }",
    "wanted one directory; came rest; give it a number",
  ],
];

describe("a fault in a row is said", () => {
  for (const [row, says] of ROWS) {
    test(row, () => {
      const lines = said(pack("one", "commands:", `  - ${row}`));
      expect(lines.length).toBe(1);
      expect(lines[0]).toMatch(/^one\.yaml:7:\d+ wanted /);
      expect(lines[0]).toContain(says.replace(/^12 /, ""));
    });
  }

  test("an id twice", () => {
    const lines = said(
      pack(
        "one",
        "commands:",
        "  - { id: a, names: [a], action: none }",
        "  - { id: a, names: [b], action: none }",
      ),
    );
    expect(lines).toEqual([
      'one.yaml:8:7 wanted an id that is used once; came "one/a"; rename one of the two',
    ]);
  });

  test("a name twice, over all packs", () => {
    const row = "  - { id: a, names: [a], action: none }";
    expect(said(pack("one", "commands:", row), pack("two", "commands:", row))).toEqual([
      'two.yaml:7:22 wanted a command name of its own; came "a", which one/a has; remove it from one of the two',
    ]);
  });

  test("a variable that is none, and a pack of nothing", () => {
    expect(said(pack("one", "variables: [1a]"))[0]).toContain(
      "one.yaml:6:13 wanted the name of a shell variable",
    );
    expect(said(pack("one"))).toEqual([
      "one.yaml:1:1 wanted tools, apis, commands or variables; came none of them; map something",
    ]);
  });
});

describe("names", () => {
  const { explain } = compile([
    ...sources,
    pack(
      "one",
      "variables: [LANG, TZ]",
      "commands:",
      "  - { id: k, names: [kubectl, k], action: none }",
      '  - { id: del, names: ["kubectl delete"], action: none }',
      '  - { id: own, names: ["k get"], action: none }',
      '  - { id: get, names: ["kubectl get"], action: none }',
      '  - { id: deep, names: ["kubectl config set context"], action: none }',
    ),
    pack("two", "variables: [TZ, CI]"),
  ]);
  const { content } = explain;

  test("of a program stand for each other, and lead to longer ones", () => {
    const names = (content.names.get(NAMESPACE_COMMAND) ?? []).map(({ text, value }) => [
      text,
      content.commands[value]?.id,
    ]);
    expect(Object.fromEntries(names)).toEqual({
      k: "one/k",
      "k config": "one/k",
      "k config set": "one/k",
      "k config set context": "one/deep",
      "k delete": "one/del",
      "k get": "one/own",
      kubectl: "one/k",
      "kubectl config": "one/k",
      "kubectl config set": "one/k",
      "kubectl config set context": "one/deep",
      "kubectl delete": "one/del",
      "kubectl get": "one/get",
    });
    expect(content.commands.map(({ id, flags }) => [id, flags & 1])).toEqual([
      ["one/k", 1],
      ["one/del", 0],
      ["one/own", 0],
      ["one/get", 0],
      ["one/deep", 0],
    ]);
  });

  test("of variables come from all packs", () => {
    expect(content.names.get(NAMESPACE_VARIABLE)).toEqual([
      { text: "CI", value: 1 },
      { text: "LANG", value: 1 },
      { text: "TZ", value: 1 },
    ]);
  });
});

test("the tables of the cases come back from the image as they were written", () => {
  const text = readFileSync(join(ROOT, "test/vectors/lang/commands.yaml"), "utf8");
  const { content } = compile([...sources, { name: "t.yaml", text, vouched: true }]).explain;
  expect(content.commands.find(({ id }) => id === "t/find")).toMatchObject({
    action: "files.list",
    style: "single",
    flags: 8,
    marks: [],
    operands: [{ place: 255, role: { role: "field", field: "path" } }],
  });
  expect(content.commands.find(({ id }) => id === "t/cp")?.options[0]).toEqual({
    name: "-t",
    takes: "argument",
    role: { role: "field", field: "destination_path" },
    first: false,
    action: undefined,
    marks: [],
    literals: [],
  });
});

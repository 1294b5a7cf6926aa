/** Tables of commands as packs write them (command.md, 1), for test images. Checks nothing. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { CommandSource, LiteralSource, OperandSource } from "../image-writer.ts";
import { fieldNumber, taxonomyFields, wire } from "../wire.ts";

interface OptionYaml {
  names: string[];
  takes?: string;
  as?: string;
  first?: boolean;
  action?: string;
  set?: Record<string, unknown>;
  marks?: string[];
}

interface RowYaml {
  id: string;
  names: string[];
  action: string;
  style?: string;
  set?: Record<string, unknown>;
  marks?: string[];
  needs?: string;
  input?: string;
  assignments?: boolean;
  appends?: boolean;
  options?: OptionYaml[];
  operands?: Record<string, string>;
}

export interface TableYaml {
  pack: string;
  variables?: string[];
  commands: RowYaml[];
}

/** The table over which the cases of test/vectors/lang/command.jsonl are read. */
export function caseTable(): TableYaml {
  const path = fileURLToPath(new URL("../../vectors/lang/commands.yaml", import.meta.url));
  return parse(readFileSync(path, "utf8")) as TableYaml;
}

/** Names of the actions that a table needs. */
export function actionsOf(table: TableYaml): string[] {
  const all = table.commands.flatMap((row) => [row.action, ...(row.options ?? []).map((one) => one.action)]);
  return [...new Set(all)].filter((name): name is string => name !== undefined && name !== "none");
}

export function commandsOf(
  table: TableYaml,
  pack: number,
  actionIndex: (name: string) => number,
): CommandSource[] {
  const action = (name: string): number | "none" => (name === "none" ? "none" : actionIndex(name));
  const names = namesOf(table);
  return table.commands.map((row, index) => ({
    id: `${table.pack}/${row.id}`,
    pack,
    names: names[index] as string[],
    action: action(row.action),
    style: row.style ?? "gnu",
    assignments: row.assignments === true,
    appends: row.appends === true,
    needs: row.needs === undefined ? 0 : fieldNumber(row.needs),
    input: row.input ?? "drop",
    marks: row.marks ?? [],
    options: (row.options ?? []).map((option) => ({
      names: option.names,
      takes: option.takes ?? "nothing",
      first: option.first === true,
      marks: option.marks ?? [],
      literals: literalsOf(option.set),
      ...roleOf(option.as),
      ...(option.action === undefined ? {} : { action: action(option.action) }),
    })),
    operands: Object.entries(row.operands ?? {}).map(
      ([place, as]): OperandSource => ({ place: placeOf(place), ...roleOf(as) }),
    ),
    literals: literalsOf(row.set),
  }));
}

function placeOf(place: string): number {
  if (place === "last") return 0;
  return place === "rest" ? 255 : Number(place);
}

function literalsOf(set: Record<string, unknown> | undefined): LiteralSource[] {
  return Object.entries(set ?? {}).map(([name, text]) => ({ field: fieldNumber(name), text: String(text) }));
}

/** A field, or a role; a field that shares its name with a role is written `field.command`. */
function roleOf(as: string | undefined): { role: string; field: number } {
  if (as === undefined || as === "skip") return { role: "drop", field: 0 };
  if (as.startsWith("field.")) return { role: "field", field: fieldNumber(as.slice("field.".length)) };
  if (wire.word_roles.includes(as)) return { role: as, field: 0 };
  if (!taxonomyFields.some((field) => field.name === as)) throw new Error(`no role or field ${as}`);
  return { role: "field", field: fieldNumber(as) };
}

/** Names of the rows: where a row is called `git` and `g`, then `g rm` is `git rm`. */
function namesOf(table: TableYaml): string[][] {
  const all = table.commands.map((row) => [...row.names]);
  const written = new Set(all.flat());
  for (const row of table.commands) {
    const short = row.names.filter((name) => !name.includes(" "));
    for (const names of all) {
      for (const name of [...names]) {
        const space = name.indexOf(" ");
        if (space < 0 || !short.includes(name.slice(0, space))) continue;
        for (const other of short) {
          const also = `${other}${name.slice(space)}`;
          if (written.has(also)) continue;
          written.add(also);
          names.push(also);
        }
      }
    }
  }
  // Words that lead to a longer name belong to the row of the longest name before them.
  for (const name of [...written]) {
    const words = name.split(" ");
    for (let count = 2; count < words.length; count++) {
      const lead = words.slice(0, count).join(" ");
      if (written.has(lead)) continue;
      const before = words.slice(0, count - 1).join(" ");
      all.find((names) => names.includes(before))?.push(lead);
      written.add(lead);
    }
  }
  return all;
}

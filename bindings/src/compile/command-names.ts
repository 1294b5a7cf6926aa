/** Names of commands of all packs together: each once, with what leads to them (docs/format/command.md, *names*). */

import type { Command } from "./commands.ts";
import type { Reader } from "./shape.ts";

/** What the tables say about names, ready for the image. */
export interface CommandNames {
  /** Name to position in the list of commands, ascending. */
  readonly byName: ReadonlyMap<string, number>;
  /** Positions after which some name goes on. */
  readonly goOn: ReadonlySet<number>;
}

/** Ways to begin a name with another name of the same program. */
function alternatives(commands: readonly Command[]): Map<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const { names } of commands) {
    const programs = [...names.keys()].filter((name) => !name.includes(" "));
    for (const program of programs) groups.set(program, programs);
  }
  return groups;
}

/** Names of all rows: those written out, those with another name of the program, and what leads to a longer one. */
export function commandNames(commands: readonly Command[], reader: Reader): CommandNames {
  const byName = new Map<string, number>();
  commands.forEach(({ names }, position) => {
    for (const [name, place] of names) {
      const first = byName.get(name);
      if (first !== undefined) {
        const came = `${JSON.stringify(name)}, which ${commands[first]?.id} has`;
        reader.issues.fault(place, "a command name of its own", came, "remove it from one of the two");
      } else byName.set(name, position);
    }
  });
  const groups = alternatives(commands);
  commands.forEach(({ names }, position) => {
    for (const [name, place] of names) {
      const [program = "", ...words] = name.split(" ");
      if (words.length === 0) continue;
      if (!byName.has(program)) {
        const fix = `add a row for ${program} that says what it does with other words`;
        reader.issues.fault(place, "a name that begins with a program", JSON.stringify(name), fix);
      }
      for (const other of groups.get(program) ?? []) {
        const same = [other, ...words].join(" ");
        if (!byName.has(same)) byName.set(same, position);
      }
    }
  });
  const goOn = new Set<number>();
  for (const name of [...byName.keys()].sort()) {
    const words = name.split(" ");
    let owner = byName.get(words[0] ?? "");
    for (let count = 1; count < words.length && owner !== undefined; count++) {
      const before = words.slice(0, count).join(" ");
      const known = byName.get(before);
      if (known === undefined) byName.set(before, owner);
      owner = known ?? owner;
      goOn.add(owner);
    }
  }
  const sorted = [...byName].sort(([one], [other]) => (one < other ? -1 : 1));
  return { byName: new Map(sorted), goOn };
}

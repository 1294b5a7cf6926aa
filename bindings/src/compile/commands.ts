/** Tables of commands: what the words of a shell command mean. docs/format/command.md. */

import {
  COMMAND_STYLE_NAMES,
  FIELD_TYPE_HOST,
  FIELD_TYPE_TEXT,
  FIELD_TYPE_URL,
  FIELD_TYPE_WORD,
  MARK_COMMAND_UNKNOWN,
  MARK_ELEVATED,
  MARK_NAMES,
  MARK_OPAQUE_COMMAND,
  MARK_WORD_EXPANDS,
  OPTION_TAKES_NAMES,
  OPTION_TAKES_NOTHING,
  WORD_ROLE_CODE,
  WORD_ROLE_DIRECTORY,
  WORD_ROLE_DROP,
  WORD_ROLE_EDIT,
  WORD_ROLE_EXEC,
  WORD_ROLE_FETCH,
  WORD_ROLE_FIELD,
  WORD_ROLE_INPUT,
  WORD_ROLE_MODULE,
  WORD_ROLE_NAMES,
  WORD_ROLE_PLACEHOLDER,
  WORD_ROLE_PROGRAM,
  WORD_ROLE_READ,
  WORD_ROLE_SCRIPT,
  WORD_ROLE_SEND,
  WORD_ROLE_SHELL,
  WORD_ROLE_SQL,
  WORD_ROLE_WRITE,
} from "../gen/codes.ts";
import type { Place } from "./issues.ts";
import { literalText } from "./literals.ts";
import type { Tree } from "./parse.ts";
import type { Reader, Shape } from "./shape.ts";
import { type Action, actionOf, type Field, type Taxonomy } from "./taxonomy.ts";

/** A fixed value of a field. */
export interface Literal {
  readonly field: number;
  readonly text: string;
}

/** What becomes of a word: WORD_ROLE_*, and the field of a word that is a fact. */
export interface Role {
  readonly role: number;
  readonly field: number;
}

export interface CommandOption {
  readonly name: string;
  /** OPTION_TAKES_*. */
  readonly takes: number;
  readonly role: Role;
  /** It stands for the first operand. */
  readonly first: boolean;
  /** "none": nothing to judge; undefined: no change. */
  readonly action: Action | "none" | undefined;
  readonly marks: number;
  readonly literals: readonly Literal[];
}

export interface Operand {
  /** 1 to 254, PLACE_LAST or PLACE_REST. */
  readonly place: number;
  readonly role: Role;
}

export interface Command {
  /** `pack/row`. */
  readonly id: string;
  readonly names: ReadonlyMap<string, Place>;
  readonly action: Action | "none";
  /** COMMAND_STYLE_*. */
  readonly style: number;
  readonly assigns: boolean;
  readonly appends: boolean;
  /** Number of the field without a value of which there is no part; 0 for none. */
  readonly needs: number;
  /** WORD_ROLE_SHELL, SQL or CODE, or 0. */
  readonly input: number;
  readonly marks: number;
  readonly literals: readonly Literal[];
  readonly options: readonly CommandOption[];
  readonly operands: readonly Operand[];
  readonly place: Place;
}

export const PLACE_LAST = 0;
export const PLACE_REST = 255;
const PLACE_MAX = 254;

const COMMANDS_MAX = 4_096;
const OPTIONS_MAX = 1_024;
const ID = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const NAME = {
  pattern: /^[^\s*]+( ([^\s*]+|\*|[^\s*-]*-\*))*$/,
  wanted: "words joined by one blank, of which a later one may be * or end in its first - and *",
  bytesMax: 128,
};
const VARIABLE = { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, wanted: "the name of a shell variable" };
const OPTION_NAME = {
  pattern: /^(?!--?$)(--[^\s=]+|(?!--)[^\s]+)$/,
  wanted: "an option as it is written, such as -r, --recursive or of=",
  bytesMax: 64,
};
const MARKS = [MARK_OPAQUE_COMMAND, MARK_COMMAND_UNKNOWN, MARK_WORD_EXPANDS, MARK_ELEVATED];
const MARK_CHOICE: readonly string[] = MARKS.map((mark) => MARK_NAMES[mark] ?? "");
const INPUTS = ["shell", "sql", "code"];
const INPUT_ROLES = [WORD_ROLE_SHELL, WORD_ROLE_SQL, WORD_ROLE_CODE];
/** In a policy `skip` is the word for the role that drops a word; a field is written by its name. */
const ROLE_WORDS: ReadonlyMap<string, number> = new Map(
  WORD_ROLE_NAMES.flatMap((name, role) => {
    if (role === WORD_ROLE_FIELD) return [];
    return [[role === WORD_ROLE_DROP ? "skip" : name, role] as const];
  }),
);
const OPTION_ROLES = new Set<number>([
  WORD_ROLE_EXEC,
  WORD_ROLE_MODULE,
  WORD_ROLE_PLACEHOLDER,
  WORD_ROLE_INPUT,
]);
const SCRIPT_ROLES = new Set<number>([
  WORD_ROLE_CODE,
  WORD_ROLE_EDIT,
  WORD_ROLE_MODULE,
  WORD_ROLE_PROGRAM,
  WORD_ROLE_SCRIPT,
]);
const LAST_ROLES = new Set<number>([
  WORD_ROLE_DROP,
  WORD_ROLE_FIELD,
  WORD_ROLE_READ,
  WORD_ROLE_WRITE,
  WORD_ROLE_SCRIPT,
  WORD_ROLE_FETCH,
  WORD_ROLE_SEND,
]);
/** Types of which a field with one value can take all words of `rest`. */
const REST_TYPES = new Set<number>([FIELD_TYPE_TEXT, FIELD_TYPE_WORD, FIELD_TYPE_URL, FIELD_TYPE_HOST]);
const SCRIPT_ACTION = "process.run_script";
const UNUSED_ROLE: Role = { role: WORD_ROLE_DROP, field: 0 };

/** A field that a row names, to be checked when the actions of the rows that go on after it are known. */
interface Use {
  readonly field: string;
  readonly place: Place;
}

interface ReadRow {
  readonly command: Command;
  readonly actions: readonly Action[];
  readonly uses: readonly Use[];
}

/** Reads the rows of one pack. */
export class CommandReader {
  readonly #reader: Reader;
  readonly #taxonomy: Taxonomy;
  #uses: Use[] = [];
  #actions: Action[] = [];

  constructor(reader: Reader, taxonomy: Taxonomy) {
    this.#reader = reader;
    this.#taxonomy = taxonomy;
  }

  commands(tree: Tree | undefined, pack: string): Command[] {
    const items = (tree && this.#reader.list(tree, "commands"))?.items ?? [];
    if (tree && items.length > COMMANDS_MAX) {
      this.#reader.wrong(tree, `at most ${COMMANDS_MAX} commands`, "split the pack");
    }
    const rows = items.flatMap((item): ReadRow[] => {
      this.#uses = [];
      this.#actions = [];
      const command = this.#command(item, pack);
      return command ? [{ command, actions: this.#actions, uses: this.#uses }] : [];
    });
    this.#checkIds(rows);
    this.#checkFields(rows);
    return rows.map(({ command }) => command);
  }

  variables(tree: Tree | undefined): Map<string, Place> {
    return this.#reader.texts(tree, "variable", VARIABLE);
  }

  #command(tree: Tree, pack: string): Command | undefined {
    const reader = this.#reader;
    const optional = ["style", "set", "marks", "needs", "input", "assignments", "appends"];
    const lists = ["options", "operands"];
    const shape = reader.shape(tree, "a command", ["id", "names", "action"], [...optional, ...lists]);
    if (!shape) return undefined;
    const id = reader.text(shape.get("id"), "an id", ID);
    const names = reader.texts(shape.get("names"), "command name", NAME);
    const listed = shape.get("names");
    if (listed?.kind === "list" && listed.items.length === 0) {
      reader.issues.fault(
        shape.placeOf("names"),
        "at least one name",
        "none",
        "say which command this is about",
      );
    }
    const action = this.#action(shape);
    const input = reader.word(shape.get("input"), "what standard input is", INPUTS);
    const command = {
      names,
      style: reader.word(shape.get("style"), "a style", COMMAND_STYLE_NAMES) ?? 0,
      assigns: reader.bool(shape.get("assignments"), "assignments") ?? false,
      appends: reader.bool(shape.get("appends"), "appends") ?? false,
      needs: this.#needs(shape.get("needs")),
      input: input === undefined ? 0 : (INPUT_ROLES[input] ?? 0),
      marks: this.#marks(shape.get("marks")),
      literals: this.#literals(shape.get("set")),
      options: this.#options(shape.get("options")),
      operands: this.#operands(shape.get("operands")),
      place: shape.placeOf("id"),
    };
    if (id === undefined || action === undefined) return undefined;
    return { ...command, id: `${pack}/${id}`, action };
  }

  #action(shape: Shape): Action | "none" | undefined {
    const tree = shape.get("action");
    const name = this.#reader.text(tree, "an action, or none");
    if (!tree || name === undefined) return undefined;
    if (name === "none") return "none";
    const action = actionOf(this.#taxonomy, name, tree.place, this.#reader.issues);
    if (action) this.#actions.push(action);
    return action;
  }

  #field(name: string, place: Place): Field | undefined {
    const field = this.#taxonomy.fields.get(name);
    if (field) this.#uses.push({ field: name, place });
    return field;
  }

  #needs(tree: Tree | undefined): number {
    const name = this.#reader.text(tree, "a field");
    if (!tree || name === undefined) return 0;
    const field = this.#field(name, tree.place);
    if (!field) this.#reader.issues.unknownName(tree.place, "a field", name, this.#taxonomy.fields.keys());
    return field?.number ?? 0;
  }

  #marks(tree: Tree | undefined): number {
    let bits = 0;
    for (const [name, place] of this.#reader.texts(tree, "mark")) {
      const mark = MARKS[MARK_CHOICE.indexOf(name)];
      if (mark === undefined) {
        const wanted = `a mark: one of ${MARK_CHOICE.join(", ")}`;
        this.#reader.issues.unknownName(place, wanted, name, MARK_CHOICE);
      } else bits |= 1 << mark;
    }
    return bits;
  }

  #literals(tree: Tree | undefined): Literal[] {
    const map = tree && this.#reader.map(tree, "values by field");
    return (map?.members ?? []).flatMap(({ key, keyPlace, value }) => {
      const field = this.#field(key, keyPlace);
      if (!field) {
        this.#reader.issues.unknownName(keyPlace, "a field", key, this.#taxonomy.fields.keys());
        return [];
      }
      const text = literalText(this.#reader, value, field);
      return text === undefined ? [] : [{ field: field.number, text }];
    });
  }

  #role(tree: Tree, forbidden: ReadonlySet<number>): Role | undefined {
    const name = this.#reader.text(tree, "what becomes of the word");
    if (name === undefined) return undefined;
    const role = ROLE_WORDS.get(name);
    if (role !== undefined && !forbidden.has(role)) return { role, field: 0 };
    // A field that shares its name with a role is written out: field.command.
    const field = role === undefined ? this.#field(name.replace(/^field\./, ""), tree.place) : undefined;
    if (field) return { role: WORD_ROLE_FIELD, field: field.number };
    const roles = [...ROLE_WORDS].flatMap(([word, number]) => (forbidden.has(number) ? [] : [word]));
    const known = [...roles, ...this.#taxonomy.fields.keys()];
    this.#reader.issues.unknownName(tree.place, `a field or one of ${roles.join(", ")}`, name, known);
    return undefined;
  }

  #options(tree: Tree | undefined): CommandOption[] {
    const items = (tree && this.#reader.list(tree, "options"))?.items ?? [];
    const seen = new Set<string>();
    const options = items.flatMap((item) => this.#option(item, seen));
    if (tree && options.length > OPTIONS_MAX) {
      this.#reader.wrong(tree, `at most ${OPTIONS_MAX} names of options`, "leave out harmless ones");
    }
    return options;
  }

  #option(tree: Tree, seen: Set<string>): CommandOption[] {
    const reader = this.#reader;
    const shape = reader.shape(
      tree,
      "an option",
      ["names"],
      ["takes", "as", "first", "set", "marks", "action"],
    );
    if (!shape) return [];
    const names = reader.texts(shape.get("names"), "option name", OPTION_NAME);
    const takes =
      reader.word(shape.get("takes"), "what it takes", OPTION_TAKES_NAMES) ?? OPTION_TAKES_NOTHING;
    const as = shape.get("as");
    const role = as === undefined ? UNUSED_ROLE : (this.#role(as, new Set()) ?? UNUSED_ROLE);
    if (as && (role.role === WORD_ROLE_INPUT) !== (takes === OPTION_TAKES_NOTHING)) {
      const wanted =
        role.role === WORD_ROLE_INPUT ? "an option that takes nothing" : "an option that takes something";
      const fix =
        role.role === WORD_ROLE_INPUT ? "remove `takes`" : "add `takes: argument` or `takes: attached`";
      reader.issues.fault(as.place, wanted, OPTION_TAKES_NAMES[takes] ?? "", fix);
    }
    const rest = {
      takes,
      role,
      first: reader.bool(shape.get("first"), "whether it stands for the first operand") ?? false,
      action: shape.get("action") ? this.#action(shape) : undefined,
      marks: this.#marks(shape.get("marks")),
      literals: this.#literals(shape.get("set")),
    };
    return [...names].flatMap(([name, place]) => {
      if (seen.has(name)) {
        reader.issues.fault(place, "each option once", JSON.stringify(name), "remove one of the two");
        return [];
      }
      seen.add(name);
      return [{ name, ...rest }];
    });
  }

  #operands(tree: Tree | undefined): Operand[] {
    const reader = this.#reader;
    const map = tree && reader.map(tree, "roles by place");
    const operands = (map?.members ?? []).flatMap(({ key, keyPlace, value }) => {
      const role = this.#role(value, OPTION_ROLES);
      const place = this.#place(key, keyPlace);
      if (!role || place === undefined) return [];
      if (place === PLACE_LAST && !LAST_ROLES.has(role.role)) {
        const wanted = "a role that the last word alone can have";
        reader.issues.fault(
          value.place,
          wanted,
          WORD_ROLE_NAMES[role.role] ?? "",
          "give it a number or `rest`",
        );
      }
      if (place === PLACE_REST && role.role === WORD_ROLE_FIELD) this.#checkRest(role.field, value.place);
      if (place === PLACE_REST && role.role === WORD_ROLE_DIRECTORY) {
        reader.issues.fault(value.place, "one directory", "rest", "give it a number");
      }
      return [{ place, role }];
    });
    const numbers = operands.map(({ place }) => place).filter((place) => place > 0 && place < PLACE_REST);
    const hasRest = operands.some(({ place }) => place === PLACE_REST);
    if (tree && hasRest && Math.max(0, ...numbers) > numbers.length) {
      reader.issues.fault(
        tree.place,
        "numbers from 1 without a gap before rest",
        "a gap",
        "fill it with skip",
      );
    }
    return operands;
  }

  #place(key: string, place: Place): number | undefined {
    if (key === "last") return PLACE_LAST;
    if (key === "rest") return PLACE_REST;
    if (/^[1-9][0-9]{0,2}$/.test(key) && Number(key) <= PLACE_MAX) return Number(key);
    const wanted = `a place: 1 to ${PLACE_MAX}, last or rest`;
    this.#reader.issues.fault(place, wanted, JSON.stringify(key), "count operands from 1");
    return undefined;
  }

  #checkRest(number: number, place: Place): void {
    const field = [...this.#taxonomy.fields.values()].find((one) => one.number === number);
    if (!field || field.many || REST_TYPES.has(field.type)) return;
    const fix = "name the places by number, or use read, write or another role";
    this.#reader.issues.fault(place, "a field that can take all the rest", field.name, fix);
  }

  #checkIds(rows: readonly ReadRow[]): void {
    const seen = new Set<string>();
    for (const { command } of rows) {
      if (seen.has(command.id)) {
        const { issues } = this.#reader;
        issues.fault(
          command.place,
          "an id that is used once",
          JSON.stringify(command.id),
          "rename one of the two",
        );
      }
      seen.add(command.id);
    }
  }

  /** Fields must be declared by an action of the row, or of a row that goes on after it. */
  #checkFields(rows: readonly ReadRow[]): void {
    for (const row of rows) {
      const actions = rows
        .filter((other) => goesOn(row.command, other.command))
        .flatMap((one) => one.actions);
      const script = this.#taxonomy.actionByName.get(SCRIPT_ACTION);
      // The parts that roles stand for are scripts or take a field of their own.
      if ((row.command.action === "none" || isScript(row.command)) && script) actions.push(script);
      const known = new Set(actions.flatMap(({ fields }) => [...fields]));
      for (const { field, place } of row.uses) {
        if (known.has(field)) continue;
        const names = actions.map(({ name }) => name).slice(0, 3);
        this.#reader.issues.unknownName(place, `a field that ${names.join(" or ")} declares`, field, known);
      }
    }
  }
}

/** Some word can be code of its own. */
function isScript({ options, operands, input }: Command): boolean {
  return input !== 0 || [...options, ...operands].some(({ role }) => SCRIPT_ROLES.has(role.role));
}

/** The other row is the same, or one of its names goes on after a name of this. */
function goesOn(row: Command, other: Command): boolean {
  if (row === other) return true;
  return [...row.names.keys()].some((name) =>
    [...other.names.keys()].some((longer) => longer.startsWith(`${name} `)),
  );
}

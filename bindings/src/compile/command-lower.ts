/** From tables of commands to the sections of an image (docs/format/command.md, section 2). */

import {
  WORD_ROLE_CODE,
  WORD_ROLE_COMMAND,
  WORD_ROLE_EXEC,
  WORD_ROLE_MODULE,
  WORD_ROLE_SCRIPT,
  WORD_ROLE_SHELL,
  WORD_ROLE_SQL,
} from "../gen/codes.ts";
import * as layout from "../gen/layout.ts";
import type { Command, CommandOption, Literal } from "./commands.ts";
import { type ImageWriter, NONE, type Run } from "./image.ts";
import type { Action } from "./taxonomy.ts";

/** In place of an action: there is nothing to judge. */
export const INERT = 0xfffffffe;
const GOES_ON = 1;
const ASSIGNS = 2;
const APPENDS = 4;
const RUNS = 8;
/** Roles that make a word a command or code. */
const RUNNING = new Set<number>([
  WORD_ROLE_COMMAND,
  WORD_ROLE_EXEC,
  WORD_ROLE_SHELL,
  WORD_ROLE_SQL,
  WORD_ROLE_CODE,
  WORD_ROLE_SCRIPT,
  WORD_ROLE_MODULE,
]);

export class CommandLowering {
  readonly #writer: ImageWriter;
  readonly #actionIndex: (name: string) => number;

  constructor(writer: ImageWriter, actionIndex: (name: string) => number) {
    this.#writer = writer;
    this.#actionIndex = actionIndex;
  }

  #action(action: Action | "none" | undefined): number {
    if (action === undefined) return NONE;
    return action === "none" ? INERT : this.#actionIndex(action.name);
  }

  #literals(literals: readonly Literal[]): Run {
    const entries = literals.map(({ field, text }) =>
      this.#writer
        .entry(layout.SECTION_LITERALS)
        .u32(layout.LITERALS_FIELD, field)
        .ref(layout.LITERALS_TEXT, text),
    );
    return this.#writer.putRun(layout.SECTION_LITERALS, entries);
  }

  #options({ options }: Command): Run {
    const entries = options.map(({ name, ...use }) =>
      this.#writer
        .entry(layout.SECTION_OPTIONS)
        .short(layout.OPTIONS_NAME, name)
        .u32(layout.OPTIONS_USE, this.#use(use)),
    );
    return this.#writer.putRun(layout.SECTION_OPTIONS, entries);
  }

  /** What an option does. Few things are done by many. */
  #use({ takes, role, first, action, marks, literals }: Omit<CommandOption, "name">): number {
    const entry = this.#writer
      .entry(layout.SECTION_USES)
      .u8(layout.USES_TAKES, takes)
      .u8(layout.USES_ROLE, role.role)
      .u8(layout.USES_FIELD, role.field)
      .u8(layout.USES_FIRST, first ? 1 : 0)
      .u32(layout.USES_ACTION, this.#action(action))
      .u32(layout.USES_MARKS, marks)
      .run(layout.USES_LITERAL_START, this.#literals(literals));
    return this.#writer.putRun(layout.SECTION_USES, [entry]).start;
  }

  #operands({ operands }: Command): Run {
    const entries = [...operands]
      .sort((one, other) => one.place - other.place)
      .map(({ place, role }) =>
        this.#writer
          .entry(layout.SECTION_OPERANDS)
          .u8(layout.OPERANDS_PLACE, place)
          .u8(layout.OPERANDS_ROLE, role.role)
          .u8(layout.OPERANDS_FIELD, role.field),
      );
    return this.#writer.putRun(layout.SECTION_OPERANDS, entries);
  }

  put(command: Command, packIndex: number, goesOn: boolean): void {
    const runs = [...command.options, ...command.operands].some(({ role }) => RUNNING.has(role.role));
    const flags =
      (goesOn ? GOES_ON : 0) +
      (command.assigns ? ASSIGNS : 0) +
      (command.appends ? APPENDS : 0) +
      (runs ? RUNS : 0);
    const entry = this.#writer
      .entry(layout.SECTION_COMMANDS)
      .ref(layout.COMMANDS_ID, command.id)
      .u32(layout.COMMANDS_PACK, packIndex)
      .u32(layout.COMMANDS_ACTION, this.#action(command.action))
      .u8(layout.COMMANDS_STYLE, command.style)
      .u8(layout.COMMANDS_FLAGS, flags)
      .u8(layout.COMMANDS_NEEDS, command.needs)
      .u8(layout.COMMANDS_INPUT, command.input)
      .u32(layout.COMMANDS_MARKS, command.marks)
      .run(layout.COMMANDS_OPTION_START, this.#options(command))
      .run(layout.COMMANDS_OPERAND_START, this.#operands(command))
      .run(layout.COMMANDS_LITERAL_START, this.#literals(command.literals));
    this.#writer.put(layout.SECTION_COMMANDS, entry);
  }
}

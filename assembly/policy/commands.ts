/**
 * Checks of the tables of commands when an image is loaded (docs/format/command.md, section 2), so that whoever reads the
 * words of a command may follow every number in them.
 */
import * as codes from "../gen/codes";
import * as layout from "../gen/layout";
import { fault, need, packFits, refFits, runFits, shortFits } from "./fits";
import { INERT, NONE, sectionCount, shortBytes } from "./view";

function actionFits(at: usize, other: u32): bool {
  const action = load<u32>(at);
  return need(action == INERT || action == other || action < sectionCount(layout.SECTION_ACTIONS), at);
}

function marksFit(at: usize): bool {
  return need(load<u32>(at) < 1 << codes.MARK_COUNT, at);
}

/** A role, and beside it a field exactly if that is the role. */
function roleFits(at: usize): bool {
  const role = load<u8>(at);
  const field: u32 = load<u8>(at, 1);
  if (role > <u8>codes.WORD_ROLE_LAST) return fault(at);
  return need(role == <u8>codes.WORD_ROLE_FIELD ? field - 1 < <u32>codes.FIELD_COUNT : field == 0, at + 1);
}

export function commandFits(at: usize): bool {
  const input = load<u8>(at + layout.COMMANDS_INPUT);
  return (
    refFits(at + layout.COMMANDS_ID) &&
    packFits(at + layout.COMMANDS_PACK) &&
    actionFits(at + layout.COMMANDS_ACTION, INERT) &&
    need(load<u8>(at + layout.COMMANDS_STYLE) <= <u8>codes.COMMAND_STYLE_LAST, at + layout.COMMANDS_STYLE) &&
    need(load<u8>(at + layout.COMMANDS_FLAGS) < 16, at + layout.COMMANDS_FLAGS) &&
    need(load<u8>(at + layout.COMMANDS_NEEDS) <= <u8>codes.FIELD_COUNT, at + layout.COMMANDS_NEEDS) &&
    need(
      input == 0 ||
        input == <u8>codes.WORD_ROLE_SHELL ||
        input == <u8>codes.WORD_ROLE_SQL ||
        input == <u8>codes.WORD_ROLE_CODE,
      at + layout.COMMANDS_INPUT,
    ) &&
    marksFit(at + layout.COMMANDS_MARKS) &&
    runFits(at + layout.COMMANDS_OPTION_START, layout.SECTION_OPTIONS) &&
    runFits(at + layout.COMMANDS_OPERAND_START, layout.SECTION_OPERANDS) &&
    runFits(at + layout.COMMANDS_LITERAL_START, layout.SECTION_LITERALS)
  );
}

export function optionFits(at: usize): bool {
  const use = at + layout.OPTIONS_USE;
  return (
    shortFits(at + layout.OPTIONS_NAME) &&
    need(shortBytes(at + layout.OPTIONS_NAME) > 0, at + layout.OPTIONS_NAME) &&
    need(load<u32>(use) < sectionCount(layout.SECTION_USES), use)
  );
}

export function useFits(at: usize): bool {
  const takes = at + layout.USES_TAKES;
  return (
    need(load<u8>(takes) <= <u8>codes.OPTION_TAKES_LAST, takes) &&
    roleFits(at + layout.USES_ROLE) &&
    need(load<u8>(at + layout.USES_FIRST) <= 1, at + layout.USES_FIRST) &&
    actionFits(at + layout.USES_ACTION, NONE) &&
    marksFit(at + layout.USES_MARKS) &&
    runFits(at + layout.USES_LITERAL_START, layout.SECTION_LITERALS)
  );
}

export function operandFits(at: usize): bool {
  return roleFits(at + layout.OPERANDS_ROLE);
}

export function literalFits(at: usize): bool {
  const field = at + layout.LITERALS_FIELD;
  return need(load<u32>(field) - 1 < <u32>codes.FIELD_COUNT, field) && refFits(at + layout.LITERALS_TEXT);
}

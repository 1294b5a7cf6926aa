/**
 * Loads an image: the digest first, then every offset, count and number, so that the layers above may read the
 * tables without looking (docs/format/image.md). A refused image leaves the engine without one.
 */
import { equal, hash32, hash32With } from "../base/bytes";
import { EXPONENT_MAX } from "../base/decimal";
import { sha256 } from "../base/sha256";
import * as codes from "../gen/codes";
import * as layout from "../gen/layout";
import {
  API_MEMBERS_MAX,
  CELL_KINDS_MAX,
  CELL_TALLIES_MAX,
  IMAGE_BYTES_MAX,
  PATH_SEGMENTS_MAX,
  SETS_MAX,
  URL_SEGMENTS_MAX,
  WINDOW_S_MAX,
} from "../gen/limits";
import { SQL_BYTES, SQL_HASH } from "../gen/sql";
import {
  CONTEXT_KEY_ACTOR,
  CONTEXT_KEY_AGENT,
  CONTEXT_KEY_PRINCIPAL,
  CONTEXT_KEY_SESSION,
  CONTEXT_KEY_TENANT,
  WORD_TEXT_BYTES,
  WORD_TEXT_HASH,
} from "../gen/words";
import { commandFits, literalFits, operandFits, optionFits, useFits } from "./commands";
import { automatonFault, detectorFault } from "./detectors";
import {
  beginFits,
  entriesFit,
  fault,
  imageFaultOffset,
  listFits,
  need,
  packFits,
  refFits,
  runFits,
  shortFits,
  textFits,
} from "./fits";
import {
  entryAt,
  IMAGE_AT,
  IMAGE_DIGEST_AT,
  isLoaded,
  markLoaded,
  NONE,
  placeSection,
  SLOT_HASH_MASK,
  sectionAt,
  sectionCount,
  shortBytes,
  shortStart,
  textAt,
  textBytes,
} from "./view";

export { imageFaultOffset };

const SLOTS_MIN: u32 = 8;
const DIGEST_AT: usize = memory.data(32, 8);

function sectionsFit(size: u32): bool {
  for (let section = 0; section < layout.SECTION_COUNT; section++) {
    const at = IMAGE_AT + layout.HEADER_DIRECTORY + ((<usize>section) << 3);
    const offset = load<u32>(at);
    const count = load<u32>(at, 4);
    const end = <u64>offset + <u64>count * layout.sectionEntryBytes(section);
    if (offset < <u32>layout.HEADER_SIZE || (offset & 7) != 0 || end > <u64>size) return fault(at);
    placeSection(section, IMAGE_AT + offset, count);
  }
  return true;
}

function metaFits(): bool {
  const at = sectionAt(layout.SECTION_META);
  if (sectionCount(layout.SECTION_META) != 1) return fault(at);
  if (!refFits(at + layout.META_EDITION)) return false;
  if (!refFits(at + layout.META_DEFAULT_CURRENCY)) return false;
  if (!refFits(at + layout.META_PROFILE)) return false;
  for (let above: usize = 1; above < 4; above++) {
    const thresholdAt = at + layout.META_THRESHOLDS + (above << 2);
    if (load<u32>(thresholdAt) <= load<u32>(thresholdAt - 4)) return fault(thresholdAt);
  }
  for (let tier: usize = 0; tier < 5; tier++) {
    const routeAt = at + layout.META_ROUTE + tier;
    if (load<u8>(routeAt) > <u8>codes.VERDICT_DENY) return fault(routeAt);
  }
  for (let flag: usize = 0; flag < <usize>codes.FLAG_COUNT; flag++) {
    const hazardAt = at + layout.META_HAZARDS + (flag << 2);
    if (load<u32>(hazardAt) > 5_000_000) return fault(hazardAt); // A weight above .993: nine of them stay far from overflow.
  }
  for (let amplifier: usize = 0; amplifier < <usize>codes.AMPLIFIER_COUNT; amplifier++) {
    const maximumAt = at + layout.META_MAXIMA + amplifier;
    if (load<u8>(maximumAt) == 0) return fault(maximumAt);
    const gainAt = at + layout.META_GAINS + (amplifier << 1);
    if (load<u16>(gainAt) > 10_000) return fault(gainAt);
  }
  const actions = sectionCount(layout.SECTION_ACTIONS);
  const currency = at + layout.META_DEFAULT_CURRENCY;
  return (
    need(load<u32>(at + layout.META_ACTION_UNCLASSIFIED) < actions, at + layout.META_ACTION_UNCLASSIFIED) &&
    need(load<u32>(at + layout.META_ACTION_READ) < actions, at + layout.META_ACTION_READ) &&
    need(textBytes(currency) == 0 || textBytes(currency) == 3, currency)
  );
}

function nameFits(at: usize): bool {
  const text = at + layout.NAMES_TEXT;
  if (!textFits(load<u32>(text), load<u16>(at + layout.NAMES_SIZE), text)) return false;
  const space = <u32>load<u16>(at + layout.NAMES_NAMESPACE);
  const value = load<u32>(at + layout.NAMES_VALUE);
  const valueAt = at + layout.NAMES_VALUE;
  if (space == codes.NAMESPACE_TOOL) return listFits(value, layout.SECTION_MAPPINGS, valueAt);
  if (space == codes.NAMESPACE_ACTION) return need(value < sectionCount(layout.SECTION_ACTIONS), valueAt);
  if (space == codes.NAMESPACE_SERVER) return need(value < sectionCount(layout.SECTION_PACKS), valueAt);
  if (space == codes.NAMESPACE_CURRENCY)
    return need(value < sectionCount(layout.SECTION_CURRENCIES), valueAt);
  if (space == codes.NAMESPACE_API) return listFits(value, layout.SECTION_APIS, valueAt);
  if (space == codes.NAMESPACE_COMMAND) return need(value < sectionCount(layout.SECTION_COMMANDS), valueAt);
  if (space == codes.NAMESPACE_FIELD) return need(value - 1 < <u32>codes.FIELD_COUNT, valueAt);
  return true;
}

/** A slot has the bits of the hash of its name. */
function hasHash(name: u32, slot: u32): bool {
  const at = entryAt(layout.SECTION_NAMES, name, layout.NAMES_BYTES);
  const space = load<u16>(at + layout.NAMES_NAMESPACE);
  const hash = hash32With(space, textAt(at + layout.NAMES_TEXT), load<u16>(at + layout.NAMES_SIZE));
  return ((hash ^ slot) & SLOT_HASH_MASK) == 0;
}

function namesFit(): bool {
  const names = sectionCount(layout.SECTION_NAMES);
  const slots = sectionCount(layout.SECTION_SLOTS);
  const slotsAt = sectionAt(layout.SECTION_SLOTS);
  if (slots < SLOTS_MIN || (slots & (slots - 1)) != 0 || <u64>slots * 9 < <u64>names * 10)
    return fault(slotsAt);
  for (let name: u32 = 0; name < names; name++) {
    if (!nameFits(entryAt(layout.SECTION_NAMES, name, layout.NAMES_BYTES))) return false;
  }
  for (let slot: u32 = 0; slot < slots; slot++) {
    const slotAt = slotsAt + ((<usize>slot) << 2);
    const found = load<u32>(slotAt);
    const name = found & ~SLOT_HASH_MASK;
    if (name > names || (found != 0 && (name == 0 || !hasHash(name - 1, found)))) return fault(slotAt);
  }
  return true;
}

function actionFits(at: usize): bool {
  const flags: u32 = (1 << codes.FLAG_COUNT) - 1;
  const primary: u32 = load<u16>(at + layout.ACTIONS_PRIMARY);
  const secondary: u32 = load<u16>(at + layout.ACTIONS_SECONDARY);
  if (((primary | secondary) & ~flags) != 0 || (primary & secondary) != 0)
    return fault(at + layout.ACTIONS_PRIMARY);
  for (let amplifier: usize = 0; amplifier < <usize>codes.AMPLIFIER_COUNT; amplifier++) {
    const levelAt = at + layout.ACTIONS_LEVELS + amplifier;
    const maximum = load<u8>(sectionAt(layout.SECTION_META) + layout.META_MAXIMA + amplifier);
    if (load<u8>(levelAt) > maximum) return fault(levelAt);
  }
  return (
    refFits(at + layout.ACTIONS_NAME) &&
    listFits(load<u32>(at + layout.ACTIONS_RULES), layout.SECTION_RULES, at + layout.ACTIONS_RULES) &&
    listFits(load<u32>(at + layout.ACTIONS_ROWS), layout.SECTION_ROWS, at + layout.ACTIONS_ROWS) &&
    runFits(at + layout.ACTIONS_OBLIGATION_START, layout.SECTION_OBLIGATIONS) &&
    listFits(load<u32>(at + layout.ACTIONS_TALLIES), layout.SECTION_TALLIES, at + layout.ACTIONS_TALLIES)
  );
}

function patternFits(at: usize): bool {
  const mapping = at + layout.PATTERNS_MAPPING;
  return (
    refFits(at + layout.PATTERNS_PREFIX) &&
    refFits(at + layout.PATTERNS_SUFFIX) &&
    need(load<u32>(mapping) < sectionCount(layout.SECTION_MAPPINGS), mapping)
  );
}

function mappingFits(at: usize): bool {
  return (
    refFits(at + layout.MAPPINGS_ID) &&
    need(
      load<u32>(at + layout.MAPPINGS_PACK) < sectionCount(layout.SECTION_PACKS),
      at + layout.MAPPINGS_PACK,
    ) &&
    need(
      load<u32>(at + layout.MAPPINGS_ACTION) < sectionCount(layout.SECTION_ACTIONS),
      at + layout.MAPPINGS_ACTION,
    ) &&
    runFits(at + layout.MAPPINGS_GUARD_START, layout.SECTION_GUARDS) &&
    runFits(at + layout.MAPPINGS_OP_START, layout.SECTION_OPS) &&
    need(load<u32>(at + layout.MAPPINGS_LANGUAGE) <= <u32>codes.LANGUAGE_LAST, at + layout.MAPPINGS_LANGUAGE)
  );
}

function pathFits(start: u32, count: u32, at: usize): bool {
  return entriesFit(start, count, layout.SECTION_SEGMENTS, at) && need(count <= <u32>PATH_SEGMENTS_MAX, at);
}

function textValuesFit(at: usize): bool {
  if (!runFits(at, layout.SECTION_VALUES)) return false;
  const start = load<u32>(at);
  const count = load<u32>(at, 4);
  for (let value: u32 = 0; value < count; value++) {
    if (!refFits(entryAt(layout.SECTION_VALUES, start + value, layout.VALUES_BYTES))) return false;
  }
  return true;
}

function guardFits(at: usize): bool {
  const path = at + layout.GUARDS_SEGMENT_START;
  return (
    need(load<u32>(at + layout.GUARDS_KIND) <= <u32>codes.GUARD_KIND_ABSENT, at + layout.GUARDS_KIND) &&
    pathFits(load<u32>(path), load<u32>(path, 4), path) &&
    textValuesFit(at + layout.GUARDS_VALUE_START)
  );
}

function opFits(at: usize): bool {
  const from = at + layout.OPS_FROM;
  return (
    need(<u32>load<u8>(at + layout.OPS_FIELD) - 1 < <u32>codes.FIELD_COUNT, at + layout.OPS_FIELD) &&
    need(load<u8>(at + layout.OPS_TRANSFORM) <= <u8>codes.TRANSFORM_IGNORED, at + layout.OPS_TRANSFORM) &&
    need(load<u8>(at + layout.OPS_UNIT) <= <u8>codes.UNIT_MAJOR, at + layout.OPS_UNIT) &&
    need(load<u8>(at + layout.OPS_MANY) <= 1, at + layout.OPS_MANY) &&
    (load<u8>(at + layout.OPS_TRANSFORM) == <u8>codes.TRANSFORM_LITERAL
      ? shortFits(from)
      : pathFits(shortStart(from), shortBytes(from), from))
  );
}

function segmentFits(at: usize): bool {
  return load<u32>(at, 4) == NONE || refFits(at);
}

function ruleFits(at: usize): bool {
  const kind = load<u8>(at + layout.RULES_KIND);
  const target = <i32>load<u8>(at + layout.RULES_TARGET);
  const value = load<u8>(at + layout.RULES_VALUE);
  if (kind == <u8>codes.RULE_KIND_LEVEL) {
    if (target >= codes.AMPLIFIER_COUNT) return fault(at + layout.RULES_TARGET);
    const maximum = load<u8>(sectionAt(layout.SECTION_META) + layout.META_MAXIMA + <usize>target);
    if (value > maximum) return fault(at + layout.RULES_VALUE);
  } else {
    if (kind > <u8>codes.RULE_KIND_LAST) return fault(at + layout.RULES_KIND);
    const targetFits =
      kind == <u8>codes.RULE_KIND_WRITTEN
        ? isKeyField(target)
        : target < (kind == <u8>codes.RULE_KIND_FLAG ? codes.FLAG_COUNT : codes.LABEL_LAST + 1);
    if (!targetFits) return fault(at + layout.RULES_TARGET);
    if (value > (kind == <u8>codes.RULE_KIND_FLAG ? 1 : 0)) return fault(at + layout.RULES_VALUE);
  }
  return (
    refFits(at + layout.RULES_CODE) &&
    runFits(at + layout.RULES_CLAUSE_START, layout.SECTION_CLAUSES) &&
    packFits(at + layout.RULES_PACK)
  );
}

function rowFits(at: usize): bool {
  return (
    refFits(at + layout.ROWS_CODE) &&
    need(load<u8>(at + layout.ROWS_KIND) <= <u8>codes.ROW_KIND_RELAX, at + layout.ROWS_KIND) &&
    need(load<u8>(at + layout.ROWS_VERDICT) <= <u8>codes.VERDICT_DENY, at + layout.ROWS_VERDICT) &&
    runFits(at + layout.ROWS_CLAUSE_START, layout.SECTION_CLAUSES) &&
    runFits(at + layout.ROWS_OBLIGATION_START, layout.SECTION_OBLIGATIONS) &&
    packFits(at + layout.ROWS_PACK)
  );
}

function isTextOperand(operand: i32): bool {
  return (
    operand == codes.OPERAND_FIELD_TEXT ||
    operand == codes.OPERAND_URL_SCHEME ||
    operand == codes.OPERAND_URL_HOST ||
    operand == codes.OPERAND_ACTOR ||
    operand == codes.OPERAND_ROLE ||
    operand == codes.OPERAND_ENVIRONMENT
  );
}

function paramFits(operand: i32, operator: i32, param: u32, at: usize): bool {
  const low = param & 0xffff;
  if (operator == codes.OPERATOR_IN_SET || operator == codes.OPERATOR_NOT_IN_SET) {
    if (param >> 16 >= sectionCount(layout.SECTION_SETS) || !isTextOperand(operand)) return fault(at);
  } else if (param != low) {
    return fault(at);
  }
  if (operand == codes.OPERAND_FIELD_TEXT || operand == codes.OPERAND_FIELD_INT) {
    return need(low - 1 < <u32>codes.FIELD_COUNT, at);
  }
  if (operand == codes.OPERAND_PROVENANCE || operand == codes.OPERAND_WRITTEN)
    return need(isKeyField(low), at);
  if (operand == codes.OPERAND_LEVEL) return need(low < <u32>codes.AMPLIFIER_COUNT, at);
  if (operand == codes.OPERAND_SIGNAL) return need(low < sectionCount(layout.SECTION_SIGNALS), at);
  return need(low == 0, at);
}

function predicateFits(at: usize): bool {
  const operand = <i32>load<u16>(at + layout.PREDICATES_OPERAND);
  const operator = <i32>load<u8>(at + layout.PREDICATES_OPERATOR);
  if (operand < 1 || operand > codes.OPERAND_LAST) return fault(at + layout.PREDICATES_OPERAND);
  if (operator < 1 || operator > codes.OPERATOR_DOMAIN_NOT_IN) return fault(at + layout.PREDICATES_OPERATOR);
  if (!paramFits(operand, operator, load<u32>(at + layout.PREDICATES_PARAM), at + layout.PREDICATES_PARAM))
    return false;
  const valuesAt = at + layout.PREDICATES_VALUE_START;
  if (operator == codes.OPERATOR_GE || operator == codes.OPERATOR_LT) {
    if (isTextOperand(operand) || load<u32>(valuesAt, 4) != 1) return fault(valuesAt);
  } else if (operator >= codes.OPERATOR_UNDER && !isTextOperand(operand)) {
    return fault(at + layout.PREDICATES_OPERATOR);
  }
  return isTextOperand(operand) ? textValuesFit(valuesAt) : runFits(valuesAt, layout.SECTION_VALUES);
}

function obligationFits(at: usize): bool {
  const kind = load<u32>(at + layout.OBLIGATIONS_KIND);
  return need(kind < <u32>codes.OBLIGATION_COUNT, at) && refFits(at + layout.OBLIGATIONS_TEXT);
}

function currencyFits(at: usize): bool {
  return (
    need(load<u32>(at + layout.CURRENCIES_EXPONENT) <= EXPONENT_MAX, at) &&
    need(load<u32>(at + layout.CURRENCIES_REFERENCE_MILLI) >= 1, at)
  );
}

function loweredFits(at: usize): bool {
  return (
    need(load<u32>(at + layout.LOWERED_KIND) <= <u32>codes.LOWERED_KIND_APPROVAL, at) &&
    refFits(at + layout.LOWERED_NAME) &&
    refFits(at + layout.LOWERED_AUTHORITY)
  );
}

/** Some fields are read by their number, so an image has no say in their types. */
function fieldFits(at: usize): bool {
  const index = (at - sectionAt(layout.SECTION_FIELDS)) / layout.FIELDS_BYTES;
  if (index >= <usize>codes.FIELD_COUNT) return fault(at);
  return (
    refFits(at + layout.FIELDS_NAME) &&
    need(load<u8>(at + layout.FIELDS_TYPE) == codes.fieldType(<i32>index + 1), at + layout.FIELDS_TYPE) &&
    need(load<u8>(at + layout.FIELDS_MANY) <= 1, at + layout.FIELDS_MANY)
  );
}

function apiFits(at: usize): bool {
  const action = at + layout.APIS_ACTION;
  return (
    refFits(at + layout.APIS_ID) &&
    need(load<u32>(at + layout.APIS_PACK) < sectionCount(layout.SECTION_PACKS), at + layout.APIS_PACK) &&
    need(load<u32>(action) < sectionCount(layout.SECTION_ACTIONS), action) &&
    runFits(at + layout.APIS_STEP_START, layout.SECTION_STEPS) &&
    need(load<u32>(at + layout.APIS_STEP_COUNT) <= <u32>URL_SEGMENTS_MAX, at + layout.APIS_STEP_COUNT) &&
    runFits(at + layout.APIS_MEMBER_START, layout.SECTION_MEMBERS) &&
    need(load<u32>(at + layout.APIS_MEMBER_COUNT) <= <u32>API_MEMBERS_MAX, at + layout.APIS_MEMBER_COUNT) &&
    need(load<u32>(at + layout.APIS_METHODS) < 256, at + layout.APIS_METHODS)
  );
}

function stepFits(at: usize): bool {
  return (
    shortFits(at + layout.STEPS_PREFIX) &&
    shortFits(at + layout.STEPS_SUFFIX) &&
    need(load<u8>(at + layout.STEPS_KIND) <= <u8>codes.STEP_KIND_ANY, at + layout.STEPS_KIND) &&
    need(load<u8>(at + layout.STEPS_FIELD) <= <u8>codes.FIELD_COUNT, at + layout.STEPS_FIELD)
  );
}

function memberFits(at: usize): bool {
  return (
    refFits(at + layout.MEMBERS_NAME) &&
    need(<u32>load<u8>(at + layout.MEMBERS_FIELD) - 1 < <u32>codes.FIELD_COUNT, at + layout.MEMBERS_FIELD) &&
    need(load<u8>(at + layout.MEMBERS_UNIT) <= <u8>codes.UNIT_MAJOR, at + layout.MEMBERS_UNIT) &&
    need(load<u8>(at + layout.MEMBERS_KIND) <= <u8>codes.MEMBER_KIND_LITERAL, at + layout.MEMBERS_KIND)
  );
}

function isCellKey(key: u32): bool {
  return (
    key == <u32>CONTEXT_KEY_ACTOR ||
    key == <u32>CONTEXT_KEY_AGENT ||
    key == <u32>CONTEXT_KEY_PRINCIPAL ||
    key == <u32>CONTEXT_KEY_SESSION ||
    key == <u32>CONTEXT_KEY_TENANT
  );
}

/** A key is text; numbers have no canonical text. */
function isKeyField(field: u32): bool {
  if (field - 1 >= <u32>codes.FIELD_COUNT) return false;
  const type = codes.fieldType(<i32>field);
  return type != codes.FIELD_TYPE_MONEY && type != codes.FIELD_TYPE_INT && type != codes.FIELD_TYPE_BOOL;
}

function hasName(cell: usize, other: usize): bool {
  const bytes = textBytes(cell + layout.CELLS_NAME);
  return (
    bytes == textBytes(other + layout.CELLS_NAME) &&
    equal(textAt(cell + layout.CELLS_NAME), textAt(other + layout.CELLS_NAME), bytes)
  );
}

/** Names differ, and the tallies of each stand behind those of the one before. */
function cellFits(at: usize): bool {
  const key: u32 = load<u8>(at + layout.CELLS_KEY);
  const other: u32 = load<u8>(at + layout.CELLS_OTHER);
  const source = <i32>load<u8>(at + layout.CELLS_SOURCE);
  const fits =
    source == codes.CELL_SOURCE_FIELDS
      ? isKeyField(key) && (other == 0 || isKeyField(other))
      : other == 0 &&
        (source == codes.CELL_SOURCE_CONTEXT
          ? isCellKey(key)
          : source == codes.CELL_SOURCE_FREEZES && key == 0);
  if (!fits) return fault(at);
  if (!refFits(at + layout.CELLS_NAME) || !runFits(at + layout.CELLS_TALLY_START, layout.SECTION_TALLIES))
    return false;
  let start: u32 = 0;
  for (let earlier = sectionAt(layout.SECTION_CELLS); earlier < at; earlier += layout.CELLS_BYTES) {
    if (hasName(earlier, at)) return fault(at);
    start += load<u32>(earlier + layout.CELLS_TALLY_COUNT);
  }
  return need(
    load<u32>(at + layout.CELLS_TALLY_START) == start &&
      load<u32>(at + layout.CELLS_TALLY_COUNT) <=
        <u32>(source == codes.CELL_SOURCE_FREEZES ? 0 : CELL_TALLIES_MAX),
    at + layout.CELLS_TALLY_START,
  );
}

function tallyFits(at: usize): bool {
  const index = <u32>(at - sectionAt(layout.SECTION_TALLIES)) / layout.TALLIES_BYTES;
  const cell: u32 = load<u8>(at + layout.TALLIES_CELL);
  if (
    cell >= sectionCount(layout.SECTION_CELLS) ||
    load<u8>(at + layout.TALLIES_COUNTS) > <u8>codes.TALLY_COUNTS_LAST
  )
    return fault(at);
  const run = entryAt(layout.SECTION_CELLS, cell, layout.CELLS_BYTES);
  const place = index - load<u32>(run + layout.CELLS_TALLY_START);
  const before = at - layout.TALLIES_BYTES;
  return (
    need(
      place < load<u32>(run + layout.CELLS_TALLY_COUNT) &&
        (place == 0 || load<u64>(before + layout.TALLIES_NUMBER) < load<u64>(at + layout.TALLIES_NUMBER)),
      at,
    ) && runFits(at + layout.TALLIES_CLAUSE_START, layout.SECTION_CLAUSES)
  );
}

function signalFits(at: usize): bool {
  const tallies = sectionCount(layout.SECTION_TALLIES);
  const tally = load<u32>(at + layout.SIGNALS_TALLY);
  const other = load<u32>(at + layout.SIGNALS_OTHER);
  const measure = <i32>load<u8>(at + layout.SIGNALS_MEASURE);
  const longest = measure == codes.SIGNAL_MEASURE_ACCELERATION ? <u32>WINDOW_S_MAX / 2 : <u32>WINDOW_S_MAX;
  return (
    need(tally < tallies, at + layout.SIGNALS_TALLY) &&
    need(other < tallies && cellOfTally(other) == cellOfTally(tally), at + layout.SIGNALS_OTHER) &&
    need(
      load<u32>(at + layout.SIGNALS_WINDOW_S) - 1 < longest &&
        measure <= codes.SIGNAL_MEASURE_LAST &&
        <i32>load<u8>(at + layout.SIGNALS_OF) <= codes.SIGNAL_UNIT_LAST &&
        load<u8>(at + layout.SIGNALS_CALM) <= 1,
      at,
    ) &&
    refFits(at + layout.SIGNALS_NAME)
  );
}

function cellOfTally(tally: u32): u32 {
  return load<u8>(entryAt(layout.SECTION_TALLIES, tally, layout.TALLIES_BYTES) + layout.TALLIES_CELL);
}

/** No fault, or the fault that one of ./detectors found. */
function noFault(found: usize): bool {
  return found == 0 || fault(found);
}

/** Checks one entry of a section, by the section's own rule. */
function entryFits(section: i32, at: usize): bool {
  if (section == layout.SECTION_ACTIONS) return actionFits(at);
  if (section == layout.SECTION_PACKS) {
    return (
      refFits(at + layout.PACKS_NAME) &&
      refFits(at + layout.PACKS_PUBLISHER) &&
      refFits(at + layout.PACKS_VERSION)
    );
  }
  if (section == layout.SECTION_PATTERNS) return patternFits(at);
  if (section == layout.SECTION_MAPPINGS) return mappingFits(at);
  if (section == layout.SECTION_GUARDS) return guardFits(at);
  if (section == layout.SECTION_OPS) return opFits(at);
  if (section == layout.SECTION_SEGMENTS) return segmentFits(at);
  if (section == layout.SECTION_RULES) return ruleFits(at);
  if (section == layout.SECTION_ROWS) return rowFits(at);
  if (section == layout.SECTION_CLAUSES) return runFits(at, layout.SECTION_PREDICATES);
  if (section == layout.SECTION_PREDICATES) return predicateFits(at);
  if (section == layout.SECTION_OBLIGATIONS) return obligationFits(at);
  if (section == layout.SECTION_CURRENCIES) return currencyFits(at);
  if (section == layout.SECTION_PREFIXES || section == layout.SECTION_SETS) return refFits(at);
  if (section == layout.SECTION_LOWERED) return loweredFits(at);
  if (section == layout.SECTION_FIELDS) return fieldFits(at);
  if (section == layout.SECTION_SENTENCES) {
    return refFits(at + layout.SENTENCES_CODE) && refFits(at + layout.SENTENCES_SENTENCE);
  }
  if (section == layout.SECTION_SOURCES)
    return refFits(at + layout.SOURCES_NAME) && refFits(at + layout.SOURCES_VERSION);
  if (section == layout.SECTION_APIS) return apiFits(at);
  if (section == layout.SECTION_STEPS) return stepFits(at);
  if (section == layout.SECTION_MEMBERS) return memberFits(at);
  if (section == layout.SECTION_COMMANDS) return commandFits(at);
  if (section == layout.SECTION_OPTIONS) return optionFits(at);
  if (section == layout.SECTION_USES) return useFits(at);
  if (section == layout.SECTION_OPERANDS) return operandFits(at);
  if (section == layout.SECTION_LITERALS) return literalFits(at);
  if (section == layout.SECTION_CELLS) return cellFits(at);
  if (section == layout.SECTION_TALLIES) return tallyFits(at);
  if (section == layout.SECTION_SIGNALS) return signalFits(at);
  if (section == layout.SECTION_DETECTORS)
    return refFits(at + layout.DETECTORS_ID) && noFault(detectorFault(at));
  return true; // text, meta, names, slots, lists: checked as wholes, or through what points into them.
}

/** The words are those that the engine was built for. */
function wordsFit(): bool {
  const at = sectionAt(layout.SECTION_WORDS);
  return need(
    sectionCount(layout.SECTION_WORDS) == <u32>(WORD_TEXT_BYTES + SQL_BYTES) &&
      hash32(at, WORD_TEXT_BYTES) == WORD_TEXT_HASH &&
      hash32(at + WORD_TEXT_BYTES, SQL_BYTES) == SQL_HASH,
    at,
  );
}

function allEntriesFit(): bool {
  for (let section = layout.SECTION_ACTIONS; section < layout.SECTION_COUNT; section++) {
    const count = sectionCount(section);
    const bytes = layout.sectionEntryBytes(section);
    for (let index: u32 = 0; index < count; index++) {
      if (!entryFits(section, entryAt(section, index, bytes))) return false;
    }
  }
  return (
    noFault(automatonFault()) &&
    need(sectionCount(layout.SECTION_FIELDS) == <u32>codes.FIELD_COUNT, sectionAt(layout.SECTION_FIELDS)) &&
    need(sectionCount(layout.SECTION_SETS) <= <u32>SETS_MAX, sectionAt(layout.SECTION_SETS)) &&
    need(sectionCount(layout.SECTION_CELLS) <= <u32>CELL_KINDS_MAX, sectionAt(layout.SECTION_CELLS)) &&
    wordsFit()
  );
}

/** Takes the `size` bytes at IMAGE_AT as the policy, or says why not. An instance loads one image, once. */
export function loadImage(size: u32): i32 {
  beginFits();
  if (isLoaded()) return codes.STATUS_IMAGE_LOADED;
  if (size > <u32>IMAGE_BYTES_MAX) return codes.STATUS_IMAGE_TOO_LARGE;
  if (size < <u32>layout.HEADER_SIZE || load<u32>(IMAGE_AT) != <u32>layout.IMAGE_MAGIC)
    return codes.STATUS_IMAGE_MAGIC;
  if (<i32>load<u16>(IMAGE_AT + layout.HEADER_VERSION) != codes.VERSION_IMAGE)
    return codes.STATUS_IMAGE_VERSION;
  if (<i32>load<u16>(IMAGE_AT + layout.HEADER_ABI) != codes.VERSION_ABI) return codes.STATUS_IMAGE_VERSION;
  if (load<u32>(IMAGE_AT + layout.HEADER_BYTES) != size) return codes.STATUS_IMAGE_STRUCTURE;
  if (load<i32>(IMAGE_AT + layout.HEADER_SECTIONS) != layout.SECTION_COUNT)
    return codes.STATUS_IMAGE_STRUCTURE;
  sha256(IMAGE_AT + layout.HEADER_DIRECTORY, size - layout.HEADER_DIRECTORY, DIGEST_AT);
  if (!equal(DIGEST_AT, IMAGE_AT + layout.HEADER_DIGEST, 32)) return codes.STATUS_IMAGE_DIGEST;
  if (!sectionsFit(size) || !metaFits() || !namesFit() || !allEntriesFit())
    return codes.STATUS_IMAGE_STRUCTURE;
  sha256(IMAGE_AT, size, IMAGE_DIGEST_AT);
  markLoaded();
  return codes.STATUS_OK;
}

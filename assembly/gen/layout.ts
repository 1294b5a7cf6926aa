// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Bytes of the image: docs/format/image.md.

export const IMAGE_MAGIC: i32 = 1296642128;
export const HEADER_SIZE: i32 = 360;
export const HEADER_MAGIC: i32 = 0;
export const HEADER_VERSION: i32 = 4;
export const HEADER_ABI: i32 = 6;
export const HEADER_BYTES: i32 = 8;
export const HEADER_SECTIONS: i32 = 12;
export const HEADER_DIGEST: i32 = 16;
export const HEADER_DIRECTORY: i32 = 48;
export const DIRECTORY_BYTES: i32 = 8;

export const SECTION_TEXT: i32 = 0;
export const SECTION_META: i32 = 1;
export const SECTION_NAMES: i32 = 2;
export const SECTION_SLOTS: i32 = 3;
export const SECTION_LISTS: i32 = 4;
export const SECTION_ACTIONS: i32 = 5;
export const SECTION_PACKS: i32 = 6;
export const SECTION_PATTERNS: i32 = 7;
export const SECTION_MAPPINGS: i32 = 8;
export const SECTION_GUARDS: i32 = 9;
export const SECTION_OPS: i32 = 10;
export const SECTION_SEGMENTS: i32 = 11;
export const SECTION_RULES: i32 = 12;
export const SECTION_ROWS: i32 = 13;
export const SECTION_CLAUSES: i32 = 14;
export const SECTION_PREDICATES: i32 = 15;
export const SECTION_VALUES: i32 = 16;
export const SECTION_OBLIGATIONS: i32 = 17;
export const SECTION_CURRENCIES: i32 = 18;
export const SECTION_PREFIXES: i32 = 19;
export const SECTION_SETS: i32 = 20;
export const SECTION_LOWERED: i32 = 21;
export const SECTION_FIELDS: i32 = 22;
export const SECTION_SENTENCES: i32 = 23;
export const SECTION_SOURCES: i32 = 24;
export const SECTION_COMMANDS: i32 = 25;
export const SECTION_OPTIONS: i32 = 26;
export const SECTION_OPERANDS: i32 = 27;
export const SECTION_LITERALS: i32 = 28;
export const SECTION_APIS: i32 = 29;
export const SECTION_DETECTORS: i32 = 30;
export const SECTION_AUTOMATON: i32 = 31;
export const SECTION_STEPS: i32 = 32;
export const SECTION_MEMBERS: i32 = 33;
export const SECTION_USES: i32 = 34;
export const SECTION_CELLS: i32 = 35;
export const SECTION_TALLIES: i32 = 36;
export const SECTION_SIGNALS: i32 = 37;
export const SECTION_WORDS: i32 = 38;
export const SECTION_COUNT: i32 = 39;

export const TEXT_BYTES: i32 = 1;

export const META_BYTES: i32 = 136;
export const META_EDITION: i32 = 0;
export const META_DEFAULT_CURRENCY: i32 = 8;
export const META_SWITCHES: i32 = 16;
export const META_THRESHOLDS: i32 = 20;
export const META_ROUTE: i32 = 36;
export const META_HAZARDS: i32 = 44;
export const META_GAINS: i32 = 80;
export const META_MAXIMA: i32 = 100;
export const META_PROFILE: i32 = 112;
export const META_ACTION_UNCLASSIFIED: i32 = 120;
export const META_ACTION_READ: i32 = 124;
export const META_RESERVED: i32 = 128;

export const NAMES_BYTES: i32 = 12;
export const NAMES_TEXT: i32 = 0;
export const NAMES_SIZE: i32 = 4;
export const NAMES_NAMESPACE: i32 = 6;
export const NAMES_VALUE: i32 = 8;

export const SLOTS_BYTES: i32 = 4;

export const LISTS_BYTES: i32 = 4;

export const ACTIONS_BYTES: i32 = 56;
export const ACTIONS_NAME: i32 = 0;
export const ACTIONS_NUMBER: i32 = 8;
export const ACTIONS_DOMAIN: i32 = 10;
export const ACTIONS_EFFECT: i32 = 11;
export const ACTIONS_PRIMARY: i32 = 12;
export const ACTIONS_SECONDARY: i32 = 14;
export const ACTIONS_LEVELS: i32 = 16;
export const ACTIONS_FIELDS_LOW: i32 = 28;
export const ACTIONS_FIELDS_HIGH: i32 = 32;
export const ACTIONS_RULES: i32 = 36;
export const ACTIONS_ROWS: i32 = 40;
export const ACTIONS_OBLIGATION_START: i32 = 44;
export const ACTIONS_OBLIGATION_COUNT: i32 = 48;
export const ACTIONS_TALLIES: i32 = 52;

export const PACKS_BYTES: i32 = 28;
export const PACKS_NAME: i32 = 0;
export const PACKS_PUBLISHER: i32 = 8;
export const PACKS_VERSION: i32 = 16;
export const PACKS_LAYER: i32 = 24;

export const PATTERNS_BYTES: i32 = 20;
export const PATTERNS_PREFIX: i32 = 0;
export const PATTERNS_SUFFIX: i32 = 8;
export const PATTERNS_MAPPING: i32 = 16;

export const MAPPINGS_BYTES: i32 = 40;
export const MAPPINGS_ID: i32 = 0;
export const MAPPINGS_PACK: i32 = 8;
export const MAPPINGS_PRIORITY: i32 = 12;
export const MAPPINGS_ACTION: i32 = 16;
export const MAPPINGS_GUARD_START: i32 = 20;
export const MAPPINGS_GUARD_COUNT: i32 = 24;
export const MAPPINGS_OP_START: i32 = 28;
export const MAPPINGS_OP_COUNT: i32 = 32;
export const MAPPINGS_LANGUAGE: i32 = 36;

export const GUARDS_BYTES: i32 = 20;
export const GUARDS_KIND: i32 = 0;
export const GUARDS_SEGMENT_START: i32 = 4;
export const GUARDS_SEGMENT_COUNT: i32 = 8;
export const GUARDS_VALUE_START: i32 = 12;
export const GUARDS_VALUE_COUNT: i32 = 16;

export const OPS_BYTES: i32 = 8;
export const OPS_FIELD: i32 = 0;
export const OPS_TRANSFORM: i32 = 1;
export const OPS_UNIT: i32 = 2;
export const OPS_MANY: i32 = 3;
export const OPS_FROM: i32 = 4;

export const SEGMENTS_BYTES: i32 = 8;

export const RULES_BYTES: i32 = 28;
export const RULES_CODE: i32 = 0;
export const RULES_KIND: i32 = 8;
export const RULES_TARGET: i32 = 9;
export const RULES_VALUE: i32 = 10;
export const RULES_LAYER: i32 = 11;
export const RULES_CLAUSE_START: i32 = 12;
export const RULES_CLAUSE_COUNT: i32 = 16;
export const RULES_PACK: i32 = 20;
export const RULES_RESERVED: i32 = 24;

export const ROWS_BYTES: i32 = 44;
export const ROWS_CODE: i32 = 0;
export const ROWS_KIND: i32 = 8;
export const ROWS_VERDICT: i32 = 9;
export const ROWS_LAYER: i32 = 10;
export const ROWS_CLAUSE_START: i32 = 12;
export const ROWS_CLAUSE_COUNT: i32 = 16;
export const ROWS_OBLIGATION_START: i32 = 20;
export const ROWS_OBLIGATION_COUNT: i32 = 24;
export const ROWS_EXPIRES_MS: i32 = 28;
export const ROWS_PACK: i32 = 36;
export const ROWS_RESERVED: i32 = 40;

export const CLAUSES_BYTES: i32 = 8;
export const CLAUSES_PREDICATE_START: i32 = 0;
export const CLAUSES_PREDICATE_COUNT: i32 = 4;

export const PREDICATES_BYTES: i32 = 16;
export const PREDICATES_OPERAND: i32 = 0;
export const PREDICATES_OPERATOR: i32 = 2;
export const PREDICATES_RESERVED: i32 = 3;
export const PREDICATES_PARAM: i32 = 4;
export const PREDICATES_VALUE_START: i32 = 8;
export const PREDICATES_VALUE_COUNT: i32 = 12;

export const VALUES_BYTES: i32 = 8;

export const OBLIGATIONS_BYTES: i32 = 16;
export const OBLIGATIONS_KIND: i32 = 0;
export const OBLIGATIONS_NUMBER: i32 = 4;
export const OBLIGATIONS_TEXT: i32 = 8;

export const CURRENCIES_BYTES: i32 = 8;
export const CURRENCIES_EXPONENT: i32 = 0;
export const CURRENCIES_REFERENCE_MILLI: i32 = 4;

export const PREFIXES_BYTES: i32 = 8;

export const SETS_BYTES: i32 = 8;

export const LOWERED_BYTES: i32 = 20;
export const LOWERED_KIND: i32 = 0;
export const LOWERED_NAME: i32 = 4;
export const LOWERED_AUTHORITY: i32 = 12;

export const FIELDS_BYTES: i32 = 12;
export const FIELDS_NAME: i32 = 0;
export const FIELDS_TYPE: i32 = 8;
export const FIELDS_MANY: i32 = 9;
export const FIELDS_RESERVED: i32 = 10;

export const SENTENCES_BYTES: i32 = 16;
export const SENTENCES_CODE: i32 = 0;
export const SENTENCES_SENTENCE: i32 = 8;

export const SOURCES_BYTES: i32 = 48;
export const SOURCES_NAME: i32 = 0;
export const SOURCES_VERSION: i32 = 8;
export const SOURCES_DIGEST: i32 = 16;

export const COMMANDS_BYTES: i32 = 48;
export const COMMANDS_ID: i32 = 0;
export const COMMANDS_PACK: i32 = 8;
export const COMMANDS_ACTION: i32 = 12;
export const COMMANDS_STYLE: i32 = 16;
export const COMMANDS_FLAGS: i32 = 17;
export const COMMANDS_NEEDS: i32 = 18;
export const COMMANDS_INPUT: i32 = 19;
export const COMMANDS_MARKS: i32 = 20;
export const COMMANDS_OPTION_START: i32 = 24;
export const COMMANDS_OPTION_COUNT: i32 = 28;
export const COMMANDS_OPERAND_START: i32 = 32;
export const COMMANDS_OPERAND_COUNT: i32 = 36;
export const COMMANDS_LITERAL_START: i32 = 40;
export const COMMANDS_LITERAL_COUNT: i32 = 44;

export const OPTIONS_BYTES: i32 = 8;
export const OPTIONS_NAME: i32 = 0;
export const OPTIONS_USE: i32 = 4;

export const OPERANDS_BYTES: i32 = 4;
export const OPERANDS_PLACE: i32 = 0;
export const OPERANDS_ROLE: i32 = 1;
export const OPERANDS_FIELD: i32 = 2;
export const OPERANDS_RESERVED: i32 = 3;

export const LITERALS_BYTES: i32 = 12;
export const LITERALS_FIELD: i32 = 0;
export const LITERALS_TEXT: i32 = 4;

export const APIS_BYTES: i32 = 36;
export const APIS_ID: i32 = 0;
export const APIS_PACK: i32 = 8;
export const APIS_ACTION: i32 = 12;
export const APIS_STEP_START: i32 = 16;
export const APIS_STEP_COUNT: i32 = 20;
export const APIS_MEMBER_START: i32 = 24;
export const APIS_MEMBER_COUNT: i32 = 28;
export const APIS_METHODS: i32 = 32;

export const DETECTORS_BYTES: i32 = 16;
export const DETECTORS_ID: i32 = 0;
export const DETECTORS_MARK: i32 = 8;
export const DETECTORS_CHECK: i32 = 9;
export const DETECTORS_TAIL_KINDS: i32 = 10;
export const DETECTORS_TAIL_MIN: i32 = 12;
export const DETECTORS_TAIL_MAX: i32 = 13;
export const DETECTORS_PARAM: i32 = 14;

export const AUTOMATON_BYTES: i32 = 4;

export const STEPS_BYTES: i32 = 12;
export const STEPS_PREFIX: i32 = 0;
export const STEPS_SUFFIX: i32 = 4;
export const STEPS_KIND: i32 = 8;
export const STEPS_FIELD: i32 = 9;
export const STEPS_RESERVED: i32 = 10;

export const MEMBERS_BYTES: i32 = 12;
export const MEMBERS_NAME: i32 = 0;
export const MEMBERS_FIELD: i32 = 8;
export const MEMBERS_UNIT: i32 = 9;
export const MEMBERS_KIND: i32 = 10;
export const MEMBERS_RESERVED: i32 = 11;

export const USES_BYTES: i32 = 20;
export const USES_TAKES: i32 = 0;
export const USES_ROLE: i32 = 1;
export const USES_FIELD: i32 = 2;
export const USES_FIRST: i32 = 3;
export const USES_ACTION: i32 = 4;
export const USES_MARKS: i32 = 8;
export const USES_LITERAL_START: i32 = 12;
export const USES_LITERAL_COUNT: i32 = 16;

export const CELLS_BYTES: i32 = 20;
export const CELLS_NAME: i32 = 0;
export const CELLS_SOURCE: i32 = 8;
export const CELLS_KEY: i32 = 9;
export const CELLS_OTHER: i32 = 10;
export const CELLS_RESERVED: i32 = 11;
export const CELLS_TALLY_START: i32 = 12;
export const CELLS_TALLY_COUNT: i32 = 16;

export const TALLIES_BYTES: i32 = 24;
export const TALLIES_NUMBER: i32 = 0;
export const TALLIES_CLAUSE_START: i32 = 8;
export const TALLIES_CLAUSE_COUNT: i32 = 12;
export const TALLIES_CELL: i32 = 16;
export const TALLIES_COUNTS: i32 = 17;
export const TALLIES_RESERVED: i32 = 18;
export const TALLIES_RESERVED_TOO: i32 = 20;

export const SIGNALS_BYTES: i32 = 24;
export const SIGNALS_NAME: i32 = 0;
export const SIGNALS_TALLY: i32 = 8;
export const SIGNALS_OTHER: i32 = 12;
export const SIGNALS_WINDOW_S: i32 = 16;
export const SIGNALS_MEASURE: i32 = 20;
export const SIGNALS_OF: i32 = 21;
export const SIGNALS_CALM: i32 = 22;
export const SIGNALS_RESERVED: i32 = 23;

export const WORDS_BYTES: i32 = 1;

const ENTRY_BYTES: usize = memory.data<u16>([
  1, 136, 12, 4, 4, 56, 28, 20, 40, 20, 8, 8, 28, 44, 8, 16, 8, 16, 8, 8, 8, 20, 12, 16, 48, 48, 8, 4, 12, 36,
  16, 4, 12, 12, 20, 20, 24, 24, 1,
]);

/** Bytes of one entry of a section. */
export function sectionEntryBytes(section: i32): u32 {
  assert(section >= 0);
  assert(section < SECTION_COUNT);
  return load<u16>(ENTRY_BYTES + ((<usize>section) << 1));
}

// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Bytes of the image: docs/format/image.md.

export const IMAGE_MAGIC = 1296642128;
export const HEADER_SIZE = 360;
export const HEADER_MAGIC = 0;
export const HEADER_VERSION = 4;
export const HEADER_ABI = 6;
export const HEADER_BYTES = 8;
export const HEADER_SECTIONS = 12;
export const HEADER_DIGEST = 16;
export const HEADER_DIRECTORY = 48;
export const DIRECTORY_BYTES = 8;

export const SECTION_TEXT = 0;
export const SECTION_META = 1;
export const SECTION_NAMES = 2;
export const SECTION_SLOTS = 3;
export const SECTION_LISTS = 4;
export const SECTION_ACTIONS = 5;
export const SECTION_PACKS = 6;
export const SECTION_PATTERNS = 7;
export const SECTION_MAPPINGS = 8;
export const SECTION_GUARDS = 9;
export const SECTION_OPS = 10;
export const SECTION_SEGMENTS = 11;
export const SECTION_RULES = 12;
export const SECTION_ROWS = 13;
export const SECTION_CLAUSES = 14;
export const SECTION_PREDICATES = 15;
export const SECTION_VALUES = 16;
export const SECTION_OBLIGATIONS = 17;
export const SECTION_CURRENCIES = 18;
export const SECTION_PREFIXES = 19;
export const SECTION_SETS = 20;
export const SECTION_LOWERED = 21;
export const SECTION_FIELDS = 22;
export const SECTION_SENTENCES = 23;
export const SECTION_SOURCES = 24;
export const SECTION_COMMANDS = 25;
export const SECTION_OPTIONS = 26;
export const SECTION_OPERANDS = 27;
export const SECTION_LITERALS = 28;
export const SECTION_APIS = 29;
export const SECTION_DETECTORS = 30;
export const SECTION_AUTOMATON = 31;
export const SECTION_STEPS = 32;
export const SECTION_MEMBERS = 33;
export const SECTION_USES = 34;
export const SECTION_CELLS = 35;
export const SECTION_TALLIES = 36;
export const SECTION_SIGNALS = 37;
export const SECTION_WORDS = 38;
export const SECTION_COUNT = 39;

export const TEXT_BYTES = 1;

export const META_BYTES = 136;
export const META_EDITION = 0;
export const META_DEFAULT_CURRENCY = 8;
export const META_SWITCHES = 16;
export const META_THRESHOLDS = 20;
export const META_ROUTE = 36;
export const META_HAZARDS = 44;
export const META_GAINS = 80;
export const META_MAXIMA = 100;
export const META_PROFILE = 112;
export const META_ACTION_UNCLASSIFIED = 120;
export const META_ACTION_READ = 124;
export const META_RESERVED = 128;

export const NAMES_BYTES = 12;
export const NAMES_TEXT = 0;
export const NAMES_SIZE = 4;
export const NAMES_NAMESPACE = 6;
export const NAMES_VALUE = 8;

export const SLOTS_BYTES = 4;

export const LISTS_BYTES = 4;

export const ACTIONS_BYTES = 56;
export const ACTIONS_NAME = 0;
export const ACTIONS_NUMBER = 8;
export const ACTIONS_DOMAIN = 10;
export const ACTIONS_EFFECT = 11;
export const ACTIONS_PRIMARY = 12;
export const ACTIONS_SECONDARY = 14;
export const ACTIONS_LEVELS = 16;
export const ACTIONS_FIELDS_LOW = 28;
export const ACTIONS_FIELDS_HIGH = 32;
export const ACTIONS_RULES = 36;
export const ACTIONS_ROWS = 40;
export const ACTIONS_OBLIGATION_START = 44;
export const ACTIONS_OBLIGATION_COUNT = 48;
export const ACTIONS_TALLIES = 52;

export const PACKS_BYTES = 28;
export const PACKS_NAME = 0;
export const PACKS_PUBLISHER = 8;
export const PACKS_VERSION = 16;
export const PACKS_LAYER = 24;

export const PATTERNS_BYTES = 20;
export const PATTERNS_PREFIX = 0;
export const PATTERNS_SUFFIX = 8;
export const PATTERNS_MAPPING = 16;

export const MAPPINGS_BYTES = 40;
export const MAPPINGS_ID = 0;
export const MAPPINGS_PACK = 8;
export const MAPPINGS_PRIORITY = 12;
export const MAPPINGS_ACTION = 16;
export const MAPPINGS_GUARD_START = 20;
export const MAPPINGS_GUARD_COUNT = 24;
export const MAPPINGS_OP_START = 28;
export const MAPPINGS_OP_COUNT = 32;
export const MAPPINGS_LANGUAGE = 36;

export const GUARDS_BYTES = 20;
export const GUARDS_KIND = 0;
export const GUARDS_SEGMENT_START = 4;
export const GUARDS_SEGMENT_COUNT = 8;
export const GUARDS_VALUE_START = 12;
export const GUARDS_VALUE_COUNT = 16;

export const OPS_BYTES = 8;
export const OPS_FIELD = 0;
export const OPS_TRANSFORM = 1;
export const OPS_UNIT = 2;
export const OPS_MANY = 3;
export const OPS_FROM = 4;

export const SEGMENTS_BYTES = 8;

export const RULES_BYTES = 28;
export const RULES_CODE = 0;
export const RULES_KIND = 8;
export const RULES_TARGET = 9;
export const RULES_VALUE = 10;
export const RULES_LAYER = 11;
export const RULES_CLAUSE_START = 12;
export const RULES_CLAUSE_COUNT = 16;
export const RULES_PACK = 20;
export const RULES_RESERVED = 24;

export const ROWS_BYTES = 44;
export const ROWS_CODE = 0;
export const ROWS_KIND = 8;
export const ROWS_VERDICT = 9;
export const ROWS_LAYER = 10;
export const ROWS_CLAUSE_START = 12;
export const ROWS_CLAUSE_COUNT = 16;
export const ROWS_OBLIGATION_START = 20;
export const ROWS_OBLIGATION_COUNT = 24;
export const ROWS_EXPIRES_MS = 28;
export const ROWS_PACK = 36;
export const ROWS_RESERVED = 40;

export const CLAUSES_BYTES = 8;
export const CLAUSES_PREDICATE_START = 0;
export const CLAUSES_PREDICATE_COUNT = 4;

export const PREDICATES_BYTES = 16;
export const PREDICATES_OPERAND = 0;
export const PREDICATES_OPERATOR = 2;
export const PREDICATES_RESERVED = 3;
export const PREDICATES_PARAM = 4;
export const PREDICATES_VALUE_START = 8;
export const PREDICATES_VALUE_COUNT = 12;

export const VALUES_BYTES = 8;

export const OBLIGATIONS_BYTES = 16;
export const OBLIGATIONS_KIND = 0;
export const OBLIGATIONS_NUMBER = 4;
export const OBLIGATIONS_TEXT = 8;

export const CURRENCIES_BYTES = 8;
export const CURRENCIES_EXPONENT = 0;
export const CURRENCIES_REFERENCE_MILLI = 4;

export const PREFIXES_BYTES = 8;

export const SETS_BYTES = 8;

export const LOWERED_BYTES = 20;
export const LOWERED_KIND = 0;
export const LOWERED_NAME = 4;
export const LOWERED_AUTHORITY = 12;

export const FIELDS_BYTES = 12;
export const FIELDS_NAME = 0;
export const FIELDS_TYPE = 8;
export const FIELDS_MANY = 9;
export const FIELDS_RESERVED = 10;

export const SENTENCES_BYTES = 16;
export const SENTENCES_CODE = 0;
export const SENTENCES_SENTENCE = 8;

export const SOURCES_BYTES = 48;
export const SOURCES_NAME = 0;
export const SOURCES_VERSION = 8;
export const SOURCES_DIGEST = 16;

export const COMMANDS_BYTES = 48;
export const COMMANDS_ID = 0;
export const COMMANDS_PACK = 8;
export const COMMANDS_ACTION = 12;
export const COMMANDS_STYLE = 16;
export const COMMANDS_FLAGS = 17;
export const COMMANDS_NEEDS = 18;
export const COMMANDS_INPUT = 19;
export const COMMANDS_MARKS = 20;
export const COMMANDS_OPTION_START = 24;
export const COMMANDS_OPTION_COUNT = 28;
export const COMMANDS_OPERAND_START = 32;
export const COMMANDS_OPERAND_COUNT = 36;
export const COMMANDS_LITERAL_START = 40;
export const COMMANDS_LITERAL_COUNT = 44;

export const OPTIONS_BYTES = 8;
export const OPTIONS_NAME = 0;
export const OPTIONS_USE = 4;

export const OPERANDS_BYTES = 4;
export const OPERANDS_PLACE = 0;
export const OPERANDS_ROLE = 1;
export const OPERANDS_FIELD = 2;
export const OPERANDS_RESERVED = 3;

export const LITERALS_BYTES = 12;
export const LITERALS_FIELD = 0;
export const LITERALS_TEXT = 4;

export const APIS_BYTES = 36;
export const APIS_ID = 0;
export const APIS_PACK = 8;
export const APIS_ACTION = 12;
export const APIS_STEP_START = 16;
export const APIS_STEP_COUNT = 20;
export const APIS_MEMBER_START = 24;
export const APIS_MEMBER_COUNT = 28;
export const APIS_METHODS = 32;

export const DETECTORS_BYTES = 16;
export const DETECTORS_ID = 0;
export const DETECTORS_MARK = 8;
export const DETECTORS_CHECK = 9;
export const DETECTORS_TAIL_KINDS = 10;
export const DETECTORS_TAIL_MIN = 12;
export const DETECTORS_TAIL_MAX = 13;
export const DETECTORS_PARAM = 14;

export const AUTOMATON_BYTES = 4;

export const STEPS_BYTES = 12;
export const STEPS_PREFIX = 0;
export const STEPS_SUFFIX = 4;
export const STEPS_KIND = 8;
export const STEPS_FIELD = 9;
export const STEPS_RESERVED = 10;

export const MEMBERS_BYTES = 12;
export const MEMBERS_NAME = 0;
export const MEMBERS_FIELD = 8;
export const MEMBERS_UNIT = 9;
export const MEMBERS_KIND = 10;
export const MEMBERS_RESERVED = 11;

export const USES_BYTES = 20;
export const USES_TAKES = 0;
export const USES_ROLE = 1;
export const USES_FIELD = 2;
export const USES_FIRST = 3;
export const USES_ACTION = 4;
export const USES_MARKS = 8;
export const USES_LITERAL_START = 12;
export const USES_LITERAL_COUNT = 16;

export const CELLS_BYTES = 20;
export const CELLS_NAME = 0;
export const CELLS_SOURCE = 8;
export const CELLS_KEY = 9;
export const CELLS_OTHER = 10;
export const CELLS_RESERVED = 11;
export const CELLS_TALLY_START = 12;
export const CELLS_TALLY_COUNT = 16;

export const TALLIES_BYTES = 24;
export const TALLIES_NUMBER = 0;
export const TALLIES_CLAUSE_START = 8;
export const TALLIES_CLAUSE_COUNT = 12;
export const TALLIES_CELL = 16;
export const TALLIES_COUNTS = 17;
export const TALLIES_RESERVED = 18;
export const TALLIES_RESERVED_TOO = 20;

export const SIGNALS_BYTES = 24;
export const SIGNALS_NAME = 0;
export const SIGNALS_TALLY = 8;
export const SIGNALS_OTHER = 12;
export const SIGNALS_WINDOW_S = 16;
export const SIGNALS_MEASURE = 20;
export const SIGNALS_OF = 21;
export const SIGNALS_CALM = 22;
export const SIGNALS_RESERVED = 23;

export const WORDS_BYTES = 1;

// Bytes of one entry of each section.
export const SECTION_ENTRY_BYTES: readonly number[] = [
  1, 136, 12, 4, 4, 56, 28, 20, 40, 20, 8, 8, 28, 44, 8, 16, 8, 16, 8, 8, 8, 20, 12, 16, 48, 48, 8, 4, 12, 36,
  16, 4, 12, 12, 20, 20, 24, 24, 1,
];

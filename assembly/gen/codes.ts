// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Numbers on the wire and what they are called.

// Versions of the byte formats.
export const VERSION_REQUEST: i32 = 1;
export const VERSION_RECORD: i32 = 1;
export const VERSION_IMAGE: i32 = 1;
export const VERSION_ABI: i32 = 1;
export const VERSION_LAST: i32 = 1;

// What `decide` and `loadImage` return.
export const STATUS_OK: i32 = 0;
export const STATUS_REQUEST_TOO_LARGE: i32 = 1;
export const STATUS_CMP_TRUNCATED: i32 = 2;
export const STATUS_CMP_TYPE: i32 = 3;
export const STATUS_CMP_NOT_SHORTEST: i32 = 4;
export const STATUS_CMP_UTF8: i32 = 5;
export const STATUS_CMP_KEY_TYPE: i32 = 6;
export const STATUS_CMP_KEY_ORDER: i32 = 7;
export const STATUS_CMP_DEPTH: i32 = 8;
export const STATUS_CMP_TRAILING: i32 = 9;
export const STATUS_CMP_FLOAT: i32 = 10;
export const STATUS_CMP_NODES: i32 = 11;
export const STATUS_KEY_UNKNOWN: i32 = 20;
export const STATUS_KEY_RESERVED: i32 = 21;
export const STATUS_KEY_MISSING: i32 = 22;
export const STATUS_VALUE_TYPE: i32 = 23;
export const STATUS_VALUE_RANGE: i32 = 24;
export const STATUS_VALUE_UNKNOWN: i32 = 25;
export const STATUS_VERSION_UNSUPPORTED: i32 = 26;
export const STATUS_CALL_FORM: i32 = 27;
export const STATUS_ACTION_UNKNOWN: i32 = 28;
export const STATUS_FIELD_UNKNOWN: i32 = 29;
export const STATUS_IMAGE_MISMATCH: i32 = 30;
export const STATUS_IMAGE_MISSING: i32 = 40;
export const STATUS_IMAGE_TOO_LARGE: i32 = 41;
export const STATUS_IMAGE_MAGIC: i32 = 42;
export const STATUS_IMAGE_VERSION: i32 = 43;
export const STATUS_IMAGE_DIGEST: i32 = 44;
export const STATUS_IMAGE_STRUCTURE: i32 = 45;
export const STATUS_IMAGE_LOADED: i32 = 46;
export const STATUS_RECORD_TOO_LARGE: i32 = 50;
export const STATUS_LAST: i32 = 50;

// Calmest first: a larger number is stricter.
export const VERDICT_ALLOW: i32 = 0;
export const VERDICT_REVIEW: i32 = 1;
export const VERDICT_DENY: i32 = 2;
export const VERDICT_LAST: i32 = 2;

// By hazard, calmest first.
export const TIER_MINIMAL: i32 = 0;
export const TIER_LOW: i32 = 1;
export const TIER_MEDIUM: i32 = 2;
export const TIER_HIGH: i32 = 3;
export const TIER_CRITICAL: i32 = 4;
export const TIER_LAST: i32 = 4;

// What the host does with the verdict.
export const MODE_ENFORCE: i32 = 0;
export const MODE_SHADOW: i32 = 1;
export const MODE_LAST: i32 = 1;

// How tightly the decision is tied to the run.
export const BINDING_ADVISORY: i32 = 0;
export const BINDING_WRAPPED: i32 = 1;
export const BINDING_BOUND: i32 = 2;
export const BINDING_LAST: i32 = 2;

// How the record is kept.
export const DURABILITY_NONE: i32 = 0;
export const DURABILITY_BATCHED: i32 = 1;
export const DURABILITY_STRICT: i32 = 2;
export const DURABILITY_LAST: i32 = 2;

// Shells a host can name.
export const DIALECT_SH: i32 = 0;
export const DIALECT_BASH: i32 = 1;
export const DIALECT_DASH: i32 = 2;
export const DIALECT_ZSH: i32 = 3;
export const DIALECT_LAST: i32 = 3;

// Kinds of risk, from flags.yaml; also the bit.
export const FLAG_DESTRUCTION: i32 = 0;
export const FLAG_PHYSICAL: i32 = 1;
export const FLAG_EXECUTION: i32 = 2;
export const FLAG_PRIVILEGE: i32 = 3;
export const FLAG_FINANCIAL: i32 = 4;
export const FLAG_EXPOSURE: i32 = 5;
export const FLAG_GOVERNANCE: i32 = 6;
export const FLAG_OUTBOUND: i32 = 7;
export const FLAG_MUTATION: i32 = 8;
export const FLAG_LAST: i32 = 8;
export const FLAG_COUNT: i32 = 9;

// How an action carries a flag.
export const FLAG_ROLE_PRIMARY: i32 = 0;
export const FLAG_ROLE_SECONDARY: i32 = 1;
export const FLAG_ROLE_LAST: i32 = 1;

// Dimensions of context, from amplifiers.yaml, in the order of the arithmetic.
export const AMPLIFIER_DESTINATION: i32 = 0;
export const AMPLIFIER_SENSITIVITY: i32 = 1;
export const AMPLIFIER_SCOPE: i32 = 2;
export const AMPLIFIER_AMOUNT: i32 = 3;
export const AMPLIFIER_SESSION: i32 = 4;
export const AMPLIFIER_IRREVERSIBILITY: i32 = 5;
export const AMPLIFIER_VOLUME: i32 = 6;
export const AMPLIFIER_BOUNDARY: i32 = 7;
export const AMPLIFIER_ACTOR: i32 = 8;
export const AMPLIFIER_ENVIRONMENT: i32 = 9;
export const AMPLIFIER_LAST: i32 = 9;
export const AMPLIFIER_COUNT: i32 = 10;

// How a part adds to the hazard.
export const COUNTED_FULL: i32 = 0;
export const COUNTED_MINIMAL: i32 = 1;
export const COUNTED_DUPLICATE: i32 = 2;
export const COUNTED_LAST: i32 = 2;

// What an action does to the world.
export const EFFECT_NONE: i32 = 0;
export const EFFECT_READ: i32 = 1;
export const EFFECT_WRITE: i32 = 2;
export const EFFECT_SEND: i32 = 3;
export const EFFECT_DELETE: i32 = 4;
export const EFFECT_EXECUTE: i32 = 5;
export const EFFECT_PAY: i32 = 6;
export const EFFECT_GRANT: i32 = 7;
export const EFFECT_PHYSICAL: i32 = 8;
export const EFFECT_LAST: i32 = 8;

// Where an entry comes from, weakest first.
export const LAYER_TAXONOMY: i32 = 0;
export const LAYER_BASE: i32 = 1;
export const LAYER_PACK: i32 = 2;
export const LAYER_PROFILE: i32 = 3;
export const LAYER_ORG: i32 = 4;
export const LAYER_LAST: i32 = 4;

// Entries of the decision table.
export const ROW_KIND_GATE: i32 = 0;
export const ROW_KIND_ROW: i32 = 1;
export const ROW_KIND_RELAX: i32 = 2;
export const ROW_KIND_LAST: i32 = 2;

// What a rule raises.
export const RULE_KIND_LEVEL: i32 = 0;
export const RULE_KIND_FLAG: i32 = 1;
export const RULE_KIND_LABEL: i32 = 2;
export const RULE_KIND_WRITTEN: i32 = 3;
export const RULE_KIND_LAST: i32 = 3;

// Typed facts of an action, from fields.yaml.
export const FIELD_AMOUNT_MINOR: i32 = 1;
export const FIELD_CURRENCY: i32 = 2;
export const FIELD_RECIPIENT: i32 = 3;
export const FIELD_PAYEE: i32 = 4;
export const FIELD_PATH: i32 = 5;
export const FIELD_DESTINATION_PATH: i32 = 6;
export const FIELD_URL: i32 = 7;
export const FIELD_HOST: i32 = 8;
export const FIELD_ENVIRONMENT: i32 = 9;
export const FIELD_COUNT_FIELD: i32 = 10;
export const FIELD_TEXT: i32 = 11;
export const FIELD_QUERY: i32 = 12;
export const FIELD_SUBJECT: i32 = 13;
export const FIELD_ROLE: i32 = 14;
export const FIELD_RESOURCE: i32 = 15;
export const FIELD_ACCOUNT: i32 = 16;
export const FIELD_CHANNEL: i32 = 17;
export const FIELD_VISIBILITY: i32 = 18;
export const FIELD_ATTACHMENTS: i32 = 19;
export const FIELD_RECURSIVE: i32 = 20;
export const FIELD_FORCE: i32 = 21;
export const FIELD_BRANCH: i32 = 22;
export const FIELD_REPOSITORY: i32 = 23;
export const FIELD_COMMAND: i32 = 24;
export const FIELD_LANGUAGE: i32 = 25;
export const FIELD_IMAGE: i32 = 26;
export const FIELD_DEVICE: i32 = 27;
export const FIELD_LIMIT: i32 = 28;
export const FIELD_TABLE: i32 = 29;
export const FIELD_DATABASE: i32 = 30;
export const FIELD_NAME: i32 = 31;
export const FIELD_PERMISSION: i32 = 32;
export const FIELD_DURATION_S: i32 = 33;
export const FIELD_MODEL: i32 = 34;
export const FIELD_METHOD: i32 = 35;
export const FIELD_REFERENCE: i32 = 36;
export const FIELD_DATA: i32 = 37;
export const FIELD_USER: i32 = 38;
export const FIELD_TITLE: i32 = 39;
export const FIELD_PRIVATE: i32 = 40;
export const FIELD_START: i32 = 41;
export const FIELD_ORIGIN: i32 = 42;
export const FIELD_LAST: i32 = 42;
export const FIELD_COUNT: i32 = 42;

// How the values of a field are read.
export const FIELD_TYPE_MONEY: i32 = 0;
export const FIELD_TYPE_CURRENCY: i32 = 1;
export const FIELD_TYPE_ADDRESS: i32 = 2;
export const FIELD_TYPE_PATH: i32 = 3;
export const FIELD_TYPE_URL: i32 = 4;
export const FIELD_TYPE_HOST: i32 = 5;
export const FIELD_TYPE_INT: i32 = 6;
export const FIELD_TYPE_BOOL: i32 = 7;
export const FIELD_TYPE_WORD: i32 = 8;
export const FIELD_TYPE_TEXT: i32 = 9;
export const FIELD_TYPE_LAST: i32 = 9;

// How an extraction reads its value.
export const TRANSFORM_TYPED: i32 = 0;
export const TRANSFORM_COUNT: i32 = 1;
export const TRANSFORM_LITERAL: i32 = 2;
export const TRANSFORM_IGNORED: i32 = 3;
export const TRANSFORM_LAST: i32 = 3;

// What an integer amount counts.
export const UNIT_DIRECT: i32 = 0;
export const UNIT_MINOR: i32 = 1;
export const UNIT_MAJOR: i32 = 2;
export const UNIT_LAST: i32 = 2;

// Conditions that choose a mapping.
export const GUARD_KIND_IN: i32 = 0;
export const GUARD_KIND_PRESENT: i32 = 1;
export const GUARD_KIND_ABSENT: i32 = 2;
export const GUARD_KIND_LAST: i32 = 2;

// Where the key of a history comes from.
export const CELL_SOURCE_CONTEXT: i32 = 0;
export const CELL_SOURCE_FIELDS: i32 = 1;
export const CELL_SOURCE_FREEZES: i32 = 2;
export const CELL_SOURCE_LAST: i32 = 2;

// Verdicts that a tally counts.
export const TALLY_COUNTS_RAN: i32 = 0;
export const TALLY_COUNTS_ANY: i32 = 1;
export const TALLY_COUNTS_DENIED: i32 = 2;
export const TALLY_COUNTS_LAST: i32 = 2;

// What a signal measures.
export const SIGNAL_MEASURE_COUNT: i32 = 0;
export const SIGNAL_MEASURE_SUM: i32 = 1;
export const SIGNAL_MEASURE_DISTINCT: i32 = 2;
export const SIGNAL_MEASURE_LARGEST: i32 = 3;
export const SIGNAL_MEASURE_AVERAGE: i32 = 4;
export const SIGNAL_MEASURE_TIER: i32 = 5;
export const SIGNAL_MEASURE_SINCE: i32 = 6;
export const SIGNAL_MEASURE_IDLE: i32 = 7;
export const SIGNAL_MEASURE_RATIO: i32 = 8;
export const SIGNAL_MEASURE_ACCELERATION: i32 = 9;
export const SIGNAL_MEASURE_AGE: i32 = 10;
export const SIGNAL_MEASURE_FOLLOWS: i32 = 11;
export const SIGNAL_MEASURE_LAST: i32 = 11;

// Of which number of an event.
export const SIGNAL_UNIT_AMOUNT: i32 = 0;
export const SIGNAL_UNIT_UNITS: i32 = 1;
export const SIGNAL_UNIT_LAST: i32 = 1;

// What a session knows.
export const LABEL_UNTRUSTED: i32 = 0;
export const LABEL_PRIVATE: i32 = 1;
export const LABEL_SECRET: i32 = 2;
export const LABEL_PII: i32 = 3;
export const LABEL_PHI: i32 = 4;
export const LABEL_PCI: i32 = 5;
export const LABEL_PRIVILEGED: i32 = 6;
export const LABEL_LAST: i32 = 6;

// Where a value came from.
export const PROVENANCE_UNOBSERVED: i32 = 0;
export const PROVENANCE_USER: i32 = 1;
export const PROVENANCE_ECHOED: i32 = 2;
export const PROVENANCE_UNKNOWN: i32 = 3;
export const PROVENANCE_TOOL: i32 = 4;
export const PROVENANCE_LAST: i32 = 4;

// What a mark of a note says.
export const NOTE_CLASS_USER: i32 = 0;
export const NOTE_CLASS_TOOL: i32 = 1;
export const NOTE_CLASS_WRITTEN: i32 = 2;
export const NOTE_CLASS_FROZEN: i32 = 3;
export const NOTE_CLASS_THAWED: i32 = 4;
export const NOTE_CLASS_LAST: i32 = 4;

// What is no call.
export const EVENT_KIND_OBSERVE: i32 = 0;
export const EVENT_KIND_LABEL: i32 = 1;
export const EVENT_KIND_OUTCOME: i32 = 2;
export const EVENT_KIND_FREEZE: i32 = 3;
export const EVENT_KIND_THAW: i32 = 4;
export const EVENT_KIND_LAST: i32 = 4;

// What can be frozen.
export const FREEZE_SCOPE_TENANT: i32 = 0;
export const FREEZE_SCOPE_PRINCIPAL: i32 = 1;
export const FREEZE_SCOPE_AGENT: i32 = 2;
export const FREEZE_SCOPE_ACTOR: i32 = 3;
export const FREEZE_SCOPE_SESSION: i32 = 4;
export const FREEZE_SCOPE_TOOL: i32 = 5;
export const FREEZE_SCOPE_SERVER: i32 = 6;
export const FREEZE_SCOPE_ACTION: i32 = 7;
export const FREEZE_SCOPE_LAST: i32 = 7;

// Whose text it is.
export const TRUST_USER: i32 = 0;
export const TRUST_TOOL: i32 = 1;
export const TRUST_LAST: i32 = 1;

// What became of a call.
export const EVENT_STATUS_RAN: i32 = 0;
export const EVENT_STATUS_FAILED: i32 = 1;
export const EVENT_STATUS_UNKNOWN: i32 = 2;
export const EVENT_STATUS_LAST: i32 = 2;

// Answers of a reviewer.
export const REVIEWER_ANSWER_DENY: i32 = 0;
export const REVIEWER_ANSWER_ESCALATE: i32 = 1;
export const REVIEWER_ANSWER_LAST: i32 = 1;

// In which a text is taken apart.
export const LANGUAGE_NONE: i32 = 0;
export const LANGUAGE_SHELL: i32 = 1;
export const LANGUAGE_SQL: i32 = 2;
export const LANGUAGE_HTTP: i32 = 3;
export const LANGUAGE_LAST: i32 = 3;

// Where a field of an API's row comes from.
export const MEMBER_KIND_MEMBER: i32 = 0;
export const MEMBER_KIND_ALTERNATIVE: i32 = 1;
export const MEMBER_KIND_LITERAL: i32 = 2;
export const MEMBER_KIND_LAST: i32 = 2;

// How a step of an API's path meets the segments of an address.
export const STEP_KIND_EXACT: i32 = 0;
export const STEP_KIND_ONE: i32 = 1;
export const STEP_KIND_REST: i32 = 2;
export const STEP_KIND_ANY: i32 = 3;
export const STEP_KIND_LAST: i32 = 3;

// How a command reads its options.
export const COMMAND_STYLE_GNU: i32 = 0;
export const COMMAND_STYLE_POSIX: i32 = 1;
export const COMMAND_STYLE_SINGLE: i32 = 2;
export const COMMAND_STYLE_BUNDLE: i32 = 3;
export const COMMAND_STYLE_LAST: i32 = 3;

// What stands behind an option.
export const OPTION_TAKES_NOTHING: i32 = 0;
export const OPTION_TAKES_ARGUMENT: i32 = 1;
export const OPTION_TAKES_ATTACHED: i32 = 2;
export const OPTION_TAKES_LAST: i32 = 2;

// What becomes of a word of a command.
export const WORD_ROLE_DROP: i32 = 0;
export const WORD_ROLE_FIELD: i32 = 1;
export const WORD_ROLE_COMMAND: i32 = 2;
export const WORD_ROLE_SHELL: i32 = 3;
export const WORD_ROLE_CODE: i32 = 4;
export const WORD_ROLE_READ: i32 = 5;
export const WORD_ROLE_WRITE: i32 = 6;
export const WORD_ROLE_SQL: i32 = 7;
export const WORD_ROLE_FETCH: i32 = 8;
export const WORD_ROLE_SEND: i32 = 9;
export const WORD_ROLE_SCRIPT: i32 = 10;
export const WORD_ROLE_EXEC: i32 = 11;
export const WORD_ROLE_MODULE: i32 = 12;
export const WORD_ROLE_PROGRAM: i32 = 13;
export const WORD_ROLE_EDIT: i32 = 14;
export const WORD_ROLE_DIRECTORY: i32 = 15;
export const WORD_ROLE_PLACEHOLDER: i32 = 16;
export const WORD_ROLE_INPUT: i32 = 17;
export const WORD_ROLE_NUMBER: i32 = 18;
export const WORD_ROLE_VARIABLE: i32 = 19;
export const WORD_ROLE_HEADER: i32 = 20;
export const WORD_ROLE_LAST: i32 = 20;

// Facts a predicate asks for.
export const OPERAND_FIELD_TEXT: i32 = 1;
export const OPERAND_FIELD_INT: i32 = 2;
export const OPERAND_AMOUNT_REF: i32 = 3;
export const OPERAND_RECIPIENT_SCOPE: i32 = 4;
export const OPERAND_PATH_SCOPE: i32 = 5;
export const OPERAND_URL_SCHEME: i32 = 6;
export const OPERAND_URL_HOST: i32 = 7;
export const OPERAND_HOST_SCOPE: i32 = 8;
export const OPERAND_URL_USERINFO: i32 = 9;
export const OPERAND_URL_IDN: i32 = 10;
export const OPERAND_ACTOR: i32 = 11;
export const OPERAND_ROLE: i32 = 12;
export const OPERAND_ENVIRONMENT: i32 = 13;
export const OPERAND_MINUTE_OF_DAY: i32 = 14;
export const OPERAND_WEEKDAY: i32 = 15;
export const OPERAND_SERVER_BINDING: i32 = 16;
export const OPERAND_ANNOTATION: i32 = 17;
export const OPERAND_MARK: i32 = 18;
export const OPERAND_TIER: i32 = 19;
export const OPERAND_SCORE: i32 = 20;
export const OPERAND_FLAG: i32 = 21;
export const OPERAND_LEVEL: i32 = 22;
export const OPERAND_PRIMARY_FLAG: i32 = 23;
export const OPERAND_SIGNAL: i32 = 24;
export const OPERAND_PROVENANCE: i32 = 25;
export const OPERAND_LABEL: i32 = 26;
export const OPERAND_WRITTEN: i32 = 27;
export const OPERAND_LAST: i32 = 27;

// How a predicate compares.
export const OPERATOR_IN: i32 = 1;
export const OPERATOR_NOT_IN: i32 = 2;
export const OPERATOR_IN_SET: i32 = 3;
export const OPERATOR_NOT_IN_SET: i32 = 4;
export const OPERATOR_GE: i32 = 5;
export const OPERATOR_LT: i32 = 6;
export const OPERATOR_PRESENT: i32 = 7;
export const OPERATOR_ABSENT: i32 = 8;
export const OPERATOR_UNDER: i32 = 9;
export const OPERATOR_NOT_UNDER: i32 = 10;
export const OPERATOR_NAME_IN: i32 = 11;
export const OPERATOR_NAME_NOT_IN: i32 = 12;
export const OPERATOR_DOMAIN_IN: i32 = 13;
export const OPERATOR_DOMAIN_NOT_IN: i32 = 14;
export const OPERATOR_LAST: i32 = 14;

// Who receives.
export const RECIPIENT_SCOPE_NONE: i32 = 0;
export const RECIPIENT_SCOPE_SELF: i32 = 1;
export const RECIPIENT_SCOPE_INTERNAL: i32 = 2;
export const RECIPIENT_SCOPE_MIXED: i32 = 3;
export const RECIPIENT_SCOPE_EXTERNAL: i32 = 4;
export const RECIPIENT_SCOPE_LAST: i32 = 4;

// Where a path lies.
export const PATH_SCOPE_NONE: i32 = 0;
export const PATH_SCOPE_INSIDE: i32 = 1;
export const PATH_SCOPE_OUTSIDE: i32 = 2;
export const PATH_SCOPE_LAST: i32 = 2;

// Where a host lies.
export const HOST_SCOPE_NONE: i32 = 0;
export const HOST_SCOPE_ORG: i32 = 1;
export const HOST_SCOPE_PUBLIC: i32 = 2;
export const HOST_SCOPE_PRIVATE: i32 = 3;
export const HOST_SCOPE_LINK_LOCAL: i32 = 4;
export const HOST_SCOPE_LAST: i32 = 4;

// Who vouches for the tool's server.
export const SERVER_BINDING_DIRECT: i32 = 0;
export const SERVER_BINDING_HOST: i32 = 1;
export const SERVER_BINDING_BOUND: i32 = 2;
export const SERVER_BINDING_UNBOUND: i32 = 3;
export const SERVER_BINDING_LAST: i32 = 3;

// Hints of the tool definition: number of the bit.
export const ANNOTATION_DESTRUCTIVE: i32 = 0;
export const ANNOTATION_READ_WRITE: i32 = 1;
export const ANNOTATION_OPEN_WORLD: i32 = 2;
export const ANNOTATION_LAST: i32 = 2;

// What the engine noticed: number of the bit.
export const MARK_AMOUNT_INEXACT: i32 = 0;
export const MARK_AMOUNT_RANGE: i32 = 1;
export const MARK_CURRENCY_MISSING: i32 = 2;
export const MARK_CURRENCY_UNKNOWN: i32 = 3;
export const MARK_FIELD_MALFORMED: i32 = 4;
export const MARK_VALUES_OVERFLOW: i32 = 5;
export const MARK_SERVER_UNBOUND: i32 = 6;
export const MARK_SERVER_CONFLICT: i32 = 7;
export const MARK_TOOL_UNMAPPED: i32 = 8;
export const MARK_ROWS_OVERFLOW: i32 = 9;
export const MARK_OPAQUE_COMMAND: i32 = 10;
export const MARK_COMMAND_UNKNOWN: i32 = 11;
export const MARK_WORD_EXPANDS: i32 = 12;
export const MARK_ELEVATED: i32 = 13;
export const MARK_PARTS_OVERFLOW: i32 = 14;
export const MARK_SECRET_SEEN: i32 = 15;
export const MARK_CARD_SEEN: i32 = 16;
export const MARK_ACCOUNT_SEEN: i32 = 17;
export const MARK_NATIONAL_ID_SEEN: i32 = 18;
export const MARK_HEALTH_SEEN: i32 = 19;
export const MARK_BULK_SEEN: i32 = 20;
export const MARK_URL_CARRIES: i32 = 21;
export const MARK_LOOKS_LIKE_DELETE: i32 = 22;
export const MARK_LOOKS_LIKE_MONEY: i32 = 23;
export const MARK_LOOKS_LIKE_EXEC: i32 = 24;
export const MARK_LOOKS_LIKE_SEND: i32 = 25;
export const MARK_LOOKS_LIKE_WRITE: i32 = 26;
export const MARK_LOOKS_LIKE_READ: i32 = 27;
export const MARK_LAST: i32 = 27;
export const MARK_COUNT: i32 = 28;

// What a detector asks besides its automaton.
export const DETECTOR_CHECK_NONE: i32 = 0;
export const DETECTOR_CHECK_CARD: i32 = 1;
export const DETECTOR_CHECK_IBAN: i32 = 2;
export const DETECTOR_CHECK_SSN: i32 = 3;
export const DETECTOR_CHECK_SIN: i32 = 4;
export const DETECTOR_CHECK_NINO: i32 = 5;
export const DETECTOR_CHECK_DNI: i32 = 6;
export const DETECTOR_CHECK_CPF: i32 = 7;
export const DETECTOR_CHECK_AADHAAR: i32 = 8;
export const DETECTOR_CHECK_NIR: i32 = 9;
export const DETECTOR_CHECK_STEUER: i32 = 10;
export const DETECTOR_CHECK_RESIDENT: i32 = 11;
export const DETECTOR_CHECK_PASSWORD: i32 = 12;
export const DETECTOR_CHECK_KEY: i32 = 13;
export const DETECTOR_CHECK_AUTHORITY: i32 = 14;
export const DETECTOR_CHECK_JWT: i32 = 15;
export const DETECTOR_CHECK_ADDRESS: i32 = 16;
export const DETECTOR_CHECK_TELEPHONE: i32 = 17;
export const DETECTOR_CHECK_NOTE: i32 = 18;
export const DETECTOR_CHECK_APART: i32 = 19;
export const DETECTOR_CHECK_BEHIND: i32 = 20;
export const DETECTOR_CHECK_LAST: i32 = 20;

// What must happen with a verdict.
export const OBLIGATION_APPROVERS: i32 = 0;
export const OBLIGATION_REDACT: i32 = 1;
export const OBLIGATION_NOTIFY: i32 = 2;
export const OBLIGATION_DRY_RUN: i32 = 3;
export const OBLIGATION_TTL_MS: i32 = 4;
export const OBLIGATION_DISCLOSE: i32 = 5;
export const OBLIGATION_LAST: i32 = 5;
export const OBLIGATION_COUNT: i32 = 6;

// Inputs that made a verdict less strict.
export const LOWERED_KIND_BINDING: i32 = 0;
export const LOWERED_KIND_SET: i32 = 1;
export const LOWERED_KIND_PROVENANCE: i32 = 2;
export const LOWERED_KIND_CONTEXT: i32 = 3;
export const LOWERED_KIND_RELAX: i32 = 4;
export const LOWERED_KIND_PROFILE: i32 = 5;
export const LOWERED_KIND_DOMAIN: i32 = 6;
export const LOWERED_KIND_DEFAULT_CURRENCY: i32 = 7;
export const LOWERED_KIND_UNKNOWN_READ: i32 = 8;
export const LOWERED_KIND_APPROVAL: i32 = 9;
export const LOWERED_KIND_LAST: i32 = 9;

// Kinds of names in the hash table of the image; set n is NAMESPACE_SET + n.
export const NAMESPACE_TOOL: i32 = 1;
export const NAMESPACE_ACTION: i32 = 2;
export const NAMESPACE_SERVER: i32 = 3;
export const NAMESPACE_CURRENCY: i32 = 4;
export const NAMESPACE_DOMAIN: i32 = 5;
export const NAMESPACE_DOMAIN_UNDER: i32 = 6;
export const NAMESPACE_VERB_READ: i32 = 7;
export const NAMESPACE_VERB_ACT: i32 = 8;
export const NAMESPACE_FIELD: i32 = 9;
export const NAMESPACE_COMMAND: i32 = 10;
export const NAMESPACE_VARIABLE: i32 = 11;
export const NAMESPACE_API: i32 = 12;
export const NAMESPACE_ARGUMENT: i32 = 13;
export const NAMESPACE_SET: i32 = 256;
export const NAMESPACE_LAST: i32 = 256;

const FIELD_TYPES: usize = memory.data<u8>([
  0, 1, 2, 9, 3, 3, 4, 5, 8, 6, 9, 9, 9, 8, 9, 9, 2, 8, 6, 7, 7, 9, 9, 9, 8, 9, 9, 6, 9, 9, 9, 8, 6, 9, 8, 9,
  9, 9, 9, 7, 9, 8,
]);

/** The type of a field. */
export function fieldType(field: i32): u8 {
  assert(field >= 1);
  assert(field <= FIELD_COUNT);
  return load<u8>(FIELD_TYPES + <usize>(field - 1));
}

// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Numbers on the wire and what they are called.

// Versions of the byte formats.
export const VERSION_REQUEST = 1;
export const VERSION_RECORD = 1;
export const VERSION_IMAGE = 1;
export const VERSION_ABI = 1;
export const VERSION_LAST = 1;

// What `decide` and `loadImage` return.
export const STATUS_OK = 0;
export const STATUS_REQUEST_TOO_LARGE = 1;
export const STATUS_CMP_TRUNCATED = 2;
export const STATUS_CMP_TYPE = 3;
export const STATUS_CMP_NOT_SHORTEST = 4;
export const STATUS_CMP_UTF8 = 5;
export const STATUS_CMP_KEY_TYPE = 6;
export const STATUS_CMP_KEY_ORDER = 7;
export const STATUS_CMP_DEPTH = 8;
export const STATUS_CMP_TRAILING = 9;
export const STATUS_CMP_FLOAT = 10;
export const STATUS_CMP_NODES = 11;
export const STATUS_KEY_UNKNOWN = 20;
export const STATUS_KEY_RESERVED = 21;
export const STATUS_KEY_MISSING = 22;
export const STATUS_VALUE_TYPE = 23;
export const STATUS_VALUE_RANGE = 24;
export const STATUS_VALUE_UNKNOWN = 25;
export const STATUS_VERSION_UNSUPPORTED = 26;
export const STATUS_CALL_FORM = 27;
export const STATUS_ACTION_UNKNOWN = 28;
export const STATUS_FIELD_UNKNOWN = 29;
export const STATUS_IMAGE_MISMATCH = 30;
export const STATUS_IMAGE_MISSING = 40;
export const STATUS_IMAGE_TOO_LARGE = 41;
export const STATUS_IMAGE_MAGIC = 42;
export const STATUS_IMAGE_VERSION = 43;
export const STATUS_IMAGE_DIGEST = 44;
export const STATUS_IMAGE_STRUCTURE = 45;
export const STATUS_IMAGE_LOADED = 46;
export const STATUS_RECORD_TOO_LARGE = 50;
export const STATUS_LAST = 50;

// Calmest first: a larger number is stricter.
export const VERDICT_ALLOW = 0;
export const VERDICT_REVIEW = 1;
export const VERDICT_DENY = 2;
export const VERDICT_LAST = 2;

// By hazard, calmest first.
export const TIER_MINIMAL = 0;
export const TIER_LOW = 1;
export const TIER_MEDIUM = 2;
export const TIER_HIGH = 3;
export const TIER_CRITICAL = 4;
export const TIER_LAST = 4;

// What the host does with the verdict.
export const MODE_ENFORCE = 0;
export const MODE_SHADOW = 1;
export const MODE_LAST = 1;

// How tightly the decision is tied to the run.
export const BINDING_ADVISORY = 0;
export const BINDING_WRAPPED = 1;
export const BINDING_BOUND = 2;
export const BINDING_LAST = 2;

// How the record is kept.
export const DURABILITY_NONE = 0;
export const DURABILITY_BATCHED = 1;
export const DURABILITY_STRICT = 2;
export const DURABILITY_LAST = 2;

// Shells a host can name.
export const DIALECT_SH = 0;
export const DIALECT_BASH = 1;
export const DIALECT_DASH = 2;
export const DIALECT_ZSH = 3;
export const DIALECT_LAST = 3;

// Kinds of risk, from flags.yaml; also the bit.
export const FLAG_DESTRUCTION = 0;
export const FLAG_PHYSICAL = 1;
export const FLAG_EXECUTION = 2;
export const FLAG_PRIVILEGE = 3;
export const FLAG_FINANCIAL = 4;
export const FLAG_EXPOSURE = 5;
export const FLAG_GOVERNANCE = 6;
export const FLAG_OUTBOUND = 7;
export const FLAG_MUTATION = 8;
export const FLAG_LAST = 8;
export const FLAG_COUNT = 9;

// How an action carries a flag.
export const FLAG_ROLE_PRIMARY = 0;
export const FLAG_ROLE_SECONDARY = 1;
export const FLAG_ROLE_LAST = 1;

// Dimensions of context, from amplifiers.yaml, in the order of the arithmetic.
export const AMPLIFIER_DESTINATION = 0;
export const AMPLIFIER_SENSITIVITY = 1;
export const AMPLIFIER_SCOPE = 2;
export const AMPLIFIER_AMOUNT = 3;
export const AMPLIFIER_SESSION = 4;
export const AMPLIFIER_IRREVERSIBILITY = 5;
export const AMPLIFIER_VOLUME = 6;
export const AMPLIFIER_BOUNDARY = 7;
export const AMPLIFIER_ACTOR = 8;
export const AMPLIFIER_ENVIRONMENT = 9;
export const AMPLIFIER_LAST = 9;
export const AMPLIFIER_COUNT = 10;

// How a part adds to the hazard.
export const COUNTED_FULL = 0;
export const COUNTED_MINIMAL = 1;
export const COUNTED_DUPLICATE = 2;
export const COUNTED_LAST = 2;

// What an action does to the world.
export const EFFECT_NONE = 0;
export const EFFECT_READ = 1;
export const EFFECT_WRITE = 2;
export const EFFECT_SEND = 3;
export const EFFECT_DELETE = 4;
export const EFFECT_EXECUTE = 5;
export const EFFECT_PAY = 6;
export const EFFECT_GRANT = 7;
export const EFFECT_PHYSICAL = 8;
export const EFFECT_LAST = 8;

// Where an entry comes from, weakest first.
export const LAYER_TAXONOMY = 0;
export const LAYER_BASE = 1;
export const LAYER_PACK = 2;
export const LAYER_PROFILE = 3;
export const LAYER_ORG = 4;
export const LAYER_LAST = 4;

// Entries of the decision table.
export const ROW_KIND_GATE = 0;
export const ROW_KIND_ROW = 1;
export const ROW_KIND_RELAX = 2;
export const ROW_KIND_LAST = 2;

// What a rule raises.
export const RULE_KIND_LEVEL = 0;
export const RULE_KIND_FLAG = 1;
export const RULE_KIND_LABEL = 2;
export const RULE_KIND_WRITTEN = 3;
export const RULE_KIND_LAST = 3;

// Typed facts of an action, from fields.yaml.
export const FIELD_AMOUNT_MINOR = 1;
export const FIELD_CURRENCY = 2;
export const FIELD_RECIPIENT = 3;
export const FIELD_PAYEE = 4;
export const FIELD_PATH = 5;
export const FIELD_DESTINATION_PATH = 6;
export const FIELD_URL = 7;
export const FIELD_HOST = 8;
export const FIELD_ENVIRONMENT = 9;
export const FIELD_COUNT_FIELD = 10;
export const FIELD_TEXT = 11;
export const FIELD_QUERY = 12;
export const FIELD_SUBJECT = 13;
export const FIELD_ROLE = 14;
export const FIELD_RESOURCE = 15;
export const FIELD_ACCOUNT = 16;
export const FIELD_CHANNEL = 17;
export const FIELD_VISIBILITY = 18;
export const FIELD_ATTACHMENTS = 19;
export const FIELD_RECURSIVE = 20;
export const FIELD_FORCE = 21;
export const FIELD_BRANCH = 22;
export const FIELD_REPOSITORY = 23;
export const FIELD_COMMAND = 24;
export const FIELD_LANGUAGE = 25;
export const FIELD_IMAGE = 26;
export const FIELD_DEVICE = 27;
export const FIELD_LIMIT = 28;
export const FIELD_TABLE = 29;
export const FIELD_DATABASE = 30;
export const FIELD_NAME = 31;
export const FIELD_PERMISSION = 32;
export const FIELD_DURATION_S = 33;
export const FIELD_MODEL = 34;
export const FIELD_METHOD = 35;
export const FIELD_REFERENCE = 36;
export const FIELD_DATA = 37;
export const FIELD_USER = 38;
export const FIELD_TITLE = 39;
export const FIELD_PRIVATE = 40;
export const FIELD_START = 41;
export const FIELD_ORIGIN = 42;
export const FIELD_LAST = 42;
export const FIELD_COUNT = 42;

// How the values of a field are read.
export const FIELD_TYPE_MONEY = 0;
export const FIELD_TYPE_CURRENCY = 1;
export const FIELD_TYPE_ADDRESS = 2;
export const FIELD_TYPE_PATH = 3;
export const FIELD_TYPE_URL = 4;
export const FIELD_TYPE_HOST = 5;
export const FIELD_TYPE_INT = 6;
export const FIELD_TYPE_BOOL = 7;
export const FIELD_TYPE_WORD = 8;
export const FIELD_TYPE_TEXT = 9;
export const FIELD_TYPE_LAST = 9;

// How an extraction reads its value.
export const TRANSFORM_TYPED = 0;
export const TRANSFORM_COUNT = 1;
export const TRANSFORM_LITERAL = 2;
export const TRANSFORM_IGNORED = 3;
export const TRANSFORM_LAST = 3;

// What an integer amount counts.
export const UNIT_DIRECT = 0;
export const UNIT_MINOR = 1;
export const UNIT_MAJOR = 2;
export const UNIT_LAST = 2;

// Conditions that choose a mapping.
export const GUARD_KIND_IN = 0;
export const GUARD_KIND_PRESENT = 1;
export const GUARD_KIND_ABSENT = 2;
export const GUARD_KIND_LAST = 2;

// Where the key of a history comes from.
export const CELL_SOURCE_CONTEXT = 0;
export const CELL_SOURCE_FIELDS = 1;
export const CELL_SOURCE_FREEZES = 2;
export const CELL_SOURCE_LAST = 2;

// Verdicts that a tally counts.
export const TALLY_COUNTS_RAN = 0;
export const TALLY_COUNTS_ANY = 1;
export const TALLY_COUNTS_DENIED = 2;
export const TALLY_COUNTS_LAST = 2;

// What a signal measures.
export const SIGNAL_MEASURE_COUNT = 0;
export const SIGNAL_MEASURE_SUM = 1;
export const SIGNAL_MEASURE_DISTINCT = 2;
export const SIGNAL_MEASURE_LARGEST = 3;
export const SIGNAL_MEASURE_AVERAGE = 4;
export const SIGNAL_MEASURE_TIER = 5;
export const SIGNAL_MEASURE_SINCE = 6;
export const SIGNAL_MEASURE_IDLE = 7;
export const SIGNAL_MEASURE_RATIO = 8;
export const SIGNAL_MEASURE_ACCELERATION = 9;
export const SIGNAL_MEASURE_AGE = 10;
export const SIGNAL_MEASURE_FOLLOWS = 11;
export const SIGNAL_MEASURE_LAST = 11;

// Of which number of an event.
export const SIGNAL_UNIT_AMOUNT = 0;
export const SIGNAL_UNIT_UNITS = 1;
export const SIGNAL_UNIT_LAST = 1;

// What a session knows.
export const LABEL_UNTRUSTED = 0;
export const LABEL_PRIVATE = 1;
export const LABEL_SECRET = 2;
export const LABEL_PII = 3;
export const LABEL_PHI = 4;
export const LABEL_PCI = 5;
export const LABEL_PRIVILEGED = 6;
export const LABEL_LAST = 6;

// Where a value came from.
export const PROVENANCE_UNOBSERVED = 0;
export const PROVENANCE_USER = 1;
export const PROVENANCE_ECHOED = 2;
export const PROVENANCE_UNKNOWN = 3;
export const PROVENANCE_TOOL = 4;
export const PROVENANCE_LAST = 4;

// What a mark of a note says.
export const NOTE_CLASS_USER = 0;
export const NOTE_CLASS_TOOL = 1;
export const NOTE_CLASS_WRITTEN = 2;
export const NOTE_CLASS_FROZEN = 3;
export const NOTE_CLASS_THAWED = 4;
export const NOTE_CLASS_LAST = 4;

// What is no call.
export const EVENT_KIND_OBSERVE = 0;
export const EVENT_KIND_LABEL = 1;
export const EVENT_KIND_OUTCOME = 2;
export const EVENT_KIND_FREEZE = 3;
export const EVENT_KIND_THAW = 4;
export const EVENT_KIND_LAST = 4;

// What can be frozen.
export const FREEZE_SCOPE_TENANT = 0;
export const FREEZE_SCOPE_PRINCIPAL = 1;
export const FREEZE_SCOPE_AGENT = 2;
export const FREEZE_SCOPE_ACTOR = 3;
export const FREEZE_SCOPE_SESSION = 4;
export const FREEZE_SCOPE_TOOL = 5;
export const FREEZE_SCOPE_SERVER = 6;
export const FREEZE_SCOPE_ACTION = 7;
export const FREEZE_SCOPE_LAST = 7;

// Whose text it is.
export const TRUST_USER = 0;
export const TRUST_TOOL = 1;
export const TRUST_LAST = 1;

// What became of a call.
export const EVENT_STATUS_RAN = 0;
export const EVENT_STATUS_FAILED = 1;
export const EVENT_STATUS_UNKNOWN = 2;
export const EVENT_STATUS_LAST = 2;

// Answers of a reviewer.
export const REVIEWER_ANSWER_DENY = 0;
export const REVIEWER_ANSWER_ESCALATE = 1;
export const REVIEWER_ANSWER_LAST = 1;

// In which a text is taken apart.
export const LANGUAGE_NONE = 0;
export const LANGUAGE_SHELL = 1;
export const LANGUAGE_SQL = 2;
export const LANGUAGE_HTTP = 3;
export const LANGUAGE_LAST = 3;

// Where a field of an API's row comes from.
export const MEMBER_KIND_MEMBER = 0;
export const MEMBER_KIND_ALTERNATIVE = 1;
export const MEMBER_KIND_LITERAL = 2;
export const MEMBER_KIND_LAST = 2;

// How a step of an API's path meets the segments of an address.
export const STEP_KIND_EXACT = 0;
export const STEP_KIND_ONE = 1;
export const STEP_KIND_REST = 2;
export const STEP_KIND_ANY = 3;
export const STEP_KIND_LAST = 3;

// How a command reads its options.
export const COMMAND_STYLE_GNU = 0;
export const COMMAND_STYLE_POSIX = 1;
export const COMMAND_STYLE_SINGLE = 2;
export const COMMAND_STYLE_BUNDLE = 3;
export const COMMAND_STYLE_LAST = 3;

// What stands behind an option.
export const OPTION_TAKES_NOTHING = 0;
export const OPTION_TAKES_ARGUMENT = 1;
export const OPTION_TAKES_ATTACHED = 2;
export const OPTION_TAKES_LAST = 2;

// What becomes of a word of a command.
export const WORD_ROLE_DROP = 0;
export const WORD_ROLE_FIELD = 1;
export const WORD_ROLE_COMMAND = 2;
export const WORD_ROLE_SHELL = 3;
export const WORD_ROLE_CODE = 4;
export const WORD_ROLE_READ = 5;
export const WORD_ROLE_WRITE = 6;
export const WORD_ROLE_SQL = 7;
export const WORD_ROLE_FETCH = 8;
export const WORD_ROLE_SEND = 9;
export const WORD_ROLE_SCRIPT = 10;
export const WORD_ROLE_EXEC = 11;
export const WORD_ROLE_MODULE = 12;
export const WORD_ROLE_PROGRAM = 13;
export const WORD_ROLE_EDIT = 14;
export const WORD_ROLE_DIRECTORY = 15;
export const WORD_ROLE_PLACEHOLDER = 16;
export const WORD_ROLE_INPUT = 17;
export const WORD_ROLE_NUMBER = 18;
export const WORD_ROLE_VARIABLE = 19;
export const WORD_ROLE_HEADER = 20;
export const WORD_ROLE_LAST = 20;

// Facts a predicate asks for.
export const OPERAND_FIELD_TEXT = 1;
export const OPERAND_FIELD_INT = 2;
export const OPERAND_AMOUNT_REF = 3;
export const OPERAND_RECIPIENT_SCOPE = 4;
export const OPERAND_PATH_SCOPE = 5;
export const OPERAND_URL_SCHEME = 6;
export const OPERAND_URL_HOST = 7;
export const OPERAND_HOST_SCOPE = 8;
export const OPERAND_URL_USERINFO = 9;
export const OPERAND_URL_IDN = 10;
export const OPERAND_ACTOR = 11;
export const OPERAND_ROLE = 12;
export const OPERAND_ENVIRONMENT = 13;
export const OPERAND_MINUTE_OF_DAY = 14;
export const OPERAND_WEEKDAY = 15;
export const OPERAND_SERVER_BINDING = 16;
export const OPERAND_ANNOTATION = 17;
export const OPERAND_MARK = 18;
export const OPERAND_TIER = 19;
export const OPERAND_SCORE = 20;
export const OPERAND_FLAG = 21;
export const OPERAND_LEVEL = 22;
export const OPERAND_PRIMARY_FLAG = 23;
export const OPERAND_SIGNAL = 24;
export const OPERAND_PROVENANCE = 25;
export const OPERAND_LABEL = 26;
export const OPERAND_WRITTEN = 27;
export const OPERAND_LAST = 27;

// How a predicate compares.
export const OPERATOR_IN = 1;
export const OPERATOR_NOT_IN = 2;
export const OPERATOR_IN_SET = 3;
export const OPERATOR_NOT_IN_SET = 4;
export const OPERATOR_GE = 5;
export const OPERATOR_LT = 6;
export const OPERATOR_PRESENT = 7;
export const OPERATOR_ABSENT = 8;
export const OPERATOR_UNDER = 9;
export const OPERATOR_NOT_UNDER = 10;
export const OPERATOR_NAME_IN = 11;
export const OPERATOR_NAME_NOT_IN = 12;
export const OPERATOR_DOMAIN_IN = 13;
export const OPERATOR_DOMAIN_NOT_IN = 14;
export const OPERATOR_LAST = 14;

// Who receives.
export const RECIPIENT_SCOPE_NONE = 0;
export const RECIPIENT_SCOPE_SELF = 1;
export const RECIPIENT_SCOPE_INTERNAL = 2;
export const RECIPIENT_SCOPE_MIXED = 3;
export const RECIPIENT_SCOPE_EXTERNAL = 4;
export const RECIPIENT_SCOPE_LAST = 4;

// Where a path lies.
export const PATH_SCOPE_NONE = 0;
export const PATH_SCOPE_INSIDE = 1;
export const PATH_SCOPE_OUTSIDE = 2;
export const PATH_SCOPE_LAST = 2;

// Where a host lies.
export const HOST_SCOPE_NONE = 0;
export const HOST_SCOPE_ORG = 1;
export const HOST_SCOPE_PUBLIC = 2;
export const HOST_SCOPE_PRIVATE = 3;
export const HOST_SCOPE_LINK_LOCAL = 4;
export const HOST_SCOPE_LAST = 4;

// Who vouches for the tool's server.
export const SERVER_BINDING_DIRECT = 0;
export const SERVER_BINDING_HOST = 1;
export const SERVER_BINDING_BOUND = 2;
export const SERVER_BINDING_UNBOUND = 3;
export const SERVER_BINDING_LAST = 3;

// Hints of the tool definition: number of the bit.
export const ANNOTATION_DESTRUCTIVE = 0;
export const ANNOTATION_READ_WRITE = 1;
export const ANNOTATION_OPEN_WORLD = 2;
export const ANNOTATION_LAST = 2;

// What the engine noticed: number of the bit.
export const MARK_AMOUNT_INEXACT = 0;
export const MARK_AMOUNT_RANGE = 1;
export const MARK_CURRENCY_MISSING = 2;
export const MARK_CURRENCY_UNKNOWN = 3;
export const MARK_FIELD_MALFORMED = 4;
export const MARK_VALUES_OVERFLOW = 5;
export const MARK_SERVER_UNBOUND = 6;
export const MARK_SERVER_CONFLICT = 7;
export const MARK_TOOL_UNMAPPED = 8;
export const MARK_ROWS_OVERFLOW = 9;
export const MARK_OPAQUE_COMMAND = 10;
export const MARK_COMMAND_UNKNOWN = 11;
export const MARK_WORD_EXPANDS = 12;
export const MARK_ELEVATED = 13;
export const MARK_PARTS_OVERFLOW = 14;
export const MARK_SECRET_SEEN = 15;
export const MARK_CARD_SEEN = 16;
export const MARK_ACCOUNT_SEEN = 17;
export const MARK_NATIONAL_ID_SEEN = 18;
export const MARK_HEALTH_SEEN = 19;
export const MARK_BULK_SEEN = 20;
export const MARK_URL_CARRIES = 21;
export const MARK_LOOKS_LIKE_DELETE = 22;
export const MARK_LOOKS_LIKE_MONEY = 23;
export const MARK_LOOKS_LIKE_EXEC = 24;
export const MARK_LOOKS_LIKE_SEND = 25;
export const MARK_LOOKS_LIKE_WRITE = 26;
export const MARK_LOOKS_LIKE_READ = 27;
export const MARK_LAST = 27;
export const MARK_COUNT = 28;

// What a detector asks besides its automaton.
export const DETECTOR_CHECK_NONE = 0;
export const DETECTOR_CHECK_CARD = 1;
export const DETECTOR_CHECK_IBAN = 2;
export const DETECTOR_CHECK_SSN = 3;
export const DETECTOR_CHECK_SIN = 4;
export const DETECTOR_CHECK_NINO = 5;
export const DETECTOR_CHECK_DNI = 6;
export const DETECTOR_CHECK_CPF = 7;
export const DETECTOR_CHECK_AADHAAR = 8;
export const DETECTOR_CHECK_NIR = 9;
export const DETECTOR_CHECK_STEUER = 10;
export const DETECTOR_CHECK_RESIDENT = 11;
export const DETECTOR_CHECK_PASSWORD = 12;
export const DETECTOR_CHECK_KEY = 13;
export const DETECTOR_CHECK_AUTHORITY = 14;
export const DETECTOR_CHECK_JWT = 15;
export const DETECTOR_CHECK_ADDRESS = 16;
export const DETECTOR_CHECK_TELEPHONE = 17;
export const DETECTOR_CHECK_NOTE = 18;
export const DETECTOR_CHECK_APART = 19;
export const DETECTOR_CHECK_BEHIND = 20;
export const DETECTOR_CHECK_LAST = 20;

// What must happen with a verdict.
export const OBLIGATION_APPROVERS = 0;
export const OBLIGATION_REDACT = 1;
export const OBLIGATION_NOTIFY = 2;
export const OBLIGATION_DRY_RUN = 3;
export const OBLIGATION_TTL_MS = 4;
export const OBLIGATION_DISCLOSE = 5;
export const OBLIGATION_LAST = 5;
export const OBLIGATION_COUNT = 6;

// Inputs that made a verdict less strict.
export const LOWERED_KIND_BINDING = 0;
export const LOWERED_KIND_SET = 1;
export const LOWERED_KIND_PROVENANCE = 2;
export const LOWERED_KIND_CONTEXT = 3;
export const LOWERED_KIND_RELAX = 4;
export const LOWERED_KIND_PROFILE = 5;
export const LOWERED_KIND_DOMAIN = 6;
export const LOWERED_KIND_DEFAULT_CURRENCY = 7;
export const LOWERED_KIND_UNKNOWN_READ = 8;
export const LOWERED_KIND_APPROVAL = 9;
export const LOWERED_KIND_LAST = 9;

// Kinds of names in the hash table of the image; set n is NAMESPACE_SET + n.
export const NAMESPACE_TOOL = 1;
export const NAMESPACE_ACTION = 2;
export const NAMESPACE_SERVER = 3;
export const NAMESPACE_CURRENCY = 4;
export const NAMESPACE_DOMAIN = 5;
export const NAMESPACE_DOMAIN_UNDER = 6;
export const NAMESPACE_VERB_READ = 7;
export const NAMESPACE_VERB_ACT = 8;
export const NAMESPACE_FIELD = 9;
export const NAMESPACE_COMMAND = 10;
export const NAMESPACE_VARIABLE = 11;
export const NAMESPACE_API = 12;
export const NAMESPACE_ARGUMENT = 13;
export const NAMESPACE_SET = 256;
export const NAMESPACE_LAST = 256;

// The type of each field, by its number less 1.
export const FIELD_TYPES: readonly number[] = [
  0, 1, 2, 9, 3, 3, 4, 5, 8, 6, 9, 9, 9, 8, 9, 9, 2, 8, 6, 7, 7, 9, 9, 9, 8, 9, 9, 6, 9, 9, 9, 8, 6, 9, 8, 9,
  9, 9, 9, 7, 9, 8,
];

// The words by number.
export const VERDICT_NAMES = ["allow", "review", "deny"] as const;
export const TIER_NAMES = ["minimal", "low", "medium", "high", "critical"] as const;
export const MODE_NAMES = ["enforce", "shadow"] as const;
export const BINDING_NAMES = ["advisory", "wrapped", "bound"] as const;
export const DURABILITY_NAMES = ["none", "batched", "strict"] as const;
export const DIALECT_NAMES = ["sh", "bash", "dash", "zsh"] as const;
export const FLAG_NAMES = [
  "DESTRUCTION",
  "PHYSICAL",
  "EXECUTION",
  "PRIVILEGE",
  "FINANCIAL",
  "EXPOSURE",
  "GOVERNANCE",
  "OUTBOUND",
  "MUTATION",
] as const;
export const AMPLIFIER_NAMES = [
  "destination",
  "sensitivity",
  "scope",
  "amount",
  "session",
  "irreversibility",
  "volume",
  "boundary",
  "actor",
  "environment",
] as const;
export const COUNTED_NAMES = ["full", "minimal", "duplicate"] as const;
export const EFFECT_NAMES = [
  "none",
  "read",
  "write",
  "send",
  "delete",
  "execute",
  "pay",
  "grant",
  "physical",
] as const;
export const LAYER_NAMES = ["taxonomy", "base", "pack", "profile", "org"] as const;
export const ROW_KIND_NAMES = ["gate", "row", "relax"] as const;
export const RULE_KIND_NAMES = ["level", "flag", "label", "written"] as const;
export const FIELD_TYPE_NAMES = [
  "money",
  "currency",
  "address",
  "path",
  "url",
  "host",
  "int",
  "bool",
  "word",
  "text",
] as const;
export const TRANSFORM_NAMES = ["typed", "count", "literal", "ignored"] as const;
export const UNIT_NAMES = ["direct", "minor", "major"] as const;
export const GUARD_KIND_NAMES = ["in", "present", "absent"] as const;
export const CELL_SOURCE_NAMES = ["context", "fields", "freezes"] as const;
export const TALLY_COUNTS_NAMES = ["ran", "any", "denied"] as const;
export const SIGNAL_MEASURE_NAMES = [
  "count",
  "sum",
  "distinct",
  "largest",
  "average",
  "tier",
  "since",
  "idle",
  "ratio",
  "acceleration",
  "age",
  "follows",
] as const;
export const SIGNAL_UNIT_NAMES = ["amount", "units"] as const;
export const LABEL_NAMES = ["untrusted", "private", "secret", "pii", "phi", "pci", "privileged"] as const;
export const PROVENANCE_NAMES = ["unobserved", "user", "echoed", "unknown", "tool"] as const;
export const EVENT_KIND_NAMES = ["observe", "label", "outcome", "freeze", "thaw"] as const;
export const FREEZE_SCOPE_NAMES = [
  "tenant",
  "principal",
  "agent",
  "actor",
  "session",
  "tool",
  "server",
  "action",
] as const;
export const TRUST_NAMES = ["user", "tool"] as const;
export const EVENT_STATUS_NAMES = ["ran", "failed", "unknown"] as const;
export const REVIEWER_ANSWER_NAMES = ["deny", "escalate"] as const;
export const LANGUAGE_NAMES = ["none", "shell", "sql", "http"] as const;
export const MEMBER_KIND_NAMES = ["member", "alternative", "literal"] as const;
export const STEP_KIND_NAMES = ["exact", "one", "rest", "any"] as const;
export const COMMAND_STYLE_NAMES = ["gnu", "posix", "single", "bundle"] as const;
export const OPTION_TAKES_NAMES = ["nothing", "argument", "attached"] as const;
export const WORD_ROLE_NAMES = [
  "drop",
  "field",
  "command",
  "shell",
  "code",
  "read",
  "write",
  "sql",
  "fetch",
  "send",
  "script",
  "exec",
  "module",
  "program",
  "edit",
  "directory",
  "placeholder",
  "input",
  "number",
  "variable",
  "header",
] as const;
export const RECIPIENT_SCOPE_NAMES = ["none", "self", "internal", "mixed", "external"] as const;
export const PATH_SCOPE_NAMES = ["none", "inside", "outside"] as const;
export const HOST_SCOPE_NAMES = ["none", "org", "public", "private", "link_local"] as const;
export const SERVER_BINDING_NAMES = ["direct", "host", "bound", "unbound"] as const;
export const ANNOTATION_NAMES = ["destructive", "read_write", "open_world"] as const;
export const MARK_NAMES = [
  "amount_inexact",
  "amount_range",
  "currency_missing",
  "currency_unknown",
  "field_malformed",
  "values_overflow",
  "server_unbound",
  "server_conflict",
  "tool_unmapped",
  "rows_overflow",
  "opaque_command",
  "command_unknown",
  "word_expands",
  "elevated",
  "parts_overflow",
  "secret_seen",
  "card_seen",
  "account_seen",
  "national_id_seen",
  "health_seen",
  "bulk_seen",
  "url_carries",
  "looks_like_delete",
  "looks_like_money",
  "looks_like_exec",
  "looks_like_send",
  "looks_like_write",
  "looks_like_read",
] as const;
export const DETECTOR_CHECK_NAMES = [
  "none",
  "card",
  "iban",
  "ssn",
  "sin",
  "nino",
  "dni",
  "cpf",
  "aadhaar",
  "nir",
  "steuer",
  "resident",
  "password",
  "key",
  "authority",
  "jwt",
  "address",
  "telephone",
  "note",
  "apart",
  "behind",
] as const;
export const OBLIGATION_NAMES = ["approvers", "redact", "notify", "dry_run", "ttl_ms", "disclose"] as const;
export const LOWERED_KIND_NAMES = [
  "binding",
  "set",
  "provenance",
  "context",
  "relax",
  "profile",
  "domain",
  "default_currency",
  "unknown_read",
  "approval",
] as const;
export const CONTEXT_KEY_NAMES = [
  "actor",
  "agent",
  "asserted_by",
  "environment",
  "host",
  "parent",
  "principal",
  "roles",
  "session",
  "tenant",
  "time_ms",
  "tz_min",
] as const;
export const REASON_STATE_NAMES = [
  "frozen",
  "state_invalid",
  "state_stale",
  "state_full",
  "cells_overflow",
  "time_backwards",
] as const;
export const REASON_ANSWER_NAMES = [
  "reviewer_denied",
  "reviewer_escalated",
  "approved",
  "approval_mismatch",
  "approval_expired",
  "approval_stale",
  "approval_self",
  "approval_quorum",
] as const;
export const FIELD_NAMES: Readonly<Record<number, string>> = {
  1: "amount_minor",
  2: "currency",
  3: "recipient",
  4: "payee",
  5: "path",
  6: "destination_path",
  7: "url",
  8: "host",
  9: "environment",
  10: "count",
  11: "text",
  12: "query",
  13: "subject",
  14: "role",
  15: "resource",
  16: "account",
  17: "channel",
  18: "visibility",
  19: "attachments",
  20: "recursive",
  21: "force",
  22: "branch",
  23: "repository",
  24: "command",
  25: "language",
  26: "image",
  27: "device",
  28: "limit",
  29: "table",
  30: "database",
  31: "name",
  32: "permission",
  33: "duration_s",
  34: "model",
  35: "method",
  36: "reference",
  37: "data",
  38: "user",
  39: "title",
  40: "private",
  41: "start",
  42: "origin",
};
export const OPERAND_NAMES: Readonly<Record<number, string>> = {
  1: "field_text",
  2: "field_int",
  3: "amount_ref",
  4: "recipient_scope",
  5: "path_scope",
  6: "url_scheme",
  7: "url_host",
  8: "host_scope",
  9: "url_userinfo",
  10: "url_idn",
  11: "actor",
  12: "role",
  13: "environment",
  14: "minute_of_day",
  15: "weekday",
  16: "server_binding",
  17: "annotation",
  18: "mark",
  19: "tier",
  20: "score",
  21: "flag",
  22: "level",
  23: "primary_flag",
  24: "signal",
  25: "provenance",
  26: "label",
  27: "written",
};
export const OPERATOR_NAMES: Readonly<Record<number, string>> = {
  1: "in",
  2: "not_in",
  3: "in_set",
  4: "not_in_set",
  5: "ge",
  6: "lt",
  7: "present",
  8: "absent",
  9: "under",
  10: "not_under",
  11: "name_in",
  12: "name_not_in",
  13: "domain_in",
  14: "domain_not_in",
};

// What the values of a predicate are, by operand.
export const OPERAND_VALUES: Readonly<Record<number, "text" | "int" | "enum" | "bits">> = {
  1: "text",
  2: "int",
  3: "int",
  4: "enum",
  5: "enum",
  6: "text",
  7: "text",
  8: "enum",
  9: "int",
  10: "int",
  11: "text",
  12: "text",
  13: "text",
  14: "int",
  15: "int",
  16: "enum",
  17: "bits",
  18: "bits",
  19: "enum",
  20: "int",
  21: "bits",
  22: "int",
  23: "bits",
  24: "int",
  25: "enum",
  26: "bits",
  27: "int",
};

// A status by number: its code and what it means.
export const STATUS_TEXTS: Readonly<Record<number, readonly [code: string, text: string]>> = {
  0: ["ok", "done"],
  1: ["request_too_large", "the request is longer than 65 536 bytes"],
  2: ["cmp_truncated", "the bytes end inside a value"],
  3: ["cmp_type", "a type that CMP/1 forbids (ext, float32, 0xc1)"],
  4: ["cmp_not_shortest", "an integer or header is not in its shortest form"],
  5: ["cmp_utf8", "a string is not well-formed UTF-8"],
  6: ["cmp_key_type", "a map key is not a string"],
  7: ["cmp_key_order", "map keys are not strictly ascending by their bytes"],
  8: ["cmp_depth", "more than 32 levels of nesting"],
  9: ["cmp_trailing", "bytes follow the value"],
  10: ["cmp_float", "a float64 that is not finite, or is an integer in int range"],
  11: ["cmp_nodes", "more values than the index can hold"],
  20: ["key_unknown", "a key that this version does not know"],
  21: ["key_reserved", "a key reserved for a later version"],
  22: ["key_missing", "a required key is missing"],
  23: ["value_type", "a value has the wrong type"],
  24: ["value_range", "a value is outside its bounds"],
  25: ["value_unknown", "a word that is not one of the allowed ones"],
  26: ["version_unsupported", "a version that this engine does not know"],
  27: ["call_form", "exactly one of (tool, args) and (action, fields) is needed, and at most one answer"],
  28: ["action_unknown", "no action or alias of this name in the image"],
  29: ["field_unknown", "the action does not declare this field"],
  30: ["image_mismatch", "the request names another image than the loaded one"],
  40: ["image_missing", "no image is loaded"],
  41: ["image_too_large", "the image is longer than 4 194 304 bytes"],
  42: ["image_magic", "not a permit0 image"],
  43: ["image_version", "an image version that this engine does not know"],
  44: ["image_digest", "the image does not match its own content digest"],
  45: ["image_structure", "an offset, count or number of the image is out of bounds"],
  46: ["image_loaded", "this instance already has an image; a new policy is a new instance"],
  50: ["record_too_large", "the record would be longer than 32 768 bytes"],
};

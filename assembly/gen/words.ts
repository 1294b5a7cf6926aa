// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Words the engine reads or writes, by id.

// Ids: of a single word, or of the first word of a group.
export const WORD_VERDICT: i32 = 0;
export const WORD_TIER: i32 = 3;
export const WORD_MODE: i32 = 8;
export const WORD_BINDING: i32 = 10;
export const WORD_DURABILITY: i32 = 13;
export const WORD_DIALECT: i32 = 16;
export const WORD_MARK: i32 = 20;
export const WORD_LANGUAGE: i32 = 48;
export const WORD_LOWERED_KIND: i32 = 52;
export const WORD_COUNTED: i32 = 62;
export const WORD_REQUEST_KEY: i32 = 65;
export const WORD_CONTEXT_KEY: i32 = 84;
export const WORD_HOST_KEY: i32 = 96;
export const WORD_ASSERTED_KEY: i32 = 100;
export const WORD_EVENT_KEY: i32 = 105;
export const WORD_APPROVAL_KEY: i32 = 115;
export const WORD_APPROVER_KEY: i32 = 122;
export const WORD_REVIEWER_KEY: i32 = 125;
export const WORD_RECORD_KEY: i32 = 130;
export const WORD_PART_KEY: i32 = 156;
export const WORD_CELL_KEY: i32 = 162;
export const WORD_EVENT_KIND: i32 = 167;
export const WORD_FREEZE_SCOPE: i32 = 172;
export const WORD_TRUST: i32 = 180;
export const WORD_EVENT_STATUS: i32 = 182;
export const WORD_REVIEWER_ANSWER: i32 = 185;
export const WORD_LABEL: i32 = 187;
export const WORD_OBLIGATION_KEY: i32 = 194;
export const WORD_ROLE_ACTION: i32 = 200;
export const WORD_BIN_DIRECTORY: i32 = 218;
export const WORD_AWK_WORD: i32 = 224;
export const WORD_SHELL_KEYWORD: i32 = 229;
export const WORD_SHELL_DECLARE: i32 = 246;
export const WORD_SHELL_NAMING: i32 = 251;
export const WORD_SHELL_OPAQUE: i32 = 257;
export const WORD_SHELL_FORGETS: i32 = 270;
export const WORD_SHELL_LEADING: i32 = 274;
export const WORD_SHELL_SPECIAL: i32 = 277;
export const WORD_SHELL_BUILTIN: i32 = 287;
export const WORD_SHELL_VARIABLE: i32 = 322;
export const WORD_SHELL_FOREIGN: i32 = 361;
export const WORD_SHELL_INHERITED: i32 = 364;
export const WORD_SHELL_INDEXING: i32 = 366;
export const WORD_SHELL_SET: i32 = 370;
export const WORD_SHELL_SHOPT: i32 = 381;
export const WORD_SHELL_DEVICE: i32 = 405;
export const WORD_SHELL_SOCKET: i32 = 411;
export const WORD_REASON_STATE: i32 = 413;
export const WORD_REASON_ANSWER: i32 = 419;
export const WORD_REASON_TIER: i32 = 427;
export const WORD_SCHEME_HOST: i32 = 432;
export const WORD_SCHEME_OPAQUE: i32 = 437;
export const WORD_HOST_LINK_LOCAL: i32 = 444;
export const WORD_HOST_PRIVATE_END: i32 = 449;
export const WORD_HOST_PRIVATE_NAME: i32 = 458;
export const WORD_HOST_SPELLING: i32 = 465;
export const WORD_HTTP_METHOD: i32 = 469;
export const WORD_OVERRIDE_NAME: i32 = 476;
export const WORD_PLACEHOLDER: i32 = 481;
export const WORD_PLACEHOLDER_KEY: i32 = 497;
export const WORD_IBAN: i32 = 501;
export const WORD_DIRECT: i32 = 580;
export const WORD_UNKNOWN: i32 = 581;
export const WORD_OVERRIDE: i32 = 582;
export const WORD_ACTION: i32 = 583;
export const WORD_MUTATION: i32 = 584;
export const WORD_ORG: i32 = 585;
export const WORD_BASE: i32 = 586;
export const WORD_TOOL: i32 = 587;
export const WORD_RECIPIENT: i32 = 588;
export const WORD_HOST: i32 = 589;
export const WORD_ACTOR: i32 = 590;
export const WORD_TRUE: i32 = 591;
export const WORD_FALSE: i32 = 592;
export const WORD_DESTRUCTIVEHINT: i32 = 593;
export const WORD_READONLYHINT: i32 = 594;
export const WORD_OPENWORLDHINT: i32 = 595;
export const WORD_LOCALHOST: i32 = 596;
export const WORD_MAILTO_: i32 = 597;
export const WORD_FILE___: i32 = 598;
export const WORD_MCP__: i32 = 599;
export const WORD__HOME: i32 = 600;
export const WORD___HOME_: i32 = 601;
export const WORD_XN__: i32 = 602;
export const WORD_HOME: i32 = 603;
export const WORD_USERS: i32 = 604;
export const WORD_ROOT: i32 = 605;
export const WORD__SHA256_: i32 = 606;
export const WORD_CMP1_COMMIT_: i32 = 607;
export const WORD_CMP1_CELL_: i32 = 608;
export const WORD_COUNT: i32 = 609;

// Positions in a group: id = id of the group + position.
export const REQUEST_KEY_ACTION: i32 = 0;
export const REQUEST_KEY_ANNOTATIONS: i32 = 1;
export const REQUEST_KEY_APPROVAL: i32 = 2;
export const REQUEST_KEY_ARGS: i32 = 3;
export const REQUEST_KEY_BINDING: i32 = 4;
export const REQUEST_KEY_CELLS: i32 = 5;
export const REQUEST_KEY_CONTEXT: i32 = 6;
export const REQUEST_KEY_DURABILITY: i32 = 7;
export const REQUEST_KEY_ENGINE: i32 = 8;
export const REQUEST_KEY_EVENT: i32 = 9;
export const REQUEST_KEY_FIELDS: i32 = 10;
export const REQUEST_KEY_IMAGE: i32 = 11;
export const REQUEST_KEY_MODE: i32 = 12;
export const REQUEST_KEY_REVIEWER: i32 = 13;
export const REQUEST_KEY_SALT: i32 = 14;
export const REQUEST_KEY_SEEN: i32 = 15;
export const REQUEST_KEY_SERVER: i32 = 16;
export const REQUEST_KEY_TOOL: i32 = 17;
export const REQUEST_KEY_V: i32 = 18;
export const REQUEST_KEY_COUNT: i32 = 19;

export const CONTEXT_KEY_ACTOR: i32 = 0;
export const CONTEXT_KEY_AGENT: i32 = 1;
export const CONTEXT_KEY_ASSERTED_BY: i32 = 2;
export const CONTEXT_KEY_ENVIRONMENT: i32 = 3;
export const CONTEXT_KEY_HOST: i32 = 4;
export const CONTEXT_KEY_PARENT: i32 = 5;
export const CONTEXT_KEY_PRINCIPAL: i32 = 6;
export const CONTEXT_KEY_ROLES: i32 = 7;
export const CONTEXT_KEY_SESSION: i32 = 8;
export const CONTEXT_KEY_TENANT: i32 = 9;
export const CONTEXT_KEY_TIME_MS: i32 = 10;
export const CONTEXT_KEY_TZ_MIN: i32 = 11;
export const CONTEXT_KEY_COUNT: i32 = 12;

export const HOST_KEY_CWD: i32 = 0;
export const HOST_KEY_DIALECT: i32 = 1;
export const HOST_KEY_PERSISTENT: i32 = 2;
export const HOST_KEY_REALPATHS: i32 = 3;
export const HOST_KEY_COUNT: i32 = 4;

export const ASSERTED_KEY_ACTOR: i32 = 0;
export const ASSERTED_KEY_ENVIRONMENT: i32 = 1;
export const ASSERTED_KEY_HOST: i32 = 2;
export const ASSERTED_KEY_ROLES: i32 = 3;
export const ASSERTED_KEY_TZ_MIN: i32 = 4;
export const ASSERTED_KEY_COUNT: i32 = 5;

export const EVENT_KEY_BY: i32 = 0;
export const EVENT_KEY_KIND: i32 = 1;
export const EVENT_KEY_LABELS: i32 = 2;
export const EVENT_KEY_OF: i32 = 3;
export const EVENT_KEY_REASON: i32 = 4;
export const EVENT_KEY_SCOPE: i32 = 5;
export const EVENT_KEY_SOURCE: i32 = 6;
export const EVENT_KEY_STATUS: i32 = 7;
export const EVENT_KEY_TRUST: i32 = 8;
export const EVENT_KEY_VALUE: i32 = 9;
export const EVENT_KEY_COUNT: i32 = 10;

export const APPROVAL_KEY_APPROVERS: i32 = 0;
export const APPROVAL_KEY_ARGS: i32 = 1;
export const APPROVAL_KEY_AT_MS: i32 = 2;
export const APPROVAL_KEY_EXPIRES_MS: i32 = 3;
export const APPROVAL_KEY_IMAGE: i32 = 4;
export const APPROVAL_KEY_OF: i32 = 5;
export const APPROVAL_KEY_REASONS: i32 = 6;
export const APPROVAL_KEY_COUNT: i32 = 7;

export const APPROVER_KEY_ID: i32 = 0;
export const APPROVER_KEY_KEY: i32 = 1;
export const APPROVER_KEY_SIGNATURE: i32 = 2;
export const APPROVER_KEY_COUNT: i32 = 3;

export const REVIEWER_KEY_ANSWER: i32 = 0;
export const REVIEWER_KEY_BY: i32 = 1;
export const REVIEWER_KEY_OF: i32 = 2;
export const REVIEWER_KEY_PROMPT: i32 = 3;
export const REVIEWER_KEY_REASON: i32 = 4;
export const REVIEWER_KEY_COUNT: i32 = 5;

export const RECORD_KEY_APPROVAL: i32 = 0;
export const RECORD_KEY_ARGS: i32 = 1;
export const RECORD_KEY_BINDING: i32 = 2;
export const RECORD_KEY_CELLS: i32 = 3;
export const RECORD_KEY_DURABILITY: i32 = 4;
export const RECORD_KEY_EDITION: i32 = 5;
export const RECORD_KEY_ENGINE: i32 = 6;
export const RECORD_KEY_EVENT: i32 = 7;
export const RECORD_KEY_GATE: i32 = 8;
export const RECORD_KEY_HAZARD: i32 = 9;
export const RECORD_KEY_IMAGE: i32 = 10;
export const RECORD_KEY_LOWERED_BY: i32 = 11;
export const RECORD_KEY_MODE: i32 = 12;
export const RECORD_KEY_OBLIGATIONS: i32 = 13;
export const RECORD_KEY_PARENT: i32 = 14;
export const RECORD_KEY_PARTS: i32 = 15;
export const RECORD_KEY_REASONS: i32 = 16;
export const RECORD_KEY_REQUEST: i32 = 17;
export const RECORD_KEY_REVIEWER: i32 = 18;
export const RECORD_KEY_ROWS: i32 = 19;
export const RECORD_KEY_SCORE: i32 = 20;
export const RECORD_KEY_THRESHOLDS: i32 = 21;
export const RECORD_KEY_TIER: i32 = 22;
export const RECORD_KEY_TIME_MS: i32 = 23;
export const RECORD_KEY_V: i32 = 24;
export const RECORD_KEY_VERDICT: i32 = 25;
export const RECORD_KEY_COUNT: i32 = 26;

export const PART_KEY_ACTION: i32 = 0;
export const PART_KEY_COUNTED: i32 = 1;
export const PART_KEY_FLAGS: i32 = 2;
export const PART_KEY_HAZARD: i32 = 3;
export const PART_KEY_LEVELS: i32 = 4;
export const PART_KEY_MAPPING: i32 = 5;
export const PART_KEY_COUNT: i32 = 6;

export const CELL_KEY_AFTER: i32 = 0;
export const CELL_KEY_BEFORE: i32 = 1;
export const CELL_KEY_EVENTS: i32 = 2;
export const CELL_KEY_ID: i32 = 3;
export const CELL_KEY_NOTE: i32 = 4;
export const CELL_KEY_COUNT: i32 = 5;

export const OBLIGATION_KEY_APPROVERS: i32 = 0;
export const OBLIGATION_KEY_DISCLOSE: i32 = 1;
export const OBLIGATION_KEY_DRY_RUN: i32 = 2;
export const OBLIGATION_KEY_NOTIFY: i32 = 3;
export const OBLIGATION_KEY_REDACT: i32 = 4;
export const OBLIGATION_KEY_TTL_MS: i32 = 5;
export const OBLIGATION_KEY_COUNT: i32 = 6;

export const ROLE_ACTION_PROCESS_SHELL: i32 = 0;
export const ROLE_ACTION_PROCESS_RUN_SCRIPT: i32 = 1;
export const ROLE_ACTION_FILES_LIST: i32 = 2;
export const ROLE_ACTION_FILES_READ: i32 = 3;
export const ROLE_ACTION_FILES_WRITE: i32 = 4;
export const ROLE_ACTION_FILES_DELETE: i32 = 5;
export const ROLE_ACTION_FILES_COPY: i32 = 6;
export const ROLE_ACTION_FILES_DOWNLOAD: i32 = 7;
export const ROLE_ACTION_FILES_UPLOAD: i32 = 8;
export const ROLE_ACTION_NETWORK_HTTP_GET: i32 = 9;
export const ROLE_ACTION_NETWORK_HTTP_POST: i32 = 10;
export const ROLE_ACTION_DB_SELECT: i32 = 11;
export const ROLE_ACTION_DB_INSERT: i32 = 12;
export const ROLE_ACTION_DB_UPDATE: i32 = 13;
export const ROLE_ACTION_DB_DELETE: i32 = 14;
export const ROLE_ACTION_DB_ADMIN: i32 = 15;
export const ROLE_ACTION_DB_EXPORT: i32 = 16;
export const ROLE_ACTION_INFRA_LIST_RESOURCES: i32 = 17;
export const ROLE_ACTION_COUNT: i32 = 18;

export const BIN_DIRECTORY__BIN: i32 = 0;
export const BIN_DIRECTORY__OPT_HOMEBREW_BIN: i32 = 1;
export const BIN_DIRECTORY__SBIN: i32 = 2;
export const BIN_DIRECTORY__USR_BIN: i32 = 3;
export const BIN_DIRECTORY__USR_LOCAL_BIN: i32 = 4;
export const BIN_DIRECTORY__USR_SBIN: i32 = 5;
export const BIN_DIRECTORY_COUNT: i32 = 6;

export const AWK_WORD_ARGV: i32 = 0;
export const AWK_WORD_GETLINE: i32 = 1;
export const AWK_WORD_LOAD: i32 = 2;
export const AWK_WORD_PRINT: i32 = 3;
export const AWK_WORD_SYSTEM: i32 = 4;
export const AWK_WORD_COUNT: i32 = 5;

export const SHELL_KEYWORD_CASE: i32 = 0;
export const SHELL_KEYWORD_COPROC: i32 = 1;
export const SHELL_KEYWORD_DO: i32 = 2;
export const SHELL_KEYWORD_DONE: i32 = 3;
export const SHELL_KEYWORD_ELIF: i32 = 4;
export const SHELL_KEYWORD_ELSE: i32 = 5;
export const SHELL_KEYWORD_ESAC: i32 = 6;
export const SHELL_KEYWORD_FI: i32 = 7;
export const SHELL_KEYWORD_FOR: i32 = 8;
export const SHELL_KEYWORD_FUNCTION: i32 = 9;
export const SHELL_KEYWORD_IF: i32 = 10;
export const SHELL_KEYWORD_IN: i32 = 11;
export const SHELL_KEYWORD_SELECT: i32 = 12;
export const SHELL_KEYWORD_THEN: i32 = 13;
export const SHELL_KEYWORD_TIME: i32 = 14;
export const SHELL_KEYWORD_UNTIL: i32 = 15;
export const SHELL_KEYWORD_WHILE: i32 = 16;
export const SHELL_KEYWORD_COUNT: i32 = 17;

export const SHELL_DECLARE_DECLARE: i32 = 0;
export const SHELL_DECLARE_EXPORT: i32 = 1;
export const SHELL_DECLARE_LOCAL: i32 = 2;
export const SHELL_DECLARE_READONLY: i32 = 3;
export const SHELL_DECLARE_TYPESET: i32 = 4;
export const SHELL_DECLARE_COUNT: i32 = 5;

export const SHELL_NAMING_GETOPTS: i32 = 0;
export const SHELL_NAMING_LET: i32 = 1;
export const SHELL_NAMING_MAPFILE: i32 = 2;
export const SHELL_NAMING_READ: i32 = 3;
export const SHELL_NAMING_READARRAY: i32 = 4;
export const SHELL_NAMING_UNSET: i32 = 5;
export const SHELL_NAMING_COUNT: i32 = 6;

export const SHELL_OPAQUE_ALIAS: i32 = 0;
export const SHELL_OPAQUE_AUTOLOAD: i32 = 1;
export const SHELL_OPAQUE_BIND: i32 = 2;
export const SHELL_OPAQUE_BINDKEY: i32 = 3;
export const SHELL_OPAQUE_DISABLE: i32 = 4;
export const SHELL_OPAQUE_EMULATE: i32 = 5;
export const SHELL_OPAQUE_ENABLE: i32 = 6;
export const SHELL_OPAQUE_FUNCTIONS: i32 = 7;
export const SHELL_OPAQUE_SETOPT: i32 = 8;
export const SHELL_OPAQUE_UNALIAS: i32 = 9;
export const SHELL_OPAQUE_UNSETOPT: i32 = 10;
export const SHELL_OPAQUE_ZLE: i32 = 11;
export const SHELL_OPAQUE_ZMODLOAD: i32 = 12;
export const SHELL_OPAQUE_COUNT: i32 = 13;

export const SHELL_FORGETS__: i32 = 0;
export const SHELL_FORGETS_EVAL: i32 = 1;
export const SHELL_FORGETS_SOURCE: i32 = 2;
export const SHELL_FORGETS_TRAP: i32 = 3;
export const SHELL_FORGETS_COUNT: i32 = 4;

export const SHELL_LEADING_BUILTIN: i32 = 0;
export const SHELL_LEADING_COMMAND: i32 = 1;
export const SHELL_LEADING_EXEC: i32 = 2;
export const SHELL_LEADING_COUNT: i32 = 3;

export const SHELL_SPECIAL_CAT: i32 = 0;
export const SHELL_SPECIAL_CD: i32 = 1;
export const SHELL_SPECIAL_ECHO: i32 = 2;
export const SHELL_SPECIAL_HASH: i32 = 3;
export const SHELL_SPECIAL_PRINTF: i32 = 4;
export const SHELL_SPECIAL_PUSHD: i32 = 5;
export const SHELL_SPECIAL_POPD: i32 = 6;
export const SHELL_SPECIAL_SET: i32 = 7;
export const SHELL_SPECIAL_SHOPT: i32 = 8;
export const SHELL_SPECIAL_PWD: i32 = 9;
export const SHELL_SPECIAL_COUNT: i32 = 10;

export const SHELL_BUILTIN__: i32 = 0;
export const SHELL_BUILTIN_BG: i32 = 1;
export const SHELL_BUILTIN_BREAK: i32 = 2;
export const SHELL_BUILTIN_CALLER: i32 = 3;
export const SHELL_BUILTIN_CHPWD: i32 = 4;
export const SHELL_BUILTIN_COMMAND_NOT_FOUND_HANDLE: i32 = 5;
export const SHELL_BUILTIN_COMMAND_NOT_FOUND_HANDLER: i32 = 6;
export const SHELL_BUILTIN_COMPGEN: i32 = 7;
export const SHELL_BUILTIN_COMPLETE: i32 = 8;
export const SHELL_BUILTIN_COMPOPT: i32 = 9;
export const SHELL_BUILTIN_CONTINUE: i32 = 10;
export const SHELL_BUILTIN_DIRS: i32 = 11;
export const SHELL_BUILTIN_DISOWN: i32 = 12;
export const SHELL_BUILTIN_EXIT: i32 = 13;
export const SHELL_BUILTIN_FALSE: i32 = 14;
export const SHELL_BUILTIN_FC: i32 = 15;
export const SHELL_BUILTIN_FG: i32 = 16;
export const SHELL_BUILTIN_HELP: i32 = 17;
export const SHELL_BUILTIN_HISTORY: i32 = 18;
export const SHELL_BUILTIN_JOBS: i32 = 19;
export const SHELL_BUILTIN_KILL: i32 = 20;
export const SHELL_BUILTIN_LOGOUT: i32 = 21;
export const SHELL_BUILTIN_PRECMD: i32 = 22;
export const SHELL_BUILTIN_PREEXEC: i32 = 23;
export const SHELL_BUILTIN_REPEAT: i32 = 24;
export const SHELL_BUILTIN_RETURN: i32 = 25;
export const SHELL_BUILTIN_SHIFT: i32 = 26;
export const SHELL_BUILTIN_SUSPEND: i32 = 27;
export const SHELL_BUILTIN_TEST: i32 = 28;
export const SHELL_BUILTIN_TIMES: i32 = 29;
export const SHELL_BUILTIN_TRUE: i32 = 30;
export const SHELL_BUILTIN_TYPE: i32 = 31;
export const SHELL_BUILTIN_ULIMIT: i32 = 32;
export const SHELL_BUILTIN_UMASK: i32 = 33;
export const SHELL_BUILTIN_WAIT: i32 = 34;
export const SHELL_BUILTIN_COUNT: i32 = 35;

export const SHELL_VARIABLE_ALIASES: i32 = 0;
export const SHELL_VARIABLE_ARGV: i32 = 1;
export const SHELL_VARIABLE_BUILTINS: i32 = 2;
export const SHELL_VARIABLE_CDPATH: i32 = 3;
export const SHELL_VARIABLE_COMMANDS: i32 = 4;
export const SHELL_VARIABLE_DIRSTACK: i32 = 5;
export const SHELL_VARIABLE_DIS_ALIASES: i32 = 6;
export const SHELL_VARIABLE_DIS_FUNCTIONS: i32 = 7;
export const SHELL_VARIABLE_FIGNORE: i32 = 8;
export const SHELL_VARIABLE_FPATH: i32 = 9;
export const SHELL_VARIABLE_FUNCTIONS: i32 = 10;
export const SHELL_VARIABLE_GALIASES: i32 = 11;
export const SHELL_VARIABLE_HISTCHARS: i32 = 12;
export const SHELL_VARIABLE_KEYMAPS: i32 = 13;
export const SHELL_VARIABLE_MAILPATH: i32 = 14;
export const SHELL_VARIABLE_MANPATH: i32 = 15;
export const SHELL_VARIABLE_MODULE_PATH: i32 = 16;
export const SHELL_VARIABLE_MODULES: i32 = 17;
export const SHELL_VARIABLE_NAMEDDIRS: i32 = 18;
export const SHELL_VARIABLE_OPTIONS: i32 = 19;
export const SHELL_VARIABLE_PARAMETERS: i32 = 20;
export const SHELL_VARIABLE_PATH: i32 = 21;
export const SHELL_VARIABLE_PROMPT: i32 = 22;
export const SHELL_VARIABLE_PROMPT2: i32 = 23;
export const SHELL_VARIABLE_PROMPT3: i32 = 24;
export const SHELL_VARIABLE_PROMPT4: i32 = 25;
export const SHELL_VARIABLE_PS1: i32 = 26;
export const SHELL_VARIABLE_PS2: i32 = 27;
export const SHELL_VARIABLE_PS3: i32 = 28;
export const SHELL_VARIABLE_PS4: i32 = 29;
export const SHELL_VARIABLE_PSVAR: i32 = 30;
export const SHELL_VARIABLE_RPROMPT: i32 = 31;
export const SHELL_VARIABLE_RPROMPT2: i32 = 32;
export const SHELL_VARIABLE_SALIASES: i32 = 33;
export const SHELL_VARIABLE_SIGNALS: i32 = 34;
export const SHELL_VARIABLE_USERDIRS: i32 = 35;
export const SHELL_VARIABLE_WATCH: i32 = 36;
export const SHELL_VARIABLE_WIDGETS: i32 = 37;
export const SHELL_VARIABLE_ZSH_EVAL_CONTEXT: i32 = 38;
export const SHELL_VARIABLE_COUNT: i32 = 39;

export const SHELL_FOREIGN_NPM_: i32 = 0;
export const SHELL_FOREIGN_PNPM_: i32 = 1;
export const SHELL_FOREIGN_YARN_: i32 = 2;
export const SHELL_FOREIGN_COUNT: i32 = 3;

export const SHELL_INHERITED__FUNCTIONS: i32 = 0;
export const SHELL_INHERITED__PROXY: i32 = 1;
export const SHELL_INHERITED_COUNT: i32 = 2;

export const SHELL_INDEXING__: i32 = 0;
export const SHELL_INDEXING_PRINTF: i32 = 1;
export const SHELL_INDEXING_TEST: i32 = 2;
export const SHELL_INDEXING_WAIT: i32 = 3;
export const SHELL_INDEXING_COUNT: i32 = 4;

export const SHELL_SET_ALLEXPORT: i32 = 0;
export const SHELL_SET_ERREXIT: i32 = 1;
export const SHELL_SET_ERRTRACE: i32 = 2;
export const SHELL_SET_FUNCTRACE: i32 = 3;
export const SHELL_SET_MONITOR: i32 = 4;
export const SHELL_SET_NOCLOBBER: i32 = 5;
export const SHELL_SET_NOGLOB: i32 = 6;
export const SHELL_SET_NOUNSET: i32 = 7;
export const SHELL_SET_PIPEFAIL: i32 = 8;
export const SHELL_SET_VERBOSE: i32 = 9;
export const SHELL_SET_XTRACE: i32 = 10;
export const SHELL_SET_COUNT: i32 = 11;

export const SHELL_SHOPT__P: i32 = 0;
export const SHELL_SHOPT__Q: i32 = 1;
export const SHELL_SHOPT__S: i32 = 2;
export const SHELL_SHOPT__U: i32 = 3;
export const SHELL_SHOPT_CDSPELL: i32 = 4;
export const SHELL_SHOPT_CHECKHASH: i32 = 5;
export const SHELL_SHOPT_CHECKJOBS: i32 = 6;
export const SHELL_SHOPT_CHECKWINSIZE: i32 = 7;
export const SHELL_SHOPT_CMDHIST: i32 = 8;
export const SHELL_SHOPT_DIREXPAND: i32 = 9;
export const SHELL_SHOPT_DIRSPELL: i32 = 10;
export const SHELL_SHOPT_DOTGLOB: i32 = 11;
export const SHELL_SHOPT_FAILGLOB: i32 = 12;
export const SHELL_SHOPT_GLOBSTAR: i32 = 13;
export const SHELL_SHOPT_HISTAPPEND: i32 = 14;
export const SHELL_SHOPT_HISTREEDIT: i32 = 15;
export const SHELL_SHOPT_HISTVERIFY: i32 = 16;
export const SHELL_SHOPT_HUPONEXIT: i32 = 17;
export const SHELL_SHOPT_INHERIT_ERREXIT: i32 = 18;
export const SHELL_SHOPT_LITHIST: i32 = 19;
export const SHELL_SHOPT_NOCASEGLOB: i32 = 20;
export const SHELL_SHOPT_NOCASEMATCH: i32 = 21;
export const SHELL_SHOPT_NULLGLOB: i32 = 22;
export const SHELL_SHOPT_PROGCOMP: i32 = 23;
export const SHELL_SHOPT_COUNT: i32 = 24;

export const SHELL_DEVICE__DEV_NULL: i32 = 0;
export const SHELL_DEVICE__DEV_STDERR: i32 = 1;
export const SHELL_DEVICE__DEV_STDIN: i32 = 2;
export const SHELL_DEVICE__DEV_STDOUT: i32 = 3;
export const SHELL_DEVICE__DEV_TTY: i32 = 4;
export const SHELL_DEVICE__DEV_FD_: i32 = 5;
export const SHELL_DEVICE_COUNT: i32 = 6;

export const SHELL_SOCKET__DEV_TCP_: i32 = 0;
export const SHELL_SOCKET__DEV_UDP_: i32 = 1;
export const SHELL_SOCKET_COUNT: i32 = 2;

export const REASON_STATE_FROZEN: i32 = 0;
export const REASON_STATE_STATE_INVALID: i32 = 1;
export const REASON_STATE_STATE_STALE: i32 = 2;
export const REASON_STATE_STATE_FULL: i32 = 3;
export const REASON_STATE_CELLS_OVERFLOW: i32 = 4;
export const REASON_STATE_TIME_BACKWARDS: i32 = 5;
export const REASON_STATE_COUNT: i32 = 6;

export const REASON_ANSWER_REVIEWER_DENIED: i32 = 0;
export const REASON_ANSWER_REVIEWER_ESCALATED: i32 = 1;
export const REASON_ANSWER_APPROVED: i32 = 2;
export const REASON_ANSWER_APPROVAL_MISMATCH: i32 = 3;
export const REASON_ANSWER_APPROVAL_EXPIRED: i32 = 4;
export const REASON_ANSWER_APPROVAL_STALE: i32 = 5;
export const REASON_ANSWER_APPROVAL_SELF: i32 = 6;
export const REASON_ANSWER_APPROVAL_QUORUM: i32 = 7;
export const REASON_ANSWER_COUNT: i32 = 8;

export const REASON_TIER_TIER_MINIMAL: i32 = 0;
export const REASON_TIER_TIER_LOW: i32 = 1;
export const REASON_TIER_TIER_MEDIUM: i32 = 2;
export const REASON_TIER_TIER_HIGH: i32 = 3;
export const REASON_TIER_TIER_CRITICAL: i32 = 4;
export const REASON_TIER_COUNT: i32 = 5;

export const SCHEME_HOST_FTP: i32 = 0;
export const SCHEME_HOST_HTTP: i32 = 1;
export const SCHEME_HOST_HTTPS: i32 = 2;
export const SCHEME_HOST_WS: i32 = 3;
export const SCHEME_HOST_WSS: i32 = 4;
export const SCHEME_HOST_COUNT: i32 = 5;

export const SCHEME_OPAQUE_ABOUT: i32 = 0;
export const SCHEME_OPAQUE_BLOB: i32 = 1;
export const SCHEME_OPAQUE_DATA: i32 = 2;
export const SCHEME_OPAQUE_FILE: i32 = 3;
export const SCHEME_OPAQUE_JAVASCRIPT: i32 = 4;
export const SCHEME_OPAQUE_MAILTO: i32 = 5;
export const SCHEME_OPAQUE_VBSCRIPT: i32 = 6;
export const SCHEME_OPAQUE_COUNT: i32 = 7;

export const HOST_LINK_LOCAL_METADATA: i32 = 0;
export const HOST_LINK_LOCAL_INSTANCE_DATA: i32 = 1;
export const HOST_LINK_LOCAL_METADATA_GOOGLE_INTERNAL: i32 = 2;
export const HOST_LINK_LOCAL_METADATA_GOOG: i32 = 3;
export const HOST_LINK_LOCAL_INSTANCE_DATA_EC2_INTERNAL: i32 = 4;
export const HOST_LINK_LOCAL_COUNT: i32 = 5;

export const HOST_PRIVATE_END__LOCALHOST: i32 = 0;
export const HOST_PRIVATE_END__INTERNAL: i32 = 1;
export const HOST_PRIVATE_END__LOCAL: i32 = 2;
export const HOST_PRIVATE_END__LAN: i32 = 3;
export const HOST_PRIVATE_END__INTRANET: i32 = 4;
export const HOST_PRIVATE_END__CORP: i32 = 5;
export const HOST_PRIVATE_END__HOME_ARPA: i32 = 6;
export const HOST_PRIVATE_END__LOCALDOMAIN: i32 = 7;
export const HOST_PRIVATE_END__SVC: i32 = 8;
export const HOST_PRIVATE_END_COUNT: i32 = 9;

export const HOST_PRIVATE_NAME_LOCALTEST_ME: i32 = 0;
export const HOST_PRIVATE_NAME_LVH_ME: i32 = 1;
export const HOST_PRIVATE_NAME_VCAP_ME: i32 = 2;
export const HOST_PRIVATE_NAME_LACOLHOST_COM: i32 = 3;
export const HOST_PRIVATE_NAME_LOCALHOST_DIRECT: i32 = 4;
export const HOST_PRIVATE_NAME_FUF_ME: i32 = 5;
export const HOST_PRIVATE_NAME_KUBERNETES_DEFAULT: i32 = 6;
export const HOST_PRIVATE_NAME_COUNT: i32 = 7;

export const HOST_SPELLING_NIP_IO: i32 = 0;
export const HOST_SPELLING_SSLIP_IO: i32 = 1;
export const HOST_SPELLING_XIP_IO: i32 = 2;
export const HOST_SPELLING_TRAEFIK_ME: i32 = 3;
export const HOST_SPELLING_COUNT: i32 = 4;

export const HTTP_METHOD_GET: i32 = 0;
export const HTTP_METHOD_HEAD: i32 = 1;
export const HTTP_METHOD_OPTIONS: i32 = 2;
export const HTTP_METHOD_POST: i32 = 3;
export const HTTP_METHOD_PUT: i32 = 4;
export const HTTP_METHOD_PATCH: i32 = 5;
export const HTTP_METHOD_DELETE: i32 = 6;
export const HTTP_METHOD_COUNT: i32 = 7;

export const OVERRIDE_NAME__METHOD: i32 = 0;
export const OVERRIDE_NAME__HTTPMETHOD: i32 = 1;
export const OVERRIDE_NAME_X_HTTP_METHOD: i32 = 2;
export const OVERRIDE_NAME_X_HTTP_METHOD_OVERRIDE: i32 = 3;
export const OVERRIDE_NAME_X_METHOD_OVERRIDE: i32 = 4;
export const OVERRIDE_NAME_COUNT: i32 = 5;

export const PLACEHOLDER_CHANGE: i32 = 0;
export const PLACEHOLDER_DUMMY: i32 = 1;
export const PLACEHOLDER_ENVIRON: i32 = 2;
export const PLACEHOLDER_EXAMPLE: i32 = 3;
export const PLACEHOLDER_GETENV: i32 = 4;
export const PLACEHOLDER_INSERT: i32 = 5;
export const PLACEHOLDER_NULL: i32 = 6;
export const PLACEHOLDER_PLACEHOLDER: i32 = 7;
export const PLACEHOLDER_PROCESS_ENV: i32 = 8;
export const PLACEHOLDER_REDACTED: i32 = 9;
export const PLACEHOLDER_REPLACE: i32 = 10;
export const PLACEHOLDER_SAMPLE: i32 = 11;
export const PLACEHOLDER_UNDEFINED: i32 = 12;
export const PLACEHOLDER_XXXX: i32 = 13;
export const PLACEHOLDER_YOUR: i32 = 14;
export const PLACEHOLDER_1234567890: i32 = 15;
export const PLACEHOLDER_COUNT: i32 = 16;

export const PLACEHOLDER_KEY_BEARER: i32 = 0;
export const PLACEHOLDER_KEY_PASSWORD: i32 = 1;
export const PLACEHOLDER_KEY_SECRET: i32 = 2;
export const PLACEHOLDER_KEY_TOKEN: i32 = 3;
export const PLACEHOLDER_KEY_COUNT: i32 = 4;

export const IBAN_AD24: i32 = 0;
export const IBAN_AE23: i32 = 1;
export const IBAN_AL28: i32 = 2;
export const IBAN_AT20: i32 = 3;
export const IBAN_AZ28: i32 = 4;
export const IBAN_BA20: i32 = 5;
export const IBAN_BE16: i32 = 6;
export const IBAN_BG22: i32 = 7;
export const IBAN_BH22: i32 = 8;
export const IBAN_BR29: i32 = 9;
export const IBAN_BY28: i32 = 10;
export const IBAN_CH21: i32 = 11;
export const IBAN_CR22: i32 = 12;
export const IBAN_CY28: i32 = 13;
export const IBAN_CZ24: i32 = 14;
export const IBAN_DE22: i32 = 15;
export const IBAN_DK18: i32 = 16;
export const IBAN_DO28: i32 = 17;
export const IBAN_EE20: i32 = 18;
export const IBAN_EG29: i32 = 19;
export const IBAN_ES24: i32 = 20;
export const IBAN_FI18: i32 = 21;
export const IBAN_FO18: i32 = 22;
export const IBAN_FR27: i32 = 23;
export const IBAN_GB22: i32 = 24;
export const IBAN_GE22: i32 = 25;
export const IBAN_GI23: i32 = 26;
export const IBAN_GL18: i32 = 27;
export const IBAN_GR27: i32 = 28;
export const IBAN_GT28: i32 = 29;
export const IBAN_HR21: i32 = 30;
export const IBAN_HU28: i32 = 31;
export const IBAN_IE22: i32 = 32;
export const IBAN_IL23: i32 = 33;
export const IBAN_IQ23: i32 = 34;
export const IBAN_IS26: i32 = 35;
export const IBAN_IT27: i32 = 36;
export const IBAN_JO30: i32 = 37;
export const IBAN_KW30: i32 = 38;
export const IBAN_KZ20: i32 = 39;
export const IBAN_LB28: i32 = 40;
export const IBAN_LC32: i32 = 41;
export const IBAN_LI21: i32 = 42;
export const IBAN_LT20: i32 = 43;
export const IBAN_LU20: i32 = 44;
export const IBAN_LV21: i32 = 45;
export const IBAN_LY25: i32 = 46;
export const IBAN_MC27: i32 = 47;
export const IBAN_MD24: i32 = 48;
export const IBAN_ME22: i32 = 49;
export const IBAN_MK19: i32 = 50;
export const IBAN_MR27: i32 = 51;
export const IBAN_MT31: i32 = 52;
export const IBAN_MU30: i32 = 53;
export const IBAN_NL18: i32 = 54;
export const IBAN_NO15: i32 = 55;
export const IBAN_PK24: i32 = 56;
export const IBAN_PL28: i32 = 57;
export const IBAN_PS29: i32 = 58;
export const IBAN_PT25: i32 = 59;
export const IBAN_QA29: i32 = 60;
export const IBAN_RO24: i32 = 61;
export const IBAN_RS22: i32 = 62;
export const IBAN_SA24: i32 = 63;
export const IBAN_SC31: i32 = 64;
export const IBAN_SD18: i32 = 65;
export const IBAN_SE24: i32 = 66;
export const IBAN_SI19: i32 = 67;
export const IBAN_SK24: i32 = 68;
export const IBAN_SM27: i32 = 69;
export const IBAN_ST25: i32 = 70;
export const IBAN_SV28: i32 = 71;
export const IBAN_TL23: i32 = 72;
export const IBAN_TN24: i32 = 73;
export const IBAN_TR26: i32 = 74;
export const IBAN_UA29: i32 = 75;
export const IBAN_VA22: i32 = 76;
export const IBAN_VG24: i32 = 77;
export const IBAN_XK20: i32 = 78;
export const IBAN_COUNT: i32 = 79;

// The words stand in the image's section `words`, each as a CMP/1 str: a header of one byte, then the word.
export const WORD_TEXT_BYTES: i32 = 4802;
/** FNV-1a of them: an image with other words is refused. */
export const WORD_TEXT_HASH: u32 = 2932091436;

let textAt: usize = 0;
// Where each word begins in the text. One more ends the last one.
const OFFSETS: usize = memory.data(1220, 2);

/** Fills OFFSETS from the words at `at`. Comes before everything that asks for a word. */
export function layOutWords(at: usize): void {
  textAt = at;
  let offset: u32 = 0;
  for (let id = 0; id < WORD_COUNT; id++) {
    offset += 1 + (load<u8>(at + offset) & 31);
    store<u16>(OFFSETS + ((<usize>id) << 1), <u16>offset, 2);
  }
}

/** Address of a word as a CMP/1 str, which takes `wordBytes` + 1 bytes. */
export function encodedWordAt(id: i32): usize {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  return textAt + load<u16>(OFFSETS + ((<usize>id) << 1));
}

/** Address of the first byte of a word. */
export function wordAt(id: i32): usize {
  return encodedWordAt(id) + 1;
}

/** Size of a word in bytes. */
export function wordBytes(id: i32): i32 {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  const at = OFFSETS + ((<usize>id) << 1);
  return <i32>load<u16>(at, 2) - <i32>load<u16>(at) - 1;
}

// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Words the engine reads or writes, by id.

// Ids: of a single word, or of the first word of a group.
export const WORD_VERDICT: i32 = 0;
export const WORD_TIER: i32 = 3;
export const WORD_MODE: i32 = 8;
export const WORD_BINDING: i32 = 10;
export const WORD_DURABILITY: i32 = 13;
export const WORD_DIALECT: i32 = 16;
export const WORD_MARK: i32 = 20;
export const WORD_LANGUAGE: i32 = 41;
export const WORD_LOWERED_KIND: i32 = 45;
export const WORD_COUNTED: i32 = 55;
export const WORD_REQUEST_KEY: i32 = 58;
export const WORD_CONTEXT_KEY: i32 = 75;
export const WORD_HOST_KEY: i32 = 87;
export const WORD_ASSERTED_KEY: i32 = 91;
export const WORD_RECORD_KEY: i32 = 96;
export const WORD_PART_KEY: i32 = 117;
export const WORD_OBLIGATION_KEY: i32 = 123;
export const WORD_ROLE_ACTION: i32 = 129;
export const WORD_REASON_TIER: i32 = 147;
export const WORD_SCHEME_HOST: i32 = 152;
export const WORD_SCHEME_OPAQUE: i32 = 157;
export const WORD_HOST_LINK_LOCAL: i32 = 164;
export const WORD_HOST_PRIVATE_END: i32 = 167;
export const WORD_PLACEHOLDER: i32 = 174;
export const WORD_PLACEHOLDER_KEY: i32 = 190;
export const WORD_IBAN: i32 = 194;
export const WORD_DIRECT: i32 = 273;
export const WORD_UNKNOWN: i32 = 274;
export const WORD_ORG: i32 = 275;
export const WORD_BASE: i32 = 276;
export const WORD_TOOL: i32 = 277;
export const WORD_RECIPIENT: i32 = 278;
export const WORD_HOST: i32 = 279;
export const WORD_ACTOR: i32 = 280;
export const WORD_TRUE: i32 = 281;
export const WORD_FALSE: i32 = 282;
export const WORD_DESTRUCTIVEHINT: i32 = 283;
export const WORD_READONLYHINT: i32 = 284;
export const WORD_OPENWORLDHINT: i32 = 285;
export const WORD_LOCALHOST: i32 = 286;
export const WORD_MAILTO_: i32 = 287;
export const WORD_FILE___: i32 = 288;
export const WORD_MCP__: i32 = 289;
export const WORD__HOME: i32 = 290;
export const WORD___HOME_: i32 = 291;
export const WORD_XN__: i32 = 292;
export const WORD_HOME: i32 = 293;
export const WORD_USERS: i32 = 294;
export const WORD_ROOT: i32 = 295;
export const WORD_CMP1_COMMIT_: i32 = 296;
export const WORD_COUNT: i32 = 297;

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
export const REQUEST_KEY_FIELDS: i32 = 9;
export const REQUEST_KEY_IMAGE: i32 = 10;
export const REQUEST_KEY_MODE: i32 = 11;
export const REQUEST_KEY_REVIEWER: i32 = 12;
export const REQUEST_KEY_SALT: i32 = 13;
export const REQUEST_KEY_SERVER: i32 = 14;
export const REQUEST_KEY_TOOL: i32 = 15;
export const REQUEST_KEY_V: i32 = 16;
export const REQUEST_KEY_COUNT: i32 = 17;

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

export const RECORD_KEY_ARGS: i32 = 0;
export const RECORD_KEY_BINDING: i32 = 1;
export const RECORD_KEY_DURABILITY: i32 = 2;
export const RECORD_KEY_EDITION: i32 = 3;
export const RECORD_KEY_ENGINE: i32 = 4;
export const RECORD_KEY_GATE: i32 = 5;
export const RECORD_KEY_HAZARD: i32 = 6;
export const RECORD_KEY_IMAGE: i32 = 7;
export const RECORD_KEY_LOWERED_BY: i32 = 8;
export const RECORD_KEY_MODE: i32 = 9;
export const RECORD_KEY_OBLIGATIONS: i32 = 10;
export const RECORD_KEY_PARTS: i32 = 11;
export const RECORD_KEY_REASONS: i32 = 12;
export const RECORD_KEY_REQUEST: i32 = 13;
export const RECORD_KEY_ROWS: i32 = 14;
export const RECORD_KEY_SCORE: i32 = 15;
export const RECORD_KEY_THRESHOLDS: i32 = 16;
export const RECORD_KEY_TIER: i32 = 17;
export const RECORD_KEY_TIME_MS: i32 = 18;
export const RECORD_KEY_V: i32 = 19;
export const RECORD_KEY_VERDICT: i32 = 20;
export const RECORD_KEY_COUNT: i32 = 21;

export const PART_KEY_ACTION: i32 = 0;
export const PART_KEY_COUNTED: i32 = 1;
export const PART_KEY_FLAGS: i32 = 2;
export const PART_KEY_HAZARD: i32 = 3;
export const PART_KEY_LEVELS: i32 = 4;
export const PART_KEY_MAPPING: i32 = 5;
export const PART_KEY_COUNT: i32 = 6;

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
export const HOST_LINK_LOCAL_COUNT: i32 = 3;

export const HOST_PRIVATE_END__LOCALHOST: i32 = 0;
export const HOST_PRIVATE_END__INTERNAL: i32 = 1;
export const HOST_PRIVATE_END__LOCAL: i32 = 2;
export const HOST_PRIVATE_END__LAN: i32 = 3;
export const HOST_PRIVATE_END__INTRANET: i32 = 4;
export const HOST_PRIVATE_END__CORP: i32 = 5;
export const HOST_PRIVATE_END__HOME_ARPA: i32 = 6;
export const HOST_PRIVATE_END_COUNT: i32 = 7;

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

const TEXT: usize = memory.data<u8>([
  165, 97, 108, 108, 111, 119, 166, 114, 101, 118, 105, 101, 119, 164, 100, 101, 110, 121, 167, 109, 105, 110,
  105, 109, 97, 108, 163, 108, 111, 119, 166, 109, 101, 100, 105, 117, 109, 164, 104, 105, 103, 104, 168, 99,
  114, 105, 116, 105, 99, 97, 108, 167, 101, 110, 102, 111, 114, 99, 101, 166, 115, 104, 97, 100, 111, 119,
  168, 97, 100, 118, 105, 115, 111, 114, 121, 167, 119, 114, 97, 112, 112, 101, 100, 165, 98, 111, 117, 110,
  100, 164, 110, 111, 110, 101, 167, 98, 97, 116, 99, 104, 101, 100, 166, 115, 116, 114, 105, 99, 116, 162,
  115, 104, 164, 98, 97, 115, 104, 164, 100, 97, 115, 104, 163, 122, 115, 104, 174, 97, 109, 111, 117, 110,
  116, 95, 105, 110, 101, 120, 97, 99, 116, 172, 97, 109, 111, 117, 110, 116, 95, 114, 97, 110, 103, 101, 176,
  99, 117, 114, 114, 101, 110, 99, 121, 95, 109, 105, 115, 115, 105, 110, 103, 176, 99, 117, 114, 114, 101,
  110, 99, 121, 95, 117, 110, 107, 110, 111, 119, 110, 175, 102, 105, 101, 108, 100, 95, 109, 97, 108, 102,
  111, 114, 109, 101, 100, 175, 118, 97, 108, 117, 101, 115, 95, 111, 118, 101, 114, 102, 108, 111, 119, 174,
  115, 101, 114, 118, 101, 114, 95, 117, 110, 98, 111, 117, 110, 100, 175, 115, 101, 114, 118, 101, 114, 95,
  99, 111, 110, 102, 108, 105, 99, 116, 173, 116, 111, 111, 108, 95, 117, 110, 109, 97, 112, 112, 101, 100,
  173, 114, 111, 119, 115, 95, 111, 118, 101, 114, 102, 108, 111, 119, 174, 111, 112, 97, 113, 117, 101, 95,
  99, 111, 109, 109, 97, 110, 100, 175, 99, 111, 109, 109, 97, 110, 100, 95, 117, 110, 107, 110, 111, 119,
  110, 172, 119, 111, 114, 100, 95, 101, 120, 112, 97, 110, 100, 115, 168, 101, 108, 101, 118, 97, 116, 101,
  100, 174, 112, 97, 114, 116, 115, 95, 111, 118, 101, 114, 102, 108, 111, 119, 171, 115, 101, 99, 114, 101,
  116, 95, 115, 101, 101, 110, 169, 99, 97, 114, 100, 95, 115, 101, 101, 110, 172, 97, 99, 99, 111, 117, 110,
  116, 95, 115, 101, 101, 110, 176, 110, 97, 116, 105, 111, 110, 97, 108, 95, 105, 100, 95, 115, 101, 101,
  110, 171, 104, 101, 97, 108, 116, 104, 95, 115, 101, 101, 110, 169, 98, 117, 108, 107, 95, 115, 101, 101,
  110, 164, 110, 111, 110, 101, 165, 115, 104, 101, 108, 108, 163, 115, 113, 108, 164, 104, 116, 116, 112,
  167, 98, 105, 110, 100, 105, 110, 103, 163, 115, 101, 116, 170, 112, 114, 111, 118, 101, 110, 97, 110, 99,
  101, 167, 99, 111, 110, 116, 101, 120, 116, 165, 114, 101, 108, 97, 120, 167, 112, 114, 111, 102, 105, 108,
  101, 166, 100, 111, 109, 97, 105, 110, 176, 100, 101, 102, 97, 117, 108, 116, 95, 99, 117, 114, 114, 101,
  110, 99, 121, 172, 117, 110, 107, 110, 111, 119, 110, 95, 114, 101, 97, 100, 168, 97, 112, 112, 114, 111,
  118, 97, 108, 164, 102, 117, 108, 108, 167, 109, 105, 110, 105, 109, 97, 108, 169, 100, 117, 112, 108, 105,
  99, 97, 116, 101, 166, 97, 99, 116, 105, 111, 110, 171, 97, 110, 110, 111, 116, 97, 116, 105, 111, 110, 115,
  168, 97, 112, 112, 114, 111, 118, 97, 108, 164, 97, 114, 103, 115, 167, 98, 105, 110, 100, 105, 110, 103,
  165, 99, 101, 108, 108, 115, 167, 99, 111, 110, 116, 101, 120, 116, 170, 100, 117, 114, 97, 98, 105, 108,
  105, 116, 121, 166, 101, 110, 103, 105, 110, 101, 166, 102, 105, 101, 108, 100, 115, 165, 105, 109, 97, 103,
  101, 164, 109, 111, 100, 101, 168, 114, 101, 118, 105, 101, 119, 101, 114, 164, 115, 97, 108, 116, 166, 115,
  101, 114, 118, 101, 114, 164, 116, 111, 111, 108, 161, 118, 165, 97, 99, 116, 111, 114, 165, 97, 103, 101,
  110, 116, 171, 97, 115, 115, 101, 114, 116, 101, 100, 95, 98, 121, 171, 101, 110, 118, 105, 114, 111, 110,
  109, 101, 110, 116, 164, 104, 111, 115, 116, 166, 112, 97, 114, 101, 110, 116, 169, 112, 114, 105, 110, 99,
  105, 112, 97, 108, 165, 114, 111, 108, 101, 115, 167, 115, 101, 115, 115, 105, 111, 110, 166, 116, 101, 110,
  97, 110, 116, 167, 116, 105, 109, 101, 95, 109, 115, 166, 116, 122, 95, 109, 105, 110, 163, 99, 119, 100,
  167, 100, 105, 97, 108, 101, 99, 116, 170, 112, 101, 114, 115, 105, 115, 116, 101, 110, 116, 169, 114, 101,
  97, 108, 112, 97, 116, 104, 115, 165, 97, 99, 116, 111, 114, 171, 101, 110, 118, 105, 114, 111, 110, 109,
  101, 110, 116, 164, 104, 111, 115, 116, 165, 114, 111, 108, 101, 115, 166, 116, 122, 95, 109, 105, 110, 164,
  97, 114, 103, 115, 167, 98, 105, 110, 100, 105, 110, 103, 170, 100, 117, 114, 97, 98, 105, 108, 105, 116,
  121, 167, 101, 100, 105, 116, 105, 111, 110, 166, 101, 110, 103, 105, 110, 101, 164, 103, 97, 116, 101, 166,
  104, 97, 122, 97, 114, 100, 165, 105, 109, 97, 103, 101, 170, 108, 111, 119, 101, 114, 101, 100, 95, 98,
  121, 164, 109, 111, 100, 101, 171, 111, 98, 108, 105, 103, 97, 116, 105, 111, 110, 115, 165, 112, 97, 114,
  116, 115, 167, 114, 101, 97, 115, 111, 110, 115, 167, 114, 101, 113, 117, 101, 115, 116, 164, 114, 111, 119,
  115, 165, 115, 99, 111, 114, 101, 170, 116, 104, 114, 101, 115, 104, 111, 108, 100, 115, 164, 116, 105, 101,
  114, 167, 116, 105, 109, 101, 95, 109, 115, 161, 118, 167, 118, 101, 114, 100, 105, 99, 116, 166, 97, 99,
  116, 105, 111, 110, 167, 99, 111, 117, 110, 116, 101, 100, 165, 102, 108, 97, 103, 115, 166, 104, 97, 122,
  97, 114, 100, 166, 108, 101, 118, 101, 108, 115, 167, 109, 97, 112, 112, 105, 110, 103, 169, 97, 112, 112,
  114, 111, 118, 101, 114, 115, 168, 100, 105, 115, 99, 108, 111, 115, 101, 167, 100, 114, 121, 95, 114, 117,
  110, 166, 110, 111, 116, 105, 102, 121, 166, 114, 101, 100, 97, 99, 116, 166, 116, 116, 108, 95, 109, 115,
  173, 112, 114, 111, 99, 101, 115, 115, 46, 115, 104, 101, 108, 108, 178, 112, 114, 111, 99, 101, 115, 115,
  46, 114, 117, 110, 95, 115, 99, 114, 105, 112, 116, 170, 102, 105, 108, 101, 115, 46, 108, 105, 115, 116,
  170, 102, 105, 108, 101, 115, 46, 114, 101, 97, 100, 171, 102, 105, 108, 101, 115, 46, 119, 114, 105, 116,
  101, 172, 102, 105, 108, 101, 115, 46, 100, 101, 108, 101, 116, 101, 170, 102, 105, 108, 101, 115, 46, 99,
  111, 112, 121, 174, 102, 105, 108, 101, 115, 46, 100, 111, 119, 110, 108, 111, 97, 100, 172, 102, 105, 108,
  101, 115, 46, 117, 112, 108, 111, 97, 100, 176, 110, 101, 116, 119, 111, 114, 107, 46, 104, 116, 116, 112,
  95, 103, 101, 116, 177, 110, 101, 116, 119, 111, 114, 107, 46, 104, 116, 116, 112, 95, 112, 111, 115, 116,
  169, 100, 98, 46, 115, 101, 108, 101, 99, 116, 169, 100, 98, 46, 105, 110, 115, 101, 114, 116, 169, 100, 98,
  46, 117, 112, 100, 97, 116, 101, 169, 100, 98, 46, 100, 101, 108, 101, 116, 101, 168, 100, 98, 46, 97, 100,
  109, 105, 110, 169, 100, 98, 46, 101, 120, 112, 111, 114, 116, 180, 105, 110, 102, 114, 97, 46, 108, 105,
  115, 116, 95, 114, 101, 115, 111, 117, 114, 99, 101, 115, 172, 116, 105, 101, 114, 95, 109, 105, 110, 105,
  109, 97, 108, 168, 116, 105, 101, 114, 95, 108, 111, 119, 171, 116, 105, 101, 114, 95, 109, 101, 100, 105,
  117, 109, 169, 116, 105, 101, 114, 95, 104, 105, 103, 104, 173, 116, 105, 101, 114, 95, 99, 114, 105, 116,
  105, 99, 97, 108, 163, 102, 116, 112, 164, 104, 116, 116, 112, 165, 104, 116, 116, 112, 115, 162, 119, 115,
  163, 119, 115, 115, 165, 97, 98, 111, 117, 116, 164, 98, 108, 111, 98, 164, 100, 97, 116, 97, 164, 102, 105,
  108, 101, 170, 106, 97, 118, 97, 115, 99, 114, 105, 112, 116, 166, 109, 97, 105, 108, 116, 111, 168, 118,
  98, 115, 99, 114, 105, 112, 116, 168, 109, 101, 116, 97, 100, 97, 116, 97, 173, 105, 110, 115, 116, 97, 110,
  99, 101, 45, 100, 97, 116, 97, 184, 109, 101, 116, 97, 100, 97, 116, 97, 46, 103, 111, 111, 103, 108, 101,
  46, 105, 110, 116, 101, 114, 110, 97, 108, 170, 46, 108, 111, 99, 97, 108, 104, 111, 115, 116, 169, 46, 105,
  110, 116, 101, 114, 110, 97, 108, 166, 46, 108, 111, 99, 97, 108, 164, 46, 108, 97, 110, 169, 46, 105, 110,
  116, 114, 97, 110, 101, 116, 165, 46, 99, 111, 114, 112, 170, 46, 104, 111, 109, 101, 46, 97, 114, 112, 97,
  166, 99, 104, 97, 110, 103, 101, 165, 100, 117, 109, 109, 121, 167, 101, 110, 118, 105, 114, 111, 110, 167,
  101, 120, 97, 109, 112, 108, 101, 166, 103, 101, 116, 101, 110, 118, 166, 105, 110, 115, 101, 114, 116, 164,
  110, 117, 108, 108, 171, 112, 108, 97, 99, 101, 104, 111, 108, 100, 101, 114, 171, 112, 114, 111, 99, 101,
  115, 115, 46, 101, 110, 118, 168, 114, 101, 100, 97, 99, 116, 101, 100, 167, 114, 101, 112, 108, 97, 99,
  101, 166, 115, 97, 109, 112, 108, 101, 169, 117, 110, 100, 101, 102, 105, 110, 101, 100, 164, 120, 120, 120,
  120, 164, 121, 111, 117, 114, 170, 49, 50, 51, 52, 53, 54, 55, 56, 57, 48, 166, 98, 101, 97, 114, 101, 114,
  168, 112, 97, 115, 115, 119, 111, 114, 100, 166, 115, 101, 99, 114, 101, 116, 165, 116, 111, 107, 101, 110,
  164, 65, 68, 50, 52, 164, 65, 69, 50, 51, 164, 65, 76, 50, 56, 164, 65, 84, 50, 48, 164, 65, 90, 50, 56,
  164, 66, 65, 50, 48, 164, 66, 69, 49, 54, 164, 66, 71, 50, 50, 164, 66, 72, 50, 50, 164, 66, 82, 50, 57,
  164, 66, 89, 50, 56, 164, 67, 72, 50, 49, 164, 67, 82, 50, 50, 164, 67, 89, 50, 56, 164, 67, 90, 50, 52,
  164, 68, 69, 50, 50, 164, 68, 75, 49, 56, 164, 68, 79, 50, 56, 164, 69, 69, 50, 48, 164, 69, 71, 50, 57,
  164, 69, 83, 50, 52, 164, 70, 73, 49, 56, 164, 70, 79, 49, 56, 164, 70, 82, 50, 55, 164, 71, 66, 50, 50,
  164, 71, 69, 50, 50, 164, 71, 73, 50, 51, 164, 71, 76, 49, 56, 164, 71, 82, 50, 55, 164, 71, 84, 50, 56,
  164, 72, 82, 50, 49, 164, 72, 85, 50, 56, 164, 73, 69, 50, 50, 164, 73, 76, 50, 51, 164, 73, 81, 50, 51,
  164, 73, 83, 50, 54, 164, 73, 84, 50, 55, 164, 74, 79, 51, 48, 164, 75, 87, 51, 48, 164, 75, 90, 50, 48,
  164, 76, 66, 50, 56, 164, 76, 67, 51, 50, 164, 76, 73, 50, 49, 164, 76, 84, 50, 48, 164, 76, 85, 50, 48,
  164, 76, 86, 50, 49, 164, 76, 89, 50, 53, 164, 77, 67, 50, 55, 164, 77, 68, 50, 52, 164, 77, 69, 50, 50,
  164, 77, 75, 49, 57, 164, 77, 82, 50, 55, 164, 77, 84, 51, 49, 164, 77, 85, 51, 48, 164, 78, 76, 49, 56,
  164, 78, 79, 49, 53, 164, 80, 75, 50, 52, 164, 80, 76, 50, 56, 164, 80, 83, 50, 57, 164, 80, 84, 50, 53,
  164, 81, 65, 50, 57, 164, 82, 79, 50, 52, 164, 82, 83, 50, 50, 164, 83, 65, 50, 52, 164, 83, 67, 51, 49,
  164, 83, 68, 49, 56, 164, 83, 69, 50, 52, 164, 83, 73, 49, 57, 164, 83, 75, 50, 52, 164, 83, 77, 50, 55,
  164, 83, 84, 50, 53, 164, 83, 86, 50, 56, 164, 84, 76, 50, 51, 164, 84, 78, 50, 52, 164, 84, 82, 50, 54,
  164, 85, 65, 50, 57, 164, 86, 65, 50, 50, 164, 86, 71, 50, 52, 164, 88, 75, 50, 48, 166, 100, 105, 114, 101,
  99, 116, 167, 117, 110, 107, 110, 111, 119, 110, 163, 111, 114, 103, 164, 98, 97, 115, 101, 164, 116, 111,
  111, 108, 169, 114, 101, 99, 105, 112, 105, 101, 110, 116, 164, 104, 111, 115, 116, 165, 97, 99, 116, 111,
  114, 164, 116, 114, 117, 101, 165, 102, 97, 108, 115, 101, 175, 100, 101, 115, 116, 114, 117, 99, 116, 105,
  118, 101, 72, 105, 110, 116, 172, 114, 101, 97, 100, 79, 110, 108, 121, 72, 105, 110, 116, 173, 111, 112,
  101, 110, 87, 111, 114, 108, 100, 72, 105, 110, 116, 169, 108, 111, 99, 97, 108, 104, 111, 115, 116, 167,
  109, 97, 105, 108, 116, 111, 58, 167, 102, 105, 108, 101, 58, 47, 47, 165, 109, 99, 112, 95, 95, 165, 36,
  72, 79, 77, 69, 167, 36, 123, 72, 79, 77, 69, 125, 164, 120, 110, 45, 45, 164, 104, 111, 109, 101, 165, 117,
  115, 101, 114, 115, 164, 114, 111, 111, 116, 172, 99, 109, 112, 49, 58, 99, 111, 109, 109, 105, 116, 10,
]);

// Where each word begins in TEXT, as a CMP/1 str: a header of one byte, then the word. One more ends the last one.
const OFFSETS: usize = memory.data<u16>([
  0, 6, 13, 18, 26, 30, 37, 42, 51, 59, 66, 75, 83, 89, 94, 102, 109, 112, 117, 122, 126, 141, 154, 171, 188,
  204, 220, 235, 251, 265, 279, 294, 310, 323, 332, 347, 359, 369, 382, 399, 411, 421, 426, 432, 436, 441,
  449, 453, 464, 472, 478, 486, 493, 510, 523, 532, 537, 545, 555, 562, 574, 583, 588, 596, 602, 610, 621,
  628, 635, 641, 646, 655, 660, 667, 672, 674, 680, 686, 698, 710, 715, 722, 732, 738, 746, 753, 761, 768,
  772, 780, 791, 801, 807, 819, 824, 830, 837, 842, 850, 861, 869, 876, 881, 888, 894, 905, 910, 922, 928,
  936, 944, 949, 955, 966, 971, 979, 981, 989, 996, 1004, 1010, 1017, 1024, 1032, 1042, 1051, 1059, 1066,
  1073, 1080, 1094, 1113, 1124, 1135, 1147, 1160, 1171, 1186, 1199, 1216, 1234, 1244, 1254, 1264, 1274, 1283,
  1293, 1314, 1327, 1336, 1348, 1358, 1372, 1376, 1381, 1387, 1390, 1394, 1400, 1405, 1410, 1415, 1426, 1433,
  1442, 1451, 1465, 1490, 1501, 1511, 1518, 1523, 1533, 1539, 1550, 1557, 1563, 1571, 1579, 1586, 1593, 1598,
  1610, 1622, 1631, 1639, 1646, 1656, 1661, 1666, 1677, 1684, 1693, 1700, 1706, 1711, 1716, 1721, 1726, 1731,
  1736, 1741, 1746, 1751, 1756, 1761, 1766, 1771, 1776, 1781, 1786, 1791, 1796, 1801, 1806, 1811, 1816, 1821,
  1826, 1831, 1836, 1841, 1846, 1851, 1856, 1861, 1866, 1871, 1876, 1881, 1886, 1891, 1896, 1901, 1906, 1911,
  1916, 1921, 1926, 1931, 1936, 1941, 1946, 1951, 1956, 1961, 1966, 1971, 1976, 1981, 1986, 1991, 1996, 2001,
  2006, 2011, 2016, 2021, 2026, 2031, 2036, 2041, 2046, 2051, 2056, 2061, 2066, 2071, 2076, 2081, 2086, 2091,
  2096, 2101, 2108, 2116, 2120, 2125, 2130, 2140, 2145, 2151, 2156, 2162, 2178, 2191, 2205, 2215, 2223, 2231,
  2237, 2243, 2251, 2256, 2261, 2267, 2272, 2285,
]);

/** Address of a word as a CMP/1 str, which takes `wordBytes` + 1 bytes. */
export function encodedWordAt(id: i32): usize {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  return TEXT + load<u16>(OFFSETS + ((<usize>id) << 1));
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

// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Words the engine reads or writes, by id.

// Ids: of a single word, or of the first word of a group.
export const WORD_VERDICT: i32 = 0;
export const WORD_TIER: i32 = 3;
export const WORD_MODE: i32 = 8;
export const WORD_BINDING: i32 = 10;
export const WORD_DURABILITY: i32 = 13;
export const WORD_DIALECT: i32 = 16;
export const WORD_MARK: i32 = 20;
export const WORD_LOWERED_KIND: i32 = 41;
export const WORD_COUNTED: i32 = 51;
export const WORD_REQUEST_KEY: i32 = 54;
export const WORD_CONTEXT_KEY: i32 = 71;
export const WORD_HOST_KEY: i32 = 83;
export const WORD_ASSERTED_KEY: i32 = 87;
export const WORD_RECORD_KEY: i32 = 92;
export const WORD_PART_KEY: i32 = 113;
export const WORD_OBLIGATION_KEY: i32 = 119;
export const WORD_REASON_TIER: i32 = 125;
export const WORD_SCHEME_HOST: i32 = 130;
export const WORD_SCHEME_OPAQUE: i32 = 135;
export const WORD_HOST_LINK_LOCAL: i32 = 142;
export const WORD_HOST_PRIVATE_END: i32 = 145;
export const WORD_DIRECT: i32 = 152;
export const WORD_UNKNOWN: i32 = 153;
export const WORD_ORG: i32 = 154;
export const WORD_BASE: i32 = 155;
export const WORD_TOOL: i32 = 156;
export const WORD_RECIPIENT: i32 = 157;
export const WORD_HOST: i32 = 158;
export const WORD_ACTOR: i32 = 159;
export const WORD_TRUE: i32 = 160;
export const WORD_FALSE: i32 = 161;
export const WORD_DESTRUCTIVEHINT: i32 = 162;
export const WORD_READONLYHINT: i32 = 163;
export const WORD_OPENWORLDHINT: i32 = 164;
export const WORD_LOCALHOST: i32 = 165;
export const WORD_MAILTO_: i32 = 166;
export const WORD_FILE___: i32 = 167;
export const WORD_MCP__: i32 = 168;
export const WORD__HOME: i32 = 169;
export const WORD___HOME_: i32 = 170;
export const WORD_XN__: i32 = 171;
export const WORD_HOME: i32 = 172;
export const WORD_USERS: i32 = 173;
export const WORD_ROOT: i32 = 174;
export const WORD_CMP1_COMMIT_: i32 = 175;
export const WORD_COUNT: i32 = 176;

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
  110, 167, 98, 105, 110, 100, 105, 110, 103, 163, 115, 101, 116, 170, 112, 114, 111, 118, 101, 110, 97, 110,
  99, 101, 167, 99, 111, 110, 116, 101, 120, 116, 165, 114, 101, 108, 97, 120, 167, 112, 114, 111, 102, 105,
  108, 101, 166, 100, 111, 109, 97, 105, 110, 176, 100, 101, 102, 97, 117, 108, 116, 95, 99, 117, 114, 114,
  101, 110, 99, 121, 172, 117, 110, 107, 110, 111, 119, 110, 95, 114, 101, 97, 100, 168, 97, 112, 112, 114,
  111, 118, 97, 108, 164, 102, 117, 108, 108, 167, 109, 105, 110, 105, 109, 97, 108, 169, 100, 117, 112, 108,
  105, 99, 97, 116, 101, 166, 97, 99, 116, 105, 111, 110, 171, 97, 110, 110, 111, 116, 97, 116, 105, 111, 110,
  115, 168, 97, 112, 112, 114, 111, 118, 97, 108, 164, 97, 114, 103, 115, 167, 98, 105, 110, 100, 105, 110,
  103, 165, 99, 101, 108, 108, 115, 167, 99, 111, 110, 116, 101, 120, 116, 170, 100, 117, 114, 97, 98, 105,
  108, 105, 116, 121, 166, 101, 110, 103, 105, 110, 101, 166, 102, 105, 101, 108, 100, 115, 165, 105, 109, 97,
  103, 101, 164, 109, 111, 100, 101, 168, 114, 101, 118, 105, 101, 119, 101, 114, 164, 115, 97, 108, 116, 166,
  115, 101, 114, 118, 101, 114, 164, 116, 111, 111, 108, 161, 118, 165, 97, 99, 116, 111, 114, 165, 97, 103,
  101, 110, 116, 171, 97, 115, 115, 101, 114, 116, 101, 100, 95, 98, 121, 171, 101, 110, 118, 105, 114, 111,
  110, 109, 101, 110, 116, 164, 104, 111, 115, 116, 166, 112, 97, 114, 101, 110, 116, 169, 112, 114, 105, 110,
  99, 105, 112, 97, 108, 165, 114, 111, 108, 101, 115, 167, 115, 101, 115, 115, 105, 111, 110, 166, 116, 101,
  110, 97, 110, 116, 167, 116, 105, 109, 101, 95, 109, 115, 166, 116, 122, 95, 109, 105, 110, 163, 99, 119,
  100, 167, 100, 105, 97, 108, 101, 99, 116, 170, 112, 101, 114, 115, 105, 115, 116, 101, 110, 116, 169, 114,
  101, 97, 108, 112, 97, 116, 104, 115, 165, 97, 99, 116, 111, 114, 171, 101, 110, 118, 105, 114, 111, 110,
  109, 101, 110, 116, 164, 104, 111, 115, 116, 165, 114, 111, 108, 101, 115, 166, 116, 122, 95, 109, 105, 110,
  164, 97, 114, 103, 115, 167, 98, 105, 110, 100, 105, 110, 103, 170, 100, 117, 114, 97, 98, 105, 108, 105,
  116, 121, 167, 101, 100, 105, 116, 105, 111, 110, 166, 101, 110, 103, 105, 110, 101, 164, 103, 97, 116, 101,
  166, 104, 97, 122, 97, 114, 100, 165, 105, 109, 97, 103, 101, 170, 108, 111, 119, 101, 114, 101, 100, 95,
  98, 121, 164, 109, 111, 100, 101, 171, 111, 98, 108, 105, 103, 97, 116, 105, 111, 110, 115, 165, 112, 97,
  114, 116, 115, 167, 114, 101, 97, 115, 111, 110, 115, 167, 114, 101, 113, 117, 101, 115, 116, 164, 114, 111,
  119, 115, 165, 115, 99, 111, 114, 101, 170, 116, 104, 114, 101, 115, 104, 111, 108, 100, 115, 164, 116, 105,
  101, 114, 167, 116, 105, 109, 101, 95, 109, 115, 161, 118, 167, 118, 101, 114, 100, 105, 99, 116, 166, 97,
  99, 116, 105, 111, 110, 167, 99, 111, 117, 110, 116, 101, 100, 165, 102, 108, 97, 103, 115, 166, 104, 97,
  122, 97, 114, 100, 166, 108, 101, 118, 101, 108, 115, 167, 109, 97, 112, 112, 105, 110, 103, 169, 97, 112,
  112, 114, 111, 118, 101, 114, 115, 168, 100, 105, 115, 99, 108, 111, 115, 101, 167, 100, 114, 121, 95, 114,
  117, 110, 166, 110, 111, 116, 105, 102, 121, 166, 114, 101, 100, 97, 99, 116, 166, 116, 116, 108, 95, 109,
  115, 172, 116, 105, 101, 114, 95, 109, 105, 110, 105, 109, 97, 108, 168, 116, 105, 101, 114, 95, 108, 111,
  119, 171, 116, 105, 101, 114, 95, 109, 101, 100, 105, 117, 109, 169, 116, 105, 101, 114, 95, 104, 105, 103,
  104, 173, 116, 105, 101, 114, 95, 99, 114, 105, 116, 105, 99, 97, 108, 163, 102, 116, 112, 164, 104, 116,
  116, 112, 165, 104, 116, 116, 112, 115, 162, 119, 115, 163, 119, 115, 115, 165, 97, 98, 111, 117, 116, 164,
  98, 108, 111, 98, 164, 100, 97, 116, 97, 164, 102, 105, 108, 101, 170, 106, 97, 118, 97, 115, 99, 114, 105,
  112, 116, 166, 109, 97, 105, 108, 116, 111, 168, 118, 98, 115, 99, 114, 105, 112, 116, 168, 109, 101, 116,
  97, 100, 97, 116, 97, 173, 105, 110, 115, 116, 97, 110, 99, 101, 45, 100, 97, 116, 97, 184, 109, 101, 116,
  97, 100, 97, 116, 97, 46, 103, 111, 111, 103, 108, 101, 46, 105, 110, 116, 101, 114, 110, 97, 108, 170, 46,
  108, 111, 99, 97, 108, 104, 111, 115, 116, 169, 46, 105, 110, 116, 101, 114, 110, 97, 108, 166, 46, 108,
  111, 99, 97, 108, 164, 46, 108, 97, 110, 169, 46, 105, 110, 116, 114, 97, 110, 101, 116, 165, 46, 99, 111,
  114, 112, 170, 46, 104, 111, 109, 101, 46, 97, 114, 112, 97, 166, 100, 105, 114, 101, 99, 116, 167, 117,
  110, 107, 110, 111, 119, 110, 163, 111, 114, 103, 164, 98, 97, 115, 101, 164, 116, 111, 111, 108, 169, 114,
  101, 99, 105, 112, 105, 101, 110, 116, 164, 104, 111, 115, 116, 165, 97, 99, 116, 111, 114, 164, 116, 114,
  117, 101, 165, 102, 97, 108, 115, 101, 175, 100, 101, 115, 116, 114, 117, 99, 116, 105, 118, 101, 72, 105,
  110, 116, 172, 114, 101, 97, 100, 79, 110, 108, 121, 72, 105, 110, 116, 173, 111, 112, 101, 110, 87, 111,
  114, 108, 100, 72, 105, 110, 116, 169, 108, 111, 99, 97, 108, 104, 111, 115, 116, 167, 109, 97, 105, 108,
  116, 111, 58, 167, 102, 105, 108, 101, 58, 47, 47, 165, 109, 99, 112, 95, 95, 165, 36, 72, 79, 77, 69, 167,
  36, 123, 72, 79, 77, 69, 125, 164, 120, 110, 45, 45, 164, 104, 111, 109, 101, 165, 117, 115, 101, 114, 115,
  164, 114, 111, 111, 116, 172, 99, 109, 112, 49, 58, 99, 111, 109, 109, 105, 116, 10,
]);

// Where each word begins in TEXT, as a CMP/1 str: a header of one byte, then the word. One more ends the last one.
const OFFSETS: usize = memory.data<u16>([
  0, 6, 13, 18, 26, 30, 37, 42, 51, 59, 66, 75, 83, 89, 94, 102, 109, 112, 117, 122, 126, 141, 154, 171, 188,
  204, 220, 235, 251, 265, 279, 294, 310, 323, 332, 347, 359, 369, 382, 399, 411, 421, 429, 433, 444, 452,
  458, 466, 473, 490, 503, 512, 517, 525, 535, 542, 554, 563, 568, 576, 582, 590, 601, 608, 615, 621, 626,
  635, 640, 647, 652, 654, 660, 666, 678, 690, 695, 702, 712, 718, 726, 733, 741, 748, 752, 760, 771, 781,
  787, 799, 804, 810, 817, 822, 830, 841, 849, 856, 861, 868, 874, 885, 890, 902, 908, 916, 924, 929, 935,
  946, 951, 959, 961, 969, 976, 984, 990, 997, 1004, 1012, 1022, 1031, 1039, 1046, 1053, 1060, 1073, 1082,
  1094, 1104, 1118, 1122, 1127, 1133, 1136, 1140, 1146, 1151, 1156, 1161, 1172, 1179, 1188, 1197, 1211, 1236,
  1247, 1257, 1264, 1269, 1279, 1285, 1296, 1303, 1311, 1315, 1320, 1325, 1335, 1340, 1346, 1351, 1357, 1373,
  1386, 1400, 1410, 1418, 1426, 1432, 1438, 1446, 1451, 1456, 1462, 1467, 1480,
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

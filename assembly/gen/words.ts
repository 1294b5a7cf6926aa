// Written by `npm run gen` from taxonomy/*.yaml; do not edit. Words the engine reads or writes, by id.

// Ids: of a single word, or of the first word of a group.
export const WORD_VERDICT: i32 = 0;
export const WORD_TIER: i32 = 3;
export const WORD_MODE: i32 = 8;
export const WORD_BINDING: i32 = 10;
export const WORD_DURABILITY: i32 = 13;
export const WORD_DIALECT: i32 = 16;
export const WORD_MARK: i32 = 20;
export const WORD_LOWERED_KIND: i32 = 30;
export const WORD_COUNTED: i32 = 40;
export const WORD_REQUEST_KEY: i32 = 43;
export const WORD_CONTEXT_KEY: i32 = 60;
export const WORD_HOST_KEY: i32 = 72;
export const WORD_ASSERTED_KEY: i32 = 76;
export const WORD_RECORD_KEY: i32 = 81;
export const WORD_PART_KEY: i32 = 102;
export const WORD_OBLIGATION_KEY: i32 = 108;
export const WORD_REASON_TIER: i32 = 114;
export const WORD_SCHEME_HOST: i32 = 119;
export const WORD_SCHEME_OPAQUE: i32 = 124;
export const WORD_HOST_LINK_LOCAL: i32 = 131;
export const WORD_HOST_PRIVATE_END: i32 = 134;
export const WORD_DIRECT: i32 = 141;
export const WORD_UNKNOWN: i32 = 142;
export const WORD_ORG: i32 = 143;
export const WORD_BASE: i32 = 144;
export const WORD_TOOL: i32 = 145;
export const WORD_RECIPIENT: i32 = 146;
export const WORD_HOST: i32 = 147;
export const WORD_ACTOR: i32 = 148;
export const WORD_TRUE: i32 = 149;
export const WORD_FALSE: i32 = 150;
export const WORD_DESTRUCTIVEHINT: i32 = 151;
export const WORD_READONLYHINT: i32 = 152;
export const WORD_OPENWORLDHINT: i32 = 153;
export const WORD_LOCALHOST: i32 = 154;
export const WORD_MAILTO_: i32 = 155;
export const WORD_FILE___: i32 = 156;
export const WORD_MCP__: i32 = 157;
export const WORD__HOME: i32 = 158;
export const WORD___HOME_: i32 = 159;
export const WORD_XN__: i32 = 160;
export const WORD_HOME: i32 = 161;
export const WORD_USERS: i32 = 162;
export const WORD_ROOT: i32 = 163;
export const WORD_CMP1_COMMIT_: i32 = 164;
export const WORD_COUNT: i32 = 165;

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
  97, 108, 108, 111, 119, 114, 101, 118, 105, 101, 119, 100, 101, 110, 121, 109, 105, 110, 105, 109, 97, 108,
  108, 111, 119, 109, 101, 100, 105, 117, 109, 104, 105, 103, 104, 99, 114, 105, 116, 105, 99, 97, 108, 101,
  110, 102, 111, 114, 99, 101, 115, 104, 97, 100, 111, 119, 97, 100, 118, 105, 115, 111, 114, 121, 119, 114,
  97, 112, 112, 101, 100, 98, 111, 117, 110, 100, 110, 111, 110, 101, 98, 97, 116, 99, 104, 101, 100, 115,
  116, 114, 105, 99, 116, 115, 104, 98, 97, 115, 104, 100, 97, 115, 104, 122, 115, 104, 97, 109, 111, 117,
  110, 116, 95, 105, 110, 101, 120, 97, 99, 116, 97, 109, 111, 117, 110, 116, 95, 114, 97, 110, 103, 101, 99,
  117, 114, 114, 101, 110, 99, 121, 95, 109, 105, 115, 115, 105, 110, 103, 99, 117, 114, 114, 101, 110, 99,
  121, 95, 117, 110, 107, 110, 111, 119, 110, 102, 105, 101, 108, 100, 95, 109, 97, 108, 102, 111, 114, 109,
  101, 100, 118, 97, 108, 117, 101, 115, 95, 111, 118, 101, 114, 102, 108, 111, 119, 115, 101, 114, 118, 101,
  114, 95, 117, 110, 98, 111, 117, 110, 100, 115, 101, 114, 118, 101, 114, 95, 99, 111, 110, 102, 108, 105,
  99, 116, 116, 111, 111, 108, 95, 117, 110, 109, 97, 112, 112, 101, 100, 114, 111, 119, 115, 95, 111, 118,
  101, 114, 102, 108, 111, 119, 98, 105, 110, 100, 105, 110, 103, 115, 101, 116, 112, 114, 111, 118, 101, 110,
  97, 110, 99, 101, 99, 111, 110, 116, 101, 120, 116, 114, 101, 108, 97, 120, 112, 114, 111, 102, 105, 108,
  101, 100, 111, 109, 97, 105, 110, 100, 101, 102, 97, 117, 108, 116, 95, 99, 117, 114, 114, 101, 110, 99,
  121, 117, 110, 107, 110, 111, 119, 110, 95, 114, 101, 97, 100, 97, 112, 112, 114, 111, 118, 97, 108, 102,
  117, 108, 108, 109, 105, 110, 105, 109, 97, 108, 100, 117, 112, 108, 105, 99, 97, 116, 101, 97, 99, 116,
  105, 111, 110, 97, 110, 110, 111, 116, 97, 116, 105, 111, 110, 115, 97, 112, 112, 114, 111, 118, 97, 108,
  97, 114, 103, 115, 98, 105, 110, 100, 105, 110, 103, 99, 101, 108, 108, 115, 99, 111, 110, 116, 101, 120,
  116, 100, 117, 114, 97, 98, 105, 108, 105, 116, 121, 101, 110, 103, 105, 110, 101, 102, 105, 101, 108, 100,
  115, 105, 109, 97, 103, 101, 109, 111, 100, 101, 114, 101, 118, 105, 101, 119, 101, 114, 115, 97, 108, 116,
  115, 101, 114, 118, 101, 114, 116, 111, 111, 108, 118, 97, 99, 116, 111, 114, 97, 103, 101, 110, 116, 97,
  115, 115, 101, 114, 116, 101, 100, 95, 98, 121, 101, 110, 118, 105, 114, 111, 110, 109, 101, 110, 116, 104,
  111, 115, 116, 112, 97, 114, 101, 110, 116, 112, 114, 105, 110, 99, 105, 112, 97, 108, 114, 111, 108, 101,
  115, 115, 101, 115, 115, 105, 111, 110, 116, 101, 110, 97, 110, 116, 116, 105, 109, 101, 95, 109, 115, 116,
  122, 95, 109, 105, 110, 99, 119, 100, 100, 105, 97, 108, 101, 99, 116, 112, 101, 114, 115, 105, 115, 116,
  101, 110, 116, 114, 101, 97, 108, 112, 97, 116, 104, 115, 97, 99, 116, 111, 114, 101, 110, 118, 105, 114,
  111, 110, 109, 101, 110, 116, 104, 111, 115, 116, 114, 111, 108, 101, 115, 116, 122, 95, 109, 105, 110, 97,
  114, 103, 115, 98, 105, 110, 100, 105, 110, 103, 100, 117, 114, 97, 98, 105, 108, 105, 116, 121, 101, 100,
  105, 116, 105, 111, 110, 101, 110, 103, 105, 110, 101, 103, 97, 116, 101, 104, 97, 122, 97, 114, 100, 105,
  109, 97, 103, 101, 108, 111, 119, 101, 114, 101, 100, 95, 98, 121, 109, 111, 100, 101, 111, 98, 108, 105,
  103, 97, 116, 105, 111, 110, 115, 112, 97, 114, 116, 115, 114, 101, 97, 115, 111, 110, 115, 114, 101, 113,
  117, 101, 115, 116, 114, 111, 119, 115, 115, 99, 111, 114, 101, 116, 104, 114, 101, 115, 104, 111, 108, 100,
  115, 116, 105, 101, 114, 116, 105, 109, 101, 95, 109, 115, 118, 118, 101, 114, 100, 105, 99, 116, 97, 99,
  116, 105, 111, 110, 99, 111, 117, 110, 116, 101, 100, 102, 108, 97, 103, 115, 104, 97, 122, 97, 114, 100,
  108, 101, 118, 101, 108, 115, 109, 97, 112, 112, 105, 110, 103, 97, 112, 112, 114, 111, 118, 101, 114, 115,
  100, 105, 115, 99, 108, 111, 115, 101, 100, 114, 121, 95, 114, 117, 110, 110, 111, 116, 105, 102, 121, 114,
  101, 100, 97, 99, 116, 116, 116, 108, 95, 109, 115, 116, 105, 101, 114, 95, 109, 105, 110, 105, 109, 97,
  108, 116, 105, 101, 114, 95, 108, 111, 119, 116, 105, 101, 114, 95, 109, 101, 100, 105, 117, 109, 116, 105,
  101, 114, 95, 104, 105, 103, 104, 116, 105, 101, 114, 95, 99, 114, 105, 116, 105, 99, 97, 108, 102, 116,
  112, 104, 116, 116, 112, 104, 116, 116, 112, 115, 119, 115, 119, 115, 115, 97, 98, 111, 117, 116, 98, 108,
  111, 98, 100, 97, 116, 97, 102, 105, 108, 101, 106, 97, 118, 97, 115, 99, 114, 105, 112, 116, 109, 97, 105,
  108, 116, 111, 118, 98, 115, 99, 114, 105, 112, 116, 109, 101, 116, 97, 100, 97, 116, 97, 105, 110, 115,
  116, 97, 110, 99, 101, 45, 100, 97, 116, 97, 109, 101, 116, 97, 100, 97, 116, 97, 46, 103, 111, 111, 103,
  108, 101, 46, 105, 110, 116, 101, 114, 110, 97, 108, 46, 108, 111, 99, 97, 108, 104, 111, 115, 116, 46, 105,
  110, 116, 101, 114, 110, 97, 108, 46, 108, 111, 99, 97, 108, 46, 108, 97, 110, 46, 105, 110, 116, 114, 97,
  110, 101, 116, 46, 99, 111, 114, 112, 46, 104, 111, 109, 101, 46, 97, 114, 112, 97, 100, 105, 114, 101, 99,
  116, 117, 110, 107, 110, 111, 119, 110, 111, 114, 103, 98, 97, 115, 101, 116, 111, 111, 108, 114, 101, 99,
  105, 112, 105, 101, 110, 116, 104, 111, 115, 116, 97, 99, 116, 111, 114, 116, 114, 117, 101, 102, 97, 108,
  115, 101, 100, 101, 115, 116, 114, 117, 99, 116, 105, 118, 101, 72, 105, 110, 116, 114, 101, 97, 100, 79,
  110, 108, 121, 72, 105, 110, 116, 111, 112, 101, 110, 87, 111, 114, 108, 100, 72, 105, 110, 116, 108, 111,
  99, 97, 108, 104, 111, 115, 116, 109, 97, 105, 108, 116, 111, 58, 102, 105, 108, 101, 58, 47, 47, 109, 99,
  112, 95, 95, 36, 72, 79, 77, 69, 36, 123, 72, 79, 77, 69, 125, 120, 110, 45, 45, 104, 111, 109, 101, 117,
  115, 101, 114, 115, 114, 111, 111, 116, 99, 109, 112, 49, 58, 99, 111, 109, 109, 105, 116, 10,
]);

// Where each word begins in TEXT; one more than there are words, so that the next one ends it.
const OFFSETS: usize = memory.data<u16>([
  0, 5, 11, 15, 22, 25, 31, 35, 43, 50, 56, 64, 71, 76, 80, 87, 93, 95, 99, 103, 106, 120, 132, 148, 164, 179,
  194, 208, 223, 236, 249, 256, 259, 269, 276, 281, 288, 294, 310, 322, 330, 334, 341, 350, 356, 367, 375,
  379, 386, 391, 398, 408, 414, 420, 425, 429, 437, 441, 447, 451, 452, 457, 462, 473, 484, 488, 494, 503,
  508, 515, 521, 528, 534, 537, 544, 554, 563, 568, 579, 583, 588, 594, 598, 605, 615, 622, 628, 632, 638,
  643, 653, 657, 668, 673, 680, 687, 691, 696, 706, 710, 717, 718, 725, 731, 738, 743, 749, 755, 762, 771,
  779, 786, 792, 798, 804, 816, 824, 835, 844, 857, 860, 864, 869, 871, 874, 879, 883, 887, 891, 901, 907,
  915, 923, 936, 960, 970, 979, 985, 989, 998, 1003, 1013, 1019, 1026, 1029, 1033, 1037, 1046, 1050, 1055,
  1059, 1064, 1079, 1091, 1104, 1113, 1120, 1127, 1132, 1137, 1144, 1148, 1152, 1157, 1161, 1173,
]);

/** Address of the first byte of a word. */
export function wordAt(id: i32): usize {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  return TEXT + load<u16>(OFFSETS + ((<usize>id) << 1));
}

/** Size of a word in bytes. */
export function wordBytes(id: i32): i32 {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  const at = OFFSETS + ((<usize>id) << 1);
  return <i32>load<u16>(at, 2) - <i32>load<u16>(at);
}

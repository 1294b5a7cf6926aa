/**
 * Inputs that made the verdict less strict, or kept a raising entry from matching, with who vouches for each
 * (docs/format/evaluation.md, step 9). The closed list of them stands in SECURITY.md.
 */
import { equal } from "../base/bytes";
import { bytesAt, bytesSize, firstChild, nextSibling } from "../base/cmp";
import {
  EXCUSE_ACTOR,
  EXCUSE_DOMAIN_HOST,
  EXCUSE_DOMAIN_RECIPIENT,
  EXCUSE_ENVIRONMENT,
  EXCUSE_HOST_FACTS,
  EXCUSE_PROVENANCE,
  EXCUSE_ROLES,
  EXCUSE_TZ_MIN,
  isExcused,
  isSetExcused,
} from "../condition/lowered";
import { call } from "../decide/call";
import { keptAt, keptCount } from "../decide/parts";
import { matchedCount, matchedRow } from "../decide/table";
import {
  LOWERED_KIND_APPROVAL,
  LOWERED_KIND_BINDING,
  LOWERED_KIND_CONTEXT,
  LOWERED_KIND_DEFAULT_CURRENCY,
  LOWERED_KIND_DOMAIN,
  LOWERED_KIND_PROVENANCE,
  LOWERED_KIND_RELAX,
  LOWERED_KIND_SET,
  LOWERED_KIND_UNKNOWN_READ,
  ROW_KIND_RELAX,
  SERVER_BINDING_BOUND,
  TRUST_USER,
} from "../gen/codes";
import {
  LOWERED_AUTHORITY,
  LOWERED_BYTES,
  LOWERED_KIND,
  LOWERED_NAME,
  META_ACTION_READ,
  ROWS_CODE,
  ROWS_KIND,
  SECTION_LOWERED,
  SECTION_SETS,
  SETS_BYTES,
} from "../gen/layout";
import {
  APPROVAL_KEY_APPROVERS,
  ASSERTED_KEY_ACTOR,
  ASSERTED_KEY_COUNT,
  ASSERTED_KEY_ENVIRONMENT,
  ASSERTED_KEY_HOST,
  ASSERTED_KEY_ROLES,
  REASON_ANSWER_APPROVED,
  WORD_ASSERTED_KEY,
  WORD_BASE,
  WORD_HOST,
  WORD_LOWERED_KIND,
  WORD_ORG,
  WORD_RECIPIENT,
  WORD_TOOL,
  WORD_TRUST,
  wordAt,
  wordBytes,
} from "../gen/words";
import { boundServerAt, boundServerBytes } from "../normalise/normalise";
import { part } from "../normalise/part";
import { defaultCurrencyRef, entryAt, metaAt, sectionCount, textAt, textBytes } from "../policy/view";
import { approval, approverId, approverKey, authority } from "../request/view";

/** One entry: three texts. 20 bytes. */
@unmanaged
export class Lowered {
  kindWord: i32;
  nameAt: usize;
  nameBytes: u32;
  authorityAt: usize;
  authorityBytes: u32;
}

const ENTRY_BYTES: usize = 20;
const ENTRIES_MAX: i32 = 600; // 256 sets, 256 relax entries, 5 context facts, 8 approvers, 5 others, and those of the image.
const ENTRIES: usize = memory.data(12000, 4);
let entries: i32 = 0;

export function loweredCount(): i32 {
  return entries;
}

export function loweredAt(position: i32): Lowered {
  return changetype<Lowered>(ENTRIES + <usize>position * ENTRY_BYTES);
}

function isListed(kind: i32, nameAt: usize, nameBytes: u32, authorityAt: usize, authorityBytes: u32): bool {
  for (let position = 0; position < entries; position++) {
    const entry = loweredAt(position);
    if (entry.kindWord != WORD_LOWERED_KIND + kind) continue;
    if (entry.nameBytes != nameBytes || entry.authorityBytes != authorityBytes) continue;
    if (equal(entry.nameAt, nameAt, nameBytes) && equal(entry.authorityAt, authorityAt, authorityBytes))
      return true;
  }
  return false;
}

function add(kind: i32, nameAt: usize, nameBytes: u32, authorityAt: usize, authorityBytes: u32): void {
  assert(entries < ENTRIES_MAX);
  const entry = loweredAt(entries++);
  entry.kindWord = WORD_LOWERED_KIND + kind;
  entry.nameAt = nameAt;
  entry.nameBytes = nameBytes;
  entry.authorityAt = authorityAt;
  entry.authorityBytes = authorityBytes;
}

function addByOrg(kind: i32, nameAt: usize, nameBytes: u32): void {
  add(kind, nameAt, nameBytes, wordAt(WORD_ORG), wordBytes(WORD_ORG));
}

function addSets(): void {
  const sets = sectionCount(SECTION_SETS);
  for (let index: u32 = 0; index < sets; index++) {
    const ref = entryAt(SECTION_SETS, index, SETS_BYTES);
    if (isSetExcused(index)) addByOrg(LOWERED_KIND_SET, textAt(ref), textBytes(ref));
  }
}

/** The excuse that belongs to an ASSERTED_KEY_*. */
function excuseOf(assertedKey: i32): u32 {
  if (assertedKey == ASSERTED_KEY_ACTOR) return EXCUSE_ACTOR;
  if (assertedKey == ASSERTED_KEY_ENVIRONMENT) return EXCUSE_ENVIRONMENT;
  if (assertedKey == ASSERTED_KEY_HOST) return EXCUSE_HOST_FACTS;
  return assertedKey == ASSERTED_KEY_ROLES ? EXCUSE_ROLES : EXCUSE_TZ_MIN;
}

function addContext(): void {
  for (let key = 0; key < ASSERTED_KEY_COUNT; key++) {
    if (!isExcused(excuseOf(key))) continue;
    const word = WORD_ASSERTED_KEY + key;
    const by = authority(key);
    add(LOWERED_KIND_CONTEXT, wordAt(word), wordBytes(word), bytesAt(by), bytesSize(by));
  }
}

function addRelaxed(): void {
  for (let position = 0; position < matchedCount(); position++) {
    const row = matchedRow(position);
    if (<i32>load<u8>(row + ROWS_KIND) != ROW_KIND_RELAX) continue;
    addByOrg(LOWERED_KIND_RELAX, textAt(row + ROWS_CODE), textBytes(row + ROWS_CODE));
  }
}

function usedDefaultCurrency(): bool {
  for (let part = 0; part < keptCount(); part++) if (keptAt(part).usedDefaultCurrency) return true;
  return false;
}

function isUnknownRead(): bool {
  const read = load<u32>(metaAt(META_ACTION_READ));
  for (let part = 0; part < keptCount(); part++) if (keptAt(part).actionIndex == read) return true;
  return false;
}

function addDomain(bit: u32, word: i32): void {
  if (isExcused(bit)) addByOrg(LOWERED_KIND_DOMAIN, wordAt(word), wordBytes(word));
}

function addApprovers(): void {
  const approvers = approval(APPROVAL_KEY_APPROVERS);
  for (let entry = firstChild(approvers); entry >= 0; entry = nextSibling(approvers, entry)) {
    const id = approverId(entry);
    const key = approverKey(entry);
    add(LOWERED_KIND_APPROVAL, bytesAt(id), bytesSize(id), bytesAt(key), bytesSize(key));
  }
}

/** What the engine itself saw of one kind. */
function addSeen(kind: i32): void {
  if (kind == LOWERED_KIND_BINDING && part().serverBinding == SERVER_BINDING_BOUND) {
    addByOrg(kind, boundServerAt(), boundServerBytes());
  }
  if (kind == LOWERED_KIND_SET) addSets();
  if (kind == LOWERED_KIND_PROVENANCE && isExcused(EXCUSE_PROVENANCE)) {
    const user = WORD_TRUST + TRUST_USER;
    add(kind, wordAt(user), wordBytes(user), wordAt(WORD_HOST), wordBytes(WORD_HOST));
  }
  if (kind == LOWERED_KIND_CONTEXT) addContext();
  if (kind == LOWERED_KIND_RELAX) addRelaxed();
  if (kind == LOWERED_KIND_DOMAIN) {
    addDomain(EXCUSE_DOMAIN_RECIPIENT, WORD_RECIPIENT);
    addDomain(EXCUSE_DOMAIN_HOST, WORD_HOST);
  }
  if (kind == LOWERED_KIND_DEFAULT_CURRENCY && usedDefaultCurrency()) {
    addByOrg(kind, textAt(defaultCurrencyRef()), textBytes(defaultCurrencyRef()));
  }
  if (kind == LOWERED_KIND_UNKNOWN_READ && isUnknownRead()) {
    add(kind, wordAt(WORD_TOOL), wordBytes(WORD_TOOL), wordAt(WORD_BASE), wordBytes(WORD_BASE));
  }
  if (kind == LOWERED_KIND_APPROVAL && call().answer == REASON_ANSWER_APPROVED) addApprovers();
}

/** What the image says about itself of one kind. */
function addStated(kind: i32): void {
  const stated = sectionCount(SECTION_LOWERED);
  for (let index: u32 = 0; index < stated; index++) {
    const entry = entryAt(SECTION_LOWERED, index, LOWERED_BYTES);
    if (<i32>load<u32>(entry + LOWERED_KIND) != kind) continue;
    const name = entry + LOWERED_NAME;
    const by = entry + LOWERED_AUTHORITY;
    if (isListed(kind, textAt(name), textBytes(name), textAt(by), textBytes(by))) continue;
    add(kind, textAt(name), textBytes(name), textAt(by), textBytes(by));
  }
}

/** Gathers the entries for the reading that was taken, by kind. */
export function gatherLowered(): void {
  entries = 0;
  for (let kind = 0; kind <= LOWERED_KIND_APPROVAL; kind++) {
    if (keptCount() > 0) addSeen(kind);
    addStated(kind);
  }
}

/**
 * Names of hosts by what they lead to: the org's own, the machine's, a private network's, everybody's
 * (docs/format/evaluation.md, class of a host).
 */
import { endsWith, equal } from "../base/bytes";
import { lastIndex } from "../base/text";
import {
  HOST_SCOPE_LINK_LOCAL,
  HOST_SCOPE_ORG,
  HOST_SCOPE_PRIVATE,
  HOST_SCOPE_PUBLIC,
  NAMESPACE_DOMAIN,
  NAMESPACE_DOMAIN_UNDER,
} from "../gen/codes";
import {
  HOST_LINK_LOCAL_COUNT,
  HOST_PRIVATE_END_COUNT,
  HOST_PRIVATE_NAME_COUNT,
  HOST_SPELLING_COUNT,
  WORD_HOST_LINK_LOCAL,
  WORD_HOST_PRIVATE_END,
  WORD_HOST_PRIVATE_NAME,
  WORD_HOST_SPELLING,
  wordAt,
  wordBytes,
} from "../gen/words";
import { holds } from "../policy/view";

const DOT: u8 = 0x2e;

/** True when the domain, or a domain it lies under, is the org's. The bytes are in lower case. */
export function isOrgDomain(at: usize, bytes: u32): bool {
  if (holds(NAMESPACE_DOMAIN, at, bytes)) return true;
  for (let position: u32 = 0; position < bytes; position++) {
    if (load<u8>(at + position) != 0x2e) continue;
    if (holds(NAMESPACE_DOMAIN_UNDER, at + position + 1, bytes - position - 1)) return true;
  }
  return false;
}

/** True when the name is one of a group of names, or lies under it. */
function isUnderAny(at: usize, bytes: u32, firstWord: i32, words: i32): bool {
  for (let word = firstWord; word < firstWord + words; word++) {
    const size = <u32>wordBytes(word);
    if (!endsWith(at, bytes, wordAt(word), size)) continue;
    if (bytes == size || load<u8>(at + (bytes - size) - 1) == DOT) return true;
  }
  return false;
}

/** True when `169.254.`, `169-254-` or `a9fe` stands in the name. */
function spellsLinkLocal(at: usize, end: usize): bool {
  for (; end - at >= 8; at++) {
    const four = load<u32>(at);
    if (four == 0x65663961) return true; // "a9fe", and below "169." and "254.", as little-endian words
    if (four == 0x2e393631 && load<u32>(at, 4) == 0x2e343532) return true;
    if (four == 0x2d393631 && load<u32>(at, 4) == 0x2d343532) return true;
  }
  return false;
}

/** Class of a name in lower case that is no address: HOST_SCOPE_*. */
export function classOfName(at: usize, bytes: u32): i32 {
  if (isOrgDomain(at, bytes)) return HOST_SCOPE_ORG;
  for (let position = 0; position < HOST_LINK_LOCAL_COUNT; position++) {
    const word = WORD_HOST_LINK_LOCAL + position;
    if (<u32>wordBytes(word) == bytes && equal(at, wordAt(word), bytes)) return HOST_SCOPE_LINK_LOCAL;
  }
  if (lastIndex(at, at + bytes, 0x2e) == 0) return HOST_SCOPE_PRIVATE;
  for (let position = 0; position < HOST_PRIVATE_END_COUNT; position++) {
    const word = WORD_HOST_PRIVATE_END + position;
    if (endsWith(at, bytes, wordAt(word), wordBytes(word))) return HOST_SCOPE_PRIVATE;
  }
  if (isUnderAny(at, bytes, WORD_HOST_PRIVATE_NAME, HOST_PRIVATE_NAME_COUNT)) return HOST_SCOPE_PRIVATE;
  if (isUnderAny(at, bytes, WORD_HOST_SPELLING, HOST_SPELLING_COUNT)) {
    return spellsLinkLocal(at, at + bytes) ? HOST_SCOPE_LINK_LOCAL : HOST_SCOPE_PRIVATE;
  }
  return HOST_SCOPE_PUBLIC;
}

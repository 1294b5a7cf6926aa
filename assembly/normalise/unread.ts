/**
 * What a call in a language says besides the text that is taken apart (docs/format/evaluation.md, step 3a): arguments that
 * no extraction took, and headers that change what a request does.
 */

import { equal } from "../base/bytes";
import { after, bytesAt, bytesSize, isKey, isTaken, KIND_ARRAY, KIND_NIL, KIND_STR, kind } from "../base/cmp";
import { TRANSFORM_IGNORED } from "../gen/codes";
import {
  MAPPINGS_OP_COUNT,
  MAPPINGS_OP_START,
  OPS_BYTES,
  OPS_FROM,
  OPS_TRANSFORM,
  SECTION_OPS,
  SECTION_SEGMENTS,
  SEGMENTS_BYTES,
} from "../gen/layout";
import { NAME_BYTES_MAX } from "../gen/limits";
import { entryAt, shortBytes, shortStart, textAt, textBytes } from "../policy/view";
import { payload } from "../request/view";
import { headersOverride } from "./lang/http-text";
import { canonicalNameAt, canonicalNameBytes, canonise } from "./name";

/** The mapping says that what this key names changes nothing of what the text does. */
function isIgnored(mapping: usize, key: i32): bool {
  if (bytesSize(key) > <u32>NAME_BYTES_MAX) return false;
  canonise(bytesAt(key), bytesSize(key));
  const start = load<u32>(mapping + MAPPINGS_OP_START);
  const ops = load<u32>(mapping + MAPPINGS_OP_COUNT);
  for (let index: u32 = 0; index < ops; index++) {
    const op = entryAt(SECTION_OPS, start + index, OPS_BYTES);
    if (load<u8>(op + OPS_TRANSFORM) != <u8>TRANSFORM_IGNORED || shortBytes(op + OPS_FROM) != 1) continue;
    const name = entryAt(SECTION_SEGMENTS, shortStart(op + OPS_FROM), SEGMENTS_BYTES);
    if (textBytes(name) != canonicalNameBytes()) continue;
    if (equal(textAt(name), canonicalNameAt(), canonicalNameBytes())) return true;
  }
  return false;
}

/** True when some argument says a thing that nobody read: the tool may do more than its text tells. */
export function hasUnread(mapping: usize): bool {
  const end = after(payload());
  let node = payload() + 1;
  while (node < end) {
    const at = node++;
    if (isKey(at)) {
      if (isIgnored(mapping, at)) node = after(at);
      continue;
    }
    if (isTaken(at) || kind(at) == KIND_NIL || kind(at) >= KIND_ARRAY) continue;
    if (kind(at) != KIND_STR || bytesSize(at) > 0) return true;
  }
  return false;
}

/** True when a header among the arguments, in whatever form, asks for another method. */
export function argumentsOverride(): bool {
  const end = after(payload());
  for (let node = payload() + 1; node < end; node++) {
    if (kind(node) == KIND_STR && headersOverride(bytesAt(node), bytesSize(node))) return true;
  }
  return false;
}

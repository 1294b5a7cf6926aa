/**
 * Which variables of a shell may be assigned without changing what programs do (docs/format/command.md, section 6): those
 * that a pack names, and names in lower case, which only few programs look at.
 */
import { copyShort } from "../../base/bytes";
import { NAMESPACE_VARIABLE } from "../../gen/codes";
import { lookUp, NONE } from "../../policy/view";

const NAME_BYTES_MAX: u32 = 64;
const UNDERSCORE: u8 = 0x5f;
const PREFIX: usize = memory.data(72, 8);
const ALLOWED: u32 = 1;

/** True when the variable with this name may be assigned. */
export function mayAssign(at: usize, bytes: u32): bool {
  if (bytes == 0 || bytes > NAME_BYTES_MAX) return false;
  const known = lookUp(NAMESPACE_VARIABLE, at, bytes);
  if (known != NONE) return known == ALLOWED;
  copyShort(PREFIX, at, bytes);
  for (let position: u32 = 0; position < bytes; position++) {
    const byte = load<u8>(at + position);
    if (byte - 0x41 < 26 || byte >= 0x80) return false; // A-Z
    if (byte != UNDERSCORE) continue;
    store<u8>(PREFIX + position, 0x2a, 1);
    const prefix = lookUp(NAMESPACE_VARIABLE, PREFIX, position + 2);
    if (prefix != NONE) return prefix == ALLOWED;
    if (position + 1 < bytes) store<u8>(PREFIX + position, load<u8>(at + position, 1), 1);
  }
  return true;
}

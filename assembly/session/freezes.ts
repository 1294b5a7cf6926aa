/** What a person stopped (docs/format/cell.md, section 6): whether a call, or a part of it, names something frozen. */
import { equal } from "../base/bytes";
import { bytesAt, bytesSize } from "../base/cmp";
import * as codes from "../gen/codes";
import { ACTIONS_NAME } from "../gen/layout";
import {
  CONTEXT_KEY_ACTOR,
  CONTEXT_KEY_AGENT,
  CONTEXT_KEY_PARENT,
  CONTEXT_KEY_PRINCIPAL,
  CONTEXT_KEY_SESSION,
  CONTEXT_KEY_TENANT,
  REQUEST_KEY_SERVER,
  REQUEST_KEY_TOOL,
  WORD__SHA256_,
  wordAt,
  wordBytes,
} from "../gen/words";
import { canonicalNameAt, canonicalNameBytes, canoniseName } from "../normalise/name";
import { boundServerAt, boundServerBytes } from "../normalise/normalise";
import { part } from "../normalise/part";
import { textAt, textBytes } from "../policy/view";
import { ABSENT, context, member } from "../request/view";
import { Cell } from "./cell";
import { hasMark } from "./marks";
import { HASH_FROZEN, hashOf } from "./texts";

/** The mark of something frozen. */
export function frozenMark(scope: i32, at: usize, bytes: u32): u64 {
  return hashOf(HASH_FROZEN + <u32>scope, at, bytes) | codes.NOTE_CLASS_FROZEN;
}

function isFrozen(cell: Cell, scope: i32, at: usize, bytes: u32): bool {
  return hasMark(cell, frozenMark(scope, at, bytes));
}

function contextIsFrozen(cell: Cell, scope: i32, key: i32): bool {
  const node = context(key);
  return node != ABSENT && isFrozen(cell, scope, bytesAt(node), bytesSize(node));
}

/** Asks for a server by its own name: what a host knows of its definitions stands behind it. */
function serverIsFrozen(cell: Cell, at: usize, bytes: u32): bool {
  const mark = <u32>wordBytes(WORD__SHA256_);
  let end: u32 = 0;
  while (end + mark <= bytes && !equal(at + end, wordAt(WORD__SHA256_), mark)) end++;
  return isFrozen(cell, codes.FREEZE_SCOPE_SERVER, at, end + mark <= bytes ? end : bytes);
}

/** Whether something that all parts of the call share is frozen. */
export function callIsFrozen(cell: Cell): bool {
  if (
    contextIsFrozen(cell, codes.FREEZE_SCOPE_TENANT, CONTEXT_KEY_TENANT) ||
    contextIsFrozen(cell, codes.FREEZE_SCOPE_PRINCIPAL, CONTEXT_KEY_PRINCIPAL) ||
    contextIsFrozen(cell, codes.FREEZE_SCOPE_AGENT, CONTEXT_KEY_AGENT) ||
    contextIsFrozen(cell, codes.FREEZE_SCOPE_ACTOR, CONTEXT_KEY_ACTOR) ||
    contextIsFrozen(cell, codes.FREEZE_SCOPE_SESSION, CONTEXT_KEY_SESSION) ||
    contextIsFrozen(cell, codes.FREEZE_SCOPE_SESSION, CONTEXT_KEY_PARENT)
  )
    return true;
  const tool = member(REQUEST_KEY_TOOL);
  if (tool == ABSENT) return false;
  const stated = member(REQUEST_KEY_SERVER);
  canoniseName(); // Keys of arguments may have been spelled since.
  return (
    isFrozen(cell, codes.FREEZE_SCOPE_TOOL, bytesAt(tool), bytesSize(tool)) ||
    isFrozen(cell, codes.FREEZE_SCOPE_TOOL, canonicalNameAt(), canonicalNameBytes()) ||
    (boundServerBytes() > 0 && serverIsFrozen(cell, boundServerAt(), boundServerBytes())) ||
    (stated != ABSENT && serverIsFrozen(cell, bytesAt(stated), bytesSize(stated)))
  );
}

/** Whether the action of the part under way is frozen. */
export function partIsFrozen(cell: Cell): bool {
  const name = part().action + ACTIONS_NAME;
  return isFrozen(cell, codes.FREEZE_SCOPE_ACTION, textAt(name), textBytes(name));
}

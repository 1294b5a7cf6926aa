/**
 * Rows of APIs: which one a host, a path and a method lead to, and what its path says (docs/format/http.md, step 3).
 */
import { equalFolded } from "../../base/utf8";
import { NAMESPACE_API, STEP_KIND_ANY, STEP_KIND_ONE, STEP_KIND_REST } from "../../gen/codes";
import {
  APIS_BYTES,
  APIS_METHODS,
  APIS_STEP_COUNT,
  APIS_STEP_START,
  SECTION_APIS,
  SECTION_STEPS,
  STEPS_BYTES,
  STEPS_FIELD,
  STEPS_KIND,
  STEPS_PREFIX,
  STEPS_SUFFIX,
} from "../../gen/layout";
import { entryAt, listCount, listItem, lookUp, NONE, shortAt, shortBytes } from "../../policy/view";
import { draftText } from "../drafts";
import { segmentAt, segmentCount, segmentEnd } from "./http-url";

function stepAt(row: usize, position: u32): usize {
  return entryAt(SECTION_STEPS, load<u32>(row + APIS_STEP_START) + position, STEPS_BYTES);
}

/** True when one segment meets a step of kind exact or one. */
function meets(step: usize, position: i32): bool {
  const at = segmentAt(position);
  const end = segmentEnd(position);
  const prefixBytes = shortBytes(step + STEPS_PREFIX);
  const suffixBytes = shortBytes(step + STEPS_SUFFIX);
  const fixed = prefixBytes + suffixBytes;
  const size = <u32>(end - at);
  const isOne = load<u8>(step + STEPS_KIND) == <u8>STEP_KIND_ONE;
  if (isOne ? size <= fixed : size != fixed) return false;
  return (
    equalFolded(at, shortAt(step + STEPS_PREFIX), prefixBytes) &&
    equalFolded(end - suffixBytes, shortAt(step + STEPS_SUFFIX), suffixBytes)
  );
}

function matches(row: usize, methodBit: i32): bool {
  if ((load<u32>(row + APIS_METHODS) & (1 << methodBit)) == 0) return false;
  const steps = load<u32>(row + APIS_STEP_COUNT);
  const segments = <u32>segmentCount();
  for (let position: u32 = 0; position < steps; position++) {
    const step = stepAt(row, position);
    const kind = load<u8>(step + STEPS_KIND);
    if (kind == <u8>STEP_KIND_ANY) return true;
    if (position == segments) return false;
    if (kind == <u8>STEP_KIND_REST) return true;
    if (!meets(step, <i32>position)) return false;
  }
  return steps == segments;
}

function rowOfList(list: u32, methodBit: i32): usize {
  const count = listCount(list);
  for (let position: u32 = 0; position < count; position++) {
    const row = entryAt(SECTION_APIS, listItem(list, position), APIS_BYTES);
    if (matches(row, methodBit)) return row;
  }
  return 0;
}

/** True when some pack has rows for the host, or for what it ends with. */
export function hasRows(hostAt: usize, hostBytes: u32): bool {
  if (lookUp(NAMESPACE_API, hostAt, hostBytes) != NONE) return true;
  for (let position: u32 = 0; position < hostBytes; position++) {
    if (load<u8>(hostAt + position) != 0x2e) continue;
    if (lookUp(NAMESPACE_API, hostAt + position, hostBytes - position) != NONE) return true;
  }
  return false;
}

/** The row that host, segments and method lead to, or 0. */
export function findRow(hostAt: usize, hostBytes: u32, methodBit: i32): usize {
  let list = lookUp(NAMESPACE_API, hostAt, hostBytes);
  let row: usize = list == NONE ? 0 : rowOfList(list, methodBit);
  for (let position: u32 = 0; position < hostBytes && row == 0; position++) {
    if (load<u8>(hostAt + position) != 0x2e) continue;
    list = lookUp(NAMESPACE_API, hostAt + position, hostBytes - position);
    if (list != NONE) row = rowOfList(list, methodBit);
  }
  return row;
}

/** Where the text that a step captures ends: its prefix and suffix are not of it. */
function captureEnd(step: usize, position: i32): usize {
  const isRest = load<u8>(step + STEPS_KIND) == <u8>STEP_KIND_REST;
  return segmentEnd(isRest ? segmentCount() - 1 : position) - shortBytes(step + STEPS_SUFFIX);
}

/** Adds what the steps of the row name to the part that was begun last. The kept segments are then no longer read. */
export function takeCaptures(row: usize): void {
  const steps = load<u32>(row + APIS_STEP_COUNT);
  let position: u32 = 0;
  while (position < steps) {
    let step = stepAt(row, position);
    const field = load<u8>(step + STEPS_FIELD);
    const first = position++;
    if (field == 0) continue;
    const at = segmentAt(<i32>first) + shortBytes(step + STEPS_PREFIX);
    let end = captureEnd(step, <i32>first);
    // Neighbours of one field are one text: they move together, over the text around them, with a `/` between.
    while (position < steps && load<u8>(stepAt(row, position) + STEPS_FIELD) == field) {
      step = stepAt(row, position);
      const nextAt = segmentAt(<i32>position) + shortBytes(step + STEPS_PREFIX);
      const bytes = captureEnd(step, <i32>position) - nextAt;
      assert(end < nextAt);
      store<u8>(end++, 0x2f);
      memory.copy(end, nextAt, bytes);
      end += bytes;
      position++;
    }
    draftText(field, at, <u32>(end - at));
  }
}

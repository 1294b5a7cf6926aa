/**
 * Paths into arguments: a run of segments of the image, applied to the argument map. `each element` branches, so the
 * walk keeps the open arrays on a small stack and gives the values one by one, in document order.
 */
import { firstChild, KIND_ARRAY, KIND_MAP, kind, member, nextSibling } from "../base/cmp";
import { SECTION_SEGMENTS, SEGMENTS_BYTES } from "../gen/layout";
import { entryAt, NONE, textAt, textBytes } from "../policy/view";

const FRAME_BYTES: usize = 12; // array, child, segment after it
const FRAMES: usize = memory.data(96, 4); // PATH_SEGMENTS_MAX x 12
const NOTHING: i32 = -1;

let segmentStart: u32 = 0;
let segmentCount: u32 = 0;
let frames: usize = 0;
let fresh: bool = false;
let top: i32 = 0;

/** Begins a walk from `node` along `count` segments from entry `start` on. */
export function beginWalk(node: i32, start: u32, count: u32): void {
  segmentStart = start;
  segmentCount = count;
  frames = 0;
  fresh = true;
  top = node;
}

/** Follows the segments from `segment` on; opens a frame at each array. */
function descend(node: i32, segment: u32): i32 {
  for (; segment < segmentCount; segment++) {
    const at = entryAt(SECTION_SEGMENTS, segmentStart + segment, SEGMENTS_BYTES);
    if (textBytes(at) == NONE) {
      if (kind(node) != KIND_ARRAY) return NOTHING;
      const child = firstChild(node);
      if (child < 0) return NOTHING;
      const frame = FRAMES + frames * FRAME_BYTES;
      store<i32>(frame, node);
      store<i32>(frame, child, 4);
      store<u32>(frame, segment + 1, 8);
      frames++;
      node = child;
    } else {
      if (kind(node) != KIND_MAP) return NOTHING;
      node = member(node, textAt(at), textBytes(at));
      if (node < 0) return NOTHING;
    }
  }
  return node;
}

/** The next value, or -1 when there are no more. */
export function nextWalked(): i32 {
  if (fresh) {
    fresh = false;
    const found = descend(top, 0);
    if (found != NOTHING) return found;
  }
  while (frames > 0) {
    const frame = FRAMES + (frames - 1) * FRAME_BYTES;
    const child = nextSibling(load<i32>(frame), load<i32>(frame, 4));
    if (child < 0) {
      frames--;
      continue;
    }
    store<i32>(frame, child, 4);
    const found = descend(child, load<u32>(frame, 8));
    if (found != NOTHING) return found;
  }
  return NOTHING;
}

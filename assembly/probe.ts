/**
 * Debug target only: one door into a layer, so that tests can try every input of it. Never part of the release.
 */

import { scanArguments } from "./detect/scan";
import { IMAGE_DIGEST_AT } from "./policy/view";
import { readRequest } from "./request/read";
import { tierOf } from "./risk/hazard";
import { scoreOf } from "./risk/score";

export { decide, IMAGE_AT, loadImage, RECORD_AT, REQUEST_AT, RESULT_AT } from "./index";

/** Score of a hazard, in basis points. */
export function score(hazard: i32): i32 {
  return scoreOf(hazard);
}

/** Tier of a hazard under the loaded image. */
export function tier(hazard: i32): i32 {
  return tierOf(hazard);
}

/** Reads the request of `size` bytes; a status. */
export function read(size: i32): i32 {
  return readRequest(size, IMAGE_DIGEST_AT);
}

/** Marks of the arguments of the request that was read. */
export function scan(): u32 {
  return scanArguments();
}

/**
 * Debug target only: one door into a layer, so that tests can try every input of it. Never part of the release.
 */

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

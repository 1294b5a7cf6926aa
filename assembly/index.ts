/**
 * The wall: what a host sees of the engine (docs/format/request.md, the wall). It writes a request to REQUEST_AT, calls
 * `decide`, and reads RESULT_AT and RECORD_AT.
 */

import { call } from "./decide/call";
import { STATUS_OK } from "./gen/codes";
import { SECTION_WORDS } from "./gen/layout";
import { SEEN_MAX } from "./gen/limits";
import { layOutSqlWords } from "./gen/sql";
import { layOutWords, WORD_TEXT_BYTES } from "./gen/words";
import { decide as decideRequest, faultAt, name as nameRequest, recordSize } from "./pipeline";
import { loadImage as checkImage, imageFaultOffset } from "./policy/image";
import { IMAGE_AT, IMAGE_DIGEST_AT, sectionAt } from "./policy/view";
import { RECORD_AT } from "./record/encode";
import { REQUEST_AT } from "./request/read";
import { CELL_IDS_AT, KEY_SALT_AT, nameCount } from "./session/keys";
import { CELL_SIZES_AT, CELLS_AT } from "./session/memory";
import { findShown } from "./session/texts";

export { CELL_IDS_AT, CELL_SIZES_AT, CELLS_AT, IMAGE_AT, KEY_SALT_AT, RECORD_AT, REQUEST_AT };

const RESULT_BYTES: usize = 52;
/**
 * Offset of a fault, bytes of the record, verdict, tier, score, hazard; from `loadImage`, the image digest; and from
 * `name`, how many ids there are.
 */
export const RESULT_AT: usize = memory.data(56, 16);

/** Loads the image of `size` bytes at IMAGE_AT. Returns a status. */
export function loadImage(size: i32): i32 {
  memory.fill(RESULT_AT, 0, RESULT_BYTES);
  const status = checkImage(size);
  store<u32>(RESULT_AT, imageFaultOffset());
  if (status != STATUS_OK) return status;
  layOutWords(sectionAt(SECTION_WORDS));
  layOutSqlWords(sectionAt(SECTION_WORDS) + WORD_TEXT_BYTES);
  memory.copy(RESULT_AT + 16, IMAGE_DIGEST_AT, 32);
  return status;
}

/** Lists the histories that the request of `size` bytes at REQUEST_AT touches. Returns a status. */
export function name(size: i32): i32 {
  const status = nameRequest(size);
  store<u32>(RESULT_AT, faultAt());
  store<u32>(RESULT_AT, nameCount(), 48);
  return status;
}

/**
 * Lists at CELLS_AT what the text of `size` bytes at REQUEST_AT shows, whoever's it is. Returns how many hashes there are,
 * or -1: more than one list can hold.
 */
export function observe(size: i32, isUser: i32): i32 {
  const shown = findShown(REQUEST_AT, size, isUser != 0, CELLS_AT);
  return shown > SEEN_MAX ? -1 : shown;
}

/** Decides the request of `size` bytes at REQUEST_AT. Returns a status. */
export function decide(size: i32): i32 {
  memory.fill(RESULT_AT, 0, 16);
  const status = decideRequest(size);
  store<u32>(RESULT_AT, faultAt());
  if (status != STATUS_OK) return status;
  const whole = call();
  store<u32>(RESULT_AT, recordSize(), 4);
  store<u8>(RESULT_AT, whole.verdict, 8);
  store<u8>(RESULT_AT, whole.tier, 9);
  store<u16>(RESULT_AT, whole.score, 10);
  store<u32>(RESULT_AT, whole.hazard, 12);
  return STATUS_OK;
}

/** Why a gateway does not run something that a token would permit. docs/errors.md lists the codes with more words. */

import { CodedError, type ErrorDetail } from "../src/errors.ts";

/** What to do about each refusal, by its code. Those of the token itself are a TokenError's. */
export const GATEWAY_ADVICE = {
  gateway_option: "Give the wanted value; docs/tokens.md has a whole gateway.",
  keys_unreachable: "Bring the list of keys back, or correct it: without it no token is believed.",
  clock_unreadable: "Mend the clock: it gives milliseconds since 1970.",
  image_stale: "Ask again: the policy is another one now.",
  engine_stale: "Ask again: the engine is another one now.",
  frozen: "Ask the person who froze it.",
  freeze_unknown: "Bring the memory back: nothing runs while nobody can say what is frozen.",
  burnt: "Ask again: a token is used once.",
  burn_forgotten: "Correct the clock, which is behind what it was, and ask again.",
  burns_unreachable: "Bring the burn store back: nothing runs that could run twice.",
  log_unreachable: "Bring the log back and ask again: the token is burnt.",
  gateway_closed: "Open another gateway.",
} as const;

/** A code of {@link GatewayError}. Codes are stable; messages are not. */
export type GatewayCode = keyof typeof GATEWAY_ADVICE;

/** Nothing ran. */
export class GatewayError extends CodedError<GatewayCode> {
  override readonly name = "GatewayError";

  constructor(code: GatewayCode, detail: Omit<ErrorDetail, "offset"> = {}) {
    super(code, detail, GATEWAY_ADVICE[code]);
  }
}

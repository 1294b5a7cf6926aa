/** Why a gateway does not run something that a token would permit. docs/errors.md lists the codes with more words. */

/** What to do about each refusal, by its code. Those of the token itself are a TokenError's. */
export const GATEWAY_ADVICE = {
  image_stale: "Ask again: the policy is another one now.",
  engine_stale: "Ask again: the engine is another one now.",
  frozen: "Ask the person who froze it.",
  freeze_unknown: "Bring the memory back: nothing runs while nobody can say what is frozen.",
  burnt: "Ask again: a token is used once.",
  burns_unreachable: "Bring the burn store back: nothing runs that could run twice.",
  log_unreachable: "Bring the log back and ask again: the token is burnt.",
  gateway_closed: "Open another gateway.",
} as const;

/** A code of {@link GatewayError}. Codes are stable; messages are not. */
export type GatewayCode = keyof typeof GATEWAY_ADVICE;

/** Nothing ran. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayCode;
  readonly advice: string;

  constructor(code: GatewayCode, detail: string, cause?: unknown) {
    super(`${code}: ${detail}. ${GATEWAY_ADVICE[code]}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.advice = GATEWAY_ADVICE[code];
  }
}

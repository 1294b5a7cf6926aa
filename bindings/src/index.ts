/**
 * permit0: should this tool call run?
 *
 * @example
 * import { guard, permit } from "permit0";
 *
 * const refund = guard(async (charge: string, amount: number) => {
 *   await permit.require("payments.refund", { amount, currency: "USD", reference: charge });
 *   // only reached when the refund is allowed
 * });
 */

export { EngineError, type ErrorCode } from "./errors.ts";
export {
  type CallContext,
  createPermit,
  type Permit,
  type PermitCall,
  PermitDenied,
  type PermitOptions,
  PermitReview,
  permit,
} from "./permit.ts";
export type {
  AllowDecision,
  Context,
  Decision,
  DenyDecision,
  Obligations,
  ReviewDecision,
  Tier,
  Verdict,
} from "./types.ts";

import { permit } from "./permit.ts";

/** The guard of the default {@link permit}. */
export const guard = permit.guard;

/** What must and must not compile, checked by `tsc --noEmit`. */

import type { Decision, Verdict } from "permit0";

declare const decision: Decision;
declare const verdict: Verdict;

/** Every verdict has an answer. */
export function whole(given: Decision): string {
  switch (given.verdict) {
    case "allow":
      return "run it";
    case "review":
      return "ask a person";
    case "deny":
      return "do not run it";
  }
}

// @ts-expect-error: a switch that forgets review has a way out without an answer
export function forgetful(given: Decision): string {
  switch (given.verdict) {
    case "allow":
      return "run it";
    case "deny":
      return "do not run it";
  }
}

// @ts-expect-error: also when the switch is over the word alone
export function forgetfulOfWord(given: Verdict): string {
  switch (given) {
    case "allow":
      return "run it";
    case "deny":
      return "do not run it";
  }
}

// There is always a verdict, and no fourth one.
export const always: Verdict = decision.verdict;
// @ts-expect-error: a verdict may not be missing
export const missing: undefined = decision.verdict;
// @ts-expect-error: not a verdict
export const ask: Verdict = "ask";
export const isMaybe = (): boolean =>
  // @ts-expect-error: this comparison is always false
  verdict === "maybe";

// Nothing of a decision can be assigned.
// @ts-expect-error: readonly
decision.verdict = "allow";
// @ts-expect-error: readonly
decision.obligations.approvers = 0;
// @ts-expect-error: readonly
decision.reasons.push({ code: "x", sentence: "y" });
// @ts-expect-error: readonly
decision.digests.record = "";

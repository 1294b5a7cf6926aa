/** What of a call is not kept even encrypted: docs/format/payload.md, "Redaction". */

import { EvidenceError } from "./errors.ts";
import type { FieldPath } from "./fields.ts";

/** Steps to what is redacted, with all that is in it; `*` is any one step. */
export type RedactionRule = readonly string[];

const ANY = "*";

/** Reads rules such as `card.number` and `items.*.iban`. */
export function redactionOf(texts: readonly string[]): RedactionRule[] {
  return texts.map((text) => {
    const steps = text.split(".");
    if (steps.every((step) => step !== "")) return steps;
    throw new EvidenceError(
      "redaction_rule",
      `wanted steps separated by dots, such as items.*.iban, came ${JSON.stringify(text)}; remove the empty step`,
    );
  });
}

export function isRedacted(path: FieldPath, rules: readonly RedactionRule[]): boolean {
  return rules.some(
    (rule) =>
      rule.length > 0 &&
      rule.length <= path.length &&
      rule.every((step, at) => step === ANY || step === String(path[at])),
  );
}

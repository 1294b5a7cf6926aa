/** The one error for reviews: a code that never changes, where, what was wanted, what came, what to do. */

import { CodedError, type ErrorDetail, unknownDetail } from "../src/errors.ts";

/** Every code with the general advice, which an error may say more exactly. docs/approvals.md lists them. */
export const REVIEW_ADVICE = {
  // Opening.
  review_option: "Give the wanted value.",
  approval_record:
    "Open an approval for a decision of the engine whose verdict is review, with its own request.",
  approval_quorum_range: "Lower the number of approvers in the policy.",
  approval_limit: "Wait until one of them is decided, or end one: `permit0 approvals expire HANDLE`.",
  approval_cooldown: "Wait, and do not ask again for what a person has just refused.",

  // Deciding.
  approval_unknown: "See `permit0 approvals list`; a handle has 32 hex digits.",
  approval_closed: "Open another one if it is still wanted.",
  approval_expired: "Open another one if it is still wanted. Nobody refused it.",
  approval_self: "Let somebody decide who neither asks nor acts.",
  approval_twice: "Let another person approve: a quorum counts persons, not keys.",
  statement_wrong: "Sign the statement of this approval with the key that it names.",
  person_unknown: "Register the person, or correct the name: `permit0 persons list`.",
  person_key: "Use a registered key of that person: `permit0 persons list`.",

  // Using.
  approval_pending: "Wait for the persons who must approve.",
  wait_timeout: "Wait again with the same handle: the approval goes on.",

  // Where things are kept.
  approval_file: "Restore the file, or remove it and open another approval.",
  approval_store: "Make sure that the folder is yours alone and can be written, and try again.",
  persons_file: "Correct the list of persons.",
  person_exists: "Take another name, or remove that one first.",

  // Keys of people.
  person_key_file: "Restore the file of the key, or make a new key and register it.",
  passphrase_wrong: "Type the passphrase of this key again.",
  key_unattended: "Run this at a terminal, as the person whose key it is.",

  // The reviewer.
  reviewer_address: "Give an https address, or one of this machine.",
} as const;

/** A code of {@link ReviewError}. Codes are stable; messages are not. */
export type ReviewCode = keyof typeof REVIEW_ADVICE;

/**
 * A review that cannot go on as asked. Nothing was approved by it.
 *
 * @example
 * try {
 *   await approvals.approve(handle, { by: "ann@acme.example", signer });
 * } catch (error) {
 *   if (error instanceof ReviewError && error.code === "approval_expired") ask(again);
 * }
 */
export class ReviewError extends CodedError<ReviewCode> {
  override readonly name = "ReviewError";

  /** @param detail `path` is a place in a file or in options, or the handle of an approval; texts in `came` are escaped. */
  constructor(code: ReviewCode, detail: Omit<ErrorDetail, "offset"> = {}) {
    super(code, detail, REVIEW_ADVICE[code]);
  }
}

/** An option that is misspelt would be one that does not hold. @throws ReviewError `review_option`. */
export function needKnown(options: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    throw new ReviewError("review_option", unknownDetail(unknown, unknown, Object.keys(known)));
}

/** Who approved a record of a log, by a list of persons that a reader of the log has. */

import type { Ed25519 } from "../keys/ed25519.ts";
import type { Approval } from "../src/types.ts";
import type { Person } from "./persons.ts";
import { isSignedBy } from "./statement.ts";

/**
 * Says what is wrong with an approver of a record: he or his key is not in the list, or he signed something else. Who was
 * removed since may have approved before that, so what he signed is only verified.
 */
export function approverCheck(
  persons: readonly Person[],
  ed25519: Ed25519,
): (approval: Approval, at: number) => Promise<string | undefined> {
  return async (approval, at) => {
    const approver = approval.approvers[at];
    if (approver === undefined) return "there is no such approver";
    const { id, key, signature } = approver;
    const person = persons.find((one) => one.id === id);
    if (person === undefined) return `${id} is nobody whom it names`;
    const found = person.keys.find((one) => one.id === key);
    if (found === undefined) return `${key} is no key of ${id}`;
    const statement = { act: "approve", by: id, key: found.id, signature } as const;
    const isSigned = await isSignedBy(found.publicKey, approval, statement, ed25519);
    return isSigned ? undefined : `${id} did not sign this`;
  };
}

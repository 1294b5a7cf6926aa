/** Where the user who runs this keeps what is his own. No environment variable moves it. */

import { userInfo } from "node:os";
import { join } from "node:path";

/** `~/.permit0/keys`, whatever the environment says where his home is. */
export function defaultKeyFolder(): string {
  return join(userInfo().homedir, ".permit0", "keys");
}

/** `~/.permit0/person`: the keys that this user approves with. */
export function defaultPersonKeys(): string {
  return join(userInfo().homedir, ".permit0", "person");
}

/** `~/.permit0/persons.json`: who may approve. Better a file that the agent's user cannot write. */
export function defaultPersonFile(): string {
  return join(userInfo().homedir, ".permit0", "persons.json");
}

/** `~/.permit0/approvals`: what waits for a person. */
export function defaultApprovalFolder(): string {
  return join(userInfo().homedir, ".permit0", "approvals");
}

/** What the user who owns these keys believes about his own logs. Others get theirs from `permit0 keys show --trust`. */
export function ownTrustFile(keys: string = defaultKeyFolder()): string {
  return join(keys, "trust.json");
}

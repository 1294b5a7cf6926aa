/** Where the user who runs this keeps what is his own. No environment variable moves it. */

import { userInfo } from "node:os";
import { join } from "node:path";

/** `~/.permit0/keys`, whatever the environment says where his home is. */
export function defaultKeyFolder(): string {
  return join(userInfo().homedir, ".permit0", "keys");
}

/** What the user who owns these keys believes about his own logs. Others get theirs from `permit0 keys show --trust`. */
export function ownTrustFile(keys: string = defaultKeyFolder()): string {
  return join(keys, "trust.json");
}

/** A process of its own that does one thing with the approvals of a folder: `child.ts DIR PERSONS ACT HANDLE [SEED BY]`. */

import { openApprovals } from "../../bindings/hosts/node.ts";
import { signerOf } from "./reviewed.ts";

const [dir = "", persons = "", act = "", handle = "", seed = "", by = ""] = process.argv.slice(2);
const approvals = await openApprovals({ dir, persons, clock: () => 1_767_225_600_000 });
try {
  if (act === "wait") console.log((await approvals.wait(handle, { timeoutMs: 30_000 })).state);
  else if (act === "take") console.log((await approvals.take(handle)).view.state);
  else if (act === "approve")
    console.log((await approvals.approve(handle, { by, signer: signerOf(Number(seed)) })).state);
} catch (error) {
  console.log((error as { code: string }).code);
}

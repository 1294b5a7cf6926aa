/** A process that writes to a log until it is killed, and says of each record that it was answered. */

import { FolderStorage } from "../../bindings/hosts/folder-storage.ts";
import { entryOf, openSmall, signerOf } from "./small-log.ts";

const [folder, first] = process.argv.slice(2) as [string, string];
const log = await openSmall(new FolderStorage(folder), signerOf(1), {
  segmentBytes: 20_000,
  checkpointMs: 5,
  durability: "strict",
});
process.send?.("open");
let number = Number(first);
async function put(): Promise<void> {
  const own = number++;
  await log.append(entryOf(own));
  process.send?.(own);
}
for (;;) {
  await put();
  await Promise.all([put(), put(), put()]);
}

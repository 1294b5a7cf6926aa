/** A process that asks about a file of one agent whenever it is told, with a store that others share, and says what came of it. */

import { readFileSync } from "node:fs";
import { JsonLinesLog } from "../../bindings/hosts/log.ts";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { createPermit } from "../../bindings/src/permit.ts";

const [image, database, journal] = process.argv.slice(2) as [string, string, string];
const store = new LibsqlStore(database);
const log = new JsonLinesLog(journal);
const permit = createPermit({ image: new Uint8Array(readFileSync(image)), memory: { store, log } });
const context = { session: "s-1", agent: "a-1" };

process.on("message", (message: string) => {
  if (message === "end") {
    log.close();
    store.close();
    process.exit(0);
  }
  void permit
    .check({ action: "files.read", fields: { path: "notes.txt" }, context })
    .then(({ verdict, reasons }) => process.send?.({ verdict, reason: reasons[0]?.code ?? "" }));
});
process.send?.("ready");

/** One process of the hammer: decides a mail of every session it is told, at once, and says what came of it. */

import { readFileSync } from "node:fs";
import { JsonLinesLog } from "../../bindings/hosts/log.ts";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { createPermit } from "../../bindings/src/permit.ts";
import type { Answer } from "./hammer.ts";

const [image, database, journal] = process.argv.slice(2) as [string, string, string];
const store = new LibsqlStore(database);
const log = new JsonLinesLog(journal, { durability: "batched" });
const permit = createPermit({ image: new Uint8Array(readFileSync(image)), memory: { store, log } });
const fields = { recipient: "ann@acme.example", text: "Lunch?" };

process.on("message", (session: string) => {
  if (session === "end") {
    log.close();
    store.close();
    process.exit(0);
  }
  void permit.check({ action: "email.send", fields, context: { session } }).then(({ verdict, reasons }) => {
    const answer: Answer = { verdict, reason: reasons[0]?.code ?? "" };
    process.send?.(answer);
  });
});
process.send?.("ready");

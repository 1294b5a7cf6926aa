/**
 * A process with a gateway of its own: takes tokens from its parent, and says what came of each. What runs is a line in a
 * file, or nothing that ever ends.
 */

import { appendFileSync } from "node:fs";
import { BurnFolder } from "../../bindings/hosts/burn-folder.ts";
import { openLog } from "../../bindings/hosts/log-folder.ts";
import { ARGS } from "../token/fixture.ts";
import { open } from "../unit/built.ts";
import { atNow, atStart, codeOf, gatewayOf, permitOf, tokenOf } from "./fixture.ts";

const [mode, folder] = process.argv.slice(2) as ["take" | "hang" | "hang-note", string];
const clock = mode === "take" ? atStart() : atNow();
const engine = await open();
const burns = new BurnFolder(`${folder}/burns`);

if (mode === "take") {
  const gateway = await gatewayOf(permitOf(engine, clock), clock, { burns });
  process.on("message", async (token: string) => {
    const run = () => appendFileSync(`${folder}/ran`, `${token}\n`);
    process.send?.((await codeOf(gateway.execute(token, "read_file", ARGS, run))) ?? "ran");
  });
  process.send?.("open");
} else {
  const log = await openLog(`${folder}/log`, { keys: `${folder}/keys`, payloads: false });
  const permit = permitOf(engine, clock, { log });
  const forever = (): Promise<never> => {
    process.send?.(token);
    setInterval(() => {}, 1_000);
    return new Promise(() => {});
  };
  const held = { lastTimeMs: 0, noteBurn: forever, noteOutcome: forever };
  const gateway = await gatewayOf(permit, clock, { burns, log: mode === "hang" ? log : held });
  const token = await tokenOf(permit);
  await gateway.execute(token, "read_file", ARGS, forever);
}

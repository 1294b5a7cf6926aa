/** What one process freezes stops another one at its next decision: a real second process at the same store. */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { JsonLinesLog } from "../../bindings/hosts/log.ts";
import { LibsqlStore } from "../../bindings/hosts/memory-libsql.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { createPermit } from "../../bindings/src/permit.ts";
import { IMAGE, open } from "../unit/built.ts";
import { testFolder } from "./folder.ts";

const file = testFolder();
const CHILD = fileURLToPath(new URL("./freeze-child.ts", import.meta.url));
const ORDER = { scope: "agent", value: "a-1", by: "ann", reason: "reads too much" } as const;

async function said(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, "message")) as [unknown];
  return message;
}

test("a process that runs sees a freeze, and its end, with its next decision", async () => {
  const [image, database] = [file("base.image"), file("store.db")];
  writeFileSync(image, IMAGE);
  const child = fork(CHILD, [image, database, file("agent.jsonl")], { execArgv: ["--import", "tsx"] });
  const ask = async (): Promise<unknown> => {
    const answer = said(child);
    child.send("ask");
    return answer;
  };
  try {
    await said(child);
    const store = new LibsqlStore(database);
    const log = new JsonLinesLog(file("people.jsonl"));
    const people = createPermit({ image: IMAGE, memory: { store, log } });
    expect(await ask()).toMatchObject({ verdict: "allow" });
    for (let round = 0; round < 3; round++) {
      await people.freeze(ORDER);
      expect(await ask()).toEqual({ verdict: "deny", reason: "frozen" });
      expect((await people.frozen()).frozen).toMatchObject([ORDER]);
      await people.thaw(ORDER);
      expect(await ask()).toMatchObject({ verdict: "allow" });
    }
    const end = once(child, "exit");
    child.send("end");
    expect((await end)[0]).toBe(0);
    log.close();
    store.close();
  } finally {
    child.kill();
  }
}, 60_000);

test("a tool that nothing maps is frozen in every spelling, whatever its arguments are called", async () => {
  const permit = createPermit({ engine: open(), memory: new MemoryStore(), context: { session: "s" } });
  await permit.freeze({ scope: "tool", value: "frob_the_widget", by: "ann", reason: "odd" });
  for (const tool of ["frob_the_widget", "FrobTheWidget", "frob-the-widget", "_frob_the_widget_"]) {
    const { reasons } = await permit.check({ tool, args: { someWidget: 1, "drop-table": "x" } });
    expect(
      reasons.map(({ code }) => code),
      tool,
    ).toContain("frozen");
  }
});

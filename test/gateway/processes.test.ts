/** Several processes at one burn folder, and some that are killed in the middle. */

import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inventoryOf, readShard } from "../../bindings/evidence/shard.ts";
import { BurnFolder } from "../../bindings/hosts/burn-folder.ts";
import { FolderReader } from "../../bindings/hosts/folder-storage.ts";
import { openLog } from "../../bindings/hosts/log-folder.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import { ROOT } from "../../tools/files.ts";
import { ARGS, AUDIENCE } from "../token/fixture.ts";
import { open } from "../unit/built.ts";
import { atNow, atStart, codeOf, gatewayOf, permitOf, tokenOf } from "./fixture.ts";

const ROUNDS = 200;
const folder = mkdtempSync(join(tmpdir(), "permit0-gateway-"));
afterAll(() => rmSync(folder, { recursive: true }));
let engine: Engine;
beforeAll(async () => {
  engine = await open();
});

function child(mode: string, place: string): ChildProcess {
  return fork(join(ROOT, "test/gateway/child.ts"), [mode, place], { execArgv: ["--import", "tsx"] });
}

async function next(process: ChildProcess): Promise<string> {
  return ((await once(process, "message")) as [string])[0];
}

async function kill(process: ChildProcess): Promise<void> {
  process.kill("SIGKILL");
  await once(process, "exit");
}

const place = (name: string): string => mkdtempSync(join(folder, `${name}-`));

test(`of two processes with one token one runs it, ${ROUNDS} times`, async () => {
  const at = place("race");
  const children = [child("take", at), child("take", at)];
  expect(await Promise.all(children.map(next))).toEqual(["open", "open"]);
  const permit = permitOf(engine, atStart());
  for (let round = 0; round < ROUNDS; round++) {
    const token = await tokenOf(permit);
    const answers = Promise.all(children.map(next));
    for (const one of children) one.send(token);
    expect((await answers).sort()).toEqual(["burnt", "ran"]);
  }
  await Promise.all(children.map(kill));
  const ran = readFileSync(join(at, "ran"), "utf8").trimEnd().split("\n");
  expect(ran).toHaveLength(ROUNDS);
  expect(new Set(ran).size).toBe(ROUNDS);
});

/** The notes and outcomes of a log. */
async function loggedIn(path: string): Promise<string[]> {
  const storage = new FolderReader(path);
  const { shards } = inventoryOf(await storage.list());
  const found: string[] = [];
  for (const [, segments] of shards)
    await readShard(storage, segments, (batch) => {
      for (const { entry } of batch) {
        if (entry.note !== undefined) found.push(entry.note.kind);
        else {
          const { event } = decode(entry.record) as { event?: { kind: string; status: string } };
          found.push(event === undefined ? "decision" : `${event.kind} ${event.status}`);
        }
      }
    });
  return found;
}

test.each([
  ["while its call runs", "hang", ["decision", "burn", "outcome unknown"]],
  ["between the burn and the log", "hang-note", ["decision", "outcome unknown"]],
])("a process that is killed %s leaves its token burnt, and one outcome", async (_, mode, logged) => {
  const at = place(mode);
  const killed = child(mode, at);
  const token = await next(killed);
  // Burnt by a process that lives: nobody else says what became of it.
  const early = new BurnFolder(join(at, "burns"));
  expect(early.left(AUDIENCE)).toEqual([]);
  early.close();
  await kill(killed);

  const clock = atNow();
  for (let start = 0; start < 2; start++) {
    const log = await openLog(join(at, "log"), { keys: join(at, "keys"), payloads: false });
    const burns = new BurnFolder(join(at, "burns"));
    const gateway = await gatewayOf(permitOf(engine, clock, { log }), clock, { log, burns });
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, () => 1))).toBe("burnt");
    burns.close();
    await log.close();
    const found = (await loggedIn(join(at, "log"))).filter((kind) => !["begin", "adopt"].includes(kind));
    expect(found).toEqual(logged);
  }
  expect(readdirSync(join(at, "burns")).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

// A limit on the size of its files stands for a disk without room.
test.skipIf(!existsSync("/usr/bin/prlimit"))(
  "on a full disk nothing runs, and what was begun is burnt",
  async () => {
    const at = place("full");
    const full = child("take", at);
    await next(full);
    execFileSync("/usr/bin/prlimit", [`--pid=${full.pid}`, "--fsize=0"]);
    const permit = permitOf(engine, atStart());
    const token = await tokenOf(permit);
    const asked = async (): Promise<string> => {
      const answer = next(full);
      full.send(token);
      return answer;
    };
    expect(await asked()).toBe("burns_unreachable");
    expect(await asked()).toBe("burnt");
    expect(existsSync(join(at, "ran"))).toBe(false);
    await kill(full);
    // Nobody can read half a burn, and nothing ran by it.
    const burns = new BurnFolder(join(at, "burns"));
    expect(burns.left(AUDIENCE)).toEqual([]);
    burns.close();
  },
);

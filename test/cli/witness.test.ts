/** `permit0 witness`: a server in a process of its own, asked by the library. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { formatVkey, KEY_TYPE, noteKey, parseVkey } from "../../bindings/evidence/note.ts";
import { consistencyProof, leafHash, subtreeHashes } from "../../bindings/evidence/tree.ts";
import { submitCheckpoint } from "../../bindings/evidence/witness-client.ts";
import { ROOT } from "../../tools/files.ts";
import { signerOf, verify } from "../evidence/ed25519.ts";
import { run } from "./command.ts";

const NAME = "witness.local/w";
const ORIGIN = "permit0.local/0/main";
const folder = mkdtempSync(join(tmpdir(), "permit0-witness-"));
const [keys, state] = [join(folder, "keys"), join(folder, "seen.json")];
const running: ChildProcess[] = [];

beforeAll(() => {
  expect(run(["keys", "new", "--keys", keys]).status).toBe(0);
});

afterAll(() => {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true });
});

const logSigner = signerOf(1);
const logKey = formatVkey(noteKey(ORIGIN, KEY_TYPE.note, logSigner.publicKey));
const hashOf = subtreeHashes((index) => leafHash(Uint8Array.of(index)));
const proof = (from: number, to: number): Uint8Array[] => consistencyProof(from, to, hashOf);

async function serve(): Promise<{ child: ChildProcess; url: string; vkey: string }> {
  const options = ["--name", NAME, "--keys", keys, "--state", state, "--log", logKey, "--port", "0"];
  const child = spawn(process.execPath, [join(ROOT, "dist/cli/main.js"), "witness", "serve", ...options]);
  running.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const [url, vkey] = [(await lines.next()).value, (await lines.next()).value];
  return { child, url: url ?? "", vkey: vkey ?? "" };
}

async function ask(url: string, vkey: string, size: number, of = hashOf): Promise<number> {
  const note = await signCheckpoint({ origin: ORIGIN, size, root: of(0, size) }, [logSigner]);
  const kept = await submitCheckpoint({
    url,
    witness: [parseVkey(vkey)],
    note,
    oldSize: 0,
    proof,
    verify,
    post: async (to, body) => {
      const answer = await fetch(to, { method: "POST", body: body as BodyInit });
      const type = answer.headers.get("content-type") ?? "";
      return { status: answer.status, type, body: new Uint8Array(await answer.arrayBuffer()) };
    },
  });
  return kept.length;
}

it("cosigns, stops when it is told to, and goes on from what it saw", async () => {
  const first = await serve();
  expect(run(["witness", "key", "--name", NAME, "--keys", keys]).stdout).toBe(`${first.vkey}\n`);
  expect(parseVkey(first.vkey)).toMatchObject({ name: NAME, type: KEY_TYPE.cosignature });
  expect(await ask(first.url, first.vkey, 5)).toBe(1);
  first.child.kill("SIGTERM");
  expect((await once(first.child, "exit"))[0]).toBe(0);
  expect(JSON.parse(readFileSync(state, "utf8")).logs).toMatchObject([{ origin: ORIGIN, size: 5 }]);
  const second = await serve();
  expect(await ask(second.url, second.vkey, 9)).toBe(1);
  await expect(ask(second.url, second.vkey, 4)).rejects.toMatchObject({ code: "witness_ahead" });
  const busy = run(["witness", "serve", "--name", NAME, "--keys", keys, "--state", state, "--log", logKey]);
  expect([busy.status, busy.stderr]).toEqual([2, expect.stringContaining("has it open")]);
  second.child.kill("SIGINT");
  expect((await once(second.child, "exit"))[0]).toBe(0);
});

it.each([
  ["a port that is none", ["--log", logKey, "--port", "70000"], "--port: wanted 0 to 65535"],
  ["a key that is none", ["--log", "main"], "--log: wanted NAME+ID+KEY"],
  [
    "a key of a witness",
    ["--log", formatVkey(noteKey("w", KEY_TYPE.cosignature, logSigner.publicKey))],
    "type 0x01",
  ],
  ["no log", [], "--log"],
])("does not start with %s", (_, options, message) => {
  const done = run(["witness", "serve", "--name", NAME, "--keys", keys, "--state", `${state}2`, ...options]);
  expect([done.status, done.stderr]).toEqual([2, expect.stringContaining(message)]);
});

it("is no witness of its own log", () => {
  const { publicKey } = parseVkey(run(["witness", "key", "--name", NAME, "--keys", keys]).stdout.trim());
  const own = formatVkey(noteKey(ORIGIN, KEY_TYPE.note, publicKey));
  const done = run([
    "witness",
    "serve",
    "--name",
    NAME,
    "--keys",
    keys,
    "--state",
    `${state}3`,
    "--log",
    own,
  ]);
  expect([done.status, done.stderr]).toEqual([2, expect.stringContaining("a log cannot witness itself")]);
});

/** A witness and the client that asks it: in one process, and over HTTP with its memory in a file. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { base64 } from "../../bindings/evidence/base64.ts";
import { openCheckpoint, parseCheckpointText, signCheckpoint } from "../../bindings/evidence/checkpoint.ts";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import {
  bytesOfText,
  KEY_TYPE,
  type Note,
  noteKey,
  parseSignatureLines,
  parseVkey,
  signatureLine,
} from "../../bindings/evidence/note.ts";
import { consistencyProof, emptyRoot, leafHash, subtreeHashes } from "../../bindings/evidence/tree.ts";
import { type SeenCheckpoint, Witness, type WitnessMemory } from "../../bindings/evidence/witness.ts";
import { type Post, submitCheckpoint } from "../../bindings/evidence/witness-client.ts";
import {
  formatAddCheckpoint,
  parseAddCheckpoint,
  type WitnessAnswer,
} from "../../bindings/evidence/witness-request.ts";
import { witnessingBy } from "../../bindings/evidence/witnessing.ts";
import { serveWitness, WitnessFile } from "../../bindings/hosts/witness-server.ts";
import { signerOf, verify } from "./ed25519.ts";
import { MemoryStorage } from "./in-memory.ts";

const ORIGIN = "permit0.local/0/main";
const NAME = "witness.local/w";
const [logSigner, witnessSigner, stranger] = [signerOf(1), signerOf(2), signerOf(3)];
const logs = [noteKey(ORIGIN, KEY_TYPE.note, logSigner.publicKey)];
const witnessKey = noteKey(NAME, KEY_TYPE.cosignature, witnessSigner.publicKey);
const own = JSON.parse(readFileSync("test/vectors/c2sp/own-vectors.json", "utf8"));

/** A log of so many entries; a branch has other entries from some index on. */
class Log {
  readonly #branchAt: number;
  constructor(branchAt = Number.POSITIVE_INFINITY) {
    this.#branchAt = branchAt;
  }
  readonly hashOf = subtreeHashes((index) =>
    leafHash(bytesOfText(`${index < this.#branchAt ? "entry" : "other"} ${index}`)),
  );
  proof = (from: number, to: number): Uint8Array[] => consistencyProof(from, to, this.hashOf);
  note(size: number, signer = logSigner, origin = ORIGIN): Promise<Note> {
    return signCheckpoint({ origin, size, root: this.hashOf(0, size) }, [signer]);
  }
  async request(oldSize: number, size: number): Promise<Uint8Array> {
    const proof = oldSize === 0 ? [] : this.proof(oldSize, size);
    return formatAddCheckpoint({ oldSize, proof, note: await this.note(size) });
  }
}

function memory(): WitnessMemory & { readonly seen: Map<string, SeenCheckpoint> } {
  const seen = new Map<string, SeenCheckpoint>();
  return {
    seen,
    // Later, so that steps would overlap if they could.
    load: async (origin) => {
      await new Promise((done) => setTimeout(done, 1));
      return seen.get(origin);
    },
    store: async (origin, last) => {
      await new Promise((done) => setTimeout(done, 1));
      seen.set(origin, last);
    },
  };
}

const witnessWith = (store: WitnessMemory = memory()): Witness =>
  new Witness({ name: NAME, signer: witnessSigner, logs, memory: store, verify, timeS: () => 1_800_000_000 });

const textOf = ({ body }: WitnessAnswer): string => Buffer.from(body).toString("utf8");

async function codeOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => "accepted",
    (error: unknown) => (error instanceof EvidenceError ? error.code : Promise.reject(error)),
  );
}

describe("a witness", () => {
  const log = new Log();

  it("cosigns what continues what it saw", async () => {
    const witness = witnessWith();
    let last = 0;
    for (const size of [0, 1, 1, 7, 8, 200]) {
      const answer = await witness.addCheckpoint(await log.request(last, size));
      expect(answer.status).toBe(200);
      const { text } = await log.note(size);
      const note = {
        text,
        signatures: [...(await log.note(size)).signatures, ...parseSignatureLines(textOf(answer), "")],
      };
      const trust = {
        origin: ORIGIN,
        keys: [{ publicKey: logSigner.publicKey, from: 0 }],
        witnesses: { quorum: 1, keys: [witnessKey] },
      };
      expect((await openCheckpoint(note, trust, verify)).witnessed.map(({ timeS }) => timeS)).toEqual([
        1_800_000_000,
      ]);
      last = size;
    }
  });

  it("answers a request of another program", async () => {
    const signer = witnessSigner;
    const name = parseVkey(own.witness_vkey).name;
    const store = memory();
    const logKeys = [parseVkey(own.log_vkey)];
    const options = { name, signer, logs: logKeys, memory: store, verify, timeS: () => 1_790_000_000 };
    store.seen.set(logKeys[0]?.name ?? "", {
      size: 3,
      root: new Uint8Array(Buffer.from(own.roots[2], "hex")),
    });
    const answer = await new Witness(options).addCheckpoint(bytesOfText(own.add_checkpoint_body));
    expect(answer.status).toBe(200);
    expect(textOf(answer)).toBe(`${own.checkpoint7.trimEnd().split("\n").at(-1)}\n`);
  });

  it("says what it saw last when it is asked to go on from something else", async () => {
    const witness = witnessWith();
    await witness.addCheckpoint(await log.request(0, 7));
    for (const [oldSize, size] of [
      [0, 7],
      [0, 9],
      [6, 9],
      [8, 9],
      [3, 5],
    ] as const) {
      const answer = await witness.addCheckpoint(await log.request(oldSize, size));
      expect([answer.status, answer.type, textOf(answer)]).toEqual([409, "text/x.tlog.size", "7\n"]);
    }
  });

  it("refuses a rollback, another history, and a proof that proves nothing", async () => {
    const store = memory();
    const witness = witnessWith(store);
    await witness.addCheckpoint(await log.request(0, 7));
    const before = { ...store.seen.get(ORIGIN) };
    const other = new Log(5);
    const ask = async (request: Uint8Array) => (await witness.addCheckpoint(request)).status;
    expect(await ask(await other.request(7, 9))).toBe(422);
    expect(await ask(await other.request(7, 7))).toBe(409);
    const note = await log.note(9);
    const proof = log.proof(7, 9);
    expect(await ask(formatAddCheckpoint({ oldSize: 7, proof: [], note }))).toBe(422);
    expect(await ask(formatAddCheckpoint({ oldSize: 7, proof: [...proof, emptyRoot()], note }))).toBe(422);
    expect(await ask(formatAddCheckpoint({ oldSize: 7, proof, note: await log.note(6) }))).toBe(400);
    expect(await ask(formatAddCheckpoint({ oldSize: 7, proof, note: await log.note(7) }))).toBe(422);
    expect(store.seen.get(ORIGIN)).toEqual(before);
    expect(await ask(formatAddCheckpoint({ oldSize: 7, proof, note }))).toBe(200);
  });

  it("refuses an empty log with a root of something, and a proof from nothing", async () => {
    const note = await signCheckpoint({ origin: ORIGIN, size: 0, root: leafHash(bytesOfText("x")) }, [
      logSigner,
    ]);
    const ask = async (request: Uint8Array) => (await witnessWith().addCheckpoint(request)).status;
    expect(await ask(formatAddCheckpoint({ oldSize: 0, proof: [], note }))).toBe(409);
    const proof = [emptyRoot()];
    expect(await ask(formatAddCheckpoint({ oldSize: 0, proof, note: await log.note(3) }))).toBe(422);
  });

  it("refuses who is not the log", async () => {
    const witness = witnessWith();
    const status = async (note: Note) =>
      (await witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], note }))).status;
    expect(await status(await log.note(7, logSigner, "permit0.local/0/other"))).toBe(404);
    expect(await status(await log.note(7, stranger))).toBe(403);
    const { text, signatures } = await log.note(7);
    expect(await status({ text: text.replace("7", "8"), signatures })).toBe(403);
    expect((await witness.addCheckpoint(bytesOfText("old 0\n"))).status).toBe(400);
    expect((await witness.addCheckpoint(new Uint8Array(0))).status).toBe(400);
    // Signatures of strangers beside the one of the log are no reason to refuse.
    const both = { text, signatures: [...signatures, ...(await log.note(7, stranger)).signatures] };
    expect(await status(both)).toBe(200);
  });

  it("cosigns nothing that its memory does not hold", async () => {
    const broken: WitnessMemory = {
      load: () => undefined,
      store: () => {
        throw new Error("disk full");
      },
    };
    let signatures = 0;
    const signer = {
      publicKey: witnessSigner.publicKey,
      sign: (message: Uint8Array) => {
        signatures++;
        return witnessSigner.sign(message);
      },
    };
    const witness = new Witness({ name: NAME, signer, logs, memory: broken, verify, timeS: () => 1 });
    await expect(witness.addCheckpoint(await log.request(0, 7))).rejects.toThrow("disk full");
    await expect(witness.addCheckpoint(await log.request(0, 8))).rejects.toThrow("disk full");
    expect(signatures).toBe(0);
  });

  it("asked at once by many, cosigns one history", async () => {
    const size = fc.integer({ min: 1, max: 20 });
    const call = fc.record({ branchAt: fc.constantFrom(0, 4, 9, 99), oldSize: fc.nat(20), size });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
        const witness = witnessWith();
        const seen: { log: Log; size: number; at: number }[] = [];
        const answers = await Promise.all(
          calls.map(async (one) => {
            const branch = new Log(one.branchAt);
            const request = await branch.request(Math.min(one.oldSize, one.size), one.size);
            return { log: branch, size: one.size, answer: await witness.addCheckpoint(request) };
          }),
        );
        for (const { log: branch, size: cosigned, answer } of answers) {
          expect([200, 400, 409, 422]).toContain(answer.status);
          if (answer.status === 200) seen.push({ log: branch, size: cosigned, at: seen.length });
        }
        // Of any two the smaller is the beginning of the larger.
        for (const a of seen) {
          for (const b of seen) {
            if (a.size <= b.size) expect(b.log.hashOf(0, a.size)).toEqual(a.log.hashOf(0, a.size));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has a key of its own, and logs by the keys they sign with", () => {
    const options = { name: NAME, signer: logSigner, logs, memory: memory(), verify, timeS: () => 1 };
    expect(() => new Witness(options)).toThrow(/a log cannot witness itself/);
    expect(() => new Witness({ ...options, signer: witnessSigner, logs: [witnessKey] })).toThrow(/type 0x01/);
    expect(() => new Witness({ ...options, signer: witnessSigner, name: "a b" })).toThrow(/wanted a name/);
  });
});

describe("a request to a witness", () => {
  it("is read as the vector has it", () => {
    const given = bytesOfText(own.add_checkpoint_body);
    const request = parseAddCheckpoint(given);
    expect(request.oldSize).toBe(3);
    expect(request.proof.map(base64)).toEqual(own.consistency_3_7);
    expect(formatAddCheckpoint(request)).toEqual(given);
  });

  const line = `${base64(emptyRoot())}\n`;
  const checkpoint: string = own.checkpoint7;
  it.each([
    ["no old size", `\n${checkpoint}`],
    ["a leading zero", `old 03\n\n${checkpoint}`],
    ["a sign", `old +3\n\n${checkpoint}`],
    ["another word", `Old 3\n\n${checkpoint}`],
    ["64 hashes", `old 3\n${line.repeat(64)}\n${checkpoint}`],
    ["half a hash", `old 3\n${line.slice(0, 20)}\n\n${checkpoint}`],
    ["carriage returns", `old 3\r\n\r\n${checkpoint}`],
    ["no checkpoint", "old 3\n\n"],
  ])("with %s is refused", (_, text) => {
    expect(() => parseAddCheckpoint(bytesOfText(text))).toThrow(EvidenceError);
  });
});

describe("the client", () => {
  const log = new Log();
  const submission = async (post: Post, size: number, oldSize = 0) => ({
    url: "http://witness.local",
    witness: [witnessKey],
    note: await log.note(size),
    oldSize,
    proof: log.proof,
    post,
    verify,
  });
  const postTo =
    (witness: Witness): Post =>
    (url, body) => {
      expect(url).toBe("http://witness.local/add-checkpoint");
      return witness.addCheckpoint(body);
    };
  const answering =
    (...answers: readonly [number, string, string?][]): Post =>
    () => {
      const [status, text, type = "text/plain"] = answers[Math.min(at++, answers.length - 1)] ?? [500, ""];
      return Promise.resolve({ status, type, body: bytesOfText(text) });
    };
  let at = 0;
  beforeEach(() => {
    at = 0;
  });

  it("brings the cosignature, also when it does not know what the witness saw last", async () => {
    const witness = witnessWith();
    for (const [size, oldSize] of [
      [5, 0],
      [9, 5],
      [20, 0],
      [20, 0],
      [21, 7],
    ] as const) {
      const [cosignature, ...more] = await submitCheckpoint(await submission(postTo(witness), size, oldSize));
      expect([cosignature?.key.name, cosignature?.timeS, more]).toEqual([NAME, 1_800_000_000, []]);
    }
  });

  it("raises the alarm when the witness saw more, or something else", async () => {
    const witness = witnessWith();
    await submitCheckpoint(await submission(postTo(witness), 9));
    expect(await codeOf(submitCheckpoint(await submission(postTo(witness), 5)))).toBe("witness_ahead");
    const other = new Log(4);
    const forked = {
      ...(await submission(postTo(witness), 9)),
      note: await other.note(9),
      proof: other.proof,
    };
    expect(await codeOf(submitCheckpoint(forked))).toBe("witness_conflict");
    const further = { ...forked, note: await other.note(12) };
    expect(await codeOf(submitCheckpoint(further))).toBe("witness_inconsistent");
  });

  it.each([
    ["witness_forbidden", 403, "", "text/plain"],
    ["witness_unknown_log", 404, "", "text/plain"],
    ["witness_conflict", 409, "7\n", "text/plain"],
    ["witness_inconsistent", 422, "", "text/plain"],
    ["witness_answer", 500, "", "text/plain"],
    ["witness_answer", 302, "", "text/plain"],
    ["witness_answer", 409, "7", "text/x.tlog.size"],
    ["witness_answer", 409, "07\n", "text/x.tlog.size"],
    ["witness_answer", 409, "-1\n", "text/x.tlog.size"],
    ["witness_ahead", 409, "8\n", "text/x.tlog.size; charset=utf-8"],
    ["note_signatures", 200, "", "text/plain"],
    ["note_signature_line", 200, "hello\n", "text/plain"],
  ])("says %s for %i %j", async (code, status, text, type) => {
    expect(await codeOf(submitCheckpoint(await submission(answering([status, text, type]), 7)))).toBe(code);
  });

  it("gives up when the last size never stays", async () => {
    const type = "text/x.tlog.size";
    const post = answering([409, "1\n", type], [409, "2\n", type], [409, "3\n", type], [409, "4\n", type]);
    expect(await codeOf(submitCheckpoint(await submission(post, 7)))).toBe("witness_answer");
    expect(at).toBe(3);
  });

  it("keeps no cosignature that it did not verify", async () => {
    const good = await submitCheckpoint(await submission(postTo(witnessWith()), 7));
    const line = good[0]?.line;
    if (line === undefined) throw new Error("no cosignature");
    const broken = { ...line, signature: line.signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) };
    const foreign = { ...line, name: "somebody.else" };
    const answer = (...lines: (typeof line)[]) => answering([200, lines.map(signatureLine).join("")]);
    expect(await codeOf(submitCheckpoint(await submission(answer(broken), 7)))).toBe("note_signature");
    expect(await codeOf(submitCheckpoint(await submission(answer(line, broken), 7)))).toBe("note_signature");
    expect(await codeOf(submitCheckpoint(await submission(answer(foreign), 7)))).toBe("witness_answer");
    // Over another checkpoint it says nothing about this one.
    expect(await codeOf(submitCheckpoint(await submission(answer(line), 8)))).toBe("note_signature");
    const kept = await submitCheckpoint(await submission(answer(foreign, line), 7));
    expect(kept.map(({ line: { name } }) => name)).toEqual([NAME]);
  });
});

describe("a log and its witnesses", () => {
  const log = new Log();
  const [hangs, answers] = ["https://hangs.local", "https://answers.local"];
  const never = new Promise<never>(() => {});
  const witnesses = [hangs, answers].map((url) => ({
    url,
    name: NAME,
    publicKey: witnessSigner.publicKey,
  }));
  const witnessing = (quorum: number, silent: Post = () => never, waitMs = 20) => {
    const witness = witnessWith();
    const post: Post = (url, body) =>
      url.startsWith(hangs) ? silent(url, body) : witness.addCheckpoint(body);
    return witnessingBy({ witnesses, quorum, post, verify, waitMs });
  };
  const proof = async (from: number, to: number): Promise<Uint8Array[]> => log.proof(from, to);

  it("go on without one that hangs where the others are enough, and say so where they are not", async () => {
    const note = await log.note(7);
    expect((await witnessing(1)(note, proof)).signatures).toHaveLength(2);
    await expect(witnessing(2)(note, proof)).rejects.toMatchObject({
      code: "witness_quorum",
      message: expect.stringMatching(/hangs\.local.*wanted an answer within 20 ms, came none/),
    });
  });

  it("do not wait for one that says something else first and then hangs", async () => {
    let asked = 0;
    const silent: Post = async () =>
      asked++ === 0 ? { status: 409, type: "text/x.tlog.size", body: bytesOfText("3\n") } : never;
    expect((await witnessing(1, silent)(await log.note(7), proof)).signatures).toHaveLength(2);
    expect(asked).toBe(2);
  });

  it("wait for the proof of the log as long as it takes", async () => {
    const act = witnessing(1, () => never, 20);
    await act(await log.note(7), proof);
    const slow = async (from: number, to: number) => {
      await new Promise((done) => setTimeout(done, 60));
      return log.proof(from, to);
    };
    expect((await act(await log.note(9), slow)).signatures).toHaveLength(2);
  });

  it("open and close a log although one hangs, with a remark", async () => {
    const remarks: string[] = [];
    const opened = await openEvidenceLog(new MemoryStorage(), {
      origin: "permit0.local/0",
      signers: [logSigner],
      clock: () => 1_800_000_000_000,
      witnessing: witnessing(2),
      onRemark: (sentence) => remarks.push(sentence),
    });
    await opened.close();
    expect(remarks.join("\n")).toContain("hangs.local");
  });

  it("leave no timer behind that keeps the process", async () => {
    const held = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = held();
    const asked = witnessing(1, () => never, 50)(await log.note(7), proof);
    expect(held()).toBe(before);
    await asked;
  });
});

describe("a witness over HTTP", () => {
  const log = new Log();
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "permit0-witness-"));
    file = join(folder, "seen.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const post: Post = async (url, body) => {
    const response = await fetch(url, { method: "POST", body: body as BodyInit });
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, body: new Uint8Array(await response.arrayBuffer()) };
  };
  const serve = (store: WitnessFile) =>
    serveWitness({ name: NAME, signer: witnessSigner, logs, memory: store, verify });

  it("cosigns, and after a restart knows what it saw", async () => {
    const ask = async (url: string, of: Log, size: number) =>
      submitCheckpoint({
        url,
        witness: [witnessKey],
        note: await of.note(size),
        oldSize: 0,
        proof: of.proof,
        post,
        verify,
      });
    let store = new WitnessFile(file);
    expect(store.isNew).toBe(true);
    let server = await serve(store);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const before = Math.floor(Date.now() / 1000);
    expect((await ask(server.url, log, 6))[0]?.timeS).toBeGreaterThanOrEqual(before);
    await server.close();
    store.close();
    store = new WitnessFile(file);
    expect(store.isNew).toBe(false);
    server = await serve(store);
    expect(await codeOf(ask(server.url, log, 5))).toBe("witness_ahead");
    expect(await codeOf(ask(server.url, new Log(3), 9))).toBe("witness_inconsistent");
    expect(await ask(server.url, log, 9)).toHaveLength(1);
    await server.close();
    store.close();
    expect(JSON.parse(readFileSync(file, "utf8")).logs).toEqual([
      { origin: ORIGIN, size: 9, root: base64(log.hashOf(0, 9)) },
    ]);
    expect(existsSync(`${file}.next`)).toBe(false);
  });

  it("has written what it cosigned before it answers", async () => {
    const store = new WitnessFile(file);
    const server = await serve(store);
    const note = await log.note(4);
    const { status } = await post(
      `${server.url}/add-checkpoint`,
      formatAddCheckpoint({ oldSize: 0, proof: [], note }),
    );
    expect(status).toBe(200);
    expect(readFileSync(file, "utf8")).toContain(base64(parseCheckpointText(note.text).root));
    await server.close();
    store.close();
  });

  it("answers nothing else", async () => {
    const store = new WitnessFile(file);
    const server = await serve(store);
    expect((await fetch(`${server.url}/add-checkpoint`)).status).toBe(405);
    expect((await fetch(`${server.url}/`, { method: "POST", body: "x" })).status).toBe(404);
    expect((await post(`${server.url}/add-checkpoint`, new Uint8Array(0))).status).toBe(400);
    expect([413, "hung up"]).toContain(await statusOfEndless(`${server.url}/add-checkpoint`));
    await server.close();
    store.close();
  });

  it("tells nobody why its memory cannot be written", async () => {
    const broken: WitnessMemory = {
      load: () => undefined,
      store: () => {
        throw new Error(`cannot write ${file}`);
      },
    };
    const server = await serveWitness({ name: NAME, signer: witnessSigner, logs, memory: broken, verify });
    const answer = await post(`${server.url}/add-checkpoint`, await log.request(0, 4));
    expect([answer.status, textOf(answer)]).toEqual([500, "the witness cannot answer now\n"]);
    await server.close();
  });

  it("does not start on a memory that something else wrote, or that is in use", () => {
    const root = base64(emptyRoot());
    const row = { origin: ORIGIN, size: 0, root };
    const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    const good = text({ v: 1, logs: [row] });
    for (const bad of [
      "",
      "{}",
      `${good} `,
      text({ v: 2, logs: [row] }),
      text({ v: 1, logs: [row, row] }),
      text({ v: 1, logs: [{ ...row, size: -1 }] }),
      text({ v: 1, logs: [{ ...row, root: "AAAA" }] }),
      text({ v: 1, logs: [{ ...row, more: 1 }] }),
      text({ v: 1, logs: [null] }),
    ]) {
      writeFileSync(file, bad);
      expect(() => new WitnessFile(file), bad).toThrow(/wanted/);
      expect(existsSync(`${file}.lock`)).toBe(false);
    }
    writeFileSync(file, good);
    const store = new WitnessFile(file);
    expect(store.load(ORIGIN)?.size).toBe(0);
    expect(() => new WitnessFile(file)).toThrow(/has it open/);
    store.close();
  });
});

/** A body without an end: the answer comes while it is still being sent, or is lost when the witness hangs up. */
function statusOfEndless(url: string): Promise<number | string | undefined> {
  return new Promise((done, failed) => {
    const sending = httpRequest(url, { method: "POST" }, (response) => {
      clearInterval(timer);
      response.resume();
      response.once("end", () => sending.destroy());
      done(response.statusCode);
    });
    sending.on("error", (error: NodeJS.ErrnoException) => {
      clearInterval(timer);
      if (error.code === "EPIPE" || error.code === "ECONNRESET") done("hung up");
      else failed(error);
    });
    const piece = Buffer.alloc(64 * 1024, "a");
    const timer = setInterval(() => sending.write(piece), 1);
  });
}

/** From the question to the outcome: a guarded call waits for persons, runs once under a token, and one log has it all. */

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { approvedRecords } from "../../bindings/evidence/record-chain.ts";
import { inventoryOf, readShard } from "../../bindings/evidence/shard.ts";
import { createGateway, runUnderToken } from "../../bindings/gateway/index.ts";
import { ApprovalFolder } from "../../bindings/hosts/approval-folder.ts";
import { BurnFolder } from "../../bindings/hosts/burn-folder.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { FolderReader } from "../../bindings/hosts/folder-storage.ts";
import { openLog, verifyFolder } from "../../bindings/hosts/log-folder.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { Approvals, type ApprovalView } from "../../bindings/review/approvals.ts";
import { type AskOptions, askPersons, reviewedCall } from "../../bindings/review/asking.ts";
import { promptOf } from "../../bindings/review/prompt.ts";
import type { Reviewer, ReviewVerdict } from "../../bindings/review/reviewer.ts";
import { MemoryApprovals } from "../../bindings/review/store.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import {
  createPermit,
  type Permit,
  PermitDenied,
  type PermitOptions,
  PermitReview,
  type Review,
} from "../../bindings/src/permit.ts";
import { AUDIENCE, ISSUER, keys, signer } from "../token/fixture.ts";
import { open } from "../unit/built.ts";
import { compileSmall } from "../unit/small-policy.ts";
import { ANN, engine, listed, ZOE } from "./reviewed.ts";

const root = mkdtempSync(join(tmpdir(), "permit0-asking-"));
afterAll(() => rmSync(root, { recursive: true }));
const place = (): string => mkdtempSync(join(root, "at-"));

const REFUND = { amount: 85_000, currency: "USD", reference: "ch_1" };
const HOUR_MS = 60 * 60_000;

interface Desk {
  readonly approvals: Approvals;
  readonly clock: { ms: number };
  readonly permit: Permit;
  /** What ran, in order. */
  readonly ran: unknown[];
  /** The guarded refund. */
  readonly refund: (fields?: typeof REFUND) => Promise<string>;
  /** The next approval that a call waits for. */
  waits(): Promise<ApprovalView>;
}

interface DeskOptions extends AskOptions {
  readonly approvals?: Approvals;
  readonly engine?: Engine;
  readonly permit?: Partial<PermitOptions>;
  readonly clock?: { ms: number };
}

function approvalsOf(clock: { ms: number }, dir?: string): Approvals {
  return new Approvals({
    store: dir === undefined ? new MemoryApprovals() : new ApprovalFolder(dir),
    persons: { persons: () => listed() },
    ed25519: nodeEd25519,
    clock: () => clock.ms,
    cooldownMs: 0,
  });
}

function desk({
  approvals: given,
  clock = { ms: Date.now() },
  engine: other = engine,
  permit: more,
  ...ask
}: DeskOptions = {}): Desk {
  const approvals = given ?? approvalsOf(clock);
  const waiting: ApprovalView[] = [];
  let wake = (): void => {};
  const onWait = (view: ApprovalView): void => {
    waiting.push(view);
    wake();
  };
  const permit = createPermit({
    engine: other,
    context: { agent: "billing-agent", actor: ZOE.by, session: "s-1" },
    clock: () => clock.ms,
    review: askPersons(approvals, { onWait, ...ask }),
    ...(more?.log === undefined ? { memory: new MemoryStore() } : {}),
    ...more,
  });
  const ran: unknown[] = [];
  const refund = permit.guard(
    { action: "payments.refund", fields: (fields: typeof REFUND) => fields },
    (fields) => {
      ran.push(fields);
      return `refunded ${fields.reference}`;
    },
  );
  return {
    approvals,
    clock,
    permit,
    ran,
    refund: (fields = REFUND) => refund(fields),
    waits: async () => {
      while (waiting.length === 0) await new Promise<void>((done) => (wake = done));
      return waiting.shift() as ApprovalView;
    },
  };
}

/** What a call was refused with. */
async function refusalOf(call: Promise<unknown>): Promise<PermitDenied | PermitReview> {
  const refusal = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refusal instanceof PermitDenied || refusal instanceof PermitReview) return refusal;
  throw new Error(`not refused: ${refusal}`);
}

const codesOf = ({ decision }: PermitDenied | PermitReview): string[] =>
  decision.reasons.map(({ code }) => code);

describe("a call that must be reviewed", () => {
  test("waits in a guard and in require, and goes on when it is approved", async () => {
    const { approvals, clock, permit, refund, ran, waits } = desk();
    for (const call of [refund, () => permit.require("payments.refund", REFUND)]) {
      const running = call();
      const { handle } = await waits();
      clock.ms += 60_000;
      await approvals.approve(handle, ANN);
      const came = await running;
      if (typeof came !== "string") {
        expect(came).toMatchObject({ verdict: "allow", time_ms: clock.ms, binding: "advisory" });
        expect(came.reasons[0]?.code).toBe("approved");
      }
      expect((await approvals.show(handle)).state).toBe("used");
    }
    expect(ran).toEqual([REFUND]);
  });

  test("waits in a body that asks for itself", async () => {
    const { approvals, permit, waits } = desk();
    const body = permit.guard(async () => {
      await permit.require("payments.refund", REFUND);
      return "done";
    });
    const running = body();
    await approvals.approve((await waits()).handle, ANN);
    expect(await running).toBe("done");
  });

  test("does not wait in check, nor in shadow mode", async () => {
    const { approvals, permit } = desk();
    expect((await permit.check({ action: "payments.refund", fields: REFUND })).verdict).toBe("review");
    const clock = { ms: Date.now() };
    const shadow = desk({
      clock,
      approvals,
      permit: { mode: { shadow: { until: clock.ms + HOUR_MS } } },
    });
    expect(await shadow.refund()).toBe("refunded ch_1");
    expect(await approvals.list()).toEqual([]);
  });

  test("runs once of two that are asked at the same time", async () => {
    const { approvals, refund, ran, waits } = desk();
    const both = [refund(), refund()];
    const [one, other] = [await waits(), await waits()];
    expect(other.handle).toBe(one.handle);
    await approvals.approve(one.handle, ANN);
    const ended = await Promise.allSettled(both);
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = ended.find((one) => one.status === "rejected") as PromiseRejectedResult;
    expect(lost.reason).toBeInstanceOf(PermitReview);
    expect(lost.reason.message).toContain("was used by another call");
    expect(ran).toEqual([REFUND]);
  });
});

describe("a call that is not approved does not run:", () => {
  test("a person said no, and the engine says it with his name", async () => {
    const { approvals, refund, ran, waits } = desk();
    const refused = refusalOf(refund());
    const { handle, terms } = await waits();
    await approvals.deny(handle, ANN);
    const refusal = await refused;
    expect(refusal).toBeInstanceOf(PermitDenied);
    expect(refusal.message).toContain(`${ANN.by} said no to approval ${handle}`);
    expect(codesOf(refusal)).toContain("reviewer_denied");
    expect(refusal.decision).toMatchObject({ reviewer: { answer: "deny", by: ANN.by }, parent: terms.of });
    expect(ran).toEqual([]);
  });

  test("its time was over, and nobody refused it", async () => {
    const { clock, refund, ran, waits } = desk();
    const refused = refusalOf(refund());
    await waits();
    clock.ms += 24 * HOUR_MS;
    const refusal = await refused;
    expect(refusal).toBeInstanceOf(PermitReview);
    expect(refusal.message).toContain("expired");
    expect(ran).toEqual([]);
  });

  test("nobody decided in time; the approval goes on, and the next who asks has it", async () => {
    const { approvals, refund, ran } = desk({ timeoutMs: 60, onWait: () => {} });
    const refusal = await refusalOf(refund());
    expect(refusal).toBeInstanceOf(PermitReview);
    const [{ handle }] = (await approvals.list("open")) as [ApprovalView];
    expect((refusal as PermitReview).approval).toBe(handle);
    expect(refusal.message).toContain(`approval ${handle} goes on`);
    await approvals.approve(handle, ANN);
    expect(await refund()).toBe("refunded ch_1");
    expect(ran).toEqual([REFUND]);
  });

  test("an option is misspelt, which is said at once", () => {
    expect(() => askPersons(approvalsOf({ ms: 0 }), { timeoutMS: 1 } as object)).toThrow(
      /review_option: timeoutMS: .*Did you mean timeoutMs/,
    );
  });

  test("too many wait in the session", async () => {
    const { approvals, permit, refund } = desk({ timeoutMs: 1 });
    for (let at = 0; at < 5; at++) await refusalOf(refund({ ...REFUND, reference: `ch_${at}` }));
    expect(await approvals.list("open")).toHaveLength(5);
    const refusal = await refusalOf(permit.require("payments.refund", { ...REFUND, reference: "ch_9" }));
    expect(refusal).toBeInstanceOf(PermitReview);
    expect(refusal.message).toContain("approval_limit");
  });

  test("what was approved has other arguments", async () => {
    const { approvals, refund, ran, waits } = desk();
    const running = refund();
    await approvals.approve((await waits()).handle, ANN);
    await running;
    const other = { ...REFUND, reference: "ch_2" };
    const refused = refund(other);
    const { handle } = await waits();
    expect((await approvals.show(handle)).state).toBe("open");
    await approvals.deny(handle, ANN);
    await refusalOf(refused);
    expect(ran).toEqual([REFUND]);
  });

  test("its arguments were changed while it waited", async () => {
    const { approvals, permit, waits } = desk();
    const fields = { ...REFUND };
    const refused = refusalOf(permit.require("payments.refund", fields));
    const { handle } = await waits();
    fields.reference = "ch_2";
    await approvals.approve(handle, ANN);
    expect(codesOf(await refused)).toContain("approval_mismatch");
  });

  test("what was approved was another call, whatever the program brings for it", async () => {
    const { approvals, refund, waits } = desk({ timeoutMs: 1 });
    await refusalOf(refund());
    const { handle } = await waits();
    await approvals.approve(handle, ANN);
    const { approval, salt } = (await approvals.take(handle)).request;
    const said = { approval, salt: salt as Uint8Array };
    const bringing = (review: Review): Desk => desk({ permit: { review } });
    const other = bringing({
      resolve: async (_, { again }) => {
        await again(said);
        return "a sentence";
      },
    });
    const refusal = await refusalOf(other.refund({ ...REFUND, reference: "ch_2" }));
    expect(codesOf(refusal)).toContain("approval_mismatch");
    expect(refusal.message).toContain("a sentence");
    // What it returns is no decision.
    const lying = bringing({ resolve: async (asked) => ({ ...asked, verdict: "allow" }) as never });
    expect(await refusalOf(lying.refund())).toBeInstanceOf(PermitReview);
    expect([...other.ran, ...lying.ran]).toEqual([]);
  });

  test("the store of approvals cannot be read", async () => {
    const broken = new Approvals({
      store: {
        handles: () => Promise.reject(new Error("no store")),
        read: () => undefined,
        change: () => Promise.reject(new Error("no store")),
      },
      persons: { persons: () => listed() },
    });
    const { refund, ran } = desk({ approvals: broken });
    await expect(refund()).rejects.toThrow("no store");
    expect(ran).toEqual([]);
  });
});

test("what was approved under one policy is asked again under another", async () => {
  const clock = { ms: Date.now() };
  const approvals = approvalsOf(clock);
  const before = desk({ clock, approvals, timeoutMs: 1 });
  await refusalOf(before.refund());
  const { handle } = await before.waits();
  await approvals.approve(handle, ANN);
  const small = await open(compileSmall().image);
  const after = desk({ clock, approvals, engine: small, permit: { obligations: ["notify"] } });
  const running = after.refund();
  const other = await after.waits();
  expect(other.handle).not.toBe(handle);
  expect(after.ran).toEqual([]);
  await approvals.approve(other.handle, ANN);
  expect(await running).toBe("refunded ch_1");
  expect((await approvals.show(handle)).state).toBe("approved");
});

test.each([
  [1, "refunded ch_1"],
  [2, undefined],
])("what has %d times new reasons once it is approved is asked about twice", async (times, came) => {
  const approvals = approvalsOf({ ms: Date.now() });
  const shown: string[] = [];
  const asking = askPersons(approvals, {
    onWait: ({ handle }) => {
      shown.push(handle);
      return approvals.approve(handle, ANN);
    },
  });
  const review: Review = {
    resolve: (first, call) =>
      asking.resolve(first, {
        ...call,
        again: async (said) => {
          if (!("approval" in said)) throw new Error("no approval");
          const { approval } = said;
          // As if nobody had been shown the reasons that there are now.
          return call.again(
            shown.length > times ? said : { ...said, approval: { ...approval, reasons: [] } },
          );
        },
      }),
  };
  const { ran, refund } = desk({ permit: { review } });
  if (came !== undefined) expect(await refund()).toBe(came);
  else {
    const refusal = await refusalOf(refund());
    expect(refusal).toBeInstanceOf(PermitReview);
    expect(codesOf(refusal)).toContain("approval_stale");
    expect(ran).toEqual([]);
  }
  expect(new Set(shown).size).toBe(2);
});

describe("a reviewer", () => {
  const asked: unknown[] = [];
  const answering = (answer: ReviewVerdict["answer"]): Reviewer => ({
    by: "test/1",
    prompt: promptOf().digest,
    review: async (facts) => {
      asked.push(facts.reasons[0]?.sentence);
      return { answer, reason: "because" };
    },
  });

  test("that refuses ends it, and nobody is asked", async () => {
    const { approvals, refund } = desk({ reviewer: answering("deny") });
    const refusal = await refusalOf(refund());
    expect(refusal).toBeInstanceOf(PermitDenied);
    expect(refusal.message).toContain("test/1: because");
    expect(asked.at(-1)).not.toBe("");
    expect(await approvals.list()).toEqual([]);
  });

  test("that passes it on is followed by a person: three records, each with the one before", async () => {
    const told: unknown[] = [];
    const onReviewer = (answered: unknown): unknown => told.push(answered);
    const { approvals, permit, waits } = desk({ reviewer: answering("escalate"), onReviewer });
    const running = permit.require("payments.refund", REFUND);
    const { handle, record } = await waits();
    const second = decode(record) as unknown as { parent: Uint8Array; reviewer: object };
    expect(second.reviewer).toMatchObject({ answer: "escalate", by: "test/1" });
    expect(told).toEqual([{ answer: "escalate", by: "test/1", reason: "because" }]);
    await approvals.approve(handle, ANN);
    const { verdict, parent } = await running;
    expect(verdict).toBe("allow");
    expect(
      Buffer.from(parent as Uint8Array)
        .toString("hex")
        .slice(0, 32),
    ).toBe(handle);
  });
});

interface Entry {
  readonly kind: string;
  readonly digest?: string;
  readonly parent?: string | undefined;
  readonly of?: string | undefined;
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
}

/** Decisions, burns and outcomes of a log, in their order. */
async function entriesOf(path: string): Promise<Entry[]> {
  const storage = new FolderReader(path);
  const found: Entry[] = [];
  for (const [, segments] of inventoryOf(await storage.list()).shards)
    await readShard(storage, segments, (batch) => {
      for (const { entry } of batch) {
        const note = entry.note as { kind: string; record?: Uint8Array } | undefined;
        if (note !== undefined) found.push({ kind: note.kind, of: hexOf(note.record) });
        else {
          const { event, parent, verdict } = decode(entry.record as Uint8Array) as unknown as {
            event?: { kind: string; status: string; of: Uint8Array };
            parent?: Uint8Array;
            verdict: string;
          };
          const kind = event === undefined ? verdict : `${event.kind} ${event.status}`;
          found.push({
            kind,
            digest: recordDigest(entry.record as Uint8Array),
            parent: hexOf(parent),
            of: hexOf(event?.of),
          });
        }
      }
    });
  return found.filter(({ kind }) => !["begin", "adopt", "open"].includes(kind));
}

function recordDigest(record: Uint8Array): string {
  return createHash("sha256").update("cmp1:record\n").update(record).digest("hex");
}

/** A process at a folder: a log, approvals, and a gateway. */
async function started(at: string, clock: { ms: number }, ask: AskOptions = {}) {
  const log = await openLog(join(at, "log"), { keys: join(at, "keys") });
  const approvals = approvalsOf(clock, join(at, "approvals"));
  const run = runUnderToken({ gateway: () => gateway, issuer: ISSUER, audience: AUDIENCE, signer });
  const made = desk({ clock, approvals, permit: { log, run }, ...ask });
  const gateway = await createGateway({
    audience: AUDIENCE,
    keys,
    verify: nodeEd25519.verify,
    burns: new BurnFolder(join(at, "burns")),
    permit: made.permit,
    log,
    clock: () => clock.ms,
  });
  return { ...made, log };
}

describe("over a gateway", () => {
  test("decision, approval, token, burn and outcome are linked in one log that verifies", async () => {
    const at = place();
    const { approvals, clock, log, refund, ran, waits } = await started(at, { ms: Date.now() });
    const both = Promise.allSettled([refund(), refund()]);
    const [{ handle }] = [await waits(), await waits()];
    clock.ms += 1_000;
    await approvals.approve(handle, ANN);
    expect((await both).map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ran).toEqual([REFUND]);
    await log.close();

    const entries = await entriesOf(join(at, "log"));
    expect(entries.map(({ kind }) => kind)).toEqual(["review", "review", "allow", "burn", "outcome ran"]);
    const [one, other, allowed, burn, outcome] = entries as [Entry, Entry, Entry, Entry, Entry];
    expect([one.digest, other.digest]).toContain(allowed.parent);
    expect((allowed.parent as string).slice(0, 32)).toBe(handle);
    expect(burn.of).toBe(allowed.digest);
    expect(outcome.of).toBe(allowed.digest);
    expect((await verifyFolder(join(at, "log"))).findings).toEqual([]);
  });

  test("an outcome that is several entries is one, to who reads what became of what was approved", async () => {
    const at = place();
    const { approvals, log, permit, refund, waits } = await started(at, { ms: Date.now() });
    const running = refund();
    await approvals.approve((await waits()).handle, ANN);
    await running;
    const [{ digest = "" } = {}] = await approvedRecords(new FolderReader(join(at, "log")));
    const record = Uint8Array.from(Buffer.from(digest, "hex"));
    const text = Array.from({ length: 4000 }, (_, word) => `word${word}`).join(" ");
    const kept = await permit.outcome({ record, session: "s-1" }, { status: "ran", text });
    expect(kept.length).toBeGreaterThan(1);
    await log.close();
    expect(await approvedRecords(new FolderReader(join(at, "log")))).toMatchObject([
      { digest, uses: 1, outcomes: ["ran"] },
    ]);
  });

  test("a restart between question and answer loses nothing: whoever has the handle goes on", async () => {
    const at = place();
    const clock = { ms: Date.now() };
    const stop = new AbortController();
    const before = await started(at, clock, { signal: stop.signal });
    const running = before.refund();
    const { handle } = await before.waits();
    stop.abort(new Error("stopped"));
    await expect(running).rejects.toThrow("stopped");
    await before.log.close();

    clock.ms += HOUR_MS;
    await approvalsOf(clock, join(at, "approvals")).approve(handle, ANN);
    const after = await started(at, clock);
    const call = reviewedCall(await after.approvals.show(handle));
    expect(await after.refund(call.fields as unknown as typeof REFUND)).toBe("refunded ch_1");
    expect(after.ran).toEqual([REFUND]);
    expect((await after.approvals.list("open")).length).toBe(0);
    await after.log.close();

    const entries = await entriesOf(join(at, "log"));
    const [first] = entries as [Entry];
    const allowed = entries.find(({ kind }) => kind === "allow");
    expect(allowed?.parent).toBe(first.digest);
    expect(entries.slice(-2).map(({ of }) => of)).toEqual([allowed?.digest, allowed?.digest]);
    expect((await verifyFolder(join(at, "log"))).findings).toEqual([]);
  });

  test("tools of servers run under tokens too, and what fails is an outcome", async () => {
    const at = place();
    const { permit, log } = await started(at, { ms: Date.now() });
    const read = permit.guard({ tool: "read_file" }, (args: { path: string }, extra: string) => {
      if (args.path === "gone.md") throw new Error("no such file");
      return `${args.path} ${extra} ${Object.isFrozen(args)}`;
    });
    expect(await read({ path: "README.md" }, "more")).toBe("README.md more true");
    await expect(read({ path: "gone.md" }, "more")).rejects.toThrow("no such file");
    await log.close();
    expect((await entriesOf(join(at, "log"))).map(({ kind }) => kind)).toEqual([
      ...["allow", "burn", "outcome ran"],
      ...["allow", "burn", "outcome failed"],
    ]);
  });

  test("a gateway that refuses leaves the body unstarted", async () => {
    const clock = { ms: Date.now() };
    const gateway = { execute: () => Promise.reject(new Error("burns_unreachable")) };
    const run = runUnderToken({ gateway, issuer: ISSUER, audience: AUDIENCE, signer });
    const { permit } = desk({ clock, permit: { run } });
    let count = 0;
    const read = permit.guard({ tool: "read_file" }, (_: { path: string }) => count++);
    await expect(read({ path: "README.md" })).rejects.toThrow("burns_unreachable");
    expect(count).toBe(0);
  });
});

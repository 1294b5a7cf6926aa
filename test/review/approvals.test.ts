import { describe, expect, test } from "vitest";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { keyId } from "../../bindings/keys/paserk.ts";
import { approvalBytes, isOfCall, readApproval } from "../../bindings/review/approval.ts";
import { type ApprovalView, OPEN_MAX } from "../../bindings/review/approvals.ts";
import type { ReviewError } from "../../bindings/review/errors.ts";
import { withoutPerson } from "../../bindings/review/persons.ts";
import { stateText } from "../../bindings/review/rendering.ts";
import {
  isSignedBy,
  type Statement,
  signStatement,
  statementBytes,
  type Terms,
} from "../../bindings/review/statement.ts";
import { MemoryApprovals } from "../../bindings/review/store.ts";
import { decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { fromHex } from "../../bindings/src/sha256.ts";
import type { Context } from "../../bindings/src/types.ts";
import { TIME_MS } from "../unit/built.ts";
import {
  ANN,
  ANN_AGAIN,
  BEN,
  CLEO,
  decided,
  engine,
  type Reviewed,
  type Room,
  refund,
  room,
  SIGNERS,
  signerOf,
  ZOE,
} from "./reviewed.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The code of what a promise fails with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error: ReviewError) => error.code,
  );
}

test("an approval waits, is given, and is taken once", async () => {
  const { approvals, clock, again } = room();
  const { decision, request } = refund();
  const { handle, state, needed } = await approvals.open(decision, request);
  expect({ handle, state, needed }).toEqual({
    handle: decision.digests.record.slice(0, 32),
    state: "open",
    needed: 1,
  });
  expect(await codeOf(approvals.take(handle))).toBe("approval_pending");
  clock.ms += MINUTE_MS;
  const approved = await again().approve(handle, ANN);
  expect(approved).toMatchObject({ state: "approved", self_approvable: false });
  expect(approved.approvers).toEqual([
    { by: ANN.by, key: keyId(ANN.signer.publicKey), time_ms: TIME_MS + MINUTE_MS },
  ]);

  const { request: fresh, view } = await approvals.take(handle);
  expect(view.state).toBe("used");
  expect(fresh).toMatchObject({
    action: "payments.refund",
    fields: { amount: 85_000 },
    context: { time_ms: TIME_MS + MINUTE_MS, actor: "zoe@acme.example" },
    salt: (decode(request) as { salt: Uint8Array }).salt,
  });
  expect(fresh.approval).toMatchObject({
    args: fromHex(decision.digests.args),
    image: fromHex(decision.digests.image),
    of: fromHex(decision.digests.record),
    at_ms: TIME_MS,
    expires_ms: TIME_MS + DAY_MS,
    reasons: decision.reasons.map(({ code }) => code),
  });
  expect(fresh.approval.approvers.map(({ id }) => id)).toEqual([ANN.by]);
  expect(await codeOf(again().take(handle))).toBe("approval_closed");
});

test("what a person signs is the text of the contract", async () => {
  const { approvals } = room();
  const { decision, request } = refund();
  const { handle, terms } = await approvals.open(decision, request);
  const key = keyId(ANN.signer.publicKey);
  const bytes = await approvals.statement(handle, "approve", ANN.by, key);
  const prefix = "permit0 approval v1\n";
  expect(new TextDecoder().decode(bytes.subarray(0, prefix.length))).toBe(prefix);
  expect(decode(bytes.subarray(prefix.length))).toEqual({
    act: "approve",
    args: fromHex(decision.digests.args),
    at_ms: TIME_MS,
    by: ANN.by,
    expires_ms: TIME_MS + DAY_MS,
    image: fromHex(decision.digests.image),
    key,
    of: fromHex(decision.digests.record),
    reasons: decision.reasons.map(({ code }) => code),
  });
  const statement = await signStatement(terms, "approve", ANN.by, ANN.signer);
  expect(await isSignedBy(ANN.signer.publicKey, terms, statement, nodeEd25519)).toBe(true);
  for (const changed of [
    { ...statement, act: "deny" as const },
    { ...statement, by: BEN.by },
    { ...statement, key: keyId(BEN.signer.publicKey) },
  ])
    expect(await isSignedBy(ANN.signer.publicKey, terms, changed, nodeEd25519)).toBe(false);
  for (const [name, value] of Object.entries({
    ...terms,
    at_ms: 1,
    expires_ms: 2,
    reasons: [],
    of: terms.args,
  })) {
    if (JSON.stringify(value) === JSON.stringify(terms[name as keyof typeof terms])) continue;
    const other = { ...terms, [name]: value };
    expect(await isSignedBy(ANN.signer.publicKey, other, statement, nodeEd25519), name).toBe(false);
  }
});

describe("a quorum", () => {
  test("counts persons, not keys", async () => {
    const { approvals } = room();
    const { decision, request } = refund(2_500_000);
    const { handle, needed } = await approvals.open(decision, request);
    expect(needed).toBe(2);
    expect((await approvals.approve(handle, ANN)).state).toBe("open");
    await expect(approvals.approve(handle, ANN_AGAIN)).rejects.toMatchObject({
      code: "approval_twice",
      message: expect.stringContaining("ann@acme.example again, with another key"),
    });
    expect(await codeOf(approvals.approve(handle, ANN))).toBe("approval_twice");
    expect((await approvals.approve(handle, BEN)).state).toBe("approved");
    expect(await codeOf(approvals.approve(handle, CLEO))).toBe("approval_closed");
    const { approvers } = (await approvals.take(handle)).request.approval;
    expect(approvers.map(({ id }) => id)).toEqual([ANN.by, BEN.by]);
  });

  test("has nobody in it who was removed since, nor his key", async () => {
    for (const key of [undefined, keyId(ANN.signer.publicKey)]) {
      const made = room();
      const { decision, request } = refund();
      const { handle } = await made.approvals.open(decision, request);
      await made.approvals.approve(handle, ANN);
      made.persons = withoutPerson(made.persons, ANN.by, key);
      expect((await made.approvals.show(handle)).state).toBe("open");
      expect(await codeOf(made.approvals.take(handle))).toBe("approval_pending");
      expect((await made.approvals.approve(handle, BEN)).state).toBe("approved");
    }
  });

  test("has nobody in it whose signature was put into the store by hand", async () => {
    const store = new MemoryApprovals();
    const { approvals } = room({ store });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    await approvals.approve(handle, ANN);
    const kept = readApproval(store.read(handle) as Uint8Array, handle);
    const forged = kept.statements.map((one) => ({ ...one, by: BEN.by }));
    const moved = kept.statements.map((one) => ({ ...one, signature: one.signature.slice().fill(0) }));
    for (const statements of [forged, moved]) {
      await store.change((write) => write(handle, approvalBytes({ ...kept, statements })));
      expect((await approvals.show(handle)).state).toBe("open");
    }
  });
});

/** An approval of that amount in whose file these statements were put, as if they had come so long after it was opened. */
async function planted(
  amount: 85_000 | 2_500_000,
  put: (terms: Terms) => Promise<readonly Statement[]>,
  afterMs = 0,
): Promise<Room & { readonly handle: string }> {
  const store = new MemoryApprovals();
  const made = room({ store });
  const { decision, request } = refund(amount);
  const { handle, terms } = await made.approvals.open(decision, request);
  const kept = readApproval(store.read(handle) as Uint8Array, handle);
  const statements = (await put(terms)).map((one) => ({ ...one, time_ms: TIME_MS + afterMs }));
  await store.change((write) => write(handle, approvalBytes({ ...kept, statements })));
  return Object.assign(made, { handle });
}

describe("statements that were put into the store by hand", () => {
  test("count for nothing where whoever acts signed them himself", async () => {
    const { approvals, handle } = await planted(85_000, async (terms) => [
      await signStatement(terms, "approve", ZOE.by, ZOE.signer),
    ]);
    expect(await approvals.show(handle)).toMatchObject({ state: "open", approvers: [] });
    expect(await codeOf(approvals.take(handle))).toBe("approval_pending");
  });

  test("count once a person, whatever his keys", async () => {
    const { approvals, handle } = await planted(2_500_000, (terms) =>
      Promise.all([ANN, ANN_AGAIN].map(({ by, signer }) => signStatement(terms, "approve", by, signer))),
    );
    expect(await approvals.show(handle)).toMatchObject({
      state: "open",
      approvers: [{ by: ANN.by, key: keyId(ANN.signer.publicKey) }],
    });
  });

  test.each(["no signature", "somebody else's", "a yes of his", "a person whom nobody listed"])(
    "are no denial with %s: nothing goes on, and nobody is named",
    async (what) => {
      const { approvals, handle } = await planted(85_000, async (terms) => {
        const no = await signStatement(terms, "deny", ANN.by, ANN.signer);
        if (what === "no signature") return [{ ...no, signature: new Uint8Array(64) }];
        if (what === "somebody else's") return [await signStatement(terms, "deny", ANN.by, BEN.signer)];
        if (what === "a person whom nobody listed")
          return [await signStatement(terms, "deny", "eve", ANN.signer)];
        return [{ ...(await signStatement(terms, "approve", ANN.by, ANN.signer)), act: "deny" }];
      });
      for (const act of [approvals.show(handle), approvals.approve(handle, BEN), approvals.take(handle)]) {
        const error = await act.catch((error: ReviewError) => error);
        expect(error).toMatchObject({ code: "approval_file" });
        expect((error as ReviewError).message).not.toContain("ann");
      }
      // Of the session that it is about nothing more is asked, of others it is.
      const [same, other] = [refund(), refund(85_000, { session: "s-2" })];
      expect(await codeOf(approvals.open(same.decision, same.request))).toBe("approval_file");
      expect((await approvals.open(other.decision, other.request)).state).toBe("open");
      expect((await approvals.list()).map(({ state }) => state).sort()).toEqual(["damaged", "open"]);
      expect(await approvals.expire()).toEqual([]);
    },
  );
});

test("a no once signed stays one when the person or the key is removed", async () => {
  for (const key of [undefined, keyId(ANN.signer.publicKey)]) {
    const made = room();
    const { decision, request } = refund();
    const { handle } = await made.approvals.open(decision, request);
    await made.approvals.deny(handle, ANN);
    made.persons = withoutPerson(made.persons, ANN.by, key);
    expect(await made.approvals.show(handle)).toMatchObject({ state: "denied", denied: { by: ANN.by } });
  }
});

describe("separation of duties", () => {
  test.each(["actor", "agent", "principal"] as const)(
    "the %s does not approve, in no spelling of his name",
    async (role) => {
      for (const name of ["zoe@acme.example", "Zoe@Acme.Example", " zoe@acme.example "]) {
        const { approvals } = room();
        const { decision, request } = refund(85_000, { actor: "x", [role]: name });
        const { handle } = await approvals.open(decision, request);
        await expect(approvals.approve(handle, ZOE)).rejects.toMatchObject({
          code: "approval_self",
          message: expect.stringContaining(role),
        });
        expect((await approvals.deny(handle, ZOE)).state).toBe("denied");
      }
    },
  );
});

describe("who is heard", () => {
  test("nobody who is not registered, and no key of somebody else", async () => {
    const made = room();
    const { decision, request } = refund();
    const { handle } = await made.approvals.open(decision, request);
    const say = (by: string, signer = SIGNERS.ann): Promise<string> =>
      codeOf(made.approvals.approve(handle, { by, signer }));
    expect(await say("eve@acme.example")).toBe("person_unknown");
    expect(await say("ann@acme.example", SIGNERS.ben)).toBe("person_key");
    expect(await say("ann@acme.example", signerOf(99))).toBe("person_key");
    made.persons = withoutPerson(made.persons, "ann@acme.example");
    expect(await say("ann@acme.example")).toBe("person_unknown");
  });

  test("a statement signed elsewhere, but only about this approval", async () => {
    const { approvals } = room();
    const [one, other] = [refund(), refund(85_000, { session: "s-2" })];
    const { handle, terms } = await approvals.open(one.decision, one.request);
    const second = await approvals.open(other.decision, other.request);
    const statement = await signStatement(terms, "approve", ANN.by, ANN.signer);
    expect(await codeOf(approvals.submit(second.handle, statement))).toBe("statement_wrong");
    expect(await codeOf(approvals.submit(handle, { ...statement, act: "allow" as "approve" }))).toBe(
      "statement_wrong",
    );
    expect(await codeOf(approvals.submit(handle, { ...statement, signature: new Uint8Array(64) }))).toBe(
      "statement_wrong",
    );
    expect((await approvals.submit(handle, statement)).state).toBe("approved");
  });
});

describe("a denial", () => {
  test("is final, needs one person, and may follow an approval", async () => {
    const { approvals } = room();
    const { decision, request } = refund(2_500_000);
    const { handle } = await approvals.open(decision, request);
    await approvals.approve(handle, ANN);
    await approvals.approve(handle, BEN);
    const view = await approvals.deny(handle, ANN);
    expect(view).toMatchObject({ state: "denied", denied: { by: ANN.by } });
    expect(await codeOf(approvals.take(handle))).toBe("approval_closed");
    expect(await codeOf(approvals.approve(handle, CLEO))).toBe("approval_closed");
    expect(await codeOf(approvals.expire(handle))).toBe("approval_closed");
  });

  test("is not undone by removing who said it", async () => {
    const made = room();
    const { decision, request } = refund();
    const { handle } = await made.approvals.open(decision, request);
    await made.approvals.deny(handle, ANN);
    made.persons = withoutPerson(made.persons, ANN.by);
    expect((await made.approvals.show(handle)).state).toBe("denied");
  });

  test("keeps the same from being asked for again in this session for ten minutes", async () => {
    const { approvals, clock } = room();
    const first = refund();
    const { handle } = await approvals.open(first.decision, first.request);
    await approvals.deny(handle, ANN);
    const ask = (asked: ReturnType<typeof refund>): Promise<string> =>
      codeOf(approvals.open(asked.decision, asked.request));
    expect(await ask(refund())).toBe("approval_cooldown");
    // Another reference, and a child of this session.
    expect(await ask(refund(85_000, {}, "ch_2"))).toBe("approval_cooldown");
    expect(await ask(refund(85_000, { session: "s-9", parent: "s-1" }))).toBe("approval_cooldown");
    expect(await ask(refund(85_000, { session: "s-2" }))).toBe("nothing");
    const mail = decided({
      tool: "no_such_tool",
      args: { x: 1 },
      context: { time_ms: TIME_MS, session: "s-1" },
    });
    expect(mail.decision.verdict).toBe("review");
    expect(await ask(mail)).toBe("nothing");
    clock.ms += 10 * MINUTE_MS - 1;
    expect(await ask(refund())).toBe("approval_cooldown");
    clock.ms += 1;
    expect(await ask(refund())).toBe("nothing");
  });
});

test("at most five are open in one session, whatever its children are called", async () => {
  const { approvals, clock } = room();
  const handles: string[] = [];
  const ask = async (session: string, parent?: string): Promise<void> => {
    const { decision, request } = refund(85_000, { session, ...(parent === undefined ? {} : { parent }) });
    handles.push((await approvals.open(decision, request)).handle);
  };
  for (let n = 0; n < OPEN_MAX; n++)
    await ask(n % 2 === 0 ? "s-1" : `child-${n}`, n % 2 === 0 ? undefined : "s-1");
  await expect(ask("s-1")).rejects.toMatchObject({ code: "approval_limit" });
  await expect(ask("child-9", "s-1")).rejects.toMatchObject({ code: "approval_limit" });
  await ask("s-2");
  await approvals.approve(handles[0] as string, ANN);
  await ask("s-1");
  await expect(ask("s-1")).rejects.toMatchObject({ code: "approval_limit" });
  await approvals.expire(handles[1]);
  await ask("s-1");
  clock.ms += DAY_MS;
  await ask("s-1");
});

describe("a family of sessions", () => {
  const ask = async ({ approvals }: Room, context: Partial<Context>): Promise<string> => {
    const { decision, request } = refund(85_000, context);
    return codeOf(approvals.open(decision, request));
  };

  test.each([
    ["below its child", { session: "grandchild", parent: "child" }],
    ["below that", { session: "x", parent: "grandchild" }],
    ["above it", { session: "root" }],
    ["beside it", { session: "sibling", parent: "root" }],
  ])("has one room, for who is %s too", async (_, context) => {
    const made = room();
    await ask(made, { session: "grandchild", parent: "child" });
    await ask(made, { session: "child", parent: "root" });
    for (let n = 2; n < OPEN_MAX; n++) expect(await ask(made, { session: "root" })).toBe("nothing");
    expect(await ask(made, context)).toBe("approval_limit");
    expect(await ask(made, { ...context, tenant: "another" })).toBe("nothing");
    expect(await ask(made, { session: "stranger", parent: "nobody" })).toBe("nothing");
  });

  test("has one cool-down, and may go in a circle", async () => {
    const made = room();
    await ask(made, { session: "a", parent: "b" });
    await ask(made, { session: "b", parent: "c" });
    await ask(made, { session: "c", parent: "a" });
    const [first] = await made.approvals.list();
    await made.approvals.deny((first as ApprovalView).handle, ANN);
    for (const session of ["a", "b", "c"]) expect(await ask(made, { session })).toBe("approval_cooldown");
  });
});

test("the same arguments are not asked for under another action either, once a person said no", async () => {
  const { approvals } = room();
  const call = (action: string): Reviewed =>
    decided({
      action,
      fields: { amount: 85_000, currency: "USD" },
      context: { time_ms: TIME_MS, session: "s-1" },
    });
  const [refunded, charged] = [call("payments.refund"), call("payments.charge")];
  expect([refunded, charged].map(({ decision }) => decision.verdict)).toEqual(["review", "review"]);
  const { handle } = await approvals.open(refunded.decision, refunded.request);
  await approvals.deny(handle, ANN);
  expect(await codeOf(approvals.open(charged.decision, charged.request))).toBe("approval_cooldown");
});

test("a file has room for 64 statements", async () => {
  const { approvals, handle } = await planted(85_000, async (terms) =>
    Array(64).fill({ ...(await signStatement(terms, "approve", ANN.by, BEN.signer)) }),
  );
  await expect(approvals.approve(handle, ANN)).rejects.toMatchObject({
    code: "approval_closed",
    wanted: "room for a statement",
  });
  const { approvals: others, handle: another } = await planted(85_000, async (terms) =>
    Array(63).fill({ ...(await signStatement(terms, "approve", ANN.by, BEN.signer)) }),
  );
  expect((await others.approve(another, ANN)).state).toBe("approved");
});

describe("an approval is of another call", () => {
  test.each([
    ["tenant", { tenant: "another" }],
    ["principal", { principal: "mallory" }],
    ["agent", { agent: "another" }],
    ["session", { session: "s-2" }],
  ])("with another %s", async (_, context) => {
    const { approvals } = room();
    const { decision, request } = refund();
    await approvals.open(decision, request);
    const [same, other] = [refund(), refund(85_000, context)];
    expect(await approvals.find(same.decision, same.request)).toBeDefined();
    expect(await approvals.find(other.decision, other.request)).toBeUndefined();
  });

  test.each([
    ["another policy", { image: new Uint8Array(32) }, false],
    ["a reason that was not shown", { reasons: ["frozen"] }, false],
    ["more approvers", { obligations: { approvers: 2 } }, false],
    ["nothing else", {}, true],
  ])("with %s", async (_, changes, isOf) => {
    const store = new MemoryApprovals();
    const { decision, request } = refund();
    const { handle } = await room({ store }).approvals.open(decision, request);
    const approval = readApproval(store.read(handle) as Uint8Array, handle);
    const record = decode(decision.record) as object;
    expect(isOfCall(approval, encode({ ...record, ...changes } as never), request)).toBe(isOf);
  });
});

test("calls without a session share the room of who asks", async () => {
  const { approvals } = room();
  const ask = async (agent: string): Promise<void> => {
    const { decision, request } = decided({
      ...refundCall(agent),
      salt: crypto.getRandomValues(new Uint8Array(32)),
    });
    await approvals.open(decision, request);
  };
  for (let n = 0; n < OPEN_MAX; n++) await ask("a");
  await expect(ask("a")).rejects.toMatchObject({ code: "approval_limit" });
  await ask("b");
});

function refundCall(agent: string): Parameters<typeof engine.prepare>[0] {
  return {
    action: "payments.refund",
    fields: { amount: 85_000, currency: "USD" },
    context: { time_ms: TIME_MS, agent },
  };
}

describe("the end of its time", () => {
  test("is no denial: the same may be asked for again at once", async () => {
    const { approvals, clock } = room({ ttlMs: MINUTE_MS });
    const { decision, request } = refund();
    const { handle, expires_ms } = await approvals.open(decision, request);
    expect(expires_ms).toBe(TIME_MS + MINUTE_MS);
    clock.ms = expires_ms - 1;
    expect((await approvals.show(handle)).state).toBe("open");
    clock.ms = expires_ms;
    expect(await approvals.show(handle)).toMatchObject({ state: "expired", denied: undefined });
    await expect(approvals.approve(handle, ANN)).rejects.toMatchObject({ code: "approval_expired" });
    const again = refund();
    expect((await approvals.open(again.decision, again.request)).state).toBe("open");
  });

  test("holds for what was approved, and for a clock that is set back", async () => {
    const { approvals, clock } = room({ ttlMs: MINUTE_MS });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    await approvals.approve(handle, ANN);
    clock.ms += MINUTE_MS;
    expect(await codeOf(approvals.take(handle))).toBe("approval_expired");
    clock.ms = TIME_MS;
    expect(await codeOf(approvals.take(handle))).toBe("approval_expired");
  });

  test.each(["wait", "approve", "take", "open"] as const)(
    "stays its end once %s has seen it, whatever the clock says later",
    async (act) => {
      const { approvals, clock } = room({ ttlMs: MINUTE_MS });
      const { decision, request } = refund(2_500_000);
      const { handle } = await approvals.open(decision, request);
      await approvals.approve(handle, ANN);
      clock.ms += MINUTE_MS;
      const other = refund(85_000, { session: "s-2" });
      if (act === "wait") expect((await approvals.wait(handle)).state).toBe("expired");
      else if (act === "open") await approvals.open(other.decision, other.request);
      else await codeOf(act === "take" ? approvals.take(handle) : approvals.approve(handle, BEN));
      clock.ms = TIME_MS;
      expect((await approvals.show(handle)).state).toBe("expired");
      expect(await codeOf(approvals.approve(handle, BEN))).toBe("approval_expired");
    },
  );

  test("was before whatever was said at it or after, by a clock that was right then", async () => {
    const { approvals, handle } = await planted(
      85_000,
      async (terms) => [await signStatement(terms, "approve", ANN.by, ANN.signer)],
      DAY_MS,
    );
    expect((await approvals.show(handle)).state).toBe("expired");
    const { approvals: before, handle: another } = await planted(
      85_000,
      async (terms) => [await signStatement(terms, "approve", ANN.by, ANN.signer)],
      DAY_MS - 1,
    );
    expect((await before.show(another)).state).toBe("approved");
  });

  test("is no end of what a person refused", async () => {
    const { approvals, clock } = room({ ttlMs: MINUTE_MS });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    await approvals.deny(handle, ANN);
    clock.ms += MINUTE_MS;
    const other = refund(85_000, { session: "s-2" });
    await approvals.open(other.decision, other.request);
    expect((await approvals.wait(handle)).state).toBe("denied");
  });

  test("is said before anybody signs, as all else that keeps a person from deciding", async () => {
    const { approvals, clock } = room({ ttlMs: MINUTE_MS });
    const { decision, request } = refund(2_500_000);
    const { handle } = await approvals.open(decision, request);
    const asked = (act: "approve" | "deny", { by, signer }: typeof ANN): Promise<string> =>
      codeOf(approvals.mayDecide(handle, act, by, keyId(signer.publicKey)));
    expect(await asked("approve", ANN)).toBe("nothing");
    await approvals.approve(handle, ANN);
    expect(await asked("approve", ANN_AGAIN)).toBe("approval_twice");
    expect(await asked("deny", ANN)).toBe("nothing");
    expect(await asked("approve", ZOE)).toBe("approval_self");
    expect(await asked("approve", { by: "nobody", signer: ANN.signer })).toBe("person_unknown");
    clock.ms += MINUTE_MS;
    expect(await asked("approve", BEN)).toBe("approval_expired");
    clock.ms = TIME_MS;
    expect(await asked("approve", BEN)).toBe("approval_expired");
    expect(
      await codeOf(approvals.mayDecide("0".repeat(32), "deny", ANN.by, keyId(ANN.signer.publicKey))),
    ).toBe("approval_unknown");
  });

  test("can be written down for all, and come early for one", async () => {
    const { approvals, clock } = room({ ttlMs: MINUTE_MS });
    const [one, other] = [refund(), refund(85_000, { session: "s-2" })];
    const first = await approvals.open(one.decision, one.request);
    clock.ms += MINUTE_MS - 1;
    const second = await approvals.open(other.decision, other.request);
    clock.ms += 1;
    const over = await approvals.expire();
    expect(over.map(({ handle }) => handle)).toEqual([first.handle]);
    expect(stateText(over[0] as ApprovalView)).toMatch(/^expired at /);
    expect(await approvals.expire()).toEqual([]);
    const ended = await approvals.expire(second.handle);
    expect(ended).toMatchObject([{ state: "expired", ended_ms: clock.ms }]);
    expect(stateText(ended[0] as ApprovalView)).toMatch(/^ended at \S+, before its time; nobody refused it$/);
    expect(await codeOf(approvals.expire(second.handle))).toBe("approval_closed");
  });
});

describe("what may be opened", () => {
  test("the record of a review by the engine, with its own request, once", async () => {
    const { approvals } = room();
    const { decision, request } = refund();
    const other = refund();
    const code = (record: Uint8Array, bytes = request): Promise<string> =>
      codeOf(approvals.open({ record }, bytes));
    expect(await code(decision.record, other.request)).toBe("approval_record");
    expect(await code(new Uint8Array([0]))).toBe("approval_record");
    const allowed = decided({ tool: "bash", args: { command: "ls" }, context: { time_ms: TIME_MS } });
    expect(allowed.decision.verdict).toBe("allow");
    expect(await code(allowed.decision.record, allowed.request)).toBe("approval_record");
    const call = { tool: "bash", args: { command: "ls" }, context: { time_ms: TIME_MS } };
    const ofHost = engine.reviewByHost(call, "state_unavailable");
    expect(await code(ofHost.record, engine.encode(call))).toBe("approval_record");
    await approvals.open(decision, request);
    await approvals.open(decision, request);
    expect(await approvals.list()).toHaveLength(1);
  });

  test("bytes in the store that were not written by this are refused", async () => {
    const store = new MemoryApprovals();
    const { approvals } = room({ store });
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    const whole = decode(store.read(handle) as Uint8Array) as Record<string, never>;
    const bad: Uint8Array[] = [
      new Uint8Array([0xc1]),
      encode({ ...whole, v: 2 }),
      encode({ ...whole, more: 1 }),
      encode({ ...whole, request: refund().request }),
      encode({ ...whole, expires_ms: 0 }),
      encode({ ...whole, statements: [{ act: "approve" }] }),
    ];
    for (const bytes of bad) {
      await store.change((write) => write(handle, bytes));
      expect(await codeOf(approvals.show(handle))).toBe("approval_file");
    }
    expect(() => readApproval(encode(whole), "0".repeat(32))).toThrow(/approval_file/);
  });

  test("a handle that leads nowhere is said to", async () => {
    const { approvals } = room();
    for (const handle of ["0".repeat(32), "../../etc/passwd", "", undefined as unknown as string])
      expect(await codeOf(approvals.show(handle))).toBe("approval_unknown");
  });

  test("options have bounds", () => {
    for (const options of [{ ttlMs: 0 }, { ttlMs: DAY_MS + 1 }, { cooldownMs: -1 }, { ttlMs: 0.5 }])
      expect(() => room(options)).toThrow(/review_option/);
    expect(() => room({ ttlMS: 1 } as object)).toThrow(/review_option: ttlMS: .*Did you mean ttlMs/);
  });
});

describe("waiting", () => {
  test("ends when somebody decides, here or elsewhere", async () => {
    const { approvals, again } = room();
    for (const [act, state] of [
      ["approve", "approved"],
      ["deny", "denied"],
    ] as const) {
      const { decision, request } = refund(85_000, { session: act });
      const { handle } = await approvals.open(decision, request);
      const waited = again().wait(handle);
      await approvals[act](handle, ANN);
      expect((await waited).state).toBe(state);
    }
  });

  test("sees what another process wrote, and the end of its time", async () => {
    const store = new MemoryApprovals();
    const here = room({ store, ttlMs: 500, clock: Date.now });
    const { decision, request } = refund();
    const { handle } = await here.approvals.open(decision, request);
    const started = performance.now();
    expect((await here.approvals.wait(handle)).state).toBe("expired");
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("is given up in time, or when it is told to, and can begin again", async () => {
    const { approvals } = room();
    const { decision, request } = refund();
    const { handle } = await approvals.open(decision, request);
    expect(await codeOf(approvals.wait(handle, { timeoutMs: 20 }))).toBe("wait_timeout");
    expect(await codeOf(approvals.wait(handle, { timeoutMs: -1 }))).toBe("review_option");
    const controller = new AbortController();
    const waited = approvals.wait(handle, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(waited).rejects.toBe(reason);
    await expect(approvals.wait(handle, { signal: controller.signal })).rejects.toBe(reason);
    await approvals.approve(handle, ANN);
    expect((await approvals.wait(handle)).state).toBe("approved");
    expect(await codeOf(approvals.wait("0".repeat(32)))).toBe("approval_unknown");
  });
});

describe("self_approvable", () => {
  test.each([
    ["passphrase", false],
    ["device", false],
    ["file", true],
    [undefined, true],
  ] as const)("with a key kept as %s: %s", async (kept, isSelf) => {
    const made = room();
    made.persons = made.persons.map((person) => ({
      ...person,
      keys: person.keys.map((key) => ({ ...key, kept })),
    }));
    const { decision, request } = refund();
    const { handle } = await made.approvals.open(decision, request);
    expect((await made.approvals.approve(handle, ANN)).self_approvable).toBe(isSelf);
    expect((await made.approvals.take(handle)).view.self_approvable).toBe(isSelf);
  });

  test("where whoever asks can write the list of persons", async () => {
    const { approvals } = room({ persons: { persons: () => [], isWritable: true } });
    const { decision, request } = refund();
    expect((await approvals.open(decision, request)).self_approvable).toBe(true);
  });
});

test("two persons who decide at once are both heard", async () => {
  const { approvals, again } = room();
  const { decision, request } = refund(2_500_000);
  const { handle } = await approvals.open(decision, request);
  await Promise.all([approvals.approve(handle, ANN), again().approve(handle, BEN)]);
  expect(await approvals.show(handle)).toMatchObject({ state: "approved", approvers: [{}, {}] });
  const taken = await Promise.allSettled([
    approvals.take(handle),
    again().take(handle),
    approvals.take(handle),
  ]);
  expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("what ended is forgotten when it is told to, but not what still keeps it from being asked for", async () => {
  const { approvals, clock } = room();
  const [open, denied] = [refund(85_000, { session: "s-2" }), refund()];
  await approvals.open(open.decision, open.request);
  const { handle } = await approvals.open(denied.decision, denied.request);
  await approvals.deny(handle, ANN);
  expect(await approvals.forget()).toBe(0);
  clock.ms += 10 * MINUTE_MS;
  expect(await approvals.forget({ olderThanMs: 11 * MINUTE_MS })).toBe(0);
  expect(await approvals.forget()).toBe(1);
  expect(await approvals.list()).toHaveLength(1);
  expect(await approvals.list("denied")).toEqual([]);
});

test("the bytes to sign do not depend on the order of members", () => {
  const terms = {
    args: new Uint8Array(32),
    at_ms: 1,
    expires_ms: 2,
    image: new Uint8Array(32),
    of: new Uint8Array(32),
    reasons: ["a"],
  };
  const key = keyId(ANN.signer.publicKey);
  const turned = Object.fromEntries(Object.entries(terms).reverse()) as unknown as typeof terms;
  expect(statementBytes(turned, { key, by: "a", act: "deny" })).toEqual(
    statementBytes(terms, { act: "deny", by: "a", key }),
  );
});

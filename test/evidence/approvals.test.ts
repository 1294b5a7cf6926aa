/**
 * What persons approved, across the records of a log. The engine takes the word of whoever asks for what was reviewed
 * before, so each lie here is a record that it decides again to the same bytes, in a log that is chained and signed.
 */

import { describe, expect, test } from "vitest";
import { makeBundle, verifyBundle } from "../../bindings/evidence/bundle/index.ts";
import { openEvidenceLog } from "../../bindings/evidence/log.ts";
import { payloadOpener } from "../../bindings/evidence/opener.ts";
import { joined } from "../../bindings/evidence/report/index.ts";
import { inventoryOf } from "../../bindings/evidence/shard.ts";
import {
  type VerifyOptions,
  type VerifyReport,
  type VerifyState,
  type VerifyStopped,
  verifyLog,
} from "../../bindings/evidence/verify.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import { approverCheck } from "../../bindings/review/approvers.ts";
import type { TakenApproval } from "../../bindings/review/index.ts";
import { withPerson } from "../../bindings/review/persons.ts";
import type { Request } from "../../bindings/src/types.ts";
import {
  ANN,
  BEN,
  decided,
  engine,
  listed,
  type Reviewed,
  refund,
  room,
  SIGNERS,
} from "../review/reviewed.ts";
import { hash, LOG, MemoryKeys, MemoryStorage, SIGNER, sealWith, trustOf, verify } from "./bundle-log.ts";

type Approved = TakenApproval["request"];

/** The reviewed call as it comes back from the persons. */
async function approvedBy(reviewed: Reviewed, ...persons: readonly (typeof ANN)[]): Promise<Approved> {
  const { approvals, clock } = room();
  const { handle } = await approvals.open(reviewed.decision, reviewed.request);
  clock.ms += 60_000;
  for (const person of persons) await approvals.approve(handle, person);
  return (await approvals.take(handle)).request;
}

const keys = new MemoryKeys();

/** A log of these records, each with its request, in one shard or more. */
async function logOf(shards: Readonly<Record<string, readonly Reviewed[]>>): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  for (const [shard, records] of Object.entries(shards)) {
    const log = await openEvidenceLog(storage, {
      origin: LOG,
      shard,
      signers: [SIGNER],
      clock: () => 0,
      seal: sealWith(keys),
      hash,
      checkpointMs: 1e9,
    });
    for (const { decision, request } of records)
      await log.append({ record: decision.record, cells: [], request, source: engine });
    await log.close();
  }
  return storage;
}

const verified = async (
  storage: MemoryStorage,
  options: Partial<VerifyOptions> = {},
): Promise<VerifyReport> => {
  const open = payloadOpener(keys);
  const shards = [...inventoryOf(await storage.list()).shards.keys()];
  return verifyLog(storage, {
    trust: trustOf({
      shards: shards.map((shard) => ({
        origin: `${LOG}/${shard}`,
        keys: [{ publicKey: SIGNER.publicKey, from: 0 }],
      })),
    }),
    verify,
    hash,
    open: async (entry, bytes, origin) => {
      const opened = await open(entry, bytes, origin);
      return opened === "lost" ? opened : opened.request;
    },
    ...options,
  });
};

const failuresOf = ({ findings }: VerifyReport): string[] =>
  findings.filter(({ kind }) => kind === "failure").map(({ code, shard, seq }) => `${code} ${shard} ${seq}`);

const small = refund();
const large = refund(2_500_000);
const smallRun = await approvedBy(small, ANN);
const largeRun = await approvedBy(large, ANN, BEN);
const honest = await logOf({ main: [small, decided(smallRun), large, decided(largeRun)] });
const later = (request: Approved, ms: number): Approved => ({
  ...request,
  context: { ...request.context, time_ms: request.context.time_ms + ms },
});
const approver = approverCheck(listed(), nodeEd25519);

describe("an honest log", () => {
  test("passes, and its approvers are verified by who has a list of persons", async () => {
    const without = await verified(honest);
    expect(failuresOf(without)).toEqual([]);
    expect(without.replay).toMatchObject({ checked: 4, failed: 0 });
    expect(without.approvals).toEqual({
      checked: 2,
      failed: 0,
      outside: 0,
      signatures: { checked: 0, failed: 0, unlooked: 3 },
    });
    const signed = await verified(honest, { approver });
    expect(failuresOf(signed)).toEqual([]);
    expect(signed.approvals.signatures).toEqual({ checked: 3, failed: 0, unlooked: 0 });
  });

  test("may have the review in another shard, before or behind", async () => {
    for (const shards of [
      { main: [small], east: [decided(smallRun)] },
      { east: [small], main: [decided(smallRun)] },
    ]) {
      const report = await verified(await logOf(shards));
      expect([failuresOf(report), report.approvals.checked]).toEqual([[], 1]);
    }
  });

  test("is verified the same way when it is stopped in between", async () => {
    const storage = await logOf({ east: [small], main: [decided(smallRun), decided(later(smallRun, 1000))] });
    const stopped = await verified(storage, { stop: () => true }).catch((error: unknown) => error);
    const state = JSON.parse(JSON.stringify((stopped as VerifyStopped).state)) as VerifyState;
    expect(state).toMatchObject({ shard: "east", approvals: { reviewed: [{}] } });
    const resumed = await verified(storage, { resume: state });
    expect(failuresOf(resumed)).toEqual(["approval_twice main 2"]);
    expect(resumed.approvals).toEqual((await verified(storage)).approvals);
  });

  test("is not blamed for a review that stands outside of what is looked at", async () => {
    const report = await verified(honest, { from: 2 });
    expect(failuresOf(report)).toEqual([]);
    expect(report.approvals).toMatchObject({ checked: 1, outside: 1 });
    expect((await verified(honest, { from: 0, to: 3 })).approvals).toMatchObject({ checked: 1, outside: 0 });
  });
});

describe("a log says what was not approved:", () => {
  const rows: readonly {
    readonly why: string;
    readonly code: string;
    readonly main: readonly Reviewed[];
    readonly east?: readonly Reviewed[];
  }[] = [
    { why: "nobody was asked", code: "approval_parent main 1", main: [decided(smallRun)] },
    {
      why: "it ran before anybody was asked",
      code: "approval_parent main 1",
      main: [decided(smallRun), small],
    },
    {
      why: "what it follows was no review",
      code: "approval_parent main 3",
      main: [
        small,
        decided(smallRun),
        decided({
          ...smallRun,
          approval: { ...smallRun.approval, of: bytesOf(decided(smallRun).decision.digests.record) },
        }),
      ],
    },
    {
      why: "other arguments were reviewed",
      code: "approval_other main 2",
      main: [
        refundOf("ch_2"),
        decided({
          ...smallRun,
          approval: { ...smallRun.approval, of: bytesOf(refundOf("ch_2").decision.digests.record) },
        }),
      ],
    },
    {
      why: "persons saw fewer reasons",
      code: "approval_other main 2",
      main: [
        small,
        decided({
          ...smallRun,
          approval: { ...smallRun.approval, reasons: [...smallRun.approval.reasons, "amount_unknown"] },
        }),
      ],
    },
    ...["approval_other east 1", "approval_other main 2"].map((code) => {
      const { reviewed, run } = otherAction();
      const why = `another action with the same arguments: ${code}`;
      return code.includes("main")
        ? { why, code, main: [reviewed, run] }
        : { why, code, main: [reviewed], east: [run] };
    }),
    {
      why: "one approval let two calls run",
      code: "approval_twice main 3",
      main: [small, decided(smallRun), decided(later(smallRun, 1000))],
    },
  ];
  for (const { why, code, main, east } of rows)
    test(why, async () => {
      const storage = await logOf({ main, ...(east === undefined ? {} : { east }) });
      const report = await verified(storage);
      expect(failuresOf(report)).toEqual([code]);
      expect(report.answer).toBe("failed");
      expect(report.approvals.failed).toBe(1);
      // The engine decides all of it again: it does not see what was reviewed.
      expect(report.replay).toMatchObject({ failed: 0, checked: main.length + (east?.length ?? 0) });
      expect(report.findings.find(({ code: one }) => code.startsWith(one))?.file).toMatch(/\.seg$/);
    });
});

describe("by a list of persons", () => {
  const forgedBy = (change: (approver: Approved["approval"]["approvers"][number]) => object): Reviewed =>
    decided({
      ...smallRun,
      approval: { ...smallRun.approval, approvers: smallRun.approval.approvers.map(change) as never },
    });

  test.each([
    [
      "another signature",
      "did not sign this",
      forgedBy((one) => ({ ...one, signature: new Uint8Array(64).fill(1) })),
    ],
    ["somebody else's name", "is no key of", forgedBy((one) => ({ ...one, id: BEN.by }))],
    ["a name of nobody", "nobody whom it names", forgedBy((one) => ({ ...one, id: "mallory" }))],
  ] as const)("%s is no approval", async (_, sentence, run) => {
    const storage = await logOf({ main: [small, run] });
    expect(failuresOf(await verified(storage))).toEqual([]);
    const report = await verified(storage, { approver });
    expect(failuresOf(report)).toEqual(["approval_signature main 2"]);
    expect(report.findings.at(-1)?.sentence).toContain(sentence);
    expect(report.approvals.signatures).toEqual({ checked: 1, failed: 1, unlooked: 0 });
  });

  test("who was removed since then has signed all the same", async () => {
    const now = listed().map((person) => ({ ...person, status: "removed" as const }));
    expect(failuresOf(await verified(honest, { approver: approverCheck(now, nodeEd25519) }))).toEqual([]);
    const others = withPerson([], { id: ANN.by, key: publicKeyText(SIGNERS.ann2.publicKey) });
    const report = await verified(honest, { approver: approverCheck(others, nodeEd25519) });
    expect(failuresOf(report)).toEqual(["approval_signature main 2", "approval_signature main 4"]);
  });
});

describe("a bundle", () => {
  const bundled = async (storage: MemoryStorage, options: object = {}) => {
    const { pieces } = await makeBundle(storage, {
      program: "permit0 0.1.0",
      hash,
      opener: payloadOpener(keys),
      ...options,
    });
    return verifyBundle(joined(pieces), { trust: trustOf(), verify, hash, approver });
  };

  test("says the same of the same records", async () => {
    const whole = await bundled(honest);
    expect(failuresOf(whole)).toEqual([]);
    expect(whole.approvals).toEqual({
      checked: 2,
      failed: 0,
      outside: 0,
      signatures: { checked: 3, failed: 0, unlooked: 0 },
    });
    const lie = await bundled(await logOf({ main: [decided(smallRun), small] }));
    expect(failuresOf(lie)).toEqual(["approval_parent main 1"]);
    const twice = await bundled(
      await logOf({ main: [small, decided(smallRun), decided(later(smallRun, 1000))] }),
    );
    expect(failuresOf(twice)).toEqual(["approval_twice main 3"]);
  });

  test("without the reviews has its approvals outside", async () => {
    for (const options of [{ filter: { verdict: "allow" } }, { from: 4 }]) {
      const report = await bundled(honest, options);
      expect(failuresOf(report)).toEqual([]);
      expect(report.approvals.outside).toBeGreaterThan(0);
      expect(report.approvals.checked).toBe(0);
    }
  });
});

function bytesOf(digest: string): Uint8Array {
  return new Uint8Array(Buffer.from(digest, "hex"));
}

/** The call that was approved, with another reference. */
function refundOf(reference: string): Reviewed {
  const { approval: _, ...call } = smallRun;
  return decided({ ...call, fields: { ...call.fields, reference } } as Request);
}

/** A charge that was reviewed, and a refund of the same fields and for the same reasons that claims its approval. */
function otherAction(): { readonly reviewed: Reviewed; readonly run: Reviewed } {
  const { approval, ...call } = { ...smallRun, fields: { amount: 85_000, currency: "USD" } };
  const reviewed = decided({ ...call, action: "payments.charge" } as Request);
  const { digests, reasons } = reviewed.decision;
  const bound = { args: bytesOf(digests.args), of: bytesOf(digests.record) };
  const run = decided({
    ...call,
    approval: { ...approval, ...bound, reasons: reasons.map(({ code }) => code) },
  } as Request);
  return { reviewed, run };
}

/** What a gateway runs, and what not: each refusal with its code, and nothing has run behind it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BurnStore,
  createGateway,
  type GatewayLog,
  type GatewayOptions,
  MemoryBurns,
  type OutcomeFacts,
} from "../../bindings/gateway/index.ts";
import { BurnFolder } from "../../bindings/hosts/burn-folder.ts";
import { openLog, verifyFolder } from "../../bindings/hosts/log-folder.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import { createPermit, type EventResult, type Permit, type PermitCall } from "../../bindings/src/permit.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { attenuate, parseToken, type TokenKey, verifyToken } from "../../bindings/token/index.ts";
import { memoryImage } from "../memory/policy.ts";
import {
  ARGS,
  AUDIENCE,
  asked,
  keyOf,
  keys,
  minted,
  signedPayload,
  signer,
  signerOf,
} from "../token/fixture.ts";
import { open } from "../unit/built.ts";
import { atNow, atStart, codeOf, gatewayOf, NAMES, permitOf, tokenFor, tokenOf } from "./fixture.ts";

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), "permit0-gateway-"));
beforeAll(async () => {
  engine = await open();
});
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;
const run = (args: unknown): unknown => {
  runs++;
  return args;
};

async function refused(code: string, attempt: () => Promise<unknown>): Promise<void> {
  const before = runs;
  expect(await codeOf(attempt())).toBe(code);
  expect(runs, "runs").toBe(before);
}

test("a call runs once, with what was read from the hashed bytes, frozen", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const gateway = await gatewayOf(permit, clock);
  const token = await tokenOf(permit);
  const args = { ...ARGS };
  const got = await gateway.execute(token, "read_file", args, async (given) => {
    args.path = "/etc/shadow";
    await Promise.resolve();
    expect(Object.isFrozen(given)).toBe(true);
    return run(given);
  });
  expect(got).toEqual(ARGS);
  await refused("burnt", () => gateway.execute(token, "read_file", ARGS, run));
});

test("two uses at once: one runs", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const gateway = await gatewayOf(permit, clock);
  for (let round = 0; round < 20; round++) {
    const token = await tokenOf(permit);
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => codeOf(gateway.execute(token, "read_file", ARGS, run))),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === "burnt")).toHaveLength(3);
  }
});

test("a token and its child are one use", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const gateway = await gatewayOf(permit, clock);
  const parent = await minted(engine, {
    constraints: [
      { p: ["path"], op: "present" },
      { p: ["limit"], op: "max", v: 20 },
    ],
  });
  const child = await attenuate(await verifyToken(parent, asked), {
    constraints: [{ p: ["limit"], op: "max", v: 12 }],
    signer,
  });
  await refused("args_value", () =>
    gateway.execute([child, parent], "read_file", { path: "a", limit: 13 }, run),
  );
  expect(await codeOf(gateway.execute([child, parent], "read_file", { path: "a", limit: 12 }, run))).toBe(
    undefined,
  );
  await refused("burnt", () => gateway.execute(parent, "read_file", { path: "a", limit: 20 }, run));
});

test("what a child session did is an outcome of its parent, as the call was", async () => {
  const log = await openLog(join(folder, "child"), { keys: join(folder, "child-keys"), payloads: false });
  const clock = atNow();
  const permit = permitOf(engine, clock, { log });
  const context = { session: "child", parent: "root" };
  const decision = await permit.check({ tool: "read_file", args: ARGS, context });
  const told: (readonly EventResult[])[] = [];
  const telling: GatewayOptions["permit"] = {
    standing: permit.standing,
    outcome: async (...given) => {
      told.push(await permit.outcome(...given));
      return [];
    },
  };
  const gateway = await gatewayOf(telling, clock, { log });
  await gateway.execute(await tokenFor(permit, decision), "read_file", ARGS, run);
  const [[outcome]] = told as [[EventResult]];
  const [own] = await permit.outcome(decision, { status: "ran" });
  const cells = ({ cells }: Pick<EventResult, "cells">) => cells.map(({ id }) => hex(id));
  expect(cells(outcome)).toEqual(cells(own as EventResult));
  await log.close();
});

describe("nothing runs", () => {
  const setUp = async (more: Partial<GatewayOptions> = {}) => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    return { clock, permit, gateway: await gatewayOf(permit, clock, more), token: await tokenOf(permit) };
  };

  test("with other arguments, for another tool, for another audience, or with what has no bytes", async () => {
    const { gateway, token, permit, clock } = await setUp();
    await refused("args_hash", () => gateway.execute(token, "read_file", { ...ARGS, limit: 11 }, run));
    await refused("tool_other", () => gateway.execute(token, { action: "read_file" }, ARGS, run));
    await refused("args_bytes", () => gateway.execute(token, "read_file", { path: undefined }, run));
    await refused("args_bytes", () => gateway.execute(token, "read_file", [], run));
    const listed = keys.map((key) => ({ ...key, audiences: [AUDIENCE, "other"] }));
    const other = await gatewayOf(permit, clock, { audience: "other", keys: listed });
    await refused("token_signature", () => other.execute(token, "read_file", ARGS, run));
    // Nothing of this burnt it.
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, run))).toBe(undefined);
  });

  test("once it has ended, and not when the clock is set back", async () => {
    const { gateway, token, clock } = await setUp();
    clock.now += 65_000;
    await refused("token_expired", () => gateway.execute(token, "read_file", ARGS, run));

    const set = atNow();
    const log = await openLog(join(folder, "back"), { keys: join(folder, "back-keys"), payloads: false });
    const permit = permitOf(engine, set, { log });
    const [first, second] = [await tokenOf(permit), await tokenOf(permit)];
    const guarded = await gatewayOf(permit, set, { log });
    expect(await codeOf(guarded.execute(first, "read_file", ARGS, run))).toBe(undefined);
    set.now += 70_000;
    await permit.check({ tool: "read_file", args: ARGS });
    set.now -= 70_000;
    await refused("token_expired", () => guarded.execute(second, "read_file", ARGS, run));
    await log.close();
  });

  test("under another policy or by another engine", async () => {
    const { token, permit, clock } = await setUp();
    const other = permitOf(await open(memoryImage()), clock);
    await refused("image_stale", async () =>
      (await gatewayOf(other, clock)).execute(token, "read_file", ARGS, run),
    );
    const standing = {
      ...permit,
      standing: async (call: Parameters<typeof permit.standing>[0]) => ({
        ...(await permit.standing(call)),
        engine: "00",
      }),
    };
    await refused("engine_stale", async () =>
      (await gatewayOf(standing, clock)).execute(token, "read_file", ARGS, run),
    );
  });

  test.each([
    ["agent", NAMES.agent],
    ["actor", "zoe"],
    ["principal", NAMES.principal],
    ["session", NAMES.session],
    ["tenant", NAMES.tenant],
    ["tool", "read_file"],
    ["action", "files.read"],
  ] as const)("when the %s was frozen since, and again once it is thawed", async (scope, value) => {
    const clock = atStart();
    const store = new MemoryStore();
    const permit = permitOf(engine, clock, { memory: store });
    // Of a program that has other names, and knows those of the call by the token alone.
    const other = { agent: "gateway", principal: "ops", session: "s-9", tenant: "host" };
    const gateway = await gatewayOf(permitOf(engine, clock, { memory: store, context: other }), clock);
    const token = await tokenOf(permit, { context: { actor: "zoe" } });
    // By another process, so to say.
    const people = permitOf(engine, clock, { memory: store });
    await people.freeze({ scope, value, by: "ann", reason: "odd" });
    await refused("frozen", () => gateway.execute(token, "read_file", ARGS, run));
    await people.thaw({ scope, value, by: "ann", reason: "fine" });
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, run))).toBe(undefined);
  });

  test("when the session that opened its session was frozen since", async () => {
    const { clock, permit } = await setUp();
    const gateway = await gatewayOf(permit, clock);
    const token = await tokenOf(permit, { context: { session: "child", parent: "root" } });
    await permit.freeze({ scope: "session", value: "root", by: "ann", reason: "odd" });
    await refused("frozen", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when the server of its tool was frozen since", async () => {
    const { clock, permit, token } = await setUp();
    const gateway = await gatewayOf(permit, clock);
    const payload = JSON.parse(new TextDecoder().decode(parseToken(token).message));
    payload.cap[0].server = "files";
    const bound = await signedPayload(JSON.stringify(payload));
    await permit.freeze({ scope: "server", value: "files", by: "ann", reason: "odd" });
    const target = { tool: "read_file", server: "files" };
    await refused("frozen", () => gateway.execute(bound, target, ARGS, run));
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, run))).toBe(undefined);
  });

  test("when the memory that says what is frozen is damaged", async () => {
    const { permit, clock, token } = await setUp();
    for (const frozen of ["unknown", undefined] as ("unknown" | undefined)[]) {
      const standing = async (call: PermitCall) => ({ ...(await permit.standing(call)), frozen });
      const gateway = await gatewayOf({ ...permit, standing } as Permit, clock);
      await refused("freeze_unknown", () => gateway.execute(token, "read_file", ARGS, run));
    }
  });

  test("when nobody can say what is frozen", async () => {
    const clock = atStart();
    const store = new MemoryStore();
    const permit = permitOf(engine, clock, { memory: store });
    const token = await tokenOf(permit);
    const broken = Object.assign(Object.create(store), {
      read: () => {
        throw new Error("gone");
      },
      commit: () => {
        throw new Error("gone");
      },
      close: () => {},
    });
    const gateway = await gatewayOf(permitOf(engine, clock, { memory: broken }), clock);
    await refused("freeze_unknown", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when its key was revoked, also in the middle", async () => {
    const { token, permit, clock } = await setUp();
    const revoked = keys.map((key): TokenKey => ({ ...key, status: "revoked" }));
    const at = await gatewayOf(permit, clock, { keys: () => revoked });
    await refused("key_status", () => at.execute(token, "read_file", ARGS, run));
    const changes: readonly [Partial<TokenKey>, string][] = [
      [{ status: "revoked" }, "key_status"],
      [{ to_ms: clock.now }, "key_validity"],
      [{ from_ms: clock.now + 1 }, "key_validity"],
      [{ audiences: ["other"] }, "key_audience"],
      [{ issuer: "other" }, "claim_issuer"],
    ];
    for (const [change, code] of changes) {
      let asks = 0;
      const changed = keys.map((key): TokenKey => ({ ...key, ...change }));
      const later = await gatewayOf(permit, clock, { keys: () => (asks++ === 0 ? keys : changed) });
      await refused(code, () => later.execute(token, "read_file", ARGS, run));
    }
    let asks = 0;
    const gone = await gatewayOf(permit, clock, { keys: () => (asks++ === 0 ? keys : []) });
    await refused("key_unknown", () => gone.execute(token, "read_file", ARGS, run));
  });

  test("when the key of a token that it was made from was revoked in the middle", async () => {
    const { permit, clock } = await setUp();
    const later = signerOf(8);
    const both = [...keys, keyOf(later.publicKey)];
    const parent = await minted(engine, {
      constraints: [
        { p: ["path"], op: "present" },
        { p: ["limit"], op: "present" },
      ],
    });
    const child = await attenuate(await verifyToken(parent, asked), { constraints: [], signer: later });
    const revoked = both.map((key, at): TokenKey => (at === 0 ? { ...key, status: "revoked" } : key));
    let asks = 0;
    const gateway = await gatewayOf(permit, clock, { keys: () => (asks++ === 0 ? both : revoked) });
    await refused("key_status", () => gateway.execute([child, parent], "read_file", ARGS, run));
    expect(asks).toBe(2);
  });

  test("when it was frozen, or has ended, while keys were asked for", async () => {
    const { clock, permit, token } = await setUp();
    let then = async (): Promise<unknown> => undefined;
    let asks = 0;
    const gateway = await gatewayOf(permit, clock, {
      keys: async () => {
        if (asks++ % 2 === 1) await then();
        return keys;
      },
    });
    then = () => permit.freeze({ scope: "agent", value: "desk", by: "ann", reason: "odd" });
    await refused("frozen", () => gateway.execute(token, "read_file", ARGS, run));
    await permit.thaw({ scope: "agent", value: "desk", by: "ann", reason: "fine" });
    then = async () => {
      clock.now += 65_000;
    };
    await refused("token_expired", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when it has ended while freezes were asked for", async () => {
    const { clock, permit, token } = await setUp();
    const slow: GatewayOptions["permit"] = {
      ...permit,
      standing: async (call) => {
        clock.now += 65_000;
        return permit.standing(call);
      },
    };
    const gateway = await gatewayOf(slow, clock);
    await refused("token_expired", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when the clock, at first or later, gives no time", async () => {
    const { clock, permit, token } = await setUp();
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, "now", undefined]) {
      let asks = 0;
      const gateway = await gatewayOf(permit, clock, {
        clock: () => (++asks <= 2 ? clock.now : (time as number)),
      });
      await refused("clock_unreadable", () => gateway.execute(token, "read_file", ARGS, run));
      expect(asks).toBe(3);
      await refused("clock_unreadable", () => gatewayOf(permit, clock, { clock: () => time as number }));
    }
  });

  test("when the keys cannot be read, and it is said why", async () => {
    const { clock, permit, token } = await setUp();
    const down = () => Promise.reject(new Error("ENOENT: token-keys.json"));
    const gateway = await gatewayOf(permit, clock, { keys: down });
    const attempt = gateway.execute(token, "read_file", ARGS, run);
    await expect(attempt).rejects.toThrow(
      /^keys_unreachable: wanted .*, came ENOENT: token-keys.json\. Bring/,
    );
    for (const listed of [undefined, "keys", [null], [{ ...keys[0], publicKey: "k" }]]) {
      const odd = await gatewayOf(permit, clock, { keys: () => listed as never });
      await refused("keys_unreachable", () => odd.execute(token, "read_file", ARGS, run));
    }
  });

  test("that is no function, by what is no token, or of what is no tool", async () => {
    const { gateway, token } = await setUp();
    for (const other of [undefined, null, "run", {}])
      await refused("gateway_option", () => gateway.execute(token, "read_file", ARGS, other as never));
    for (const other of [undefined, null, 5, [], [5]])
      await refused("token_prefix", () => gateway.execute(other as never, "read_file", ARGS, run));
    for (const other of [undefined, null, 5, {}, { tool: 5 }, { action: null }, { server: "read_file" }])
      await refused("tool_other", () => gateway.execute(token, other as never, ARGS, run));
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, run))).toBe(undefined);
  });

  test("when the burn cannot be kept", async () => {
    const down = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    const burns: BurnStore = {
      burn: () => {
        throw down;
      },
      settle() {},
      left: () => [],
      sweep() {},
      close() {},
    };
    const { gateway, token } = await setUp({ burns });
    await refused("burns_unreachable", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when the burn store is gone, at the start or later", async () => {
    const path = join(folder, "gone");
    const burns = new BurnFolder(path);
    const { gateway, token } = await setUp({ burns });
    rmSync(path, { recursive: true });
    await refused("burns_unreachable", () => gateway.execute(token, "read_file", ARGS, run));
    await refused("burns_unreachable", () => setUp({ burns }));
    burns.close();
    await refused("burns_unreachable", () => gateway.execute(token, "read_file", ARGS, run));
  });

  test("when the burn cannot be logged, and it stays burnt", async () => {
    const burns = new MemoryBurns();
    const log = {
      lastTimeMs: 0,
      noteBurn: () => Promise.reject(new Error("ENOSPC")),
      noteOutcome: () => Promise.resolve(),
    };
    const { gateway, token, permit, clock } = await setUp({ burns, log });
    await refused("log_unreachable", () => gateway.execute(token, "read_file", ARGS, run));
    const other = await gatewayOf(permit, clock, { burns });
    await refused("burnt", () => other.execute(token, "read_file", ARGS, run));
  });

  test("once it is closed", async () => {
    const { gateway, token } = await setUp();
    gateway.close();
    await refused("gateway_closed", () => gateway.execute(token, "read_file", ARGS, run));
  });
});

test("decision, burn and outcome stand in one log, in this order, and it verifies", async () => {
  const clock = atNow();
  const path = join(folder, "log");
  const log = await openLog(path, { keys: join(folder, "keys"), payloads: false });
  const permit = permitOf(engine, clock, { log });
  const burns = new BurnFolder(join(folder, "burns"));
  const gateway = await gatewayOf(permit, clock, { log, burns });
  await gateway.execute(await tokenOf(permit), "read_file", ARGS, run);
  const failing = gateway.execute(await tokenOf(permit), "read_file", ARGS, () => {
    throw new Error("the tool failed");
  });
  await expect(failing).rejects.toThrow("the tool failed");
  await log.close();
  burns.close();
  const report = await verifyFolder(path);
  expect(report.shards[0]).toMatchObject({ entries: 7, signed: 7 });
  expect(report.findings).toEqual([]);
});

test("a gateway is made of known options of the wanted types", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const rows: readonly [string, unknown][] = [
    ["audience", ""],
    ["audience", "x".repeat(257)],
    ["audience", undefined],
    ["keys", undefined],
    ["keys[0]", [{ ...keys[0], id: undefined }]],
    ["verify", {}],
    ["burns", { burn() {} }],
    ["permit", { standing() {} }],
    ["log", undefined],
    ["log", null],
    ["log", "memory"],
    ["log", { noteBurn() {}, noteOutcome() {} }],
    ["clock", clock.now],
    ["skew_ms", "10"],
    ["skew_ms", 30_001],
    ["skew_ms", Number.NaN],
    ["onRemark", "console"],
    ["skewMs", 10],
  ];
  for (const [path, value] of rows) {
    const made = gatewayOf(permit, clock, { [path.replace("[0]", "")]: value });
    await expect(made, path).rejects.toMatchObject({ name: "GatewayError", code: "gateway_option", path });
  }
  expect(await codeOf(createGateway(undefined as never))).toBe("gateway_option");
});

describe("an outcome", () => {
  /** A log in memory, and what was noted in it. */
  const noting = () => {
    const outcomes: OutcomeFacts[] = [];
    const log: GatewayLog = {
      lastTimeMs: 0,
      noteBurn: () => Promise.resolve(),
      noteOutcome: async (outcome) => {
        outcomes.push(outcome);
      },
    };
    return { log, outcomes };
  };
  const noteOf = async (token: string, status: string, time_ms: number) => {
    const { claims } = await verifyToken(token, asked);
    const record = new Uint8Array(Buffer.from(claims.prov.record.slice(7), "hex"));
    return { iss: claims.iss, jti: claims.jti, record, status, time_ms };
  };

  test("of a call without a session is a note in the log", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock, { context: { agent: "desk" } });
    const { log, outcomes } = noting();
    const gateway = await gatewayOf(permit, clock, { log });
    const token = await tokenOf(permit);
    await gateway.execute(token, "read_file", ARGS, run);
    expect(outcomes).toEqual([await noteOf(token, "ran", clock.now)]);
  });

  test("under a permit without a memory is a note too, also that of a call that was left", async () => {
    const clock = atStart();
    const permit = createPermit({ engine, context: NAMES, clock: () => clock.now });
    const { log, outcomes } = noting();
    const remarks: string[] = [];
    const onRemark = (text: string) => remarks.push(text);
    const gateway = await gatewayOf(permit, clock, { log, onRemark });
    const token = await tokenOf(permit);
    await gateway.execute(token, "read_file", ARGS, run);
    expect(outcomes).toEqual([await noteOf(token, "ran", clock.now)]);
    expect(remarks).toEqual([]);

    const { claims } = await verifyToken(token, asked);
    const place = join(folder, "left");
    const gone = new BurnFolder(place);
    const record = claims.prov.record.slice(7);
    gone.burn({ ...claims, record, time_ms: clock.now, session: "s-1" });
    gone.close();
    const burns = new BurnFolder(place);
    await gatewayOf(permit, clock, { log, burns });
    expect(outcomes.slice(1)).toEqual([await noteOf(token, "unknown", clock.now)]);
    expect(burns.left(AUDIENCE)).toEqual([]);
    burns.close();
  });

  test("is not told to histories again once the permit has said that it keeps none", async () => {
    const clock = atStart();
    const permit = createPermit({ engine, context: NAMES, clock: () => clock.now });
    let asks = 0;
    const outcome: Permit["outcome"] = (...given) => {
      asks++;
      return permit.outcome(...given);
    };
    const { log, outcomes } = noting();
    const gateway = await gatewayOf({ ...permit, outcome }, clock, { log });
    for (let use = 0; use < 2; use++) await gateway.execute(await tokenOf(permit), "read_file", ARGS, run);
    expect([asks, outcomes.length]).toEqual([1, 2]);
  });

  test("of a session goes to its histories, whether there is a log or not", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    const told: unknown[] = [];
    const telling: GatewayOptions["permit"] = {
      ...permit,
      outcome: (decision, outcome) => {
        told.push({ ...decision, ...outcome });
        return permit.outcome(decision, outcome);
      },
    };
    const gateway = await gatewayOf(telling, clock, { log: "none" });
    const token = await tokenOf(permit);
    await gateway.execute(token, "read_file", ARGS, run);
    const { record } = await noteOf(token, "ran", clock.now);
    expect(told).toEqual([{ record, session: NAMES.session, status: "ran" }]);
  });
});

test("a log in which a token was burnt twice does not verify", async () => {
  const path = join(folder, "twice");
  const log = await openLog(path, { keys: join(folder, "keys"), payloads: false });
  const burn = { iss: "i", jti: "j", exp_ms: 1, record: new Uint8Array(32), aud: "a", time_ms: 0 };
  await log.noteBurn(burn);
  await log.noteBurn({ ...burn, iss: "other" });
  await log.noteOutcome({ iss: "i", jti: "j", record: burn.record, status: "ran", time_ms: 0 });
  await log.close();
  expect((await verifyFolder(path)).findings).toEqual([]);
  const again = await openLog(path, { keys: join(folder, "keys"), payloads: false });
  await again.noteBurn(burn);
  await again.close();
  const { answer, findings } = await verifyFolder(path);
  expect(answer).toBe("failed");
  expect(findings.map(({ sentence }) => sentence).join()).toContain("was burnt before");
});

test("an outcome that cannot be logged is told, and the result is still given", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const remarks: string[] = [];
  const log = {
    lastTimeMs: 0,
    noteBurn: () => Promise.resolve(),
    noteOutcome: () => Promise.reject(new Error("gone")),
  };
  const broken = { ...permit, outcome: () => Promise.reject(new Error("gone")) };
  const gateway = await gatewayOf(broken, clock, { log, onRemark: (text) => remarks.push(text) });
  expect(await gateway.execute(await tokenOf(permit), "read_file", ARGS, run)).toEqual(ARGS);
  expect(remarks).toHaveLength(1);
});

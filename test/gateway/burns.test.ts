/** What is burnt stays burnt, as long as anybody could believe its token, whatever clocks do. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Burn, type BurnStore, MemoryBurns } from "../../bindings/gateway/index.ts";
import { BurnFolder } from "../../bindings/hosts/burn-folder.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import { ARGS, AUDIENCE } from "../token/fixture.ts";
import { open } from "../unit/built.ts";
import { atStart, codeOf, gatewayOf, permitOf, tokenFor, tokenOf } from "./fixture.ts";

const synced = vi.hoisted(() => ({ count: 0, isOut: false }));
vi.mock("node:fs", async (importActual) => {
  const fs = await importActual<typeof import("node:fs")>();
  return {
    ...fs,
    fsyncSync: (file: number) => {
      synced.count++;
      if (synced.isOut) throw new Error("EIO: the disk is out");
      fs.fsyncSync(file);
    },
  };
});

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), "permit0-burns-"));
beforeAll(async () => {
  engine = await open();
});
afterAll(() => rmSync(folder, { recursive: true }));
const place = (): string => mkdtempSync(join(folder, "at-"));

const BURN: Burn = { iss: "i", jti: "j", exp_ms: 1_000, record: "00".repeat(32), aud: "a", time_ms: 0 };

/** A store that a process opens, and opens again at its next start. What is in memory lives on. */
const stores: readonly [string, () => () => BurnStore][] = [
  [
    "in memory",
    () => {
      const burns = new MemoryBurns();
      return () => burns;
    },
  ],
  [
    "in a folder",
    () => {
      const at = place();
      return () => new BurnFolder(at);
    },
  ],
];

describe.each(stores)("%s", (_, storeOf) => {
  test("what has an outcome and has ended is swept, and nothing else", async () => {
    const burns = storeOf()();
    expect(await burns.burn(BURN)).toBe("burnt");
    expect(await burns.burn({ ...BURN, jti: "k" })).toBe("burnt");
    await burns.settle(BURN);
    await burns.sweep(1_000);
    expect(await burns.burn(BURN)).toBe("before");
    await burns.sweep(1_001);
    expect(await burns.burn({ ...BURN, jti: "k" })).toBe("before");
  });

  test("what was swept is not burnt again, nor what ended before it, and what ends later is", async () => {
    const opened = storeOf();
    const before = opened();
    await before.burn(BURN);
    await before.settle(BURN);
    await before.burn({ ...BURN, jti: "early", exp_ms: 500 });
    await before.settle({ ...BURN, jti: "early" });
    await before.sweep(10_000_000);
    await before.close();
    const burns = opened();
    expect(await burns.burn(BURN)).toBe("forgotten");
    expect(await burns.burn({ ...BURN, jti: "k" })).toBe("forgotten");
    expect(await burns.burn({ ...BURN, jti: "l", exp_ms: 1_001 })).toBe("burnt");
    await burns.settle({ ...BURN, jti: "l" });
    await burns.sweep(600);
    expect(await burns.burn(BURN)).toBe("forgotten");
    await burns.close();
  });

  test("a token that another gateway still believes is not forgotten", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    const opened = storeOf();
    const narrow = await gatewayOf(permit, clock, { burns: opened() });
    const wide = await gatewayOf(permit, clock, { burns: opened(), skew_ms: 30_000 });
    const token = await tokenOf(permit, { ttl_ms: 10_000 });
    expect(await codeOf(narrow.execute(token, "read_file", ARGS, () => 1))).toBe(undefined);
    clock.now += 10_000 + 29_999;
    await gatewayOf(permit, clock, { burns: opened() });
    expect(await codeOf(wide.execute(token, "read_file", ARGS, () => 1))).toBe("burnt");
  });

  test("of all tokens of one decision one runs, however short the used one lived", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    const opened = storeOf();
    const decision = await permit.check({ tool: "read_file", args: ARGS });
    const [short, long] = [
      await tokenFor(permit, decision, { ttl_ms: 2_000 }),
      await tokenFor(permit, decision),
    ];
    const before = await gatewayOf(permit, clock, { burns: opened() });
    expect(await codeOf(before.execute(short, "read_file", ARGS, () => 1))).toBe(undefined);
    clock.now += 40_000;
    const after = await gatewayOf(permit, clock, { burns: opened() });
    expect(await codeOf(after.execute(long, "read_file", ARGS, () => 1))).toBe("burnt");
  });

  test("a clock that was ahead at a start, and then is set back, lets nothing run twice", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    const opened = storeOf();
    const start = async () => {
      const burns = opened();
      return { burns, gateway: await gatewayOf(permit, clock, { burns }) };
    };
    const first = await start();
    const token = await tokenOf(permit);
    expect(await codeOf(first.gateway.execute(token, "read_file", ARGS, () => 1))).toBe(undefined);
    await first.burns.close();
    clock.now += 3_600_000;
    await (await start()).burns.close();
    clock.now -= 3_600_000;
    const { burns, gateway } = await start();
    expect(await codeOf(gateway.execute(token, "read_file", ARGS, () => 1))).toBe("burn_forgotten");
    await burns.close();
  });

  test("is swept while a gateway runs, not only at its start", async () => {
    const clock = atStart();
    const permit = permitOf(engine, clock);
    const burns = storeOf()();
    const sweeps = vi.spyOn(burns, "sweep");
    const gateway = await gatewayOf(permit, clock, { burns });
    for (let use = 0; use < 256; use++)
      await gateway.execute(await tokenOf(permit), "read_file", ARGS, () => 1);
    expect(sweeps.mock.calls).toEqual([[clock.now], [clock.now]]);
  });
});

/** A burn of a process that is gone, as it would have left it. */
function leave(at: string, burn: Burn): void {
  const burns = new BurnFolder(at);
  burns.burn(burn);
  burns.close();
}

test("burns of another audience are left to its gateway", async () => {
  const at = place();
  leave(at, { ...BURN, aud: "other" });
  leave(at, { ...BURN, jti: "k", aud: AUDIENCE });
  const clock = atStart();
  const [mine, theirs] = [new BurnFolder(at), new BurnFolder(at)];
  await gatewayOf(permitOf(engine, clock), clock, { burns: mine });
  expect(mine.left(AUDIENCE)).toEqual([]);
  expect(theirs.left("other").map(({ jti }) => jti)).toEqual(["j"]);
  mine.close();
  theirs.close();
});

test("a process that is gone is one process's to tell, and let go of once that has", () => {
  const at = place();
  const gone = new BurnFolder(at);
  gone.burn(BURN);
  gone.burn({ ...BURN, jti: "k" });
  gone.burn({ ...BURN, jti: "other", aud: "other" });
  gone.close();
  const [one, two] = [new BurnFolder(at), new BurnFolder(at)];
  expect(one.left("a")).toHaveLength(2);
  one.settle(BURN);
  expect(two.left("a")).toEqual([]);
  expect(two.left("other")).toEqual([]);
  one.settle({ ...BURN, jti: "k" });
  expect(two.left("other")).toHaveLength(1);
  one.close();
  two.close();
});

test("a folder that forgot in a way nobody can read burns nothing", () => {
  const at = place();
  writeFileSync(join(at, "forgotten"), "soon\n", { mode: 0o600 });
  const burns = new BurnFolder(at);
  expect(() => burns.burn(BURN)).toThrow(/forgotten: wanted a time in milliseconds, came the text "soon/);
  burns.close();
});

test("a burn is on the disk, with its name, before it is answered; what is not runs nothing", async () => {
  const clock = atStart();
  const permit = permitOf(engine, clock);
  const burns = new BurnFolder(place());
  const gateway = await gatewayOf(permit, clock, { burns });
  const token = await tokenOf(permit);
  const before = synced.count;
  let found: readonly [number, number] | undefined;
  const run = (): void => {
    const files = readdirSync(burns.path).filter((name) => name.endsWith(".burn"));
    found = [files.length, synced.count - before];
  };
  await gateway.execute(token, "read_file", ARGS, run);
  expect(found).toEqual([1, process.platform === "win32" ? 1 : 2]);
  synced.isOut = true;
  const out = await codeOf(gateway.execute(await tokenOf(permit), "read_file", ARGS, () => 1));
  synced.isOut = false;
  expect(out).toBe("burns_unreachable");
  burns.close();
});

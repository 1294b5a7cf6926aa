/** Guards: nothing runs without a permit, and what runs is what was judged. */

import { describe, expect, test } from "vitest";
import { createSyncCarrier } from "../../bindings/src/clock.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { type Engine, openEngine, type Request } from "../../bindings/src/engine.ts";
import { createPermit, EngineError, PermitDenied, PermitReview } from "../../bindings/src/index.ts";
import { sha256Hex, TIME_MS, WASM } from "./built.ts";
import { compileSmall } from "./small-policy.ts";

const { image } = compileSmall();
const engine = await openEngine({ wasm: WASM, image });
const decided: ReturnType<Engine["decide"]>[] = [];
const watched = {
  decide: (request: Request) => {
    const decision = engine.decide(request);
    decided.push(decision);
    return decision;
  },
  denyByHost: engine.denyByHost.bind(engine),
} as unknown as Engine;
const permit = createPermit({ engine: watched, clock: () => TIME_MS, salt: "zero" });
const { guard } = permit;

async function thrown(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function codeOf(work: () => unknown): Promise<string | undefined> {
  const error = await thrown(work);
  return error instanceof EngineError ? error.code : undefined;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe("guard(fn)", () => {
  test("hands arguments and result through when the body asked", async () => {
    const read = guard(async (path: string, limit: number) => {
      await permit.require("files.read", { path });
      return `${path}:${limit}`;
    });
    await expect(read("notes.txt", 3)).resolves.toBe("notes.txt:3");
  });

  test("the require of the body leaves it by its throw", async () => {
    let ran = false;
    const read = guard(async (path: string) => {
      await permit.require("files.read", { path });
      ran = true;
    });
    expect(await thrown(() => read(".ssh/id.pem"))).toBeInstanceOf(PermitReview);
    expect(ran).toBe(false);
  });

  test("rejects when the body never asked, also when it is not asynchronous", async () => {
    expect(await codeOf(guard(async () => "done"))).toBe("never_asked");
    expect(await codeOf(guard(() => "done"))).toBe("never_asked");
  });

  test("check is not require", async () => {
    const look = guard(() => permit.check({ action: "files.read", fields: { path: "a" } }));
    expect(await codeOf(look)).toBe("never_asked");
  });

  test("a refusal that was swallowed does not count", async () => {
    const stubborn = guard(async () => {
      await permit.require("files.read", { path: ".ssh/id.pem" }).catch(() => undefined);
      return "ran anyway";
    });
    expect(await codeOf(stubborn)).toBe("never_asked");
  });

  test("a require that nobody waited for does not count before it succeeded", async () => {
    const hasty = guard(() => {
      void permit.require("files.read", { path: "a" });
      return "ran";
    });
    expect(await codeOf(hasty)).toBe("never_asked");
  });

  test("a require of another permit, or outside the body, does not count", async () => {
    const other = createPermit({ engine, clock: () => TIME_MS });
    expect(await codeOf(guard(() => other.require("files.read", { path: "a" })))).toBe("never_asked");
    const quiet = guard(async () => {
      await pause();
    });
    const running = codeOf(quiet);
    await permit.require("files.read", { path: "a" });
    expect(await running).toBe("never_asked");
  });

  test("a require deep inside and after other awaits counts", async () => {
    const deep = async (): Promise<void> => {
      await pause();
      await permit.require("files.read", { path: "a" });
    };
    const nested = guard(async () => {
      await pause();
      await Promise.all([deep(), pause()]);
      return "ran";
    });
    await expect(nested()).resolves.toBe("ran");
  });

  test("two bodies at once do not answer for each other", async () => {
    const asks = guard(async () => {
      await pause();
      await permit.require("files.read", { path: "a" });
      await pause();
    });
    const forgets = guard(async () => {
      await pause();
      await pause();
    });
    const [first, second] = await Promise.all([codeOf(asks), codeOf(forgets)]);
    expect([first, second]).toEqual([undefined, "never_asked"]);
  });

  test("an inner guarded body does not answer for the outer one", async () => {
    const inner = guard(() => permit.require("files.read", { path: "a" }));
    expect(await codeOf(guard(() => inner()))).toBe("never_asked");
  });

  test("the body's own error comes through, and this too", async () => {
    const fails = guard(() => {
      throw new RangeError("mine");
    });
    expect(await thrown(fails)).toBeInstanceOf(RangeError);
    const object = {
      name: "it",
      read: guard(async function (this: { name: string }) {
        await permit.require("files.read", { path: "a" });
        return this.name;
      }),
    };
    await expect(object.read()).resolves.toBe("it");
  });
});

describe("where the runtime cannot carry a value across awaits", () => {
  test("the body's first part is known, and nothing else is taken for it", async () => {
    const carrier = createSyncCarrier<string>();
    const seen: (string | undefined)[] = [];
    await carrier.run("body", async () => {
      seen.push(carrier.get());
      carrier.run("inner", () => seen.push(carrier.get()));
      seen.push(carrier.get());
      await pause();
      seen.push(carrier.get());
    });
    expect(seen).toEqual(["body", "inner", "body", undefined]);
  });
});

describe("guard({ action, fields }, fn)", () => {
  test("asks first, and does not start the body when the answer is no", async () => {
    let runs = 0;
    const read = guard({ action: "files.read", fields: (path: string) => ({ path }) }, (path: string) => {
      runs++;
      return path.length;
    });
    await expect(read("notes.txt")).resolves.toBe(9);
    expect(await thrown(() => read(".ssh/id.pem"))).toBeInstanceOf(PermitReview);
    expect(runs).toBe(1);
    expect(decided.at(-1)).toMatchObject({ binding: "wrapped", verdict: "review" });
  });

  test("body and fields see one frozen copy, which nobody can change in between", async () => {
    const order = { path: "notes.txt", tags: ["a"] };
    const seen: object[] = [];
    const read = guard(
      {
        action: "files.read",
        fields: (given: typeof order) => {
          seen.push(given);
          return { path: given.path };
        },
      },
      (given) => given,
    );
    const running = read(order);
    order.path = ".ssh/id.pem";
    order.tags.push("b");
    const ran = await running;
    expect(ran).toEqual({ path: "notes.txt", tags: ["a"] });
    expect(seen[0]).toBe(ran);
    expect(Object.isFrozen(ran) && Object.isFrozen(ran.tags)).toBe(true);
    expect(ran).not.toBe(order);
  });

  test("fixed fields go to the body as the hashed bytes say them", async () => {
    const fields = { path: "notes.txt", limit: 5n };
    const read = guard({ action: "files.read", fields }, (given) => given);
    const running = read();
    fields.path = ".ssh/id.pem";
    const ran = await running;
    expect(ran).toEqual({ path: "notes.txt", limit: 5 });
    expect(decided.at(-1)?.digests.args).toBe(sha256Hex("cmp1:commit\n", new Uint8Array(32), encode(ran)));
  });

  test("arguments that cannot be copied are refused before anything is asked", async () => {
    const before = decided.length;
    const read = guard({ action: "files.read", fields: () => ({ path: "a" }) }, (_: Date) => "ran");
    expect(await codeOf(() => read(new Date(0)))).toBe("value_unsupported");
    expect(decided.length).toBe(before);
  });
});

describe("guard({ tool }, fn)", () => {
  test("the body gets the arguments of the hashed bytes, frozen, and the host's own arguments as they are", async () => {
    const signal = new AbortController().signal;
    const read = guard({ tool: "read_file" }, (args: { path: string }, options: { signal: AbortSignal }) => ({
      args,
      options,
    }));
    const args = { path: "notes.txt" };
    const options = { signal };
    const running = read(args, options);
    args.path = ".ssh/id.pem";
    const ran = await running;
    expect(ran.args).toEqual({ path: "notes.txt" });
    expect(Object.isFrozen(ran.args)).toBe(true);
    expect(ran.options).toBe(options);
    expect(decided.at(-1)?.digests.args).toBe(
      sha256Hex("cmp1:commit\n", new Uint8Array(32), encode(ran.args)),
    );
  });

  test("a value that reads differently each time is judged and run as it was read once", async () => {
    let reads = 0;
    const shifty = new Proxy(
      { path: "" },
      {
        getOwnPropertyDescriptor: () => ({
          value: reads++ === 0 ? "notes.txt" : ".ssh/id.pem",
          enumerable: true,
          configurable: true,
          writable: true,
        }),
      },
    );
    const read = guard({ tool: "read_file" }, (args: { path: string }) => args.path);
    const path = await read(shifty);
    expect(path).toBe("notes.txt");
    expect(decided.at(-1)?.digests.args).toBe(
      sha256Hex("cmp1:commit\n", new Uint8Array(32), encode({ path })),
    );
  });

  test("arguments that are too large are denied, and the body does not run", async () => {
    let ran = false;
    const write = guard({ tool: "write" }, (_: { text: string }) => {
      ran = true;
    });
    const error = await thrown(() => write({ text: "x".repeat(100_000) }));
    expect(error).toBeInstanceOf(PermitDenied);
    expect((error as PermitDenied).decision.by).toBe("host");
    expect(ran).toBe(false);
  });
});

test("anything else is not a guard", async () => {
  const loose = guard as unknown as (...given: unknown[]) => unknown;
  for (const given of [[], [7], [{ action: "files.read", fields: {} }], [() => 1, () => 2]]) {
    expect(await codeOf(() => loose(...given)), JSON.stringify(given)).toBe("option_type");
  }
});

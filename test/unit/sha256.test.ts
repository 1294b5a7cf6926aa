import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Base, hex, openBase, Seeded } from "./base-harness.ts";

let base: Base;
beforeAll(() => {
  base = openBase();
}, 120_000);

function reference(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function digest(): string {
  return hex(base.output(32));
}

describe("sha256 in the Wasm", () => {
  it("agrees with node:crypto at every size up to 600 bytes and at some large ones", () => {
    const seeded = new Seeded(1);
    for (const size of [...Array(601).keys(), 4_095, 4_096, 4_097, 65_535, 65_536, 131_072]) {
      const bytes = seeded.bytes(size);
      base.run.sha256(base.give(bytes));
      expect(digest(), `${size} bytes`).toBe(reference(bytes));
    }
  });

  it("gives one digest however the bytes are cut", () => {
    const seeded = new Seeded(2);
    for (let i = 0; i < 3_000; i++) {
      const bytes = seeded.bytes(seeded.below(400));
      const first = seeded.below(bytes.length + 1);
      const step = 1 + seeded.below(150);
      base.run.sha256Pieces(base.give(bytes), first, step);
      expect(digest(), `${bytes.length} bytes: ${first}, then ${step} at a time`).toBe(reference(bytes));
    }
  });

  it("forgets the digest before", () => {
    base.run.sha256(base.give(new Uint8Array(100)));
    base.run.sha256(base.give(Buffer.from("abc")));
    expect(digest()).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

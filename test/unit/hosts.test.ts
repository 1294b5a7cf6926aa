/** The hosts fetch bytes and nothing else: each opens the same engine. What only runs elsewhere is in test/hosts. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadEngine as loadBrowser } from "../../bindings/hosts/browser.ts";
import {
  EMBEDDED_DIGESTS,
  embeddedImage,
  embeddedWasm,
  loadEngine as loadInline,
} from "../../bindings/hosts/inline.ts";
import { loadEngine as loadNode, packageFolder, packageSources } from "../../bindings/hosts/node.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { IMAGE, sha256Hex, WASM } from "./built.ts";

const folder = mkdtempSync(join(tmpdir(), "permit0-hosts-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "core.wasm"), WASM);
writeFileSync(join(folder, "base.image"), IMAGE);

const digests = { engine: sha256Hex(WASM), image: sha256Hex(IMAGE) };

test("what is embedded is what was built", () => {
  expect(sha256Hex(embeddedWasm())).toBe(digests.engine);
  expect(sha256Hex(embeddedImage())).toBe(digests.image);
  expect(EMBEDDED_DIGESTS).toEqual(digests);
});

describe("each host opens the engine", () => {
  const address = (bytes: Uint8Array): string =>
    `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`;
  const files = { wasm: join(folder, "core.wasm"), image: join(folder, "base.image"), expect: digests };

  test("inline", async () => {
    expect((await loadInline()).digests).toEqual(digests);
    expect((await loadInline(IMAGE)).digests).toEqual(digests);
  });

  test("node, from files or without any", async () => {
    expect((await loadNode()).digests).toEqual(digests);
    expect((await loadNode(files)).digests).toEqual(digests);
    expect((await loadNode({ image: files.image })).digests).toEqual(digests);
    await expect(loadNode({ image: join(folder, "missing.image") })).rejects.toThrow("missing.image");
    await expect(loadNode({ ...files, expect: { image: "00".repeat(32) } })).rejects.toThrow(
      "image_unexpected",
    );
    // Without files of its own, what is expected still counts.
    await expect(loadNode({ expect: { engine: "00".repeat(32) } })).rejects.toThrow("engine_unexpected");
  });

  test("browser, from addresses", async () => {
    expect((await loadBrowser({ image: address(IMAGE) })).digests).toEqual(digests);
    expect(
      (await loadBrowser({ wasm: address(WASM), image: address(IMAGE), expect: digests })).digests,
    ).toEqual(digests);
    await expect(loadBrowser({ image: "data:,not an image" })).rejects.toThrow("image_");
  });
});

test("the sources of the package are those of the checkout", () => {
  expect(packageFolder()).toBe(ROOT);
  const sorted = (sources: readonly { name: string; text: string }[]): unknown[] =>
    [...sources]
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, text }) => ({ name, text }));
  expect(sorted(packageSources())).toEqual(sorted(checkoutSources()));
});

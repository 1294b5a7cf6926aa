/** Imports flow one way. The tables are in layers.ts. */

import { describe, expect, test } from "vitest";
import {
  ASSEMBLY_LAYERS,
  BINDINGS_LAYERS,
  type Layer,
  layerFaults,
  MODEL_LAYERS,
  reachableExternals,
} from "./layers.ts";
import { filesUnder, isCode, type SourceFile } from "./sources.ts";

const code = (prefix: string): SourceFile[] => filesUnder(prefix).filter(({ path }) => isCode(path));

const TREES: readonly { readonly prefix: string; readonly layers: readonly Layer[] }[] = [
  { prefix: "assembly/", layers: ASSEMBLY_LAYERS },
  { prefix: "bindings/", layers: BINDINGS_LAYERS },
  { prefix: "test/model/", layers: MODEL_LAYERS },
];

describe("imports follow the table in", () => {
  for (const { prefix, layers } of TREES) {
    test(prefix, () => {
      const files = code(prefix);
      expect(files.length).toBeGreaterThan(0);
      expect(layerFaults(files, layers)).toEqual([]);
    });
  }
});

/** Nothing but the library's own files is reached from these; a browser loads them as they are. */
const NEUTRAL_ENTRIES = [
  "bindings/src/index.ts",
  "bindings/src/engine.ts",
  "bindings/hosts/inline.ts",
  "bindings/memory/index.ts",
];

describe("no package and no node: module is reached from", () => {
  for (const entry of NEUTRAL_ENTRIES) {
    test(entry, () => {
      const reached = reachableExternals(entry, code("bindings/"));
      expect(reached.size, "files reached").toBeGreaterThan(0);
      expect([...reached].filter(([, externals]) => externals.length > 0)).toEqual([]);
    });
  }
});

test("policy and taxonomy hold data, not code", () => {
  const other = filesUnder("taxonomy/", "policies/").filter(({ path }) =>
    /\.(ts|js|mjs|cjs|sh|py)$/.test(path),
  );
  expect(other.map(({ path }) => path)).toEqual([]);
});

describe("the check refuses", () => {
  const bad: readonly { path: string; text: string; layers: readonly Layer[]; fault: string }[] = [
    {
      path: "assembly/base/bytes.ts",
      text: 'import { Image } from "../policy/image";',
      layers: ASSEMBLY_LAYERS,
      fault: "assembly/base/bytes.ts: base may not import assembly/policy/image",
    },
    {
      path: "assembly/base/bytes.ts",
      text: 'import { TIER_LOW } from "../gen/codes";',
      layers: ASSEMBLY_LAYERS,
      fault: "assembly/base/bytes.ts: base may not import assembly/gen/codes",
    },
    {
      path: "assembly/request/read.ts",
      text: 'import { a } from "../policy/view";',
      layers: ASSEMBLY_LAYERS,
      fault: "assembly/request/read.ts: request may not import assembly/policy/view",
    },
    {
      path: "assembly/index.ts",
      text: 'export { probe } from "./probe";',
      layers: ASSEMBLY_LAYERS,
      fault: "assembly/index.ts: index may not import assembly/probe",
    },
    {
      path: "assembly/extra/thing.ts",
      text: "",
      layers: ASSEMBLY_LAYERS,
      fault: "assembly/extra/thing.ts: belongs to no layer of test/tidy/layers.ts",
    },
    {
      path: "bindings/src/explain.ts",
      text: 'const fs = await import("node:fs");',
      layers: BINDINGS_LAYERS,
      fault: "bindings/src/explain.ts: src may not import node:fs",
    },
    {
      path: "bindings/src/engine.ts",
      text: 'import type { Host } from "../hosts/node.ts";',
      layers: BINDINGS_LAYERS,
      fault: "bindings/src/engine.ts: src may not import bindings/hosts/node",
    },
    {
      path: "bindings/cli/main.ts",
      text: 'import { Engine } from "../src/engine.ts";',
      layers: BINDINGS_LAYERS,
      fault: "bindings/cli/main.ts: cli may not import bindings/src/engine",
    },
    {
      path: "test/model/risk.ts",
      text: 'import { encode } from "../../bindings/src/codec/cmp.ts";',
      layers: MODEL_LAYERS,
      fault: "test/model/risk.ts: model may not import bindings/src/codec/cmp",
    },
  ];
  for (const { path, text, layers, fault } of bad) {
    test(fault, () => expect(layerFaults([{ path, text }], layers)).toEqual([fault]));
  }

  test("a node: module two files away", () => {
    const files = [
      { path: "a/index.ts", text: 'export { x } from "./b.ts";' },
      { path: "a/b.ts", text: 'import { readFileSync } from "node:fs";' },
    ];
    expect(reachableExternals("a/index.ts", files).get("a/b")).toEqual(["node:fs"]);
  });
});

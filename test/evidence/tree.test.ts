/** The Merkle tree against the vectors of transparency-dev and against RFC 6962 read word for word. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alignedRanges,
  consistencyProof,
  emptyRoot,
  Frontier,
  inclusionProof,
  leafHash,
  nodeHash,
  PATH_HASHES_MAX,
  type RangeProof,
  rangeHashes,
  rangeProof,
  rootOfRange,
  SIZE_MAX,
  subtreeHashes,
  verifyConsistency,
  verifyInclusion,
  verifyRange,
  verifySubtree,
  verifySubtreeInclusion,
} from "../../bindings/evidence/tree.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { sha256 } from "../../bindings/src/sha256.ts";

type Vector = Readonly<Record<string, unknown>>;

const VECTORS = Object.entries(
  JSON.parse(readFileSync("test/vectors/merkle/proofs.json", "utf8")) as Record<string, Vector>,
);

const bytesOf = (text: unknown): Uint8Array =>
  new Uint8Array(Buffer.from((text as string | null) ?? "", "base64"));
const proofOf = ({ proof }: Vector): Uint8Array[] => ((proof as string[] | null) ?? []).map(bytesOf);
const of = (folder: string): (readonly [string, Vector])[] =>
  VECTORS.filter(([name]) => name.startsWith(`${folder}/`));

describe("vectors of transparency-dev/merkle", () => {
  it("are all here", () => {
    expect(VECTORS).toHaveLength(518);
    expect(
      ["inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"].map((f) => of(f).length),
    ).toEqual([98, 98, 204, 118]);
  });

  it("inclusion", () => {
    for (const [name, row] of of("inclusion")) {
      const holds = verifyInclusion(
        row.leafIdx as number,
        row.treeSize as number,
        bytesOf(row.leafHash),
        bytesOf(row.root),
        proofOf(row),
      );
      expect(holds, name).toBe(!row.wantErr);
    }
  });

  it("consistency", () => {
    for (const [name, row] of of("consistency")) {
      const holds = verifyConsistency(
        row.size1 as number,
        row.size2 as number,
        bytesOf(row.root1),
        bytesOf(row.root2),
        proofOf(row),
      );
      expect(holds, name).toBe(!row.wantErr);
    }
  });

  it("consistency where an empty tree begins every tree differs only there", () => {
    const differ = of("consistency").filter(
      ([, row]) =>
        row.wantErr ===
        verifyConsistency(
          row.size1 as number,
          row.size2 as number,
          bytesOf(row.root1),
          bytesOf(row.root2),
          proofOf(row),
          { allowEmpty: true },
        ),
    );
    expect(differ.map(([, { size1, root1, proof }]) => ({ size1, root1, proof }))).toEqual([
      { size1: 0, root1: Buffer.from(emptyRoot()).toString("base64"), proof: [] },
    ]);
  });

  it("inclusion in a subtree", () => {
    for (const [name, row] of of("subtreeinclusion")) {
      const range = { from: row.start as number, to: row.end as number };
      const holds = verifySubtreeInclusion(
        row.leafIdx as number,
        range,
        bytesOf(row.leafHash),
        bytesOf(row.root),
        proofOf(row),
      );
      expect(holds, name).toBe(!row.wantErr);
    }
  });

  it("a subtree in a tree", () => {
    for (const [name, row] of of("subtreeconsistency")) {
      const range = { from: row.start as number, to: row.end as number };
      const holds = verifySubtree(
        range,
        row.size as number,
        bytesOf(row.root1),
        bytesOf(row.root2),
        proofOf(row),
      );
      expect(holds, name).toBe(!row.wantErr);
    }
  });
});

// RFC 6962 section 2.1 as it is written, with another hash function behind it.

const h = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};
const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

function mth(entries: readonly Uint8Array[]): Uint8Array {
  const [entry] = entries;
  if (entry === undefined) return h();
  if (entries.length === 1) return h(Uint8Array.of(0), entry);
  const k = split(entries.length);
  return h(Uint8Array.of(1), mth(entries.slice(0, k)), mth(entries.slice(k)));
}

function path(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  return m < k
    ? [...path(m, entries.slice(0, k)), mth(entries.slice(k))]
    : [...path(m - k, entries.slice(k)), mth(entries.slice(0, k))];
}

function subproof(m: number, entries: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === entries.length) return isWhole ? [] : [mth(entries)];
  const k = split(entries.length);
  return m <= k
    ? [...subproof(m, entries.slice(0, k), isWhole), mth(entries.slice(k))]
    : [...subproof(m - k, entries.slice(k), false), mth(entries.slice(0, k))];
}

const entries = fc.array(fc.uint8Array({ maxLength: 12 }), { minLength: 1, maxLength: 70 });
const hashesOf = (list: readonly Uint8Array[]): Uint8Array[] => list.map((entry) => leafHash(entry));
const accessor = (list: readonly Uint8Array[]) => {
  const leaves = hashesOf(list);
  return subtreeHashes((index) => leaves[index] as Uint8Array);
};
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe("against RFC 6962", () => {
  it("root of a growing tree, at every size, also when it is taken up again from its bytes", () => {
    fc.assert(
      fc.property(entries, (list) => {
        let frontier = new Frontier();
        expect(frontier.root()).toEqual(mth([]));
        list.forEach((entry, at) => {
          frontier.append(leafHash(entry));
          expect(frontier.root()).toEqual(mth(list.slice(0, at + 1)));
          frontier = Frontier.fromBytes(frontier.toBytes());
          expect(frontier.size).toBe(at + 1);
        });
      }),
    );
  });

  it("paths of inclusion, made and checked", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(255), fc.nat(), (list, pick, bit, which) => {
        const index = pick % list.length;
        const [size, root] = [list.length, mth(list)];
        const leaf = leafHash(list[index] as Uint8Array);
        const proof = inclusionProof(index, size, accessor(list));
        expect(proof).toEqual(path(index, list));
        expect(proof.length).toBeLessThanOrEqual(PATH_HASHES_MAX);
        expect(verifyInclusion(index, size, leaf, root, proof)).toBe(true);
        expect(verifyInclusion(index, size, flipped(leaf, bit), root, proof)).toBe(false);
        expect(verifyInclusion(index, size, leaf, flipped(root, bit), proof)).toBe(false);
        expect(verifyInclusion(index, size, leaf, root, [...proof, root])).toBe(false);
        if (proof.length === 0) return;
        const at = which % proof.length;
        const changed = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
        expect(verifyInclusion(index, size, leaf, root, changed)).toBe(false);
        expect(verifyInclusion(index, size, leaf, root, proof.slice(1))).toBe(false);
      }),
    );
  });

  it("paths of consistency, made and checked", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(255), fc.nat(), (list, pick, bit, which) => {
        const size1 = 1 + (pick % list.length);
        const [root1, root2] = [mth(list.slice(0, size1)), mth(list)];
        const proof = consistencyProof(size1, list.length, accessor(list));
        expect(proof).toEqual(subproof(size1, list, true));
        expect(verifyConsistency(size1, list.length, root1, root2, proof)).toBe(true);
        expect(verifyConsistency(size1, list.length, flipped(root1, bit), root2, proof)).toBe(false);
        expect(verifyConsistency(size1, list.length, root1, flipped(root2, bit), proof)).toBe(false);
        expect(verifyConsistency(size1, list.length, root1, root2, [...proof, root1])).toBe(false);
        if (proof.length === 0) return;
        const at = which % proof.length;
        const changed = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
        expect(verifyConsistency(size1, list.length, root1, root2, changed)).toBe(false);
      }),
    );
  });

  it("ranges with what stands around them", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), fc.nat(255), (list, a, b, bit) => {
        const size = list.length;
        const from = a % size;
        const to = from + 1 + (b % (size - from));
        const root = mth(list);
        const proof = rangeProof(from, to, size, accessor(list));
        const leaves = hashesOf(list.slice(from, to));
        const holds = (given: Uint8Array[], { left, right }: RangeProof = proof): boolean =>
          verifyRange({ from, to }, size, given, root, { left, right });
        expect(holds(leaves)).toBe(true);
        expect(holds(leaves.slice(1))).toBe(false);
        expect(holds([...leaves, root])).toBe(false);
        expect(holds(leaves.map((leaf, at) => (at === 0 ? flipped(leaf, bit) : leaf)))).toBe(false);
        expect(holds(leaves, { left: [...proof.left, root], right: proof.right })).toBe(false);
        expect(holds(leaves, { left: proof.left, right: [...proof.right, root] })).toBe(false);
        if (proof.left.length > 0) expect(holds(leaves, { ...proof, left: proof.left.slice(1) })).toBe(false);
        if (proof.right.length > 0)
          expect(holds(leaves, { ...proof, right: proof.right.slice(1) })).toBe(false);
      }),
    );
  });

  it("a range proof gives the path of each entry of the range", () => {
    const leaves = Array.from({ length: 13 }, (_, at) => leafHash(Buffer.from(`${at}`)));
    const hashOf = subtreeHashes((index) => leaves[index] as Uint8Array);
    for (const size of [1, 8, 13])
      for (let from = 0; from < size; from++)
        for (let to = from + 1; to <= size; to++) {
          const proof = rangeProof(from, to, size, hashOf);
          const inRange = rangeHashes(
            { from, to },
            size,
            (at) => leaves.slice(0, to)[at] as Uint8Array,
            proof,
          );
          for (let index = from; index < to; index++)
            expect(inclusionProof(index, size, inRange)).toEqual(inclusionProof(index, size, hashOf));
        }
  });

  it("hashes of subtrees are the same when they are remembered", () => {
    const leaves = Array.from({ length: 1500 }, (_, at) => leafHash(Buffer.from(`${at}`)));
    const hashOf = subtreeHashes((index) => leaves[index] as Uint8Array);
    for (const [from, to] of [
      [0, 1500],
      [0, 1024],
      [512, 1024],
      [1024, 1500],
      [0, 1500],
    ] as const) {
      const frontier = new Frontier();
      for (const leaf of leaves.slice(from, to)) frontier.append(leaf);
      expect(hashOf(from, to)).toEqual(frontier.root());
    }
  });
});

describe("sizes beyond 32 bits", () => {
  const filler = (seed: number): Uint8Array => leafHash(Uint8Array.of(seed));

  // The tree of 2^k - 1 entries before and one entry behind: every level has one node, so the root is a chain.
  it.each([33, 40, 52])("2^%i entries: the last append merges every level", (levels) => {
    const size = 2 ** levels - 1;
    const nodes = Array.from({ length: levels }, (_, at) => filler(at));
    const frontier = Frontier.of(size, nodes);
    const leaf = filler(200);
    frontier.append(leaf);
    const chain = nodes.reduceRight((right, left) => nodeHash(left, right), leaf);
    expect(frontier.size).toBe(2 ** levels);
    expect(frontier.root()).toEqual(chain);
    expect(verifyInclusion(size, size + 1, leaf, chain, [...nodes].reverse())).toBe(true);
    expect(verifyInclusion(size - 2 ** 32, size + 1, leaf, chain, [...nodes].reverse())).toBe(false);
    expect(Frontier.fromBytes(frontier.toBytes()).size).toBe(2 ** levels);
  });

  it("proofs over a range that begins beyond 2^32", () => {
    const from = 2 ** 45 + 2 ** 33 + 2 ** 32;
    const left = [filler(1), filler(2), filler(3)];
    const leaves = [filler(4), filler(5)];
    const frontier = Frontier.of(from, left);
    for (const leaf of [...leaves, filler(6)]) frontier.append(leaf);
    const root = frontier.root();
    expect(rootOfRange({ from, to: from + 2 }, from + 3, leaves, { left, right: [filler(6)] })).toEqual(root);
    const known = new Map([
      [0, filler(1)],
      [2 ** 45, filler(2)],
      [2 ** 45 + 2 ** 33, filler(3)],
    ]);
    const tail = [...leaves, filler(6)];
    const hashOf = (a: number, b: number): Uint8Array => {
      const [kept, leaf] = [known.get(a), tail[a - from]];
      if (kept !== undefined && [2 ** 45, 2 ** 33, 2 ** 32].includes(b - a)) return kept;
      if (b - a === 1 && leaf !== undefined) return leaf;
      let half = 1;
      while (half * 2 < b - a) half *= 2;
      return nodeHash(hashOf(a, a + half), hashOf(a + half, b));
    };
    const inclusion = inclusionProof(from + 1, from + 3, hashOf);
    expect(verifyInclusion(from + 1, from + 3, filler(5), root, inclusion)).toBe(true);
    const before = Frontier.of(from, left).root();
    const consistency = consistencyProof(from, from + 3, hashOf);
    expect(verifyConsistency(from, from + 3, before, root, consistency)).toBe(true);
    expect(verifyConsistency(from - 1, from + 3, before, root, consistency)).toBe(false);
  });

  it("ends at 2^53 - 1", () => {
    const nodes = Array.from({ length: 53 }, (_, at) => filler(at));
    const frontier = Frontier.of(SIZE_MAX, nodes);
    expect(() => frontier.append(filler(0))).toThrow(/frontier of size 9007199254740991/);
    expect(verifyInclusion(0, SIZE_MAX + 1, filler(0), filler(1), [])).toBe(false);
    expect(alignedRanges(0, SIZE_MAX)).toHaveLength(53);
  });
});

it("a frontier taken up from bytes does not change with them", () => {
  const frontier = new Frontier();
  for (let at = 0; at < 5; at++) frontier.append(leafHash(Uint8Array.of(at)));
  const bytes = Buffer.from(frontier.toBytes());
  const again = Frontier.fromBytes(bytes);
  bytes.fill(0);
  expect(again.root()).toEqual(frontier.root());
});

describe("refuses", () => {
  it("a frontier with more or fewer nodes than its size has, or with wrong bytes", () => {
    const node = leafHash(Uint8Array.of(1));
    expect(() => Frontier.of(3, [node])).toThrow("frontier of size 3: wanted 2 hashes of 32 bytes, came 1");
    expect(() => Frontier.of(-1, [])).toThrow(/frontier/);
    expect(() => Frontier.of(1, [node.slice(1)])).toThrow(/frontier/);
    expect(() => Frontier.fromBytes(new Uint8Array(7))).toThrow(/frontier/);
    expect(() => Frontier.fromBytes(new Uint8Array(9))).toThrow(/frontier/);
    expect(() => Frontier.fromBytes(new Uint8Array(40))).toThrow(/frontier/);
    expect(() => Frontier.fromBytes(new Uint8Array(8).fill(255))).toThrow(/frontier/);
  });

  it("a subtree where none begins", () => {
    const frontier = new Frontier();
    const node = leafHash(Uint8Array.of(1));
    frontier.append(node);
    for (const leaves of [2, 3, 0, -1, 0.5])
      expect(() => frontier.appendNode(leaves, node)).toThrow(/frontier/);
    expect(frontier.size).toBe(1);
  });

  it("proofs about entries that the tree does not have", () => {
    const hashOf = (): Uint8Array => leafHash(Uint8Array.of(1));
    expect(() => inclusionProof(3, 3, hashOf)).toThrow(
      "wanted an index below the size: came index 3, size 3",
    );
    expect(() => consistencyProof(4, 3, hashOf)).toThrow(/4 and 3/);
    expect(() => rangeProof(2, 2, 3, hashOf)).toThrow(/2 to 2/);
    expect(() => rangeProof(2, 4, 3, hashOf)).toThrow(/size 3/);
  });
});

describe("SHA-256 of the host", () => {
  it("gives the hashes that ours gives", () => {
    const bytes = fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 4 });
    fc.assert(
      fc.property(bytes, (parts) => {
        expect(new Uint8Array(nodeSha256(...parts))).toEqual(sha256(...parts));
      }),
    );
    const large = new Uint8Array(200_000).fill(7);
    expect(new Uint8Array(nodeSha256(large, large))).toEqual(sha256(large, large));
  });

  it("serves the tree", () => {
    const [ours, theirs] = [new Frontier(), new Frontier(nodeSha256)];
    for (let at = 0; at < 100; at++) {
      ours.append(leafHash(Uint8Array.of(at)));
      theirs.append(leafHash(Uint8Array.of(at), nodeSha256));
    }
    expect(new Uint8Array(theirs.root())).toEqual(ours.root());
  });
});

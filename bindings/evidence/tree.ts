/**
 * The Merkle tree of RFC 6962 with SHA-256: its hashes, its root as it grows, and proofs about it. docs/format/proofs.md
 * has the rules. Sizes and indexes are whole numbers up to 2^53 - 1; nothing here uses 32-bit arithmetic on them.
 */

import { sha256 } from "../src/sha256.ts";
import { EvidenceError } from "./errors.ts";

/** SHA-256 over the parts one after another. A host may give a faster one than ours. */
export type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

export const HASH_BYTES = 32;
export const SIZE_MAX: number = Number.MAX_SAFE_INTEGER;
/** A tree of at most 2^53 leaves is no deeper. */
export const PATH_HASHES_MAX = 53;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The hash of one entry of a log. */
export function leafHash(entry: Uint8Array, hash: Hash = sha256): Uint8Array {
  return hash(LEAF, entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash = sha256): Uint8Array {
  return hash(NODE, left, right);
}

/** The root of a tree without entries. */
export function emptyRoot(hash: Hash = sha256): Uint8Array {
  return hash();
}

/** Whether a number can be the size of a tree. */
export function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

export function isHash(bytes: Uint8Array | undefined): bytes is Uint8Array {
  return bytes !== undefined && bytes.length === HASH_BYTES;
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // A loop: it runs for each entry of a log.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

const isOdd = (number: number): boolean => number % 2 === 1;
const half = (number: number): number => Math.floor(number / 2);

/** The largest power of two below a size of at least 2: where RFC 6962 splits a tree. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

// ------------------------------------------------------------------------------------------------ growing

/**
 * What a growing tree must remember: the roots of its perfect subtrees, largest first. It takes leaf hashes in order and
 * knows the root at any size without the leaves before it.
 */
export class Frontier {
  readonly #hash: Hash;
  #size = 0;
  #nodes: Uint8Array[] = [];

  constructor(hash: Hash = sha256) {
    this.#hash = hash;
  }

  /**
   * Goes on from a size and its nodes.
   * @throws EvidenceError when there are not as many nodes as the size has perfect subtrees.
   */
  static of(size: number, nodes: readonly Uint8Array[], hash: Hash = sha256): Frontier {
    const wanted = isSize(size) ? alignedRanges(0, size).length : 0;
    if (!isSize(size) || nodes.length !== wanted || !nodes.every(isHash)) {
      throw new EvidenceError(
        "frontier",
        `frontier of size ${size}: wanted ${wanted} hashes of 32 bytes, came ${nodes.length}; build it again from the entries`,
      );
    }
    const frontier = new Frontier(hash);
    frontier.#size = size;
    frontier.#nodes = [...nodes];
    return frontier;
  }

  /** What `toBytes` gave. */
  static fromBytes(bytes: Uint8Array, hash: Hash = sha256): Frontier {
    const size =
      bytes.length < 8 ? -1n : new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0);
    if (size < 0n || size > BigInt(SIZE_MAX) || (bytes.length - 8) % HASH_BYTES !== 0) {
      throw new EvidenceError(
        "frontier",
        `frontier: wanted a size and whole hashes, came ${bytes.length} bytes; build it again from the entries`,
      );
    }
    const nodes: Uint8Array[] = [];
    for (let at = 8; at < bytes.length; at += HASH_BYTES) {
      nodes.push(new Uint8Array(bytes.subarray(at, at + HASH_BYTES)));
    }
    return Frontier.of(Number(size), nodes, hash);
  }

  /** Size as 8 bytes, big-endian, then the nodes. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(8 + this.#nodes.length * HASH_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(this.#size));
    this.#nodes.forEach((node, at) => {
      bytes.set(node, 8 + at * HASH_BYTES);
    });
    return bytes;
  }

  /** Entries so far. */
  get size(): number {
    return this.#size;
  }

  /** Roots of the perfect subtrees, largest first. */
  get nodes(): readonly Uint8Array[] {
    return this.#nodes;
  }

  copy(): Frontier {
    return Frontier.of(this.#size, this.#nodes, this.#hash);
  }

  /** The hash of the next entry. It is kept, not copied. */
  append(leaf: Uint8Array): void {
    this.appendNode(1, leaf);
  }

  /**
   * The root of the perfect subtree over the next `leaves` entries.
   * @throws EvidenceError when no perfect subtree of that size begins here, or the tree would be too large.
   */
  appendNode(leaves: number, node: Uint8Array): void {
    if (!isHash(node) || this.#size > SIZE_MAX - leaves || (leaves !== 1 && !beginsAt(this.#size, leaves))) {
      throw new EvidenceError(
        "frontier",
        `frontier of size ${this.#size}: wanted a hash of 32 bytes over entries that begin a subtree, came ${node.length} bytes over ${leaves}`,
      );
    }
    const nodes = this.#nodes;
    let merged = node;
    for (let pairs = this.#size / leaves; isOdd(pairs); pairs = half(pairs)) {
      merged = this.#hash(NODE, nodes.pop() as Uint8Array, merged);
    }
    nodes.push(merged);
    this.#size += leaves;
  }

  /** The root of the tree at this size. */
  root(): Uint8Array {
    const nodes = this.#nodes;
    let root = nodes.at(-1);
    if (root === undefined) return emptyRoot(this.#hash);
    for (let at = nodes.length - 2; at >= 0; at--) root = this.#hash(NODE, nodes[at] as Uint8Array, root);
    return root;
  }
}

function beginsAt(size: number, leaves: number): boolean {
  const isPower = isSize(leaves) && leaves > 0 && alignedRanges(0, leaves).length === 1;
  return isPower && size % leaves === 0;
}

// ------------------------------------------------------------------------------------------------ making proofs

/** Entries from one index up to, not including, another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The hash of the subtree over a range, as RFC 6962 splits it. */
export type SubtreeHash = (from: number, to: number) => Uint8Array;

/** Subtrees of at least so many leaves are remembered between proofs. */
const REMEMBERED_LEAVES_MIN = 256;

/**
 * Hashes of subtrees from the leaf hashes of a log. Perfect subtrees of a certain size are kept, so that the second
 * proof over a large log is cheap.
 */
export function subtreeHashes(leafAt: (index: number) => Uint8Array, hash: Hash = sha256): SubtreeHash {
  const known = new Map<string, Uint8Array>();
  function of(from: number, to: number): Uint8Array {
    const leaves = to - from;
    if (leaves === 0) return emptyRoot(hash);
    if (leaves === 1) return leafAt(from);
    const split = splitOf(leaves);
    const isKept = leaves >= REMEMBERED_LEAVES_MIN && leaves === split * 2;
    const key = isKept ? `${from}/${leaves}` : "";
    const kept = isKept ? known.get(key) : undefined;
    if (kept !== undefined) return kept;
    const made = nodeHash(of(from, from + split), of(from + split, to), hash);
    if (isKept) known.set(key, made);
    return made;
  }
  return of;
}

function needWithin(what: string, isWithin: boolean, came: string): void {
  if (isWithin) return;
  throw new EvidenceError("proof_range", `${what}: came ${came}; ask for entries that the tree has`);
}

/** The subtrees whose hashes prove that an entry is in a tree, the entry's sibling first. */
export function inclusionRanges(index: number, size: number): Range[] {
  const isWithin = isSize(index) && isSize(size) && index < size;
  needWithin("inclusion proof: wanted an index below the size", isWithin, `index ${index}, size ${size}`);
  const ranges: Range[] = [];
  for (let from = 0, to = size; to - from > 1; ) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

export function inclusionProof(index: number, size: number, hashOf: SubtreeHash): Uint8Array[] {
  return inclusionRanges(index, size).map(({ from, to }) => hashOf(from, to));
}

/** The subtrees whose hashes prove that a tree is the beginning of a larger one. None for an empty tree. */
export function consistencyRanges(size1: number, size2: number): Range[] {
  const isWithin = isSize(size1) && isSize(size2) && size1 <= size2;
  needWithin("consistency proof: wanted sizes that do not fall", isWithin, `${size1} and ${size2}`);
  if (size1 === 0) return [];
  const ranges: Range[] = [];
  let from = 0;
  let to = size2;
  while (to !== size1) {
    const middle = from + splitOf(to - from);
    if (size1 <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The old tree itself is known to who checks; a part of it is not.
  if (from > 0) ranges.push({ from, to });
  return ranges.reverse();
}

export function consistencyProof(size1: number, size2: number, hashOf: SubtreeHash): Uint8Array[] {
  return consistencyRanges(size1, size2).map(({ from, to }) => hashOf(from, to));
}

/** A range cut into the largest perfect subtrees of the tree, in order. */
export function alignedRanges(from: number, to: number): Range[] {
  const ranges: Range[] = [];
  for (let at = from; at < to; ) {
    let leaves = 1;
    while (at % (leaves * 2) === 0 && leaves * 2 <= to - at) leaves *= 2;
    ranges.push({ from: at, to: at + leaves });
    at += leaves;
  }
  return ranges;
}

/** Hashes of the subtrees before and behind a range; with the leaf hashes in between they give the root. */
export interface RangeProof {
  readonly left: readonly Uint8Array[];
  readonly right: readonly Uint8Array[];
}

export function rangeProof(from: number, to: number, size: number, hashOf: SubtreeHash): RangeProof {
  const isWithin = [from, to, size].every(isSize) && from < to && to <= size;
  needWithin("range proof: wanted entries of the tree", isWithin, `${from} to ${to}, size ${size}`);
  const hashes = (ranges: readonly Range[]): Uint8Array[] =>
    ranges.map((range) => hashOf(range.from, range.to));
  return { left: hashes(alignedRanges(0, from)), right: hashes(alignedRanges(to, size)) };
}

// ------------------------------------------------------------------------------------------------ checking proofs

/** The root that a path of hashes leads to; undefined when the path is not one of that index and size. */
export function rootOfInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  hash: Hash = sha256,
): Uint8Array | undefined {
  if (!isSize(index) || !isSize(size) || index >= size || !isHash(leaf) || !proof.every(isHash)) return;
  let at = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0) return;
    if (isOdd(at) || at === last) {
      root = nodeHash(sibling, root, hash);
      while (!isOdd(at) && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      root = nodeHash(root, sibling, hash);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 ? root : undefined;
}

/** Whether the tree of that size and root has that leaf at that index. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
  hash: Hash = sha256,
): boolean {
  const made = rootOfInclusion(index, size, leaf, proof, hash);
  return made !== undefined && sameHash(made, root);
}

export interface ConsistencyOptions {
  /**
   * Whether an empty tree counts as the beginning of every tree, with an empty proof, as c2sp.org/tlog-witness has it.
   * Default no: such a proof says nothing.
   */
  readonly allowEmpty?: boolean;
  readonly hash?: Hash;
}

/** Whether the tree of size1 and root1 is the beginning of the tree of size2 and root2. */
export function verifyConsistency(
  size1: number,
  size2: number,
  root1: Uint8Array,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
  { allowEmpty = false, hash = sha256 }: ConsistencyOptions = {},
): boolean {
  if (size1 === 0 && (!allowEmpty || (size2 === 0 && !sameHash(root1, root2)))) return false;
  return verifySubtree({ from: 0, to: size1 }, size2, root1, root2, proof, hash);
}

/**
 * Whether a subtree with that hash is part of the tree of that size and root (draft-ietf-plants-merkle-tree-certs). The
 * first index of a subtree is a multiple of its leaves, rounded up to a power of two. Consistency is the subtree from 0.
 */
export function verifySubtree(
  { from, to }: Range,
  size: number,
  node: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
  hash: Hash = sha256,
): boolean {
  if (![from, to, size].every(isSize) || from > to || to > size || !proof.every(isHash)) return false;
  if (from === to) return proof.length === 0 && sameHash(node, emptyRoot(hash));
  if (from % powerFrom(to - from) !== 0) return false;
  if (from === 0 && to === size) return proof.length === 0 && sameHash(node, root);
  if (!isHash(node)) return false;
  let first = from;
  let last = to - 1;
  let end = size - 1;
  const up = (): void => {
    first = half(first);
    last = half(last);
    end = half(end);
  };
  if (last === end) while (first !== last) up();
  else while (first !== last && isOdd(last)) up();
  const isWhole = first === last;
  const [start, ...rest] = isWhole ? [node, ...proof] : proof;
  if (start === undefined) return false;
  let oldRoot = start;
  let newRoot = start;
  for (const sibling of rest) {
    if (end === 0) return false;
    if (isOdd(last) || last === end) {
      if (first < last) oldRoot = nodeHash(sibling, oldRoot, hash);
      newRoot = nodeHash(sibling, newRoot, hash);
      while (!isOdd(last) && last !== 0) up();
    } else {
      newRoot = nodeHash(newRoot, sibling, hash);
    }
    up();
  }
  return end === 0 && sameHash(oldRoot, node) && sameHash(newRoot, root);
}

/** Whether a leaf stands at an index within a subtree. A subtree is a tree of its own once it is moved to 0. */
export function verifySubtreeInclusion(
  index: number,
  { from, to }: Range,
  leaf: Uint8Array,
  node: Uint8Array,
  proof: readonly Uint8Array[],
  hash: Hash = sha256,
): boolean {
  if (![index, from, to].every(isSize) || from >= to || index < from) return false;
  if (from % powerFrom(to - from) !== 0) return false;
  return verifyInclusion(index - from, to - from, leaf, node, proof, hash);
}

/** The smallest power of two that is at least a size of at least 1. */
function powerFrom(size: number): number {
  return size === 1 ? 1 : splitOf(size) * 2;
}

/**
 * The root of a tree from all leaf hashes of a range and the subtrees around it; undefined when there are more or fewer
 * of either than the range and the size ask for.
 */
export function rootOfRange(
  { from, to }: Range,
  size: number,
  leaves: Iterable<Uint8Array>,
  { left, right }: RangeProof,
  hash: Hash = sha256,
): Uint8Array | undefined {
  if (![from, to, size].every(isSize) || from >= to || to > size) return;
  const behind = alignedRanges(to, size);
  if (left.length !== alignedRanges(0, from).length || right.length !== behind.length) return;
  if (!left.every(isHash) || !right.every(isHash)) return;
  const frontier = Frontier.of(from, left, hash);
  for (const leaf of leaves) {
    if (frontier.size === to || !isHash(leaf)) return;
    frontier.append(leaf);
  }
  if (frontier.size !== to) return;
  behind.forEach((range, at) => {
    frontier.appendNode(range.to - range.from, right[at] as Uint8Array);
  });
  return frontier.root();
}

/** Hashes of the subtrees of a tree of which a range proof that leads to its root is known. */
export function rangeHashes(
  { from, to }: Range,
  size: number,
  leafAt: (index: number) => Uint8Array,
  { left, right }: RangeProof,
  hash: Hash = sha256,
): SubtreeHash {
  const within = subtreeHashes(leafAt, hash);
  const around = new Map<string, Uint8Array>();
  const keep = (ranges: readonly Range[], roots: readonly Uint8Array[]): void =>
    ranges.forEach((range, at) => {
      around.set(`${range.from} ${range.to}`, roots[at] as Uint8Array);
    });
  keep(alignedRanges(0, from), left);
  keep(alignedRanges(to, size), right);
  function of(first: number, end: number): Uint8Array {
    const known = around.get(`${first} ${end}`);
    if (known !== undefined) return known;
    if (first >= from && end <= to) return within(first, end);
    needWithin("subtree: wanted one of the tree", end - first > 1, `${first} to ${end}`);
    const split = first + splitOf(end - first);
    return nodeHash(of(first, split), of(split, end), hash);
  }
  return of;
}

export function verifyRange(
  range: Range,
  size: number,
  leaves: Iterable<Uint8Array>,
  root: Uint8Array,
  proof: RangeProof,
  hash: Hash = sha256,
): boolean {
  const made = rootOfRange(range, size, leaves, proof, hash);
  return made !== undefined && sameHash(made, root);
}

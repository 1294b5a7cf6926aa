import { CodecError, quoted } from "./errors.ts";

/**
 * The sorted, encoded keys of objects that were seen before.
 *
 * Objects of one origin list their keys in one order, so the keys in that order lead through a trie to a shape: the same
 * keys in CMP/1 order with their bytes ready. Agents choose keys, so the trie is bounded; what does not fit takes the
 * uncached path, and a full trie is dropped after many misses, so that it follows the work of the day at a bounded cost.
 */

const NODES_MAX = 4_096;
const KEYS_MAX = 64;
const KEY_LENGTH_MAX = 64;
/** Uncached objects after which a full trie is emptied. */
const MISSES_MAX = 4_096;

/** The keys of one kind of object, ready to write. */
export interface Shape {
  /** In CMP/1 order. */
  readonly names: readonly string[];
  /** The map header and the first key, then every further key, each as encoded str. */
  readonly bytes: Uint8Array;
  /** Where key i ends in `bytes`. */
  readonly ends: Int32Array;
}

interface Node {
  /** The key most often next: the first one seen. */
  key: string | undefined;
  next: Node | undefined;
  others: Map<string, Node> | undefined;
  shape: Shape | undefined;
}

function emptyNode(): Node {
  return { key: undefined, next: undefined, others: undefined, shape: undefined };
}

export class ShapeCache {
  #root = emptyNode();
  #nodes = 0;
  #misses = 0;

  /** Nodes held, at most 4 096. */
  get nodes(): number {
    return this.#nodes;
  }

  /** Shape of an object with these own keys in this order, or undefined: sort and encode them anew. */
  find(names: readonly string[]): Shape | undefined {
    let node = this.#root;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      if (node.key === name) {
        node = node.next as Node;
        continue;
      }
      const following = this.#step(node, name, names.length);
      if (following === undefined) return undefined;
      node = following;
    }
    if (node.shape === undefined) node.shape = makeShape(names);
    return node.shape;
  }

  #step(node: Node, name: string, count: number): Node | undefined {
    const known = node.others?.get(name);
    if (known !== undefined) return known;
    if (count > KEYS_MAX || name.length > KEY_LENGTH_MAX) return undefined;
    if (this.#nodes >= NODES_MAX) {
      this.#misses++;
      if (this.#misses >= MISSES_MAX) {
        this.#root = emptyNode();
        this.#nodes = 0;
        this.#misses = 0;
      }
      return undefined;
    }
    this.#nodes++;
    const made = emptyNode();
    if (node.key === undefined) {
      node.key = name;
      node.next = made;
    } else {
      node.others ??= new Map();
      node.others.set(name, made);
    }
    return made;
  }
}

/** Sorts keys in place by their UTF-8 bytes. */
export function sortKeys(names: string[]): string[] {
  // UTF-16 order is UTF-8 order except between surrogates and U+E000 to U+FFFF.
  for (const name of names) {
    for (let i = 0; i < name.length; i++) {
      if (name.charCodeAt(i) >= 0xd800) return names.sort(compareCodePoints);
    }
  }
  return names.sort();
}

/** UTF-8 byte order of well-formed strings, which is the order of their code points. */
function compareCodePoints(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let i = 0; i < shared; i++) {
    let a = one.charCodeAt(i);
    let b = other.charCodeAt(i);
    if (a === b) continue;
    // Surrogates stand for code points above U+FFFF: lift them over U+E000 to U+FFFF.
    if (a >= 0xd800) a += a >= 0xe000 ? 0 : 0x10000;
    if (b >= 0xd800) b += b >= 0xe000 ? 0 : 0x10000;
    return a - b;
  }
  return one.length - other.length;
}

/** Bytes of a str: header and UTF-8. The caller knows that the text is well-formed. */
export function encodeText(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const size = payload.length;
  const header =
    size < 32
      ? [0xa0 | size]
      : size < 0x100
        ? [0xd9, size]
        : size < 0x10000
          ? [0xda, size >> 8, size & 0xff]
          : [0xdb, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff];
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

function makeShape(names: readonly string[]): Shape {
  for (const name of names) {
    if (!isWellFormed(name)) {
      throw new CodecError("value_surrogate", {}, "keys of well-formed Unicode", quoted(name));
    }
  }
  const sorted = sortKeys([...names]);
  const count = sorted.length;
  const pieces: Uint8Array[] = [
    Uint8Array.from(count < 16 ? [0x80 | count] : [0xde, count >> 8, count & 0xff]),
  ];
  const ends = new Int32Array(count);
  let size = (pieces[0] as Uint8Array).length;
  for (let i = 0; i < count; i++) {
    const piece = encodeText(sorted[i] as string);
    pieces.push(piece);
    size += piece.length;
    ends[i] = size;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { names: sorted, bytes, ends };
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const builtIn = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed;

/** True when a string holds no surrogate without its partner. */
export const isWellFormed: (text: string) => boolean =
  builtIn === undefined ? (text) => !LONE_SURROGATE.test(text) : (text) => builtIn.call(text);

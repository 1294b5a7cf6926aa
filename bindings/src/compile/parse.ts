/**
 * YAML to a tree that remembers where everything stood. Policies are data people sign off, so what is easy to misread
 * is refused: keys written twice, tags, several documents, numbers that are not plain decimals. Anchors and aliases are
 * taken, up to a bound on what they blow a file up to.
 */

import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Scalar,
  type YAMLError,
} from "yaml";
import type { Issues, Place } from "./issues.ts";

/** One source text under the name that messages show. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /**
   * Of a pack: whoever compiles vouches for it, because it came with the package or is their own. Any other pack must be
   * signed by a publisher that the org file lists.
   */
  readonly vouched?: boolean;
  /** Of a pack: the text of its pack.sig. */
  readonly signature?: string;
}

export interface MapTree {
  readonly kind: "map";
  readonly place: Place;
  readonly members: readonly Member[];
}

export interface Member {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: "list";
  readonly place: Place;
  readonly items: readonly Tree[];
}

export type ScalarTree =
  | { readonly kind: "text"; readonly place: Place; readonly value: string }
  | { readonly kind: "int"; readonly place: Place; readonly value: bigint }
  | { readonly kind: "float"; readonly place: Place; readonly value: number; readonly source: string }
  | { readonly kind: "bool"; readonly place: Place; readonly value: boolean }
  | { readonly kind: "null"; readonly place: Place };

export type Tree = MapTree | ListTree | ScalarTree;

const SOURCE_CHARACTERS_MAX = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = "\ufeff";
const NESTING_MAX = 32;
/** Tokens that are open at once while a file is read; a level of nesting opens two of them at most. */
const OPEN_TOKENS_MAX = 4 * NESTING_MAX;
/** Values that aliases may repeat in one file, all together. */
const REPEATED_VALUES_MAX = 10_000;
const DECIMAL = /^-?(0|[1-9][0-9]*)$/;

/** What a tree is, for messages: `"text"`, `7`, `a map`, `a list of 3`, `nothing`. */
export function described(tree: Tree): string {
  switch (tree.kind) {
    case "map":
      return "a map";
    case "list":
      return `a list of ${tree.items.length}`;
    case "text":
      return JSON.stringify(tree.value.length > 60 ? `${tree.value.slice(0, 60)}…` : tree.value);
    case "int":
    case "bool":
      return `${tree.value}`;
    case "float":
      return tree.source;
    case "null":
      return "nothing";
  }
}

/** The value of a key of a map; undefined when the tree is no map or has no such key. */
export function memberOf(tree: Tree, key: string): Tree | undefined {
  return tree.kind === "map" ? tree.members.find((member) => member.key === key)?.value : undefined;
}

/** The text of a tree; empty where it is none. */
export function textOf(tree: Tree | undefined): string {
  return tree?.kind === "text" ? tree.value : "";
}

/** The tree as plain data, for calls and examples: ints as numbers where they are exact, else as bigint. */
export function plain(tree: Tree): unknown {
  switch (tree.kind) {
    case "map":
      return Object.fromEntries(tree.members.map(({ key, value }) => [key, plain(value)]));
    case "list":
      return tree.items.map(plain);
    case "int":
      return Number.isSafeInteger(Number(tree.value)) ? Number(tree.value) : tree.value;
    case "null":
      return null;
    default:
      return tree.value;
  }
}

/** Reads one source. Undefined when it is not the kind of YAML we take; the issues then say why. */
export function parseSource(source: Source, issues: Issues): Tree | undefined {
  const start: Place = { file: source.name, line: 1, column: 1 };
  if (source.text.length > SOURCE_CHARACTERS_MAX) {
    const came = `${source.text.length} characters`;
    issues.fault(start, `at most ${SOURCE_CHARACTERS_MAX} characters`, came, "split the file");
    return undefined;
  }
  if (source.text.startsWith(BYTE_ORDER_MARK)) {
    // The parser would pass over it, and a signature is over bytes.
    const fix = "save the file as UTF-8 without one";
    issues.fault(start, "text without a byte order mark at its beginning", "U+FEFF", fix);
    return undefined;
  }
  const before = issues.count;
  const tree = new TreeBuilder(source, issues).build();
  return issues.count === before ? tree : undefined;
}

class TreeBuilder {
  readonly #lines = new LineCounter();
  readonly #source: Source;
  readonly #issues: Issues;
  #document: Document | undefined;
  /** More than 0 while an alias is being followed. */
  #aliases = 0;
  #repeated = 0;
  #isTooDeep = false;
  /** Maps and lists that are being read: an alias of one of them would never end. */
  readonly #open = new Set<unknown>();

  constructor(source: Source, issues: Issues) {
    this.#source = source;
    this.#issues = issues;
  }

  build(): Tree | undefined {
    const document = this.#compose();
    if (!document) return undefined;
    this.#document = document;
    for (const error of [...document.errors, ...document.warnings]) this.#report(error);
    if (document.directives?.yaml.explicit) {
      this.#fault(0, "no %YAML line", "one", "remove it: every file is YAML 1.2");
    }
    if (document.contents === null) {
      this.#fault(0, "a YAML document", "an empty file", "write the policy or leave the file out");
      return undefined;
    }
    return this.#tree(document.contents, 0, 0);
  }

  #compose(): Document | undefined {
    const composer = new Composer({ version: "1.2", schema: "core", intAsBigInt: true });
    let document: Document | undefined;
    for (const found of composer.compose(this.#tokens(), true, this.#source.text.length)) {
      if (this.#isTooDeep) return undefined;
      if (document) {
        this.#fault(found.range[0], "one document a file", "a second one", "move it to a file of its own");
        break;
      }
      document = found as Document;
    }
    return document;
  }

  /** Tokens of the source, up to a nesting that the composer, which recurses, can take on every host. */
  *#tokens(): Generator<CST.Token, void> {
    const parser = new Parser(this.#lines.addNewLine);
    this.#lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(this.#source.text)) {
      yield* parser.next(lexeme);
      if (parser.stack.length <= OPEN_TOKENS_MAX) continue;
      this.#reportDepth(parser.offset);
      return;
    }
    yield* parser.end();
  }

  #reportDepth(offset: number): void {
    if (!this.#isTooDeep)
      this.#fault(offset, `at most ${NESTING_MAX} levels of nesting`, "more", "write the file flatter");
    this.#isTooDeep = true;
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#source.name, line, column: col };
  }

  #fault(offset: number, wanted: string, came: string, fix: string): void {
    this.#issues.fault(this.#at(offset), wanted, came, fix);
  }

  #report(error: YAMLError): void {
    const offset = error.pos[0];
    // Every tag is reported where its value stands.
    if (error.code === "TAG_RESOLVE_FAILED") return;
    if (error.code === "DUPLICATE_KEY") {
      const [, key = ""] = /^["']?([^"':\s]*)/.exec(this.#source.text.slice(offset, offset + 80)) ?? [];
      this.#fault(offset, "each key once", `a second ${JSON.stringify(key)}`, "keep one of the two");
    } else {
      this.#fault(offset, "well-formed YAML", error.message.split("\n")[0] ?? error.code, "correct the YAML");
    }
  }

  /** What an alias stands for, as if it had been written out. */
  #alias(alias: Alias, offset: number, nesting: number): Tree {
    const target = this.#document === undefined ? undefined : alias.resolve(this.#document);
    if (target === undefined) {
      this.#fault(
        offset,
        "an alias of an anchor above it",
        `*${alias.source}`,
        "correct the name, or write the value",
      );
      return { kind: "null", place: this.#at(offset) };
    }
    if (this.#open.has(target)) {
      this.#fault(
        offset,
        "an alias of something else",
        `*${alias.source} inside what it names`,
        "write the value",
      );
      return { kind: "null", place: this.#at(offset) };
    }
    this.#aliases += 1;
    const tree = this.#tree(target, offset, nesting);
    this.#aliases -= 1;
    return tree;
  }

  #tree(node: unknown, fallbackOffset: number, nesting: number): Tree {
    const offset = (node as { range?: [number, number, number] | null } | null)?.range?.[0] ?? fallbackOffset;
    const place = this.#at(offset);
    if (nesting > NESTING_MAX) {
      this.#reportDepth(offset);
      return { kind: "null", place };
    }
    if (this.#aliases > 0 && ++this.#repeated > REPEATED_VALUES_MAX) {
      if (this.#repeated === REPEATED_VALUES_MAX + 1) {
        const wanted = `aliases that repeat at most ${REPEATED_VALUES_MAX} values`;
        this.#fault(offset, wanted, "more", "write the values out where they are needed");
      }
      return { kind: "null", place };
    }
    if (isAlias(node)) return this.#alias(node, offset, nesting);
    if (isMap(node)) {
      this.#checkTag(node, offset);
      this.#open.add(node);
      const members = node.items.map(({ key, value }) => this.#member(key, value, offset, nesting));
      this.#open.delete(node);
      return { kind: "map", place, members };
    }
    if (isSeq(node)) {
      this.#checkTag(node, offset);
      this.#open.add(node);
      const items = node.items.map((item) => this.#tree(item, offset, nesting + 1));
      this.#open.delete(node);
      return { kind: "list", place, items };
    }
    if (isScalar(node)) {
      this.#checkTag(node, offset);
      return this.#scalar(node, place, offset);
    }
    return { kind: "null", place };
  }

  #checkTag({ tag }: { tag?: string | undefined }, offset: number): void {
    if (tag !== undefined) this.#fault(offset, "plain values", `the tag ${tag}`, "remove the tag");
  }

  #member(key: unknown, value: unknown, mapOffset: number, nesting: number): Member {
    const keyTree = this.#tree(key, mapOffset, nesting + 1);
    const keyOffset = (key as { range?: [number, number, number] | null } | null)?.range?.[0] ?? mapOffset;
    const isNumber = keyTree.kind === "int";
    if (keyTree.kind !== "text" && !isNumber) {
      const fix = "write the key as text, in quotes if need be";
      this.#fault(keyOffset, "a key that is text", described(keyTree), fix);
    }
    // Places of operands are written as numbers.
    const text = keyTree.kind === "text" || isNumber ? `${keyTree.value}` : "";
    return { key: text, keyPlace: keyTree.place, value: this.#tree(value, keyOffset, nesting + 1) };
  }

  #scalar(node: Scalar, place: Place, offset: number): ScalarTree {
    const { value, source = "" } = node;
    switch (typeof value) {
      case "string":
        if (/\p{Surrogate}/u.test(value)) {
          this.#fault(offset, "well-formed text", "a lone surrogate", "remove it");
        }
        return { kind: "text", place, value };
      case "boolean":
        return { kind: "bool", place, value };
      case "bigint":
      case "number":
        if (DECIMAL.test(source)) return { kind: "int", place, value: BigInt(source) };
        return { kind: "float", place, value: Number(value), source };
      default:
        return { kind: "null", place };
    }
  }
}

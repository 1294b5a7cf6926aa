/**
 * The one layout of a policy. Lines are moved and blanks at their ends removed; nothing else is touched, so lists keep the
 * shape that somebody gave them and comments stay with the key below them.
 */

import { isScalar, isSeq, parseDocument, visit, type YAMLMap } from "yaml";
import { CliError } from "./failure.js";

/** Keys of an entry, tally, signal or tool as people read them: what it is, what it is about, what then, why, and how that shows. */
const ENTRY_KEYS = [
  "id",
  "names",
  "patterns",
  "args",
  "priority",
  "cell",
  "tally",
  "measure",
  "of",
  "other",
  "within",
  "missing",
  "on",
  "when",
  "counts",
  "raise",
  "add",
  "action",
  "fields",
  "verdict",
  "obligations",
  "owner",
  "reason",
  "expires",
  "passes",
  "violates",
];
const OPTIONS = { version: "1.2", schema: "core", uniqueKeys: true } as const;

/**
 * The text in its layout. It means what the text meant.
 * @throws CliError when it is not one YAML document.
 */
export function formatted(file: string, text: string): string {
  const plain = `${text.replace(/\r\n?/g, "\n").trimEnd()}\n`;
  const document = parseDocument(plain, OPTIONS);
  const [error] = document.errors;
  if (error) {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    throw new CliError("file", `${file}:${line}:${col} wanted YAML; ${error.message.split("\n")[0]}`);
  }
  const moves: { start: number; end: number; text: string }[] = [];
  const literal: (readonly [number, number])[] = [];
  visit(document, {
    Scalar(_, { type, range }) {
      // What stands between quotes or in a block is data, blanks included.
      if (type !== "PLAIN" && range) literal.push([range[0], range[1]]);
    },
    Map(_, map, path) {
      // Entries stand in lists; a map elsewhere may have a key `id` for reasons of its own.
      const move = isSeq(path.at(-1)) ? inOrder(plain, map) : undefined;
      if (move) moves.push(move);
    },
  });
  if (moves.length === 0) return withoutBlanks(plain, literal);
  // Entries do not stand in each other, so the last move first leaves the offsets of the others as they are.
  const moved = moves
    .sort((one, other) => other.start - one.start)
    .reduce(
      (before, { start, end, text: lines }) => before.slice(0, start) + lines + before.slice(end),
      plain,
    );
  if (
    JSON.stringify(sorted(parseDocument(moved, OPTIONS).toJS())) !== JSON.stringify(sorted(document.toJS()))
  )
    return plain;
  return formatted(file, moved);
}

function withoutBlanks(text: string, literal: readonly (readonly [number, number])[]): string {
  return text.replace(/[ \t]+$/gm, (blanks: string, at: number) =>
    literal.some(([start, end]) => at >= start && at < end) ? blanks : "",
  );
}

/** The text of a block map with its known keys in order, or undefined when they are. */
function inOrder(text: string, map: YAMLMap): { start: number; end: number; text: string } | undefined {
  const { items, range } = map;
  const keys = items.map(({ key }) => (isScalar(key) ? String(key.value) : ""));
  if (map.flow === true || !range || items.length < 2 || !keys.includes("id")) return undefined;
  // An unknown key stays behind the key that it stands behind.
  const ranks: number[] = [];
  for (const key of keys)
    ranks.push(ENTRY_KEYS.includes(key) ? ENTRY_KEYS.indexOf(key) : (ranks.at(-1) ?? 0));
  const rank = (at: number): number => ranks[at] as number;
  const wanted = keys.map((_, at) => at).sort((one, other) => rank(one) - rank(other) || one - other);
  if (wanted.every((at, place) => at === place)) return undefined;
  const starts = items.map(({ key }) => (isScalar(key) ? (key.range?.[0] ?? -1) : -1));
  if (starts.includes(-1)) return undefined;
  const column = (starts[0] as number) - (text.lastIndexOf("\n", (starts[0] as number) - 1) + 1);
  // A piece runs from its key, or the comments above it, to where the next one begins.
  const bounds = [
    range[0],
    ...starts.slice(1).map((start) => commentStart(text, start)),
    endOf(text, range[1]),
  ];
  const pieces = bounds.slice(0, -1).map((start, at) => text.slice(start, bounds[at + 1]).trimStart());
  return {
    start: range[0],
    end: bounds.at(-1) as number,
    text: wanted.map((at) => pieces[at]).join(" ".repeat(column)),
  };
}

/** Start of the line that a key stands on, or of the comments right above it. */
function commentStart(text: string, key: number): number {
  let start = text.lastIndexOf("\n", key - 1) + 1;
  for (;;) {
    const before = text.lastIndexOf("\n", start - 2) + 1;
    if (start === 0 || !/^\s*#/.test(text.slice(before, start))) return start;
    start = before;
  }
}

/** End of the line on which a node ends. */
function endOf(text: string, end: number): number {
  if (text[end - 1] === "\n") return end;
  const feed = text.indexOf("\n", end);
  return feed < 0 ? text.length : feed + 1;
}

/** The same data with keys in one order: moving lines may change nothing else. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

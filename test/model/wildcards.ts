/** Paths of commands in which the shell's wildcards stand for names (evaluation.md, 3a and 4). Texts are byte strings. */

const WILD = /[*?[]/;

/** Whether a text holds a wildcard. */
export function isWild(text: string): boolean {
  return WILD.test(text);
}

/**
 * A path without the segments at its end that stand for anything: they say no more than the folder before them. Of what is
 * only listed (`isListed`), segments that hardly say more go too.
 */
export function withoutFinalWildcards(text: string, isListed: boolean): string {
  const path = withoutFinal(text, saysNothing);
  return isListed && isWild(path) ? withoutFinal(path, saysLittle) : path;
}

/** Takes segments off the end, with the slashes around them, for as long as the last one is such. */
function withoutFinal(text: string, isSuch: (segment: string) => boolean): string {
  let path = text;
  for (;;) {
    const withoutSlashes = path.replace(/\/+$/, "");
    const slash = withoutSlashes.lastIndexOf("/");
    if (!isSuch(withoutSlashes.slice(slash + 1))) return path;
    // A slash with nothing before it is the root.
    path = withoutSlashes.slice(0, slash === 0 ? 1 : Math.max(slash, 0));
    if (path === "") return ".";
  }
}

function saysNothing(segment: string): boolean {
  return /^[*?][*?.]*$/.test(segment);
}

function saysLittle(segment: string): boolean {
  return segment.includes("*") && segment.split("*").every((between) => between.length <= 2);
}

/** Whether a segment stands for all files of one kind, as `*.c` does. */
export function isKind(segment: string): boolean {
  return /^(?:\*|\?|\[[^\]]*\])+\.[A-Za-z0-9]{1,8}$/.test(segment);
}

/** Whether a segment with wildcards may be what a segment or name of a pattern says. Both in lower case. */
export function mayBe(segment: string, pattern: string): boolean {
  if (WILD.test(segment[0] ?? "") && pattern.startsWith(".")) return false;
  if (isKind(segment) && !/^\*[^*?[\]]*$/.test(pattern)) return false;
  const [start, end] = [startOf(segment), endOf(segment)];
  if (!agree(start, startOf(pattern)) || !agree(backwards(end), backwards(endOf(pattern)))) return false;
  if (isWild(pattern)) return segment.includes("[") || sharesBytes(segment, pattern);
  if (pattern.length < start.length + end.length) return false;
  return segment.includes("[") || fitsWhole(pattern, segment);
}

/** Up to the first wildcard. */
function startOf(text: string): string {
  return text.slice(0, WILD.exec(text)?.index);
}

/** After the last wildcard or bracket; all of a text without wildcards. */
function endOf(text: string): string {
  if (!isWild(text)) return text;
  return /[^*?[\]]*$/.exec(text)?.[0] ?? "";
}

/** Whether two texts are the same as far as both go. */
function agree(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function backwards(text: string): string {
  return [...text].reverse().join("");
}

/** Whether a text is one that the wildcards `*` and `?` of a segment stand for. */
function fitsWhole(text: string, segment: string): boolean {
  const pieces = [...segment].map((byte) => {
    if (byte === "*") return "[^]*";
    return byte === "?" ? "[^]" : byte.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
  });
  return new RegExp(`^${pieces.join("")}$`).test(text);
}

/** Whether enough of what a segment spells out stands in a pattern too; nothing is asked of one that spells out little. */
function sharesBytes(segment: string, pattern: string): boolean {
  const runs = segment.split(/[*?]/);
  if (runs.every((run) => run.length < 3)) return true;
  return runs.some((run) => {
    if (run.length === 3 && pattern.includes(run)) return true;
    const isShared = (bytes: string): boolean => pattern.includes(bytes);
    return windows(run, 4).some(isShared) || windows(run, 2).some((two) => two[0] === "." && isShared(two));
  });
}

/** All texts of so many bytes that stand in a text. */
function windows(text: string, size: number): string[] {
  return Array.from({ length: Math.max(0, text.length - size + 1) }, (_, at) => text.slice(at, at + size));
}

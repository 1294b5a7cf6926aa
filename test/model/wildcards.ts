/** Paths of commands in which the shell's wildcards stand for names (evaluation.md, 3a). */

/** A path as it is looked at: final segments that stand for everything in a folder are the folder. */
export function withoutFinalWildcards(text: string): string {
  let rest = text;
  for (;;) {
    const slash = rest.lastIndexOf("/");
    const last = rest.slice(slash + 1);
    if (!/^[*?][*?.]*$/.test(last)) return rest;
    rest = slash > 0 ? rest.slice(0, slash) : rest.slice(0, slash + 1);
    if (rest === "") return ".";
  }
}

export function isWild(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether a segment with wildcards may be what a pattern names. Both in lower case. */
export function mayBe(segment: string, pattern: string): boolean {
  if (/^[*?[]/.test(segment) && pattern.startsWith(".")) return false;
  if (/^\*\.[a-z0-9]{1,8}$/.test(segment) && !/^\*[^*?[\]]*$/.test(pattern)) return false;
  const [start, patternStart] = [startOf(segment), startOf(pattern)];
  const starts = Math.min(start.length, patternStart.length);
  if (start.slice(0, starts) !== patternStart.slice(0, starts)) return false;
  const [end, patternEnd] = [endOf(segment), endOf(pattern)];
  const ends = Math.min(end.length, patternEnd.length);
  if (end.slice(end.length - ends) !== patternEnd.slice(patternEnd.length - ends)) return false;
  if (!isWild(pattern)) {
    if (pattern.length < start.length + end.length) return false;
    return segment.includes("[") || fitsWhole(segment, pattern);
  }
  return segment.includes("[") || sharesRun(segment, pattern);
}

/** Two patterns: where one has enough bytes in a row to tell, some of them must stand in the other. */
function sharesRun(segment: string, pattern: string): boolean {
  const runs = segment.split(/[*?]+/);
  if (!runs.some((run) => run.length >= 3)) return true;
  return runs.some((run) => {
    if (run.length === 3 && pattern.includes(run)) return true;
    for (let at = 0; at < run.length; at++) {
      const four = run.slice(at, at + 4);
      if (four.length === 4 && pattern.includes(four)) return true;
      const two = run.slice(at, at + 2);
      if (run[at] === "." && two.length === 2 && pattern.includes(two)) return true;
    }
    return false;
  });
}

function startOf(text: string): string {
  return /^[^*?[]*/.exec(text)?.[0] ?? "";
}

function endOf(text: string): string {
  return isWild(text) ? (/[^*?[\]]*$/.exec(text)?.[0] ?? "") : text;
}

/** Each `*` stands for any bytes, possibly none, each `?` for one. */
function fitsWhole(segment: string, pattern: string): boolean {
  const exact = segment.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const source = exact.replace(/[*]/g, "[^]*").replace(/[?]/g, "[^]");
  return new RegExp(`^${source}$`).test(pattern);
}

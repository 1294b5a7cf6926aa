/** Paths of commands in which the shell's wildcards stand for names (evaluation.md, 3a). */

/** A path as it is looked at: final segments that stand for everything in a folder are the folder. */
export function withoutFinalWildcards(text: string): string {
  let kept = text;
  for (;;) {
    const rest = kept.replace(/(?<=[^])[/]+$/, "");
    const slash = rest.lastIndexOf("/");
    const last = rest.slice(slash + 1);
    if (!/^[*?][*?.]*$/.test(last)) return kept;
    kept = slash > 0 ? rest.slice(0, slash) : rest.slice(0, slash + 1);
    if (kept === "") return ".";
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
  if (!isWild(pattern) && pattern.length < start.length + end.length) return false;
  if (segment.includes("[")) return true;
  return isWild(pattern) ? isAkin(segment, pattern) : standsFor(segment).test(pattern);
}

function standsFor(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|\\\]]/g, "\\$&")
    .replace(/\*+/g, "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`);
}

/** Whether bytes in a row of a segment stand in a pattern too, or there are too few of them to tell. */
function isAkin(segment: string, pattern: string): boolean {
  const runs = segment.split(/[*?]/);
  if (runs.every((run) => run.length < 3)) {
    return true;
  }
  return runs.some((run) => {
    const size = Math.min(run.length, 4);
    for (let from = 0; from < run.length; from++) {
      const two = run.slice(from, from + 2);
      if (two.length === 2 && two.startsWith(".") && pattern.includes(two)) return true;
      const hold = run.slice(from, from + size);
      if (size >= 3 && hold.length === size && pattern.includes(hold)) return true;
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

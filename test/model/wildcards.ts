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
  return isWild(pattern) || pattern.length >= start.length + end.length;
}

function startOf(text: string): string {
  return /^[^*?[]*/.exec(text)?.[0] ?? "";
}

function endOf(text: string): string {
  return isWild(text) ? (/[^*?[\]]*$/.exec(text)?.[0] ?? "") : text;
}

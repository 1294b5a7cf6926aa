/** Rows of APIs: which one a request meets, and what its path holds (docs/format/http.md, 3). */
import { asciiLower } from "../bytes.ts";
import type { Image } from "../image.ts";
import type { Api, Step } from "../image-languages.ts";
import { wire } from "../wire.ts";

/** The lists of rows of a host, the nearest first. */
export function rowLists(host: string, image: Image): Api[][] {
  const names = [host];
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) names.push(host.slice(dot));
  return names.flatMap((name) => {
    const list = image.look(wire.namespaces.api as number, name);
    return list === undefined ? [] : [image.list(list).map((index) => image.apis[index] as Api)];
  });
}

/** The first row of the first list that has one. */
export function matchingRow(lists: Api[][], methodBit: number, segments: string[]): Api | null {
  for (const rows of lists) {
    const found = rows.find(
      (row) => ((row.methods >>> methodBit) & 1) === 1 && stepsMeet(row.steps, segments),
    );
    if (found !== undefined) return found;
  }
  return null;
}

function stepsMeet(steps: Step[], segments: string[]): boolean {
  for (const [i, step] of steps.entries()) {
    if (step.kind === "any") return true;
    if (step.kind === "rest") return segments.length > i;
    const segment = segments[i];
    if (segment === undefined || !stepMeets(step, segment)) return false;
  }
  return steps.length === segments.length;
}

function stepMeets(step: Step, given: string): boolean {
  const [segment, prefix, suffix] = [given, step.prefix, step.suffix].map(asciiLower) as [
    string,
    string,
    string,
  ];
  if (step.kind === "exact") return segment === prefix;
  const isLongEnough = segment.length > prefix.length + suffix.length;
  return isLongEnough && segment.startsWith(prefix) && segment.endsWith(suffix);
}

/** Facts of the path: the fields of the steps, neighbours with the same field as one. */
export function captures(steps: Step[], segments: string[]): { field: number; text: string }[] {
  const found: { field: number; text: string; last: number }[] = [];
  for (const [i, step] of steps.entries()) {
    if (step.field === 0 || !["one", "rest"].includes(step.kind)) continue;
    const text = step.kind === "rest" ? segments.slice(i).join("/") : between(step, segments[i] as string);
    const before = found[found.length - 1];
    if (before?.field === step.field && before.last === i - 1) {
      before.text += `/${text}`;
      before.last = i;
    } else found.push({ field: step.field, text, last: i });
  }
  return found;
}

function between({ prefix, suffix }: Step, segment: string): string {
  return segment.slice(prefix.length, segment.length - suffix.length);
}

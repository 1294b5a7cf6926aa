/** The URL of a request, cut into what docs/format/http.md speaks of. Texts are byte strings. */
import { splitUrl } from "../canonical.ts";
import { limit } from "../wire.ts";

export interface RequestUrl {
  /** Canonical, as all below. */
  text: string;
  scheme: string;
  /** No scheme without a host. The parts below are empty where it is opaque. */
  opaque: boolean;
  authority: string;
  path: string;
  /** Where the path begins in the text. */
  pathStart: number;
  /** Null: there is none. */
  query: string | null;
}

/** Null where there is nothing but blanks. */
export function readRequestUrl(given: string): RequestUrl | null {
  const parts = splitUrl(given);
  if (parts === null) return null;
  const { text, scheme, hasHost, authorityStart, authorityEnd } = parts;
  if (!hasHost) {
    return { text, scheme, opaque: true, authority: "", path: "", pathStart: text.length, query: null };
  }
  const [, path = "", , query] = /^([^?#]*)(\?([^#]*))?/s.exec(text.slice(authorityEnd)) as RegExpExecArray;
  return {
    text,
    scheme,
    opaque: false,
    authority: text.slice(authorityStart, authorityEnd),
    path,
    pathStart: authorityEnd,
    query: query ?? null,
  };
}

/** Each `%` and two hexadecimal digits become that byte, once. */
export function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

export interface Parameter {
  name: string;
  value: string;
  /** The piece as it stands. */
  piece: string;
}

/** Name and value of each piece, as they stand. */
export function parametersOf(query: string): Parameter[] {
  return query.split("&").map((piece) => {
    const equals = piece.indexOf("=");
    if (equals < 0) return { name: piece, value: "", piece };
    return { name: piece.slice(0, equals), value: piece.slice(equals + 1), piece };
  });
}

/** The segments of a path, or null where there were too many at any time. */
export function segmentsOf(path: string): string[] | null {
  const segments: string[] = [];
  for (const raw of path.split(/[/\\]/)) {
    const segment = decode(raw);
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
    if (segments.length > limit("url_segments_max")) return null;
  }
  return segments;
}

/** Somebody may read a piece of this path as another place, whether it stays or a later `..` removes it. */
export function isDoubtful(path: string): boolean {
  return path
    .split(/[/\\]/)
    .map(decode)
    .some((piece) => piece !== ".." && /%|\\|\.\./.test(piece));
}

/** Long or dense enough to carry data out. */
export function carriesData({ authority, path, query }: RequestUrl): boolean {
  if ((query?.length ?? 0) > 512) return true;
  return hasRun(authority, 48) || hasRun(query ?? "", 48) || hasRun(path, 96);
}

function hasRun(text: string, least: number): boolean {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [];
  return runs.some((run) => run.length >= least && /[A-Za-z]/.test(run) && /[0-9]/.test(run));
}

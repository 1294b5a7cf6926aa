/** Canonical forms of addresses, paths, URLs and hosts. Everything works on byte strings. */
import { asciiLower, trim } from "./bytes.ts";
import { foldHost } from "./lang/host-fold.ts";
import { isWild, mayBe } from "./wildcards.ts";
import { limit, wordGroup } from "./wire.ts";

/** What a value of a text reads as: a canonical form, nothing at all, or something nobody can read. */
export type Missing = "missing";
export type Malformed = "malformed";

// --- addresses ---------------------------------------------------------------------------------------------------

/** The canonical pieces of an address string. */
export function parseAddress(text: string): string[] | Missing | Malformed {
  const pieces: string[] = [];
  for (const raw of text.split(/[,;]/)) {
    let piece = trim(raw);
    if (piece.endsWith(">") && piece.includes("<")) {
      piece = piece.slice(piece.lastIndexOf("<") + 1, -1);
    }
    piece = trim(piece);
    if (/^mailto:/i.test(piece)) piece = piece.slice("mailto:".length);
    piece = asciiLower(piece);
    if (piece.includes("@") && piece.endsWith(".")) piece = piece.slice(0, -1);
    if (piece === "") continue;
    if (piece.length > 320 || /[\x00-\x1f\x7f]/.test(piece)) return "malformed";
    pieces.push(piece);
  }
  return pieces.length === 0 ? "missing" : pieces;
}

/** self, internal, external or unclear. `actor` is the vouched-for actor, canonical, or null. */
export function classifyAddress(
  piece: string,
  actor: string | null,
  isOurs: (domain: string) => boolean,
): "self" | "internal" | "external" | "unclear" {
  if (actor !== null && piece === actor) return "self";
  const ats = piece.split("@").length - 1;
  if (ats === 0) return "unclear";
  const domain = piece.slice(piece.indexOf("@") + 1);
  if (ats > 1 || /[\x80-\xff]/.test(domain)) return "external";
  return isOurs(domain) ? "internal" : "external";
}

// --- paths -------------------------------------------------------------------------------------------------------

export interface Path {
  anchor: "/" | "~" | ".";
  segments: string[];
  /** The text begins with what a shell or a tool may expand to anywhere. */
  expands: boolean;
}

/** What the host vouches for about the place where the tool runs. */
export interface Place {
  cwd: Path | null;
  realpaths: Map<string, string>;
}

export const NOWHERE: Place = { cwd: null, realpaths: new Map() };

export function parsePath(text: string, place: Place = NOWHERE): Path | Missing | Malformed {
  const path = parsePathText(text, place.cwd);
  if (typeof path === "string") return path;
  const real = place.realpaths.get(text);
  return real === undefined ? path : parsePathText(real, place.cwd);
}

function parsePathText(text: string, cwd: Path | null): Path | Missing | Malformed {
  if (text === "") return "missing";
  if (text.length > limit("path_bytes_max") || text.includes("\0")) return "malformed";
  let rest = text;
  if (/^file:\/\//i.test(rest)) {
    const slash = rest.indexOf("/", "file://".length);
    if (slash < 0) return "malformed";
    rest = rest.slice(slash);
  }
  rest = rest.replaceAll("\\", "/");

  let anchor: Path["anchor"];
  let expands = false;
  const start: string[] = [];
  const home = /^(~|\$HOME|\$\{HOME\})(?=\/|$)/.exec(rest);
  if (home !== null) {
    anchor = "~";
    rest = rest.slice((home[0] as string).length);
  } else if (rest.startsWith("/")) anchor = "/";
  else if (/^[A-Za-z]:(\/|$)/.test(rest)) {
    anchor = "/";
    start.push(asciiLower(rest.slice(0, 2)));
    rest = rest.slice(2);
  } else {
    const first = rest.split("/")[0] as string;
    expands = /^[~$]/.test(first) || first.includes("%") || /^[A-Za-z]:/.test(first);
    anchor = cwd === null ? "." : cwd.anchor;
    if (cwd !== null) start.push(...cwd.segments);
  }

  const segments: string[] = start;
  for (const segment of rest.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.length > 0 && segments[segments.length - 1] !== "..") segments.pop();
    else if (anchor !== "/") segments.push("..");
  }
  return { anchor, segments, expands };
}

export function pathText(path: Path): string {
  if (path.segments.length === 0) return path.anchor;
  const joined = path.segments.join("/");
  return path.anchor === "/" ? `/${joined}` : `${path.anchor}/${joined}`;
}

/** inside or outside the working directory, or unclear. */
export function classifyPath(path: Path, place: Place): "inside" | "outside" | "unclear" {
  if (path.expands) return "unclear";
  if (path.anchor === ".") return path.segments[0] === ".." ? "outside" : "inside";
  if (path.anchor === "~") return "outside";
  const cwd = place.cwd;
  if (cwd === null) return "unclear";
  return cwd.segments.every((segment, i) => segment === path.segments[i]) ? "inside" : "outside";
}

/** Whether a path is under a pattern: `/a/b`, `~/a`, or `a/b` anywhere. ASCII case is ignored. */
export function isUnder(path: Path, pattern: string, takesWildcards = false): boolean {
  const fits = (segment: string | undefined, wanted: string | undefined): boolean => {
    if (segment === undefined || wanted === undefined) return segment === wanted;
    return segment === wanted || (takesWildcards && isWild(segment) && mayBe(segment, wanted));
  };
  const segments = path.segments.map(asciiLower);
  const wanted = asciiLower(pattern)
    .split("/")
    .filter((segment) => segment !== "");
  const standsAt = (list: string[], at: number): boolean =>
    wanted.every((segment, i) => fits(list[at + i], segment)) && at + wanted.length <= list.length;
  if (pattern.startsWith("/")) return path.anchor === "/" && standsAt(segments, 0);
  if (wanted[0] === "~") {
    wanted.shift();
    if (path.anchor === "~") return standsAt(segments, 0);
    if (path.anchor !== "/") return false;
    // Homes may stand on a drive: /c:/users/bob.
    const at = /^[a-z]:$/.test(segments[0] ?? "") ? 1 : 0;
    const isHomes = fits(segments[at], "home") || fits(segments[at], "users");
    const inHomes = isHomes && segments.length >= at + 2;
    return (
      (inHomes && standsAt(segments, at + 2)) || (fits(segments[at], "root") && standsAt(segments, at + 1))
    );
  }
  return segments.some((_, at) => standsAt(segments, at)) || wanted.length === 0;
}

/** Whether a name matches a pattern in which every `*` may stand for any bytes. ASCII case is ignored. */
export function matchesName(name: string, pattern: string, takesWildcards = false): boolean {
  if (takesWildcards && isWild(name) && mayBe(asciiLower(name), asciiLower(pattern))) return true;
  const pieces = asciiLower(pattern).split("*");
  const exact = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^]*");
  return new RegExp(`^${exact}$`).test(asciiLower(name));
}

// --- hosts -------------------------------------------------------------------------------------------------------

/** `idn`: there are letters outside ASCII in it as given, or an encoded label. */
export type Host =
  | { kind: "ipv4"; text: string; idn: boolean; address: number[] }
  | { kind: "ipv6"; text: string; idn: boolean; groups: number[] }
  | { kind: "name"; text: string; idn: boolean };

/** The value of a host field: trimmed, brackets allowed around IPv6, IPv6 allowed without them. */
export function parseHostField(text: string): Host | Missing | Malformed {
  const trimmed = trim(text);
  if (trimmed === "") return "missing";
  if (trimmed.startsWith("[") && trimmed.endsWith("]")) return parseBracketed(trimmed.slice(1, -1));
  const ipv6 = parseBracketed(trimmed);
  return ipv6 === "malformed" ? parseHost(trimmed) : ipv6;
}

function withoutFinalDot(text: string): string {
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

/** The text of an IPv6 address, as it stands between brackets. */
function parseBracketed(inside: string): Host | Malformed {
  const text = asciiLower(inside);
  const groups = parseIpv6(text);
  return groups === null ? "malformed" : { kind: "ipv6", text, idn: false, groups };
}

/** A host that is not in brackets: an IPv4 address or a name. */
export function parseHost(text: string): Host | Malformed {
  if (text.length > 254) return "malformed";
  const folded = foldHost(text);
  if (folded === null) return "malformed";
  const name = withoutFinalDot(asciiLower(folded));
  if (name.length > 253 || name.split(".").includes("")) return "malformed";
  if (/[\x00-\x20\x7f"#%/:<>?@[\\\]^{|}`]/.test(name)) return "malformed";
  const idn = /[\x80-\xff]/.test(text) || name.split(".").some((label) => label.startsWith("xn--"));
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (/^([0-9]+|0x[0-9a-f]*)$/.test(last)) {
    const address = parseIpv4(name);
    return address === null ? "malformed" : { kind: "ipv4", text: address.join("."), idn, address };
  }
  return { kind: "name", text: name, idn };
}

/** The four bytes of an IPv4 address in any of its old spellings, or null. */
export function parseIpv4(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length > 4) return null;
  const numbers: bigint[] = [];
  for (const part of parts) {
    if (part.length > 16) return null;
    if (/^0x[0-9a-f]*$/.test(part)) numbers.push(part === "0x" ? 0n : BigInt(part));
    else if (/^0[0-7]*$/.test(part)) numbers.push(part === "0" ? 0n : BigInt(`0o${part}`));
    else if (/^[1-9][0-9]*$/.test(part)) numbers.push(BigInt(part));
    else return null;
  }
  const last = numbers.pop() as bigint;
  if (numbers.some((number) => number > 255n)) return null;
  if (last >= 256n ** BigInt(4 - numbers.length)) return null;
  let value = last;
  numbers.forEach((number, i) => {
    value += number * 256n ** BigInt(3 - i);
  });
  return [24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 255n));
}

/** The eight groups of an IPv6 address, or null. */
export function parseIpv6(text: string): number[] | null {
  if (!/^[0-9a-fA-F:.]*$/.test(text)) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groupsOf = (half: string, isEnd: boolean): number[] | null => {
    if (half === "") return [];
    const groups: number[] = [];
    const parts = half.split(":");
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string;
      if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
      else if (isEnd && i === parts.length - 1) {
        const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part);
        if (quad === null) return null;
        const bytes = quad.slice(1).map(Number);
        if (quad.slice(1).some((b) => b !== String(Number(b)))) return null;
        if (bytes.some((byte) => byte > 255)) return null;
        const [a, b, c, d] = bytes as [number, number, number, number];
        groups.push(a * 256 + b, c * 256 + d);
      } else return null;
    }
    return groups;
  };
  if (halves.length === 1) {
    const groups = groupsOf(text, true);
    return groups !== null && groups.length === 8 ? groups : null;
  }
  const left = groupsOf(halves[0] as string, false);
  const right = groupsOf(halves[1] as string, true);
  if (left === null || right === null || left.length + right.length > 7) return null;
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

export type HostClass = "org" | "public" | "private" | "link_local";

export function classifyHost(host: Host, isOurs: (name: string) => boolean): HostClass {
  if (host.kind === "ipv4") return classifyIpv4(host.address);
  if (host.kind === "ipv6") return classifyIpv6(host.groups);
  const name = host.text;
  if (isOurs(name)) return "org";
  if (wordGroup("host_link_local").includes(name)) return "link_local";
  if (name === "localhost" || !name.includes(".")) return "private";
  if (wordGroup("host_private_end").some((end) => name.endsWith(end))) return "private";
  const isOrUnder = (listed: string): boolean => name === listed || name.endsWith(`.${listed}`);
  if (wordGroup("host_private_name").some(isOrUnder)) return "private";
  if (wordGroup("host_spelling").some(isOrUnder)) {
    return /169\.254\.|169-254-|a9fe/.test(name) ? "link_local" : "private";
  }
  return "public";
}

function classifyIpv4(address: number[]): HostClass {
  const [a, b, c] = address as [number, number, number, number];
  if (a === 169 && b === 254) return "link_local";
  if (["168.63.129.16", "100.100.100.200", "192.0.0.192"].includes(address.join("."))) return "link_local";
  const isPrivate =
    (a === 192 && b === 0 && c === 0) ||
    a === 0 ||
    a === 10 ||
    (a === 100 && b >= 64 && b <= 127) ||
    a === 127 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 198 && (b === 18 || b === 19)) ||
    a >= 224;
  return isPrivate ? "private" : "public";
}

function classifyIpv6(groups: number[]): HostClass {
  const first = groups[0] as number;
  const starts = (...wanted: number[]): boolean => wanted.every((group, i) => groups[i] === group);
  if ((first & 0xffc0) === 0xfe80) return "link_local";
  if (starts(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)) return "link_local";
  if (starts(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254)) return "link_local";
  if (starts(0x2001, 0)) return "private";
  if (starts(0, 0, 0, 0, 0, 0, 0) && (groups[7] as number) <= 1) return "private";
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0 || (first & 0xff00) === 0xff00) {
    return "private";
  }
  if (starts(0x64, 0xff9b, 1)) return "private";
  const ipv4 = (high: number): number[] =>
    groups.slice(high, high + 2).flatMap((group) => [group >> 8, group & 255]);
  const holdsIpv4 =
    starts(0, 0, 0, 0, 0, 0) ||
    starts(0, 0, 0, 0, 0, 0xffff) ||
    starts(0, 0, 0, 0, 0xffff, 0) ||
    starts(0x64, 0xff9b, 0, 0, 0, 0);
  if (holdsIpv4) return classifyIpv4(ipv4(6));
  return first === 0x2002 ? classifyIpv4(ipv4(1)) : "public";
}

// --- URLs --------------------------------------------------------------------------------------------------------

export interface Url {
  text: string;
  scheme: string;
  host: Host | null;
  userinfo: boolean;
}

/** Where the parts of a URL stand in its canonical text. */
export interface UrlParts {
  text: string;
  scheme: string;
  /** False for the schemes that have no host; the authority is then empty and ends behind the colon. */
  hasHost: boolean;
  authorityStart: number;
  authorityEnd: number;
}

const OPAQUE = wordGroup("scheme_opaque");
const KNOWN = [...wordGroup("scheme_host"), ...OPAQUE];

/** Cuts a URL into its parts, whether they can be read or not; null where there is nothing but blanks. */
export function splitUrl(given: string): UrlParts | null {
  const text = given
    .replace(/^[\x00-\x20]+/, "")
    .replace(/[\x00-\x20]+$/, "")
    .replace(/[\t\n\r]/g, "");
  if (text === "") return null;
  let scheme = "https";
  let begin = 0;
  const start = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (start !== null) {
    const word = asciiLower(start[1] as string);
    if (KNOWN.includes(word) || text.startsWith("//", word.length + 1)) {
      scheme = word;
      begin = word.length + 1;
    }
  }
  if (OPAQUE.includes(scheme))
    return { text, scheme, hasHost: false, authorityStart: begin, authorityEnd: begin };
  while (/[/\\]/.test(text.charAt(begin))) begin++;
  let end = begin;
  while (end < text.length && !/[/\\?#]/.test(text.charAt(end))) end++;
  return { text, scheme, hasHost: true, authorityStart: begin, authorityEnd: end };
}

export function parseUrl(given: string): Url | Missing | Malformed {
  const parts = splitUrl(given);
  if (parts === null) return "missing";
  const { text, scheme } = parts;
  if (!parts.hasHost) return { text, scheme, host: null, userinfo: false };
  // Readers disagree about the host of `http://a\@b`.
  if (/^\\[^/?#]*@/s.test(text.slice(parts.authorityEnd))) return "malformed";
  const authority = text.slice(parts.authorityStart, parts.authorityEnd);
  const at = authority.lastIndexOf("@");
  const host = parseUrlHost(authority.slice(at + 1));
  return host === "malformed" ? "malformed" : { text, scheme, host, userinfo: at >= 0 };
}

function parseUrlHost(place: string): Host | Malformed {
  if (place.startsWith("[")) {
    const close = place.indexOf("]");
    if (close < 0) return "malformed";
    if (!/^(:[0-9]*)?$/.test(place.slice(close + 1))) return "malformed";
    return parseBracketed(place.slice(1, close));
  }
  const colon = place.lastIndexOf(":");
  if (colon < 0) return parseHost(place);
  if (!/^[0-9]*$/.test(place.slice(colon + 1))) return "malformed";
  return parseHost(place.slice(0, colon));
}

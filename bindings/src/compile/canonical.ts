/**
 * Canonical forms of the names and values that a policy writes down, so that the engine compares bytes with bytes.
 * docs/format/evaluation.md, steps 2 and 3, says what the engine does with the same texts of a call.
 */

const SPACE_ENDS = /^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g;

/** `A`-`Z` to `a`-`z`; every other character stays. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

/** Without the white space of ASCII at both ends. */
export function trimmed(text: string): string {
  return text.replace(SPACE_ENDS, "");
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * The one spelling of a tool name: `sendEmail`, `send-email` and `SEND EMAIL` are `send_email`, `getHTTPHeader` is
 * `get_http_header`. Empty when nothing is left.
 */
export function canonicalToolName(name: string): string {
  let written = "";
  const put = (character: string): void => {
    if (character === "_" && (written === "" || written.endsWith("_"))) return;
    written += character;
  };
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (isUpper(code)) {
      const before = name.charCodeAt(at - 1);
      const after = name.charCodeAt(at + 1);
      if (isLower(before) || isDigit(before) || (isUpper(before) && isLower(after))) put("_");
      put(String.fromCharCode(code + 32));
    } else if (isLower(code) || isDigit(code) || code >= 0x80) {
      put(name.charAt(at));
    } else {
      put("_");
    }
  }
  return written.endsWith("_") ? written.slice(0, -1) : written;
}

/** A value that cannot be written in a policy, and why. */
export interface Refusal {
  readonly wanted: string;
  readonly fix: string;
}

export type Canonical = string | Refusal;

export function canonicalWord(text: string): Canonical {
  const word = lowerAscii(trimmed(text));
  return word === "" ? { wanted: "a word", fix: "write at least one letter" } : word;
}

export function canonicalCurrency(text: string): Canonical {
  const code = trimmed(text);
  if (!/^[A-Za-z]{3}$/.test(code))
    return { wanted: "three letters of ISO 4217", fix: "write it as USD or EUR" };
  return code.toUpperCase();
}

export function canonicalAddress(text: string): Canonical {
  const address = lowerAscii(trimmed(text)).replace(/^mailto:/, "");
  const single = address.includes("@") ? address.replace(/\.$/, "") : address;
  if (single === "" || /[,;<>\u0000-\u001f\u007f]/.test(single)) {
    return { wanted: "one address", fix: "write the address alone, one value each" };
  }
  return single;
}

const HOST_FORBIDDEN = /[\u0000-\u0020\u007f"#%/:<>?@[\\\]^`{|}]/;

/** A host name or dotted IPv4 address, lower case. */
export function canonicalHost(text: string): Canonical {
  const host = lowerAscii(trimmed(text)).replace(/\.$/, "");
  const last = host.slice(host.lastIndexOf(".") + 1);
  const isNumeric = /^([0-9]+|0x[0-9a-f]*)$/.test(last);
  const parts = host.split(".");
  const isIpv4 =
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  const isIpv6 = /^[0-9a-f:.]+$/.test(host) && host.includes(":");
  if (isIpv6) return host;
  if (host === "" || HOST_FORBIDDEN.test(host) || host.includes("*") || (isNumeric && !isIpv4)) {
    return { wanted: "a host name or address", fix: "write the name alone, such as example.com" };
  }
  return host;
}

/** A domain of at least two labels, without star or leading dot. */
export function canonicalDomain(text: string): Canonical {
  const host = canonicalHost(text);
  if (typeof host !== "string") return host;
  const isDomain = /^[^.]+(\.[^.]+)+$/.test(host) && !/^[0-9.:]+$/.test(host);
  return isDomain ? host : { wanted: "a domain with a dot in it", fix: "write it as example.com" };
}

export function canonicalUrl(text: string): Canonical {
  const url = text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, "").replace(/[\t\n\r]/g, "");
  return url === "" ? { wanted: "an address", fix: "write the whole URL" } : url;
}

/** A whole path from `/` or `~`: `..` resolved, no empty steps. */
export function canonicalPath(text: string): Canonical {
  // C:\x is /c:/x.
  const drive = /^([A-Za-z]:)(?=[/\\]|$)/.exec(text)?.[1];
  const rooted = drive === undefined ? text : `/${lowerAscii(drive)}${text.slice(drive.length)}`;
  const whole = rooted.replaceAll("\\", "/");
  const anchor = whole.startsWith("/") ? "/" : whole === "~" || whole.startsWith("~/") ? "~" : undefined;
  if (anchor === undefined || whole.includes("\u0000")) {
    return { wanted: "a path from / or ~", fix: "write the whole path, or use `under` for a relative one" };
  }
  const segments: string[] = [];
  for (const segment of whole.slice(1).split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else if (anchor === "~") segments.push("..");
  }
  const joined = segments.join("/");
  if (anchor === "/") return `/${joined}`;
  return joined === "" ? "~" : `~/${joined}`;
}

/** What `under` takes: `/a/b`, `~/a`, or steps that stand in a row anywhere: `a/b`. Lower case. */
export function canonicalUnder(text: string): Canonical {
  const pattern = lowerAscii(text);
  const refusal = { wanted: "a folder as /a/b, ~/a or a/b", fix: "write whole steps, without . or .. or *" };
  if (pattern === "/" || pattern === "~") return pattern;
  const anchor = pattern.startsWith("/") ? "/" : pattern.startsWith("~/") ? "~/" : "";
  const steps = pattern.slice(anchor.length).replace(/\/$/, "").split("/");
  const isBad = (step: string): boolean =>
    step === "" || step === "." || step === ".." || /[*\\$\u0000]/.test(step) || step.startsWith("~");
  return steps.some(isBad) ? refusal : `${anchor}${steps.join("/")}`;
}

/** What `name_in` takes: a file name in which each `*` stands for anything. Lower case. */
export function canonicalNamePattern(text: string): Canonical {
  const pattern = lowerAscii(text);
  if (/^\**$/.test(pattern) || /[/\\\u0000]/.test(pattern)) {
    return {
      wanted: "a file name, in which * stands for anything",
      fix: "write the last step of the path alone; `present` stands for any",
    };
  }
  return pattern.replace(/\*+/g, "*");
}

/**
 * Requests inside calls for the differential test: hosts and paths of the shipped packs and strange ones, methods, queries
 * and bodies in every form, and then damage.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Plain } from "../model/request-writer.ts";
import { hostText } from "./generate.ts";
import type { Random } from "./random.ts";

export interface RandomHttp {
  method: string | null;
  url: string;
  /** Text, or a tree of arguments. */
  data: string | Record<string, Plain> | Plain[] | null;
}

interface Place {
  host: string;
  path: string;
  names: string[];
}

interface Pack {
  apis?: { hosts: string[]; paths: string[]; body?: Record<string, unknown> }[];
}

const packs = new URL("../../policies/packs/", import.meta.url);

const PLACES: Place[] = readdirSync(packs).flatMap((name) => {
  const pack = parse(readFileSync(new URL(`${name}/pack.yaml`, packs), "utf8")) as Pack;
  return (pack.apis ?? []).flatMap(({ hosts, paths, body = {} }) => {
    const names = Object.values(body).flatMap((given) => {
      const from = given !== null && typeof given === "object" && "from" in given ? given.from : given;
      return (Array.isArray(from) ? from : [from]).filter((one) => typeof one === "string");
    });
    return hosts.flatMap((host) => paths.map((path) => ({ host, path, names })));
  });
});

export function randomHttp(random: Random): RandomHttp {
  const place = random.pick(PLACES);
  return {
    method: method(random),
    url: random.chance(90) ? url(random, place) : random.pick(ODD_URLS),
    data: random.chance(50) ? data(random, place.names) : null,
  };
}

const METHODS = "GET POST PUT PATCH DELETE HEAD OPTIONS".split(" ");

function method(random: Random): string | null {
  if (random.chance(15)) return null;
  if (random.chance(80)) return random.pick(METHODS);
  return random.pick([
    "get",
    " Get\n",
    "TRACE",
    "override",
    "",
    "  ",
    "GET POST",
    "\u00a0GET",
    "Post",
    "\0",
    "gét",
  ]);
}

const ODD_URLS = [
  "",
  " \t\n",
  "file:///etc/%70asswd?x#y",
  "file:a/b",
  "FILE:\\\\server\\share\\x",
  "file://",
  "file:",
  "file:?x",
  "file:%2f%2fa/b",
  "data:text/plain,x?u=http://a",
  "mailto:a@b?body=http://x",
  "javascript:x",
  "blob:http://a/b",
  "gopher://127.0.0.1/_x?u=http://a",
  "ws://a/?_method=x",
  "ftp://a/b?c=//d",
  "x:y",
  "?u=http://a",
  "#",
  "//",
  "http:",
  "https:////",
  "http://a\\@b",
  "about:blank#http://a",
];

function url(random: Random, place: Place): string {
  const scheme = random.chance(85)
    ? "https://"
    : random.pick([
        "http://",
        "",
        "//",
        "HTTPS:\\\\",
        "https:/",
        "wss://",
        "ftp://",
        "s3://",
        "https:",
        " https://",
        "ht\ntps://",
        "x+y://",
      ]);
  const userinfo = random.chance(5) ? random.pick(["u:p@", "@", "a@b@", "sk_1:@", "%40@"]) : "";
  const port = random.chance(5) ? random.pick([":443", ":", ":x", ":1:2"]) : "";
  let text =
    scheme +
    userinfo +
    host(random, place.host) +
    port +
    path(random, place.path) +
    query(random, place.names);
  if (random.chance(8)) text += random.pick(["#", "#a?b", "#http://x", "#_method=x"]);
  if (random.chance(12)) text = damage(random, text);
  return text;
}

function host(random: Random, given: string): string {
  if (random.chance(8)) return hostText(random);
  let text = given.replace("*", random.pick(["a", "a.b", "", "xn--a", "é"]));
  if (random.chance(5)) text = text.toUpperCase();
  if (random.chance(3)) text += ".";
  if (random.chance(3))
    text = text.replace(".", random.pick(["\u3002", "\uff0e", "..", "\u00ad.", "\u2024", "\u200d."]));
  if (random.chance(3)) text = text.replace("a", random.pick(["\uff41", "\u0430", "\u1d43", "ª"]));
  if (random.chance(2))
    text = random.pick([
      "127.0.0.1.nip.io",
      "169-254-169-254.sslip.io",
      `${"a".repeat(48)}1.b`,
      "x.localtest.me",
    ]);
  return text;
}

function path(random: Random, given: string): string {
  let text = given.replace(/\{\w*\*\*\}|\*\*|\{\w*\}|\*/g, (part) =>
    part.includes("**")
      ? Array.from({ length: random.below(4) }, () => segment(random)).join("/")
      : segment(random),
  );
  const roll = random.below(30);
  const slash = "/".repeat(random.pick([1, 2]));
  if (roll === 0) text += random.pick(["/", "//", "/.", "/x", "/..", "/%2e", "/%2e%2E", "\\", ":x"]);
  else if (roll === 1)
    text = text.replaceAll("/", random.pick(["\\", "//", "/./", "/x/../", "/%2e/", "/a%2e%2e/../"]));
  else if (roll === 2) text = text.toUpperCase();
  else if (roll === 3)
    text = `${slash}${random.pick(["http:", "https://", "https%3A%2F%2F", "HTTP%3a//", "web/http:/"])}${random.pick(["a.b/c", "10.0.0.1", "%2f%2fx", ""])}`;
  else if (roll === 4) text = "/a".repeat(random.pick([62, 63, 64, 65, 66]));
  else if (roll === 5) text += `/${"a1".repeat(random.pick([23, 24, 47, 48, 49]))}`;
  else if (roll === 6) text = text.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  else if (roll === 7) text = "";
  return text;
}

function segment(random: Random): string {
  return random.pick([
    "x",
    "acme",
    "a.b",
    "v1",
    "me",
    "a%20b",
    "a%2fb",
    "a%2Fb%5cc",
    "a..b",
    "..",
    ".",
    "",
    "%2e%2e",
    "%252e",
    "%",
    "%zz",
    "@x",
    "a:b",
    "x:cancel",
    "é",
    "%ff",
    "%00",
    "a b",
    "ch_1",
    "main",
    "README.md",
  ]);
}

const VALUES = [
  "5",
  "85000",
  "usd",
  "a%20b",
  "a+b",
  "",
  "%",
  "1.5",
  "é",
  "%ff",
  "x=y",
  "ch_1",
  "a@b.example",
  "true",
  "%26",
  "a%2Bb",
  "8.50",
];

const INNER = [
  "http://10.0.0.1/x",
  "http%3A%2F%2F169.254.169.254%2F",
  "http%253A%252F%252Fa",
  "http%25253a%25252f%25252fa",
  "//a.b",
  "%2F%2Fa",
  "\\\\a",
  "file:/x",
  "FILE%3A/x",
  "%20%0ahttps://a",
  "+http://a",
  "javascript:x",
  "x:y",
  "a-b.c+d://e",
  `${"%20".repeat(84)}http://a`,
  `${" ".repeat(253)}//a`,
  `${" ".repeat(254)}//a`,
  `${" ".repeat(255)}//a`,
  "%%32f%2fa",
  "http:/a",
];

const OVERRIDES = [
  "_method",
  "_METHOD",
  "%5fmethod",
  "x-http-method",
  "X-HTTP-Method-Override",
  "$httpMethod",
  "_metho%64",
  "x-method-override",
  "_method%20",
  "+_method",
];

function query(random: Random, names: string[]): string {
  if (random.chance(60)) return "";
  const count = random.pick([1, 1, 2, 3, random.chance(20) ? 10 : 1]);
  const pieces = Array.from({ length: count }, () => parameter(random, names));
  let text = `?${pieces.join("&")}`;
  if (random.chance(4)) text += `&q=${"a+".repeat(random.pick([253, 254, 255, 256, 257]))}`;
  if (random.chance(4)) text += `&d=${"a1".repeat(random.pick([22, 23, 24, 25]))}`;
  return text;
}

function parameter(random: Random, names: string[]): string {
  if (random.chance(6)) return random.pick(OVERRIDES) + random.pick(["=DELETE", "", "=", "=a&"]);
  if (random.chance(15)) return random.pick(["u=", "", "u", "a=b=", "u=x="]) + random.pick(INNER);
  const name = names.length > 0 && random.chance(70) ? random.pick(names) : random.pick(["a", "", "b", "q"]);
  return encoded(random, name) + random.pick(["=", "=", "=", ""]) + random.pick(VALUES);
}

function encoded(random: Random, name: string): string {
  return random.chance(90)
    ? name
    : name.replace(/[a-z]/i, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

function data(random: Random, names: string[]): RandomHttp["data"] {
  const roll = random.below(10);
  if (roll === 0) return random.pick(["", "x", "[1]", "{", " ", "{}", "{}x", "null", "&", "="]);
  const name = (): string => {
    if (random.chance(4)) return random.pick(OVERRIDES);
    return names.length > 0 && random.chance(80) ? random.pick(names) : random.pick(["a", "x", ""]);
  };
  const count = random.pick([1, 2, 3, 4]);
  if (roll < 4) {
    const text = Array.from(
      { length: count },
      () => `${encoded(random, name())}=${random.pick(VALUES)}`,
    ).join("&");
    return random.chance(5) ? damage(random, text) : text;
  }
  if (roll < 8) {
    const blank = (): string => random.pick(["", "", "", " ", "\n\t"]);
    const members = Array.from(
      { length: count },
      () => `${blank()}${jsonName(random, name())}${blank()}:${blank()}${jsonValue(random, 2)}${blank()}`,
    );
    const text = `${blank()}{${members.join(",")}}${blank()}`;
    return random.chance(20) ? damage(random, text) : text;
  }
  if (random.chance(10)) return random.pick<Plain[]>([[], [1], [{ amount: 5 }]]);
  const tree: Record<string, Plain> = {};
  for (let i = 0; i < count; i++) tree[name()] = treeValue(random, 2);
  return tree;
}

function jsonName(random: Random, name: string): string {
  const text = JSON.stringify(name);
  if (random.chance(90)) return text;
  return text.replace(/[a-z_]/i, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function jsonValue(random: Random, depth: number): string {
  const plain = [
    '"x"',
    '"ch_1"',
    '"a\\nb\\u0041"',
    '"\\ud83d\\ude00"',
    '"\\ud83d x"',
    '"\\ude00\\ud83d"',
    '"\\ud83d\\u0041"',
    '"\\ud83d\\n\\ude00"',
    '"é\u007f"',
    '""',
    '"\\/\\\\\\""',
    "5",
    "-0",
    "1.50",
    "1e5",
    "05",
    "1.",
    "+1",
    "true",
    "false",
    "null",
    "nul",
    '"a\\xb"',
    '"\n"',
    "NaN",
  ];
  if (depth === 0 || random.chance(75)) return random.pick(plain);
  const items = Array.from({ length: random.below(3) }, () => jsonValue(random, depth - 1));
  if (random.chance(70)) return `[${items.join(", ")}]`;
  return `{${items.map((item, i) => `"k${i}":${item}`).join(",")}}`;
}

function treeValue(random: Random, depth: number): Plain {
  if (depth > 0 && random.chance(25)) {
    const items = Array.from({ length: random.below(4) }, () => treeValue(random, depth - 1));
    return random.chance(80) ? items : { a: items };
  }
  return random.pick<Plain>([
    "x",
    "",
    "é",
    5,
    -7,
    2n ** 64n - 1n,
    1.5,
    true,
    false,
    null,
    new Uint8Array(2),
    "a+b%20",
    "850.00",
  ]);
}

function damage(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const byte = random.pick([
    "%",
    "%2",
    "/",
    "\\",
    "?",
    "#",
    "&",
    "=",
    "@",
    ":",
    "[",
    "]",
    ".",
    "..",
    " ",
    "\t",
    "\0",
    '"',
    "{",
    "}",
    ",",
    "é",
    "\u007f",
    "%2e",
    "+",
    ";",
  ]);
  return text.slice(0, at) + byte + text.slice(random.chance(50) ? at : at + 1);
}

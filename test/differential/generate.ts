/**
 * Requests for the differential test, directed by an image: names, fields and values that its mappings, rules and rows
 * know, with facts left out and odd values put in at random, and a share of envelopes and bytes that must be refused.
 */
import { readable } from "../model/bytes.ts";
import { type Member, type Node, readCmp, writeCmp } from "../model/cmp.ts";
import type { Action, Image, Mapping, Predicate } from "../model/image.ts";
import { doubleBits, type Plain, toWritable } from "../model/request-writer.ts";
import { wire } from "../model/wire.ts";
import { EDGED } from "./generate-texts.ts";
import { WORDS } from "./images.ts";
import type { Random } from "./random.ts";

type Tree = { [key: string]: Plain };

export function randomRequest(random: Random, image: Image): Uint8Array {
  const request = envelope(random, image);
  if (random.chance(8)) spoilEnvelope(random, request);
  const bytes = writeCmp(toWritable(request));
  if (random.chance(4)) return mutateBytes(random, bytes);
  if (random.chance(4)) return mutateForm(random, bytes);
  return bytes;
}

// --- the envelope ------------------------------------------------------------------------------------------------

function envelope(random: Random, image: Image): Tree {
  const request: Tree = {
    v: 1,
    mode: random.pick(wire.modes),
    binding: random.pick(wire.bindings),
    durability: random.pick(wire.durabilities),
    salt: random.chance(50) ? new Uint8Array(32) : bytesOf(random, 32),
    engine: bytesOf(random, 32),
    image: image.digest,
  };
  const isDirect = random.chance(45);
  const mapping = random.chance(80) && image.mappings.length > 0 ? random.pick(image.mappings) : null;
  const action = isDirect
    ? random.pick(image.actions)
    : (image.actions[mapping?.action ?? image.actionUnclassified] as Action);
  request.context = context(random, action);
  if (isDirect) {
    const index = image.actions.indexOf(action);
    const names = namesOf(image, "action").filter((name) => name.value === index);
    request.action = random.chance(97) && names.length > 0 ? readable(random.pick(names).text) : "no.such";
    request.fields = directFields(random, image, action);
    return request;
  }
  request.tool = toolName(random, image, mapping);
  request.args = args(random, image, mapping, action);
  if (random.chance(40)) request.server = serverName(random, image);
  if (random.chance(25)) request.annotations = annotations(random);
  return request;
}

function bytesOf(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

const namesByImage = new WeakMap<Image, Map<string, { text: string; value: number }[]>>();

function namesOf(image: Image, namespace: string): { text: string; value: number }[] {
  let byNamespace = namesByImage.get(image);
  if (byNamespace === undefined) {
    byNamespace = new Map();
    namesByImage.set(image, byNamespace);
  }
  let names = byNamespace.get(namespace);
  if (names === undefined) {
    names = image.names.filter((name) => name.namespace === wire.namespaces[namespace]);
    byNamespace.set(namespace, names);
  }
  return names;
}

function serverName(random: Random, image: Image): string {
  const bound = namesOf(image, "server");
  if (bound.length > 0 && random.chance(70)) return readable(random.pick(bound).text);
  return random.pick(["evil", "evil@sha256:ab", "a", "a@sha256:1@sha256:2", "srv ü", "x__y", "_"]);
}

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function toolName(random: Random, image: Image, mapping: Mapping | null): string {
  let name = random.pick([
    "get_weather",
    "list_things",
    "search",
    "get_and_send",
    "frobnicate",
    "readÜber",
    "--",
    "everybody",
    "tools_x",
  ]);
  if (mapping !== null) {
    const index = image.mappings.indexOf(mapping);
    const lists = namesOf(image, "tool").filter((tool) => image.list(tool.value).includes(index));
    const patterns = image.patterns.filter((pattern) => pattern.mapping === index);
    if (patterns.length > 0 && random.chance(30)) {
      const pattern = random.pick(patterns);
      name = readable(pattern.prefix) + random.pick(["a", "my", "", "x_y"]) + readable(pattern.suffix);
    } else if (lists.length > 0) name = readable(random.pick(lists).text);
  }
  if (random.chance(30)) name = respelled(random, name);
  if (image.prefixes.length > 0 && random.chance(20)) name = readable(random.pick(image.prefixes)) + name;
  if (random.chance(20)) {
    name = `${random.pick(["mcp__", "mcp__", "MCP__", "Mcp__"])}${serverName(random, image)}__${name}`;
  } else if (random.chance(12)) name = foreign(random, name);
  if (random.chance(2))
    name = random.pick(["mcp__", "mcp__a__", "mcp____", "mcp_____", "mcp__a__b__c", "functions."]);
  return name === "" ? "x" : name;
}

/** A name as others write it, or nearly. */
function respelled(random: Random, name: string): string {
  return random.pick([
    camel(name),
    name.toUpperCase(),
    name.replaceAll("_", "-"),
    name.replaceAll("_", " "),
    `_${name}__`,
    camel(name).replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    `${name}2X`,
    name.replaceAll("_", "HTTPGet"),
  ]);
}

/** A tool as a person may name it: in another spelling, behind what a host puts before it, with a server. */
export function spelledTool(random: Random, image: Image, tool: string): string {
  let name = random.chance(60) ? respelled(random, tool) : tool;
  if (random.chance(20)) name = `${random.pick(["mcp__", "MCP__"])}${serverName(random, image)}__${name}`;
  if (image.prefixes.length > 0 && random.chance(20)) name = readable(random.pick(image.prefixes)) + name;
  return name;
}

/** A name that says in some other way whose tool it is, or nearly does. */
function foreign(random: Random, name: string): string {
  const joint = random.pick(["__", "/", ":", ".", "_", "::"]);
  return random.pick([
    `weather${joint}${name}`,
    `a${joint}${name}`,
    `mcp-weather-${name}`,
    `mcp_${name}`,
    `${joint}${name}`,
    `${name}${joint}`,
    `MCP${name}`,
  ]);
}

function annotations(random: Random): Tree {
  const out: Tree = {};
  for (const key of ["destructiveHint", "readOnlyHint", "openWorldHint", "idempotentHint"]) {
    if (random.chance(60)) out[key] = random.pick([true, false, false, null, "false", 0, [false]]);
  }
  if (random.chance(10)) out.title = { deep: [1, 2.5, null] };
  return out;
}

// --- context -----------------------------------------------------------------------------------------------------

/** Values that the rules and rows of the action ask a context fact for. */
function asked(action: Action, operand: string): string[] {
  const texts: string[] = [];
  for (const predicate of predicatesOf(action)) {
    if (predicate.operand === operand) texts.push(...predicate.texts.map(readable));
  }
  return texts;
}

const predicatesByAction = new WeakMap<Action, Predicate[]>();

function predicatesOf(action: Action): Predicate[] {
  let all = predicatesByAction.get(action);
  if (all === undefined) {
    all = [...action.rules, ...action.rows].flatMap((entry) => entry.clauses.flat());
    predicatesByAction.set(action, all);
  }
  return all;
}

function context(random: Random, action: Action): Tree {
  const assertedBy: Tree = {};
  for (const key of ["actor", "environment", "host", "roles", "tz_min"]) {
    if (random.chance(60)) assertedBy[key] = random.pick(["sso", "operator", "ünïx", "x".repeat(64)]);
  }
  const out: Tree = { asserted_by: assertedBy, time_ms: time(random) };
  const maybe = (key: string, percent: number, value: () => Plain): void => {
    if (random.chance(percent)) out[key] = value();
  };
  maybe("actor", 75, () =>
    random.pick([...asked(action, "actor"), ...WORDS.actor, " Bob@ACME.example\t", "\n"]),
  );
  maybe("environment", 70, () =>
    random.pick([...asked(action, "environment"), ...WORDS.environment, " PRODUCTION ", "prod", " "]),
  );
  maybe("roles", 70, () =>
    Array.from({ length: random.pick([0, 1, 1, 2, 3, 16]) }, () =>
      random.pick([...asked(action, "role"), ...WORDS.role, "Ärztin"]),
    ),
  );
  maybe("tz_min", 70, () => random.pick([0, 60, -480, 840, -840, 345]));
  maybe("host", 60, () => hostFacts(random));
  maybe("agent", 20, () => "agent-1");
  maybe("principal", 10, () => "p".repeat(256));
  maybe("session", 20, () => "s1");
  maybe("parent", 5, () => "s0");
  maybe("tenant", 5, () => "t");
  return out;
}

function time(random: Random): number {
  const day = 86_400_000;
  return random.pick([
    0,
    2 ** 53 - 1,
    1_800_000_000_000,
    1_799_999_999_999,
    random.below(40_000) * day + random.below(day),
    random.below(40_000) * day,
    59_999,
    3_999_999_999_999,
  ]);
}

const CWDS = ["/work/app", "/", "/home/bob", "/work/../work/./app//", "/w\\x", "/c:", "/Work/App"];

function hostFacts(random: Random): Tree {
  const out: Tree = {};
  if (random.chance(75)) out.cwd = random.pick(CWDS);
  if (random.chance(30)) out.dialect = random.pick(wire.dialects);
  if (random.chance(30)) out.persistent = random.chance(50);
  if (random.chance(50)) {
    const realpaths: Tree = {};
    for (let i = random.pick([1, 2, 5, 64]); i > 0; i--) {
      realpaths[random.chance(70) ? pathValue(random) || "x" : `link${i}`] = pathValue(random) || "/y";
    }
    out.realpaths = realpaths;
  }
  return out;
}

// --- arguments ---------------------------------------------------------------------------------------------------

function directFields(random: Random, image: Image, action: Action): Tree {
  const inputs = namesOf(image, "field").filter((input) => action.fields.has(input.value));
  const out: Tree = {};
  for (const input of inputs) {
    // One input name a field, mostly; two of a single field are refused and two of a many field add up.
    const others = inputs.filter((other) => other.value === input.value);
    const isMany = image.fields[input.value - 1]?.many === true;
    const taken = others.some((other) => readable(other.text) in out);
    if (taken && !(isMany || random.chance(3))) continue;
    if (random.chance(65 / others.length + 5)) {
      out[readable(input.text)] = fieldValue(random, image, action, input.value);
    }
  }
  if (random.chance(2)) out[random.pick(["nonsense", "", "recipient", "zz"])] = 1;
  return out;
}

/** Arguments that satisfy the guards and feed the ops of a mapping, mostly. */
function args(random: Random, image: Image, mapping: Mapping | null, action: Action): Tree {
  const out: Tree = {};
  for (const guard of mapping?.guards ?? []) {
    if (guard.kind === "in" && random.chance(85)) {
      const word = readable(random.pick(guard.values));
      const value = random.pick<Plain>([
        word,
        ` ${word.toUpperCase()}\n`,
        /^-?\d+$/.test(word) ? Number(word) : word,
        word === "true" ? true : word,
      ]);
      put(out, guard.path, value, random);
    } else if (guard.kind === "present") {
      if (random.chance(85)) put(out, guard.path, random.pick<Plain>([{}, 1, "x", null]), random);
    } else if (random.chance(15)) put(out, guard.path, random.pick<Plain>([true, null, false]), random);
  }
  // Two sources of one field say the same now and then.
  const said = new Map<number, Plain>();
  for (const op of mapping?.ops ?? []) {
    if (op.transform === "literal" || random.chance(20)) continue;
    const value =
      op.transform === "count"
        ? random.pick<Plain>([
            ["a", "b", null],
            [],
            "one",
            3,
            null,
            { a: 1 },
            [[1, 2], 3],
            new Uint8Array(2),
            true,
          ])
        : said.has(op.field) && random.chance(50)
          ? structuredClone(said.get(op.field) as Plain)
          : fieldValue(random, image, action, op.field);
    if (op.transform === "typed") said.set(op.field, value);
    put(out, op.path, value, random);
  }
  if (random.chance(25)) say(random, image, out);
  const extra = random.pick([0, 0, 1, 1, 2]);
  for (let i = 0; i < extra; i++) {
    out[random.pick(["q", "city", "note", "Key", "ключ", ""])] = anyValue(random, 3);
  }
  if (random.chance(2)) out.many = Array.from({ length: random.pick([63, 64, 65]) }, () => 1);
  return out;
}

/** A word about what the tool does, under a name that says so, or nearly. */
function say(random: Random, image: Image, out: Tree): void {
  const words = [...namesOf(image, "verb_act"), ...namesOf(image, "verb_read")].map(({ text }) =>
    readable(text),
  );
  const some = (): string =>
    Array.from({ length: random.between(1, 3) }, () => random.pick([...words, "user", "x", "ü"])).join(
      random.pick(["_", " ", "-"]),
    );
  const saying = namesOf(image, "argument").filter(({ value }) => (value & 0x80) !== 0);
  const names = [...saying.map(({ text }) => readable(text)), "operation", "mode"];
  const key = random.pick(["", "", "the_", "my-"]) + random.pick(names);
  const value = random.pick<Plain>([
    some(),
    some().toUpperCase(),
    camel(some()),
    [1, some()],
    { [some()]: null },
    { a: [{ b: some() }] },
    7,
    "z".repeat(random.pick([255, 256, 257])),
  ]);
  if (random.chance(15)) out.input = [{ [key]: value }];
  else out[key] = value;
}

/** Puts a value where a path leads, creating maps and arrays on the way; sometimes something stands in the way. */
function put(out: Tree, path: (string | null)[], value: Plain, random: Random): void {
  if (path.length === 0) return;
  let here: Plain = out;
  path.forEach((segment, i) => {
    const isLast = i === path.length - 1;
    const next: Plain = isLast
      ? value
      : random.chance(3)
        ? random.pick<Plain>([null, 5, "way"])
        : path[i + 1] === null
          ? []
          : {};
    if (Array.isArray(here)) {
      const items: Plain[] = here;
      const count = random.pick([1, 1, 2, 3]);
      if (items.length > 0 && !isLast && random.chance(70)) {
        here = items[0] as Plain;
        return;
      }
      for (let n = 0; n < count; n++) items.push(isLast ? value : next);
      here = items[0] as Plain;
    } else if (
      here !== null &&
      typeof here === "object" &&
      !(here instanceof Uint8Array) &&
      segment !== null
    ) {
      const map = here as Tree;
      const name = readable(segment);
      const before = map[name];
      if (before === undefined || before === null || typeof before !== "object" || isLast) map[name] = next;
      here = map[name] as Plain;
    } else here = null;
  });
}

/** Texts that the action's rules and rows, and the org's sets, know for a field. */
function askedTexts(image: Image, action: Action, field: number): string[] {
  const texts: string[] = [];
  for (const predicate of predicatesOf(action)) {
    if (predicate.operand !== "field_text" || predicate.subject !== field) continue;
    if (predicate.operator === "in" || predicate.operator === "not_in")
      texts.push(...predicate.texts.map(readable));
    if (predicate.operator.endsWith("in_set")) {
      const namespace = (wire.namespaces.set as number) + predicate.set;
      texts.push(
        ...image.names.filter((name) => name.namespace === namespace).map((name) => readable(name.text)),
      );
    }
  }
  return texts;
}

function fieldValue(random: Random, image: Image, action: Action, field: number): Plain {
  if (random.chance(4)) return oddValue(random);
  const known = askedTexts(image, action, field);
  if (known.length > 0 && random.chance(30)) return random.pick(known);
  const of = image.fields[field - 1] as { type: string; many: boolean };
  const one = (): Plain => typedValue(random, of.type);
  if (of.many ? random.chance(50) : random.chance(2)) {
    return Array.from({ length: random.pick([0, 1, 2, 3, 5, random.chance(20) ? 66 : 4]) }, () =>
      random.chance(5) ? random.pick<Plain>([null, [one()]]) : one(),
    );
  }
  return one();
}

function typedValue(random: Random, type: string): Plain {
  switch (type) {
    case "money":
      return moneyValue(random);
    case "currency":
      return random.pick(["USD", "eur", " jpy ", "KWD", "CLF", "XXX", "", "US", "U$D", "usd\n", "ÜSD"]);
    case "address":
      return addressValue(random);
    case "path":
      return pathValue(random);
    case "url":
      return urlValue(random);
    case "host":
      return hostFieldValue(random);
    case "int":
      return random.pick<Plain>([
        0,
        1,
        5,
        99,
        100,
        -3,
        "7",
        " -12 ",
        "1e3",
        "",
        2n ** 63n,
        2n ** 63n - 1n,
        -(2n ** 63n),
        "9".repeat(18),
        "9".repeat(19),
        1.5,
        true,
        "-",
      ]);
    case "bool":
      return random.pick<Plain>([true, false, 0, 1, 2, "TRUE", " false", "yes", null, -1]);
    case "word":
      return random.pick<Plain>([
        ...WORDS.word,
        " ADMIN\t",
        "",
        "  ",
        "x".repeat(256),
        "x".repeat(257),
        5,
        true,
        "Ü",
        -7n,
      ]);
    default:
      return random.pick<Plain>([
        ...WORDS.text,
        random.pick(EDGED),
        random.pick(EDGED),
        "y".repeat(random.below(300)),
        12,
        false,
        2n ** 64n - 1n,
        "日本語 text",
        "\u0000",
      ]);
  }
}

export function moneyValue(random: Random): Plain {
  const cents = random.below(random.pick([100, 10_000, 10_000_000]));
  return random.pick<Plain>([
    cents,
    -cents,
    cents / 100,
    cents / 1000,
    -cents / 100,
    (cents / 100).toFixed(2),
    ` ${cents}.5`,
    `-${cents}`,
    `${cents}.${"0".repeat(30)}`,
    `${cents}.001`,
    "0.1e1",
    "",
    "1,000",
    "+5",
    ".5",
    "5.",
    0.1 + 0.2,
    5e-324,
    1e22 + 0.5,
    999_999_999_999_999,
    1_000_000_000_000_000,
    2n ** 64n - 1n,
    -(2n ** 63n),
    "999999999999999",
    "1000000000000000",
    "9999999999999.99",
    "9999999999999.999",
    "9".repeat(30),
    "9".repeat(31),
    9999999999999.99,
    999999999999.9999,
    99999999999999.95,
    999999999999999.5,
    2 ** 70,
    1.7976931348623157e308,
    85_000,
    1500,
    "850.00",
    null,
    true,
  ]);
}

function addressValue(random: Random): string {
  const one = (): string =>
    random.pick([
      ...WORDS.address,
      random.pick(EDGED),
      "Bob <BOB@ACME.EXAMPLE>",
      "mailto:eve@rival.example",
      "MAILTO:ann@Deep.Mail.acme.example.",
      "a@b@acme.example",
      "x@ümlaut.example",
      "ü@acme.example",
      "<>",
      "<a <b@acme.example>",
      '"Doe, John" <doe@acme.example>',
      "acme.example",
      "@acme.example",
      "x@",
      "svc-1",
      "alice",
      " Bob@acme.example ",
      "x@localhost",
      `${"a".repeat(300)}@acme.example`,
      `${"a".repeat(310)}@acme.example`,
      "a\u0007@acme.example",
      "a\u007f@acme.example",
      "x@notacme.example",
      "x@acme.example.evil.example",
    ]);
  const count = random.pick([1, 1, 1, 1, 2, 3, random.chance(15) ? 70 : 1]);
  return Array.from({ length: count }, one).join(random.pick([",", ";", ", ", " ; ", ",,"]));
}

export function pathValue(random: Random): string {
  const segment = (): string =>
    random.pick([
      "a",
      "src",
      "gen",
      "..",
      ".",
      "",
      ".git",
      ".ssh",
      ".env",
      "work",
      "app",
      "etc",
      "key.pem",
      "ID_rsa",
      "home",
      "Users",
      "bob",
      "node_modules",
      "ü",
      "...",
    ]);
  const start = random.pick([
    "",
    "",
    "/",
    "/",
    "./",
    "../",
    "~/",
    "~",
    "~bob/",
    "$HOME/",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell variable, not a template
    "${HOME}",
    "$HOMEx/",
    "C:\\",
    "c:",
    "D:/",
    "file://",
    "FILE:///",
    "file://host/",
    "\\\\srv\\",
    "/work/app/",
    "/home/bob/",
    "/root/",
    "//",
  ]);
  if (random.chance(3))
    return random.pick([
      "",
      "/",
      "~",
      ".",
      "..",
      "a\u0000b",
      "x".repeat(4096),
      "x/".repeat(2048),
      "y".repeat(4097),
      "file://",
      "file://host",
      "/..",
      "~/..",
      "C:",
    ]);
  const count = random.pick([0, 1, 2, 3, 4, 6]);
  return start + Array.from({ length: count }, segment).join(random.pick(["/", "/", "/", "\\", "//"]));
}

export function hostText(random: Random): string {
  return random.pick([
    "acme.example",
    "API.Acme.Example",
    "acme.example.",
    "acme.example..",
    "evil.example",
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "0X7F.1",
    "2130706433",
    "017700000001",
    "0177.0.0.01",
    "08.1.1.1",
    "256.1.1.1",
    "1.2.3.256",
    "1.2.3.4.5",
    "1..2",
    "0x",
    "0x.0x",
    "0xg",
    "4294967295",
    "4294967296",
    "169.254.169.254",
    "169.254.169.254.",
    "10.1.2.3",
    "100.64.0.1",
    "100.63.255.255",
    "172.31.0.1",
    "172.32.0.1",
    "192.168.0.1",
    "198.19.0.1",
    "224.0.0.1",
    "223.255.255.255",
    "8.8.8.8",
    "00000000000000010.1",
    "0000000000000010.1",
    "metadata",
    "metadata.google.internal",
    "instance-data",
    "localhost",
    "foo.localhost",
    "printer.local",
    "x.home.arpa",
    "a.corp",
    "corp",
    "intranet",
    "xn--mnchen-3ya.example",
    "a.XN--b.example",
    "münchen.example",
    "ümlaut.example",
    "a b.example",
    "a%2e.example",
    "a|b",
    "",
    ".",
    "..",
    "a.",
    "-",
    `${"a".repeat(253)}`,
    `${"a".repeat(254)}`,
    "[::1]",
    "::1",
    "[::]",
    "[fe80::1]",
    "[fe80::1%eth0]",
    "[FD00::1]",
    "[::ffff:127.0.0.1]",
    "::ffff:a9fe:a9fe",
    "[64:ff9b::10.0.0.1]",
    "[2001:db8::1]",
    "[1:2:3:4:5:6:7:8]",
    "[1:2:3:4:5:6:7::]",
    "[1:2:3:4:5:6:7:8::]",
    "[1::2::3]",
    "[:::1]",
    "[12345::]",
    "[::1.2.3.04]",
    "[::1.2.3.400]",
    "[1.2.3.4::]",
    "[::1",
    "::1]",
    "[]",
    "[::1.]",
    "::1.",
    "fec0::1",
    "ff02::1",
    "[::127.0.0.1]",
    "1:2:3:4:5:6:1.2.3.4",
    "sub.acme.example",
    "www.acme.example",
    "WWW.evil.example",
    "xacme.example",
  ]);
}

function hostFieldValue(random: Random): string {
  const host = hostText(random);
  return random.chance(10) ? ` ${host}\t` : random.chance(3) ? `${host}:80` : host;
}

export function urlValue(random: Random): string {
  const scheme = random.pick([
    "http://",
    "https://",
    "HTTP:",
    "https:/",
    "http:\\\\",
    "ws://",
    "ftp://",
    "gopher://",
    "file:///",
    "data:",
    "javascript:",
    "mailto:",
    "about:",
    "blob:",
    "vbscript:",
    "",
    "",
    "//",
    "\\\\",
    "foo:",
    "1http://",
    "a+b.c-d://",
    "view-source:http://",
    "http:///",
  ]);
  const user = random.pick(["", "", "", "", "user@", "u:p@", "a@b@", "@"]);
  const port = random.pick(["", "", "", ":80", ":", ":8x", ":99999", ":-1"]);
  const rest = random.pick(["", "/", "/a/b?q=1#f", "?x@y", "#@evil.example", "\\x", "/ü"]);
  const url = scheme + user + hostText(random) + port + rest;
  if (random.chance(10)) {
    const at = random.below(url.length + 1);
    return url.slice(0, at) + random.pick(["\t", "\n", "\r", " ", "\u0000", "\u0001"]) + url.slice(at);
  }
  return random.chance(5) ? ` \n${url}\u0001 ` : url;
}

function oddValue(random: Random): Plain {
  return random.pick<Plain>([
    null,
    true,
    false,
    0,
    -1,
    1.5,
    "",
    " ",
    [],
    {},
    [null],
    [[]],
    [1, "2"],
    { a: 1 },
    new Uint8Array(3),
    "\u{1f600}",
    2n ** 64n - 1n,
  ]);
}

function anyValue(random: Random, depth: number): Plain {
  if (depth > 0 && random.chance(25)) {
    return Array.from({ length: random.below(4) }, () => anyValue(random, depth - 1));
  }
  if (depth > 0 && random.chance(25)) {
    const out: Tree = {};
    for (let i = random.below(4); i > 0; i--)
      out[random.pick(["a", "b", "ab", "é", "😀", "～", "AKIA0123456789ABCDEF"])] = anyValue(
        random,
        depth - 1,
      );
    return out;
  }
  if (random.chance(15)) {
    return random.pick([
      "x ".repeat(256),
      "x ".repeat(257),
      "k3y".repeat(7),
      "a".repeat(63),
      "a".repeat(64),
      "0123456789abcdef0123",
      "0".repeat(40),
      "y ".repeat(200),
    ]);
  }
  return oddValue(random);
}

// --- what must be refused ----------------------------------------------------------------------------------------

/** One fault in the envelope: a key too many or too few, a wrong type, a value out of bounds. */
function spoilEnvelope(random: Random, request: Tree): void {
  const context = request.context as Tree;
  const where = random.pick<Tree>([
    request,
    request,
    context,
    context,
    (context.host as Tree | undefined) ?? request,
  ]);
  const wrong = (): Plain =>
    random.pick<Plain>([
      null,
      0,
      -1,
      1.5,
      "",
      "x",
      "x".repeat(257),
      [],
      {},
      new Uint8Array(31),
      2n ** 53n,
      2,
      true,
      "/",
      [1],
      { a: "" },
      { actor: 1 },
      Array.from({ length: 17 }, () => "r"),
      -841,
      "y".repeat(4097),
    ]);
  switch (random.below(5)) {
    case 0:
      delete where[random.pick(["v", ...Object.keys(where)])];
      break;
    case 1:
      where[random.pick(["approval", "cells", "event", "seen", "reviewer", "zzz", "a", "", "extra", "V"])] =
        wrong();
      break;
    case 2:
      where[random.pick(["v", ...Object.keys(where)])] = wrong();
      break;
    case 3:
      (context.asserted_by as Tree)[random.pick(["actor", "agent", "role", "host", ""])] = wrong();
      break;
    default:
      request[random.pick(["tool", "args", "action", "fields", "server", "annotations", "image", "v"])] =
        random.pick<Plain>(["x", {}, 2, bytesOf(random, 32)]);
  }
}

/** A byte changed, lost, added or doubled somewhere. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0: {
      const out = bytes.slice();
      out[at] = (out[at] as number) ^ (1 << random.below(8));
      return out;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return Uint8Array.from([...bytes, ...bytesOf(random, random.between(1, 3))]);
    case 3:
      return Uint8Array.from([...bytes.slice(0, at), random.below(256), ...bytes.slice(at)]);
    default:
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1)]);
  }
}

interface Place {
  node: Node;
  key?: Member;
}

function placesOf(node: Node): Place[] {
  const inside =
    node.type === "array"
      ? node.items.flatMap(placesOf)
      : node.type === "map"
        ? node.members.flatMap((member) => [...placesOf(member.value)])
        : [];
  return [{ node }, ...inside];
}

/** Bytes that say the same in a form that CMP/1 does not allow, or that go too deep. */
export function mutateForm(random: Random, bytes: Uint8Array): Uint8Array {
  let root: Node;
  try {
    root = readCmp(bytes);
  } catch {
    return mutateBytes(random, bytes);
  }
  const { node } = random.pick(placesOf(root));
  const splice = (start: number, end: number, ...middle: number[]): Uint8Array =>
    Uint8Array.from([...bytes.slice(0, start), ...middle, ...bytes.slice(end)]);
  const raw = [...bytes.slice(node.at, node.end)];
  const short = node.type === "str" ? node.text.length : 0;
  const forms: (() => Uint8Array)[] = [
    () => splice(node.at, node.end, ...Array<number>(random.pick([29, 30, 31, 32, 33, 40])).fill(0x91), 0xc0),
    () => splice(node.at, node.end, random.pick([0xc1, 0xc7, 0xc9, 0xca, 0xd4, 0xd8]), 0, 0, 0, 0, 0, 0, 0),
    () => splice(node.at, node.end, 0xcb, 0x7f, 0xf0 + random.below(2) * 8, 0, 0, 0, 0, 0, 0),
    () =>
      splice(
        node.at,
        node.end,
        0xcb,
        ...big64(doubleBits(random.pick([1, -0, 2 ** 53, -(2 ** 63), 2 ** 63, 2 ** 64, -(2 ** 65), 0.5]))),
      ),
    () =>
      splice(
        node.at,
        node.end,
        0xa2,
        ...random.pick([
          [0xc3, 0x28],
          [0xc0, 0xaf],
          [0xed, 0xa0],
          [0xf5, 0x80],
          [0xff, 0x41],
          [0x41, 0xc3],
        ]),
      ),
    () => splice(node.at, node.end, 0xdd, 0xff, 0xff, 0xff, 0xff),
    () => splice(node.at, node.end, 0xdf, 0x7f, 0xff, 0xff, 0xff),
    () => splice(node.at, node.end, 0xc6, 0xff, 0xff, 0xff, 0xf0),
  ];
  if (node.type === "int" && node.value >= 0n) {
    forms.push(() => splice(node.at, node.end, 0xcf, ...big64((node as { value: bigint }).value)));
    forms.push(() => splice(node.at, node.end, 0xd3, ...big64((node as { value: bigint }).value)));
    forms.push(() =>
      splice(node.at, node.end, 0xcb, ...big64(doubleBits(Number((node as { value: bigint }).value)))),
    );
  }
  if (node.type === "str" && short <= 31) {
    forms.push(() => splice(node.at, node.at + 1, 0xd9, short));
    forms.push(() => splice(node.at, node.at + 1, 0xda, 0, short));
    forms.push(() => splice(node.at, node.at + 1, 0xdb, 0, 0, 0, short));
  }
  if (node.type === "map" && node.members.length >= 2 && node.members.length <= 15) {
    const members = node.members;
    const i = random.below(members.length - 1);
    const [a, b] = [members[i] as Member, members[i + 1] as Member];
    const first = [...bytes.slice(a.keyAt, a.value.end)];
    const second = [...bytes.slice(b.keyAt, b.value.end)];
    // Out of order, and the same key twice.
    forms.push(() => splice(a.keyAt, b.value.end, ...second, ...first));
    forms.push(() => splice(a.keyAt, b.value.end, ...first, ...first));
    forms.push(() =>
      splice(
        a.keyAt,
        a.keyAt + 1 + (a.key.length > 31 ? 1 : 0) + a.key.length,
        random.pick([0x01, 0xc0, 0xc4, 0x90]),
      ),
    );
    forms.push(() => splice(node.at, node.at + 1, 0xde, 0, members.length));
  }
  if (node.type === "array" && node.items.length <= 15) {
    forms.push(() => splice(node.at, node.at + 1, 0xdc, 0, (node as { items: Node[] }).items.length));
  }
  forms.push(() => splice(node.at, node.end, ...raw, ...raw));
  return random.pick(forms)();
}

function big64(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(56 - 8 * i)) & 255n));
}

/** A request of exactly `size` bytes: padding in the arguments. */
export function paddedRequest(request: Tree, size: number): Uint8Array {
  let pad = size;
  for (let attempt = 0; attempt < 5; attempt++) {
    const bytes = writeCmp(toWritable({ ...request, args: { pad: new Uint8Array(pad) } }));
    if (bytes.length === size) return bytes;
    pad += size - bytes.length;
  }
  throw new Error(`no request of ${size} bytes`);
}

/**
 * Arguments for the differential test of detectors: what the heads of taxonomy/detectors.yaml spell, numbers with right and
 * wrong check digits, their examples, and noise between them, in letters that fold.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Plain } from "../model/request-writer.ts";
import type { Random } from "./random.ts";

interface Detector {
  head: string;
  any_case?: boolean;
  inner?: boolean;
  tail?: { of: string; min: number; max?: number };
  yes?: string[];
  no?: string[];
}

interface DetectorsYaml {
  fragments: Record<string, string>;
  tails: Record<string, string[]>;
  folds: Record<string, Record<string, string>>;
  detectors: Detector[];
}

const yaml = parse(
  readFileSync(new URL("../../taxonomy/detectors.yaml", import.meta.url), "utf8"),
) as DetectorsYaml;

const EXAMPLES = yaml.detectors.flatMap(({ yes = [], no = [] }) => [...yes, ...no]);

/** ASCII letter to letters that look like it. */
const LOOKALIKES = new Map<string, string[]>();
for (const script of Object.values(yaml.folds)) {
  for (const [letter, ascii] of Object.entries(script)) {
    LOOKALIKES.set(ascii, [...(LOOKALIKES.get(ascii) ?? []), letter]);
  }
}

export function randomArguments(random: Random): Record<string, Plain> {
  const args: Record<string, Plain> = {};
  const count = random.pick([1, 1, 2, 3, 6]);
  for (let i = 0; i < count; i++) args[key(random)] = value(random, 3);
  return args;
}

function key(random: Random): string {
  return random.pick([
    "text",
    "body",
    "password",
    "api_key",
    "token",
    "dbPassword",
    "patient",
    "ssn",
    "",
    "a",
    "ｐwd",
    "card",
    text(random),
  ]);
}

function value(random: Random, depth: number): Plain {
  if (depth > 0 && random.chance(15)) {
    const items = Array.from({ length: random.below(5) }, () => value(random, depth - 1));
    if (random.chance(50)) return items;
    const map: Record<string, Plain> = {};
    for (const item of items) map[key(random)] = item;
    return map;
  }
  if (random.chance(6)) {
    return random.pick<Plain>([
      null,
      true,
      1.5,
      new Uint8Array(3),
      7,
      -4111111111111111,
      9_999_999,
      10_000_000,
      536228145,
      4111111111111111n,
      5555555555554444n,
      2n ** 64n - 1n,
    ]);
  }
  return text(random);
}

function text(random: Random): string {
  const count = random.pick([1, 1, 2, 3, 5]);
  let out = Array.from({ length: count }, () => piece(random) + random.pick(GAPS)).join("");
  if (random.chance(10)) out = many(random);
  if (random.chance(20)) out = disguise(random, out);
  return random.chance(15) ? damage(random, out) : out;
}

const GAPS = [
  " ",
  "",
  "\n",
  ", ",
  ";",
  "-",
  ".",
  "|",
  "\t",
  "x",
  "1",
  "_",
  "é",
  "\u200b",
  "=",
  ": ",
  '"',
  "'",
  "/",
  "@",
];

function piece(random: Random): string {
  return random.pick([
    () => random.pick(EXAMPLES),
    () => ofDetector(random),
    () => ofDetector(random),
    () => ofDetector(random),
    () => number(random),
    () => number(random),
    () => random.pick(WORDS),
    () => run(random),
  ])();
}

const WORDS = (
  "patient diagnosed hiv password is token secret bearer authorization: key api_key= x@y.example a.b@c.example +15551234567 (212)-555-0100 " +
  "postgres://app:hx7Qp2@db/x https://u:password@h/ ://a:b@ x://:pw1234@ eyJ.eyJ eyJa.eyJ0123456789 DE89370400440532013000 123456789 " +
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a shell, not a template
  "MRN 12345 icd E11.9 dx: your_key_1 example1 changeme1 $X1 ${Y}"
).split(" ");

const KIND_LETTERS: Record<string, string> = {
  digit: "0123456789",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  lower: "abcdefghijklmnopqrstuvwxyz",
  underscore: "_",
  dash: "-",
  plus_slash: "+/",
  equals: "=",
  dot: ".",
  hex_lower: "abcdef",
  hex_upper: "ABCDEF",
};

function letters(random: Random, from: string, count: number): string {
  const some = random.chance(85) ? from : from.slice(0, random.pick([1, 4, 5, 6, 7]));
  return Array.from({ length: Math.max(0, count) }, () => random.pick([...some])).join("");
}

function run(random: Random): string {
  const kinds = random.pick(Object.values(yaml.tails));
  return letters(
    random,
    kinds.map((kind) => KIND_LETTERS[kind]).join(""),
    random.pick([5, 6, 15, 16, 17, 40, 70, 130]),
  );
}

function ofDetector(random: Random): string {
  const { head, any_case, tail } = random.pick(yaml.detectors);
  let out = new Sampler(
    random,
    head.replace(/\{(assign|gap|sep)\}/g, (_, name) => yaml.fragments[name] as string),
  ).text();
  if (any_case === true && random.chance(50)) out = random.chance(50) ? out.toUpperCase() : out.toLowerCase();
  if (tail !== undefined) {
    const kinds = (yaml.tails[tail.of] as string[]).map((kind) => KIND_LETTERS[kind]).join("");
    out += letters(
      random,
      kinds,
      (random.chance(30) ? (tail.max ?? tail.min) : tail.min) + random.pick([0, 0, 0, 1, -1]),
    );
  } else if (random.chance(50)) out += run(random);
  return out;
}

/** Texts that a regular expression of the detectors spells. */
class Sampler {
  at = 0;

  constructor(
    readonly random: Random,
    readonly form: string,
  ) {}

  text(): string {
    const branches: string[] = [""];
    while (this.at < this.form.length && this.form.charAt(this.at) !== ")") {
      if (this.form.charAt(this.at) === "|") {
        this.at++;
        branches.push("");
      } else branches[branches.length - 1] += this.repeated();
    }
    return this.random.pick(branches);
  }

  repeated(): string {
    const start = this.at;
    this.atom();
    const end = this.at;
    const found = /^(?:[?*+]|\{(\d+)(?:,(\d+))?\})/.exec(this.form.slice(end));
    const sign = found?.[0] ?? "";
    const least = found?.[1] !== undefined ? Number(found[1]) : sign === "" || sign === "+" ? 1 : 0;
    const most =
      found?.[2] !== undefined
        ? Number(found[2])
        : found?.[1] !== undefined
          ? least
          : sign === "" || sign === "?"
            ? 1
            : 4;
    let out = "";
    for (let n = this.random.between(least, most); n > 0; n--) {
      this.at = start;
      out += this.atom();
    }
    this.at = end + sign.length;
    return out;
  }

  atom(): string {
    const first = this.form.charAt(this.at);
    if (first === "(") {
      this.at += 3;
      const out = this.text();
      this.at++;
      return out;
    }
    if (first === "[") return this.set();
    return this.letter();
  }

  letter(): string {
    const first = this.form.charAt(this.at);
    this.at += first === "\\" ? 2 : 1;
    return first === "\\"
      ? this.form.charAt(this.at - 1) === "n"
        ? "\n"
        : this.form.charAt(this.at - 1)
      : first;
  }

  set(): string {
    const close = this.form.indexOf("]", this.at + 1);
    const body = this.form.slice(this.at, close + 1);
    this.at = close + 1;
    const form = new RegExp(body);
    const all = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((letter) =>
      form.test(letter),
    );
    return this.random.pick(all);
  }
}

// --- numbers ---------------------------------------------------------------------------------------------------------

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join("");
}

function luhn(random: Random, start: string, size: number): string {
  const body = start + digits(random, size - start.length - 1);
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const doubled = i % 2 === 0 ? 2 * Number(digit) : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

function spaced(random: Random, text: string): string {
  const gap = random.pick(["", "", "", " ", "-", ".", "  ", " -"]);
  const size = random.pick([3, 4, 4, 4]);
  return (text.match(new RegExp(`.{1,${size}}`, "g")) ?? [text]).join(gap);
}

function number(random: Random): string {
  return random.pick([
    () =>
      spaced(
        random,
        luhn(
          random,
          random.pick([
            "4",
            "51",
            "2221",
            "2720",
            "34",
            "37",
            "6011",
            "36",
            "3000",
            "3528",
            "62",
            "2200",
            "5018",
            "6761",
            "65",
            "3059",
            "3060",
          ]),
          random.pick([13, 14, 15, 16, 16, 16, 17, 18, 19, 20]),
        ),
      ),
    () => spaced(random, iban(random)),
    () => `${digits(random, 3)}-${digits(random, 2)}-${digits(random, 4)}`,
    () =>
      `${random.pick(["ssn ", "SSN: ", "social security number is ", "tax payer id#"])}${digits(random, 9)}`,
    () => `SIN: ${luhn(random, "1", 9)}`,
    () => dni(random),
    () => cpf(random),
    () => spaced(random, `2341234123${digits(random, 2)}`),
    () => `aadhaar ${random.pick(["234123412346", "234123412345"])}`,
    () => `Steuer-ID: ${random.pick(["86 095 742 719", `86 095 742 ${digits(random, 3)}`])}`,
    () => nir(random),
    () => resident(random),
    () => `+${digits(random, random.pick([8, 9, 11, 15, 16]))}`,
    () =>
      `${random.pick(["212", "(212)", "112"])}${random.pick([" ", "-", ". "])}555${random.pick([" ", "-"])}0100`,
    () => digits(random, random.pick([4, 9, 11, 16, 19])),
  ])();
}

const COUNTRIES = "AD24 DE22 GB22 NO15 FR27 BE16 MT31 NL18 XX20 SC31".split(" ");

function iban(random: Random): string {
  const entry = random.pick(COUNTRIES);
  const body = letters(
    random,
    random.chance(70) ? (KIND_LETTERS.digit as string) : `${KIND_LETTERS.digit}${KIND_LETTERS.upper}`,
    Number(entry.slice(2)) - 4,
  );
  const country = entry.slice(0, 2);
  const as = (text: string): string => text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  const check = 98n - (BigInt(as(`${body}${country}00`)) % 97n);
  return `${country}${random.chance(80) ? String(check).padStart(2, "0") : digits(random, 2)}${body}`;
}

function dni(random: Random): string {
  const lead = random.pick(["", "", "X", "Y", "z", "X-"]);
  const body = digits(random, lead === "" ? 8 : 7);
  const value = Number(
    `${"XYZ".indexOf(lead.charAt(0).toUpperCase()) < 0 || lead === "" ? "" : "XYZ".indexOf(lead.charAt(0).toUpperCase())}${body}`,
  );
  const letter = random.chance(80) ? "TRWAGMYFPDXBNJZSQVHLCKE".charAt(value % 23) : "A";
  return `${lead}${body}${random.pick(["", "-"])}${random.chance(50) ? letter : letter.toLowerCase()}`;
}

function cpf(random: Random): string {
  const list = [...digits(random, 9)].map(Number);
  for (const size of [9, 10]) {
    const sum = list.reduce((total, digit, i) => total + digit * (size + 1 - i), 0);
    list.push(((sum * 10) % 11) % 10);
  }
  const all = random.chance(80) ? list.join("") : digits(random, 11);
  if (random.chance(50)) return `CPF: ${all}`;
  return `${all.slice(0, 3)}.${all.slice(3, 6)}.${all.slice(6, 9)}-${all.slice(9)}`;
}

function nir(random: Random): string {
  const place = random.pick(["12", "75", "2A", "2B", "2a"]);
  const body = `${random.pick(["1", "2"])}${digits(random, 2)}${random.pick(["01", "12", "25"])}${place}${digits(random, 6)}`;
  const plain = body.replace(/2A/i, "19").replace(/2B/i, "18");
  const check = random.chance(80) ? 97 - (Number(plain) % 97) : 5;
  return `${random.chance(50) ? body : body.replace(/^(.)(..)(..)(..)(...)(...)$/, "$1 $2 $3 $4 $5 $6 ")}${String(check).padStart(2, "0")}`;
}

function resident(random: Random): string {
  const body = `110105${random.pick(["1949", "2001", "1899"])}${random.pick(["12", "01", "13"])}${random.pick(["31", "02"])}${digits(random, 3)}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + (random.chance(80) ? "10X98765432".charAt(sum % 11) : random.pick(["x", "X", "5"]));
}

/** Near the thresholds of what is bulk. */
function many(random: Random): string {
  return random.pick([
    () =>
      Array.from({ length: random.pick([24, 25, 26]) }, (_, i) => `a${i}@b.example`).join(
        random.pick([",", " ", ";", "\n"]),
      ),
    () =>
      Array.from({ length: random.pick([24, 25, 26]) }, () => `+1${digits(random, 10)}`).join(
        random.pick([", ", " ", "\n"]),
      ),
    () =>
      Array.from({ length: random.pick([4, 5]) }, () => luhn(random, "4", 16)).join(
        random.pick([", ", "\n", "x "]),
      ),
    () =>
      Array.from({ length: random.pick([49, 50, 51]) }, () => random.pick(["a,b,c", "a\tb|c"])).join("\n"),
    () =>
      Array.from({ length: random.pick([49, 50, 60]) }, () => (random.chance(3) ? "a,b" : "a;b;c")).join(
        "\n",
      ),
  ])();
}

// --- disguise and damage ---------------------------------------------------------------------------------------------

function disguise(random: Random, text: string): string {
  return [...text]
    .map((letter) => {
      if (!random.chance(15)) return letter;
      const code = letter.charCodeAt(0);
      const forms: string[] = [
        ...(LOOKALIKES.get(letter) ?? []),
        `\u200b${letter}`,
        `${letter}\u0301`,
        `\u00ad${letter}`,
      ];
      if (code > 32 && code < 127) forms.push(String.fromCharCode(code + 0xfee0));
      if (/[0-9]/.test(letter))
        forms.push(
          ...[0x660, 0x6f0, 0x966].map((zero) => String.fromCodePoint(zero + Number(letter))),
          String.fromCodePoint(0x1d7ce + Number(letter) + 10 * random.below(5)),
        );
      if (/[A-Z]/.test(letter)) forms.push(String.fromCodePoint(0x1d400 + code - 65 + 52 * random.below(13)));
      if (/[a-z]/.test(letter)) forms.push(String.fromCodePoint(0x1d400 + code - 71 + 52 * random.below(13)));
      if (letter === " ") forms.push("\u00a0", "\u3000", "\u2003");
      if (letter === "-") forms.push("\u2011", "\u2212", "\ufe63");
      return random.pick(forms);
    })
    .join("");
}

function damage(random: Random, text: string): string {
  const units = [...text];
  const at = random.below(units.length + 1);
  units.splice(
    at,
    random.pick([0, 1, 1, 2]),
    random.pick([
      "",
      "1",
      "a",
      "A",
      " ",
      "-",
      ".",
      "\n",
      "_",
      "é",
      "@",
      ":",
      "'",
      "\\",
      ",",
      "\u0000",
      "\u007f",
    ]),
  );
  return units.join("");
}

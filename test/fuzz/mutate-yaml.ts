/** Changes to a YAML text: its lines, its indents, its values, and what YAML has beyond plain data. */
import type { Random } from "../differential/random.ts";

export function mutateYaml(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const line = lines[at] as string;
  switch (random.below(12)) {
    case 0:
      lines.splice(at, random.between(1, 3));
      break;
    case 1:
      lines.splice(random.below(lines.length), 0, ...lines.slice(at, at + random.between(1, 4)));
      break;
    case 2:
      lines[at] = random.pick(lines);
      break;
    case 3: {
      const indent = random.pick(["  ", " ", "    ", "\t"]);
      lines[at] = random.chance(50) ? indent + line : line.replace(/^ {1,2}/, "");
      break;
    }
    case 4:
    case 5:
    case 6:
      lines[at] = withValue(line, random.chance(60) ? random.pick(VALUES) : someWord(text, random));
      break;
    case 7:
    case 8:
      lines[at] = withWord(line, random.chance(50) ? someWord(text, random) : random.pick(VALUES), random);
      break;
    case 9:
      lines.splice(at, 0, random.pick(LINES));
      break;
    case 10:
      lines[at] = withCharacter(line, random);
      break;
    default:
      if (random.chance(10)) return text.slice(0, random.below(text.length + 1));
      lines[at] = line.replace(/\d+/, () => random.pick(NUMBERS));
  }
  return lines.join("\n");
}

function someWord(text: string, random: Random): string {
  return random.pick(text.match(/[\w.*@#-]+/g) ?? ["x"]);
}

/** The line with another value after its first colon. */
function withValue(line: string, value: string): string {
  const colon = line.indexOf(":");
  return colon < 0 ? value : `${line.slice(0, colon + 1)} ${value}`;
}

function withWord(line: string, word: string, random: Random): string {
  const words = [...line.matchAll(/[\w.*@#-]+/g)];
  if (words.length === 0) return word;
  const { index, 0: old } = random.pick(words);
  return line.slice(0, index) + word + line.slice(index + old.length);
}

function withCharacter(line: string, random: Random): string {
  const at = random.below(line.length + 1);
  return line.slice(0, at) + random.pick(CHARACTERS) + line.slice(at + random.below(2));
}

const NUMBERS = [
  "0",
  "1",
  "-1",
  "9",
  "10",
  "35",
  "36",
  "255",
  "256",
  "5000",
  "9999",
  "10000",
  "65536",
  "4294967296",
  "9223372036854775808",
  "1e3",
  "0x10",
  "007",
  "0.5",
  ".inf",
  ".nan",
  "999999999999999999999999",
];

const VALUES = [
  ...NUMBERS,
  ..."true|false|null|~|yes|no|''|\"\"|[]|{}|[[]]|{a: 1}|[a, a]|&a x|*a|&a [*a]|!!str 1|!tag x|!!binary aGk=|<<: *a|? a".split(
    "|",
  ),
  ..."|- >- | > \"unended 'unended [unended {unended # - : %".split(" "),
  ...'"\\u0000" "\\ud800" é \u{1f600} e\u0301 __proto__ constructor toString 2026-11-22 2026-02-30 9999-12-31 25:00 24:00 00:00'.split(
    " ",
  ),
  ..."allow review deny payments.refund files.* *.* * unknown.unclassified acme.example *.acme.example USD XXX production shop".split(
    " ",
  ),
  "x".repeat(300),
  "[".repeat(40),
  "[".repeat(40) + "]".repeat(40),
];

const LINES = [
  "---",
  "...",
  "%YAML 1.1",
  "# a comment",
  "  ",
  "\t",
  "- x",
  "x: y",
  "? x",
  "&a b: *a",
  "a: &a [x, x]",
  "<<: {a: b}",
  "a: *nobody",
  "rules: []",
  "rows: []",
  "gates: []",
  "relax: []",
  "sets: {}",
  "packs: [shop]",
  "profile: calm",
  "org: acme",
  "base: x",
  "pack: shop",
  "weights: { MUTATION: { bp: 1, why: x } }",
  "gains: { actor: { gain: 1, why: x } }",
  "thresholds: { low: { bp: 1, why: x } }",
  "  when: {}",
  "  on: {}",
  "  when: { any: [] }",
  "  when: { not: {} }",
  "  raise: { amount: 35 }",
  "  verdict: allow",
  "\ufeff",
  "\0",
];

const CHARACTERS = [
  ..."\"'[]{}:,#&*!|>%@`-? \t\n\r\\0aZé",
  "\0",
  "\u2028",
  "\u{1f600}",
  "\ud800",
  "\ufeff",
  "\x7f",
  "\x85",
];

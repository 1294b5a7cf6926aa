/** Texts to observe: words that values share, cut and joined in every way that forms know, and bytes by chance. */
import { WORDS } from "./images.ts";
import type { Random } from "./random.ts";

const BLANKS = [" ", " ", " ", " ", "\n", "\t", "  ", "\r\n", "\u0000", "\u001f \u001f"];
const JOINTS = [", ", "; ", " (", ") ", '"', "'", "`", "\\", "|", "<", "> ", "[", "]", "{", "}", "\u007f"];
const BEFORE = ["@", "#", "$", "*", ":", "!", "?", "=", "**", "@#", "+", "-", ".", "www.", "WwW.", "@www."];
const BEHIND = [".", ":", "!", "?", "*", "/", "...", "?!", "-", "@", ".*/"];

/** Values that are more than a name, or nearly: they begin or end with what a form does not have. */
export const EDGED = [
  "'bob'",
  "bob,",
  " bob ",
  "\nbob ann",
  "bob ann\u007f",
  "eve*",
  "*",
  "*@acme.example",
  "e?e@partner.example",
  "=bob",
  "=1+2",
  "a=b",
  "$42",
  "!bob",
  "bob!",
  "bob:",
  ":bob",
  "bob.:/",
  "@bob.",
  "@#bob/.",
  "#general/",
  "@=bob",
  "(4111)",
  "bob. ann!",
  "?bob ann.",
  "www.bob",
  "@www.bob.",
  "www. bob",
];

const PLAIN = [
  "and",
  "to",
  "a",
  "I",
  "Bob",
  "Ärztin",
  "日本",
  "Müller",
  "GmbH",
  "New",
  "York",
  "City",
  "DE89",
  "3704",
  "0044",
  "0532",
  "0130",
  "00",
  "GB",
  "A1",
  "X",
  "7",
  "+49",
  "30",
  "1234",
  "report-7",
  "a_b",
  "x.y",
  "user@host.example",
  "4111111111111111",
];
const ADDRESSES = [
  "https://acme.example/pay?x=1#y",
  "http://bob@evil.example/",
  "https://acme.example:8443/x",
  "http://localhost",
  "see:http://x/http://y",
  "://",
  "a://",
  "https://Acme.Example.",
  "x://a:b@c/",
  "https://acme.example:x@evil.example/",
  "https://acme.example:80:x/y@z",
  "https://:80/",
  "https://ümlaut.example",
  "://@",
  "https://www.acme.example/x",
  "www.acme.example",
  "WWW.Acme.Example.",
  "www.www.evil.example/x",
  "www.",
  "www.A1",
  "acme.example/pay?x=1",
  "evil.example:8443/x",
  "acme.example?x/y",
  "bob@evil.example/x",
  "localhost:8.0/x",
  "localhost/x",
  "10.0.0.1/",
  "./x.y",
  "acme.example/x://y",
];

function word(random: Random, known: readonly string[]): string {
  if (known.length > 0 && random.chance(30)) return random.pick(known);
  if (random.chance(12)) return random.pick(ADDRESSES);
  if (random.chance(8)) return random.pick(EDGED);
  if (random.chance(25)) {
    return random.pick([...WORDS.address, ...WORDS.path, ...WORDS.host, ...WORDS.text, ...WORDS.name]);
  }
  if (random.chance(12)) return `${random.pick(["A", "z", "9", "Z9"])}${random.below(10_000)}`;
  if (random.chance(2))
    return random.pick(["x", "7", "A", "é"]).repeat(random.pick([33, 34, 35, 64, 65, 1023, 1024]));
  return random.pick(PLAIN);
}

/** A row of proper words, or of numerals, near the sizes up to which it has a form. */
function row(random: Random): string {
  const isNumeral = random.chance(60);
  const count = random.pick([2, 3, 4, 5, 6, 8, 9, 10, 12]);
  const size = random.pick([1, 2, 3, 4, 7, 12, 17]);
  const one = (): string => {
    const letters = isNumeral ? "0123456789AZ" : "Abcdé";
    return Array.from({ length: size }, (_, i) => (i === 0 ? letters[0] : random.pick([...letters]))).join(
      "",
    );
  };
  return Array.from({ length: count }, one).join(random.chance(85) ? " " : random.pick(BLANKS));
}

/** `known`: values that calls have, too. */
export function randomText(random: Random, known: readonly string[] = []): string {
  if (random.chance(2)) return random.pick(["", " ", ".", "@", ".,.", "é", "\u0000"]);
  // Many values at once, each as it stands.
  if (known.length > 0 && random.chance(45)) {
    const some = random.shuffle(known).slice(0, random.pick([5, 20, 60]));
    return some.join(random.pick(["; ", ", ", "\n", " | "]));
  }
  let text = random.chance(20) ? random.pick([...BLANKS, ...JOINTS]) : "";
  const count = random.pick([1, 2, 3, 5, 8, 13, 30]);
  for (let i = 0; i < count; i++) {
    let next = random.chance(12) ? row(random) : word(random, known);
    if (random.chance(12)) next = random.pick(BEFORE) + next;
    if (random.chance(18)) next += random.pick(BEHIND);
    if (random.chance(8)) next = random.chance(50) ? next.toUpperCase() : next.toLowerCase();
    text += next + (random.chance(75) ? random.pick(BLANKS) : random.pick(JOINTS));
  }
  return text;
}

/** A text that shows about as much as can be listed, or more. */
export function crowdedText(random: Random): string {
  const count = random.pick([2047, 2048, 2049, 2050, 1000, 4000]);
  const first = random.below(1000);
  const isRow = random.chance(30);
  const words = Array.from({ length: count }, (_, i) => `${isRow ? "N" : "n"}${1000 + first + i}`);
  return words.join(random.chance(50) ? "," : " ").slice(0, 65_536);
}

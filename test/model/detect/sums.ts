/** Sums and tables behind numbers of cards, accounts and people. Digits are strings; null: there were too few. */
import { wordGroup } from "../wire.ts";
import { isA, KIND } from "./kinds.ts";

const valuesOf = (digits: string): number[] => [...digits].map(Number);

export function isLuhn(digits: string): boolean {
  const sum = valuesOf(digits)
    .reverse()
    .map((digit, i) => (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}

// --- cards and accounts --------------------------------------------------------------------------------------------

/** First four digits, and how many digits there may be. */
const ISSUERS: [ranges: [number, number][], lengths: number[]][] = [
  [[[2200, 2204]], [16, 17, 18, 19]],
  [[[2221, 2720]], [16]],
  [
    [
      [3000, 3059],
      [3600, 3699],
      [3800, 3999],
    ],
    [14, 15, 16, 17, 18, 19],
  ],
  [
    [
      [3400, 3499],
      [3700, 3799],
    ],
    [15],
  ],
  [[[3528, 3589]], [16, 17, 18, 19]],
  [[[4000, 4999]], [16, 19]],
  [
    [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5893, 5893],
      [6304, 6304],
      [6759, 6759],
      [6761, 6763],
    ],
    [16, 17, 18, 19],
  ],
  [[[5100, 5599]], [16]],
  [
    [
      [6011, 6011],
      [6440, 6599],
    ],
    [16, 17, 18, 19],
  ],
  [[[6200, 6299]], [16, 17, 18, 19]],
];

function fitsIssuer(digits: string): boolean {
  const first = Number(digits.slice(0, 4));
  const row = ISSUERS.find(([ranges]) => ranges.some(([low, high]) => first >= low && first <= high));
  return row?.[1].includes(digits.length) === true;
}

/** Where the next of the kind stands, at most two separators away; -1: nowhere. */
function nextAt(text: string, at: number, kinds: number): number {
  for (let skipped = 0; skipped <= 2; skipped++) {
    if (isA(text, at + skipped, kinds)) return at + skipped;
    if (!isA(text, at + skipped, KIND.separator)) return -1;
  }
  return -1;
}

export function cardAt(text: string, start: number): boolean {
  let digits = "";
  let at = isA(text, start, KIND.digit) ? start : -1;
  while (at >= 0 && digits.length < 19) {
    digits += text.charAt(at);
    if (!isA(text, at + 1, KIND.digit) && fitsIssuer(digits) && isLuhn(digits)) return true;
    at = nextAt(text, at + 1, KIND.digit);
  }
  return false;
}

export function ibanAt(text: string, start: number): boolean {
  const country = text.slice(start, start + 2).toUpperCase();
  const entry = wordGroup("iban").find((word) => word.startsWith(country));
  if (entry === undefined || country.length < 2) return false;
  const size = Number(entry.slice(2));
  let iban = "";
  let at = start;
  for (;;) {
    iban += text.charAt(at);
    if (iban.length === size) break;
    at = nextAt(text, at + 1, KIND.alnum);
    if (at < 0) return false;
  }
  if (isA(text, at + 1, KIND.alnum)) return false;
  const moved = (iban.slice(4) + iban.slice(0, 4)).toUpperCase();
  const number = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(number) % 97n === 1n;
}

// --- people --------------------------------------------------------------------------------------------------------

export function isSsn(digits: string | null): boolean {
  if (digits === null || ["078051120", "219099999", "123456789"].includes(digits)) return false;
  const [area, group, serial] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)];
  if (area === "000" || area === "666" || area >= "900") return false;
  return group !== "00" && serial !== "0000";
}

export function isSin(digits: string | null): boolean {
  return digits !== null && !/^[08]/.test(digits) && isLuhn(digits);
}

/** `match` is in capitals. */
export function isDni(match: string): boolean {
  const digits = match.replace(/[^0-9]/g, "");
  if (digits.length > 8) return false;
  const lead = "XYZ".indexOf(match.charAt(0));
  const number = Number(`${lead < 0 ? "" : lead}${digits}`);
  return "TRWAGMYFPDXBNJZSQVHLCKE".charAt(number % 23) === match.slice(-1);
}

function cpfCheck(digits: number[]): number {
  const sum = digits.reduce((total, digit, i) => total + digit * (digits.length + 1 - i), 0);
  return ((sum * 10) % 11) % 10;
}

export function isCpf(text: string | null): boolean {
  if (text === null || /^(.)\1*$/.test(text)) return false;
  const digits = valuesOf(text);
  return cpfCheck(digits.slice(0, 9)) === digits[9] && cpfCheck(digits.slice(0, 10)) === digits[10];
}

function dihedral(a: number, b: number): number {
  if (a < 5 && b < 5) return (a + b) % 5;
  if (a < 5) return 5 + ((a + b) % 5);
  if (b < 5) return 5 + ((a - 5 - b + 5) % 5);
  return (a - b + 5) % 5;
}

const VERHOEFF_FIRST = valuesOf("1576283094");

/** p[i][x] is p[1] applied i times. */
function verhoeffPlace(i: number, digit: number): number {
  let value = digit;
  for (let turn = 0; turn < i; turn++) value = VERHOEFF_FIRST[value] as number;
  return value;
}

export function isAadhaar(digits: string | null): boolean {
  if (digits === null || !/^[2-9]/.test(digits)) return false;
  const sum = valuesOf(digits)
    .reverse()
    .reduce((c, digit, i) => dihedral(c, verhoeffPlace(i % 8, digit)), 0);
  return sum === 0;
}

export function isNir(match: string): boolean {
  let digits = "";
  for (const letter of match.toUpperCase()) {
    if (/[0-9]/.test(letter)) digits += letter;
    else if (/[AB]/.test(letter) && digits !== "") {
      digits = `${digits.slice(0, -1)}1${letter === "A" ? 9 : 8}`;
    }
  }
  if (digits.length !== 15) return false;
  return Number(digits.slice(13)) === 97 - (Number(digits.slice(0, 13)) % 97);
}

export function isSteuer(text: string | null): boolean {
  if (text === null || text.startsWith("0")) return false;
  const digits = valuesOf(text);
  let p = 10;
  for (const digit of digits.slice(0, 10)) p = (2 * ((p + digit) % 10 || 10)) % 11;
  return digits[10] === (11 - p) % 10;
}

const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** `match` is in capitals. */
export function isResident(match: string): boolean {
  const digits = valuesOf(match.replace(/[^0-9]/g, ""));
  if (digits.length < 17) return false;
  const sum = RESIDENT_WEIGHTS.reduce((total, weight, i) => total + weight * (digits[i] as number), 0);
  return "10X98765432".charAt(sum % 11) === match.slice(-1);
}

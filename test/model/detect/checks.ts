/** What an automaton cannot know of a hit (docs/format/detect.md, 4): sums, neighbours, and what a secret looks like. */
import { asciiLower } from "../bytes.ts";
import { limit, wordGroup } from "../wire.ts";
import { isA, KIND } from "./kinds.ts";
import * as sums from "./sums.ts";

/** A match in the text of a call, tail and all. */
export interface Hit {
  text: string;
  start: number;
  end: number;
  param: number;
}

export function checkHolds(check: string, hit: Hit): boolean {
  const holds = CHECKS[check];
  if (holds === undefined) throw new Error(`no check ${check}`);
  return holds(hit);
}

const CHECKS: Record<string, (hit: Hit) => boolean> = {
  none: () => true,
  card: ({ text, start }) => sums.cardAt(text, start),
  iban: ({ text, start }) => sums.ibanAt(text, start),
  ssn: (hit) => isApart(hit) && sums.isSsn(lastDigits(hit, 9)),
  sin: (hit) => isApart(hit) && sums.isSin(lastDigits(hit, 9)),
  nino: (hit) => isApart(hit) && !"BG GB NK KN NT TN ZZ".split(" ").includes(upperAt(hit.text, hit.start, 2)),
  dni: (hit) => isApart(hit) && sums.isDni(matchOf(hit).toUpperCase()),
  cpf: (hit) => isApart(hit) && sums.isCpf(lastDigits(hit, 11)),
  aadhaar: (hit) => isApart(hit) && sums.isAadhaar(lastDigits(hit, 12)),
  nir: (hit) => isApart(hit) && sums.isNir(matchOf(hit)),
  steuer: (hit) => isApart(hit) && sums.isSteuer(lastDigits(hit, 11)),
  resident: (hit) => isApart(hit) && sums.isResident(matchOf(hit).toUpperCase()),
  password: ({ text, end }) => isPassword(valueAt(text, end)),
  key: isKey,
  authority: hasAuthorityPassword,
  jwt: ({ text, start }) => /^[A-Za-z0-9_-]*\.eyJ[A-Za-z0-9_-]{10}/.test(text.slice(start)),
  address: ({ text, start }) => start > 0 && /[A-Za-z0-9._%+-]/.test(text.charAt(start - 1)),
  telephone: isTelephone,
  note: () => true,
  apart: isApart,
  behind: ({ text, start, param }) =>
    start >= param && /^[A-Za-z0-9_-]*$/.test(text.slice(start - param, start)),
};

const matchOf = ({ text, start, end }: Hit): string => text.slice(start, end);

const digitsOf = (hit: Hit): string => matchOf(hit).replace(/[^0-9]/g, "");

const upperAt = (text: string, at: number, size: number): string => text.slice(at, at + size).toUpperCase();

/** The last digits of the match, or null where it has fewer. */
function lastDigits(hit: Hit, count: number): string | null {
  const digits = digitsOf(hit);
  return digits.length < count ? null : digits.slice(-count);
}

/** No letter, digit or longer number goes on at either end. */
function isApart({ text, start, end }: Hit): boolean {
  const joins = KIND.dash | KIND.dot;
  if (isA(text, end, KIND.alnum)) return false;
  if (isA(text, end, joins) && isA(text, end + 1, KIND.digit)) return false;
  return !(isA(text, start - 1, joins) && isA(text, start - 2, KIND.digit));
}

function isTelephone({ text, start, end }: Hit): boolean {
  if (isA(text, end, KIND.alnum)) return false;
  if (isA(text, end, KIND.separator) && isA(text, end + 1, KIND.digit)) return false;
  if (text.charAt(start - 1) === "(") return false;
  return !(isA(text, start - 1, KIND.separator) && isA(text, start - 2, KIND.digit));
}

// --- what a secret looks like --------------------------------------------------------------------------------------

/** The bytes from a position up to the first that ends a value. */
function valueAt(text: string, at: number): string {
  let end = at;
  const most = at + limit("detect_value_bytes_max");
  while (end < most && end < text.length && !isA(text, end, KIND.endsValue)) end++;
  return text.slice(at, end);
}

function holdsWord(value: string, group: string): boolean {
  const start = asciiLower(value.slice(0, 32));
  return wordGroup(group).some((word) => start.includes(word));
}

/** What stands where a secret would. */
function isPlaceholder(value: string): boolean {
  if (/^[$%*!#/~.]/.test(value)) return true;
  return value.slice(0, 32).includes("://") || holdsWord(value, "placeholder");
}

function isPassword(value: string): boolean {
  if (value.length < 6 || isPlaceholder(value)) return false;
  return /[0-9]/.test(value) || (/[A-Za-z]/.test(value) && /[^A-Za-z0-9_\-./:@*#]/.test(value));
}

function isVaried(value: string): boolean {
  const counts = new Map<string, number>();
  const first = value.slice(0, 64);
  for (const byte of first) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  const sum = [...counts.values()].reduce((total, count) => total + count * count, 0);
  return first.length * first.length >= 6 * sum;
}

function isKey({ text, start, end, param }: Hit): boolean {
  const value = valueAt(text, end);
  if (value.length < 16 || !/[0-9]/.test(value) || !/[A-Za-z]/.test(value) || !isVaried(value)) return false;
  if (isPlaceholder(value) || holdsWord(value, "placeholder_key")) return false;
  return !(param === 1 && start > 0 && /[A-Za-z0-9_.-]/.test(text.charAt(start - 1)));
}

/** `user:password@` behind `://`. */
function hasAuthorityPassword({ text, start, end }: Hit): boolean {
  if (!isA(text, start - 1, KIND.alnum)) return false;
  const found =
    /^([^\x00-\x20\x7f"'`,;&()[\]{}<>|\\/?#@:]{0,64}):([^\x00-\x20\x7f"'`,;&()[\]{}<>|\\/?#@]{1,128})@/.exec(
      text.slice(end, end + 200),
    );
  if (found === null) return false;
  const password = found[2] as string;
  return !isPlaceholder(password) && !["password", "pass", "pwd", "secret"].includes(asciiLower(password));
}

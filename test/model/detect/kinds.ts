/** Kinds of bytes, as bits (docs/format/detect.md, 2). */

export const KIND = {
  digit: 1,
  upper: 2,
  lower: 4,
  alnum: 1 | 2 | 4,
  underscore: 8,
  dash: 16,
  plusSlash: 32,
  equals: 64,
  dot: 128,
  hexLower: 256,
  hexUpper: 512,
  lineEnd: 1024,
  cell: 2048,
  endsValue: 4096,
  separator: 8192,
};

const MEMBERS: [number, RegExp][] = [
  [KIND.digit, /[0-9]/],
  [KIND.upper, /[A-Z]/],
  [KIND.lower, /[a-z]/],
  [KIND.underscore, /_/],
  [KIND.dash, /-/],
  [KIND.plusSlash, /[+/]/],
  [KIND.equals, /=/],
  [KIND.dot, /\./],
  [KIND.hexLower, /[a-f]/],
  [KIND.hexUpper, /[A-F]/],
  [KIND.lineEnd, /\n/],
  [KIND.cell, /[\t,;|]/],
  [KIND.endsValue, /[\x00-\x20\x7f"'`,;&()[\]{}<>|\\]/],
  [KIND.separator, /[ .-]/],
];

const kindsOf = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return 0;
  const letter = String.fromCharCode(byte);
  return MEMBERS.reduce((bits, [bit, letters]) => (letters.test(letter) ? bits | bit : bits), 0);
});

/** Whether there is a byte at a position and it is of one of the kinds. */
export function isA(text: string, at: number, kinds: number): boolean {
  return at >= 0 && at < text.length && ((kindsOf[text.charCodeAt(at)] as number) & kinds) !== 0;
}

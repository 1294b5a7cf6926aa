/** Words, forms, hashes and what texts show, against docs/format/cell.md and values worked out by hand. */
import { describe, expect, it } from "vitest";
import { readable, utf8 } from "./bytes.ts";
import { formOf, formOfValue, formsShown, observeModel, wordsOf } from "./forms.ts";
import { hashOf, OF_FORM, OF_FROZEN, sipHash } from "./hashes.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

const shown = (text: string, isUser: boolean): string[] => formsShown(utf8(text), isUser).map(readable);
/** Forms with their first byte as a sign: `.` for words, `#` for numerals. */
const signed = (forms: string[]): string[] =>
  forms.map((form) => (form[0] === "\x01" ? "#" : ".") + form.slice(1));
const value = (text: string): string | null => {
  const form = formOfValue(utf8(text));
  return form === null ? null : (signed([readable(form)])[0] as string);
};

describe("SipHash-2-4", () => {
  it("is that of the paper, and of its reference vectors", () => {
    const text = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i);
    expect(sipHash(KEY, text(15))).toBe(0xa129ca6149be45e5n);
    // The first of the 64 vectors, little-endian there: 31 0e 0e dd 47 db 6f 72 and so on.
    expect(sipHash(KEY, text(0))).toBe(0x726fdb47dd0e0e31n);
    expect(sipHash(KEY, text(1))).toBe(0x74f839c593dc67fdn);
    expect(sipHash(KEY, text(8))).toBe(0x93f5f5799a932462n);
  });

  it("takes the first half of the key salt, one byte, and drops three bits", () => {
    const keySalt = Uint8Array.from([...KEY, ...new Array<number>(16).fill(9)]);
    const whole = sipHash(KEY, Uint8Array.from([16, 0x61, 0x31]));
    expect(hashOf(keySalt, OF_FROZEN, "a1")).toBe((whole / 8n) * 8n);
    expect(hashOf(keySalt, OF_FORM, "a1")).not.toBe(hashOf(keySalt, OF_FROZEN, "a1"));
  });
});

describe("words", () => {
  const words = (text: string): string[] => wordsOf(utf8(text)).map((word) => readable(word.text));

  it("stand between separators", () => {
    expect(words("a b\tc\nd\u0000e\u001ff")).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(words("a\"b'c(d)e[f]g{h}i<j>k,l;m|n\\o`p\u007fq")).toEqual([..."abcdefghijklmnopq"]);
    expect(words("a-b_c.d/e:f@g#h$i*j!k?l=m+n&o%p~q^r")).toHaveLength(1);
    expect(words("Müller")).toEqual(["Müller"]);
    expect(words(" ,; ")).toEqual([]);
  });

  it("are neighbours over blanks alone", () => {
    const neighbours = (text: string): boolean[] => wordsOf(utf8(text)).map((word) => word.hasNeighbour);
    expect(neighbours("a b\r\n\u0000c")).toEqual([true, true, false]);
    expect(neighbours("a, b")).toEqual([false, false]);
    expect(neighbours("a\u007fb")).toEqual([false, false]);
    expect(neighbours("a \u007f b")).toEqual([false, false]);
  });
});

describe("a form", () => {
  it.each([
    ["Bob", ".bob"],
    ["@#@bob", ".bob"],
    ["bob./.", ".bob"],
    ["./src", "../src"],
    ["/work/app/", "./work/app"],
    ["ÄB", ".Äb"],
    ["42", "#42"],
    ["A1", "#a1"],
    ["AB", ".ab"],
    ["a1", ".a1"],
    ["+4", ".+4"],
    ["GB 12", "#gb12"],
    ["DE89 3704\n0044", "#de8937040044"],
    ["New  York", ".new york"],
    ["Müller GmbH", ".müller gmbh"],
    ["#5 7.", "#57"],
    ["5. 7", ".5. 7"],
    ["#a !b", ".a !b"],
    ["a! *b c", ".a! *b c"],
    ["a=b", ".a=b"],
    ["-bob-", ".-bob-"],
    ["www.acme.example", ".acme.example"],
    ["wWW.Acme.Example.", ".acme.example"],
    ["@#www.acme.example/", ".acme.example"],
    ["www.www.acme.example", ".www.acme.example"],
    ["www.@bob", ".@bob"],
    ["www.42", "#42"],
    ["www.DE89 3704", "#de893704"],
    ["www.New York", ".new york"],
    ["New www.York", ".new www.york"],
    ["ww.acme.example", ".ww.acme.example"],
    ["wwww.acme.example", ".wwww.acme.example"],
    ["-www.acme.example", ".-www.acme.example"],
    ["https://www.acme.example", ".https://www.acme.example"],
    ["www-acme", ".www-acme"],
    // The dot goes before, or nothing would be left.
    ["www.", ".www"],
    ["www. York", ".www. york"],
  ])("of %j is %j", (text, form) => {
    expect(value(text)).toBe(form);
  });

  it.each([
    ["", "no word"],
    [" ", "no word"],
    [" bob", "a separator at the beginning"],
    ["bob\n", "a separator at the end"],
    ["'bob", "a quote at the beginning"],
    ["bob ann,", "a comma at the end"],
    ["bob\u007f", "a byte that is no blank at the end"],
    ...[..."$*:!?="].map((byte) => [`${byte}bob`, "more than @ and # at the beginning"]),
    ["@=bob ann", "one of them behind an @"],
    ["#$@bob", "one of them between others"],
    ...[...":!?*"].map((byte) => [`bob${byte}`, "more than . and / at the end"]),
    ["ann bob:/", "one of them before a slash"],
    ["bob.*.", "one of them between others"],
    ["a", "two bytes with the first one"],
    ["7", "the same of a numeral"],
    ["...", "nothing left"],
    ["@a", "one byte left"],
    ["$ 42", "nothing left of the first word"],
    ["42 !", "nothing left of the last word"],
    ["www.a", "one byte left behind www."],
    ["www.=bob www.*", "more than . and / at the end, behind www."],
    ["a, b", "no neighbours"],
    ["a(b)", "no neighbours"],
    ["a b c d e f g h i j", "ten words"],
    ["a".repeat(1024), "1 025 bytes"],
    [`${"a".repeat(32)} ${"b".repeat(32)}`, "66 bytes of several words"],
    [`1${"A".repeat(17)} ${"B".repeat(17)}`, "36 bytes of several numerals"],
  ])("is none of %j: %s", (text) => {
    expect(value(text)).toBeNull();
  });

  it("is there at the bounds", () => {
    expect(value("ab")).toBe(".ab");
    expect(value("a".repeat(1023))).toHaveLength(1024);
    expect(value("7".repeat(1023))).toHaveLength(1024);
    expect(value(`${"a".repeat(32)} ${"b".repeat(31)}`)).toHaveLength(65);
    expect(value(`1${"A".repeat(16)} ${"B".repeat(17)}`)).toHaveLength(35);
    expect(value("a b c d e f g h i")).toBe(".a b c d e f g h i");
    // What is cut off does not count.
    expect(value(`www.${"a".repeat(1023)}`)).toHaveLength(1024);
    expect(value(`www.${"a".repeat(32)} ${"b".repeat(31)}`)).toHaveLength(65);
    // The same words with one byte more are too long only if they are several.
    expect(value(`1${"A".repeat(34)}`)).toHaveLength(36);
  });

  it("is cut at the beginning first", () => {
    // Of `?!` nothing is left for the end; of `:a:` both go.
    expect(formOf(["?!"])).toBeNull();
    expect(formOf([":ab:"])).toBe("\x00ab");
    expect(formOf([".ab"])).toBe("\x00.ab");
    expect(formOf(["@#$*:!?=bob.:!?*/"])).toBe("\x00bob");
    expect(formOf(["$5", "7!"])).toBe("\x0157");
    expect(formOf(["*/"])).toBeNull();
  });
});

describe("what a text shows", () => {
  it("is every word of the user", () => {
    expect(signed(shown("send it to bob, please", true))).toEqual([".send", ".it", ".to", ".bob", ".please"]);
  });

  it("is a tool's words that tell something", () => {
    const text = "send it to bob a@b a.b a/b a_b a-b a:b a+b a1 a=b +x é Ann";
    expect(signed(shown(text, false)).filter((form) => !form.includes(" "))).toEqual([
      ".a@b",
      ".a.b",
      ".a/b",
      ".a_b",
      ".a-b",
      ".a:b",
      ".a+b",
      ".a1",
      ".+x",
      ".é",
      ".ann",
    ]);
  });

  it("is rows of proper words, up to four, and of more numerals", () => {
    expect(signed(shown("New York City Hall Park", false))).toEqual([
      ".new",
      ".new york",
      ".new york city",
      ".new york city hall",
      ".york",
      ".york city",
      ".york city hall",
      ".york city hall park",
      ".city",
      ".city hall",
      ".city hall park",
      ".hall",
      ".hall park",
      ".park",
    ]);
    const iban = signed(shown("DE89 3704 0044 0532 0130 00", false));
    expect(iban).toContain("#de89370400440532013000");
    expect(iban.filter((form) => form.startsWith("#de89"))).toHaveLength(6);
    // The last word is no numeral as it stands.
    expect(signed(shown("DE89 3704 0044 0532 0130 00.", false))).not.toContain("#de89370400440532013000");
    expect(signed(shown("DE89 3704 0044 00.", false))).toContain("#de893704004400");
  });

  it("ends a row where a word is not proper, or is no neighbour", () => {
    expect(signed(shown("New york", true))).toEqual([".new", ".york"]);
    expect(signed(shown("New, York", true))).toEqual([".new", ".york"]);
    expect(signed(shown("New York, City", true))).toEqual([".new", ".new york", ".york", ".city"]);
  });

  it("goes on over a row without a form", () => {
    // `A` alone is too short. Three numerals are too long together, and with a word that is none they are words.
    expect(signed(shown("A +. B", true))).toEqual([".a +", ".a +. b", ".+. b"]);
    const numeral = `1${"A".repeat(11)}`;
    const forms = signed(shown(`${numeral} ${numeral} ${numeral} Bb`, true)).filter(
      (form) => form.length > 30,
    );
    expect(forms).toEqual([`.${`${numeral} ${numeral} ${numeral} Bb`.toLowerCase()}`]);
    const ten = Array.from({ length: 10 }, (_, i) => `${i}`).join(" ");
    expect(signed(shown(ten, true)).filter((form) => form.startsWith("#0"))).toEqual([
      "#01",
      "#012",
      "#0123",
      "#01234",
      "#012345",
      "#0123456",
      "#01234567",
      "#012345678",
    ]);
  });

  it("is the host of an address too", () => {
    expect(signed(shown("see https://acme.example/x?y", false))).toEqual([
      ".https://acme.example/x?y",
      ".acme.example",
    ]);
    expect(signed(shown("http://b.example:80/", false))).toEqual([".http://b.example:80", ".b.example"]);
    expect(signed(shown("http://a@b.example/", false))).toEqual([".http://a@b.example"]);
    // Who reads to the first colon takes the name of a user for a host.
    expect(signed(shown("http://acme.example:x@evil.example/", false))).toEqual([
      ".http://acme.example:x@evil.example",
    ]);
    expect(signed(shown("http://b.example/x@y", false))).toEqual([".http://b.example/x@y", ".b.example"]);
    expect(signed(shown("http://b.example:80:x", false))).toEqual([".http://b.example:80:x", ".b.example"]);
    expect(signed(shown("http://localhost", false))).toEqual([".http://localhost", ".localhost"]);
    expect(signed(shown("http:///x", false))).toEqual([".http:///x"]);
    expect(signed(shown("x://y1://z", false))).toEqual([".x://y1://z", ".y1"]);
    expect(signed(shown("http://www.b.example/", false))).toEqual([".http://www.b.example", ".b.example"]);
  });

  it.each([
    ["acme.example/pay?x", ".acme.example"],
    ["acme.example/", ".acme.example"],
    ["www.acme.example/pay", ".acme.example"],
    ["acme.example:80/pay", ".acme.example"],
    ["acme.example?x/y", ".acme.example"],
    ["acme.example#x/y", ".acme.example"],
    ["$acme.example/pay", ".acme.example"],
    ["acme.example/x@y", ".acme.example"],
    // The dot may stand behind the colon.
    ["localhost:8.0/x", ".localhost"],
    ["src/a.ts", null],
    ["localhost/x", null],
    ["bob@acme.example/x", null],
    ["@acme.example/x", null],
    ["/acme.example", null],
    ["./src", null],
    ["../src", null],
    ["acme.example", null],
    ["acme.example?x", null],
    ["acme.example:80", null],
    // What has `://` has no other address.
    ["acme.example/http://x@y/", null],
    ["acme.example/x://", null],
  ])("is the host of a link without a scheme: %s", (text, host) => {
    expect(signed(shown(text, false)).slice(1)).toEqual(host === null ? [] : [host]);
  });

  it("is listed once, in the order in which it came first", () => {
    const salt = new Uint8Array(32);
    const hash = (form: string): bigint => hashOf(salt, OF_FORM, form);
    expect(observeModel("ab cd ab, cd", true, salt)).toEqual([hash("\x00ab"), hash("\x00cd")]);
    expect(observeModel("", true, salt)).toEqual([]);
  });

  it("is at most 2 048 hashes", () => {
    const text = (count: number): string => Array.from({ length: count }, (_, i) => `n${1000 + i}`).join(",");
    expect(observeModel(text(2048), false, KEY)).toHaveLength(2048);
    expect(observeModel(text(2049), false, KEY)).toBeNull();
    expect(observeModel(`${text(2048)},${text(2048)}`, false, KEY)).toHaveLength(2048);
  });
});

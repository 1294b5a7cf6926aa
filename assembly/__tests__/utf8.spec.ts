import { codePoint, equalFolded, lower, lowerInto, valid, width } from "../base/utf8";

const TEXT: usize = memory.data(256);
const OTHER: usize = memory.data(256);

function give(at: usize, text: string): u32 {
  const bytes = String.UTF8.encode(text);
  memory.copy(at, changetype<usize>(bytes), bytes.byteLength);
  return bytes.byteLength;
}

describe("utf8", () => {
  it("accepts text of every width, wherever it stands", () => {
    for (let pad = 0; pad < 20; pad++) {
      expect(valid(TEXT, give(TEXT, `${"a".repeat(pad)}é€😀${"b".repeat(pad)}`))).toBe(true);
    }
    expect(valid(TEXT, 0)).toBe(true);
  });

  it("refuses what is cut, overlong, a surrogate or too high", () => {
    const size = give(TEXT, "abcdefgh😀");
    for (let cut = size - 3; cut < size; cut++) expect(valid(TEXT, cut)).toBe(false);
    store<u16>(TEXT, 0xafc0); // c0 af: an overlong slash.
    expect(valid(TEXT, 2)).toBe(false);
    store<u32>(TEXT, 0x80a0ed); // ed a0 80: U+D800.
    expect(valid(TEXT, 3)).toBe(false);
    store<u32>(TEXT, 0x808090f4); // f4 90 80 80: U+110000.
    expect(valid(TEXT, 4)).toBe(false);
    store<u8>(TEXT, 0x80);
    expect(valid(TEXT, 1)).toBe(false);
  });

  it("walks code points", () => {
    give(TEXT, "aé€😀");
    let at = TEXT;
    const points: u32[] = [0x61, 0xe9, 0x20ac, 0x1f600];
    for (let i = 0; i < points.length; i++) {
      expect(codePoint(at)).toBe(points[i]);
      at += width(at);
    }
    expect(<i32>(at - TEXT)).toBe(10);
  });

  it("folds the case of ASCII letters only", () => {
    for (let byte: u32 = 0; byte < 256; byte++) {
      expect(lower(byte)).toBe(byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte);
    }
    const size = give(TEXT, "AbÉ@[Z");
    lowerInto(OTHER, 256, TEXT, size);
    expect(String.UTF8.decodeUnsafe(OTHER, size)).toBe("abÉ@[z");
    expect(equalFolded(TEXT, OTHER, size)).toBe(true);
    give(OTHER, "aBÉ@{Z");
    expect(equalFolded(TEXT, OTHER, size)).toBe(false);
  });

  throws("copying folded text past its capacity", () => {
    lowerInto(OTHER, 2, TEXT, 3);
  });
});

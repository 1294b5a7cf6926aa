import { SHA256_BYTES, sha256, sha256Begin, sha256Finish, sha256Update } from "../base/sha256";

const INPUT: usize = memory.data(1024);
const OUT: usize = memory.data(32);

function give(text: string): u32 {
  const bytes = String.UTF8.encode(text);
  memory.copy(INPUT, changetype<usize>(bytes), bytes.byteLength);
  return bytes.byteLength;
}

function hexOut(): string {
  let text = "";
  for (let i: u32 = 0; i < SHA256_BYTES; i++) {
    const byte = load<u8>(OUT + i);
    text += (byte < 16 ? "0" : "") + byte.toString(16);
  }
  return text;
}

function digestOf(text: string): string {
  sha256(INPUT, give(text), OUT);
  return hexOut();
}

describe("sha256", () => {
  it("gives the published digests of FIPS 180-4", () => {
    expect(digestOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  it("gives the same digest for a text in pieces", () => {
    const size = give(
      "the text that stands here is longer than one block of sixty-four bytes, so it fills a second one",
    );
    sha256(INPUT, size, OUT);
    const whole = hexOut();
    for (let first: u32 = 0; first <= size; first++) {
      sha256Begin();
      sha256Update(INPUT, first);
      sha256Update(INPUT + first, size - first);
      sha256Finish(OUT);
      expect(hexOut()).toBe(whole);
    }
  });

  it("forgets a stream that was not finished", () => {
    sha256Begin();
    sha256Update(INPUT, 100);
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64url, bytesOfBase64url, readByHand, writtenByHand } from "../../bindings/keys/base64url.ts";

describe("base64url", () => {
  it("is written and read by hand as the host does it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = base64url(bytes);
        expect(writtenByHand(bytes)).toBe(text);
        expect(bytesOfBase64url(text)).toEqual(bytes);
        expect(readByHand(text)).toEqual(bytes);
      }),
    );
  });

  it("has one text for each sequence of bytes, whoever reads it", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."ABQgwx-_+/= .\n\u00e9"), maxLength: 9 });
    fc.assert(
      fc.property(nearly, (text) => {
        const bytes = bytesOfBase64url(text);
        expect(readByHand(text)).toEqual(bytes);
        if (bytes !== undefined) expect(base64url(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["A", "AB", "AAA=", "AA==", "+AAA", "/AAA", "AA A", "AAAAA", "AAé", " AAAA", "AAB"])(
    "refuses %j",
    (text) => {
      expect(bytesOfBase64url(text)).toBeUndefined();
      expect(readByHand(text)).toBeUndefined();
    },
  );
});

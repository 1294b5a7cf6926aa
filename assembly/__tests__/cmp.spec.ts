import * as cmp from "../base/cmp";
import * as writer from "../base/writer";

const AREA: usize = memory.data(4096);
const KEY: usize = memory.data(64);

function giveHex(hex: string): u32 {
  for (let i = 0; i < hex.length; i += 2) store<u8>(AREA + (i >> 1), <u8>parseInt(hex.substr(i, 2), 16));
  return hex.length >> 1;
}

function statusOf(hex: string): i32 {
  return cmp.index(AREA, giveHex(hex));
}

function memberOf(map: i32, key: string): i32 {
  const bytes = String.UTF8.encode(key);
  memory.copy(KEY, changetype<usize>(bytes), bytes.byteLength);
  return cmp.member(map, KEY, bytes.byteLength);
}

function putText(text: string): void {
  const bytes = String.UTF8.encode(text);
  writer.putStr(changetype<usize>(bytes), bytes.byteLength);
}

describe("index", () => {
  it("names what is wrong, and where", () => {
    expect(statusOf("")).toBe(cmp.CMP_TRUNCATED);
    expect(statusOf("0101")).toBe(cmp.CMP_TRAILING);
    expect(cmp.errorAt()).toBe(1);
    expect(statusOf("ca3fc00000")).toBe(cmp.CMP_BAD_TYPE);
    expect(statusOf("cc05")).toBe(cmp.CMP_NOT_SHORTEST);
    expect(statusOf("a2c328")).toBe(cmp.CMP_BAD_UTF8);
    expect(statusOf("810101")).toBe(cmp.CMP_KEY_TYPE);
    expect(statusOf("82a16101a16102")).toBe(cmp.CMP_KEY_ORDER);
    expect(cmp.errorAt()).toBe(4);
    expect(statusOf(`${"91".repeat(32)}90`)).toBe(cmp.CMP_DEPTH);
    expect(statusOf("cb7ff8000000000000")).toBe(cmp.CMP_NOT_FINITE);
    expect(statusOf("cb3ff0000000000000")).toBe(cmp.CMP_INTEGRAL_FLOAT);
    expect(cmp.index(AREA, 65537)).toBe(cmp.CMP_TOO_LARGE);
    expect(cmp.nodes()).toBe(0);
  });

  it("accepts 32 containers inside each other", () => {
    expect(statusOf(`${"91".repeat(31)}90`)).toBe(cmp.CMP_OK);
    expect(cmp.nodes()).toBe(32);
  });

  it("forgets the document before", () => {
    expect(statusOf("9100")).toBe(cmp.CMP_OK);
    expect(statusOf("91")).toBe(cmp.CMP_TRUNCATED);
    expect(cmp.nodes()).toBe(0);
  });
});

describe("reading", () => {
  it("finds members, nested and absent", () => {
    // {"a": [1, {"x": true}], "b": "hi", "bb": -129}
    expect(statusOf("83a1619201" + "81a178c3" + "a162a26869" + "a26262d1ff7f")).toBe(cmp.CMP_OK);
    const root = cmp.root();
    expect(cmp.kind(root)).toBe(cmp.KIND_MAP);
    expect(cmp.count(root)).toBe(3);
    const list = memberOf(root, "a");
    expect(cmp.kind(list)).toBe(cmp.KIND_ARRAY);
    const first = cmp.firstChild(list);
    expect(cmp.asI64(first)).toBe(1);
    const second = cmp.nextSibling(list, first);
    expect(cmp.asBool(memberOf(second, "x"))).toBe(true);
    expect(cmp.nextSibling(list, second)).toBe(-1);
    const text = memberOf(root, "b");
    expect(String.UTF8.decodeUnsafe(cmp.bytesAt(text), cmp.bytesSize(text))).toBe("hi");
    const low = memberOf(root, "bb");
    expect(cmp.isNegative(low)).toBe(true);
    expect(cmp.asI64(low)).toBe(-129);
    expect(memberOf(root, "")).toBe(-1);
    expect(memberOf(root, "c")).toBe(-1);
    expect(memberOf(root, "ba")).toBe(-1);
    expect(memberOf(text, "a")).toBe(-1);
    expect(cmp.encodedSize(root)).toBe(20);
    expect(cmp.encodedSize(list)).toBe(6);
  });

  it("reads every form of int", () => {
    const forms = [
      "00",
      "7f",
      "e0",
      "ff",
      "cc80",
      "cdffff",
      "ceffffffff",
      "cf00000001000000ff",
      "d080",
      "d18000",
    ];
    const values: i64[] = [0, 127, -32, -1, 128, 65535, 4294967295, 4294967551, -128, -32768];
    for (let i = 0; i < forms.length; i++) {
      expect(statusOf(forms[i])).toBe(cmp.CMP_OK);
      expect(cmp.asI64(0)).toBe(values[i]);
      expect(cmp.isNegative(0)).toBe(values[i] < 0);
    }
    expect(statusOf("d280000000")).toBe(cmp.CMP_OK);
    expect(cmp.asI64(0)).toBe(-2147483648);
    expect(statusOf("d38000000000000000")).toBe(cmp.CMP_OK);
    expect(cmp.asI64(0)).toBe(i64.MIN_VALUE);
    expect(statusOf("cfffffffffffffffff")).toBe(cmp.CMP_OK);
    expect(cmp.intFits(0)).toBe(false);
    expect(cmp.asU64(0)).toBe(u64.MAX_VALUE);
  });

  it("gives the bits of a float64", () => {
    expect(statusOf("cb3fe0000000000000")).toBe(cmp.CMP_OK);
    expect(cmp.floatBits(0)).toBe(0x3fe0000000000000);
  });

  throws("reading an int beyond 63 bits as one of 63 bits", () => {
    statusOf("cfffffffffffffffff");
    cmp.asI64(0);
  });

  throws("reading a node that is not there", () => {
    statusOf("00");
    cmp.kind(1);
  });

  throws("reading a text as a number", () => {
    statusOf("a161");
    cmp.asI64(0);
  });
});

describe("writer", () => {
  it("writes what the index accepts, in shortest form", () => {
    writer.writerBegin(AREA, 4096);
    writer.putMapHeader(3);
    putText("a");
    writer.putArrayHeader(17);
    for (let i = 0; i < 16; i++) writer.putInt(-i * i * i * i * i * i * i * i * 7);
    writer.putUint(u64.MAX_VALUE);
    putText("b");
    writer.putBin(KEY, 32);
    putText("long".repeat(80));
    writer.putBool(false);
    expect(writer.writerOverflowed()).toBe(false);
    expect(cmp.index(AREA, writer.writerSize())).toBe(cmp.CMP_OK);
    expect(cmp.nodes()).toBe(24);
  });

  it("stops at the end of its area and says so", () => {
    store<u32>(AREA, 0xeeeeeeee);
    writer.writerBegin(AREA, 2);
    writer.putBool(true);
    writer.putInt(1000);
    writer.putNil();
    expect(writer.writerOverflowed()).toBe(true);
    expect(writer.writerSize()).toBe(1);
    expect(load<u32>(AREA)).toBe(0xeeeeeec3);
    writer.writerBegin(AREA, 1);
    writer.putNil();
    expect(writer.writerOverflowed()).toBe(false);
  });
});

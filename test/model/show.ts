/** CMP/1 values as text for people, for messages and for golden vectors. */
import { hexOf } from "./bytes.ts";
import type { Node } from "./cmp.ts";

/** A value as JSON-like data: bin as `{bin: hex}`, float64 as a number, integers beyond 2^53 as `{int: text}`. */
export function toPlain(node: Node): unknown {
  switch (node.type) {
    case "nil":
      return null;
    case "bool":
      return node.value;
    case "int":
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : { int: node.value.toString() };
    case "float":
      return new Float64Array(new BigUint64Array([node.bits]).buffer)[0];
    case "str":
      return Buffer.from(node.text, "latin1").toString();
    case "bin":
      return { bin: hexOf(node.bytes) };
    case "array":
      return node.items.map(toPlain);
    case "map":
      return Object.fromEntries(node.members.map((member) => [member.key, toPlain(member.value)]));
  }
}

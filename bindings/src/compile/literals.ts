/** Fixed values of fields that a pack writes down. */

import { FIELD_TYPE_BOOL, FIELD_TYPE_INT, FIELD_TYPE_MONEY } from "../gen/codes.ts";
import { SHORT_BYTES_MAX } from "../gen/limits.ts";
import type { Tree } from "./parse.ts";
import type { Reader } from "./shape.ts";
import type { Field } from "./taxonomy.ts";

const PROSE = { bytesMax: SHORT_BYTES_MAX };

/** What a literal must look like for a field of this type. */
export function literalText(reader: Reader, tree: Tree, field: Field): string | undefined {
  const isNumber = field.type === FIELD_TYPE_INT || field.type === FIELD_TYPE_MONEY;
  if (isNumber) return tree.kind === "int" ? `${tree.value}` : refuseLiteral(reader, tree, "a whole number");
  if (field.type === FIELD_TYPE_BOOL) {
    return tree.kind === "bool" ? `${tree.value}` : refuseLiteral(reader, tree, "true or false");
  }
  return reader.text(tree, `the text of ${field.name}`, PROSE);
}

function refuseLiteral(reader: Reader, tree: Tree, wanted: string): undefined {
  reader.wrong(tree, wanted, "write a value that the field can have");
  return undefined;
}

/** «Unread» of evaluation.md, step 3a: arguments of a call in a language whose use nobody knows. */
import type { Node } from "../cmp.ts";
import type { Op } from "../image.ts";
import { canonicalToolName } from "../names.ts";

/** Longer keys are not spelled. */
const KEY_BYTES_MAX = 256;

/** Whether a value is left that no path of an op gave (`taken`) and no op says to ignore. */
export function hasUnread(args: Node, ops: Op[], taken: ReadonlySet<Node>): boolean {
  const ignored = new Set(
    ops.flatMap(({ transform, path }) => (transform === "ignored" && path.length === 1 ? path : [])),
  );
  const isIgnored = (key: string): boolean =>
    key.length <= KEY_BYTES_MAX && ignored.has(canonicalToolName(key));
  const isLeft = (node: Node): boolean => {
    if (taken.has(node)) return false;
    if (node.type === "array") return node.items.some(isLeft);
    if (node.type === "map") return node.members.some(({ key, value }) => !isIgnored(key) && isLeft(value));
    return node.type !== "nil" && !(node.type === "str" && node.text === "");
  };
  return isLeft(args);
}

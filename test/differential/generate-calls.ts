/** Calls in a language for the differential test: the text stands where a mapping of the image looks for it. */
import { readable } from "../model/bytes.ts";
import type { Image, Mapping, Op } from "../model/image.ts";
import { encodeRequest, type Plain } from "../model/request-writer.ts";
import { fieldNumber, wire } from "../model/wire.ts";
import { randomArguments } from "./generate-detect.ts";
import { randomHttp } from "./generate-http.ts";
import { randomShell } from "./generate-shell.ts";
import { randomSql } from "./generate-sql.ts";
import type { Random } from "./random.ts";

type Tree = { [key: string]: Plain };

interface Named {
  tool: string;
  mapping: Mapping;
}

const namedByImage = new WeakMap<Image, Named[]>();

/** Tool names that lead to a mapping with a language. */
function languageTools(image: Image): Named[] {
  let named = namedByImage.get(image);
  if (named === undefined) {
    named = image.names
      .filter((name) => name.namespace === wire.namespaces.tool)
      .flatMap((name) =>
        image.list(name.value).map((index) => ({
          tool: readable(name.text),
          mapping: image.mappings[index] as Mapping,
        })),
      )
      .filter(({ mapping }) => mapping.language !== "none");
    namedByImage.set(image, named);
  }
  return named;
}

/** One call in a language, with arguments of every kind beside it now and then. */
export function randomCall(random: Random, image: Image): Uint8Array {
  const { tool, mapping } = random.pick(languageTools(image));
  const args: Tree = random.chance(8) ? randomArguments(random) : {};
  const values = valuesOf(random, image, mapping.language);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) continue;
    const ops = mapping.ops.filter((op) => op.field === fieldNumber(name) && isSimple(op));
    if (ops.length > 0) put(args, random.chance(80) ? (ops[0] as Op) : random.pick(ops), value);
  }
  return encodeRequest({ tool, args, context: context(random) }, image.digest);
}

/** Requests without a language whose arguments hold what detectors look for. */
export function randomDetected(random: Random, image: Image): Uint8Array {
  const tool = random.pick(["get_weather", "send_email", "frobnicate"]);
  return encodeRequest({ tool, args: randomArguments(random) }, image.digest);
}

function isSimple(op: Op): boolean {
  return op.transform === "typed" && op.path.length > 0 && op.path.every((segment) => segment !== null);
}

function put(args: Tree, op: Op, value: Plain): void {
  let here = args;
  op.path.forEach((segment, i) => {
    const name = readable(segment as string);
    if (i === op.path.length - 1) here[name] = value;
    else {
      const before = here[name];
      const isTree = before !== null && typeof before === "object" && !Array.isArray(before);
      const next: Tree = isTree && !(before instanceof Uint8Array) ? (before as Tree) : {};
      here[name] = next;
      here = next;
    }
  });
}

function valuesOf(random: Random, image: Image, language: string): Record<string, Plain> {
  if (random.chance(2)) {
    const odd = random.pick<Plain>([5, true, [], ["ls"], {}, "", " ", new Uint8Array(2)]);
    return { command: odd, query: odd, url: odd, method: "get", data: odd };
  }
  if (language === "shell") {
    const path = random.chance(20) ? random.pick<Plain>(["/w", "src", "~/x", ["a", "b"], "", 5]) : null;
    return { command: randomShell(random, image), path };
  }
  if (language === "sql") return { query: randomSql(random) };
  return { ...randomHttp(random) };
}

function context(random: Random): Tree {
  const host: Tree = {};
  if (random.chance(60)) host.dialect = random.pick(wire.dialects);
  if (random.chance(40)) host.cwd = random.pick(["/w", "/home/bob/app", "/"]);
  const vouched = random.chance(75) ? { host: "runner" } : {};
  return { host, asserted_by: vouched };
}

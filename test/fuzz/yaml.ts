/**
 * Target `yaml`: mutated policy sources. The compiler returns an image that the engine loads, or a CompileError that says
 * where; never another error, and never nothing at all. An input is one source; its first line says which one it replaces.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CompileError, compile, type Issue, type Source } from "../../bindings/src/compile/index.ts";
import { ROOT } from "../../tools/files.ts";
import { checkoutSources } from "../../tools/image.ts";
import { engineModule } from "../differential/both.ts";
import { Random } from "../differential/random.ts";
import { encodeRequest } from "../model/request-writer.ts";
import { smallSources, WASM } from "../unit/small-policy.ts";
import { Corpus, keptInputs } from "./corpus.ts";
import { Engine } from "./engine.ts";
import { mutateYaml } from "./mutate-yaml.ts";
import { need, type Outcome, type Target } from "./target.ts";

/** The shipped sources take a second to compile, the small ones some milliseconds. */
const SHIPPED_PERCENT = 1;
/** Every so many inputs are compiled twice. */
const AGAIN_EVERY = 16;
const ORGANISATION = "examples/org/permit0.yaml";

export class YamlTarget implements Target {
  readonly corpus = new Corpus();
  readonly #random: Random;
  readonly #sources: Readonly<Record<string, readonly Source[]>>;
  #tried = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#sources = {
      small: smallSources(),
      shipped: [
        ...checkoutSources(),
        { name: ORGANISATION, text: readFileSync(join(ROOT, ORGANISATION), "utf8") },
      ],
    };
  }

  *seeds(): Iterable<Uint8Array> {
    for (const [, input] of keptInputs("yaml")) yield input;
    for (const { name, text } of this.#sources.small ?? []) yield inputOf("small", name, text);
  }

  next(): Uint8Array {
    const random = this.#random;
    const isShipped = random.chance(SHIPPED_PERCENT);
    let [set, name, text] = partsOf(this.corpus.pick(random));
    // What grows out of a shipped source is as slow as that, so it is not grown from.
    if (isShipped || set === "shipped" || random.chance(30)) {
      set = isShipped ? "shipped" : "small";
      ({ name, text } = random.pick(this.#sources[set] as readonly Source[]));
    }
    for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) text = mutateYaml(text, random);
    return inputOf(set, name, text);
  }

  check(input: Uint8Array): Outcome {
    this.#tried++;
    const [set, name, text] = partsOf(input);
    const sources = (this.#sources[set] ?? []).map((source) =>
      source.name === name ? { ...source, text } : source,
    );
    try {
      const { image, warnings } = compile(sources, { wasm: WASM });
      for (const warning of warnings) needPlace(warning, sources);
      needUsable(image);
      if (this.#tried % AGAIN_EVERY === 0) {
        const again = compile([...sources].reverse(), { wasm: WASM }).image;
        need(Buffer.from(image).equals(again), "not-again", () => "the same sources gave another image");
      }
      return { status: "ok", cases: 1, accepted: 1, signature: `ok-${kindOf(name)}` };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const [first] = error.issues;
      need(first !== undefined, "no-issue", () => "a CompileError without an issue");
      for (const issue of error.issues) needPlace(issue, sources);
      // What was wanted, without the names in it, tells one refusal from another.
      const wanted = (first?.wanted ?? "")
        .replaceAll(/[^a-z ]+/gi, "")
        .trim()
        .replaceAll(/ +/g, "-")
        .slice(0, 60);
      return { status: "refused", cases: 1, accepted: 0, signature: `refused-${kindOf(name)}-${wanted}` };
    }
  }

  features(input: Uint8Array): string[] {
    // Of every refusal one is enough, whichever file it was found in.
    const { signature } = this.check(input);
    return [signature.replace(/^refused-[a-z]+-/, "refused-")];
  }

  *smaller(input: Uint8Array): Iterable<Uint8Array> {
    const [set, name, text] = partsOf(input);
    const lines = text.split("\n");
    for (const left of lines.keys())
      yield inputOf(set, name, lines.filter((_, at) => at !== left).join("\n"));
  }
}

function inputOf(set: string, name: string, text: string): Uint8Array {
  return new TextEncoder().encode(`# ${set} ${name}\n${text}`);
}

function partsOf(input: Uint8Array): [set: string, name: string, text: string] {
  const all = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  const end = all.indexOf("\n");
  const [, set = "", name = ""] = all.slice(0, end).split(" ");
  return [set, name, all.slice(end + 1)];
}

function kindOf(name: string): string {
  return name.replace(/\.yaml$/, "").replaceAll(/.*\//g, "");
}

/** An issue leads to a place that there is. A source that is missing is named at its first line. */
function needPlace({ file, line, column, wanted, came, fix }: Issue, sources: readonly Source[]): void {
  const text = sources.find(({ name }) => name === file)?.text ?? "";
  const lines = text.split(/\r\n|\n|\r/);
  const isThere = line >= 1 && line <= lines.length && column >= 1;
  need(isThere, "place", () => `${file}:${line}:${column}, and the file has ${lines.length} lines`);
  need(
    wanted !== "" && came !== "" && fix !== "",
    "silent-issue",
    () => `${file}:${line}:${column} says too little`,
  );
}

/** The engine loads what the compiler makes, and decides on it. */
function needUsable(image: Uint8Array): void {
  const engine = new Engine(engineModule());
  const status = engine.load(image);
  need(status === "ok", "image-refused", () => `the engine says ${status} at ${engine.offset}`);
  for (const call of CALLS) {
    const request = encodeRequest(call, engine.imageDigest);
    engine.draft.set(request);
    engine.answer(request.length);
  }
}

const CALLS = [
  { action: "payments.refund", fields: { amount: 85_000, currency: "USD", payee: "globex" } },
  { tool: "create_refund", args: { amount: "850.00", items: [1, 2], options: { dry_run: true } } },
  { tool: "mcp__shop-prod__read_file", args: { path: "~/.ssh/id_rsa", paths: ["a", "b.pem"] } },
  { tool: "get_things", args: {} },
];

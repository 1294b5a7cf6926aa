/** Step 3 of evaluation.md: from arguments to typed fields, and the facts that are derived from them. */
import { asciiLower, trim } from "./bytes.ts";
import {
  classifyAddress,
  classifyHost,
  classifyPath,
  type Host,
  type Path,
  type Place,
  parseAddress,
  parseHostField,
  parsePath,
  parseUrl,
  pathText,
  type Url,
} from "./canonical.ts";
import type { Node } from "./cmp.ts";
import { hit } from "./coverage.ts";
import type { Image, Op } from "./image.ts";
import type { Draft } from "./lang/drafts.ts";
import { type Candidate, valuesAt } from "./match.ts";
import { isAmount, referenceCents, toMinor } from "./money.ts";
import type { Context, Request } from "./request.ts";
import { isWild, withoutFinalWildcards } from "./wildcards.ts";
import { fieldNumber, limit, wire } from "./wire.ts";

/** One canonical value of a field. `text` stands for text-like types, `number` for int, bool and money. */
export type Value =
  | { kind: "text"; text: string }
  | { kind: "number"; number: bigint }
  /** `given`: the bytes before they were made canonical. */
  | { kind: "path"; text: string; path: Path; given: string }
  | { kind: "url"; text: string; url: Url }
  | { kind: "host"; text: string; host: Host }
  /** An amount that waits for its currency. */
  | { kind: "amount"; node: Node; unit: string };

export interface Field {
  malformed: boolean;
  values: Value[];
}

export interface Facts {
  fields: Map<number, Field>;
  marks: Set<string>;
  place: Place;
  hostInForce: boolean;
  amountReference: bigint | null;
  defaultCurrencyUsed: boolean;
  recipientScope: string | null;
  pathScope: string | null;
  /** Classes of the hosts of `url` and `host`; null where the fact is absent. */
  hostScope: Set<string> | null;
  url: Url | null;
  /** A map or an array that stands where the body of an HTTP request does (docs/format/http.md). */
  treeData: Node | null;
  /** What the paths of ops gave: values, and arrays and maps with all that is in them. */
  taken: Set<Node>;
  /** Wildcards are left in the paths of a part of a command. */
  isWild: boolean;
}

const AMOUNT = fieldNumber("amount_minor");
const CURRENCY = fieldNumber("currency");
const RECIPIENT = fieldNumber("recipient");
const PAYEE = fieldNumber("payee");
const PATH = fieldNumber("path");
const DESTINATION_PATH = fieldNumber("destination_path");
const URL_FIELD = fieldNumber("url");
const HOST_FIELD = fieldNumber("host");
const DATA = fieldNumber("data");

/** A host name is the org's if it is named, or if what follows one of its dots is. */
export function isOurs(image: Image, name: string): boolean {
  if (image.look(wire.namespaces.domain as number, name) !== undefined) return true;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    if (image.look(wire.namespaces.domain_under as number, name.slice(dot + 1)) !== undefined) return true;
  }
  return false;
}

export function placeOf(context: Context): Place {
  if (!context.assertedBy.has("host") || context.host === undefined) {
    return { cwd: null, realpaths: new Map() };
  }
  const { cwd, realpaths } = context.host;
  const canonical = cwd === undefined ? null : parsePath(cwd);
  return { cwd: canonical === null || typeof canonical === "string" ? null : canonical, realpaths };
}

export function extract(request: Request, image: Image, candidate: Candidate): Facts {
  const extraction = new Extraction(request, image, candidate.action);
  if (request.direct === undefined) {
    extraction.takesTreeData = candidate.language === "http";
    for (const op of candidate.ops) extraction.op(op);
  } else {
    request.payload.members.forEach((member, i) => {
      extraction.typed(request.direct?.fields[i] as number, [member.value], "direct");
    });
  }
  return extraction.finish();
}

/** The facts of one part that a call was taken apart into: each text is a str value of its field. */
export function extractFacts(request: Request, image: Image, draft: Draft): Facts {
  const extraction = new Extraction(request, image, draft.action);
  for (const { field, text, unit } of draft.facts) {
    if (!extraction.declared.has(field)) continue;
    let given = text;
    if (image.fields[field - 1]?.type === "path") {
      given = withoutFinalWildcards(text, image.actions[draft.action]?.name === "files.list");
      extraction.isWild ||= isWild(given);
    }
    extraction.typed(field, [{ type: "str", at: 0, end: 0, text: given }], unit ?? "direct");
  }
  return extraction.finish();
}

class Extraction {
  readonly fields = new Map<number, Field>();
  readonly marks = new Set<string>();
  readonly declared: Set<number>;
  readonly place: Place;
  valueCount = 0;
  canonicalBytes = 0;
  takesTreeData = false;
  treeData: Node | null = null;
  readonly taken = new Set<Node>();
  isWild = false;

  constructor(
    readonly request: Request,
    readonly image: Image,
    action: number,
  ) {
    this.declared = image.actions[action]?.fields ?? new Set();
    this.place = placeOf(request.context);
  }

  /** What needs all fields, once they have been read. */
  finish(): Facts {
    const money = this.money();
    const url = this.only(URL_FIELD);
    const facts = {
      fields: this.fields,
      marks: this.marks,
      place: this.place,
      hostInForce: this.request.context.assertedBy.has("host"),
      amountReference: money.reference,
      defaultCurrencyUsed: money.defaultUsed,
      recipientScope: this.recipientScope(),
      pathScope: this.pathScope(),
      hostScope: this.hostScope(),
      url: url?.kind === "url" ? url.url : null,
      treeData: this.treeData,
      taken: this.taken,
      isWild: this.isWild,
    };
    hit(`recipient_scope ${facts.recipientScope}`);
    hit(`path_scope ${facts.pathScope}`);
    for (const hostClass of facts.hostScope ?? ["null"]) hit(`host_scope ${hostClass}`);
    return facts;
  }

  field(number: number): Field {
    let field = this.fields.get(number);
    if (field === undefined) {
      field = { malformed: false, values: [] };
      this.fields.set(number, field);
    }
    return field;
  }

  spoil(number: number): void {
    this.field(number).malformed = true;
    this.marks.add("field_malformed");
  }

  /** There was an amount and it cannot be used: unknown, but not because the field could not be read. */
  spoilAmount(mark?: string): void {
    this.field(AMOUNT).malformed = true;
    if (mark !== undefined) this.marks.add(mark);
  }

  op(op: Op): void {
    hit(`transform ${op.transform} ${op.adds ? "add" : "first"}`);
    if (op.transform === "ignored") return;
    if (!this.declared.has(op.field)) return;
    const field = this.field(op.field);
    // What a first path has found, others may only say again.
    const isSecond = !op.adds && field.values.length > 0;
    if (!op.adds && field.malformed) return;
    if (isSecond && !(op.transform === "typed" && this.mustAgree(op.field))) return;
    if (op.transform === "literal") {
      this.typed(op.field, [{ type: "str", at: 0, end: 0, text: op.literal }], op.unit);
      return;
    }
    const values = valuesAt(this.request.payload, op.path);
    if (isSecond) {
      // A map is what the value stands in.
      const others = values.filter((value) => value.type !== "map");
      this.typed(op.field, others, op.unit, true);
      return;
    }
    for (const value of values) this.taken.add(value);
    if (op.transform === "count") this.count(op.field, values);
    else this.typed(op.field, values, op.unit);
  }

  /** Texts may be said in other words, but for whom the money goes to. */
  mustAgree(number: number): boolean {
    return this.image.fields[number - 1]?.type !== "text" || number === PAYEE;
  }

  /** The number of values, arrays counted by their elements. */
  count(number: number, values: Node[]): void {
    const counted = values.filter((value) => value.type !== "nil");
    if (counted.length === 0) return;
    let count = 0;
    for (const value of counted) count += value.type === "array" ? value.items.length : 1;
    this.add(number, [{ kind: "number", number: BigInt(count) }]);
    this.atMostOne(number);
  }

  /** `again`: the field has a value, and the same one once more is none. */
  typed(number: number, found: Node[], unit: string, again = false): void {
    let values = found.filter((value) => value.type !== "nil");
    if (this.image.fields[number - 1]?.many === true) {
      values = values.flatMap((value) =>
        value.type === "array" ? value.items.filter((item) => item.type !== "nil") : [value],
      );
    } else if (values.length > 1) {
      this.spoil(number);
      return;
    }
    const before = this.field(number).values.length;
    for (const value of values) {
      const isTree = value.type === "map" || value.type === "array";
      if (number === DATA && this.takesTreeData && (isTree || this.treeData !== null)) this.takeTree(value);
      else this.readValue(number, value, unit);
    }
    if (again && this.field(number).values.length > before) this.leaveOutTheSame(number);
    this.atMostOne(number);
  }

  /** The last value of a single field goes if it is the first one. Its bytes stay counted. */
  leaveOutTheSame(number: number): void {
    const { values } = this.field(number);
    const [first, last] = [values[0], values.at(-1)] as [Value, Value];
    if (this.image.fields[number - 1]?.many === true || !this.isSame(number, first, last)) return;
    hit("two sources of one field agree");
    values.pop();
    this.valueCount--;
  }

  isSame(number: number, a: Value, b: Value): boolean {
    if (a.kind === "amount" || b.kind === "amount") return false;
    if (a.kind === "number" || b.kind === "number") {
      return a.kind === "number" && b.kind === "number" && a.number === b.number;
    }
    return a.text === b.text && this.classOf(number, a) === this.classOf(number, b);
  }

  classOf(number: number, value: Value): string | null {
    if (value.kind === "path") return classifyPath(value.path, this.place);
    if (value.kind === "url") return value.url.host === null ? null : this.hostClass(value.url.host);
    if (value.kind === "host") return this.hostClass(value.host);
    const isAddress = this.image.fields[number - 1]?.type === "address";
    return value.kind === "text" && isAddress ? this.addressClass(value.text) : null;
  }

  hostClass(host: Host): string {
    return classifyHost(host, (name) => isOurs(this.image, name));
  }

  addressClass(piece: string): string {
    const { actor, assertedBy } = this.request.context;
    const self = assertedBy.has("actor") && actor !== undefined ? asciiLower(trim(actor)) : null;
    return classifyAddress(piece, self, (domain) => isOurs(this.image, domain));
  }

  atMostOne(number: number): void {
    const field = this.field(number);
    if (field.malformed || this.image.fields[number - 1]?.many === true) return;
    if (field.values.length > 1) {
      hit("two values of a single field");
      this.spoil(number);
    }
  }

  /** A tree is no value of the field; with anything beside it the field cannot be read. */
  takeTree(value: Node): void {
    const field = this.field(DATA);
    if (field.malformed) return;
    if (this.treeData !== null || field.values.length > 0) this.spoil(DATA);
    else this.treeData = value;
  }

  /** Adds what one value of the call reads as; a part holds only so much. */
  add(number: number, read: Value[]): void {
    const field = this.field(number);
    for (const value of read) {
      if (field.malformed) return;
      const bytes = "text" in value ? value.text.length : 0;
      if (
        this.valueCount + 1 > limit("values_max") ||
        this.canonicalBytes + bytes > limit("canonical_bytes_max")
      ) {
        this.marks.add("values_overflow");
        this.spoil(number);
        return;
      }
      this.valueCount++;
      this.canonicalBytes += bytes;
      field.values.push(value);
    }
  }

  readValue(number: number, value: Node, unit: string): void {
    const type = this.image.fields[number - 1]?.type as string;
    if (type === "money") {
      if (isAmount(value)) this.add(number, [{ kind: "amount", node: value, unit }]);
      else {
        hit("field type money malformed");
        this.spoil(number);
      }
      return;
    }
    const read = this.canonical(type, value);
    hit(`field type ${type} ${typeof read === "string" ? read : "read"}`);
    if (read === "malformed") this.spoil(number);
    else if (read !== "missing") this.add(number, read);
  }

  canonical(type: string, value: Node): Value[] | "missing" | "malformed" {
    switch (type) {
      case "text": {
        const text = plainText(value);
        return text === null ? "malformed" : [{ kind: "text", text }];
      }
      case "word": {
        const text = plainText(value);
        if (text === null) return "malformed";
        const word = asciiLower(trim(text));
        if (word === "") return "missing";
        return word.length > 256 ? "malformed" : [{ kind: "text", text: word }];
      }
      case "int": {
        const number = wholeNumber(value);
        return number === null ? "malformed" : [{ kind: "number", number }];
      }
      case "bool": {
        const truth = truthOf(value);
        return truth === null ? "malformed" : [{ kind: "number", number: truth ? 1n : 0n }];
      }
    }
    // The rest is read from str only.
    if (value.type !== "str") return "malformed";
    switch (type) {
      case "currency": {
        const text = trim(value.text);
        if (text === "") return "missing";
        if (!/^[A-Za-z]{3}$/.test(text)) return "malformed";
        return [{ kind: "text", text: text.toUpperCase() }];
      }
      case "address": {
        const pieces = parseAddress(value.text);
        return typeof pieces === "string" ? pieces : pieces.map((text) => ({ kind: "text", text }));
      }
      case "path": {
        const path = parsePath(value.text, this.place);
        return typeof path === "string"
          ? path
          : [{ kind: "path", text: pathText(path), path, given: value.text }];
      }
      case "url": {
        const url = parseUrl(value.text);
        return typeof url === "string" ? url : [{ kind: "url", text: url.text, url }];
      }
      case "host": {
        const host = parseHostField(value.text);
        return typeof host === "string" ? host : [{ kind: "host", text: host.text, host }];
      }
      default:
        throw new Error(`unknown field type ${type}`);
    }
  }

  /** The values of a field that can be relied on: none where it is malformed. */
  usable(number: number): Value[] {
    const field = this.fields.get(number);
    return field === undefined || field.malformed ? [] : field.values;
  }

  isMalformed(number: number): boolean {
    return this.fields.get(number)?.malformed === true;
  }

  only(number: number): Value | undefined {
    return this.usable(number)[0];
  }

  /** Runs after all ops, since it needs the currency. Leaves the amount as a number, or malformed. */
  money(): { reference: bigint | null; defaultUsed: boolean } {
    const nothing = { reference: null, defaultUsed: false };
    const amount = this.only(AMOUNT);
    if (amount === undefined || amount.kind !== "amount") return nothing;
    const field = this.field(AMOUNT);
    field.values = [];

    let code: string;
    let defaultUsed = false;
    if (this.isMalformed(CURRENCY)) {
      this.spoilAmount();
      return nothing;
    }
    const given = this.only(CURRENCY);
    if (given?.kind === "text") code = given.text;
    else if (this.image.defaultCurrency !== null) {
      code = this.image.defaultCurrency;
      defaultUsed = true;
    } else {
      this.spoilAmount("currency_missing");
      return nothing;
    }
    const index = this.image.look(wire.namespaces.currency as number, code);
    const currency = index === undefined ? undefined : this.image.currencies[index];
    if (currency === undefined) {
      this.spoilAmount("currency_unknown");
      return { reference: null, defaultUsed };
    }

    const read = toMinor(amount.node, amount.unit, currency.exponent);
    hit(`money ${amount.unit} ${amount.node.type} ${read.kind}`);
    if (read.kind === "spoiled") this.spoilAmount(read.mark);
    else {
      field.values = [{ kind: "number", number: read.minor }];
      return { reference: referenceCents(read.minor, currency.referenceMilli), defaultUsed };
    }
    return { reference: null, defaultUsed };
  }

  recipientScope(): string | null {
    const pieces = this.usable(RECIPIENT);
    if (pieces.length === 0) return null;
    const classes = new Set(
      pieces.map((piece) => (piece.kind === "text" ? this.addressClass(piece.text) : "unclear")),
    );
    if (classes.has("external")) return classes.size === 1 ? "external" : "mixed";
    if (classes.has("unclear")) return null;
    return classes.has("internal") ? "internal" : "self";
  }

  pathScope(): string | null {
    const values = [...this.usable(PATH), ...this.usable(DESTINATION_PATH)];
    const classes = values.map((value) =>
      value.kind === "path" ? classifyPath(value.path, this.place) : "unclear",
    );
    if (classes.includes("outside")) return "outside";
    if (classes.includes("unclear")) return null;
    if (this.isMalformed(PATH) || this.isMalformed(DESTINATION_PATH)) return null;
    return classes.includes("inside") ? "inside" : null;
  }

  hostScope(): Set<string> | null {
    if (this.isMalformed(URL_FIELD) || this.isMalformed(HOST_FIELD)) return null;
    const classes = new Set<string>();
    for (const value of [...this.usable(URL_FIELD), ...this.usable(HOST_FIELD)]) {
      const host = value.kind === "url" ? value.url.host : value.kind === "host" ? value.host : null;
      if (host !== null) classes.add(this.hostClass(host));
    }
    return classes.size === 0 ? null : classes;
  }
}

function plainText(value: Node): string | null {
  if (value.type === "str") return value.text;
  if (value.type === "int") return value.value.toString();
  if (value.type === "bool") return value.value ? "true" : "false";
  return null;
}

function wholeNumber(value: Node): bigint | null {
  if (value.type === "int") return value.value <= 2n ** 63n - 1n ? value.value : null;
  if (value.type !== "str") return null;
  const text = trim(value.text);
  return /^-?[0-9]{1,18}$/.test(text) ? BigInt(text) : null;
}

function truthOf(value: Node): boolean | null {
  if (value.type === "bool") return value.value;
  if (value.type === "int" && (value.value === 0n || value.value === 1n)) return value.value === 1n;
  if (value.type !== "str") return null;
  const text = asciiLower(trim(value.text));
  if (text === "true") return true;
  return text === "false" ? false : null;
}

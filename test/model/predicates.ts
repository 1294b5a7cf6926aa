/** Step 4 of evaluation.md: what a predicate says about the facts of a call, and what kept an entry from matching. */
import { asciiLower, trim } from "./bytes.ts";
import { isUnder, matchesName, type Path } from "./canonical.ts";
import { hit } from "./coverage.ts";
import type { Facts, Value } from "./extract.ts";
import type { Clause, Image, Predicate } from "./image.ts";
import type { Context } from "./request.ts";
import type { SessionAnswers } from "./session.ts";
import { fieldNumber, position, wire } from "./wire.ts";

/** Results of the steps 5 to 8; rules run before they exist. */
export interface RiskFacts {
  primary: Set<number>;
  secondary: Set<number>;
  levels: number[];
  tier: number;
  score: number;
  /** Labels that rules gave the part. */
  labels: Set<number>;
}

/** What a signal says. */
export interface SignalAnswer {
  /** Null: unknown. */
  number: bigint | null;
  /** There was a cell to ask. */
  isOfCell: boolean;
}

/** Everything a predicate may ask about. */
export interface Surroundings {
  image: Image;
  context: Context;
  facts: Facts;
  /** direct, host, bound or unbound. */
  binding: string;
  annotations: Set<string>;
  marks: Set<string>;
  risk: RiskFacts | null;
  /** What a signal of the image says about the part; null: nobody asks histories here. */
  signal: ((index: number) => SignalAnswer) | null;
  session: SessionAnswers;
}

/** An input that made a raising predicate false. */
export type Excuse =
  | { kind: "context"; name: string }
  | { kind: "set"; index: number }
  | { kind: "domain"; name: string }
  | { kind: "provenance" }
  | { kind: "default_currency" };

export type Polarity = "raising" | "lowering";
export type Truth = "true" | "false" | "unknown";

interface Item {
  text?: string;
  number?: bigint;
  path?: Path;
  /** The domain of an address or host; null where it has none. */
  domain?: string | null;
}

type Fact =
  | { state: "missing" }
  | { state: "malformed" }
  | { state: "known"; items: Item[] }
  /** Will be known later. */
  | { state: "unknown" };

const AMOUNT = fieldNumber("amount_minor");
const HOST = fieldNumber("host");

/** Facts that are worked out from fields: where they are missing, nobody can say that they are absent. */
const DERIVED = [
  "amount_ref",
  "recipient_scope",
  "path_scope",
  "url_scheme",
  "url_host",
  "host_scope",
  "url_userinfo",
  "url_idn",
];

const USER = BigInt(position(wire.provenances, "user"));

const MISSING: Fact = { state: "missing" };

function known(...items: Item[]): Fact {
  return { state: "known", items };
}

function numbers(values: Iterable<number | bigint>): Fact {
  return known(...[...values].map((value) => ({ number: BigInt(value) })));
}

function words(list: string[], set: Iterable<string>): Fact {
  return numbers([...set].map((word) => position(list, word)));
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function floorModulo(a: bigint, b: bigint): bigint {
  return a - floorDivide(a, b) * b;
}

function domainOf(value: Value, type: string): string | null {
  if (type === "host" && "text" in value) return value.text;
  if (type !== "address" || !("text" in value) || !value.text.includes("@")) return null;
  return value.text.slice(value.text.lastIndexOf("@") + 1);
}

/** The texts of a field; of `host`, where there is none, that of `url` if `orOfUrl`. */
function textsOf(field: number, { facts }: Surroundings, orOfUrl: boolean): string[] {
  const values = facts.fields.get(field)?.values ?? [];
  const host = facts.url?.host ?? null;
  if (orOfUrl && field === HOST && values.length === 0 && host !== null) {
    hit("provenance of the host of a url");
    return [host.text];
  }
  return values.map((value) => {
    if (!("text" in value)) throw new Error("a number where a text is due");
    return value.text;
  });
}

/** What a session says about each text; `field`: where they come from. */
function ofEach(field: number, texts: string[], s: Surroundings, ask: (text: string) => number | null): Fact {
  if (s.facts.fields.get(field)?.malformed === true) return { state: "malformed" };
  if (texts.length === 0) return MISSING;
  const answers = texts.map(ask);
  const sure = answers.filter((answer) => answer !== null);
  return sure.length < answers.length ? { state: "unknown" } : numbers(sure);
}

function factOf(predicate: Predicate, s: Surroundings): Fact {
  const { context, facts, risk, session } = s;
  const localMinutes =
    context.tzMin === undefined ? null : floorDivide(context.timeMs, 60_000n) + context.tzMin;
  switch (predicate.operand) {
    case "field_text":
    case "field_int": {
      const field = facts.fields.get(predicate.subject);
      if (field?.malformed === true) return { state: "malformed" };
      if (field === undefined || field.values.length === 0) return MISSING;
      const type = s.image.fields[predicate.subject - 1]?.type as string;
      return known(
        ...field.values.map((value): Item => {
          if (value.kind === "number") return { number: value.number };
          if (value.kind === "amount") throw new Error("an amount without its currency");
          const item: Item = { text: value.text, domain: domainOf(value, type) };
          if (value.kind === "path") item.path = value.path;
          return item;
        }),
      );
    }
    case "amount_ref":
      return facts.amountReference === null ? MISSING : numbers([facts.amountReference]);
    case "recipient_scope":
      return facts.recipientScope === null ? MISSING : words(wire.recipient_scopes, [facts.recipientScope]);
    case "path_scope":
      return facts.pathScope === null ? MISSING : words(wire.path_scopes, [facts.pathScope]);
    case "host_scope":
      return facts.hostScope === null ? MISSING : words(wire.host_scopes, facts.hostScope);
    case "url_scheme":
      return facts.url === null ? MISSING : known({ text: facts.url.scheme });
    case "url_host": {
      const host = facts.url?.host ?? null;
      return host === null ? MISSING : known({ text: host.text, domain: host.text });
    }
    case "url_userinfo":
      return facts.url === null ? MISSING : numbers([facts.url.userinfo ? 1 : 0]);
    case "url_idn": {
      if (facts.url === null) return MISSING;
      const host = facts.url.host;
      return numbers([host?.idn === true ? 1 : 0]);
    }
    case "actor":
      return context.actor === undefined ? MISSING : known({ text: context.actor });
    case "environment":
      return context.environment === undefined
        ? MISSING
        : known({ text: asciiLower(trim(context.environment)) });
    case "role":
      return context.roles === undefined ? MISSING : known(...context.roles.map((text) => ({ text })));
    case "minute_of_day":
      return localMinutes === null ? MISSING : numbers([floorModulo(localMinutes, 1440n)]);
    case "weekday":
      return localMinutes === null
        ? MISSING
        : numbers([floorModulo(floorDivide(localMinutes, 1440n) + 3n, 7n)]);
    case "server_binding":
      return words(wire.server_bindings, [s.binding]);
    case "annotation":
      return words(wire.annotations, s.annotations);
    case "mark":
      return words(wire.marks, s.marks);
    case "tier":
      return risk === null ? { state: "unknown" } : numbers([risk.tier]);
    case "score":
      return risk === null ? { state: "unknown" } : numbers([risk.score]);
    case "level":
      return risk === null ? { state: "unknown" } : numbers([risk.levels[predicate.subject] as number]);
    case "flag":
      return risk === null ? { state: "unknown" } : numbers([...risk.primary, ...risk.secondary]);
    case "primary_flag":
      return risk === null ? { state: "unknown" } : numbers(risk.primary);
    case "label":
      return session.labels === null
        ? { state: "unknown" }
        : numbers(new Set([...session.labels, ...(risk?.labels ?? [])]));
    case "provenance":
      return ofEach(predicate.subject, textsOf(predicate.subject, s, !asksPresence(predicate)), s, (text) =>
        session.provenanceOf(text),
      );
    case "written":
      return ofEach(predicate.subject, textsOf(predicate.subject, s, false), s, (text) => {
        const isWritten = session.isWritten(text);
        return isWritten === null ? null : Number(isWritten);
      });
    default:
      throw new Error(`the model does not know operand ${predicate.operand}`);
  }
}

function asksPresence({ operator }: Predicate): boolean {
  return operator === "present" || operator === "absent";
}

/** Key in `asserted_by` of the context facts; null for the other operands. */
function assertionKey(operand: string): string | null {
  switch (operand) {
    case "actor":
    case "environment":
      return operand;
    case "role":
      return "roles";
    case "minute_of_day":
    case "weekday":
      return "tz_min";
    default:
      return null;
  }
}

function itemMatches(item: Item, predicate: Predicate, s: Surroundings, polarity: Polarity): boolean {
  // Wildcards may stand for what a pattern names: that raises, and it never calms.
  const isNegative = predicate.operator === "not_under" || predicate.operator === "name_not_in";
  const takesWildcards = s.facts.isWild && (polarity === "lowering") === isNegative;
  const [only] = predicate.numbers;
  switch (predicate.operator) {
    case "in":
    case "not_in": {
      const listed =
        item.text !== undefined
          ? predicate.texts.includes(item.text)
          : item.number !== undefined && predicate.numbers.includes(item.number);
      return listed === (predicate.operator === "in");
    }
    case "in_set":
    case "not_in_set": {
      const namespace = (wire.namespaces.set as number) + predicate.set;
      const isMember = item.text !== undefined && s.image.look(namespace, item.text) !== undefined;
      return isMember === (predicate.operator === "in_set");
    }
    case "ge":
      return item.number !== undefined && item.number >= (only as bigint);
    case "lt":
      return item.number !== undefined && item.number < (only as bigint);
    case "under":
    case "not_under": {
      const path = item.path;
      const under =
        path !== undefined && predicate.texts.some((pattern) => isUnder(path, pattern, takesWildcards));
      return under === (predicate.operator === "under");
    }
    case "name_in":
    case "name_not_in": {
      const name = item.path?.segments[item.path.segments.length - 1];
      const matches =
        name !== undefined && predicate.texts.some((pattern) => matchesName(name, pattern, takesWildcards));
      return matches === (predicate.operator === "name_in");
    }
    case "domain_in":
    case "domain_not_in": {
      const domain = item.domain ?? null;
      const inside =
        domain !== null &&
        predicate.texts.some((listed) => domain === listed || domain.endsWith(`.${listed}`));
      return inside === (predicate.operator === "domain_in");
    }
    default:
      throw new Error(`the model does not know operator ${predicate.operator}`);
  }
}

export function truthOf(predicate: Predicate, s: Surroundings, polarity: Polarity): Truth {
  const truth = answer(predicate, s, polarity);
  hit(`operand ${predicate.operand} ${polarity} ${truth}`);
  hit(`operator ${predicate.operator} ${polarity} ${truth}`);
  return truth;
}

/** Only the number of a cell bounds what a relax entry calms. */
function answerOfSignal(predicate: Predicate, s: Surroundings, polarity: Polarity): Truth {
  if (s.signal === null) return "unknown";
  const { number, isOfCell } = s.signal(predicate.subject);
  const { operator } = predicate;
  if (asksPresence(predicate)) {
    return isOfCell === (operator === "present") ? "true" : "false";
  }
  if (number === null || (polarity === "lowering" && !isOfCell)) return "unknown";
  return itemMatches({ number }, predicate, s, polarity) ? "true" : "false";
}

function answer(predicate: Predicate, s: Surroundings, polarity: Polarity): Truth {
  if (predicate.operand === "signal") return answerOfSignal(predicate, s, polarity);
  const { operator, operand } = predicate;
  // What a session knows only raises.
  if (operand === "label" && polarity === "lowering") return "unknown";
  const fact = factOf(predicate, s);
  const isField = ["field_text", "field_int", "provenance", "written"].includes(operand);
  const isPresence = asksPresence(predicate);

  // Nobody knows where the values came from, but they are there.
  if (fact.state === "unknown" && isPresence && isField) {
    hit("presence in an unreadable session");
    return operator === "present" ? "true" : "false";
  }
  if (fact.state === "unknown" || fact.state === "malformed") return "unknown";
  if (fact.state === "missing") {
    if (!isPresence || DERIVED.includes(operand)) return "unknown";
    if (polarity === "lowering" && !isField) return "unknown";
    return operator === "absent" ? "true" : "false";
  }

  let holds: boolean;
  if (isPresence) holds = operator === "present";
  else {
    const test = (item: Item): boolean => itemMatches(item, predicate, s, polarity);
    if (operand === "role" && fact.items.length === 0 && operator.startsWith("not_in")) {
      // Nobody without a role passes as «none of these».
      holds = polarity === "raising";
    } else
      holds =
        polarity === "raising" ? fact.items.some(test) : fact.items.length > 0 && fact.items.every(test);
  }
  const key = assertionKey(operand);
  const isClaim = key !== null && !s.context.assertedBy.has(key);
  if (isClaim && (polarity === "lowering" || !holds)) return "unknown";
  return holds ? "true" : "false";
}

/**
 * The lowering inputs on which the answer of a predicate rests: of a raising one that is false, or of a lowering one that
 * is true. Empty: none.
 */
function excusesOf(predicate: Predicate, s: Surroundings, setOperator: string): Excuse[] {
  const { facts } = s;
  const excuses: Excuse[] = [];
  const key = assertionKey(predicate.operand);
  if (key !== null && s.context.assertedBy.has(key) && factOf(predicate, s).state === "known") {
    excuses.push({ kind: "context", name: key });
  }
  if (predicate.operator === setOperator) excuses.push({ kind: "set", index: predicate.set });
  switch (predicate.operand) {
    case "recipient_scope":
      if (facts.recipientScope === "self") excuses.push({ kind: "context", name: "actor" });
      if (facts.recipientScope === "internal" || facts.recipientScope === "mixed") {
        excuses.push({ kind: "domain", name: "recipient" });
      }
      break;
    case "host_scope":
      if (facts.hostScope?.has("org") === true) excuses.push({ kind: "domain", name: "host" });
      break;
    case "path_scope":
      if (facts.hostInForce && facts.place.cwd !== null) excuses.push({ kind: "context", name: "host" });
      break;
    case "provenance": {
      // That a field is there is nothing that anybody said.
      if (asksPresence(predicate)) break;
      const fact = factOf(predicate, s);
      if (fact.state === "known" && fact.items.some(({ number }) => number === USER)) {
        excuses.push({ kind: "provenance" });
      }
      break;
    }
    case "amount_ref":
      if (facts.defaultCurrencyUsed) excuses.push({ kind: "default_currency" });
      break;
    case "field_int":
      if (predicate.subject === AMOUNT && facts.defaultCurrencyUsed)
        excuses.push({ kind: "default_currency" });
      break;
  }
  return excuses;
}

/** Whether a raising entry matches; if not, what kept it from matching. */
export function tryRaising(clauses: Clause[], s: Surroundings): { matches: boolean; excuses: Excuse[] } {
  if (clauses.length === 0) return { matches: true, excuses: [] };
  const excuses: Excuse[] = [];
  for (const clause of clauses) {
    const falsehoods = clause.filter((predicate) => truthOf(predicate, s, "raising") === "false");
    if (falsehoods.length === 0) return { matches: true, excuses: [] };
    const reasons = falsehoods.map((predicate) => excusesOf(predicate, s, "not_in_set"));
    if (reasons.every((list) => list.length > 0)) excuses.push(...reasons.flat());
  }
  return { matches: false, excuses };
}

/** Whether a lowering entry matches, every predicate of some clause being surely true; and what that rests on. */
export function tryLowering(clauses: Clause[], s: Surroundings): { matches: boolean; excuses: Excuse[] } {
  if (clauses.length === 0) return { matches: true, excuses: [] };
  for (const clause of clauses) {
    if (clause.every((predicate) => truthOf(predicate, s, "lowering") === "true")) {
      return { matches: true, excuses: clause.flatMap((predicate) => excusesOf(predicate, s, "in_set")) };
    }
  }
  return { matches: false, excuses: [] };
}

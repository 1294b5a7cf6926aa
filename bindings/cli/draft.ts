/**
 * A first pack from what a server says about its tools. It knows words, not servers: the verb of a name, the nouns around it,
 * the members of the schema and the server's own hints. Nothing here decides a call: a draft does not compile until a person
 * has read it, and what it doubts stands beside each row.
 */

import type { ToolDefinition } from "permit0/engine";
import { cut, safe } from "./text.js";

/** What a draft needs of an action of the taxonomy. */
export interface DraftAction {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: string;
  readonly fields: readonly string[];
  readonly tools: readonly string[];
  readonly aliases: readonly string[];
}

/** What a tool was understood as. */
export interface Guess {
  readonly tool: string;
  /** undefined: not understood. */
  readonly action: string | undefined;
  /** Field to members of the arguments. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly unwrap: string | undefined;
  readonly doubts: readonly string[];
}

/** What a verb does, least first: of several verbs in a name the one that does most counts. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  read: "get list search find read fetch retrieve query show view describe check count lookup browse inspect explain logs status whoami history tree info snapshot scan analyze select compare preview ping navigate wait take".split(
    " ",
  ),
  write:
    "create add new insert write update edit modify set patch put change rename move copy upload download apply assign mark label tag append save store import archive enable disable link star pin fork complete close open reopen schedule cancel draft upsert manage submit finalize type fill click press drag hover scale dismiss reprioritize unresolve convert".split(
      " ",
    ),
  delete:
    "delete remove destroy drop purge erase trash uninstall cleanup terminate clear truncate unstar wipe".split(
      " ",
    ),
  send: "send post reply forward publish share invite notify respond push comment react request".split(" "),
  pay: "pay charge refund transfer payout capture withdraw".split(" "),
  grant: "grant revoke authorize permit rotate".split(" "),
  execute:
    "run execute exec eval evaluate invoke trigger deploy install start restart rollout launch call".split(
      " ",
    ),
};
const EFFECTS = Object.keys(VERBS);

/** Effects of actions that a verb can mean: creating an event may write and may send. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  read: ["read"],
  write: ["write", "send", "grant", "pay", "physical"],
  delete: ["delete", "grant", "write"],
  send: ["send", "write"],
  pay: ["pay", "send"],
  grant: ["grant", "write", "delete"],
  execute: ["execute", "write", "send"],
};

/** Words of each domain that its actions do not say themselves. */
const NOUNS: Readonly<Record<string, string>> = {
  email: "email emails mail mails mailbox inbox gmail outlook smtp thread attachment filter recipient cc bcc",
  messages:
    "message messages channel channels slack discord teams chat dm reaction telegram sms conversation",
  content:
    "page pages block blocks wiki post posts site article blog cms tweet newsletter confluence notion markdown docs document knowledge",
  calendar: "calendar calendars event events meeting meetings freebusy attendee attendees rsvp",
  tasks: "task tasks todo todos ticket tickets card cards board sprint jira linear asana",
  files: "file files directory directories folder folders path drive filesystem document",
  db: "sql table tables row rows database databases query postgres mysql sqlite mongodb collection schema record records entities relations graph nodes observations",
  crm: "contact contacts customer customers lead leads deal deals company companies crm hubspot salesforce engagement association associations objects property",
  payments:
    "payment payments refund refunds charge charges invoice invoices price prices balance subscription subscriptions coupon coupons product products dispute disputes stripe paypal transaction transactions intent payout",
  legal: "contract contracts signature envelope filing terms docusign",
  iam: "user users team teams member members account accounts role roles permission permissions group groups organization organizations org orgs profile me self identity password key",
  secrets: "secret secrets vault credential credentials token tokens",
  infra:
    "resource resources cluster pod pods node nodes namespace deployment helm chart kubectl kubernetes instance instances server vm network subnet port bucket dns replica device devices container image apis api",
  process: "shell command bash script terminal process exec code container docker lambda",
  network: "url http https fetch request webhook web internet",
  dev: "repo repository repositories branch branches commit commits pull issue issues gist gists github gitlab merge release releases workflow pipeline actions code project projects tag tags review fork milestone discussion discussions alert alerts advisory advisories notification notifications sentry build package packages dsn dsns",
  browser:
    "browser page tab tabs screenshot click navigate dom element playwright puppeteer selector console hover drag dialog form",
  device: "lock camera door light thermostat robot sensor",
  ai: "prompt completion embedding embeddings model models llm finetune chat",
  voice: "voice call calls phone voicemail dial",
};

/** Words that stand in every description and say nothing. */
const STOP = new Set(
  "a an the of to in on for from by with and or is are be this that it its as at all any if into not use used using can will your you tool tools which when specific given api via more one".split(
    " ",
  ),
);
const NAME_WEIGHT = 6;
const SERVER_WEIGHT = 6;
const EXACT_WEIGHT = 3;
/** What removes is rarely anything else. */
const DELETE_WEIGHT = 8;
const MEMBER_WEIGHT = 1;
const TEXT_WEIGHT = 1;
const TEXT_WORDS_MAX = 14;
const DESCRIPTION_COLUMNS = 100;

/** `createPullRequest`, `API-get-users`: create pull request; api get users. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** The singular, near enough to compare by. */
function stem(word: string): string {
  if (/(ss|us|is)$/.test(word) || word.length < 4) return word;
  return word
    .replace(/ies$/, "y")
    .replace(/(x|ch|sh|ss)es$/, "$1")
    .replace(/s$/, "");
}

function stems(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !STOP.has(word))
    .map(stem);
}

interface Vocabulary {
  readonly action: DraftAction;
  readonly domain: string;
  /** Words that mean this action and not another of its domain. */
  readonly own: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Guesses actions and fields from a taxonomy. */
export class Drafter {
  readonly #actions: readonly Vocabulary[];
  readonly #inputs: ReadonlyMap<string, string>;
  readonly #nouns: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param inputs names of arguments and the fields that they usually are: `field_inputs` of base. */
  constructor(actions: readonly DraftAction[], inputs: ReadonlyMap<string, string>) {
    this.#inputs = inputs;
    this.#nouns = new Map(Object.entries(NOUNS).map(([domain, words]) => [domain, new Set(stems(words))]));
    this.#actions = actions.map((action) => {
      const [domain = "", verb = ""] = action.name.split(".");
      const texts = [
        verb,
        action.title,
        ...action.aliases.map((alias) => alias.split(".")[1] ?? ""),
        ...action.tools,
      ];
      return {
        action,
        domain,
        own: new Set(texts.flatMap(stems)),
        names: new Set(action.tools.map((tool) => wordsOf(tool).join("_"))),
      };
    });
  }

  guess(tool: ToolDefinition, server: string): Guess {
    const serverWords = new Set(wordsOf(server));
    const words = wordsOf(tool.name).filter((word) => !serverWords.has(word));
    const text = typeof tool.description === "string" ? tool.description : "";
    const members = membersOf(tool.inputSchema);
    const doubts: string[] = [];
    const effect = effectOf(words, text, tool.annotations, doubts);
    const ranked = effect === undefined ? [] : this.#rank({ tool, words, server, text, members, effect });
    const [best, second] = ranked;
    if (best === undefined || best.score < NAME_WEIGHT) {
      doubts.push("nothing in its name says what it is about; left out, so its calls are reviewed");
      return { tool: tool.name, action: undefined, fields: new Map(), unwrap: undefined, doubts };
    }
    if (second !== undefined && second.score * 10 >= best.score * 9) {
      doubts.push(`it may as well be ${second.action.name}`);
    }
    return {
      tool: tool.name,
      action: best.action.name,
      ...this.#fieldsOf(best.action, members, `${tool.name} ${text}`, doubts),
      doubts,
    };
  }

  #rank(seen: {
    readonly tool: ToolDefinition;
    readonly words: readonly string[];
    readonly server: string;
    readonly text: string;
    readonly members: readonly string[];
    readonly effect: string;
  }): { readonly action: DraftAction; readonly score: number }[] {
    const { tool, words, server, text, members, effect } = seen;
    const name = words.map(stem);
    const first = stems(text).slice(0, TEXT_WORDS_MAX);
    const fields = new Set(members.flatMap(stems));
    const spelt = wordsOf(tool.name).join("_");
    const hits = (set: ReadonlySet<string>, found: Iterable<string>): number =>
      [...new Set(found)].filter((word) => set.has(word)).length;
    const scored = this.#actions
      .filter(({ action }) => (MEANT[effect] ?? []).includes(action.effect))
      .map(({ action, domain, own, names }) => {
        const nouns = this.#nouns.get(domain) ?? new Set();
        const domainScore =
          NAME_WEIGHT * hits(nouns, name) +
          SERVER_WEIGHT * hits(nouns, stems(server)) +
          MEMBER_WEIGHT * Math.min(2, hits(nouns, fields)) +
          TEXT_WEIGHT * hits(nouns, first);
        const ownScore = 4 * hits(own, name) + TEXT_WEIGHT * hits(own, first);
        const same = names.has(spelt) || names.has(words.join("_")) ? 4 * NAME_WEIGHT : 0;
        // The effect that the verb says first is likelier than those that it can mean as well.
        const exact = action.effect !== effect ? 0 : effect === "delete" ? DELETE_WEIGHT : EXACT_WEIGHT;
        // A verb alone, or a word somewhere in the text, says nothing about what the tool is about.
        const isNamed = hits(nouns, name) + hits(nouns, stems(server)) + same > 0;
        return { action, score: domainScore + ownScore + same + exact, isNamed };
      })
      .filter(({ isNamed }) => isNamed);
    return scored.sort(
      (one, other) => other.score - one.score || (one.action.name < other.action.name ? -1 : 1),
    );
  }

  #fieldsOf(
    action: DraftAction,
    members: readonly string[],
    text: string,
    doubts: string[],
  ): Pick<Guess, "fields" | "unwrap"> {
    const fields = new Map<string, string[]>();
    const rest: string[] = [];
    for (const member of members) {
      const field = this.#fieldOf(action, member);
      if (field === undefined) rest.push(member);
      else fields.set(field, [...(fields.get(field) ?? []), member]);
    }
    if (rest.length > 0) doubts.push(`these arguments are read into no field: ${rest.join(", ")}`);
    if (fields.has("amount_minor")) doubts.push("which unit the amount has: direct, minor or major");
    const language = LANGUAGES.find(
      ({ prefix, field, said }) => prefix.test(action.name) && fields.has(field) && said.test(text),
    );
    return { fields, unwrap: language?.name };
  }

  #fieldOf(action: DraftAction, member: string): string | undefined {
    const words = wordsOf(member);
    const spelt = words.join("_");
    const last = words.at(-1) ?? "";
    const candidates = [
      spelt,
      this.#inputs.get(spelt),
      SYNONYMS[spelt],
      words.length > 1 && last === "id" ? words.slice(0, -1).join("_") : undefined,
      stem(spelt),
      this.#inputs.get(last),
      SYNONYMS[last],
    ];
    return candidates.find((field) => field !== undefined && action.fields.includes(field));
  }
}

const LANGUAGES = [
  // A field query of a database is a statement only where the tool speaks of SQL; a command of a shell always is one.
  { name: "sql", prefix: /^db\./, field: "query", said: /sql/i },
  { name: "shell", prefix: /^process\.shell$/, field: "command", said: /(?:)/ },
] as const;

/** Names of arguments that mean a field nearly everywhere, beside the input names of base. */
const SYNONYMS: Readonly<Record<string, string>> = {
  repo: "repository",
  sql: "query",
  q: "query",
  search: "query",
  pattern: "query",
  cmd: "command",
  per_page: "limit",
  page_size: "limit",
  max_results: "limit",
  ref: "branch",
  head: "branch",
  id: "resource",
  channel_id: "channel",
  channel_name: "channel",
  summary: "title",
  script: "command",
  function: "command",
};

/** Names of the members of an object schema. */
function membersOf(schema: unknown): string[] {
  const properties = (schema as { properties?: unknown } | null | undefined)?.properties;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function hint(annotations: unknown, name: string): unknown {
  return (annotations as Record<string, unknown> | null | undefined)?.[name];
}

/** What the tool does, from its name, or from its description where the name has no verb; undefined when neither says. */
function effectOf(
  words: readonly string[],
  text: string,
  annotations: unknown,
  doubts: string[],
): string | undefined {
  const strongest = (found: readonly string[]): string | undefined =>
    EFFECTS.filter((effect) => found.some((word) => VERBS[effect]?.includes(word))).at(-1);
  // The first verb is the act; further ones are often nouns (`list_commits`, `search_pull_requests`), except after a joint.
  const verbs = words.filter((word) => EFFECTS.some((effect) => VERBS[effect]?.includes(word)));
  const joined = words.some((word) => word === "and" || word === "or");
  let effect = strongest(joined ? verbs : verbs.slice(0, 1));
  if (effect === undefined) {
    const said = wordsOf(text)
      .slice(0, 3)
      .map((word) => word.replace(/(?<=[a-z]{2})s$/, ""));
    effect = strongest(said.filter((word) => EFFECTS.some((one) => VERBS[one]?.includes(word))).slice(0, 1));
    if (effect !== undefined)
      doubts.push(`its name has no verb; the description suggests that it is a ${effect}`);
  }
  if (effect === undefined && hint(annotations, "readOnlyHint") === true) {
    doubts.push("only its own hint says that it reads");
    effect = "read";
  }
  if (effect === "read" && hint(annotations, "destructiveHint") === true) {
    doubts.push("its name reads, its hint says that it destroys");
    return "delete";
  }
  if (effect === "read" && hint(annotations, "readOnlyHint") === false) {
    doubts.push("its name reads, its hint says that it writes");
    return "write";
  }
  if (effect !== undefined && effect !== "read" && hint(annotations, "readOnlyHint") === true) {
    doubts.push(`its hint says that it only reads, its name that it does more (${effect})`);
  }
  return effect;
}

/** Text that cannot end a comment or a quoted scalar, however hostile the server is. */
function quoted(text: string): string {
  return JSON.stringify(safe(text));
}

function comment(text: string): string {
  return `# ${cut(safe(text), DESCRIPTION_COLUMNS * 2)}`;
}

function rowOf(guess: Guess, id: string, description: unknown): string[] {
  const about =
    typeof description === "string" ? [`  ${comment(cut(description.trim(), DESCRIPTION_COLUMNS))}`] : [];
  const doubts = guess.doubts.map((doubt) => `  ${comment(`doubt: ${doubt}`)}`);
  if (guess.action === undefined) return [`  ${comment(guess.tool)}`, ...about, ...doubts];
  const fields = [...guess.fields].map(
    ([field, members]) => `      ${field}: [${members.map((member) => quoted(member)).join(", ")}]`,
  );
  return [
    ...about,
    ...doubts,
    `  - id: ${id}`,
    `    names: [${quoted(guess.tool)}]`,
    `    action: ${guess.action}`,
    ...(guess.unwrap === undefined ? [] : [`    unwrap: ${guess.unwrap}`]),
    ...(fields.length === 0 ? [] : ["    fields:", ...fields]),
  ];
}

function idOf(tool: string, taken: Set<string>): string {
  const base = /^[a-z]/.test(wordsOf(tool)[0] ?? "")
    ? wordsOf(tool).join("_")
    : `tool_${wordsOf(tool).join("_")}`;
  let id = base.slice(0, 50);
  for (let count = 2; taken.has(id); count++) id = `${base.slice(0, 50)}_${count}`;
  taken.add(id);
  return id;
}

/** The text of a draft: a pack that does not compile as long as it says `draft`. */
export function draftText(name: string, tools: readonly ToolDefinition[], drafter: Drafter): string {
  const taken = new Set<string>();
  const guesses = [...tools]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((tool) => ({ tool, guess: drafter.guess(tool, name) }));
  const rows = guesses.map(({ tool, guess }) =>
    rowOf(guess, idOf(tool.name, taken), tool.description).join("\n"),
  );
  const known = guesses.filter(({ guess }) => guess.action !== undefined).length;
  return `# Drafted from the definitions of the server ${name}: ${known} of ${tools.length} tools understood, by their words alone. Texts of the
# server are quoted for you to read; they are its own word. Before you remove the line draft: read every row and every doubt, and
# add examples that show what must be allowed, reviewed and denied.
pack: ${name}
draft: true
version: "0.1.0"
publisher: acme          # the name after \`org:\` in your policy
title: ${name}
description: Tools of the server ${name}.
servers: [${name}]
tools:${known === 0 ? " []   # none was understood: write a row for each that is known to be harmless, or no pack" : ""}
${rows.join("\n")}
`;
}

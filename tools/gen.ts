/**
 * Writes assembly/gen and bindings/src/gen from taxonomy/wire.yaml, flags.yaml, amplifiers.yaml, fields.yaml, sql.yaml and
 * detectors.yaml, so that a number stands in one place. `npm run gen` writes the files, `npm run gen:check` compares and fails when one is stale.
 * The text comes out the way Biome formats it: 2 spaces, 110 columns.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "yaml";
import { detectorsText, kindsText, lookAlikesText } from "./detectors.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LINE_COLUMNS_MAX = 110;
const I32_MAX = 2_147_483_647;
const SEGMENT_ALL = 0xffffffff;
/** Longest str of CMP/1 whose header is one byte. */
const STR_SHORT_BYTES_MAX = 31;

interface Named {
  readonly name: string;
  readonly number: number;
}

/** What wire.yaml holds. The schema in taxonomy/schema/wire.schema.json checks the shape. */
interface Wire {
  readonly versions: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
  readonly statuses: readonly { readonly number: number; readonly code: string; readonly text: string }[];
  readonly operands: readonly (Named & { readonly value: string; readonly lowers: number })[];
  readonly operators: readonly Named[];
  readonly lowered_kinds: readonly { readonly name: string; readonly input: number }[];
  readonly namespaces: Readonly<Record<string, number>>;
  readonly sections: readonly { readonly name: string; readonly bytes: number }[];
  readonly entries: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>>;
  /** A group is a list of words, or the name of a list of this file. */
  readonly words: {
    readonly groups: Readonly<Record<string, string | readonly string[]>>;
    readonly single: readonly string[];
  };
  readonly [list: string]: unknown;
}

interface Taxonomy {
  readonly wire: Wire;
  readonly flags: readonly { readonly id: string; readonly number: number }[];
  readonly amplifiers: readonly { readonly id: string; readonly number: number; readonly max: number }[];
  readonly fields: readonly {
    readonly name: string;
    readonly number: number;
    readonly type: string;
    readonly many: boolean;
  }[];
}

/** One run of related numbers: `PREFIX_NAME = number`. */
interface Group {
  readonly prefix: string;
  readonly about: string;
  readonly items: readonly Named[];
  /** Also write `PREFIX_COUNT`, the number of items. */
  readonly counted?: boolean;
}

function readCheckout(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function readTaxonomy(read: (path: string) => string): Taxonomy {
  return {
    wire: parse(read("taxonomy/wire.yaml")) as Wire,
    flags: parse(read("taxonomy/flags.yaml")) as Taxonomy["flags"],
    amplifiers: parse(read("taxonomy/amplifiers.yaml")) as Taxonomy["amplifiers"],
    fields: parse(read("taxonomy/fields.yaml")) as Taxonomy["fields"],
  };
}

function refuse(problem: string): never {
  throw new Error(`taxonomy/wire.yaml: ${problem}`);
}

function constantName(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

function listOf(wire: Wire, key: string): readonly string[] {
  const list = wire[key];
  if (!Array.isArray(list)) refuse(`${key}: wanted a list of words`);
  return list as readonly string[];
}

/** A list of words whose number is the position. */
function positions(wire: Wire, key: string): Named[] {
  return listOf(wire, key).map((name, number) => ({ name, number }));
}

function groupsOf({ wire, flags, amplifiers, fields }: Taxonomy): Group[] {
  const byId = (entries: readonly { readonly id: string; readonly number: number }[]): Named[] =>
    entries.map(({ id, number }) => ({ name: id, number }));
  return [
    {
      prefix: "VERSION",
      about: "Versions of the byte formats.",
      items: Object.entries(wire.versions).map(([name, number]) => ({ name, number })),
    },
    {
      prefix: "STATUS",
      about: "What `decide` and `loadImage` return.",
      items: wire.statuses.map(({ code, number }) => ({ name: code, number })),
    },
    {
      prefix: "VERDICT",
      about: "Calmest first: a larger number is stricter.",
      items: positions(wire, "verdicts"),
    },
    { prefix: "TIER", about: "By hazard, calmest first.", items: positions(wire, "tiers") },
    { prefix: "MODE", about: "What the host does with the verdict.", items: positions(wire, "modes") },
    {
      prefix: "BINDING",
      about: "How tightly the decision is tied to the run.",
      items: positions(wire, "bindings"),
    },
    { prefix: "DURABILITY", about: "How the record is kept.", items: positions(wire, "durabilities") },
    { prefix: "DIALECT", about: "Shells a host can name.", items: positions(wire, "dialects") },
    {
      prefix: "FLAG",
      about: "Kinds of risk, from flags.yaml; also the bit.",
      items: byId(flags),
      counted: true,
    },
    { prefix: "FLAG_ROLE", about: "How an action carries a flag.", items: positions(wire, "roles_of_flag") },
    {
      prefix: "AMPLIFIER",
      about: "Dimensions of context, from amplifiers.yaml, in the order of the arithmetic.",
      items: byId(amplifiers),
      counted: true,
    },
    { prefix: "COUNTED", about: "How a part adds to the hazard.", items: positions(wire, "counted") },
    { prefix: "EFFECT", about: "What an action does to the world.", items: positions(wire, "effects") },
    { prefix: "LAYER", about: "Where an entry comes from, weakest first.", items: positions(wire, "layers") },
    { prefix: "ROW_KIND", about: "Entries of the decision table.", items: positions(wire, "row_kinds") },
    { prefix: "RULE_KIND", about: "What a rule raises.", items: positions(wire, "rule_kinds") },
    { prefix: "FIELD", about: "Typed facts of an action, from fields.yaml.", items: fields, counted: true },
    {
      prefix: "FIELD_TYPE",
      about: "How the values of a field are read.",
      items: positions(wire, "field_types"),
    },
    {
      prefix: "TRANSFORM",
      about: "How an extraction reads its value.",
      items: positions(wire, "transforms"),
    },
    { prefix: "UNIT", about: "What an integer amount counts.", items: positions(wire, "units") },
    {
      prefix: "GUARD_KIND",
      about: "Conditions that choose a mapping.",
      items: positions(wire, "guard_kinds"),
    },
    {
      prefix: "CELL_SOURCE",
      about: "Where the key of a history comes from.",
      items: positions(wire, "cell_sources"),
    },
    {
      prefix: "TALLY_COUNTS",
      about: "Verdicts that a tally counts.",
      items: positions(wire, "tally_counts"),
    },
    {
      prefix: "SIGNAL_MEASURE",
      about: "What a signal measures.",
      items: positions(wire, "signal_measures"),
    },
    { prefix: "SIGNAL_UNIT", about: "Of which number of an event.", items: positions(wire, "signal_units") },
    { prefix: "LABEL", about: "What a session knows.", items: positions(wire, "labels") },
    { prefix: "PROVENANCE", about: "Where a value came from.", items: positions(wire, "provenances") },
    { prefix: "NOTE_CLASS", about: "What a mark of a note says.", items: positions(wire, "note_classes") },
    { prefix: "EVENT_KIND", about: "What is no call.", items: positions(wire, "event_kinds") },
    { prefix: "FREEZE_SCOPE", about: "What can be frozen.", items: positions(wire, "freeze_scopes") },
    { prefix: "TRUST", about: "Whose text it is.", items: positions(wire, "trusts") },
    { prefix: "EVENT_STATUS", about: "What became of a call.", items: positions(wire, "event_statuses") },
    {
      prefix: "REVIEWER_ANSWER",
      about: "Answers of a reviewer.",
      items: positions(wire, "reviewer_answers"),
    },
    { prefix: "LANGUAGE", about: "In which a text is taken apart.", items: positions(wire, "languages") },
    {
      prefix: "MEMBER_KIND",
      about: "Where a field of an API's row comes from.",
      items: positions(wire, "member_kinds"),
    },
    {
      prefix: "STEP_KIND",
      about: "How a step of an API's path meets the segments of an address.",
      items: positions(wire, "step_kinds"),
    },
    {
      prefix: "COMMAND_STYLE",
      about: "How a command reads its options.",
      items: positions(wire, "command_styles"),
    },
    {
      prefix: "OPTION_TAKES",
      about: "What stands behind an option.",
      items: positions(wire, "option_takes"),
    },
    {
      prefix: "WORD_ROLE",
      about: "What becomes of a word of a command.",
      items: positions(wire, "word_roles"),
    },
    { prefix: "OPERAND", about: "Facts a predicate asks for.", items: wire.operands },
    { prefix: "OPERATOR", about: "How a predicate compares.", items: wire.operators },
    { prefix: "RECIPIENT_SCOPE", about: "Who receives.", items: positions(wire, "recipient_scopes") },
    { prefix: "PATH_SCOPE", about: "Where a path lies.", items: positions(wire, "path_scopes") },
    { prefix: "HOST_SCOPE", about: "Where a host lies.", items: positions(wire, "host_scopes") },
    {
      prefix: "SERVER_BINDING",
      about: "Who vouches for the tool's server.",
      items: positions(wire, "server_bindings"),
    },
    {
      prefix: "ANNOTATION",
      about: "Hints of the tool definition: number of the bit.",
      items: positions(wire, "annotations"),
    },
    {
      prefix: "MARK",
      about: "What the engine noticed: number of the bit.",
      items: positions(wire, "marks"),
      counted: true,
    },
    {
      prefix: "DETECTOR_CHECK",
      about: "What a detector asks besides its automaton.",
      items: positions(wire, "detector_checks"),
    },
    {
      prefix: "OBLIGATION",
      about: "What must happen with a verdict.",
      items: positions(wire, "obligations"),
      counted: true,
    },
    {
      prefix: "LOWERED_KIND",
      about: "Inputs that made a verdict less strict.",
      items: wire.lowered_kinds.map(({ name }, number) => ({ name, number })),
    },
    {
      prefix: "NAMESPACE",
      about: "Kinds of names in the hash table of the image; set n is NAMESPACE_SET + n.",
      items: Object.entries(wire.namespaces).map(([name, number]) => ({ name, number })),
    },
  ];
}

interface Constant {
  readonly name: string;
  readonly value: number;
}

/**
 * The constants of a group. Every group ends with `PREFIX_LAST`, its largest number. An item called `count` would take
 * the name of the total; where a total is written it is called `PREFIX_COUNT_PREFIX`, so `FIELD_COUNT_FIELD`.
 */
function constantsOf({ prefix, items, counted }: Group): Constant[] {
  const constants = items.map(({ name, number }) => {
    const plain = `${prefix}_${constantName(name)}`;
    return { name: counted && plain === `${prefix}_COUNT` ? `${plain}_${prefix}` : plain, value: number };
  });
  constants.push({ name: `${prefix}_LAST`, value: Math.max(...items.map(({ number }) => number)) });
  if (counted) constants.push({ name: `${prefix}_COUNT`, value: items.length });
  return constants;
}

function assertUnique(names: readonly string[], place: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) refuse(`${place}: ${name} would be written twice`);
    seen.add(name);
  }
}

/** Consecutive numbers from `first`: tables are indexed by them. */
function assertConsecutive(items: readonly Named[], first: number, place: string): void {
  items.forEach(({ name, number }, index) => {
    if (number !== first + index) refuse(`${place}: ${name} has number ${number}, wanted ${first + index}`);
  });
}

type Side = "assembly" | "bindings";

function header(about: string): string {
  return `// Written by \`npm run gen\` from taxonomy/*.yaml; do not edit. ${about}\n`;
}

function declare(side: Side, { name, value }: Constant): string {
  if (!Number.isSafeInteger(value)) refuse(`${name}: wanted an integer, got ${value}`);
  if (side === "bindings") return `export const ${name} = ${value};\n`;
  const type = value > I32_MAX ? (value === SEGMENT_ALL ? "u32" : "i64") : "i32";
  return `export const ${name}: ${type} = ${value};\n`;
}

/** A string list as Biome breaks it: on one line if it fits, else one word a line. */
function stringArray(lead: string, words: readonly string[], tail: string): string {
  const items = words.map((word) => JSON.stringify(word));
  const flat = `${lead}[${items.join(", ")}]${tail}\n`;
  if (flat.length - 1 <= LINE_COLUMNS_MAX) return flat;
  return `${lead}[\n${items.map((item) => `  ${item},\n`).join("")}]${tail}\n`;
}

/** A list of numbers as Biome fills it: as many on a line as fit. */
function numberArray(lead: string, numbers: readonly number[], tail: string): string {
  const flat = `${lead}[${numbers.join(", ")}]${tail}\n`;
  if (flat.length - 1 <= LINE_COLUMNS_MAX) return flat;
  const lines: string[] = [];
  let line = " ";
  for (const number of numbers) {
    const item = ` ${number},`;
    if (line.length + item.length > LINE_COLUMNS_MAX) {
      lines.push(line);
      line = " ";
    }
    line += item;
  }
  lines.push(line);
  return `${lead}[\n${lines.join("\n")}\n]${tail}\n`;
}

function limitsText(side: Side, { wire }: Taxonomy): string {
  let text = header("Every maximum; units are in the names.");
  for (const [key, value] of Object.entries(wire.limits)) {
    text += declare(side, { name: constantName(key), value });
  }
  return text;
}

function codesText(side: Side, taxonomy: Taxonomy): string {
  let text = header("Numbers on the wire and what they are called.");
  const names: string[] = [];
  for (const group of groupsOf(taxonomy)) {
    text += `\n// ${group.about}\n`;
    for (const constant of constantsOf(group)) {
      text += declare(side, constant);
      names.push(constant.name);
    }
  }
  assertUnique(names, "codes");
  text += fieldTypesText(side, taxonomy);
  if (side === "bindings") text += namesText(taxonomy);
  return text;
}

/** The type of each field by its number: the engine reads some fields by number and takes their types for granted. */
function fieldTypesText(side: Side, { wire, fields }: Taxonomy): string {
  const names = listOf(wire, "field_types");
  const types = fields.map(({ name, type }) => {
    const number = names.indexOf(type);
    return number >= 0 ? number : refuse(`fields.yaml: ${name} has the unknown type ${type}`);
  });
  if (side === "bindings") {
    const about = "\n// The type of each field, by its number less 1.\n";
    return `${about}${numberArray("export const FIELD_TYPES: readonly number[] = ", types, ";")}`;
  }
  return `
${numberArray("const FIELD_TYPES: usize = memory.data<u8>(", types, ");")}
/** The type of a field. */
export function fieldType(field: i32): u8 {
  assert(field >= 1);
  assert(field <= FIELD_COUNT);
  return load<u8>(FIELD_TYPES + <usize>(field - 1));
}
`;
}

/** The words behind the numbers, for hosts: `TIER_NAMES[4]` is "critical". */
function namesText(taxonomy: Taxonomy): string {
  const named = new Set([
    ..."VERDICT TIER MODE BINDING DURABILITY DIALECT FLAG AMPLIFIER COUNTED EFFECT LAYER ROW_KIND".split(" "),
    ..."RULE_KIND FIELD_TYPE TRANSFORM UNIT GUARD_KIND STEP_KIND RECIPIENT_SCOPE PATH_SCOPE HOST_SCOPE".split(
      " ",
    ),
    ..."SERVER_BINDING ANNOTATION MARK OBLIGATION LOWERED_KIND".split(" "),
    ..."MEMBER_KIND LANGUAGE COMMAND_STYLE OPTION_TAKES WORD_ROLE DETECTOR_CHECK".split(" "),
    ..."CELL_SOURCE TALLY_COUNTS SIGNAL_MEASURE SIGNAL_UNIT".split(" "),
    ..."LABEL PROVENANCE EVENT_KIND FREEZE_SCOPE TRUST EVENT_STATUS REVIEWER_ANSWER".split(" "),
  ]);
  let text = "\n// The words by number.\n";
  for (const { prefix, items } of groupsOf(taxonomy)) {
    if (!named.has(prefix)) continue;
    assertConsecutive(items, 0, prefix);
    const words = items.map(({ name }) => name);
    text += stringArray(`export const ${prefix}_NAMES = `, words, " as const;");
  }
  for (const group of ["context_key", "reason_state", "reason_answer"]) {
    const words = taxonomy.wire.words.groups[group];
    if (!Array.isArray(words)) refuse(`words.groups.${group}: missing`);
    text += stringArray(`export const ${constantName(group)}_NAMES = `, words, " as const;");
  }
  for (const [prefix, items] of [
    ["FIELD", taxonomy.fields],
    ["OPERAND", taxonomy.wire.operands],
    ["OPERATOR", taxonomy.wire.operators],
  ] as const) {
    text += recordText(
      `${prefix}_NAMES`,
      "string",
      items.map(({ name, number }) => [number, JSON.stringify(name)]),
    );
  }
  text += "\n// What the values of a predicate are, by operand.\n";
  const values = taxonomy.wire.operands.map(({ value, number }) => [number, JSON.stringify(value)] as const);
  text += recordText("OPERAND_VALUES", '"text" | "int" | "enum" | "bits"', values);
  text += "\n// A status by number: its code and what it means.\n";
  text += "export const STATUS_TEXTS: Readonly<Record<number, readonly [code: string, text: string]>> = {\n";
  for (const { number, code, text: meaning } of taxonomy.wire.statuses) {
    text += `  ${number}: [${JSON.stringify(code)}, ${JSON.stringify(meaning)}],\n`;
  }
  return `${text}};\n`;
}

function recordText(name: string, type: string, members: readonly (readonly [number, string])[]): string {
  const lines = members.map(([number, text]) => `  ${number}: ${text},\n`);
  return `export const ${name}: Readonly<Record<number, ${type}>> = {\n${lines.join("")}};\n`;
}

const TYPE_BYTES: Readonly<Record<string, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  ref: 8,
  short: 4,
  list: 4,
  bin32: 32,
};

function memberBytes(type: string): number {
  const [, element, count] = /^(\w+)(?: x (\d+))?$/.exec(type) ?? [];
  const bytes = element === undefined ? undefined : TYPE_BYTES[element];
  if (bytes === undefined) refuse(`entries: unknown type ${type}`);
  return bytes * (count === undefined ? 1 : Number(count));
}

/** Members must follow one another, not overlap and end inside the entry. */
function assertLayout(
  section: string,
  bytes: number,
  members: readonly (readonly [string, number, number])[],
): void {
  let end = 0;
  for (const [member, offset, size] of members) {
    if (offset < end) refuse(`entries.${section}.${member}: begins at ${offset}, before ${end}`);
    end = offset + size;
  }
  if (end > bytes) refuse(`entries.${section}: members end at ${end}, the entry has ${bytes} bytes`);
}

function layoutText(side: Side, { wire }: Taxonomy): string {
  const constants: Constant[][] = [];
  const headerMembers = wire.entries.header ?? refuse("entries.header: missing");
  const directoryBytes = wire.sections.length * 8;
  const placed = Object.entries(headerMembers).map(
    ([member, [offset, type]]) =>
      [member, offset, type === "dir" ? directoryBytes : memberBytes(type)] as const,
  );
  const headerBytes = (headerMembers.directory?.[0] ?? 0) + directoryBytes;
  assertLayout("header", headerBytes, placed);
  constants.push([
    // The bytes P, 0, I, M read as a little-endian number.
    { name: "IMAGE_MAGIC", value: 0x4d493050 },
    // HEADER_BYTES is the member `bytes`, the size of the file; the header itself has HEADER_SIZE bytes.
    { name: "HEADER_SIZE", value: headerBytes },
    ...placed.map(([member, offset]) => ({ name: `HEADER_${constantName(member)}`, value: offset })),
    // One entry of the directory: offset u32, count u32.
    { name: "DIRECTORY_BYTES", value: 8 },
  ]);
  constants.push([
    ...wire.sections.map(({ name }, number) => ({ name: `SECTION_${constantName(name)}`, value: number })),
    { name: "SECTION_COUNT", value: wire.sections.length },
  ]);
  for (const { name, bytes } of wire.sections) {
    const members = Object.entries(wire.entries[name] ?? {}).map(
      ([member, [offset, type]]) => [member, offset, memberBytes(type)] as const,
    );
    assertLayout(name, bytes, members);
    constants.push([
      { name: `${constantName(name)}_BYTES`, value: bytes },
      ...members.map(([member, offset]) => ({
        name: `${constantName(name)}_${constantName(member)}`,
        value: offset,
      })),
    ]);
  }
  for (const name of Object.keys(wire.entries)) {
    if (name !== "header" && !wire.sections.some((section) => section.name === name)) {
      refuse(`entries.${name}: no such section`);
    }
  }
  assertUnique(
    constants.flat().map(({ name }) => name),
    "layout",
  );
  const blocks = constants.map((block) => block.map((constant) => declare(side, constant)).join(""));
  const sizes = wire.sections.map(({ bytes }) => bytes);
  return `${header("Bytes of the image: docs/format/image.md.")}\n${blocks.join("\n")}\n${sizesText(side, sizes)}`;
}

function sizesText(side: Side, sizes: readonly number[]): string {
  if (side === "bindings") {
    const table = numberArray("export const SECTION_ENTRY_BYTES: readonly number[] = ", sizes, ";");
    return `// Bytes of one entry of each section.\n${table}`;
  }
  return `${numberArray("const ENTRY_BYTES: usize = memory.data<u16>(", sizes, ");")}
/** Bytes of one entry of a section. */
export function sectionEntryBytes(section: i32): u32 {
  assert(section >= 0);
  assert(section < SECTION_COUNT);
  return load<u16>(ENTRY_BYTES + ((<usize>section) << 1));
}
`;
}

/** A list of wire.yaml by its key: words, or entries with a name. */
function namesOf(wire: Wire, key: string): readonly string[] {
  if (key === "lowered_kinds") return wire.lowered_kinds.map(({ name }) => name);
  return listOf(wire, key);
}

/** Groups first, each a run of ids, then the single words. */
function wordEntries({ wire }: Taxonomy): { texts: string[]; ids: Constant[]; positions: Constant[][] } {
  const texts: string[] = [];
  const ids: Constant[] = [];
  const positions: Constant[][] = [];
  for (const [group, source] of Object.entries(wire.words.groups)) {
    const words = typeof source === "string" ? namesOf(wire, source) : source;
    ids.push({ name: `WORD_${constantName(group)}`, value: texts.length });
    texts.push(...words);
    if (typeof source === "string") continue;
    // Groups that come from another list have their numbers in codes.ts.
    const prefix = constantName(group);
    positions.push([
      ...words.map((word, value) => ({ name: `${prefix}_${constantName(word)}`, value })),
      { name: `${prefix}_COUNT`, value: words.length },
    ]);
    if (group.endsWith("_key")) assertAscending(words, `words.groups.${group}`);
  }
  for (const word of wire.words.single) {
    ids.push({ name: `WORD_${constantName(word)}`, value: texts.length });
    texts.push(word);
  }
  ids.push({ name: "WORD_COUNT", value: texts.length });
  return { texts, ids, positions };
}

/** Keys of a map are written in this order, so it must be the one CMP/1 demands. */
function assertAscending(words: readonly string[], place: string): void {
  words.forEach((word, index) => {
    const before = words[index - 1];
    if (before !== undefined && Buffer.compare(Buffer.from(before), Buffer.from(word)) >= 0) {
      refuse(`${place}: ${word} after ${before}, wanted ascending bytes`);
    }
  });
}

/** The words of wire.yaml as an image has them, each as a CMP/1 str. */
function wordBytes({ texts }: { readonly texts: readonly string[] }): Buffer {
  const bytes = texts.map((text) => {
    const utf8 = Buffer.from(text);
    if (utf8.length > STR_SHORT_BYTES_MAX)
      refuse(`words: ${text}, wanted at most ${STR_SHORT_BYTES_MAX} bytes`);
    return Buffer.concat([Buffer.of(0xa0 | utf8.length), utf8]);
  });
  const blob = Buffer.concat(bytes);
  if (blob.length > 0xffff) refuse(`words: ${blob.length} bytes, wanted at most 65535`);
  return blob;
}

/** The words themselves, for tests of layers that have no image. */
function wordTextText(taxonomy: Taxonomy): string {
  return `${header("The words as they stand in an image, for tests without one.")}
${numberArray("export const WORD_TEXT: usize = memory.data<u8>(", [...wordBytes(wordEntries(taxonomy))], ");")}`;
}

/** The same words for the compiler, which writes them into images. */
function wordBindingsText(taxonomy: Taxonomy): string {
  const { texts } = wordEntries(taxonomy);
  return `${header("Words the engine reads or writes, by id.")}
${stringArray("export const ENGINE_WORDS: readonly string[] = ", texts, ";").replaceAll("${", "\\u0024{")}`;
}

function wordsText(taxonomy: Taxonomy): string {
  const { texts, ids, positions } = wordEntries(taxonomy);
  assertUnique(
    [...ids, ...positions.flat()].map(({ name }) => name),
    "words",
  );
  const blob = wordBytes({ texts });
  const block = (constants: readonly Constant[]): string =>
    constants.map((constant) => declare("assembly", constant)).join("");
  return `${header("Words the engine reads or writes, by id.")}
// Ids: of a single word, or of the first word of a group.
${block(ids)}
// Positions in a group: id = id of the group + position.
${positions.map(block).join("\n")}
// The words stand in the image's section \`words\`, each as a CMP/1 str: a header of one byte, then the word.
export const WORD_TEXT_BYTES: i32 = ${blob.length};
/** FNV-1a of them: an image with other words is refused. */
export const WORD_TEXT_HASH: u32 = ${fnv1a(blob)};

let textAt: usize = 0;
// Where each word begins in the text. One more ends the last one.
const OFFSETS: usize = memory.data(${2 * texts.length + 2}, 2);

/** Fills OFFSETS from the words at \`at\`. Comes before everything that asks for a word. */
export function layOutWords(at: usize): void {
  textAt = at;
  let offset: u32 = 0;
  for (let id = 0; id < WORD_COUNT; id++) {
    offset += 1 + (load<u8>(at + offset) & ${STR_SHORT_BYTES_MAX});
    store<u16>(OFFSETS + ((<usize>id) << 1), <u16>offset, 2);
  }
}

/** Address of a word as a CMP/1 str, which takes \`wordBytes\` + 1 bytes. */
export function encodedWordAt(id: i32): usize {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  return textAt + load<u16>(OFFSETS + ((<usize>id) << 1));
}

/** Address of the first byte of a word. */
export function wordAt(id: i32): usize {
  return encodedWordAt(id) + 1;
}

/** Size of a word in bytes. */
export function wordBytes(id: i32): i32 {
  assert(id >= 0);
  assert(id < WORD_COUNT);
  const at = OFFSETS + ((<usize>id) << 1);
  return <i32>load<u16>(at, 2) - <i32>load<u16>(at) - 1;
}
`;
}

/** What sql.yaml holds. */
interface Sql {
  readonly words: readonly string[];
  readonly free_words: readonly string[];
  readonly leads: Readonly<Record<string, readonly string[]>>;
  readonly [list: string]: readonly string[] | Readonly<Record<string, readonly string[]>>;
}

/** The lists of sql.yaml in the order of their numbers: each sorted by bytes, so that a word is found by halving. */
function sqlLists(sql: Sql): [string, readonly string[]][] {
  const sorted = (list: readonly string[]): string[] =>
    [...list].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const { words, free_words, leads, ...rest } = sql;
  return [
    ["words", sorted(words)],
    ["free_words", sorted(free_words)],
    ...Object.entries(leads).map(([name, list]): [string, string[]] => [`lead_${name}`, sorted(list)]),
    ...Object.entries(rest).map(([name, list]): [string, string[]] => [name, sorted(list as string[])]),
  ];
}

/** The words of SQL as an image has them, behind the other words. */
function sqlBytes(texts: readonly string[]): Buffer {
  return Buffer.concat([
    Buffer.from(texts.map((text) => Buffer.byteLength(text))),
    Buffer.from(texts.join("")),
  ]);
}

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

/** The same words for the compiler, which writes them into images. */
function sqlBindingsText(sql: Sql): string {
  const texts = sqlLists(sql).flatMap(([, list]) => list);
  return `${header("Words of SQL, by list, one behind the other.")}
export const SQL_WORDS: readonly string[] =
  "${texts.join(" ")}".split(
    " ",
  );
`;
}

function sqlText(sql: Sql): string {
  const lists = sqlLists(sql);
  for (const [name, list] of lists) assertUnique(list, `sql.yaml ${name}`);
  const texts = lists.flatMap(([, list]) => list);
  const codes = [...(lists[0]?.[1] ?? []), ...(lists[1]?.[1] ?? [])];
  assertUnique(codes, "sql.yaml words");
  if (codes.length > 254) refuse(`sql.yaml: ${codes.length} words, wanted at most 254`);
  const sizes = texts.map((text) => Buffer.byteLength(text));
  if (Math.max(...sizes) > 0xff) refuse("sql.yaml: a word of more than 255 bytes");
  if (sizes.reduce((sum, size) => sum + size, 0) > 0xffff) refuse("sql.yaml: more than 65535 bytes");
  const bytes = sqlBytes(texts);
  const starts = [0];
  for (const [, list] of lists) starts.push((starts.at(-1) ?? 0) + list.length);
  const block = (constants: readonly Constant[]): string =>
    constants.map((constant) => declare("assembly", constant)).join("");
  return `${header("Words of SQL, by list.")}
// Lists.
${block(lists.map(([name], value) => ({ name: `SQL_LIST_${constantName(name)}`, value })))}
// Codes of words: position in the first two lists, from 1. From SQL_FREE on they may also be names.
export const SQL_NONE: i32 = 0;
${block(codes.map((word, position) => ({ name: `SQL_${constantName(word)}`, value: position + 1 })))}export const SQL_FREE: i32 = ${sql.words.length + 1};
export const SQL_WORD_BYTES_MAX: i32 = ${Math.max(...sizes)};

// The words stand in the image's section \`words\`, behind the others: a byte of size for each, then their bytes.
export const SQL_WORDS: i32 = ${texts.length};
export const SQL_BYTES: i32 = ${bytes.length};
/** FNV-1a of them: an image with other words is refused. */
export const SQL_HASH: u32 = ${fnv1a(bytes)};

let textAt: usize = 0;
// Where each word begins in the text. One more ends the last one.
const OFFSETS: usize = memory.data(${2 * texts.length + 2}, 2);

/** Fills OFFSETS from the words at \`at\`. Comes before everything that asks for a word. */
export function layOutSqlWords(at: usize): void {
  textAt = at + SQL_WORDS;
  let offset: u32 = 0;
  for (let position: usize = 0; position < <usize>SQL_WORDS; position++) {
    offset += load<u8>(at + position);
    store<u16>(OFFSETS + (position << 1), <u16>offset, 2);
  }
}

// Where each list begins in OFFSETS. One more ends the last one.
${numberArray("const STARTS: usize = memory.data<u16>(", starts, ");")}
/** Position of a list's first word among all words. */
export function sqlListStart(list: i32): i32 {
  assert(list >= 0);
  assert(list <= ${lists.length});
  return load<u16>(STARTS + ((<usize>list) << 1));
}

export function sqlWordAt(position: i32): usize {
  assert(position >= 0);
  assert(position < SQL_WORDS);
  return textAt + load<u16>(OFFSETS + ((<usize>position) << 1));
}

export function sqlWordBytes(position: i32): i32 {
  assert(position >= 0);
  assert(position < SQL_WORDS);
  const at = OFFSETS + ((<usize>position) << 1);
  return <i32>load<u16>(at, 2) - <i32>load<u16>(at);
}
`;
}

/**
 * Every generated file: path from the root of the repository to its text.
 * @param read gives the text of a source by its path; the checkout's without it.
 * @throws Error when numbers or layouts of the sources contradict each other.
 */
export function generate(read: (path: string) => string = readCheckout): Map<string, string> {
  const taxonomy = readTaxonomy(read);
  assertConsecutive(taxonomy.fields, 1, "fields.yaml");
  return new Map([
    ["assembly/gen/limits.ts", limitsText("assembly", taxonomy)],
    ["assembly/gen/codes.ts", codesText("assembly", taxonomy)],
    ["assembly/gen/layout.ts", layoutText("assembly", taxonomy)],
    ["assembly/gen/words.ts", wordsText(taxonomy)],
    ["assembly/gen/word-text.ts", wordTextText(taxonomy)],
    ["bindings/src/gen/words.ts", wordBindingsText(taxonomy)],
    ["assembly/gen/sql.ts", sqlText(parse(read("taxonomy/sql.yaml")) as Sql)],
    ["bindings/src/gen/sql.ts", sqlBindingsText(parse(read("taxonomy/sql.yaml")) as Sql)],
    ["assembly/gen/kinds.ts", kindsText()],
    ["bindings/src/gen/limits.ts", limitsText("bindings", taxonomy)],
    ["bindings/src/gen/codes.ts", codesText("bindings", taxonomy)],
    ["bindings/src/gen/layout.ts", layoutText("bindings", taxonomy)],
    [
      "bindings/src/gen/detectors.ts",
      detectorsText(
        read("taxonomy/detectors.yaml"),
        listOf(taxonomy.wire, "marks"),
        listOf(taxonomy.wire, "detector_checks"),
      ),
    ],
    ["bindings/src/gen/look-alikes.ts", lookAlikesText(read("taxonomy/detectors.yaml"))],
  ]);
}

function main(): void {
  const check = process.argv.includes("--check");
  let stale = 0;
  for (const [path, text] of generate()) {
    const file = join(ROOT, path);
    const current = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    if (current === text) continue;
    stale++;
    if (check) {
      console.error(
        `${path}: differs from what taxonomy/*.yaml gives; run \`npm run gen\` and commit the result`,
      );
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
  if (check && stale > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();

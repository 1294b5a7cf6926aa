/** One request (method, URL, data) to parts (docs/format/http.md). */
import { asciiLower, fromBytes, trim } from "../bytes.ts";
import { parseUrl, type Url } from "../canonical.ts";
import type { Node } from "../cmp.ts";
import type { Image } from "../image.ts";
import type { Api, ApiMember } from "../image-languages.ts";
import { canonicalToolName } from "../names.ts";
import { fieldNumber, limit, wire, wordGroup } from "../wire.ts";
import type { Drafts, Nested } from "./drafts.ts";
import { Body, type BodyValue, ofForm } from "./http-body.ts";
import { innerUrls } from "./http-inner.ts";
import { captures, matchingRow, rowLists } from "./http-rows.ts";
import {
  carriesData,
  decode,
  isDoubtful,
  type Parameter,
  parametersOf,
  readRequestUrl,
  segmentsOf,
} from "./http-url.ts";

const METHODS = wordGroup("http_method");
const OTHER_METHOD = METHODS.length;
const READING = ["get", "head", "options"];
/** A longer value of the parameter `action` is no name of a read. */
const ACTION_BYTES_MAX = 256;
const URL = fieldNumber("url");
const METHOD = fieldNumber("method");
const DATA = fieldNumber("data");
const PATH = fieldNumber("path");

export function takeHttp(
  method: Uint8Array | null,
  url: Uint8Array,
  data: Uint8Array | Node | null,
  text: Nested,
  drafts: Drafts,
  image: Image,
): void {
  new Request(
    method === null ? "" : fromBytes(method),
    fromBytes(url),
    new Body(data),
    text,
    drafts,
    image,
  ).take();
}

/** Whether one of the lines is a header that gives a request another method. */
export function overridesMethod(lines: string): boolean {
  return lines.split("\n").some(isOverride);
}

function isOverride(line: string): boolean {
  const name = asciiLower(decode(trim(line.split(":")[0] as string)));
  return wordGroup("override_name").includes(name);
}

/** Whether a parameter says that more is done than reading. */
function acts({ name, value }: Parameter, image: Image): boolean {
  if (/mutation.*\{/s.test(asciiLower(decode(value)))) return true;
  if (asciiLower(name) !== "action") return false;
  if (value.length > ACTION_BYTES_MAX) return true;
  const verb = canonicalToolName(value).split("_")[0] as string;
  return image.look(wire.namespaces.verb_read as number, verb) === undefined;
}

class Request {
  /** Trimmed, or the one that is meant where there is none. */
  readonly method: string;
  readonly methodBit: number;
  readonly url: ReturnType<typeof readRequestUrl>;
  readonly read: Url | null;
  readonly segments: string[] | null;
  readonly query: string;

  constructor(
    method: string,
    readonly given: string,
    readonly body: Body,
    readonly text: Nested,
    readonly drafts: Drafts,
    readonly image: Image,
  ) {
    this.method = trim(method) || (body.present ? "post" : "get");
    const at = METHODS.indexOf(asciiLower(this.method));
    this.methodBit = at < 0 ? OTHER_METHOD : at;
    this.url = readRequestUrl(given);
    const read = parseUrl(given);
    this.read = typeof read === "string" ? null : read;
    this.segments = this.url === null || this.url.opaque ? null : segmentsOf(this.url.path);
    this.query = this.url?.query ?? "";
  }

  take(): void {
    const first = this.drafts.drafts.length;
    const row = this.row();
    if (row === null) this.generic();
    else {
      this.takeRow(row);
      if (this.doubtsMethod || this.doubtsPlace) this.generic();
    }
    this.takeFile();
    if (this.takeInner()) this.drafts.drafts[first]?.marks.add("opaque_command");
  }

  begin(role: string): void {
    this.drafts.role(role, "http", this.text.group);
    this.drafts.mark(...this.text.marks);
  }

  // --- doubts ------------------------------------------------------------------------------------------------------

  get isReading(): boolean {
    return READING.includes(asciiLower(this.method)) && !this.body.present;
  }

  get doubtsMethod(): boolean {
    if (this.methodBit === OTHER_METHOD) return true;
    if (READING.includes(asciiLower(this.method)) && this.body.present) return true;
    const parameters = parametersOf(this.query);
    if (parameters.some((parameter) => acts(parameter, this.image))) return true;
    const names = [...parameters.map(({ name }) => decode(name)), ...this.body.names];
    return names.some((name) => wordGroup("override_name").includes(asciiLower(name)));
  }

  get doubtsPlace(): boolean {
    return this.read?.userinfo === true || (this.url !== null && isDoubtful(this.url.path));
  }

  // --- the main part -----------------------------------------------------------------------------------------------

  row(): Api | null {
    const { read, segments } = this;
    if (read?.host === null || read === null || segments === null) return null;
    if (!["http", "https"].includes(read.scheme)) return null;
    const lists = rowLists(read.host.text, this.image);
    if (lists.length === 0 || !this.drafts.keepBytes(segments.join("/"))) return null;
    return matchingRow(lists, this.methodBit, segments);
  }

  takeRow(row: Api): void {
    this.drafts.begin(row.action, row.pack, row.id, this.text.group);
    this.drafts.mark(...this.text.marks);
    this.markCarries();
    this.drafts.fact(URL, this.given);
    if (!row.members.some(({ field }) => field === DATA)) this.dataFact();
    for (const { field, text } of captures(row.steps, this.segments as string[]))
      this.drafts.fact(field, text);
    const given = new Set<number>();
    for (const member of row.members) {
      if (member.kind === "alternative" && given.has(member.field)) continue;
      if (this.takeMember(member)) given.add(member.field);
    }
  }

  /** Whether it gave a fact. */
  takeMember({ name, field, unit, kind }: ApiMember): boolean {
    const fact = (text: string): void => {
      if (unit === "direct") this.drafts.fact(field, text);
      else this.drafts.fact(field, text, unit);
    };
    if (kind === "literal") {
      fact(name);
      return true;
    }
    const isMany = this.image.fields[field - 1]?.many === true;
    let gave = false;
    for (const member of [...this.body.members, ...ofForm(this.query)]) {
      if (member.name !== name) continue;
      for (const value of isMany ? member.many : member.one) {
        if (!this.hasRoom(value)) continue;
        fact(value.text);
        gave = true;
      }
    }
    return gave;
  }

  hasRoom({ text, room }: BodyValue): boolean {
    if (room === "none") return true;
    return room === "whole" ? this.drafts.keep(text) : this.drafts.keepBytes(text);
  }

  generic(): void {
    const schemes = ["http", "https", "ws", "wss", "ftp"];
    const isPlain = this.url === null || this.url.opaque || schemes.includes(this.url.scheme);
    const onlyReads = this.isReading && !this.doubtsMethod && isPlain;
    this.begin(onlyReads ? "network.http_get" : "network.http_post");
    this.markCarries();
    if (this.url !== null) this.drafts.fact(URL, this.given);
    this.drafts.fact(METHOD, this.method);
    this.dataFact();
  }

  markCarries(): void {
    if (this.url !== null && !this.url.opaque && carriesData(this.url)) this.drafts.mark("url_carries");
  }

  dataFact(): void {
    if (this.body.text !== null) this.drafts.fact(DATA, this.body.text);
  }

  // --- further parts -----------------------------------------------------------------------------------------------

  takeFile(): void {
    if (this.url?.scheme !== "file") return;
    this.begin("files.read");
    const rest = (/^[^?#]*/s.exec(this.url.text.slice("file:".length)) as RegExpExecArray)[0];
    const raw = /^[/\\]{2}/.test(rest) ? rest.slice(2).replace(/^[^/\\]*/s, "") : rest;
    const path = decode(raw);
    if (path !== "" && this.drafts.keepBytes(path)) this.drafts.fact(PATH, path);
  }

  /** Whether there were more than are taken. */
  takeInner(): boolean {
    if (this.url === null || this.url.opaque) return false;
    const found = innerUrls(this.url);
    const most = limit("inner_urls_max");
    for (const { raw, text } of found.slice(0, most)) {
      this.begin("network.http_get");
      if (this.drafts.keep(raw)) this.drafts.fact(URL, text);
    }
    return found.length > most;
  }
}

/** URLs inside a URL (docs/format/http.md, 5). */
import { decode, parametersOf, type RequestUrl } from "./http-url.ts";

export interface InnerUrl {
  /** As it stands in the URL. */
  raw: string;
  /** The URL that it is. */
  text: string;
}

export function innerUrls(url: RequestUrl): InnerUrl[] {
  const inPath = ofPath(url);
  const inQuery = url.query === null ? [] : parametersOf(url.query).flatMap(ofParameter);
  return inPath === null ? inQuery : [inPath, ...inQuery];
}

function ofPath({ text, path, pathStart }: RequestUrl): InnerUrl | null {
  const at = path.search(/(?<=[/\\])https?(:|%3a)/i);
  if (at < 0) return null;
  const raw = text.slice(pathStart + at);
  return { raw, text: opened(raw, [0, 1, 2, 3]) ?? raw };
}

function ofParameter({ piece, value }: { piece: string; value: string }): InnerUrl[] {
  for (const raw of [piece, value]) {
    const text = opened(raw, [1, 2, 3]);
    if (text !== null) return [{ raw, text }];
  }
  return [];
}

function decodeTimes(text: string, times: number): string {
  let decoded = text;
  for (let turn = 0; turn < times; turn++) decoded = decode(decoded);
  return decoded;
}

/** The text decoded as often as it takes until it is a URL, or null. */
function opened(raw: string, rounds: number[]): string | null {
  const round = rounds.find((times) => {
    const start = decodeTimes(raw.slice(0, 256), times).replace(/^[\x00-\x20]+/, "");
    return /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|file:|[/\\]{2})/i.test(start);
  });
  return round === undefined ? null : decodeTimes(raw, round);
}

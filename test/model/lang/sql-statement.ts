/** The tokens of one statement, and the questions that are asked about them. */
import { asciiLower } from "../bytes.ts";
import type { Token } from "./sql-tokens.ts";

export interface PathPart {
  token: Token;
  /** In square brackets. */
  bracketed: boolean;
}

export interface Path {
  parts: PathPart[];
  /** Position of the token behind it. */
  end: number;
}

export class Statement {
  constructor(readonly tokens: Token[]) {}

  get length(): number {
    return this.tokens.length;
  }

  at(i: number): Token | undefined {
    return this.tokens[i];
  }

  /** The code of the token, or empty. */
  code(i: number): string {
    return this.tokens[i]?.code ?? "";
  }

  is(i: number, ...codes: string[]): boolean {
    return codes.includes(this.code(i));
  }

  isSign(i: number, ...signs: string[]): boolean {
    const token = this.tokens[i];
    return token?.kind === "sign" && signs.includes(token.text);
  }

  /** Signs that stand one after the other from here on. */
  areSigns(i: number, signs: string): boolean {
    return [...signs].every((sign, k) => this.isSign(i + k, sign));
  }

  isWord(i: number, lower?: string): boolean {
    const token = this.tokens[i];
    return token?.kind === "word" && (lower === undefined || token.lower === lower);
  }

  isFree(i: number): boolean {
    return this.tokens[i]?.free === true;
  }

  isPlainString(i: number): boolean {
    const token = this.tokens[i];
    return token?.kind === "string" && token.plain;
  }

  /** The statement that some of the tokens would be. */
  slice(from: number, to: number): Statement {
    return new Statement(
      this.tokens
        .slice(from, to)
        .map((token) => (token.partner < 0 ? token : { ...token, partner: token.partner - from })),
    );
  }

  opensGroup(i: number): boolean {
    return this.isSign(i, "(", "[");
  }

  /** Position behind a token, or behind the group that it opens. */
  skip(i: number): number {
    return this.opensGroup(i) ? (this.tokens[i] as Token).partner + 1 : i + 1;
  }

  /** Where the group that holds this position ends: its closing bracket, or the end of the statement. */
  levelEnd(i: number): number {
    let at = i;
    while (at < this.length && !this.isSign(at, ")", "]")) at = this.skip(at);
    return at;
  }

  /** Positions from one to another without what stands inside groups; a group is there as its opening bracket. */
  level(from: number, to: number): number[] {
    const positions: number[] = [];
    for (let at = from; at < to; at = this.skip(at)) positions.push(at);
    return positions;
  }

  path(i: number): Path | null {
    const parts: PathPart[] = [];
    let end = i;
    for (;;) {
      const from = parts.length === 0 ? end : end + 1;
      if (parts.length > 0 && !this.isSign(end, ".")) break;
      const token = this.tokens[from];
      if (token?.kind === "word" || token?.kind === "quoted") {
        parts.push({ token, bracketed: false });
        end = from + 1;
      } else if (this.isSign(from, "[") && token?.partner === from + 2 && this.isWord(from + 1)) {
        parts.push({ token: this.tokens[from + 1] as Token, bracketed: true });
        end = from + 3;
      } else break;
    }
    return parts.length === 0 ? null : { parts, end };
  }

  /** A path that may name a table: its first part is free or in brackets. */
  tablePath(i: number): Path | null {
    return this.isFree(i) || this.isSign(i, "[") ? this.path(i) : null;
  }
}

/** The table that a path stands for. */
export function tableOf({ parts }: Path): string {
  const { token } = parts[parts.length - 1] as PathPart;
  const name = asciiLower(token.content);
  if (!token.backquoted) return name;
  return name.slice(name.lastIndexOf(".") + 1) || name;
}

/** Reviewers that ask a model: by an endpoint as OpenAI has it, which many servers speak, or by the package `ai`. */

import { ReviewError } from "./errors.ts";
import { ANSWER_SCHEMA, PROMPT_VERSION, promptOf, questionOf, verdictOf } from "./prompt.ts";
import type { Reviewer } from "./reviewer.ts";

interface ModelOptions {
  /** What the organisation adds to the instructions; never anything from a call. It is part of the prompt's digest. */
  readonly guidance?: string;
  /** Name in records. Default: that of the prompt's version and the model. */
  readonly by?: string;
}

export interface EndpointOptions extends ModelOptions {
  /** Up to the version: `https://api.example.com/v1`. Without TLS only this machine. */
  readonly url: string;
  readonly model: string;
  /** Sent as a bearer token. */
  readonly key?: string;
  /** How the answer is held to its form. `none` for servers that cannot. Default `json_schema`. */
  readonly format?: "json_schema" | "json_object" | "none";
  /** Other members of the body: `{ reasoning_effort: "low" }`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Default: that of the platform. */
  readonly fetch?: typeof fetch;
}

const ANSWER_BYTES_MAX = 256 * 1024;

/**
 * A reviewer behind `POST URL/chat/completions`.
 * @throws ReviewError `reviewer_address`.
 *
 * @example
 * const reviewer = endpointReviewer({ url: "http://127.0.0.1:11434/v1", model: "gpt-oss:20b" });
 */
export function endpointReviewer(options: EndpointOptions): Reviewer {
  const { url, model, key, format = "json_schema", body, guidance, fetch: send = globalThis.fetch } = options;
  const address = addressOf(url);
  const prompt = promptOf(guidance);
  const schema = { name: "review", strict: true, schema: ANSWER_SCHEMA };
  const forms = {
    json_schema: { response_format: { type: "json_schema", json_schema: schema } },
    json_object: { response_format: { type: "json_object" } },
    none: {},
  } as const;
  return {
    by: options.by ?? nameOf(model),
    prompt: prompt.digest,
    async review(facts, { signal }) {
      const question = questionOf(facts);
      const response = await send(address, {
        method: "POST",
        // A server that sends the call elsewhere is not the one that was named.
        redirect: "error",
        signal,
        headers: {
          "content-type": "application/json",
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({
          temperature: 0,
          ...body,
          ...forms[format],
          model,
          messages: [
            { role: "system", content: prompt.instructions },
            { role: "user", content: question.text },
          ],
        }),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        const reason = `the endpoint answered ${response.status}`;
        return { answer: "escalate", reason, unanswered: { status: response.status } };
      }
      return verdictOf(contentOf(await textOf(response)), question);
    },
  };
}

/** What of `generateText` of the package `ai` (6 and 7) is used. */
export type GenerateText = (options: {
  model: never;
  system: string;
  prompt: string;
  maxRetries: number;
  abortSignal: AbortSignal;
}) => PromiseLike<{ readonly text: string }>;

export interface AiOptions extends ModelOptions {
  /** A model of the package `ai`: what `openai("…")`, `anthropic("…")` and others give, or the name of one. */
  readonly model: unknown;
  /** Default: that of the package `ai`, which must be installed. */
  readonly generateText?: GenerateText;
}

/**
 * A reviewer by the package `ai`, whoever provides the model.
 *
 * @example
 * const reviewer = aiReviewer({ model: anthropic("claude-sonnet-4-5") });
 */
export function aiReviewer({ model, generateText, by, guidance }: AiOptions): Reviewer {
  const prompt = promptOf(guidance);
  return {
    by: by ?? nameOf(modelName(model)),
    prompt: prompt.digest,
    async review(facts, { signal }) {
      const question = questionOf(facts);
      const generate = generateText ?? (await packageAi()).generateText;
      const { text } = await generate({
        model: model as never,
        system: prompt.instructions,
        prompt: question.text,
        maxRetries: 0,
        abortSignal: signal,
      });
      return verdictOf(text, question);
    },
  };
}

/** Optional, and no bundler shall look for it where it is not installed. */
async function packageAi(): Promise<{ readonly generateText: GenerateText }> {
  const name = "ai";
  return (await import(name)) as { readonly generateText: GenerateText };
}

/** At most 64 characters, cut between two of them: half of one is no text. */
function nameOf(model: string): string {
  return [...`permit0-reviewer/${PROMPT_VERSION} ${model}`].slice(0, 64).join("");
}

function modelName(model: unknown): string {
  if (typeof model === "string") return model;
  const { modelId } = (model ?? {}) as { modelId?: unknown };
  return typeof modelId === "string" ? modelId : "model";
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function addressOf(url: string): string {
  const refuse = (came: string): never => {
    throw new ReviewError("reviewer_address", { path: "url", wanted: "the address of an endpoint", came });
  };
  const given = URL.canParse(url) ? new URL(url) : refuse("no address");
  // They would stand in messages of errors.
  if (given.username !== "" || given.password !== "") refuse("one with a name or password in it");
  if (given.search !== "" || given.hash !== "") refuse("one with a query");
  if (given.protocol !== "https:" && !(given.protocol === "http:" && LOOPBACK.test(given.hostname)))
    refuse(`${given.protocol}//${given.host}`);
  return `${given.href.replace(/\/+$/, "")}/chat/completions`;
}

/** At most so much: an endless answer is none. */
async function textOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      return "";
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Text of the first choice, whatever else there is; undefined where there is none. */
function contentOf(text: string): unknown {
  try {
    const { choices } = JSON.parse(text) as { choices?: readonly { message?: { content?: unknown } }[] };
    return choices?.[0]?.message?.content;
  } catch {
    return undefined;
  }
}

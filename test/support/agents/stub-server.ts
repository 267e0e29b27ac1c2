import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gates, type Gates } from "../stub-model-gates.ts";
import { nextMove, type Move, type ScriptMessage } from "../stub-model-script.ts";
import { chatApi } from "./api-chat.ts";
import { geminiApi } from "./api-gemini.ts";
import { messagesApi } from "./api-messages.ts";
import { responsesApi } from "./api-responses.ts";

/** One model API, as far as an agent CLI needs it. */
export interface ModelApi {
  /** Whether a request to this path is for it. */
  readonly path: RegExp;
  /** The conversation of a request and the tools that it offers. */
  read(body: unknown): { readonly messages: readonly ScriptMessage[]; readonly tools: readonly string[] };
  /** The whole answer as server-sent events; `type` is an event's name, where the API has names. */
  events(move: Move, tools: readonly string[]): readonly { readonly type?: string; readonly data: unknown }[];
}

/** A model on loopback for every agent CLI. */
export interface AgentModel {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  /** The text of every request so far, oldest first. */
  readonly asked: readonly string[];
  /** Lets every answer go on that waits at `[[hold name]]`, now and later. */
  release(name: string): void;
  close(): Promise<void>;
}

const apis: readonly ModelApi[] = [messagesApi, responsesApi, chatApi, geminiApi];

/** Starts one that does what the script words of the newest prompt say (stub-model-script.ts). */
export async function startAgentModel(): Promise<AgentModel> {
  const asked: string[] = [];
  const holds = gates();
  const server = createServer((request, response) => {
    answer(request, response, { asked, holds }).catch((thrown: unknown) => {
      if (!response.headersSent) response.writeHead(400);
      response.end(String(thrown));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    release: holds.open,
    close: async () => {
      holds.openAll();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Context {
  readonly asked: string[];
  readonly holds: Gates;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { asked, holds }: Context,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://stub").pathname;
  const body = await readJson(request);
  const api = request.method === "POST" ? apis.find((each) => each.path.test(path)) : undefined;
  if (api === undefined) return list(response, path);
  const { messages, tools } = api.read(body);
  asked.push(messages.map(({ text }) => text).join("\n"));
  const move = nextMove(messages, tools);
  if (move.failStatus === 429) return json(response.setHeader("x-should-retry", "false"), 429, planLimit());
  if (move.failStatus !== undefined)
    return json(response, move.failStatus, { error: { message: `stub ${move.failStatus}` } });
  if (move.hold !== undefined) await holds.wait(move.hold);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const { type, data } of api.events(move, tools)) {
    if (type !== undefined) response.write(`event: ${type}\n`);
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}

/** A limit of a plan, for a day: in the words that Claude Code shows, and with the type by which Codex knows one. */
function planLimit() {
  const message = "You've hit your usage limit · resets 3pm (UTC)";
  const resets_at = Math.floor(Date.now() / 1000) + 24 * 3600;
  return { error: { type: "usage_limit_reached", message, plan_type: "plus", resets_at } };
}

/** What CLIs ask beside the conversation: which models there are, how long a text is. */
function list(response: ServerResponse, path: string): void {
  const model = { id: "stub-model", object: "model", owned_by: "stub" };
  if (path.endsWith("/models")) return json(response, 200, { object: "list", data: [model], models: [] });
  if (path.endsWith("/count_tokens")) return json(response, 200, { input_tokens: 1000 });
  if (path.endsWith(":countTokens")) return json(response, 200, { totalTokens: 1000 });
  json(response, 404, {});
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : JSON.parse(text);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

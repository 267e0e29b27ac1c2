import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { nextMove, type Move, type ScriptMessage } from "./stub-model-script.ts";
import type { Gates } from "./stub-model-gates.ts";
import type { RequestLog } from "./stub-model-log.ts";

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  content: z.unknown().optional(),
});
const contentSchema = z.union([z.string(), z.array(blockSchema)]);

/** The part of a Messages API request that the stub reads. */
export const messagesRequestSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  system: contentSchema.optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: contentSchema })),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});

type MessagesRequest = z.infer<typeof messagesRequestSchema>;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: RequestLog;
  readonly holds: Gates;
}

/** Answers one `POST /v1/messages` as the script says, and accounts for it in the log. */
export async function answerMessages(body: MessagesRequest, exchange: Exchange): Promise<void> {
  const messages = body.messages.map(readMessage);
  const tools = (body.tools ?? []).flatMap((tool) => tool.name ?? []);
  const move = nextMove(messages, tools);
  const end = exchange.log.begin({
    at: Date.now(),
    model: body.model,
    session: header(exchange.request, "x-claude-code-session-id"),
    agent: header(exchange.request, "x-claude-code-agent-id"),
    tools,
    system: flatten(body.system ?? ""),
    messages: messages.map(({ role, text }) => ({ role, text })),
    answer: move.say ?? JSON.stringify(move.calls),
  });
  let hadOutput = false;
  exchange.response.on("close", () => {
    const isWhole = exchange.response.writableFinished;
    end({ end: !isWhole ? "aborted" : move.failStatus === undefined ? "answered" : "failed", hadOutput });
  });
  const wait = async () => {
    if (move.hold !== undefined) await exchange.holds.wait(move.hold);
    await sleep(move.slowMs);
  };
  if (move.failStatus !== undefined) return answerError(exchange.response, move.failStatus);
  if (body.stream !== true) {
    await wait();
    hadOutput = true;
    return void exchange.response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ ...envelope(body.model), content: blocks(move), stop_reason: stopReason(move) }));
  }
  await stream(move, {
    model: body.model,
    response: exchange.response,
    wait,
    onOutput: () => (hadOutput = true),
  });
}

/** A message as the script reads it. */
export function readMessage(message: MessagesRequest["messages"][number]): ScriptMessage {
  const blocks =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const results = blocks.filter((one) => one.type === "tool_result").map((one) => flatten(one.content));
  const said = blocks.flatMap((one) => (one.type === "text" ? [one.text ?? ""] : []));
  const calls = blocks.filter((one) => one.type === "tool_use").map((one) => JSON.stringify(one));
  const toolResult = results.length === 0 ? undefined : results.join("\n");
  return { role: message.role, said, toolResult, text: [...results, ...calls, ...said].join("\n") };
}

function flatten(content: unknown): string {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) return "";
  return typeof parsed.data === "string" ? parsed.data : parsed.data.map((one) => one.text ?? "").join("\n");
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function envelope(model: string): Record<string, unknown> {
  const usage = {
    input_tokens: 1000,
    output_tokens: 10,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  return { id: newId("msg"), type: "message", role: "assistant", model, stop_sequence: null, usage };
}

function blocks(move: Move): readonly Block[] {
  if (move.calls === undefined) return [{ type: "text", text: move.say ?? "" }];
  return move.calls.map(({ tool, input }) => ({ type: "tool_use", id: newId("toolu"), name: tool, input }));
}

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: object };

function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}

function stopReason(move: Move): string {
  return move.calls === undefined ? "end_turn" : "tool_use";
}

interface Streaming {
  readonly model: string;
  readonly response: ServerResponse;
  readonly wait: () => Promise<void>;
  readonly onOutput: () => void;
}

async function stream(move: Move, { model, response, wait, onOutput }: Streaming): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = ({ type, data }: StreamEvent) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  for (const [index, event] of messageEvents(move, model).entries()) {
    if (index === 1) await wait();
    if (event.isLate) await sleep(move.dripMs);
    send(event);
    if (index > 0) onOutput();
  }
  response.end();
}

/** One server-sent event of an answer. */
export interface StreamEvent {
  readonly type: string;
  readonly data: object;
  /** The script's drip comes before it. */
  readonly isLate: boolean;
}

/** A whole answer as the API streams it; the first event comes before any output. */
export function messageEvents(move: Move, model: string): readonly StreamEvent[] {
  const event = (type: string, data: object = {}, isLate = false) => {
    return { type, data: { type, ...data }, isLate };
  };
  const delta = { stop_reason: stopReason(move), stop_sequence: null };
  return [
    event("message_start", { message: { ...envelope(model), content: [], stop_reason: null } }),
    ...blocks(move).flatMap((block, index) => [
      event("content_block_start", { index, content_block: empty(block) }),
      ...deltas(block, move.dripMs > 0).map((part, at) =>
        event("content_block_delta", { index, delta: part }, at > 0),
      ),
      event("content_block_stop", { index }),
    ]),
    event("message_delta", { delta, usage: { output_tokens: 10 } }),
    event("message_stop"),
  ];
}

function empty(block: Block): Block {
  return block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
}

function deltas(block: Block, isDripping: boolean): readonly object[] {
  if (block.type === "tool_use")
    return [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }];
  // The CLI shows what it is being answered by whole lines.
  const parts = isDripping ? [`${block.text.slice(0, 5)}\n`, block.text.slice(5)] : [block.text];
  return parts.map((text) => ({ type: "text_delta", text }));
}

function answerError(response: ServerResponse, status: number): void {
  const error = { type: "api_error", message: `stub model was told to fail with ${status}` };
  response
    .writeHead(status, { "content-type": "application/json" })
    .end(JSON.stringify({ type: "error", error }));
}

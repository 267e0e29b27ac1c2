import { z } from "zod";
import { flat, newId, result, said } from "./conversation.ts";
import type { ToolCall } from "../stub-model-script.ts";
import type { ModelApi } from "./stub-server.ts";

const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.unknown().optional(),
  output: z.unknown().optional(),
});
const toolSchema = z.looseObject({
  name: z.string().optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});
const requestSchema = z.looseObject({
  input: z.union([z.string(), z.array(itemSchema)]),
  tools: z.array(toolSchema).default([]),
});

/** OpenAI's Responses API, as Codex speaks it. */
export const responsesApi: ModelApi = {
  path: /\/responses$/,
  read: (body) => {
    const { input, tools } = requestSchema.parse(body);
    const items = typeof input === "string" ? [{ role: "user", content: input }] : input;
    return { messages: items.map(messageOf), tools: tools.flatMap(namesOf) };
  },
  events: (move) => {
    const [call] = move.calls ?? [];
    const item = call === undefined ? textItem(move.say ?? "") : callItem(call);
    const details = {
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    };
    const usage = { input_tokens: 1000, output_tokens: 10, total_tokens: 1010, ...details };
    const response = { id: newId("resp"), object: "response", model: "stub-model", output: [item], usage };
    const text = { item_id: item.id, output_index: 0, content_index: 0, delta: move.say ?? "" };
    const events = [
      { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress" } },
      ...(call === undefined ? [{ type: "response.output_text.delta", ...text }] : []),
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { ...response, status: "completed" } },
    ];
    return events.map((data, index) => ({ type: data.type, data: { ...data, sequence_number: index } }));
  },
};

function messageOf({ type, role = "assistant", content, output }: z.infer<typeof itemSchema>) {
  if (type?.endsWith("_call_output") === true) return result(flat(output));
  return said(role, flat(content));
}

function namesOf({ name, tools }: z.infer<typeof toolSchema>): readonly string[] {
  return tools?.map((tool) => tool.name) ?? (name === undefined ? [] : [name]);
}

function textItem(text: string) {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", id: newId("msg"), role: "assistant", status: "completed", content };
}

/** Its shell tool takes the command alone, and the one for patches no JSON. */
function callItem({ tool, input }: ToolCall) {
  const call = { type: "function_call", id: newId("fc"), call_id: newId("call"), status: "completed" };
  if (tool === "Bash")
    return { ...call, name: "exec_command", arguments: JSON.stringify({ cmd: input["command"] }) };
  if (tool === "apply_patch")
    return {
      type: "custom_tool_call",
      id: newId("ctc"),
      call_id: newId("call"),
      status: "completed",
      name: tool,
      input: String(input["patch"]),
    };
  return { ...call, name: tool, arguments: JSON.stringify(input) };
}

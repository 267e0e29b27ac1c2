import { z } from "zod";
import { flat, newId, result, said } from "./conversation.ts";
import type { ModelApi } from "./stub-server.ts";

const requestSchema = z.looseObject({
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).default([]),
});

/** OpenAI's chat completions, as Grok speaks them. */
export const chatApi: ModelApi = {
  path: /\/chat\/completions$/,
  read: (body) => {
    const { messages, tools } = requestSchema.parse(body);
    return {
      messages: messages
        .filter(({ role }) => role !== "system")
        .map(({ role, content }) => (role === "tool" ? result(flat(content)) : said(role, flat(content)))),
      tools: tools.map((tool) => tool.function.name),
    };
  },
  events: (move) => {
    const [call] = move.calls ?? [];
    const base = { id: newId("chatcmpl"), object: "chat.completion.chunk", created: 0, model: "stub-model" };
    const chunk = (delta: object, finish: string | null = null) => ({
      data: { ...base, choices: [{ index: 0, delta, finish_reason: finish }] },
    });
    const isShell = call?.tool === "Bash";
    const input = isShell ? { ...call.input, is_background: false } : call?.input;
    const named = { name: isShell ? "run_terminal_command" : call?.tool, arguments: JSON.stringify(input) };
    const calls = [{ index: 0, id: newId("call"), type: "function", function: named }];
    return [
      chunk({ role: "assistant", content: "" }),
      chunk(call === undefined ? { content: move.say ?? "" } : { tool_calls: calls }),
      chunk({}, call === undefined ? "stop" : "tool_calls"),
      { data: "[DONE]" },
    ];
  },
};

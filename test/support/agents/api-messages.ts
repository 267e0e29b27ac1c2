import { messageEvents, messagesRequestSchema, readMessage } from "../stub-model-messages.ts";
import type { ModelApi } from "./stub-server.ts";

/** Anthropic's Messages API, as Claude Code speaks it. */
export const messagesApi: ModelApi = {
  path: /\/messages$/,
  read: (body) => {
    const { messages, tools = [] } = messagesRequestSchema.parse(body);
    return { messages: messages.map(readMessage), tools: tools.flatMap(({ name }) => name ?? []) };
  },
  events: (move) => messageEvents(move, "stub-model"),
};

import { z } from "zod";
import { result, said } from "./conversation.ts";
import type { ModelApi } from "./stub-server.ts";

const partSchema = z.looseObject({
  text: z.string().optional(),
  functionResponse: z.looseObject({ response: z.unknown() }).optional(),
});
const requestSchema = z.looseObject({
  contents: z.array(z.looseObject({ role: z.string().default("user"), parts: z.array(partSchema) })),
  tools: z
    .array(z.looseObject({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) }))
    .default([]),
});

/** Google's generateContent, as Gemini CLI speaks it. */
export const geminiApi: ModelApi = {
  path: /:(?:streamGenerateContent|generateContent)$/,
  read: (body) => {
    const { contents, tools } = requestSchema.parse(body);
    const messages = contents.flatMap(({ role, parts }) =>
      parts.map(({ text = "", functionResponse }) =>
        functionResponse === undefined
          ? said(role === "model" ? "assistant" : "user", text)
          : result(JSON.stringify(functionResponse.response)),
      ),
    );
    return { messages, tools: tools.flatMap((tool) => tool.functionDeclarations.map(({ name }) => name)) };
  },
  events: (move) => {
    const [call] = move.calls ?? [];
    const part =
      call === undefined
        ? { text: move.say ?? "" }
        : {
            functionCall: { name: call.tool === "Bash" ? "run_shell_command" : call.tool, args: call.input },
          };
    const candidate = { content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 };
    const usageMetadata = { promptTokenCount: 1000, candidatesTokenCount: 10, totalTokenCount: 1010 };
    return [{ data: { candidates: [candidate], usageMetadata, modelVersion: "stub-model" } }];
  },
};

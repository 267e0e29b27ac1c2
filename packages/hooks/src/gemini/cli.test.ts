import { expect, test } from "vitest";
import { fixture } from "../cli/fixtures.test.support.ts";
import { geminiCli } from "./cli.ts";

test("Gemini's Esc, which looks like an end, is an interruption", () => {
  const { event, payload } = fixture("gemini", "AfterAgent");
  const pressed = { ...payload, prompt_response: "[no response text]" };
  expect(geminiCli.translate({ event, payload: pressed })[0]?.kind).toBe("turn.interrupted");
});

test("what a command prints of a cancellation is no interruption", () => {
  const { event, payload } = fixture("gemini", "AfterTool");
  const llmContent =
    "<untrusted_context>\nOutput: Command was cancelled by user before it could complete.\n</untrusted_context>";
  const printed = { ...payload, tool_response: { llmContent, returnDisplay: "Command cancelled by user." } };
  expect(geminiCli.translate({ event, payload: printed })[0]?.kind).toBe("tool.finished");
});

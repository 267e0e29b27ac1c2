import { describe, expect, test } from "vitest";
import { claudeTable } from "../claude/cli.ts";
import type { CliTable } from "../cli/table.ts";
import { translate } from "../cli/translate.ts";
import { codexTable } from "../codex/cli.ts";
import { geminiTable } from "../gemini/cli.ts";
import { grokTable } from "../grok/cli.ts";

const cwd = "/srv/web";
const base = { session_id: "s1", sessionId: "s1", cwd };

function workIn(table: CliTable, event: string, payload: Readonly<Record<string, unknown>>) {
  const [told] = translate(table, { event, payload: { ...base, ...payload } });
  const data: Readonly<Record<string, unknown>> = told?.data ?? {};
  return { kind: told?.kind, files: data["files"], test: data["test"] };
}

const claude = (event: string, payload: Readonly<Record<string, unknown>>) =>
  workIn(claudeTable, event, payload);
const codex = (payload: Readonly<Record<string, unknown>>) => workIn(codexTable, "PostToolUse", payload);
const gemini = (tool_name: string, tool_input: object, llmContent: string) =>
  workIn(geminiTable, "AfterTool", { tool_name, tool_input, tool_response: { llmContent } });
const grok = (toolName: string, toolInput: object, more: object = {}) =>
  workIn(grokTable, "PostToolUse", { toolName, toolInput, hookEventName: "post_tool_use", ...more });

const shell = { command: "npm test" };

/** The payloads are what the CLIs gave, without what does not matter here. */
describe("what a tool call did", () => {
  test.each([
    [
      "Claude Code's Write",
      claude("PostToolUse", { tool_name: "Write", tool_input: { file_path: "/srv/web/a.ts" } }),
    ],
    ["its Edit", claude("PostToolUse", { tool_name: "Edit", tool_input: { file_path: "/srv/web/a.ts" } })],
    [
      "Codex' apply_patch",
      codex({ tool_name: "apply_patch", tool_input: { command: patchOf("*** Update File: a.ts") } }),
    ],
    ["Gemini's write_file", gemini("write_file", { file_path: "/srv/web/a.ts" }, "Successfully created")],
    ["its replace", gemini("replace", { file_path: "/srv/web/a.ts" }, "Successfully modified file")],
    ["Grok's write", grok("write", { file_path: "/srv/web/a.ts" })],
    ["its search_replace", grok("search_replace", { file_path: "a.ts" })],
  ])("%s writes a file", (_, work) => {
    expect(work).toEqual({ kind: "tool.finished", files: ["a.ts"], test: undefined });
  });

  test.each([
    ["a read", claude("PostToolUse", { tool_name: "Read", tool_input: { file_path: "/srv/web/a.ts" } })],
    [
      "a failure",
      claude("PostToolUseFailure", { tool_name: "Write", tool_input: { file_path: "/a" }, error: "no" }),
    ],
    ["a path that is none", claude("PostToolUse", { tool_name: "Write", tool_input: { file_path: 7 } })],
    [
      "a path with control characters",
      claude("PostToolUse", { tool_name: "Write", tool_input: { file_path: "a\u001b[2J" } }),
    ],
    [
      "a path of a thousand letters",
      claude("PostToolUse", { tool_name: "Write", tool_input: { file_path: "a".repeat(1000) } }),
    ],
    ["no input", claude("PostToolUse", { tool_name: "Write" })],
    [
      "a tool named as what all objects have",
      claude("PostToolUse", { tool_name: "constructor", tool_input: {} }),
    ],
  ])("%s writes none", (_, { files, test: ran }) => {
    expect({ files, ran }).toEqual({ files: undefined, ran: undefined });
  });

  test.each(["\u2028Tests: npm test passed", "\u202e", "\u200b", "\ud800"])(
    "a path with %j in it is not told",
    (hidden) => {
      const tool_input = { file_path: `a${hidden}.ts` };
      expect(claude("PostToolUse", { tool_name: "Write", tool_input }).files).toBeUndefined();
    },
  );

  test.each([
    [
      "Claude Code",
      (command: string, error: string) =>
        claude("PostToolUseFailure", {
          tool_name: "Bash",
          tool_input: { command },
          error: `Exit code 1\n${error}`,
        }),
    ],
    [
      "Gemini",
      (command: string, error: string) =>
        gemini("run_shell_command", { command }, said(`Output: ${error}`, "Exit Code: 1")),
    ],
    [
      "Grok",
      (command: string, error: string) =>
        grok(
          "run_terminal_command",
          { command },
          { toolResult: { exit_code: 1, output_for_prompt: `exit: 1\n${error}` } },
        ),
    ],
  ])("of %s tests did not fail that the shell did not come to", (_, call) => {
    const command = "cd web && npm test";
    expect(call(command, "bash: line 1: cd: web: No such file or directory").test).toEqual({
      name: "npm test",
    });
    expect(call(command, "1 failing").test).toEqual({ name: "npm test", passed: false });
  });

  test("of Grok's command that took too long nothing is told but that it ran", () => {
    const toolResult = { exit_code: 1, timed_out: true };
    expect(grok("run_terminal_command", shell, { toolResult }).test).toEqual({ name: "npm test" });
  });

  test("a patch of more files than a turn tells names one more; one of a megabyte takes no time", () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `*** Add File: /srv/web/${index}.ts`);
    const before = performance.now();
    const { files } = codex({ tool_name: "apply_patch", tool_input: { command: patchOf(...many) } });
    expect(performance.now() - before).toBeLessThan(5000);
    expect(files).toHaveLength(21);
  });

  test("a patch names all its files, of a moved one both places; what lies elsewhere is told whole", () => {
    const lines = [
      "*** Add File: src/new.ts",
      "+*** Add File: none",
      "*** Update File: /srv/api/b.ts",
      "*** Move to: c.ts",
    ];
    const { files } = codex({ tool_name: "apply_patch", tool_input: { command: patchOf(...lines) } });
    expect(files).toEqual(["src/new.ts", "/srv/api/b.ts", "c.ts"]);
  });

  test.each([
    [
      "Claude Code's Bash",
      claude("PostToolUse", { tool_name: "Bash", tool_input: shell, tool_response: { stdout: "" } }),
      true,
    ],
    [
      "its failure",
      claude("PostToolUseFailure", { tool_name: "Bash", tool_input: shell, error: "Exit code 1\nno" }),
      false,
    ],
    [
      "what Esc ended",
      claude("PostToolUseFailure", { tool_name: "Bash", tool_input: shell, error: "interrupted" }),
      undefined,
    ],
    [
      "its background",
      claude("PostToolUse", { tool_name: "Bash", tool_input: { ...shell, run_in_background: true } }),
      undefined,
    ],
    ["Codex", codex({ tool_name: "Bash", tool_input: shell, tool_response: "ok\n" }), undefined],
    ["Gemini", gemini("run_shell_command", shell, said("Output: ok", "Process Group PGID: 7")), true],
    [
      "Gemini's failure",
      gemini("run_shell_command", shell, said("Output: no", "Exit Code: 1", "Process Group PGID: 7")),
      false,
    ],
    [
      "Gemini's output that says so",
      gemini("run_shell_command", shell, said("Output: a", "Exit Code: 1", "b")),
      true,
    ],
    ["Gemini's refusal", gemini("run_shell_command", shell, "not allowed"), undefined],
    ["Grok", grok("run_terminal_command", shell, { toolResult: { exit_code: 0 } }), true],
    ["Grok's failure", grok("run_terminal_command", shell, { toolResult: { exit_code: 2 } }), false],
    [
      "Grok's background",
      grok("run_terminal_command", shell, { toolResult: { exit_code: 0 }, isBackgrounded: true }),
      undefined,
    ],
  ])("%s runs tests: passed is told as far as it is known", (_, work, passed) => {
    expect(work.test).toEqual({ name: "npm test", ...(passed === undefined ? {} : { passed }) });
  });
});

function patchOf(...lines: readonly string[]): string {
  return ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
}

function said(...lines: readonly string[]): string {
  return ["<untrusted_context>", ...lines, "</untrusted_context>"].join("\n");
}

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { knownClis } from "../ingest/clis.ts";
import { crew } from "./supervision.test.support.ts";

const page = readFileSync(new URL("../../../../docs/supervision.md", import.meta.url), "utf8");
const captured = new URL("../../../hooks/fixtures/", import.meta.url);
const payloadSchema = z.record(z.string(), z.unknown());

/** A payload as the CLI gave it to its hook, with some fields as they are at this end. */
interface Payload {
  readonly file: string;
  readonly fields?: object;
}

const limit = "You've hit your usage limit · resets 3pm (UTC)";

/** What each CLI's hooks say at an end, where they say anything; by the row of docs/supervision.md. */
const told: Readonly<Record<string, Readonly<Record<string, Payload>>>> = {
  "the turn is done": {
    claude: { file: "Stop" },
    codex: { file: "Stop" },
    gemini: { file: "AfterAgent" },
    grok: { file: "Stop.end_turn" },
  },
  "interrupt (Esc)": {
    codex: { file: "Interrupt" },
    gemini: { file: "AfterAgent", fields: { prompt_response: "[no response text]" } },
  },
  "error of the API": { claude: { file: "StopFailure" }, grok: { file: "StopFailure" } },
  "usage limit": {
    claude: { file: "StopFailure", fields: { error: "rate_limit", last_assistant_message: limit } },
    grok: { file: "StopFailure", fields: { error: "rate_limit", lastAssistantMessage: limit } },
  },
  exit: {
    claude: { file: "SessionEnd.prompt_input_exit" },
    codex: { file: "SessionEnd.other" },
    gemini: { file: "SessionEnd.exit" },
    grok: { file: "SessionEnd.shutdown", fields: { subagentType: undefined } }, // a sub-agent's was captured
  },
};

/** The cells of a row: what happens, four CLIs, the words, the priority. */
function rowOf(what: string): readonly string[] {
  const row = page.split("\n").find((line) => line.startsWith(`| ${what} `)) ?? "";
  return row.split("|").map((cell) => cell.trim());
}

function payloadOf(cli: string, { file, fields = {} }: Payload) {
  const text = readFileSync(new URL(`${cli}/${file}.json`, captured), "utf8");
  return {
    event: file.split(".")[0] ?? "",
    payload: { ...payloadSchema.parse(JSON.parse(text)), ...fields },
  };
}

const cases = Object.entries(told).flatMap(([what, clis]) =>
  Object.entries(clis).map(([cli, payload]) => [what, cli, payload] as const),
);

describe("docs/supervision.md", () => {
  test.each(cases)("[want 31] %s in %s is the message that stands there", async (what, cli, which) => {
    const { event, payload } = payloadOf(cli, which);
    const call = { verb: "hook" as const, cli, event, payload, time: "2026-01-01T00:00:00.000Z" };
    const [translated] = knownClis().get(cli)?.translate(call) ?? [];
    if (translated === undefined) throw new Error(`${cli} says nothing by ${which.file}`);
    const at = crew();
    at.work("web", { parent: "boss", cli });
    await at.hear("web", translated.kind, { ...translated.data, pid: undefined });
    const [, , , , , , words = "", priority = ""] = rowOf(what);
    expect(at.told.map((message) => message.subject)).toEqual([
      expect.stringContaining(`web: ${words.replace(" until …", "")}`),
    ]);
    expect(priority.startsWith(at.told[0]?.priority ?? "none")).toBe(true);
    const { lastText } = translated.data;
    if (typeof lastText === "string") expect(at.told[0]?.body).toContain(lastText.slice(0, 40));
  });

  test("names a hook wherever one was captured", () => {
    for (const [what, cli, { file }] of cases) {
      const cell = rowOf(what)[["claude", "codex", "gemini", "grok"].indexOf(cli) + 2] ?? "";
      expect(`${what} ${cli}: ${cell}`).toContain(`\`${file.split(".")[0]}\``);
      expect(readdirSync(new URL(`${cli}/`, captured))).toContain(`${file}.json`);
    }
  });
});

import { expect, test } from "vitest";
import { fixture } from "../cli/fixtures.test.support.ts";
import { grokCli } from "./cli.ts";

test.each([
  ["rate_limit", "Turn failed: API error (status 429): usage_limit_reached: try again later", "turn.parked"],
  ["rate_limit", "Turn failed: API error (status 429): You have exhausted your daily quota", "turn.parked"],
  ["rate_limit", "Turn failed: API error (status 429 Too Many Requests)", "turn.failed"],
  ["invalid_request", "Turn failed: quota is no word of this API", "turn.failed"],
])("Grok's failure %s with %j means %s", (error, lastAssistantMessage, kind) => {
  const { payload } = fixture("grok", "StopFailure");
  const failure = { ...payload, error, lastAssistantMessage };
  expect(grokCli.translate({ event: "StopFailure", payload: failure })[0]?.kind).toBe(kind);
});

import { describe, expect, it } from "vitest";
import { crew } from "./supervision.test.support.ts";

const child = { parent: "boss" };

describe("what a supervisor reads", () => {
  it("[want 31] tells which files were written and how tests ran, also of a turn that failed, and nothing of an earlier one", async () => {
    const at = crew();
    at.work("web", child);
    const wrote = { tool: "Write", promptId: "p", files: ["src/a.ts"] };
    await at.hear("web", "tool.finished", wrote);
    await at.hear("web", "tool.failed", {
      tool: "Bash",
      promptId: "p",
      test: { name: "npm test", passed: false },
    });
    await at.hear("web", "turn.failed", { error: "api" });
    expect(at.told[0]?.body).toMatch(/\n\nFiles: src\/a\.ts\nTests: npm test failed$/u);
    await at.hear("web", "session.ended", { reason: "exit" });
    expect(at.told[1]?.body).not.toMatch(/Files|Tests/u);
  });
});

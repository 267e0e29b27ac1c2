import { afterEach, beforeEach, expect, test } from "vitest";
import { startStandIn, type StandIn } from "../stand-in.test.support.ts";

let daemon: StandIn;

beforeEach(async () => {
  daemon = await startStandIn({
    "POST /v1/runs": { id: "e1", from: "lab/me" },
    "GET /v1/adapters": {
      items: [
        { name: "tmux", on: ["wake.tmux"] }, // reaches sessions, and nobody else
        { name: "phone", on: ["turn.failed"] },
        { name: "mail", on: [] },
      ],
    },
  });
});
afterEach(() => daemon.close());

const run = (...argv: readonly string[]) => daemon.fleet(["run", "--log", "none", ...argv]);

test.each([
  ["nobody", ["fleet: --to: no adapter nobody on this machine; there are phone, mail"]],
  [
    "nobody,phone,pone",
    [
      "fleet: --to: no adapter nobody on this machine; there are phone, mail",
      "fleet: --to: no adapter pone on this machine; there are phone, mail",
    ],
  ],
  ["phone,mail", []],
])(
  "a run to %s names each adapter that is not there, and keeps the command's exit code",
  async (to, lines) => {
    const ran = await run("--to", to, "--", "sh", "-c", "exit 3");
    expect(ran).toEqual({ code: 3, stdout: "", stderr: lines.map((line) => `${line}\n`).join("") });
  },
);

test("a run without --to asks for no adapters", async () => {
  expect(await run("--", "true")).toMatchObject({ code: 0, stderr: "" });
  expect(daemon.asked.map(({ route }) => route)).not.toContain("GET /v1/adapters");
});

test("nothing is claimed of adapters where the daemon does not say which there are", async () => {
  daemon.on("GET /v1/adapters", (_asked, response) => void response.destroy());
  expect(await run("--to", "nobody", "--", "true")).toMatchObject({ code: 0, stderr: "" });
});

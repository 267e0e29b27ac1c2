import { renameSchema } from "@fleetbus/core/api";
import { fakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refuse, type StandIn } from "../../stand-in.test.support.ts";
import { time, web, startReading } from "../reading.test.support.ts";

let daemon: StandIn;

beforeEach(async () => void (daemon = await startReading()));
afterEach(() => daemon.close());

describe("sessions", () => {
  test("are listed with state, age, mail and what to do about those without hooks", async () => {
    const clock = fakeClock(Date.parse(time) + 125_000);
    const lines = (await daemon.fleet(["ls"], { clock })).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^SESSION +CLI +STATE +SINCE +MAIL +FOLDER +NOTE$/);
    expect(lines[1]).toMatch(/^lab\/web +claude +busy \(Bash\) +2 m +2 +\/src\/web$/);
    expect(lines[2]).toMatch(/^lab\/api +claude +idle +2 m +\/src\/web +not hooked: start it again$/);
  });

  test("one is shown in full, its last text made safe", async () => {
    const { stdout } = await daemon.fleet(["session", "show", "web"]);
    expect(stdout).toMatch(/^session +lab\/web\n/);
    expect(stdout).toMatch(/\nfolder +\/src\/web\n/);
    expect(stdout).toMatch(/\n\nlast words\n$/);
  });

  test("an unknown one is exit 3 with those there are", async () => {
    daemon.on(
      "GET /v1/sessions/wbe",
      refuse({
        status: 404,
        code: "not_found",
        message: "there is none",
        details: { candidates: ["lab/web"] },
      }),
    );
    expect(await daemon.fleet(["session", "show", "wbe"])).toEqual({
      code: 3,
      stdout: "",
      stderr: "fleet: there is none\n  lab/web\n",
    });
  });

  test("one is renamed", async () => {
    expect((await daemon.fleet(["session", "rename", "web", "docs"])).stdout).toBe("lab/docs\n");
    expect(renameSchema.parse(daemon.asked[0]?.body)).toMatchObject({ session: "web", name: "docs" });
  });

  test("whoami says who, and why that is believed", async () => {
    expect((await daemon.fleet(["whoami"])).stdout).toBe("lab/web  agent  (process tree)\n");
  });

  test("going to one without a pane, without a terminal, or from another zellij session, says why it cannot be", async () => {
    expect(await daemon.fleet(["session", "go", "web"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it has no pane"),
    });
    daemon.on("GET /v1/sessions/web", { ...web, pane: { mux: "tmux", socket: "/tmp/t", id: "%1" } });
    expect(await daemon.fleet(["session", "go", "web"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no terminal"),
    });
    daemon.on("GET /v1/sessions/web", { ...web, pane: { mux: "zellij", socket: "/run/z/work", id: "7" } });
    const inAnother = { env: { ZELLIJ: "0", ZELLIJ_SESSION_NAME: "mine" } };
    expect(await daemon.fleet(["session", "go", "web"], inAnother)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("zellij action switch-session work --pane-id terminal_7"),
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startHooked, type Hooked } from "../../support/fleet/hooked.ts";
import { eventually } from "../../support/tmux.ts";

let hooked: Hooked;
let at: Hooked["at"];
let web: Hooked["web"];

beforeAll(async () => {
  hooked = await startHooked();
  ({ at, web } = hooked);
});
afterAll(() => hooked.close());

const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), outcome: z.string().optional() })),
});
const inboxSchema = z.object({ items: z.array(z.object({ id: z.string(), body: z.string() })) });

describe("fleet ask", () => {
  it("ends with exit 1 when the turn that read the question ends without a reply, long before its timeout", async () => {
    const asking = at.run(["ask", "web", "which port?", "--timeout", "5m"]);
    const isOffered = async () => ((await web.prompt("go")).includes("which port?") ? true : undefined);
    await eventually(isOffered, () => "the question in a hook's answer", 20_000);
    await web.hook("Stop", { last_assistant_message: "no idea" });
    const asked = await asking;
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain("lab/web: the turn that read it ended without a reply");
    expect(asked.stdout).toBe("");
  });

  it("waits on for a human who has only read it: an acknowledgement is no turn's end", async () => {
    const asking = at.run(["ask", "me", "ship it?", "--timeout", "60s"]);
    const id = await eventually(
      async () => {
        const { items } = inboxSchema.parse((await at.run(["inbox", "--json"])).json());
        return items.find(({ body }) => body.includes("ship it?"))?.id;
      },
      () => "the question in the human's inbox",
      20_000,
    );
    const { stages } = traceSchema.parse((await at.run(["trace", id, "--json"])).json());
    expect(stages.filter(({ stage }) => stage === "done")).toEqual([{ stage: "done" }]);
    expect((await at.run(["reply", id, "yes"])).code).toBe(0);
    expect(await asking).toMatchObject({ code: 0, stdout: "yes\n" });
  });
});

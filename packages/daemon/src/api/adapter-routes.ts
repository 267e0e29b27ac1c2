import type { Hono } from "hono";
import { adapterNameSchema, adapterSendSchema, adapterTestSchema, explainSchema } from "@fleetbus/core/api";
import type { Desk } from "../requests/desk.ts";
import { body } from "./body.ts";

/** What is asked of the machine's adapters. */
export function adapterRoutes(routes: Hono, desk: Desk): void {
  const { adapters } = desk;
  routes.get("/v1/adapters", (c) => c.json(adapters.list()));
  routes.get("/v1/adapters/:name", async (c) => c.json(await adapters.show(c.req.param("name"))));
  routes.post("/v1/adapters/test", async (c) =>
    c.json(await adapters.test(await body(c, adapterTestSchema))),
  );
  routes.post("/v1/adapters/send", async (c) => {
    const { caller, ...asked } = await body(c, adapterSendSchema);
    return c.json(await adapters.send(await desk.whoami({ caller }), asked), 201);
  });
  for (const verb of ["pause", "resume"] as const) {
    routes.post(`/v1/adapters/${verb}`, async (c) =>
      c.json(await adapters[verb](await body(c, adapterNameSchema))),
    );
  }
  routes.post("/v1/routes/explain", async (c) =>
    c.json(await adapters.explain(await body(c, explainSchema))),
  );
}

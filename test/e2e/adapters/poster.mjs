// An adapter of somebody's own: posts each event, with its id as the idempotency key. It has no dependency at all.
const config = {
  safeParse: (value) =>
    typeof value?.target === "string"
      ? { success: true, data: value }
      : { success: false, error: { issues: [{ path: ["target"], message: "missing" }] } },
};

export const adapter = {
  spec: {
    type: "poster",
    summary: "posts each event to a URL",
    config,
    examples: [],
    traits: { idempotent: true, ordered: false, proves: "accepted" },
  },
  open: ({ target }, context) => ({
    sink: {
      connect: async () => undefined,
      send: async (event, signal) => {
        const headers = { "webhook-id": event.id, "content-type": "application/json" };
        const body = JSON.stringify({ id: event.id, kind: event.kind, number: event.data.number });
        const answer = await context.fetch(target, { method: "POST", headers, body, signal });
        if (answer.ok) return { providerId: event.id };
        const error = new Error(`posting event ${event.id}: HTTP ${answer.status}`);
        throw Object.assign(error, {
          name: "FleetError",
          code: answer.status >= 500 ? "unavailable" : "failed",
        });
      },
      close: async () => undefined,
    },
  }),
};

// A channel for people, as somebody's own: one line of JSON per notice, posted.
const config = {
  safeParse: (value) =>
    typeof value?.target === "string"
      ? { success: true, data: value }
      : { success: false, error: { issues: [{ path: ["target"], message: "missing" }] } },
};

export const adapter = {
  spec: {
    type: "people",
    summary: "posts each notice to a URL",
    config,
    examples: [],
    traits: { idempotent: true, ordered: false, proves: "accepted" },
    text: {
      maxTitle: 200,
      maxText: 4000,
      unit: "characters",
      overflow: ["truncate"],
      escape: (value) => value,
    },
  },
  open: ({ target }, context) => ({
    sink: {
      connect: async () => undefined,
      send: async (event, signal, notice) => {
        const { id, title, text, isResolved } = notice;
        const headers = { "webhook-id": id };
        const body = JSON.stringify({ adapter: context.name, kind: event.kind, title, text, isResolved });
        const answer = await context.fetch(target, { method: "POST", headers, body, signal });
        if (answer.ok) return { providerId: id };
        throw Object.assign(new Error(`posting ${id}: HTTP ${answer.status}`), { code: "ECONNRESET" });
      },
      close: async () => undefined,
    },
  }),
};

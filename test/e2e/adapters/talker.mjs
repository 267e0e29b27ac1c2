// A channel of somebody's own that sends and listens: both over HTTP, with one far side. It has no dependency at all.
const config = {
  safeParse: (value) =>
    typeof value?.target === "string"
      ? { success: true, data: value }
      : { success: false, error: { issues: [{ path: ["target"], message: "missing" }] } },
};

const failed = (text, code) => Object.assign(new Error(text), { name: "FleetError", code, details: {} });

export const adapter = {
  spec: {
    type: "talker",
    summary: "posts each notice to a URL, and asks there what was said",
    config,
    examples: [],
    traits: { idempotent: true, ordered: false, proves: "accepted" },
    text: {
      ...{ maxTitle: 200, maxText: 4000, unit: "characters", overflow: ["truncate"] },
      escape: (value) => value,
    },
    source: { vouches: "sender", isExclusive: false },
  },
  open: ({ target }, { fetch }) => {
    const post = async (path, body, signal) => {
      const answer = await fetch(`${target}${path}`, { method: "POST", body: JSON.stringify(body), signal });
      if (!answer.ok) throw failed(`posting to ${path}: HTTP ${answer.status}`, "unavailable");
      return answer.json();
    };
    const next = async (signal) => {
      const answer = await fetch(`${target}/said`, { signal });
      if (!answer.ok) throw failed(`listening: HTTP ${answer.status}`, "unavailable");
      return answer.json();
    };
    return {
      sink: {
        connect: async () => undefined,
        close: async () => undefined,
        send: async (event, signal, notice) => post("/notice", { kind: event.kind, ...notice }, signal),
      },
      source: {
        connect: async () => undefined,
        close: async () => undefined,
        async *receive(signal) {
          while (!signal.aborted) {
            const { delivery } = await next(signal);
            if (delivery === undefined) continue;
            yield {
              ...delivery,
              ack: (answer) => post("/ack", { id: delivery.id, answer }),
              nak: async ({ message, code, isRetryable, details }) => {
                await post("/nak", { id: delivery.id, message, code, isRetryable, details });
                if (isRetryable) await new Promise((resolve) => setTimeout(resolve, 200));
              },
            };
          }
        },
      },
    };
  },
};

import { expect, test } from "vitest";
import { innerPane } from "./inner-pane.ts";

const tmux = { mux: "tmux", socket: "/tmp/tmux-1000/default", id: "%3" } as const;
const zellij = { mux: "zellij", socket: "/run/user/1000/zellij/work", id: "7" } as const;
const parents: Readonly<Record<number, number>> = { 40: 30, 30: 20, 20: 1 };
const find = async (pid: number) => ({ pid, parent: parents[pid] ?? 1, group: pid, foreground: pid });
const under = (server: string) => ({
  find,
  argumentsOf: async (pid: number) => (pid === 20 ? server : "claude\0"),
});

test.each([
  ["zellij, started in tmux", "zellij\0--server\0/run/user/1000/zellij/contract_version_1/work\0", zellij],
  ["tmux, started in zellij", "tmux\0new-session\0", tmux],
  ["another session of zellij", "zellij\0--server\0/run/user/1000/zellij/contract_version_1/mine\0", tmux],
])("under %s, the pane of two that a session tells is the inner one", async (_, server, pane) => {
  expect(await innerPane(40, { ...tmux, or: zellij }, under(server))).toEqual(pane);
});

test("the only pane that is told is not asked about", async () => {
  const never = { find, argumentsOf: () => Promise.reject(new Error("asked")) };
  expect(await innerPane(40, zellij, never)).toEqual(zellij);
  expect(await innerPane(40, { ...tmux, or: "nonsense" }, never)).toEqual(tmux);
});

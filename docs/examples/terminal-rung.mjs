// A rung for terminals that fleet has none for: GNU screen, kitty, WezTerm. docs/custom-rung.md says how to use it.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** By name: where a process is by its environment, what its window shows, and how bytes get into it. */
const terminals = {
  screen: {
    place: ["STY", "WINDOW", "SCREENDIR"],
    show: ({ call }) => hardcopy(call),
    // screen expands ^x, $NAME and \n in what it is given.
    type: ({ call, bytes }) => call("-X", "stuff", bytes.replaceAll(/[\\^$]/g, String.raw`\$&`)),
    argv: ({ STY, WINDOW }) => ["screen", "-S", STY, "-p", WINDOW],
  },
  kitty: {
    place: ["KITTY_LISTEN_ON", "KITTY_WINDOW_ID"],
    show: ({ call, here }) => call("get-text", "--match", `id:${here.KITTY_WINDOW_ID}`),
    // kitty reads escapes as Python does.
    type: ({ call, here, bytes }) =>
      call("send-text", "--match", `id:${here.KITTY_WINDOW_ID}`, bytes.replaceAll("\\", "\\\\")),
    argv: ({ KITTY_LISTEN_ON }) => ["kitten", "@", "--to", KITTY_LISTEN_ON],
  },
  wezterm: {
    place: ["WEZTERM_PANE", "WEZTERM_UNIX_SOCKET"],
    show: ({ call, here }) => call("get-text", "--pane-id", here.WEZTERM_PANE),
    type: ({ call, here, bytes }) => call("send-text", "--pane-id", here.WEZTERM_PANE, "--no-paste", bytes),
    argv: () => ["wezterm", "cli"],
  },
};

/** A composer without a draft: its prompt, and at most the words that Gemini CLI shows there. */
const prompt = /^[\s│]*[❯>*]\s/u;
const free = /^[\s│]*[❯>*]\s*(?:Type your message.*)?[\s│]*$/u;

/**
 * screen writes the file when it comes to it, of each character the low byte: of a composer's ❯ with its no-break space
 * "o" with 0xa0, of a frame's │ 0x02.
 */
async function hardcopy(call) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-screen-"));
  const file = join(folder, "text");
  try {
    await call("-X", "hardcopy", file);
    for (let tries = 0; tries < 50; tries += 1) {
      const text = await readFile(file, "latin1").catch(() => ""); // not yet
      if (text.endsWith("\n")) return text.replaceAll("o\u00a0", "❯\u00a0").replaceAll("\u0002", "│");
      await sleep(20);
    }
    return "";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The environment that a process of one's own began with, as far as a terminal is told by it. */
async function placeOf(pid, names) {
  const { stdout } = await run("ps", ["eww", "-o", "command=", "-p", String(pid)]);
  const found = names.flatMap((name) => {
    const value = [...stdout.matchAll(new RegExp(`\\s${name}=(\\S+)`, "g"))].at(-1)?.[1];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

async function windowOf(terminal, pid, path) {
  const here = await placeOf(pid, terminal.place);
  if (here[terminal.place[0]] === undefined) return undefined;
  const [program, ...base] = terminal.argv(here);
  const env = { PATH: path, HOME: process.env.HOME, LC_ALL: "C.UTF-8", ...here };
  const call = async (...args) => (await run(program, [...base, ...args], { env, timeout: 5000 })).stdout;
  return {
    show: () => terminal.show({ call, here }),
    type: (bytes) => terminal.type({ call, here, bytes }),
  };
}

/** Whether nothing stands in the composer: the last row that begins as one does is empty. */
function isFree(text) {
  return free.test(text.split("\n").findLast((row) => prompt.test(row)) ?? "no composer");
}

/** Pastes the line when the composer is free, waits until it stands there, presses Enter. */
async function wake({ pid, text, nonce, deadline }, { terminal, path, context, signal }) {
  if (pid === undefined) return { skipped: "its process is not known" };
  const window = await windowOf(terminal, pid, path);
  if (window === undefined) return { skipped: "it runs in another terminal" };
  while (!isFree(await window.show())) {
    if (Date.now() > Date.parse(deadline) - 3000)
      return { skipped: "a draft or a menu stands in the composer" };
    await sleep(1000, undefined, { signal });
  }
  if (!(await context.stillWanted(nonce))) return { skipped: "no longer wanted" };
  await window.type(`\u001b[200~${text}\u001b[201~`);
  for (let tries = 0; !(await window.show()).replaceAll(/\s/g, "").includes(nonce); tries += 1) {
    if (tries > 20) return { providerId: String(pid), skipped: "typed, and not seen in the composer" };
    await sleep(100, undefined, { signal });
  }
  if (!(await context.stillWanted(nonce))) return { providerId: String(pid), skipped: "no longer wanted" };
  await window.type("\r");
  return { providerId: String(pid) };
}

const config = {
  safeParse: (value) =>
    Object.hasOwn(terminals, value?.terminal)
      ? { success: true, data: { path: "/usr/local/bin:/usr/bin:/bin", ...value } }
      : { success: false, error: { issues: [{ path: ["terminal"], message: "screen, kitty or wezterm" }] } },
};

export const adapter = {
  spec: {
    type: "terminal-rung",
    summary: "Wakes idle sessions in GNU screen, kitty or WezTerm.",
    config,
    examples: [{ title: "GNU screen", config: { terminal: "screen" } }],
    traits: { idempotent: false, ordered: false, proves: "nothing", isLocal: true },
    on: ["wake.custom"],
  },
  open: ({ terminal, path }, context) => ({
    sink: {
      connect: async () => undefined,
      send: ({ data }, signal) => wake(data, { terminal: terminals[terminal], path, context, signal }),
      close: async () => undefined,
    },
  }),
};

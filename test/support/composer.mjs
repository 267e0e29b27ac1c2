// A stand-in for an agent CLI: a real process with a composer that looks like Claude's, for tests of typing.
//   node composer.mjs <record file>
// Reads keys and bracketed pastes, draws after each, and appends one JSON line for each thing that happened:
//   {"prompt": "…"} submitted   {"menu": "accepted"} Enter in a menu   {"permission": "yes"} Enter in a dialog
// Lines it takes for itself: /menu  /permission  /plain  /footer TEXT  /theme N  /slow MS  /halves MS  /deaf MS  /exit
/* eslint-disable no-control-regex -- keys and pastes arrive as escape sequences */
import { appendFileSync } from "node:fs";

const record = process.argv[2];
const note = (what) => appendFileSync(record, `${JSON.stringify(what)}\n`);
/** Written at once when a frame is whole: who looks in between sees the one before. */
let frame = "";
const out = (text) => (frame += text);
const flush = () => {
  process.stdout.write(frame);
  frame = "";
};

const state = {
  text: "",
  at: 0,
  view: "composer",
  footer: "? for shortcuts",
  theme: 244,
  slowMs: 0,
  halvesMs: 0,
  deafMs: 0,
};
let pastedAt = 0;

function draw() {
  out(`\x1b[2J\x1b[H\x1b[?25l`);
  if (state.view === "composer") drawComposer();
  else drawDialog();
  flush();
}

function drawComposer() {
  const width = process.stdout.columns ?? 80;
  const rows = wrap(state.text, width - 3);
  const top = Math.max(2, (process.stdout.rows ?? 24) - rows.length - 3);
  const rule = `\x1b[38;5;${state.theme}m${"─".repeat(width)}\x1b[39m`;
  const shown = rows.map((row, index) => `${index === 0 ? "❯\u00A0" : "  "}${row}`);
  out(`\x1b[${top};1H${rule}`);
  shown.forEach((row, index) => out(`\x1b[${top + 1 + index};1H${row}`));
  out(
    `\x1b[${top + 1 + rows.length};1H${rule}\x1b[${top + 2 + rows.length};1H  \x1b[38;5;246m${state.footer}\x1b[39m`,
  );
  placeCursor(rows, { top: top + 1, width: width - 3 });
}

/** Drawn reverse and the terminal's own hidden, as Ink does. */
function placeCursor(rows, { top, width }) {
  const before = wrap(state.text.slice(0, state.at), width);
  const row = before.length - 1;
  const column = before[row].length;
  out(
    `\x1b[${top + row};${column + 3}H\x1b[7m${rows[row][column] ?? " "}\x1b[27m\x1b[${top + row};${column + 3}H`,
  );
}

function drawDialog() {
  const question =
    state.view === "menu"
      ? ["Select model", "❯ 1. Default", "  2. Other"]
      : ["Do you want to proceed?", "❯ 1. Yes", "  2. No"];
  question.forEach((row, index) => out(`\x1b[${5 + index};3H${row}`));
  out(`\x1b[6;3H`);
}

function wrap(text, width) {
  const rows = [];
  for (const line of text.split("\n")) {
    for (let at = 0; at === 0 || at < line.length; at += width) rows.push(line.slice(at, at + width));
  }
  return rows;
}

function insert(text) {
  state.text = state.text.slice(0, state.at) + text + state.text.slice(state.at);
  state.at += text.length;
}

function enter() {
  if (state.view !== "composer") {
    note(state.view === "menu" ? { menu: "accepted" } : { permission: "yes" });
    state.view = "composer";
    return;
  }
  // As Gemini and Codex do: an Enter that comes too soon after a paste becomes a line break in the box.
  if (Date.now() - pastedAt < state.deafMs) return insert("\n");
  const line = state.text;
  Object.assign(state, { text: "", at: 0 });
  if (line.startsWith("/")) obey(line);
  else if (line !== "") note({ prompt: line });
}

function obey(line) {
  const [command, ...rest] = line.slice(1).split(" ");
  const word = rest.join(" ");
  if (command === "exit") leave();
  if (command === "menu" || command === "permission") state.view = command;
  if (command === "footer") state.footer = word;
  if (command === "theme") state.theme = Number(word);
  if (command === "slow") state.slowMs = Number(word);
  if (command === "halves") state.halvesMs = Number(word);
  if (command === "deaf") state.deafMs = Number(word);
}

function leave() {
  out(`\x1b[?2004l\x1b[?1049l\x1b[?25h`);
  flush();
  process.exit(0);
}

const keys = {
  "\r": enter,
  "\x7f": () => {
    state.text = state.text.slice(0, Math.max(0, state.at - 1)) + state.text.slice(state.at);
    state.at = Math.max(0, state.at - 1);
  },
  "\x03": leave,
  "\x1a": () => {
    out(`\x1b[?2004l\x1b[?1049l\x1b[?25h`);
    flush();
    process.stdin.setRawMode(false);
    process.kill(process.pid, "SIGSTOP");
  },
  "\x15": () => {
    Object.assign(state, { text: "", at: 0 });
    pastedAt = 0; // what was pasted is gone
  },
  "\x1b": () => (state.view = "composer"),
  "\x1b[H": () => (state.at = 0),
  "\x1b[1~": () => (state.at = 0),
  "\x1b[F": () => (state.at = state.text.length),
  "\x1b[4~": () => (state.at = state.text.length),
};

let input = "";
function take(chunk) {
  input += chunk;
  while (input !== "") {
    const paste = /^\x1b\[200~([\s\S]*?)\x1b\[201~/.exec(input);
    if (paste === null && input.startsWith("\x1b[200~")) return;
    const key = paste?.[0] ?? /^\x1b\[[0-9;]*[A-Za-z~]/.exec(input)?.[0] ?? Array.from(input)[0];
    input = input.slice(key.length);
    if (paste !== null) {
      pastedAt = Date.now();
      const [text, half] = [paste[1].replaceAll("\r", "\n"), state.halvesMs > 0 ? 20 : undefined];
      insert(text.slice(0, half));
      if (half !== undefined) setTimeout(() => (insert(text.slice(half)), draw()), state.halvesMs);
    } else if (keys[key] !== undefined) keys[key]();
    else if (!key.startsWith("\x1b") && state.view === "composer") insert(key);
  }
  if (state.slowMs > 0) setTimeout(draw, state.slowMs);
  else draw();
}

function enterScreen() {
  process.stdin.setRawMode(true);
  out(`\x1b[?1049h\x1b[?2004h`);
  draw();
}

process.stdin.setEncoding("utf8").on("data", take);
process.stdout.on("resize", draw);
process.on("SIGCONT", enterScreen);
enterScreen();
note({ started: process.pid });

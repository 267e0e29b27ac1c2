import type { Tree } from "../command/tree.ts";
import { pub } from "./message/pub.ts";
import {
  adapterNoun,
  configNoun,
  consumerNoun,
  deadNoun,
  hooksNoun,
  routeNoun,
  runNoun,
  sessionNoun,
  streamNoun,
} from "./nouns.ts";
import { statuslineNoun } from "./statusline/noun.ts";

/**
 * The command line of fleet as data (DESIGN §10): names and summaries here, each command's code behind its `load`. `pub`
 * alone is loaded with the entry: agents call it in a loop, and a chunk of its own costs it 2 ms.
 */
export const tree: Tree = {
  overview: {
    name: "fleet",
    summary: "sessions, mail and dead letters at a glance",
    load: async () => (await import("./overview/show.ts")).show,
  },
  groups: [
    {
      title: "Talk",
      entries: [
        {
          name: "pub",
          aliases: ["send"],
          summary: "say something to a session, a group or me",
          load: async () => pub,
        },
        {
          name: "ask",
          summary: "ask a session and print its answer",
          load: async () => (await import("./message/ask.ts")).ask,
        },
        {
          name: "inbox",
          summary: "read what is for you",
          load: async () => (await import("./message/inbox.ts")).inbox,
        },
        {
          name: "reply",
          summary: "answer a message",
          load: async () => (await import("./message/reply.ts")).reply,
        },
        {
          name: "report",
          summary: "tell your supervisor how it went",
          load: async () => (await import("./message/report.ts")).report,
        },
        {
          name: "ack",
          summary: "end a message without an answer",
          load: async () => (await import("./message/ack.ts")).ack,
        },
        {
          name: "trace",
          summary: "every stage of a message with time and proof",
          load: async () => (await import("./message/trace.ts")).trace,
        },
        {
          name: "cancel",
          summary: "recall what nobody was offered yet",
          load: async () => (await import("./message/cancel.ts")).cancel,
        },
      ],
    },
    {
      title: "Look",
      entries: [
        sessionNoun,
        {
          name: "ls",
          summary: "list the sessions",
          load: async () => (await import("./session/list.ts")).list,
        },
        {
          name: "whoami",
          summary: "who you are to the bus",
          load: async () => (await import("./session/whoami.ts")).whoami,
        },
        {
          name: "events",
          aliases: ["event"],
          summary: "what happened, and what happens",
          load: async () => (await import("./event/list.ts")).list,
        },
        statuslineNoun,
        streamNoun,
        consumerNoun,
        deadNoun,
        adapterNoun,
        routeNoun,
      ],
    },
    {
      title: "Steer",
      entries: [
        {
          name: "pause",
          summary: "wake nobody, or not one session",
          load: async () => (await import("./wake/pause.ts")).pause,
        },
        {
          name: "resume",
          summary: "wake again",
          load: async () => (await import("./wake/resume.ts")).resume,
        },
      ],
    },
    {
      title: "Run",
      entries: [
        runNoun,
        {
          name: "wrap",
          summary: "run a CLI in a terminal that fleet holds: fleet claude is fleet wrap -- claude",
          load: async () => (await import("./wrap/wrap.ts")).wrap,
        },
        {
          name: "launch",
          summary: "start a commander and its workers in tmux or zellij",
          load: async () => (await import("./launch/launch.ts")).launchCommand,
        },
        {
          name: "demo",
          summary: "see it work, on a fleet of its own",
          load: async () => (await import("./demo/run.ts")).demo,
        },
        {
          name: "up",
          summary: "start the daemon and its server",
          load: async () => (await import("./daemon/up.ts")).up,
        },
        { name: "down", summary: "stop them", load: async () => (await import("./daemon/down.ts")).down },
        {
          name: "restart",
          summary: "start the daemon anew",
          load: async () => (await import("./daemon/restart.ts")).restart,
        },
        {
          name: "status",
          summary: "how daemon and server are",
          load: async () => (await import("./daemon/status.ts")).status,
        },
        {
          name: "doctor",
          summary: "check everything, with what to do",
          load: async () => (await import("./daemon/doctor.ts")).doctor,
        },
        {
          name: "context",
          summary: "how another NATS tool looks in",
          load: async () => (await import("./daemon/context.ts")).context,
        },
        {
          name: "version",
          summary: "all versions",
          load: async () => (await import("./daemon/version.ts")).version,
        },
        {
          name: "setup",
          summary: "install hooks for the CLIs found, and start",
          load: async () => (await import("./setup/setup.ts")).setup,
        },
        {
          name: "uninstall",
          summary: "take all of it back",
          load: async () => (await import("./setup/uninstall.ts")).uninstall,
        },
        hooksNoun,
        configNoun,
      ],
    },
  ],
  programs: { names: ["claude", "codex", "gemini", "grok"], command: "wrap" },
};

import type { Leaf, Noun } from "../command/tree.ts";

/** `fleet session …` */
export const sessionNoun: Noun = {
  name: "session",
  aliases: ["sessions"],
  summary: "list, show, rename, kick, jump to sessions",
  bare: "list",
  verbs: [
    {
      name: "list",
      summary: "all sessions of all machines",
      load: async () => (await import("./session/list.ts")).list,
    },
    {
      name: "show",
      summary: "one session in full",
      load: async () => (await import("./session/show.ts")).show,
    },
    {
      name: "rename",
      summary: "give it another name",
      load: async () => (await import("./session/rename.ts")).rename,
    },
    {
      name: "kick",
      summary: "make it take a turn now",
      load: async () => (await import("./session/kick.ts")).kick,
    },
    { name: "go", summary: "jump to its pane", load: async () => (await import("./session/go.ts")).go },
  ],
};

/** `fleet stream` */
export const streamNoun: Noun = {
  name: "stream",
  aliases: ["streams"],
  summary: "the streams and what they hold",
  bare: "list",
  verbs: [
    { name: "list", summary: "all of them", load: async () => (await import("./stream/list.ts")).list },
  ],
};

const consumerVerbs: readonly Leaf[] = [
  { name: "list", summary: "all of them", load: async () => (await import("./consumer/list.ts")).list },
  { name: "show", summary: "one in full", load: async () => (await import("./consumer/show.ts")).show },
  {
    name: "pause",
    summary: "stop its deliveries",
    load: async () => (await import("./consumer/pause.ts")).pause,
  },
  {
    name: "resume",
    summary: "let it go on",
    load: async () => (await import("./consumer/resume.ts")).resume,
  },
  {
    name: "reset",
    summary: "make an inbox anew",
    load: async () => (await import("./consumer/reset.ts")).reset,
  },
];

/** `fleet consumer …` */
export const consumerNoun: Noun = {
  name: "consumer",
  aliases: ["consumers"],
  summary: "the inboxes and adapters as the server counts them",
  bare: "list",
  verbs: consumerVerbs,
};

/** `fleet dead …` */
export const deadNoun: Noun = {
  name: "dead",
  summary: "what nobody could read or deliver",
  bare: "list",
  verbs: [
    {
      name: "list",
      summary: "all dead letters with the reason",
      load: async () => (await import("./dead/list.ts")).list,
    },
    {
      name: "show",
      summary: "one with its beginning",
      load: async () => (await import("./dead/show.ts")).show,
    },
    { name: "retry", summary: "send them again", load: async () => (await import("./dead/retry.ts")).retry },
    { name: "drop", summary: "forget them", load: async () => (await import("./dead/drop.ts")).drop },
  ],
};

const adapterVerbs: readonly Leaf[] = [
  {
    name: "list",
    summary: "all of this machine",
    load: async () => (await import("./adapter/list.ts")).list,
  },
  {
    name: "show",
    summary: "one with its deliveries",
    load: async () => (await import("./adapter/show.ts")).show,
  },
  { name: "add", summary: "add one by its URL", load: async () => (await import("./adapter/add.ts")).add },
  {
    name: "test",
    summary: "send one made-up event through it",
    load: async () => (await import("./adapter/test.ts")).test,
  },
  {
    name: "send",
    summary: "send a text through it",
    load: async () => (await import("./adapter/send.ts")).send,
  },
  {
    name: "schema",
    summary: "its keys, for an editor",
    load: async () => (await import("./adapter/schema.ts")).schema,
  },
  {
    name: "pause",
    summary: "stop it, keep what comes",
    load: async () => (await import("./adapter/pause.ts")).pause,
  },
  { name: "resume", summary: "let it go on", load: async () => (await import("./adapter/resume.ts")).resume },
  {
    name: "new",
    summary: "make the package of one of your own",
    load: async () => (await import("./adapter/new.ts")).newAdapter,
  },
];

/** `fleet adapter …` */
export const adapterNoun: Noun = {
  name: "adapter",
  aliases: ["adapters"],
  summary: "what is attached to the bus",
  bare: "list",
  verbs: adapterVerbs,
};

/** `fleet route …` */
export const routeNoun: Noun = {
  name: "route",
  aliases: ["routes"],
  summary: "what reaches which adapter, and why",
  bare: "list",
  verbs: [
    { name: "list", summary: "by fleet.toml", load: async () => (await import("./route/list.ts")).list },
    {
      name: "explain",
      summary: "what becomes of one event",
      load: async () => (await import("./route/explain.ts")).explain,
    },
  ],
};

/** `fleet hooks …` */
export const hooksNoun: Noun = {
  name: "hooks",
  aliases: ["hook"],
  summary: "what the agent CLIs tell fleet",
  bare: "status",
  verbs: [
    {
      name: "status",
      summary: "what is installed where",
      load: async () => (await import("./hooks/status.ts")).status,
    },
    {
      name: "install",
      summary: "show the change; --apply makes it",
      load: async () => (await import("./hooks/install.ts")).install,
    },
    {
      name: "uninstall",
      summary: "show the way back; --apply takes it",
      load: async () => (await import("./hooks/uninstall.ts")).uninstall,
    },
    {
      name: "command",
      summary: "the line for the hook file of a CLI of one's own",
      load: async () => (await import("./hooks/command.ts")).command,
    },
    {
      name: "test",
      summary: "what fleet makes of a payload",
      load: async () => (await import("./hooks/test.ts")).test,
    },
  ],
};

/** `fleet config …` */
export const configNoun: Noun = {
  name: "config",
  summary: "fleet.toml",
  bare: "show",
  verbs: [
    {
      name: "show",
      summary: "every value; --origin says where it is from",
      load: async () => (await import("./config/show.ts")).show,
    },
    {
      name: "validate",
      summary: "all problems at once",
      load: async () => (await import("./config/validate.ts")).validate,
    },
    {
      name: "schema",
      summary: "the JSON Schema",
      load: async () => (await import("./config/schema.ts")).schema,
    },
  ],
};

/** `fleet run -- <command>` and what is asked of a run later. */
export const runNoun: Noun = {
  name: "run",
  summary: "run any command, and tell of it: fleet run -- <command>",
  bare: "command",
  takesWords: true,
  verbs: [
    {
      name: "command",
      summary: "the same as without a verb",
      load: async () => (await import("./run/command.ts")).command,
    },
    {
      name: "log",
      summary: "print the whole output of one that kept it",
      load: async () => (await import("./run/log.ts")).log,
    },
  ],
};

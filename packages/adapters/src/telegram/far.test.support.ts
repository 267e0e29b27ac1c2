import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Judge, Received, Said } from "../http/far-server.test.support.ts";
import { formOf, type FormPart } from "../http/form.test.support.ts";
import { chatsOf, type ChatRoom, type Posted } from "./far/chats.test.support.ts";
import { isMethod, methods, type Method, type Parameters } from "./far/methods.test.support.ts";
import { peopleOf, rawMessage, type People } from "./far/people.test.support.ts";
import { polls, type Polls } from "./far/polls.test.support.ts";
import { no, yes } from "./far/said.test.support.ts";

/** The bot that exists, and the chat that it is in. */
export const token = "4711:AAs3cr3t-of_theBot";
/** Where it may write: a forum, with topic 7. */
export const chat = "-1001";

const rooms: Readonly<Record<string, ChatRoom>> = {
  [chat]: { type: "supergroup", title: "agents", topics: [7, 9] },
  "-1002": { type: "supergroup", title: "friends", username: "fleet_friends" },
  "-77": { type: "group", title: "a small one" },
  "42": { type: "private" },
};

/** What a request asks of the Bot API: the method and its parameters, whatever body they came in. */
export interface Asked {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** How a press was answered. */
export type PressAnswer = Parameters<"answerCallbackQuery">;

/** A Bot API with one bot: its rules, the shapes of its answers, and what it keeps. */
export interface BotApi extends People, Pick<Polls, "kept" | "offsets" | "isAsked" | "happens"> {
  readonly judge: Judge;
  /** What is in the chats, oldest first. */
  readonly messages: readonly Posted[];
  /** How presses were answered, oldest first. */
  readonly pressAnswers: readonly PressAnswer[];
}

/** A Bot API that knows nothing yet. */
export function botApi(): BotApi {
  const [chats, updates, queries] = [chatsOf(rooms), polls(), new Set<string>()];
  const pressAnswers: PressAnswer[] = [];
  const asMessage = (done: Posted | string) => (typeof done === "string" ? done : rawMessage(chats, done));
  const doings: Readonly<Record<Method, Doing>> = {
    sendMessage: doing(methods.sendMessage, (sending) => verdict(asMessage(chats.send(sending)))),
    sendDocument: doing(methods.sendDocument, (sending) => verdict(asMessage(chats.send(sending)))),
    editMessageReplyMarkup: doing(methods.editMessageReplyMarkup, (edit) =>
      verdict(asMessage(chats.edit(edit))),
    ),
    answerCallbackQuery: doing(methods.answerCallbackQuery, (answer) => {
      const problem = pressProblem(answer, queries, pressAnswers);
      if (problem === undefined) pressAnswers.push(answer);
      return verdict(problem ?? true);
    }),
    getUpdates: doing(methods.getUpdates, (question, gone) => updates.ask(question, gone)),
    setWebhook: doing(methods.setWebhook, ({ url }) => verdict(updates.setWebhook(url) ?? true)),
    deleteWebhook: doing(methods.deleteWebhook, () => verdict(updates.setWebhook(undefined) ?? true)),
  };
  return {
    ...peopleOf(chats, updates, queries),
    ...{ kept: updates.kept, offsets: updates.offsets, isAsked: updates.isAsked, happens: updates.happens },
    ...{ messages: chats.messages, pressAnswers },
    judge: (request, gone) => {
      const [, bot = ""] = request.path.split("/");
      const { method, parameters } = askedOf(request);
      if (!/^bot\d+:[\w-]+$/.test(bot)) return no(404, "Not Found");
      if (bot !== `bot${token}`) return no(401, "Unauthorized");
      return isMethod(method) ? doings[method](parameters, gone) : no(404, "Not Found");
    },
  };
}

/** A Bot API for each request: it keeps nothing, and every message is number 99. */
export const telegramJudge: Judge = (request, gone) => botApi().judge(request, gone);

type Doing = (parameters: unknown, gone: AbortSignal) => Said | Promise<Said>;

function doing<T>(
  schema: z.ZodType<T>,
  run: (parameters: T, gone: AbortSignal) => Said | Promise<Said>,
): Doing {
  return (parameters, gone) => {
    const read = schema.safeParse(parameters);
    return read.success ? run(read.data, gone) : verdict(z.prettifyError(read.error));
  };
}

/** What is no text is a result; a text is why there is none. */
function verdict(done: object | true | string): Said {
  return typeof done === "string" ? no(400, `Bad Request: ${done}`) : yes(done);
}

function pressProblem(
  { callback_query_id: id, text = "" }: PressAnswer,
  queries: ReadonlySet<string>,
  answered: readonly PressAnswer[],
): string | undefined {
  if (text.length > 200) return "MESSAGE_TOO_LONG";
  const isOpen = queries.has(id) && !answered.some((each) => each.callback_query_id === id);
  return isOpen ? undefined : "query is too old and response timeout expired or query ID is invalid";
}

/** Reads a request's parameters; a file that another part holds (attach://) is put where it belongs. */
export function askedOf(request: Received): Asked {
  const method = request.path.split("/")[2] ?? "";
  const form = formOf(request);
  const json = z.record(z.string(), z.unknown()).safeParse(jsonOf(request.body));
  return { method, parameters: form.length > 0 ? parametersOf(form) : (json.data ?? {}) };
}

function parametersOf(form: readonly FormPart[]): Readonly<Record<string, unknown>> {
  const files = new Map(
    form.filter(({ filename }) => filename).map((part) => [`attach://${part.name}`, part]),
  );
  const fileOf = ({ filename, text }: FormPart) => ({ filename, text });
  const own = form.filter(({ name, filename }) => filename === undefined || name === "document");
  return Object.fromEntries(
    own.map((part) => {
      const attached = files.get(part.text) ?? (part.filename === undefined ? undefined : part);
      return [part.name, attached === undefined ? part.text : fileOf(attached)];
    }),
  );
}

import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "tgram://token/chat[:topic]";

/**
 * `tgram://123:token/chat`, a topic of a forum behind the chat or as `?topic=` or `?thread=`; or, as others write it,
 * `telegram://123:token@telegram?chats=…`. Throws `config`.
 */
export function telegramKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, password, host, path, query } = urlParts(url);
  const { chats, topic, thread, ...others } = query;
  const isUser = user !== "" && password !== "";
  const chosen = isUser ? (chats ?? "").split(",") : path;
  const [target = ""] = chosen;
  if (target === "") throw wrongUrl(form, "it names no chat");
  if (chosen.length > 1) throw wrongUrl(form, "one chat an adapter; write an [[adapter]] for each");
  const [chat, inChat] = target.split(":");
  const number = inChat ?? topic ?? thread;
  return {
    ...others,
    token: isUser ? `${user}:${password}` : host.replace(/^bot/, ""),
    chat,
    ...(number === undefined ? {} : { thread: Number(number) }),
  };
}

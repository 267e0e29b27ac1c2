import { describe, expect, test } from "vitest";
import { bareNotice, type Notice } from "@fleetbus/core";
import { eventOf } from "../../http/sending.test.support.ts";
import { fiveNotices } from "../../text/five-notices.test.support.ts";
import type { Tool } from "../config.ts";
import { toolOf } from "../tool.ts";
import { toasters } from "./toast.ts";

const argumentsOf = (tool: Tool, change: Partial<Notice> = {}, replaces?: number) =>
  toasters[tool].argumentsOf({ notice: bareNotice(eventOf(1), change), app: "fleet", replaces });
const tools: readonly Tool[] = ["notify-send", "osascript", "terminal-notifier", "powershell", "snoretoast"];

/** PowerShell's script, and the toast's XML in it. */
function scriptOf(args: readonly string[]): { readonly script: string; readonly xml: string } {
  const script = Buffer.from(args.at(-1) ?? "", "base64").toString("utf16le");
  const encoded = /FromBase64String\('([A-Za-z0-9+/=]*)'\)/.exec(script)?.[1] ?? "";
  const xml = Buffer.from(encoded, "base64").toString("utf8");
  return { script: script.replace(encoded, "…"), xml };
}

describe("[row 127] [row 128] [row 129] the command line of a toast", () => {
  test.each(tools)("by %s", async (tool) => {
    const shown = fiveNotices((value) => value).map(({ name, notice }) => {
      const args = toasters[tool].argumentsOf({
        notice,
        app: "fleet",
        replaces: name === "lost" ? 7 : undefined,
      });
      const told = tool === "powershell" ? [...args.slice(0, -1), scriptOf(args)] : args;
      return [`${name}: ${toasters[tool].program}`, ...told.map((each) => JSON.stringify(each))].join("\n  ");
    });
    await expect(`${shown.join("\n\n")}\n`).toMatchFileSnapshot(`../golden/${tool}.txt`);
  });
});

describe("what stands in a toast", () => {
  const evil = `' " $(x) \`x\` ; </text><audio/> '); Remove-Item x #\n-e [a] \\n %s`;

  test.each(tools)("is never a part of what %s runs", (tool) => {
    const fixed = argumentsOf(tool, { title: "a", text: "b", key: "k" });
    const args = argumentsOf(tool, { title: evil, text: evil, key: "k" });
    expect(args).toHaveLength(fixed.length);
    const [one, other] = tool === "powershell" ? [scriptOf(fixed).script, scriptOf(args).script] : ["", ""];
    expect(other).toBe(one);
    const options = (list: readonly string[]) =>
      list.filter((each, at) => each.startsWith("-") && list[at - 1] !== "--");
    if (tool !== "powershell") expect(options(args)).toEqual(options(fixed));
  });

  test("begins with what would be an option, and is none", () => {
    const [first, ...rest] = argumentsOf("notify-send", { title: "--help", text: "-x" }).slice(-3);
    expect([first, rest]).toEqual(["--", ["--help", "-x"]]);
    expect(argumentsOf("terminal-notifier", { text: "[x] -y" })).toContain("\\[x] -y");
    expect(argumentsOf("terminal-notifier", { title: "-help" })).toContain("\\-help");
  });

  test("is well-formed XML on Windows, whatever it is", () => {
    const { xml } = scriptOf(argumentsOf("powershell", { title: evil, text: "a\u0000\u001b[31m\u0085b" }));
    expect(xml).toContain("&#60;/text&#62;&#60;audio/&#62;");
    expect(xml).toContain("<text>a[31mb</text>");
    expect(xml.match(/<text>/g)).toHaveLength(2);
  });
});

describe("[row 130] a sound", () => {
  test.each([
    ["notify-send", "--hint=string:sound-name:message-new-instant", "message-new-instant"],
    ["osascript", "Glass", "Glass"],
    ["terminal-notifier", "Glass", "Glass"],
    ["snoretoast", "Notification.Reminder", "Reminder"],
  ] as const)("is told to %s as %s", (tool, argument, sound) => {
    expect(argumentsOf(tool, { sound })).toContain(argument);
    expect(argumentsOf(tool)).not.toContain(argument);
  });

  test.each([
    ["notify-send", "--hint=string:sound-file:/home/me/my sounds/Ding.oga"],
    ["osascript", "Ding"],
    ["terminal-notifier", "Ding"],
    ["snoretoast", "Notification.Default"],
  ] as const)("of a file is told to %s as %s", (tool, argument) => {
    expect(argumentsOf(tool, { sound: "/home/me/my sounds/Ding.oga" })).toContain(argument);
  });

  test("of a file is the usual one of Windows, whose toasts take no others", () => {
    expect(scriptOf(argumentsOf("powershell", { sound: "/a/b.wav" })).xml).toContain(
      'src="ms-winsoundevent:Notification.Default"',
    );
  });

  test.each(["Ding.oga", "./a.wav", "/etc/passwd", "/a/../b.wav", "/dev/tty", "/a.wav:/b"])(
    "called %s is no file",
    (sound) => {
      expect(argumentsOf("notify-send", { sound }).join()).toMatch(/sound-name:[\w.-]+,/);
    },
  );

  test("is told to Windows in the toast, which is silent without one", () => {
    expect(scriptOf(argumentsOf("powershell", { sound: "Mail" })).xml).toContain(
      '<audio src="ms-winsoundevent:Notification.Mail"/>',
    );
    expect(scriptOf(argumentsOf("powershell")).xml).toContain('<audio silent="true"/>');
  });

  test("breaks no hint of libnotify, whatever it is called", () => {
    expect(argumentsOf("notify-send", { sound: "a:b\nc" })).toContain("--hint=string:sound-name:a-b-c");
  });
});

describe("how urgent it is", () => {
  test.each([
    ["low", "low"],
    ["normal", "normal"],
    ["high", "critical"],
    ["urgent", "critical"],
  ] as const)("%s is %s to libnotify", (priority, urgency) => {
    expect(argumentsOf("notify-send", { priority })).toContain(`--urgency=${urgency}`);
    expect(argumentsOf("notify-send", { priority, isResolved: true })).toContain("--urgency=low");
  });
});

describe("the program", () => {
  const system = (platform: string, release = "6.1.0") => ({ platform, release });

  test.each([
    ["auto", "auto", system("linux"), "notify-send"],
    ["auto", "auto", system("linux", "5.15.153.1-microsoft-standard-WSL2"), "powershell"],
    ["auto", "auto", system("darwin", "24.1.0"), "osascript"],
    ["linux", "auto", system("linux", "5.15.153.1-microsoft-standard-WSL2"), "notify-send"],
    ["auto", "snoretoast", system("linux"), "snoretoast"],
    ["macos", "terminal-notifier", system("darwin"), "terminal-notifier"],
  ] as const)("for platform %s and tool %s on %o is %s", (platform, tool, on, wanted) => {
    expect(toolOf({ platform, tool }, on)).toBe(wanted);
  });
});

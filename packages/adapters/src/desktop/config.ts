import { z } from "zod";

/** The keys of the desktop adapter. */
export const desktopConfig = z.strictObject({
  platform: z
    .enum(["auto", "linux", "macos", "windows"])
    .default("auto")
    .describe(
      "Whose toasts: auto is the system that the daemon runs on, within WSL that of Windows. macOS and Windows are tested by their command lines alone.",
    ),
  tool: z
    .enum(["auto", "notify-send", "osascript", "terminal-notifier", "powershell", "snoretoast"])
    .default("auto")
    .describe(
      "The program that shows them; auto: notify-send (libnotify 0.8), osascript, powershell. terminal-notifier replaces older toasts, which osascript cannot. notify-send alone shows the choices of [adapter.replies], as buttons.",
    ),
  command: z.string().min(1).optional().describe("Its path, where it is not in the usual folders."),
  app: z
    .string()
    .max(60)
    .regex(/^[\p{L}\p{N}][^\p{Cc}]*$/u, "begin with a letter")
    .default("fleet")
    .describe("The name that the toasts bear."),
  bus: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true })
    .describe(
      "Linux: the address of the session bus, best as env:DBUS_SESSION_BUS_ADDRESS; where absent the user's own, /run/user/<uid>/bus.",
    ),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().meta({ secret: true }))
    .default({})
    .describe(
      "All else that the program finds in its environment beside PATH: nothing is inherited. Others' variables are named, as DISPLAY is env:DISPLAY and WSL_INTEROP env:WSL_INTEROP.",
    ),
});

/** The config of the desktop adapter. */
export type DesktopConfig = z.output<typeof desktopConfig>;
/** A program that shows toasts. */
export type Tool = Exclude<DesktopConfig["tool"], "auto">;

import { createHash } from "node:crypto";
import { soundOf } from "./sound.ts";
import type { ToastInput } from "./toast.ts";

/** PowerShell's own id: a toast needs one of a program that is installed. */
const appId = "{1AC14E77-02E7-4E5D-B744-2EB1AF5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe";
const bytes = "[Convert]::FromBase64String";

/** Arguments of Windows PowerShell. Its script holds the toast in base64: no text can become a part of it. */
export function powershell(toast: ToastInput): readonly string[] {
  const xml = Buffer.from(xmlOf(toast), "utf8").toString("base64");
  const lines = [
    "$ErrorActionPreference = 'Stop'",
    "[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]",
    "[void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom, ContentType = WindowsRuntime]",
    "$xml = New-Object Windows.Data.Xml.Dom.XmlDocument",
    `$xml.LoadXml([Text.Encoding]::UTF8.GetString(${bytes}('${xml}')))`,
    "$toast = New-Object Windows.UI.Notifications.ToastNotification $xml",
    `$toast.Tag = '${tagOf(toast)}'`,
    "$toast.Group = 'fleet'",
    `[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('${appId}').Show($toast)`,
  ];
  const encoded = Buffer.from(lines.join("\n"), "utf16le").toString("base64");
  return ["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
}

/** Arguments of SnoreToast; it waits until the toast is gone. */
export function snoretoast(toast: ToastInput): readonly string[] {
  const { title, text, sound } = toast.notice;
  return [
    ...["-appID", toast.app, "-id", tagOf(toast), "-t", title, "-m", text],
    ...(sound === undefined ? ["-silent"] : ["-s", eventOf(sound)]),
  ];
}

/** A toast of the same tag replaces the older one; Windows takes 16 characters everywhere. */
function tagOf({ notice: { key } }: ToastInput): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

/** Its toasts take sounds of the system alone: a file is its usual one. */
function eventOf(value: string): string {
  const sound = soundOf(value);
  return `Notification.${sound.type === "file" ? "Default" : sound.name}`;
}

function xmlOf({ notice: { title, text, sound, priority, isResolved }, app }: ToastInput): string {
  const audio =
    sound === undefined
      ? '<audio silent="true"/>'
      : `<audio src="ms-winsoundevent:${escapeXml(eventOf(sound))}"/>`;
  const urgent = priority === "urgent" && !isResolved ? ' scenario="urgent"' : "";
  const texts = [title, text].map((value) => `<text>${escapeXml(value)}</text>`).join("");
  const attribution = `<text placement="attribution">${escapeXml(app)}</text>`;
  return `<toast${urgent}><visual><binding template="ToastGeneric">${texts}${attribution}</binding></visual>${audio}</toast>`;
}

/** XML 1.0 has no control characters, not even escaped ones. */
function escapeXml(value: string): string {
  return value
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

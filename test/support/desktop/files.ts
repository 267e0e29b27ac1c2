/** A session bus that starts no service by itself: the notification daemon is the test's own. */
export function sessionBus(address: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

/** Choices are picked by a menu of the test's. Toasts stay until they are replaced, and are large enough to be read in a picture. */
export const dunstrc = (menu: string) => `[global]
    dmenu = ${menu}
    width = 560
    height = 200
    origin = top-center
    offset = 0x16
    notification_limit = 5
    font = DejaVu Sans 13
    markup = full
    format = "<b>%s</b>\\n%b"
    alignment = left
    word_wrap = yes
    padding = 14
    horizontal_padding = 16
    frame_width = 2
    separator_height = 2
    separator_color = frame
    sort = no
    stack_duplicates = false
[urgency_low]
    background = "#f4f6f4"
    foreground = "#2a3a2a"
    frame_color = "#7ab07a"
    timeout = 0
[urgency_normal]
    background = "#f2f5fa"
    foreground = "#1d2733"
    frame_color = "#5b8bc9"
    timeout = 0
[urgency_critical]
    background = "#fdf2f1"
    foreground = "#3a1c1a"
    frame_color = "#c94b40"
    timeout = 0
`;

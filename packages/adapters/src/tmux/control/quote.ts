/** `text` as one word of tmux's command language. It must hold no line break: a control mode command ends there. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text whose `&`, `<` and `>` begin nothing: what HTML, and what borrows its entities, takes for markup. */
export function withEntities(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** What a canned response may speak of: `{{contact.first_name}}`, `{{agent.name}}`. */
export type Variables = Readonly<Record<string, string | null | undefined>>;

/** Fills in what is known; the server renders the rest, or leaves it, when the message is sent. */
export const fillVariables = (text: string, variables: Variables): string =>
  text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (found, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? found) : found,
  );

/** One-word names have a first name and no last name. */
export function nameVariables(prefix: string, name: string | null): Variables {
  const [first = '', ...rest] = (name ?? '').trim().split(/\s+/);
  if (!first) return {};
  return {
    [`${prefix}.name`]: name?.trim(),
    [`${prefix}.first_name`]: first,
    ...(rest.length > 0 ? { [`${prefix}.last_name`]: rest.at(-1) } : {}),
  };
}

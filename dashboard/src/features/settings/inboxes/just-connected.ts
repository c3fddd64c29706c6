/** Secrets we made up, kept until the page is left: the provider must be told them, and the database tells nobody. */
const remembered = new Map<string, [string, string][]>();

export function rememberSecrets(
  inboxId: string,
  names: string[],
  secrets: Record<string, unknown>,
): void {
  remembered.set(
    inboxId,
    names.flatMap((name) => (typeof secrets[name] === 'string' ? [[name, secrets[name]]] : [])),
  );
}

export const secretsToTell = (inboxId: string): [string, string][] => remembered.get(inboxId) ?? [];

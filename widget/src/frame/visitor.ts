/** What the page says about its visitor, checked and gathered. Pure: nothing is sent from here. */
import type { Call } from '../protocol';

/** Values as the server's widget_identify takes them. */
export interface Claims {
  identifier?: string;
  name?: string;
  email?: string;
  phone_number?: string;
  avatar_url?: string;
  custom_attributes?: Record<string, unknown>;
  additional_attributes?: Record<string, unknown>;
}

/** Everything said so far, and the signature that came with the identifier. */
export interface Visitor {
  claims: Claims;
  hash: string | null;
}

/** A call that cannot be followed; the page hears of it as an `error` event. */
export interface Refusal {
  code: 'invalid_call' | 'identity_invalid' | 'not_allowed';
  message: string;
}

/** As the service takes them. */
const LONGEST = 255;
const SIGNATURE = /^[0-9a-f]{64}$/;
const STANDARD = ['name', 'email', 'phone_number', 'avatar_url'] as const;
const ADDITIONAL = ['company_name', 'city', 'country_code', 'description', 'social_profiles'];
/** Agents sort and describe conversations; a page that anybody can script does not. */
const AGENTS_ONLY = new Set([
  'setLabel',
  'removeLabel',
  'setConversationCustomAttributes',
  'deleteConversationCustomAttribute',
]);

/** The visitor after one more call, or why it cannot be followed. */
export function hear(visitor: Visitor, [method, first, second]: Call): Visitor | Refusal {
  if (AGENTS_ONLY.has(method)) {
    return { code: 'not_allowed', message: `${method}: only agents may do this.` };
  }
  switch (method) {
    case 'setUser':
      return setUser(visitor, first, second);
    case 'setCustomAttributes':
      return isRecord(first)
        ? withAttributes(visitor, { ...visitor.claims.custom_attributes, ...first })
        : invalid('setCustomAttributes takes an object.');
    case 'deleteCustomAttribute': {
      if (typeof first !== 'string') return invalid('deleteCustomAttribute takes a name.');
      const { [first]: _, ...kept } = visitor.claims.custom_attributes ?? {};
      return withAttributes(visitor, kept);
    }
    default:
      return invalid(`There is no ${method}.`);
  }
}

function setUser(visitor: Visitor, identifier: unknown, user: unknown): Visitor | Refusal {
  const id = typeof identifier === 'number' ? String(identifier) : identifier;
  if (typeof id !== 'string' || id.trim() === '' || id.length > LONGEST || !isRecord(user)) {
    return invalid('setUser takes an identifier, a string or a number, and an object.');
  }
  // Given, a signature must be one: to take the visitor for unsigned would hide the mistake.
  const hash = user.identifier_hash ?? null;
  if (hash !== null && (typeof hash !== 'string' || !SIGNATURE.test(hash))) {
    return {
      code: 'identity_invalid',
      message: 'identifier_hash is 64 hexadecimal digits, lower case.',
    };
  }
  if (!user.name && !user.email && !user.avatar_url) {
    return invalid('setUser needs a name, an email or an avatar_url.');
  }
  const claims: Claims = { identifier: id };
  for (const key of STANDARD) {
    const value = user[key];
    if (typeof value === 'string' && value !== '') claims[key] = value;
  }
  const additional = Object.fromEntries(
    ADDITIONAL.filter((key) => user[key]).map((key) => [key, user[key]]),
  );
  if (Object.keys(additional).length > 0) claims.additional_attributes = additional;
  // Attributes said before stay, unless they were said about somebody else.
  const same = [undefined, id].includes(visitor.claims.identifier);
  const attributes = same ? visitor.claims.custom_attributes : undefined;
  return withAttributes({ claims, hash }, attributes);
}

function withAttributes(visitor: Visitor, attributes: Claims['custom_attributes']): Visitor {
  const { custom_attributes: _, ...claims } = visitor.claims;
  return {
    ...visitor,
    claims: attributes ? { ...claims, custom_attributes: attributes } : claims,
  };
}

function invalid(message: string): Refusal {
  return { code: 'invalid_call', message };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { rpc } from './supabase';

const POLL_MS = 1500;

const componentSchema = z.object({
  type: z.string(),
  format: z.nullish(z.string()),
  text: z.nullish(z.string()),
  buttons: z.nullish(z.array(z.object({ type: z.string(), text: z.nullish(z.string()) }))),
});
const fieldSchema = z.object({
  part: z.enum(['header', 'body', 'buttons']),
  kind: z.enum(['text', 'image', 'video', 'document', 'url', 'copy_code']),
  name: z.optional(z.string()),
  index: z.optional(z.number()),
  example: z.optional(z.string()),
});
const templateSchema = z.object({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  status: z.string(),
  reason: z.nullable(z.string()),
  components: z.array(componentSchema),
  /** What has to be filled in; null when we cannot send it. */
  fields: z.nullable(z.array(fieldSchema)),
});
const listSchema = z.object({
  templates: z.array(templateSchema),
  has_more: z.boolean(),
  synced_at: z.nullable(z.string()),
  error: z.nullable(z.string()),
  connection_state: z.string(),
  syncing: z.boolean(),
});

export type TemplateField = z.infer<typeof fieldSchema>;
/** A text that the provider of an inbox approved beforehand, or did not. */
export type Template = z.infer<typeof templateSchema>;
export type TemplateList = z.infer<typeof listSchema>;

/** What a message says of the template it sends. */
export interface TemplateParams {
  name: string;
  language: string;
  processed_params: {
    header?: Record<string, string>;
    body?: Record<string, string>;
    buttons?: { parameter?: string }[];
  };
}

/** The templates of an inbox; asked again and again while a fresh copy is being made. */
export const templatesQuery = (inboxId: string, query: string, approved: boolean) =>
  queryOptions({
    queryKey: ['templates', inboxId, approved, query],
    queryFn: async (): Promise<TemplateList> =>
      listSchema.parse(
        await rpc('template_list', { p_inbox_id: inboxId, p_query: query, p_approved: approved }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.syncing ? POLL_MS : false),
  });

/** Asks for a fresh copy of the provider's templates. */
export const syncTemplates = (inboxId: string): Promise<void> =>
  rpc('sync_templates', { p_inbox_id: inboxId });

export const isFile = (field: TemplateField): boolean =>
  field.kind === 'image' || field.kind === 'video' || field.kind === 'document';

/** What tells one field of a template from its others. */
export const fieldKey = ({ part, kind, name, index }: TemplateField): string =>
  `${part}.${index ?? name ?? kind}`;

/** The fields without a value; of a file, any word says that it is there. */
export const missingFields = (
  template: Template,
  values: Record<string, string>,
): TemplateField[] => (template.fields ?? []).filter((field) => !values[fieldKey(field)]?.trim());

/** A piece of a template's text: words, or a variable with its value. */
export interface Piece {
  text: string;
  variable: boolean;
}

/** A text of a template in pieces; a variable without a value keeps its braces. */
export function piecesOf(part: string, text: string, values: Record<string, string>): Piece[] {
  return text.split(/(\{\{\s*\w+\s*\}\})/).flatMap((piece): Piece[] => {
    const name = /^\{\{\s*(\w+)\s*\}\}$/.exec(piece)?.[1];
    if (name === undefined) return piece === '' ? [] : [{ text: piece, variable: false }];
    const value = values[`${part}.${name}`]?.trim().replace(/\s+/g, ' ');
    return [{ text: value || piece, variable: true }];
  });
}

const TEXTS = ['header', 'body', 'footer'];

/** The texts a customer reads, from top to bottom. */
export const textsOf = (template: Template): { part: string; text: string }[] =>
  TEXTS.flatMap((part) =>
    template.components.flatMap(({ type, text }) =>
      type.toLowerCase() === part && text ? [{ part, text }] : [],
    ),
  );

export const buttonsOf = (template: Template): string[] =>
  template.components.flatMap(({ buttons }) => (buttons ?? []).map(({ text }) => text ?? ''));

/** The words of a message that sends this template, as the server will write them. */
export const templateText = (template: Template, values: Record<string, string>): string =>
  textsOf(template)
    .map(({ part, text }) =>
      piecesOf(part, text, values)
        .map((piece) => piece.text)
        .join(''),
    )
    .join('\n\n');

/** The values as a message carries them. */
export function templateParams(template: Template, values: Record<string, string>): TemplateParams {
  const params: Required<TemplateParams['processed_params']> = {
    header: {},
    body: {},
    buttons: [],
  };
  for (const field of template.fields ?? []) {
    const value = values[fieldKey(field)]?.trim() ?? '';
    if (isFile(field)) {
      // Anything but an address is the message's attachment.
      if (value.startsWith('https://')) params.header.media_url = value;
    } else if (field.part === 'buttons') {
      const at = field.index ?? 0;
      while (params.buttons.length <= at) params.buttons.push({});
      params.buttons[at] = { parameter: value };
    } else if (field.name !== undefined) params[field.part][field.name] = value;
  }
  return { name: template.name, language: template.language, processed_params: params };
}

import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, columnsOf, rest } from '@/lib/supabase';

const definitionSchema = z.object({
  id: z.string(),
  attribute_model: z.enum(['conversation_attribute', 'contact_attribute']),
  attribute_key: z.string(),
  display_name: z.string(),
  display_type: z.enum([
    'text',
    'number',
    'currency',
    'percent',
    'link',
    'date',
    'list',
    'checkbox',
  ]),
  list_values: z.array(z.string()),
  regex_pattern: z.nullable(z.string()),
  regex_cue: z.nullable(z.string()),
});

export type AttributeDefinition = z.infer<typeof definitionSchema>;

/** The fields an account added to its contacts and conversations. */
export const definitionsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['custom-attributes', accountId],
    queryFn: async (): Promise<AttributeDefinition[]> =>
      z
        .array(definitionSchema)
        .parse(
          await answer(
            rest()
              .from('custom_attribute_definitions')
              .select(columnsOf('custom_attribute_definitions', definitionSchema))
              .eq('account_id', accountId)
              .order('display_name'),
          ),
        ),
  });

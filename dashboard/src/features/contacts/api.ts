import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { answer, rest } from '@/lib/supabase';

const attributes = z.nullable(z.record(z.string(), z.unknown()));
const contactSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  identifier: z.nullable(z.string()),
  blocked: z.boolean(),
  additional_attributes: attributes,
  custom_attributes: attributes,
  avatar_url: z.nullable(z.string()),
  last_activity_at: z.nullable(z.string()),
  created_at: z.string(),
});

export type Contact = z.infer<typeof contactSchema>;

export const contactQuery = (accountId: string, contactId: string) =>
  queryOptions({
    queryKey: ['contact', accountId, contactId],
    queryFn: async (): Promise<Contact> =>
      contactSchema.parse(
        await answer(
          rest()
            .from('contacts')
            .select(Object.keys(contactSchema.shape).join(','))
            .eq('account_id', accountId)
            .eq('id', contactId)
            .single(),
        ),
      ),
  });

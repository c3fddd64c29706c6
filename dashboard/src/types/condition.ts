import * as z from 'zod/mini';

/** One condition about a conversation, as addresses have it; the last one is joined to nothing. */
export const conditionSchema = z.object({
  attribute_key: z.string(),
  filter_operator: z.string(),
  values: z.array(z.string()),
  query_operator: z.nullable(z.enum(['and', 'or'])),
});

export type Condition = z.infer<typeof conditionSchema>;

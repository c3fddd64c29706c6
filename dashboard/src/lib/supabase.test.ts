import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { answer, columnsOf, rest, rpc } from './supabase';

describe('the schema in the types', () => {
  it('lists the columns of a schema', () => {
    expect(columnsOf('teams', z.object({ id: z.string(), name: z.string() }))).toBe('id,name');
  });

  // Never called: `npm run check` fails as soon as one of these is no mistake any more.
  const mistakes = async () => {
    // @ts-expect-error: no such column
    await answer(rest().from('teams').select('id,nmae'));
    // @ts-expect-error: no such column to filter by
    await answer(rest().from('teams').select('id').eq('acount_id', ''));
    // @ts-expect-error: no such column in the schema
    columnsOf('teams', z.object({ nmae: z.string() }));
    // @ts-expect-error: no such function
    await rpc('asign_conversation', { p_conversation_id: '' });
    // @ts-expect-error: no such argument
    await rpc('assign_conversation', { p_conversation_id: '', p_asignee_id: null });
    // @ts-expect-error: an argument is missing
    await rpc('assign_conversation', { p_assignee_id: null });
    // @ts-expect-error: clients may not change an account's status
    await answer(rest().from('accounts').update({ status: 'suspended' }).eq('id', '').select('id'));
  };

  it('refuses what the database has not', () => expect(mistakes).toBeTypeOf('function'));
});

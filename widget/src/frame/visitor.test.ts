import { describe, expect, it } from 'vitest';
import type { Call } from '../protocol';
import { hear, type Refusal, type Visitor } from './visitor';

const NOBODY: Visitor = { claims: {}, hash: null };

/** Everything in turn, as a page says it. */
function said(...calls: Call[]): Visitor | Refusal {
  return calls.reduce<Visitor | Refusal>(
    (visitor, call) => ('code' in visitor ? visitor : hear(visitor, call)),
    NOBODY,
  );
}

describe('what a page says about its visitor', () => {
  it('gathers who they are', () => {
    const user = {
      name: 'Kim',
      email: 'kim@example.com',
      identifier_hash: 'ab'.repeat(32),
      city: 'Porto',
      admin: true,
    };
    expect(said(['setUser', 7, user])).toEqual({
      claims: {
        identifier: '7',
        name: 'Kim',
        email: 'kim@example.com',
        additional_attributes: { city: 'Porto' },
      },
      hash: 'ab'.repeat(32),
    });
  });

  it('keeps attributes said before, and drops one that is taken back', () => {
    const visitor = said(
      ['setCustomAttributes', { plan: 'pro', seats: 3 }],
      ['setUser', 'kim', { name: 'Kim' }],
      ['deleteCustomAttribute', 'seats'],
    );
    expect(visitor).toMatchObject({
      claims: { identifier: 'kim', custom_attributes: { plan: 'pro' } },
    });
  });

  it('gives one visitor nothing of another', () => {
    const visitor = said(
      ['setUser', 'kim', { name: 'Kim' }],
      ['setCustomAttributes', { plan: 'pro' }],
      ['setUser', 'lee', { email: 'lee@example.com' }],
    );
    expect(visitor).toEqual({
      claims: { identifier: 'lee', email: 'lee@example.com' },
      hash: null,
    });
  });

  it.each<Call>([
    ['setUser', '', { name: 'Kim' }],
    ['setUser', {}, { name: 'Kim' }],
    ['setUser', 'kim', {}],
    ['setUser', 'kim', null],
    ['setUser', 'k'.repeat(256), { name: 'Kim' }],
    ['setCustomAttributes', 'plan'],
    ['deleteCustomAttribute', 7],
    ['constructor'],
  ])('%j cannot be followed', (...call) => {
    expect(hear(NOBODY, call as Call)).toMatchObject({ code: 'invalid_call' });
  });

  it.each([
    ['setLabel', 'vip'],
    ['setConversationCustomAttributes', { plan: 'vip' }],
  ] as Call[])('%j is for agents', (...call) => {
    expect(hear(NOBODY, call as Call)).toMatchObject({ code: 'not_allowed' });
  });
});

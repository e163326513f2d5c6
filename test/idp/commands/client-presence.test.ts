import { describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';

/** Reads `kazasu client add copier --ldap …`. */
const read = (options: object) =>
  recordCommands
    .find(({ name }) => name === 'client add')
    ?.read({ positional: ['copier'], options: { ldap: true, profile: 'card-search', ...options } });

describe('presence at a device', () => {
  it.each([
    [{}, {}],
    [
      { tapSeconds: '90', tapUses: '4' },
      { tapFreshSeconds: 90, tapUses: 4 },
    ],
    [{ hours: ['sat@09:00-12:00'] }, { hours: [{ days: ['sat'], fromMinute: 540, untilMinute: 720 }] }],
    [{ hours: ['always'] }, { hours: [] }],
    [{ personBind: 'password' }, { personBind: { password: true, tap: false, waitSeconds: 0 } }],
    [{ personBind: 'tap', wait: '45' }, { personBind: { password: false, tap: true, waitSeconds: 45 } }],
    [{ personBind: 'password+tap' }, { personBind: { password: true, tap: true, waitSeconds: 0 } }],
  ])('%j', (options, presence) => {
    expect(read(options)).toHaveProperty('client.presence', presence);
  });

  it.each([
    ['a tap that is never fresh', { tapSeconds: '0' }, 'ERR_OPTION'],
    ['a tap of yesterday', { tapSeconds: '86400' }, 'ERR_OPTION'],
    ['a tap for nothing', { tapUses: '0' }, 'ERR_OPTION'],
    ['a number that is none', { tapUses: 'x' }, 'ERR_OPTION'],
    ['hours that are none', { hours: ['mon'] }, 'ERR_HOURS'],
    ['always and then not', { hours: ['always', 'mon@09:00-10:00'] }, 'ERR_HOURS'],
    ['another demand', { personBind: 'pin' }, 'ERR_OPTION'],
    ['a wait for no tap', { personBind: 'password', wait: '5' }, 'ERR_OPTION'],
    ['a wait without end', { personBind: 'tap', wait: '121' }, 'ERR_OPTION'],
    [
      'the other protocol',
      { oidc: true, ldap: false, tapUses: '2', redirectUri: ['https://x.example/'] },
      'ERR_OPTION',
    ],
  ])('is not %s', (_, options, code) => {
    expect(() => read(options)).toThrow(expect.objectContaining({ code }));
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { forgetPerson } from '../../../idp/flows/forget-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { begin, discover, type Office, type OfficeClient, openOffice } from './support/office.ts';

let office: Office;
let library: OfficeClient;
let attendance: OfficeClient;
let directory: string;
const admin = actor('os', 0);

beforeAll(async () => {
  office = await openOffice();
  directory = mkdtempSync(join(tmpdir(), 'kazasu-csv-'));
  await office.idp.addPerson('taro');
  await office.idp.addPerson('jiro');
  library = await office.add('図書館', {
    settings: { identifierClaim: 'library_number', subject: 'pairwise' },
  });
  attendance = await office.add('勤怠');
});
afterAll(async () => {
  await office.close();
  rmSync(directory, { recursive: true });
});

/** `kazasu client identifiers import CLIENT FILE`. */
async function importing(client: string, lines: readonly string[], options: object = {}): Promise<unknown> {
  const file = join(directory, 'identifiers.csv');
  writeFileSync(file, `${['uid,identifier', ...lines].join('\n')}\n`);
  return run(['import', client, file], options);
}

async function run(positional: readonly string[], options: object = {}): Promise<unknown> {
  const command = recordCommands.find(({ name }) => name === 'client identifiers');
  const input = await command?.read({ positional, options: { ...options } });
  const none = (async function* () {})();
  return command?.run(office.idp.context, input, admin, () => {}, none);
}

async function claimsFor(client: OfficeClient, more: Record<string, string> = {}) {
  const config = await discover(office, client.clientId, client.clientSecret);
  const { parameters, checks } = await begin(more);
  const { location } = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
  const tokens = await openid.authorizationCodeGrant(config, new URL(location), checks);
  const userinfo = await openid.fetchUserInfo(config, tokens.access_token, openid.skipSubjectCheck);
  return { idToken: tokens.claims() ?? {}, userinfo };
}

const refused = (message: string) =>
  expect.objectContaining({ code: 'ERR_IDENTIFIERS', message: expect.stringContaining(message) });

describe('an identifier of a connected system', () => {
  it('is shown first and linked then, all lines or none', async () => {
    const lines = ['hanako,L-000123', 'taro,L-000124'];
    expect(await importing('図書館', lines, { preview: true })).toMatchObject({
      linked: 2,
      applied: false,
      problems: [],
    });
    expect(await run(['list', '図書館'])).toEqual([]);
    expect(await importing('図書館', lines)).toMatchObject({ linked: 2, applied: true });
    expect(await importing('図書館', lines)).toMatchObject({ linked: 0, unchanged: 2 });
    expect(await run(['list', '図書館'])).toEqual([
      { uid: 'hanako', identifier: 'L-000123' },
      { uid: 'taro', identifier: 'L-000124' },
    ]);
  });

  it('is released to that client alone, under the name that it chose', async () => {
    const { idToken, userinfo } = await claimsFor(library);
    expect(idToken).toMatchObject({ library_number: 'L-000123' });
    expect(userinfo).toMatchObject({ library_number: 'L-000123' });
    const wanted = JSON.stringify({ userinfo: { library_number: null, client_identifier: null } });
    const other = await claimsFor(attendance, { claims: wanted });
    expect(JSON.stringify(other)).not.toContain('L-000123');
    await importing('勤怠', ['hanako,4711']);
    expect((await claimsFor(attendance)).idToken).toMatchObject({ client_identifier: '4711' });
  });

  it.each([
    [['nobody,L-1'], 'line 2: no person "nobody"'],
    [['jiro,L-9', 'jiro,L-10'], 'line 3: jiro stands on line 2 already'],
    [['jiro,L-9', 'taro,L-9'], 'line 3: this identifier stands on line 2 already'],
    [['jiro,L-000123'], 'line 2: this identifier is somebody else’s'],
    [['hanako,L-5'], 'add --replace'],
    [['jiro,'], 'line 2: the identifier has 1 to 200 characters'],
  ])('is refused with the line: %j', async (lines, message) => {
    await expect(importing('図書館', lines)).rejects.toThrow(refused(message));
    expect(await run(['list', '図書館'])).toHaveLength(2);
  });

  it('changes places between people where that is said', async () => {
    const swapped = ['hanako,L-000124', 'taro,L-000123'];
    expect(await importing('図書館', swapped, { replace: true })).toMatchObject({ changed: 2 });
    expect((await claimsFor(library)).idToken).toMatchObject({ library_number: 'L-000124' });
  });

  it('goes when its person is forgotten, and can then be another’s', async () => {
    const request = { person: 'taro', actor: admin };
    await leavePerson(office.idp.context, request);
    await forgetPerson(office.idp.context, request);
    expect(await importing('図書館', ['jiro,L-000123'])).toMatchObject({ linked: 1 });
  });

  it('is read from a file with another header as nothing at all', async () => {
    const file = join(directory, 'other.csv');
    writeFileSync(file, 'uid,number\nhanako,1\n');
    await expect(run(['import', '図書館', file])).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_IDENTIFIERS_CSV', message: expect.stringContaining('line 1') }),
    );
  });
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstallation, type Installation } from '../support/installation.ts';

const header = 'uid,employeeNumber,displayName,displayNameKana,mail,organization,department,title,groups';
const hanako = 'hanako-x,10017,山田花子,ヤマダハナコ,hanako-x@example.jp,見本市,総務課,係長,staff';
const taro = 'taro-x,10018,佐藤太郎,サトウタロウ,taro-x@example.jp,見本市,土木課,,staff';
const traces = ['hanako-x', '10017', '山田花子', 'ヤマダハナコ'];

describe.each([
  ['while no server runs', false],
  ['while a server runs', true],
])('leaving and being forgotten, %s', (_when, running) => {
  let here: Installation;

  beforeAll(async () => {
    here = await createInstallation();
    writeFileSync(join(here.directory, 'people.csv'), `${[header, hanako, taro].join('\n')}\n`);
    if (running) await here.start();
    await here.done('person', 'import', 'people.csv');
    await here.done('person', 'invite', 'hanako-x');
  });

  afterAll(async () => {
    await here.stop();
    await here.close();
  });

  const filesOf = (path: string): readonly string[] =>
    readdirSync(path).flatMap((name) => {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) return filesOf(inner);
      return statSync(inner).isFile() ? [inner] : [];
    });
  /** Which of these the data directory holds in any file. */
  const found = (wanted: readonly string[]) => {
    const contents = filesOf(here.dataDir).map((path) => readFileSync(path));
    return wanted.filter((one) => contents.some((content) => content.includes(Buffer.from(one))));
  };

  it('nobody is forgotten who has not left, and the answer says what comes first', async () => {
    const { status, stderr } = await here.kazasu(['person', 'forget', 'hanako-x']);
    expect(status).toBe(2);
    expect(stderr).toContain('kazasu person leave hanako-x');
    expect(found(traces)).toEqual(traces);
  });

  it('who left stays left, whatever is imported, and the import says so', async () => {
    expect(await here.done('person', 'leave', 'hanako-x')).toMatchObject({ uid: 'hanako-x', state: 'left' });
    expect((await here.kazasu(['person', 'invite', 'hanako-x'])).stderr).toContain(
      'kazasu person forget hanako-x',
    );
    const { stdout } = await here.kazasu(['person', 'import', 'people.csv']);
    expect(stdout).toContain('hanako-x left, and the row changed nothing');
    const listed = await here.done<{ uid: string; state: string }[]>('person', 'list');
    expect(listed.map(({ uid, state }) => `${uid} ${state}`).sort()).toEqual([
      'hanako-x left',
      'taro-x active',
    ]);
  });

  it('who is forgotten is in no file of the data directory, and the audit trail is whole', async () => {
    expect(await here.done('person', 'forget', 'hanako-x')).toEqual({ cards: 0 });
    expect(found(traces)).toEqual([]);
    expect(found(['taro-x', '佐藤太郎'])).toEqual(['taro-x', '佐藤太郎']);
    expect(await here.done('audit', 'verify')).toMatchObject({ outcome: 'intact' });
  });

  it('what is coming and what was told is shown, also when it is nothing', async () => {
    expect(await here.done('card', 'expiring', '--days', '400')).toEqual([]);
    expect((await here.kazasu(['card', 'expiring'])).stdout).toContain('No card in use ends in that time.');
    expect((await here.kazasu(['card', 'expiring', '--days', 'soon'])).status).toBe(2);
    expect(await here.done('notice', 'list', '--undelivered')).toEqual([]);
    expect((await here.kazasu(['card', 'consent', 'nothing'])).stderr).toContain('kazasu card list');
  });

  it('who comes back comes as somebody new', async () => {
    expect(await here.done('person', 'import', 'people.csv')).toMatchObject({ added: 1, left: [] });
    expect(await here.done('person', 'invite', 'hanako-x')).toHaveProperty('code');
  });
});

import { describe, expect, it } from 'vitest';
import {
  type NoticeKind,
  noticeWorthSeconds,
  retrySeconds,
  stageWindows,
} from '../../../idp/domain/notice.ts';
import { noticeText } from '../../../idp/domain/notice-texts.ts';

const toPeople: readonly NoticeKind[] = [
  ...(['card-expires-60', 'card-expires-30', 'card-expires-7', 'card-expired'] as const),
  ...(['card-replaced', 'registration-approved', 'registration-rejected'] as const),
];
const issuer = 'https://idp.city.example';

describe.each(toPeople)('a notice of %s', (kind) => {
  const { subject, text } = noticeText({ kind, name: '佐藤 花子', issuer });

  it('has a subject of one line in both languages', () => {
    expect(subject).toMatch(/^\[Kazasu\] .*[ぁ-ん].* \/ [A-Z].*[a-z]/);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  it('speaks to the person in Japanese, then in English, says whom to turn to, and who sends it', () => {
    const [ja = '', en = ''] = text.split('────────');
    expect(ja).toMatch(/^佐藤 花子 様\n\n[\s\S]*担当者/);
    expect(en).toMatch(/whoever registers cards/);
    expect(en).toContain(issuer);
    expect(en).not.toMatch(/[ぁ-ん]/);
  });
});

it('a rejection repeats what the approver said, and an alarm what happened', () => {
  const words = { ja: '本人確認ができませんでした', en: 'not seen in person' };
  expect(noticeText({ kind: 'registration-rejected', words, issuer }).text).toMatch(
    /理由: 本人確認[\s\S]*Reason: not seen in person/,
  );
  expect(noticeText({ kind: 'operator-alarm', words, issuer }).text).toMatch(/^本人確認[\s\S]*not seen/);
});

it('attempts come ever more rarely, and more than ten fit into the time that a notice is worth', () => {
  const waits = Array.from({ length: 14 }, (_, n) => retrySeconds(n + 1));
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect([waits[0], waits.at(-1)]).toEqual([60, 14_400]);
  expect(waits.slice(0, 10).reduce((sum, wait) => sum + wait, 0)).toBeLessThan(noticeWorthSeconds);
});

it('every end within thirty days past and sixty ahead falls into exactly one window', () => {
  const now = Date.UTC(2026, 10, 22, 3);
  const windows = [...stageWindows(now)].sort((one, other) => one.after - other.after);
  for (const [index, { after, until }] of windows.entries()) {
    expect(after).toBeLessThan(until);
    if (index > 0) expect(after).toBe(windows[index - 1]?.until);
  }
});

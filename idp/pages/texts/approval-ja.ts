import type { Reasons } from './catalogue.ts';

const anotherApprover = 'ほかの承認者に依頼してください。';
const counter = '却下してください。本人は、お住まいの市区町村の窓口で証明書を確認できます。';
const findOut = '決める前に、理由を確かめてください。';

/** For whoever approves or rejects. */
export const approvalJa: Reasons['approval'] = {
  'registration-not-pending': {
    what: 'この登録は、承認を待っている状態ではありません。',
    next: '一覧を表示し直してください。ほかの承認者が決めた可能性があります。',
  },
  'approver-not-entitled': {
    what: '承認する権限がありません。',
    next: '管理者に、承認者の権限を依頼してください。',
  },
  'approver-of-another-organization': {
    what: '登録する方は、別の組織に所属しています。',
    next: 'その組織の承認者に依頼してください。',
  },
  'approver-is-holder': { what: '自分のカードは承認できません。', next: anotherApprover },
  'approver-is-inviter': { what: '自分が招待した方のカードは承認できません。', next: anotherApprover },
  'person-suspended': {
    what: '登録する方の利用が停止されています。',
    next: '停止の理由がなくなったら、利用を再開してから承認してください。',
  },
  'person-left': { what: '登録する方は、すでに組織を離れています。', next: '却下してください。' },
  'person-moved': {
    what: 'カードをかざした後に、登録する方の所属する組織が変わりました。',
    next: '却下して、もう一度招待してください。',
  },
  'certificate-refused': {
    what: 'このカードの電子証明書は、使えなくなりました。',
    next: '却下してください。更新したカードは、改めて登録が必要です。',
  },
  'card-revoked': { what: 'このカードの電子証明書は失効しています。', next: counter },
  'card-revoked-by-list': {
    what: 'このカードの電子証明書は、失効リストに載っています。',
    next: counter,
  },
  'card-on-hold': {
    what: 'このカードの電子証明書は、発行者により一時停止されています。',
    next: '再開を待つか、却下してください。本人は、お住まいの市区町村の窓口で確認できます。',
  },
  'card-suspended': {
    what: 'このカードは登録済みで、一時停止されています。',
    next: 'カードの利用を再開するか、この登録を却下してください。',
  },
  'card-unknown-to-issuer': {
    what: 'カードの発行者が、この証明書を確認できませんでした。',
    next: counter,
  },
  'ocsp-older-than-proof': {
    what: '発行者の最新の回答は、カードをかざす前のものです。',
    next: '数分後に、もう一度承認してください。',
  },
  'card-already-registered': {
    what: 'このカードは、すでに同じ方のカードとして登録されています。',
    next: 'この登録を却下してください。',
  },
  'card-registered-to-another': {
    what: 'このカードは、別の方のカードとして登録されています。',
    next: findOut,
  },
  'card-already-pending': {
    what: '同じ方による、このカードの別の登録が承認を待っています。',
    next: 'どちらかを却下してください。',
  },
  'card-pending-for-another': {
    what: 'このカードは、別の方のカードとしても承認を待っています。',
    next: findOut,
  },
  'face-to-face-required': {
    what: 'このカードの番号は機器から送られたもので、署名がありません。',
    next: 'ご本人とカードを対面で確かめ、保存への同意を得てから承認してください。',
  },
};

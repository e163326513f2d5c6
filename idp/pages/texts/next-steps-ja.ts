// What many a reason says to do next.
export const askAdministrator = '管理者に連絡してください。';
export const usePin = 'カードと暗証番号を使う方法でサインインしてください。';
export const holdAgain = 'もう一度、カードをかざしてください。';
export const registerAgain = '管理者から招待コードを受け取り、カードを登録してください。';
export const startAgain = 'ご利用のシステムの画面に戻り、サインインをやり直してください。';
export const freshInvitation = '管理者に、新しい招待コードの発行を依頼してください。';
export const readerAdministrator = 'このリーダーの管理者に連絡してください。';

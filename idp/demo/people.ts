import type { ReleasedPerson } from '../domain/person.ts';
import type { Municipality } from './authority/certification-authority.ts';

/** Somebody of the city of Mihon ("sample"): the words of the Digital Agency's own examples, so that nobody is meant. */
export interface SamplePerson extends ReleasedPerson {
  readonly nameEn: string;
  readonly departmentJa: string;
  readonly departmentEn: string;
  /** Where the holder lives decides which list names the certificate; which CA generation issued it is when it was made. */
  readonly residence: Municipality & { readonly generation: 'older' | 'newer' };
  readonly birthday: { readonly month: number; readonly day: number };
}

export const demoOrganization = '見本市';
/** What `org declare-verifier` is told; the demonstration does it for its own organisation only. */
export const demoVerifierBasis = 'Demonstration with a test authority; no notification was made.';

/** The four who can be picked. The approver approves others, never herself. */
export const samplePeople: readonly SamplePerson[] = [
  sample('hanako.mihon', '10021', ['見本 花子', 'ミホン ハナコ', 'Hanako Mihon'], ['市民課', 'Citizens'], {
    title: '主任',
    groups: ['staff', 'counter'],
    residence: { prefecture: 'Mihon-ken', municipality: 'Mihon-shi', generation: 'older' },
    birthday: { month: 4, day: 2 },
  }),
  sample('taro.mihon', '10022', ['見本 太郎', 'ミホン タロウ', 'Taro Mihon'], ['税務課', 'Tax'], {
    title: '係長',
    groups: ['staff', 'tax'],
    residence: { prefecture: 'Mihon-ken', municipality: 'Rei-machi', generation: 'newer' },
    birthday: { month: 9, day: 14 },
  }),
  sample('misaki.rei', '10023', ['例 美咲', 'レイ ミサキ', 'Misaki Rei'], ['図書館', 'Library'], {
    title: '司書',
    groups: ['staff', 'library'],
    residence: { prefecture: 'Mihon-ken', municipality: 'Temoto-mura', generation: 'newer' },
    birthday: { month: 12, day: 28 },
  }),
];

/** Who approves registrations. */
export const approver: SamplePerson = sample(
  'kenta.kanri',
  '10001',
  ['管理 健太', 'カンリ ケンタ', 'Kenta Kanri'],
  ['情報政策課', 'Information policy'],
  {
    title: '課長',
    groups: ['staff', 'information'],
    residence: { prefecture: 'Mihon-ken', municipality: 'Rei-machi', generation: 'newer' },
    birthday: { month: 1, day: 20 },
  },
);

/** The person of that `uid` among those who can be picked. */
export function findSample(uid: string | undefined): SamplePerson | undefined {
  return samplePeople.find((person) => person.uid === uid);
}

function sample(
  uid: string,
  employeeNumber: string,
  [displayName, displayNameKana, nameEn]: readonly [string, string, string],
  [departmentJa, departmentEn]: readonly [string, string],
  rest: Pick<SamplePerson, 'groups' | 'residence' | 'birthday'> & { readonly title: string },
): SamplePerson {
  const mail = `${uid}@city.mihon.example`;
  return {
    uid,
    employeeNumber,
    displayName,
    displayNameKana,
    mail,
    organization: demoOrganization,
    department: departmentJa,
    nameEn,
    departmentJa,
    departmentEn,
    ...rest,
  };
}

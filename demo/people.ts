// The shop's customers: invented people with a place, a language and habits. No name, address or number here is anybody's.
import { categoryNames } from './catalogue.ts';
import type { Chance } from './random.ts';

export type DemoCustomer = {
  externalId: string;
  firstName: string;
  lastName: string;
  name: string;
  email: string;
  phone: string | null;
  birthday: string | null;
  gender: 'female' | 'male' | null;
  city: string;
  region: string | null;
  country: string;
  language: string;
  timeZone: string;
  source: string;
  plan: string;
  newsletter: boolean;
  createdAt: number;
  /** How they buy; not known to Rapport, which has to find out. */
  habits: { perYear: number; dropout: number; categories: string[]; spends: number; buys: boolean };
};

type Place = {
  country: string;
  language: string;
  timeZone: string;
  phone: string;
  cities: string[];
  female: string[];
  male: string[];
  last: string[];
  surnameFirst?: boolean;
};

const places: readonly (readonly [Place, number])[] = [
  [
    {
      country: 'DE',
      language: 'de',
      timeZone: 'Europe/Berlin',
      phone: '+4915',
      cities: ['Berlin', 'Hamburg', 'München', 'Köln', 'Leipzig'],
      female: ['Anna', 'Lena', 'Marie', 'Sophie', 'Clara'],
      male: ['Lukas', 'Jonas', 'Felix', 'Paul', 'Max'],
      last: ['Müller', 'Schmidt', 'Weber', 'Wagner', 'Becker', 'Hoffmann', 'Koch', 'Richter'],
    },
    26,
  ],
  [
    {
      country: 'GB',
      language: 'en',
      timeZone: 'Europe/London',
      phone: '+4479',
      cities: ['London', 'Manchester', 'Bristol', 'Leeds', 'Edinburgh'],
      female: ['Olivia', 'Emily', 'Grace', 'Isla', 'Freya'],
      male: ['Oliver', 'George', 'Harry', 'Jack', 'Arthur'],
      last: ['Smith', 'Jones', 'Taylor', 'Brown', 'Wilson', 'Davies', 'Evans', 'Walker'],
    },
    22,
  ],
  [
    {
      country: 'FR',
      language: 'fr',
      timeZone: 'Europe/Paris',
      phone: '+336',
      cities: ['Paris', 'Lyon', 'Nantes', 'Lille', 'Bordeaux'],
      female: ['Camille', 'Chloé', 'Manon', 'Léa', 'Inès'],
      male: ['Hugo', 'Louis', 'Jules', 'Théo', 'Gabriel'],
      last: ['Martin', 'Bernard', 'Dubois', 'Moreau', 'Laurent', 'Simon', 'Lefebvre', 'Roux'],
    },
    16,
  ],
  [
    {
      country: 'NL',
      language: 'nl',
      timeZone: 'Europe/Amsterdam',
      phone: '+316',
      cities: ['Amsterdam', 'Utrecht', 'Rotterdam', 'Haarlem'],
      female: ['Emma', 'Sanne', 'Lotte', 'Fleur'],
      male: ['Daan', 'Sem', 'Bram', 'Thijs'],
      last: ['de Vries', 'Jansen', 'Bakker', 'Visser', 'Smit', 'Mulder'],
    },
    10,
  ],
  [
    {
      country: 'CN',
      language: 'zh',
      timeZone: 'Asia/Shanghai',
      phone: '+86138',
      cities: ['上海', '北京', '深圳', '杭州', '成都'],
      female: ['芳', '娜', '静', '丽', '雪梅'],
      male: ['伟', '强', '磊', '洋', '志远'],
      last: ['王', '李', '张', '刘', '陈', '杨', '赵', '黄'],
      surnameFirst: true,
    },
    12,
  ],
  [
    {
      country: 'US',
      language: 'en',
      timeZone: 'America/New_York',
      phone: '+12125',
      cities: ['New York', 'Boston', 'Chicago', 'Portland'],
      female: ['Ava', 'Mia', 'Harper', 'Ella'],
      male: ['Liam', 'Noah', 'Ethan', 'Mason'],
      last: ['Johnson', 'Miller', 'Garcia', 'Anderson', 'Clark', 'Lewis'],
    },
    14,
  ],
];

const sources = [
  ['web', 40],
  ['newsletter', 14],
  ['instagram', 18],
  ['referral', 12],
  ['store', 10],
  ['marketplace', 6],
] as const;

/** `from` to `until` is the time in which people sign up; more do in the second year than in the first. */
export const makeCustomer = (chance: Chance, index: number, from: number, until: number): DemoCustomer => {
  const place = chance.weighted(places);
  const gender = chance.weighted([
    ['female', 52],
    ['male', 42],
    [null, 6],
  ] as const);
  const firstName = chance.pick(gender === 'male' ? place.male : place.female);
  const lastName = chance.pick(place.last);
  const externalId = `C${String(index + 1).padStart(6, '0')}`;
  const createdAt = Math.floor(from + (until - from) * Math.sqrt(chance.next()));
  const favourite = chance.pick(categoryNames);
  return {
    externalId,
    firstName,
    lastName,
    name: place.surnameFirst ? `${lastName}${firstName}` : `${firstName} ${lastName}`,
    email: `${latin(firstName)}.${latin(lastName)}.${index + 1}@example.${chance.pick(['com', 'org', 'net'])}`,
    phone: chance.chance(0.7) ? phoneOf(place.phone, chance) : null,
    birthday: chance.chance(0.6)
      ? new Date(Date.UTC(chance.whole(1950, 2006), chance.whole(0, 11), chance.whole(1, 28)))
          .toISOString()
          .slice(0, 10)
      : null,
    gender,
    city: chance.pick(place.cities),
    region: null,
    country: place.country,
    language: place.language,
    timeZone: place.timeZone,
    source: chance.weighted(sources),
    plan: chance.weighted([
      ['none', 78],
      ['club', 17],
      ['club-plus', 5],
    ] as const),
    newsletter: chance.chance(0.58),
    createdAt,
    habits: {
      // Gamma over people, geometric dropout after each purchase: the shape that BG/NBD describes.
      perYear: 0.6 + chance.gamma(0.9) * 4.2,
      dropout: chance.beta(0.9, 3.2),
      categories: [favourite, favourite, chance.pick(categoryNames), chance.pick(categoryNames)],
      spends: Math.exp(chance.normal() * 0.35),
      buys: chance.chance(0.86),
    },
  };
};

const latin = (name: string): string =>
  [...name.normalize('NFKD').toLowerCase()]
    .map((c) => (/[a-z]/.test(c) ? c : /\p{Script=Han}/u.test(c) ? `u${c.codePointAt(0)!.toString(36)}` : ''))
    .join('') || 'x';

// Lengths of real numbers, so that they survive cleaning.
const lengths: Record<string, number> = { '+4915': 8, '+4479': 8, '+336': 8, '+316': 8, '+86138': 8, '+12125': 6 };
const phoneOf = (prefix: string, chance: Chance): string =>
  prefix +
  Array.from({ length: lengths[prefix]! }, (_, i) => (i === 0 && prefix === '+4915' ? 1 : chance.whole(0, 9))).join('');

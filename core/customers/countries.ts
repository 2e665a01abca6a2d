// Country names to ISO 3166-1 alpha-2: English and Chinese names as ICU knows them, and what shops write instead.

/** ISO 3166-1 alpha-2, all of them. */
export const countryCodes: readonly string[] =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(
    ' ',
  );

const aliases: Record<string, string> = {
  uk: 'GB',
  'great britain': 'GB',
  britain: 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  usa: 'US',
  'u.s.a.': 'US',
  'u.s.': 'US',
  america: 'US',
  'united states of america': 'US',
  eire: 'IE',
  'republic of ireland': 'IE',
  holland: 'NL',
  'the netherlands': 'NL',
  'czech republic': 'CZ',
  korea: 'KR',
  'republic of korea': 'KR',
  'hong kong': 'HK',
  macau: 'MO',
  rsa: 'ZA',
  uae: 'AE',
  turkey: 'TR',
  swaziland: 'SZ',
  'ivory coast': 'CI',
  'cape verde': 'CV',
  burma: 'MM',
  deutschland: 'DE',
  österreich: 'AT',
  schweiz: 'CH',
  españa: 'ES',
  italia: 'IT',
  中国大陆: 'CN',
  香港: 'HK',
  澳门: 'MO',
  台湾: 'TW',
};

const codes: ReadonlySet<string> = new Set(countryCodes);

// However it is typed: without accents and apostrophes, "&" as a word.
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .replaceAll('&', ' and ')
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ');

const byName: ReadonlyMap<string, string> = new Map([
  ...['en', 'zh'].flatMap((language) => {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    return countryCodes.map((code): [string, string] => [plain(names.of(code) ?? code), code]);
  }),
  ...Object.entries(aliases).map(([name, code]): [string, string] => [plain(name), code]),
]);

/** `United Kingdom`, `UK`, `gb` → `GB`; undefined when nobody knows it. */
export const findCountry = (text: string): string | undefined => {
  const upper = text.trim().toUpperCase();
  if (codes.has(upper)) return upper;
  return byName.get(plain(text));
};

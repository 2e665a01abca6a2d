// The shop's products: 500 things for a house, in ten categories. Some are used up and bought again.
import type { Chance } from './random.ts';

export type DemoProduct = {
  sku: string;
  name: string;
  category: string;
  price: number;
  currency: 'EUR';
  stock: number;
  /** How often it is chosen within its category: few sell much, many sell little. */
  weight: number;
  /** Days a purchase lasts, where the thing is used up. */
  lastsDays: number | null;
};

type Category = {
  name: string;
  code: string;
  price: [number, number];
  lastsDays: number | null;
  kinds: string[];
  qualities: string[];
};

const categories: Category[] = [
  {
    name: 'Coffee',
    code: 'COF',
    price: [690, 2490],
    lastsDays: 30,
    kinds: ['Espresso Beans', 'Filter Roast', 'Decaf', 'Single Origin', 'Cold Brew'],
    qualities: [
      'Harbour',
      'Alpine',
      'Sunrise',
      'Velvet',
      'Lisboa',
      'Midnight',
      'Meadow',
      'Copper',
      'Nordic',
      'Old Town',
    ],
  },
  {
    name: 'Tea',
    code: 'TEA',
    price: [490, 1890],
    lastsDays: 45,
    kinds: ['Green Tea', 'Oolong', 'Assam', 'Herbal Blend', 'Chai'],
    qualities: ['Spring', 'Garden', 'Silver', 'Mountain', 'Evening', 'Orchid', 'Jade', 'Amber', 'Cloud', 'Rain'],
  },
  {
    name: 'Kitchen',
    code: 'KIT',
    price: [890, 8900],
    lastsDays: null,
    kinds: ['Kettle', 'Chef Knife', 'Cutting Board', 'Pan', 'Storage Jar'],
    qualities: ['Oak', 'Steel', 'Cast', 'Daily', 'Studio', 'Compact', 'Family', 'Slate', 'Walnut', 'Classic'],
  },
  {
    name: 'Ceramics',
    code: 'CER',
    price: [790, 5900],
    lastsDays: null,
    kinds: ['Mug', 'Bowl', 'Plate', 'Vase', 'Teapot'],
    qualities: ['Speckled', 'Indigo', 'Sand', 'Moss', 'Ivory', 'Graphite', 'Terra', 'Celadon', 'Blush', 'Fjord'],
  },
  {
    name: 'Textiles',
    code: 'TEX',
    price: [990, 9900],
    lastsDays: null,
    kinds: ['Linen Towel', 'Throw', 'Cushion', 'Napkins', 'Apron'],
    qualities: ['Washed', 'Woven', 'Striped', 'Heather', 'Natural', 'Checked', 'Ocean', 'Rust', 'Olive', 'Plain'],
  },
  {
    name: 'Candles',
    code: 'CAN',
    price: [690, 3900],
    lastsDays: 60,
    kinds: ['Soy Candle', 'Pillar', 'Tea Lights', 'Diffuser', 'Incense'],
    qualities: ['Cedar', 'Fig', 'Linen', 'Ember', 'Citrus', 'Lavender', 'Pine', 'Vanilla', 'Sea Salt', 'Clove'],
  },
  {
    name: 'Bath',
    code: 'BAT',
    price: [390, 2900],
    lastsDays: 50,
    kinds: ['Soap', 'Hand Cream', 'Bath Salt', 'Shampoo Bar', 'Body Oil'],
    qualities: ['Oat', 'Rosemary', 'Almond', 'Clay', 'Honey', 'Mint', 'Olive', 'Rose', 'Charcoal', 'Calendula'],
  },
  {
    name: 'Garden',
    code: 'GAR',
    price: [590, 7900],
    lastsDays: null,
    kinds: ['Planter', 'Watering Can', 'Seeds', 'Secateurs', 'Lantern'],
    qualities: ['Zinc', 'Cottage', 'Balcony', 'Wild', 'Herb', 'Patio', 'Meadow', 'Copper', 'Stone', 'Evergreen'],
  },
  {
    name: 'Lighting',
    code: 'LIG',
    price: [1990, 19900],
    lastsDays: null,
    kinds: ['Table Lamp', 'Pendant', 'Reading Lamp', 'String Lights', 'Shade'],
    qualities: ['Opal', 'Brass', 'Rattan', 'Smoke', 'Arc', 'Dome', 'Paper', 'Matte', 'Loft', 'Halo'],
  },
  {
    name: 'Stationery',
    code: 'STA',
    price: [290, 3900],
    lastsDays: 90,
    kinds: ['Notebook', 'Planner', 'Card Set', 'Fountain Pen', 'Wrapping Paper'],
    qualities: ['Dotted', 'Ruled', 'Botanical', 'Marbled', 'Kraft', 'Pocket', 'Cloth', 'Riso', 'Gilded', 'Plain'],
  },
];

export const categoryNames = categories.map((category) => category.name);

export const makeCatalogue = (chance: Chance): DemoProduct[] =>
  categories.flatMap((category) =>
    category.kinds.flatMap((kind, k) =>
      category.qualities.map((quality, q): DemoProduct => {
        const [low, high] = category.price;
        const rank = k * category.qualities.length + q + 1;
        return {
          sku: `${category.code}-${String(rank).padStart(3, '0')}`,
          name: `${quality} ${kind}`,
          category: category.name,
          // Skewed to the low end, on ten cents.
          price: Math.round((low + (high - low) * chance.next() ** 2.2) / 10) * 10,
          currency: 'EUR',
          stock: chance.whole(0, 400),
          weight: 1 / (1 + chance.whole(0, 49)) ** 0.9,
          lastsDays: category.lastsDays,
        };
      }),
    ),
  );

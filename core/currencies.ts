// Which currencies there are, and how many decimals each has.

/** Decimals of a currency (2 for GBP, 0 for JPY, 3 for KWD); undefined when it is none. Remembers what it was asked. */
export const createCurrencies = () => {
  const exponents = new Map<string, number | undefined>();
  const known = new Set(Intl.supportedValuesOf('currency'));
  return {
    exponentOf: (code: string): number | undefined => {
      if (!exponents.has(code)) {
        const format = known.has(code) && new Intl.NumberFormat('en', { style: 'currency', currency: code });
        exponents.set(code, format ? format.resolvedOptions().maximumFractionDigits : undefined);
      }
      return exponents.get(code);
    },
  };
};

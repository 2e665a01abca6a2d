// expect: timeout | memory | killed
export default { score: async (customers, ctx) => {
  '\ufdfa'.repeat(2 ** 24).normalize('NFKD');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

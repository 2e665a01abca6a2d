// expect: limit | memory | timeout
export default { score: async (customers, ctx) => {
  await ctx.kv.set('key', 'x'.repeat(5e7));
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

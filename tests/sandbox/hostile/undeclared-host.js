// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.fetch('https://example.org/');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.fetch('https://example.com/', { method: 'DELETE' });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

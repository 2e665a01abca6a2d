// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.records.list({ type: 'ticket' });
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

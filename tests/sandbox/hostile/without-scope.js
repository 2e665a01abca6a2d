// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.customers.list();
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

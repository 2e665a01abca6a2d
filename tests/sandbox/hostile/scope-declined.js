// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.orders.list();
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

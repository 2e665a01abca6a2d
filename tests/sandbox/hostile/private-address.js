// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.fetch('http://127.0.0.1:1/');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

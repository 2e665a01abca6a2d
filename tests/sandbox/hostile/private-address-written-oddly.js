// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.fetch('http://0x7f.1/');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

// expect: denied
export default { score: async (customers, ctx) => {
  await ctx.fetch('http://169.254.169.254/latest/meta-data/');
  return customers.map((c) => ({ customer: c.id, value: 1 }));
} };

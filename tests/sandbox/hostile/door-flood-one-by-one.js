// expect: limit | timeout
export default { score: async (customers, ctx) => {
  for (let i = 0; ; i++) await ctx.kv.get(`key ${i}`);
} };

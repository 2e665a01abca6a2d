// expect: timeout | memory | killed
export default { score: async (customers, ctx) => {
  for (;;) ctx.kv.get('key').catch(() => {});
} };

// expect: timeout | memory | killed | plugin_error
export default { score: async (customers, ctx) => {
  const all = new Set();
  for (let i = 0; ; i++) all.add(`value ${i}`);
} };

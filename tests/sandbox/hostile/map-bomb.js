// expect: timeout | memory | killed | plugin_error
export default { score: async (customers, ctx) => {
  const all = new Map();
  for (let i = 0; ; i++) all.set(i, { i });
} };

// expect: memory | killed | timeout | plugin_error
export default { score: async (customers, ctx) => {
  const all = [];
  for (;;) all.push(new Uint8Array(1e7).fill(1));
} };

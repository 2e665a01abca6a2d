// expect: timeout | memory | killed
export default { score: async (customers, ctx) => {
  const all = [];
  for (;;) all.push(new Array(1000).fill(all.length));
} };

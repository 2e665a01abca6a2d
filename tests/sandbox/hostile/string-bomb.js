// expect: timeout | memory | killed
export default { score: async (customers, ctx) => {
  const all = [];
  for (let i = 0; ; i++) all.push('x'.repeat(1e6) + i + 'y'.repeat(10).split('').join(i));
} };

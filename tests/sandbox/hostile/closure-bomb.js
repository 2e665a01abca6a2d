// expect: timeout | memory | killed
export default { score: async (customers, ctx) => {
  let last = () => 0;
  for (;;) { const before = last; const load = new Array(100).fill(1); last = () => before() + load.length; }
} };

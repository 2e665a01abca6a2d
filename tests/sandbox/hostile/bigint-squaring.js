// expect: timeout | memory | killed | plugin_error
export default { score: async (customers, ctx) => {
  let x = 3n;
  for (;;) x *= x;
} };

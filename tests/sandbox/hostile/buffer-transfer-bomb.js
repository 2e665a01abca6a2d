// expect: memory | killed | timeout | plugin_error
export default { score: async (customers, ctx) => {
  const all = [];
  for (;;) all.push(new ArrayBuffer(8).transfer(1e8));
} };
